"""How the page shows uploads: each a line with where it stands, in words, and what it became."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.selectors import entitlements
from apps.accounts.stored import used_bytes
from apps.jobs.models import Job
from apps.jobs.outlook import Outlook, outlooks
from apps.jobs.words import about, place_in_line
from apps.library.models import Track, Version
from apps.library.songs import Song, song_of
from apps.uploads.models import Upload

_STAGES = {
    "starting": "Accepted. Getting ready",
    "fetching": "Accepted. Fetching the file",
    "decoding": "Accepted. Reading the whole file",
    "normalising": "Accepted. Reading the whole file",
    "encoding": "Accepted. Preparing playback",
    "measuring": "Accepted. Finding tempo, key and loudness",
    "storing": "Accepted. Putting it in your library",
}
_FORGET = {Upload.State.SENDING: "Stop this upload", Upload.State.ACCEPTED: "Cancel"}
_ADVICE = {
    "damaged": "Save it anew where it was made and send that.",
}
_KEPT = "Your file is kept for a day, so you can try again."
_NEARLY_FULL = 90


@dataclass(frozen=True, slots=True)
class Line:
    """An upload, where its job stands while it moves, and the song it is or repeats."""

    upload: Upload
    job: Job | None
    position: int | None
    song: Song | None
    says: str
    percent: int
    """How far the job is."""

    @property
    def bad(self) -> bool:
        """Whether nothing came of it."""
        return self.job is None and self.upload.state in {Upload.State.REFUSED, Upload.State.FAILED}

    @property
    def retry(self) -> bool:
        """Whether the fault was ours and the file is still there."""
        return self.bad and self.upload.state == Upload.State.FAILED and self.upload.expires_at is not None

    @property
    def forget(self) -> str:
        """What the cross does."""
        return _FORGET.get(Upload.State(self.upload.state), "Remove from this list")

    @property
    def reference(self) -> str:
        """Where a song takes after it; empty while there is nothing to take after."""
        if self.song is None or self.song.version_id is None or self.song.trashed_at is not None:
            return ""
        asked = urlencode({"parent": self.song.version_id, "operation": "reference"})
        return f"{reverse('studio')}?{asked}"


@dataclass(frozen=True, slots=True)
class Quota:
    """What of the plan's storage is used, as people read it."""

    used: str
    limit: str
    percent: int

    @property
    def nearly_full(self) -> bool:
        """Whether it is time to say so."""
        return self.percent >= _NEARLY_FULL


def lines_of(uploads: Iterable[Upload], *, token: str, now: datetime) -> list[Line]:
    """The uploads as lines, playable for the owner with cookie `token`; a fixed number of queries."""
    shown = list(uploads)
    moving = _moving(shown)
    outlook = outlooks(list(moving.values()), now=now)
    songs = _songs(shown, token, now)
    return [_line(each, moving.get(each.id), outlook, songs.get(each.id)) for each in shown]


def quota_of(owner: User) -> Quota:
    """The owner's use of their plan's storage."""
    used, limit = used_bytes(owner), entitlements(owner).storage_bytes
    return Quota(_size(used), _size(limit), min(100, round(100 * used / max(1, limit))))


def _moving(uploads: list[Upload]) -> dict[UUID, Job]:
    """The job that works on each upload, by the upload's id; of one that failed the next try."""
    found = {each.id: each.job for each in uploads if each.state == Upload.State.ACCEPTED and each.job is not None}
    failed = {each.job_id: each.id for each in uploads if each.state == Upload.State.FAILED and each.job_id is not None}
    if failed:
        again = Job.objects.filter(retry_of__in=failed, finished_at=None)
        found |= {failed[job.retry_of_id]: job for job in again if job.retry_of_id is not None}
    return found


def _songs(uploads: list[Upload], token: str, now: datetime) -> dict[UUID, Song]:
    """What each upload became or repeats, by the upload's id; a track that is gone is not there."""
    wanted = {each.id: each.duplicate_of_id or each.track_id for each in uploads}
    tracks = Track.objects.select_related("owner", "current_version").defer("search")
    found = tracks.filter(purged_at=None).in_bulk([pk for pk in wanted.values() if pk is not None])
    made = Version.objects.in_bulk([each.version_id for each in uploads if each.version_id is not None])
    songs = {}
    for each in uploads:
        track = found.get(wanted[each.id] or each.id)
        if track is None or each.state != Upload.State.READY:
            continue
        # what was sent, whatever became of the track since
        version = made.get(each.version_id) if each.duplicate_of_id is None and each.version_id else None
        songs[each.id] = song_of(track, version or track.current_version, token, now)
    return songs


def _line(upload: Upload, job: Job | None, outlook: dict[UUID, Outlook], song: Song | None) -> Line:
    ahead = outlook[job.id] if job is not None else Outlook()
    return Line(
        upload=upload,
        job=job if job is not None and not job.ended else None,
        position=ahead.position,
        song=song,
        says=_says(upload, job, ahead, song),
        percent=round(100 * min(max(job.fraction, 0.0), 1.0)) if job is not None else 0,
    )


def _says(upload: Upload, job: Job | None, ahead: Outlook, song: Song | None) -> str:
    if upload.state == Upload.State.SENDING:
        return f"{_size(upload.bytes)}, not all of it here yet. Choose the file again to go on."
    if upload.state == Upload.State.ACCEPTED or job is not None:
        if job is None or job.status == Job.Status.QUEUED:
            return f"Accepted. {place_in_line(ahead)}"
        return f"{_STAGES.get(job.stage, 'Accepted. Making a track of it')}{about(ahead.eta)} …"
    if upload.state != Upload.State.READY:
        kept = upload.state == Upload.State.FAILED and upload.expires_at is not None
        advice = _KEPT if kept else _ADVICE.get(upload.refusal_type, "")
        return f"{upload.refusal_detail} {advice}".strip()
    if song is None:
        return "The track it became was deleted."
    if song.trashed_at is not None:
        return "Its track is in the trash."
    return "You have this already" if upload.duplicate_of_id else "It is a track now"


def _size(count: int) -> str:
    """Bytes as people read them, as "39.5 MB" or "2 GB"."""
    unit, name = (1024**3, "GB") if count >= 1024**3 else (1024**2, "MB")
    # what is there never reads as nothing
    return f"{max(count / unit, 0.1 if count else 0):.1f}".removesuffix(".0") + f" {name}"
