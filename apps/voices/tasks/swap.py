"""Do "swap" jobs: another voice, a preview of it, or no vocals at all, in processes that can be killed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from apps.common.ids import new_id
from apps.jobs.control import Control
from apps.jobs.handlers import ClaimedJob, Failure, Permanent
from apps.jobs.models import Job
from apps.jobs.scratch import scratch_folder
from apps.library.models import Version
from apps.library.services.version_create import (
    NewVersion,
    version_draft,
    version_files_discard,
    version_files_store,
)
from apps.library.storage import storage
from apps.library.tasks.signing import folder_sign, preview_sign
from apps.voices.errors import Revoked
from apps.voices.models import PREVIEWS, RegisteredPerformer, Swap
from apps.voices.services.swap_request import KIND
from apps.voices.services.swap_settle import (
    Made,
    performed_by_registered,
    swap_allowed,
    swap_fail,
    swap_succeed,
    swap_take_up,
)
from apps.voices.tasks.faults import faults_in_our_words
from apps.voices.tasks.version import captions_along, master_of, new_version
from inference import stages
from inference.engine import Cancelled, EngineError
from inference.separation.model import Method
from inference.swapping import client
from inference.swapping.model import PREVIEW, Span, Swapped, SwapTask
from inference.voice.model import KeyHandling

_STAGE_SECONDS = 60.0
_ASK_EVERY_SECONDS = 1.0
SECOND_METHOD: Mapping[Method, Method] = {
    Method.DEMUCS: Method.BLEND,
    Method.BLEND: Method.CENTRE,
    Method.CENTRE: Method.BLEND,
}
"""What a poor result is tried again with."""


class Pipeline(Protocol):
    """Works on a song in a process that can be killed."""

    def __call__(
        self, task: SwapTask, *, on_progress: Callable[[str, float], None], should_stop: Callable[[], bool]
    ) -> Swapped:
        """See `inference.swapping.client.run`."""


class SwapHandler:
    """Does one request: fetch, run the pipeline, store, then the rows with the end of the job."""

    kind = KIND

    def __init__(self, pipeline: Pipeline = client.run, clock: Callable[[], float] = time.monotonic) -> None:
        self._pipeline = pipeline
        self._clock = clock

    def run(self, job: ClaimedJob, control: Control) -> Made:
        """Make and store the files; a version's id belongs to one attempt."""
        swap = swap_take_up(swap_id=_swap_id(job))
        with faults_in_our_words(), scratch_folder(job) as scratch:
            return self._made(swap, job, scratch, control)

    def succeed(self, job: Job, outcome: Made) -> Mapping[str, Any]:
        """Create the version, or keep the preview."""
        return swap_succeed(swap_id=_swap_id(job), job=job, made=outcome, now=timezone.now())

    def discard(self, outcome: Made) -> None:
        """Remove the files of a version that never came to be, or of a preview unless another attempt's counts."""
        if outcome.new is not None:
            version_files_discard(outcome.version_id)
        elif not Swap.objects.filter(id=outcome.version_id, state=Swap.State.DONE).exists():
            storage().delete_prefix(f"{PREVIEWS}/{outcome.version_id}")

    def fail(self, job: Job, error: Failure) -> None:
        """Say how it ended."""
        swap_fail(swap_id=_swap_id(job), error=error, now=timezone.now())

    def _made(self, swap: Swap, job: ClaimedJob, scratch: Path, control: Control) -> Made:
        source = swap.version
        assert source is not None  # taking it up checked that
        control.progress("fetching", 0.0, _STAGE_SECONDS)
        order = _order(swap, scratch)
        ask = _Ask(swap, control, self._clock)
        made = self._run(order, control, ask, 0.02)
        if _poor(made):
            made, order = self._again(order, made, scratch, control, ask)
        control.progress("storing", 0.96, _STAGE_SECONDS)
        ask.check()
        if swap.kind == Swap.Kind.PREVIEW:
            return _preview(swap, made, order.folder, scratch, new_version(swap, source, made, job.id))
        captions_along(source, order.folder)
        new, version_id = new_version(swap, source, made, job.id), new_id()
        draft = _draft(swap, source, new, version_id)
        files = version_files_store(
            version_id=version_id, folder=order.folder, new=new, sign=lambda folder: folder_sign(draft, folder)
        )
        return Made(version_id, new, files, _facts(made), made.card.as_json() if made.card else None, _poor(made))

    def _run(self, order: SwapTask, control: Control, ask: _Ask, start: float) -> Swapped:
        def progress(stage: str, fraction: float) -> None:
            control.progress(stage, start + (0.95 - start) * fraction, stages.deadline(stage))

        try:
            return self._pipeline(order, on_progress=progress, should_stop=ask.should_stop)
        except Cancelled:
            ask.check()
            raise

    def _again(
        self, order: SwapTask, made: Swapped, scratch: Path, control: Control, ask: _Ask
    ) -> tuple[Swapped, SwapTask]:
        """A poor result once more with the other method; the better of the two, and where its files are."""
        other = replace(order, method=SECOND_METHOD[made.method], folder=scratch / "second")
        try:
            again = self._run(other, control, ask, 0.5)
        except EngineError:
            # A poor result is better than none.
            return made, order
        if _poor(again):
            shutil.rmtree(other.folder, ignore_errors=True)
            return made, order
        shutil.rmtree(order.folder, ignore_errors=True)
        return again, other


