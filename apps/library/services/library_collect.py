"""Collect what nobody can reach any more: old trash, files without a version, half-written folders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.jobs.models import Job
from apps.library.models import Track, Version
from apps.library.paths import VERSIONS
from apps.library.services.track_trash import KEPT, track_purge
from apps.library.storage import storage

ORPHANED = timedelta(days=1)
"""How long files may lie without a version: much longer than any job takes to store and finish."""


@dataclass(frozen=True, slots=True)
class Collected:
    """How much was removed."""

    tracks: int
    orphans: int


def library_collect(*, now: datetime) -> Collected:
    """Purge tracks that were in the trash for 30 days, then remove files that belong to no version."""
    old = Track.objects.filter(trashed_at__lte=now - KEPT, purged_at=None)
    tracks = 0
    for track in old.iterator():
        try:
            track_purge(track=track, now=now, trashed_before=now - KEPT)
        except Track.DoesNotExist:
            # restored or purged by another in the meantime
            continue
        tracks += 1
    storage().clear_drafts(before=now - ORPHANED)
    return Collected(tracks, _remove_orphans(now))


def _remove_orphans(now: datetime) -> int:
    files, removed = storage(), 0
    for folder in files.folders(VERSIONS):
        if folder.stored_at > now - ORPHANED or _in_use(folder.prefix, folder.stored_at):
            continue
        files.delete_prefix(folder.prefix)
        removed += 1
    return removed


def _in_use(prefix: str, stored_at: datetime) -> bool:
    """Whether a version has these files, or a job that ran already when they appeared may still give them to one."""
    try:
        version = UUID(prefix.rpartition("/")[2])
    except ValueError:
        return False
    if Version.objects.filter(id=version).exists():
        return True
    return Job.objects.filter(status=Job.Status.RUNNING, started_at__lte=stored_at).exists()
