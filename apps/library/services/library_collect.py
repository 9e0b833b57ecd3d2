"""Collect what nobody can reach any more: old trash, files without a version, half-written folders, marks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.common.batches import batched
from apps.jobs.models import Job
from apps.library.marks import marks_collect
from apps.library.models import Track, Version
from apps.library.paths import VERSIONS
from apps.library.services.track_trash import KEPT, track_purge
from apps.library.signed_heads import SIGNED
from apps.library.storage import StoredFolder, storage

ORPHANED = timedelta(days=1)
"""How long files may lie without a version: much longer than any job takes to store and finish."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Collected:
    """How much was removed."""

    tracks: int
    orphans: int
    marks: int


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
    orphans = sum(_remove_orphans(folder, now) for folder in (VERSIONS, SIGNED))
    return Collected(tracks, orphans, marks_collect())


def _remove_orphans(of: str, now: datetime) -> int:
    files, removed = storage(), 0
    old = (folder for folder in files.folders(of) if folder.stored_at <= now - ORPHANED)
    for folders in batched(old, _BATCH):
        named = [identity for folder in folders if (identity := _version(folder.prefix))]
        in_use = set(Version.objects.filter(id__in=named).values_list("id", flat=True))
        for folder in folders:
            if _version(folder.prefix) not in in_use and not _awaited(folder):
                files.delete_prefix(folder.prefix)
                removed += 1
    return removed


def _version(prefix: str) -> UUID | None:
    try:
        return UUID(prefix.rpartition("/")[2])
    except ValueError:
        return None


def _awaited(folder: StoredFolder) -> bool:
    """Whether a job that ran already when the files appeared may still give them to a version."""
    if _version(folder.prefix) is None:
        return False
    return Job.objects.filter(status=Job.Status.RUNNING, started_at__lte=folder.stored_at).exists()
