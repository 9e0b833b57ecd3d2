"""How pages show swaps, previews and karaoke versions: each a line with where it stands, and what it became."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.jobs.outlook import Outlook, outlooks
from apps.jobs.words import about, paid_would_help, place_in_line, why_it_waits
from apps.library.models import Version
from apps.library.songs import Song, song_of
from apps.voices.models import Swap
from apps.voices.selectors import jobs_of_swaps, swaps_of
from apps.voices.services.swap_settle import PREVIEW_KEPT

SHOWN = 20
_STAGES = {
    "starting": "Getting ready",
    "waiting": "Waiting for the same song to be taken apart",
    "fetching": "Fetching the song",
    "loading": "Loading the model",
    "decoding": "Reading the song",
    "listening": "Listening to the song",
    "separating": "Taking the voice out of the song",
    "learning": "Learning the performer’s voice",
    "converting": "Singing it",
    "transposing": "Moving the music to the new key",
    "mixing": "Mixing",
    "encoding": "Preparing playback",
    "measuring": "Measuring how good it is",
    "storing": "Putting it in your library",
}
_PASSING = frozenset({"retryable", "internal", "hung", "worker_lost", "waited_too_long"})
"""Kinds of failure that another try may not meet."""


@dataclass(frozen=True, slots=True)
class SwapLine:
    """A request, its latest job with its outlook while that is active, and what can be heard of it."""

    swap: Swap
    job: Job | None
    outlook: Outlook
    song: Song | None
    """The version it became."""
    preview: str
    """Where a preview's sound is; empty without one."""

    @property
    def moving(self) -> bool:
        """Whether it waits or runs."""
        return self.job is not None and not self.job.ended

    @property
    def failed(self) -> bool:
        """Whether it ended by a fault."""
        return not self.moving and self.swap.state == Swap.State.FAILED

    @property
    def retry(self) -> bool:
        """Whether another try may succeed."""
        return self.failed and self.job is not None and self.job.error_kind in _PASSING

    @property
    def title(self) -> str:
        """What was asked for, as "Cedar, 10 seconds"."""
        if self.swap.kind == Swap.Kind.KARAOKE:
            return "Karaoke version"
        if self.swap.kind == Swap.Kind.PREVIEW:
            return f"{self.swap.performer_title}, {self.swap.seconds:.0f} seconds"
        return f"Sung by {self.swap.performer_title}"

    @property
    def says(self) -> str:
        """Where it stands, in a sentence."""
        if self.moving and self.job is not None:
            if self.job.status == Job.Status.QUEUED:
                return place_in_line(self.outlook)
            return f"{_STAGES.get(self.job.stage, 'Working on your song')}{about(self.outlook.eta)} …"
        if self.swap.state == Swap.State.CANCELLED:
            return "Cancelled. Nothing was made."
        if self.failed:
            return (self.job.error if self.job is not None else "") or "This did not work."
        if self.swap.kind == Swap.Kind.PREVIEW:
            return moved(self.swap) if self.preview else "The sound of this preview is gone. Ask for it again."
        return moved(self.swap) if self.song is not None else "The version it became was deleted."

    @property
    def why(self) -> str:
        """Why it does not start yet, in a sentence; mostly empty."""
        waits = self.moving and self.job is not None and self.job.status == Job.Status.QUEUED
        return why_it_waits(self.outlook) if waits else ""

    @property
    def paid_helps(self) -> bool:
        """Whether a paid plan would change the wait."""
        return bool(self.why) and paid_would_help(self.outlook)

    @property
    def warning(self) -> str:
        """What is wrong with a result that is poor, and what that means for its price."""
        if self.moving or not self.swap.poor:
            return ""
        verdict = str((self.swap.card or {}).get("verdict", "")) or "It does not sound as good as it should."
        if self.swap.kind == Swap.Kind.PREVIEW:
            return verdict
        return f"{verdict} {'It was not charged.' if self.swap.waived_at is not None else ''}".strip()

    @property
    def price(self) -> str:
        """What it costs or cost; empty for what is free."""
        if not self.swap.credits:
            return ""
        unpaid = self.swap.state != Swap.State.DONE or self.swap.waived_at is not None
        if unpaid and not self.moving:
            return "not charged"
        return f"{self.swap.credits} credit{'s' if self.swap.credits > 1 else ''}"

    @property
    def percent(self) -> int:
        """How far the job is."""
        return round(100 * min(max(self.job.fraction or 0.0, 0.0), 1.0)) if self.job is not None else 0


def recent_swaps(owner: User, version: Version, kinds: Iterable[str], *, now: datetime) -> list[Swap]:
    """What the owner lately asked for of a version, newest first, without previews that are over; one query."""
    of_version = swaps_of(owner).filter(version=version, kind__in=list(kinds))
    over = Q(kind=Swap.Kind.PREVIEW, created_at__lte=now - PREVIEW_KEPT)
    return list(of_version.exclude(over)[:SHOWN])


def lines_of(swaps: Iterable[Swap], *, token: str, now: datetime) -> list[SwapLine]:
    """The requests as lines, playable for their owner with cookie `token`; a fixed number of queries."""
    listed = list(swaps)
    jobs = jobs_of_swaps(listed)
    found = outlooks(list(jobs.values()), now=now)
    results = [swap.result_id for swap in listed if swap.result_id is not None]
    versions = Version.objects.select_related("track__owner").in_bulk(results) if results else {}
    songs = {pk: song_of(version.track, version, token, now) for pk, version in versions.items()}
    return [_line(swap, jobs, found, songs, now) for swap in listed]


def moved(swap: Swap) -> str:
    """How far the voice and the music were moved, as "The voice is an octave lower."; empty for not at all."""
    voice, music = (_semitones(swap, name) for name in ("voice_semitones", "accompaniment_semitones"))
    if not voice and not music:
        return "In the key of the original." if swap.kind != Swap.Kind.KARAOKE else ""
    said = f"The voice is {_interval(voice)}" if voice else "The voice is where it was"
    return f"{said}, the music {_interval(music)}." if music else f"{said}, the music in its key."


def _line(
    swap: Swap, jobs: dict[UUID, Job], found: dict[UUID, Outlook], songs: dict[UUID, Song], now: datetime
) -> SwapLine:
    job = jobs.get(swap.id)
    kept = swap.kind == Swap.Kind.PREVIEW and swap.expires_at is not None and swap.expires_at > now
    return SwapLine(
        swap=swap,
        job=job,
        outlook=found[job.id] if job is not None else Outlook(),
        song=songs.get(swap.result_id) if swap.result_id is not None else None,
        preview=f"/api/v1/swaps/{swap.id}/preview" if kept else "",
    )


def _semitones(swap: Swap, name: str) -> int:
    return round(float(swap.facts.get(name) or 0.0))


def _interval(semitones: int) -> str:
    """As "an octave lower" or "3 semitones higher"."""
    where = "higher" if semitones > 0 else "lower"
    octaves, rest = divmod(abs(semitones), 12)
    if not rest:
        return f"an octave {where}" if octaves == 1 else f"{octaves} octaves {where}"
    return f"{abs(semitones)} semitone{'s' if abs(semitones) > 1 else ''} {where}"
