"""How people see their own voices: where each stands, in words, and what was sent of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from math import ceil

from apps.jobs.models import Job
from apps.jobs.outlook import outlooks
from apps.jobs.words import about, place_in_line
from apps.library.storage import StorageAway, storage
from apps.voices.models import Recording, RegisteredPerformer, Swap
from apps.voices.services.performer_register import KIND
from apps.voices.services.recording_begin import MOST_SAMPLES

State = RegisteredPerformer.State
_STAGES = {
    "starting": "Getting ready to listen",
    "fetching": "Getting ready to listen",
    "decoding": "Listening to your recordings",
    "checking": "Checking the sentence, and who speaks",
    "learning": "Learning how you sound",
    "storing": "Nearly done",
}
_STATES = {
    State.RECORDING: "Waiting for your recordings",
    State.CHECKING: "Being checked",
    State.REFUSED: "Not taken",
    State.REVOKED: "Revoked",
}
_OPEN_TO = {
    "private": "Only you can sing with it",
    "shared": "Shared with people you named",
    "public": "Everybody can sing with it",
}
_ADVICE = {
    "too-short": "Record for longer: a minute of anything is best.",
    "no-voice": "Record in a quiet room, without music, and speak as you normally do.",
    "several-voices": "Nobody else may be heard, nor music with singing.",
    "sentence-not-heard": "You will get another sentence. Read it word for word, not too fast.",
    "another-voice": "Read the sentence and record the rest yourself, in one go and with the same microphone.",
    "cancelled": "Begin again whenever you like.",
}
_STOPPED = "cancelled"


class Step(IntEnum):
    """What is asked for, in this order."""

    SENTENCE = 1
    ANYTHING = 2
    AGREE = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """A recording, and whether all of it has arrived."""

    recording: Recording
    arrived: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """What has been sent of a voice that is being recorded."""

    consent: Sent | None
    samples: tuple[Sent, ...]

    @property
    def next_step(self) -> Step:
        """What to do next."""
        if self.consent is None or not self.consent.arrived:
            return Step.SENTENCE
        return Step.AGREE if self.enough else Step.ANYTHING

    @property
    def enough(self) -> bool:
        """Whether there is something besides the sentence, and nothing got lost on its way."""
        return bool(self.samples) and all(sent.arrived for sent in self.samples)

    @property
    def full(self) -> bool:
        """Whether no more is taken."""
        return len(self.samples) >= MOST_SAMPLES


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """A voice for its owner."""

    performer: RegisteredPerformer
    says: str
    advice: str = ""
    job: Job | None = None
    percent: int = 0

    @property
    def stopped(self) -> bool:
        """Whether its owner stopped the check, which is no refusal."""
        return self.performer.refusal_type == _STOPPED


def own_voices(performers: Sequence[RegisteredPerformer], *, now: datetime) -> list[OwnVoice]:
    """Each with where it stands; a fixed number of queries."""
    checking = [each.id for each in performers if each.state == State.CHECKING]
    jobs = Job.objects.filter(group__in=checking, kind=KIND, retried_as__isnull=True).order_by("id") if checking else []
    moving = {job.group: job for job in jobs if not job.ended}
    ahead = outlooks(list(moving.values()), now=now)
    shown = []
    for performer in performers:
        job = moving.get(performer.id)
        if job is None:
            advice = _ADVICE.get(performer.refusal_type, "") if performer.state == State.REFUSED else ""
            shown.append(OwnVoice(performer, _says(performer), advice))
            continue
        outlook = ahead[job.id]
        waits = job.status == Job.Status.QUEUED
        stage = _STAGES.get(job.stage, "Checking your recordings")
        says = place_in_line(outlook) if waits else f"{stage}{about(outlook.eta)} …"
        shown.append(OwnVoice(performer, says, job=job, percent=round(100 * min(max(job.fraction, 0.0), 1.0))))
    return shown


def recorded(performer: RegisteredPerformer) -> Recorded:
    """What was sent, by the storage's word; while that does not answer, everything counts as arrived."""
    consent, samples = None, []
    for recording in sorted(performer.recordings.all(), key=lambda each: each.id):
        sent = Sent(recording, _arrived(recording))
        if recording.role == Recording.Role.CONSENT:
            consent = sent
        else:
            samples.append(sent)
    return Recorded(consent, tuple(samples))


def minutes_left(performer: RegisteredPerformer, *, now: datetime) -> int:
    """For how long its sentence may still be read; 0 when it may not any more."""
    return max(0, ceil((performer.sentence_until - now).total_seconds() / 60))


def songs_sung(performer: RegisteredPerformer) -> int:
    """How many songs were made with the voice, by its owner and by others."""
    return Swap.objects.filter(registered=performer, kind=Swap.Kind.SWAP, state=Swap.State.DONE).count()


def _says(performer: RegisteredPerformer) -> str:
    if performer.state == State.READY:
        return _OPEN_TO[performer.visibility]
    return _STATES[State(performer.state)]


def _arrived(recording: Recording) -> bool:
    files, name = storage(), recording.stored_name
    try:
        return [part.bytes for part in files.incoming.received(name, recording.handle)] == [recording.bytes]
    except FileNotFoundError:
        return files.exists(name)
    except StorageAway:
        return True
