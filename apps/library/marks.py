"""Tells the edge which versions not to serve, through files beside the media, so that it needs no database."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from apps.common.batches import batched
from apps.library.models import Track, Version
from apps.library.paths import DENIED, WITHDRAWN, denied_mark, withdrawn_mark
from apps.library.storage import storage

_BATCH = 500


def marks_follow(track: Track) -> None:
    """Once the transaction is committed, have the edge serve the track's versions as its state then allows."""
    identity = track.id
    # where the storage is away, marks_repair comes after it
    transaction.on_commit(lambda: marks_set(identity), robust=True)


def marks_set(track_id: UUID) -> None:
    """Set and remove the marks of one track's versions, one caller at a time: the latest state stays."""
    with transaction.atomic():
        track = Track.objects.select_for_update(no_key=True).filter(id=track_id).first()
        if track is not None:
            _set(track)


def _set(track: Track) -> None:
    files = storage()
    for version in Version.objects.filter(track=track).values_list("id", flat=True):
        for mark, present in _wanted(track, version).items():
            if present:
                files.mark(mark)
            else:
                files.unmark(mark)


def _wanted(track: Track, version: UUID) -> dict[str, bool]:
    return {
        denied_mark(version): track.taken_down_at is not None,
        # a track that never was public has no public URL to refuse
        withdrawn_mark(version): track.published_at is not None
        and not (track.in_public and version == track.current_version_id),
    }


def marks_collect() -> int:
    """Remove the marks of versions that are gone, and those their tracks are over with; returns how many there were."""
    files, removed = storage(), 0
    for folder in (DENIED, WITHDRAWN):
        for names in batched((stored.name for stored in files.walk(folder)), _BATCH):
            marked = {name: _version(name) for name in names}
            versions = Version.objects.select_related("track").in_bulk([each for each in marked.values() if each])
            for name, identity in marked.items():
                version = versions.get(identity) if identity else None
                if version is None:
                    files.unmark(name)
                    removed += 1
                elif not _wanted(version.track, version.id)[name]:
                    marks_set(version.track_id)
                    removed += 1
    return removed


def _version(mark: str) -> UUID | None:
    try:
        return UUID(mark.rpartition("/")[2])
    except ValueError:
        return None


def marks_repair() -> int:
    """Set again what a crash between commit and mark left out; returns how many tracks are taken down."""
    taken_down = list(Track.objects.filter(taken_down_at__isnull=False, purged_at=None).values_list("id", flat=True))
    for track_id in [*taken_down, *_still_public()]:
        marks_set(track_id)
    return len(taken_down)


def _still_public() -> Iterator[UUID]:
    """Tracks that were public, are no more, and lack the mark that ends their public address."""
    files = storage()
    withdrawn = Track.objects.filter(published_at__isnull=False, purged_at=None).exclude(visibility="public")
    for track_id, version in withdrawn.values_list("id", "current_version_id").iterator():
        if version is not None and not files.exists(withdrawn_mark(version)):
            yield track_id
