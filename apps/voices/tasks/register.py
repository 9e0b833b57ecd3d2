"""Do "register" jobs: check who speaks in somebody's recordings, and learn the voice."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.utils import timezone

from apps.jobs.control import Control
from apps.jobs.handlers import ClaimedJob, Failure, Permanent
from apps.jobs.models import Job
from apps.jobs.scratch import scratch_folder
from apps.library.storage import storage
from apps.voices.models import PERFORMERS, Recording, RegisteredPerformer
from apps.voices.sentences import other_sentences
from apps.voices.services.performer_register import KIND
from apps.voices.services.performer_settle import GONE, Learned, performer_ready, performer_refuse
from apps.voices.tasks.faults import faults_in_our_words
from apps.voices.tasks.protected import points_of_performer, protected_list, refuse_protected
from inference import stages
from inference.registering import client
from inference.registering.model import Registered, Task

_STAGE_SECONDS = 60.0
_OTHER_SENTENCES = 29


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was learned of a voice; its files are stored."""

    performer_id: UUID
    learned: Learned


class Registrar(Protocol):
    """Checks recordings in a process that can be killed."""

    def __call__(
        self, task: Task, *, on_progress: Callable[[str, float], None], should_stop: Callable[[], bool]
    ) -> Registered:
        """See `inference.registering.client.run`."""


class RegisterHandler:
    """Checks one registration: fetch, check, learn, store, then the row with the end of the job."""

    kind = KIND

    def __init__(self, registrar: Registrar = client.run) -> None:
        self._registrar = registrar

    def run(self, job: ClaimedJob, control: Control) -> Outcome:
        """Check and learn; print and sample are stored."""
        performer = RegisteredPerformer.objects.filter(id=_performer_id(job)).first()
        if performer is None or performer.state != RegisteredPerformer.State.CHECKING:
            raise Permanent(GONE, kind="performer-revoked")
        with faults_in_our_words(), scratch_folder(job) as scratch:
            control.progress("fetching", 0.0, _STAGE_SECONDS)
            consent, samples = _fetched(performer, scratch)
            folder = scratch / "learned"
            found = self._registrar(
                Task(consent, samples, performer.sentence, _others(performer), folder, protected_list()),
                on_progress=lambda stage, done: control.progress(stage, 0.02 + 0.9 * done, stages.deadline(stage)),
                should_stop=control.should_stop,
            )
            control.progress("storing", 0.95, _STAGE_SECONDS)
            _store(performer, folder)
            return Outcome(performer.id, _learned(found))

    def succeed(self, job: Job, outcome: Outcome) -> Mapping[str, Any]:
        """The voice can be sung with, unless somebody's has been protected in the meantime that is like it."""
        refuse_protected(outcome.learned.points)
        return performer_ready(performer_id=outcome.performer_id, learned=outcome.learned, now=timezone.now())

    def discard(self, outcome: Outcome) -> None:
        """Remove what was learned, unless another attempt stored the same and it counts."""
        performer = RegisteredPerformer.objects.filter(id=outcome.performer_id).first()
        if performer is None or performer.state in {
            RegisteredPerformer.State.REVOKED,
            RegisteredPerformer.State.REFUSED,
        }:
            storage().delete_prefix(f"{PERFORMERS}/{outcome.performer_id}")

    def fail(self, job: Job, error: Failure) -> None:
        """Say why it was not taken; what was sent goes."""
        performer_refuse(performer_id=_performer_id(job), error=error)


def _others(performer: RegisteredPerformer) -> tuple[str, ...]:
    """What the recogniser may hear instead of the sentence; the same for every attempt."""
    chance = random.Random(performer.id.bytes)  # noqa: S311 - a draw, not a secret
    return tuple(other_sentences(performer.sentence, _OTHER_SENTENCES, chance))


def _fetched(performer: RegisteredPerformer, scratch: Path) -> tuple[Path, tuple[Path, ...]]:
    """The recording of the sentence, and the others."""
    consent, samples = None, []
    for recording in performer.recordings.order_by("id"):
        target = scratch / str(recording.id)
        try:
            storage().fetch(recording.stored_name, target)
        except FileNotFoundError:
            raise Permanent(GONE, kind="recordings-gone") from None
        if recording.role == Recording.Role.CONSENT:
            consent = target
        else:
            samples.append(target)
    if consent is None or not samples:
        raise Permanent(GONE, kind="recordings-gone")
    return consent, tuple(samples)


def _store(performer: RegisteredPerformer, folder: Path) -> None:
    """Keep print and sample; an attempt before may have left its own."""
    target = performer.print_name.rpartition("/")[0]
    storage().delete_prefix(target)
    storage().put_folder(target, folder)
    shutil.rmtree(folder, ignore_errors=True)


def _learned(found: Registered) -> Learned:
    return Learned(
        consent_sha256=found.consent_sha256,
        print_sha256=found.print_sha256,
        similarity=found.similarity,
        measure=found.measure,
        seconds=found.seconds,
        lowest=found.lowest,
        highest=found.highest,
        points=points_of_performer(found),
    )


def _performer_id(job: ClaimedJob | Job) -> UUID:
    return UUID(job.payload["performer"])
