"""What the studio shows: requests with their takes, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.jobs.outlook import Outlook, outlooks
from apps.library.models import Track, Version
from apps.library.songs import Song, song_of
from apps.studio.models import Engine, GenerationRequest

REFERENCES = 12


@dataclass(frozen=True, slots=True)
class TakeView:
    """A job with its outlook while it is active, and the song it became."""

    job: Job
    outlook: Outlook
    song: Song | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request and its takes, in order."""

    request: GenerationRequest
    engine_title: str
    takes: tuple[TakeView, ...]


def engines() -> tuple[Engine, ...]:
    """Every announced engine, the default first."""
    return tuple(Engine.objects.all())


def references_of(owner: User) -> list[Track]:
    """The owner's newest songs, to take after; one query."""
    kept = Track.objects.filter(owner=owner, trashed_at=None, taken_down_at=None, current_version__isnull=False)
    return list(kept.defer("search").order_by("-created_at")[:REFERENCES])


def recent_requests(owner: User, *, before: datetime | None, limit: int) -> list[GenerationRequest]:
    """The owner's requests, newest first, sent before a moment."""
    found = GenerationRequest.objects.filter(owner=owner).select_related("price")
    if before is not None:
        found = found.filter(created_at__lt=before)
    return list(found.order_by("-created_at")[:limit])


def takes_of(requests: Iterable[GenerationRequest]) -> dict[UUID, list[Job]]:
    """The takes of each request, in order, in one query; one that was tried again is its latest try alone."""
    takes: dict[UUID, list[Job]] = {each.id: [] for each in requests}
    for job in Job.objects.filter(group__in=takes, retried_as__isnull=True).order_by("queued_at", "id"):
        takes[job.group].append(job)
    return takes


def request_views(requests: Iterable[GenerationRequest], *, token: str, now: datetime) -> list[RequestView]:
    """The requests with their takes, playable for the listener with cookie `token`; a fixed number of queries."""
    requests = list(requests)
    jobs = takes_of(requests)
    views = {take.job.id: take for take in _takes([job for takes in jobs.values() for job in takes], token, now)}
    titles = dict(Engine.objects.values_list("name", "title"))
    return [
        RequestView(each, titles.get(each.engine, each.engine), tuple(views[job.id] for job in jobs[each.id]))
        for each in requests
    ]


def take_view(job: Job, *, token: str, now: datetime) -> TakeView:
    """One take."""
    return _takes([job], token, now)[0]


def _takes(jobs: list[Job], token: str, now: datetime) -> list[TakeView]:
    found = outlooks(jobs, now=now)
    done = [job.id for job in jobs if job.status == Job.Status.SUCCEEDED]
    versions = Version.objects.filter(job__in=done).select_related("track__owner") if done else []
    songs = {version.job: song_of(version.track, version, token, now) for version in versions}
    return [TakeView(job, found[job.id], songs.get(job.id)) for job in jobs]