class _Ask:
    """Whether to go on: the queue's word, and, now and then, that of whoever lent the voice."""

    def __init__(self, swap: Swap, control: Control, clock: Callable[[], float]) -> None:
        self._swap, self._control, self._clock = swap, control, clock
        self._lent = performed_by_registered(swap)
        self._asked_at = clock()
        self._revoked = False

    def should_stop(self) -> bool:
        """Cheap enough to be called ten times a second."""
        now = self._clock()
        if self._lent and not self._revoked and now - self._asked_at >= _ASK_EVERY_SECONDS:
            self._asked_at = now
            self._revoked = not swap_allowed(self._swap)
        return self._revoked or self._control.should_stop()

    def check(self) -> None:
        """Permanent when the voice was taken back."""
        if self._lent and (self._revoked or not swap_allowed(self._swap)):
            raise Permanent(str(Revoked()), kind=Revoked.type)


def _order(swap: Swap, scratch: Path) -> SwapTask:
    source = swap.version
    assert source is not None
    voice, recording = (None, None) if swap.registered is None else _voice(swap.registered, scratch)
    span = Span(swap.span_start, swap.span_seconds) if swap.span_start is not None and swap.span_seconds else None
    return SwapTask(
        source=master_of(source, scratch / "master.flac"),
        folder=scratch / "version",
        built_in=swap.built_in,
        voice=voice,
        reference=recording,
        converter=settings.VOICE_CONVERTER,
        handling=KeyHandling(swap.handling or KeyHandling.KEEP),
        method=Method(swap.method) if swap.method else None,
        span=span,
        lyrics=source.lyrics,
        workshop=settings.WORKSHOP,
    )


def _voice(performer: RegisteredPerformer, scratch: Path) -> tuple[Path, Path]:
    """What was learned of a voice, and a few seconds of it, for what works from sound."""
    learned, recording = scratch / "print", scratch / "sample.mp3"
    try:
        storage().fetch(performer.print_name, learned)
        storage().fetch(performer.sample_name, recording)
    except FileNotFoundError:
        raise Permanent(str(Revoked()), kind=Revoked.type) from None
    return learned, recording


def _draft(swap: Swap, source: Version, new: NewVersion, version_id: UUID) -> Version:
    return version_draft(
        version_id=version_id,
        owner=swap.owner,
        track=swap.track,
        parent=source,
        new=new,
        title="",
        now=timezone.now(),
    )


def _preview(swap: Swap, made: Swapped, folder: Path, scratch: Path, new: NewVersion) -> Made:
    """Store the sound alone; an attempt before may have left its own."""
    kept = scratch / "preview"
    kept.mkdir()
    sound = (folder / PREVIEW).rename(kept / "preview.mp3")
    assert swap.version is not None  # taking it up checked that
    preview_sign(sound, _draft(swap, swap.version, new, swap.id))
    storage().delete_prefix(swap.folder)
    storage().put_folder(swap.folder, kept)
    card = made.card.as_json() if made.card else None
    return Made(swap.id, None, facts=_facts(made), card=card, poor=_poor(made))


def _poor(made: Swapped) -> bool:
    return made.card is not None and made.card.poor


def _facts(made: Swapped) -> Mapping[str, Any]:
    return {
        **made.facts,
        "method": str(made.method),
        "reason": made.reason,
        "engine": made.engine,
        "engine_version": made.engine_version,
        "voice_semitones": made.voice_semitones,
        "accompaniment_semitones": made.accompaniment_semitones,
    }


def _swap_id(job: ClaimedJob | Job) -> UUID:
    return UUID(job.payload["swap"])
