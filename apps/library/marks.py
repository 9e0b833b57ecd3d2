"""Tells the edge which versions not to serve, through files beside the media, so that it needs no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from apps.common.batches import batched
from apps.library.models import Track, Version
from apps.library.paths import DENIED, WITHDRAWN, denied_mark, withdrawn_mark
from apps.library.storage import storage

_BATCH = 500
_RIGHT_SECONDS = 3600


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
    versions = list(Version.objects.filter(track=track).values_list("id", flat=True))
    cache.delete_many([_right_key(version) for version in versions])
    for version in versions:
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
    """Set again what a crash between commit and mark left out; returns how many tracks were looked at.

    What was found right is not looked at again for an hour: a bucket with many marks would be asked all the time.
    """
    looked_at = 0
    for states in batched(_silenced(), _BATCH):
        right = cache.get_many([state.key for state in states])
        for state in states:
            if state.key not in right:
                looked_at += 1
                if state.mark is None or not storage().exists(state.mark):
                    marks_set(state.track)
        cache.set_many({state.key: True for state in states if state.key not in right}, _RIGHT_SECONDS)
    return looked_at


@dataclass(frozen=True, slots=True)
class _Silenced:
    """A track that must have marks: the one to look for, or None when all are set again to be sure."""

    track: UUID
    key: str
    mark: str | None = None


def _silenced() -> Iterator[_Silenced]:
    kept = Track.objects.filter(purged_at=None)
    taken_down = kept.filter(taken_down_at__isnull=False)
    for track, moment in taken_down.values_list("id", "taken_down_at").iterator():
        assert moment is not None
        yield _Silenced(track, f"denied:{track}:{moment.timestamp()}")
    withdrawn = kept.filter(published_at__isnull=False).exclude(visibility="public")
    for track, version in withdrawn.values_list("id", "current_version_id").iterator():
        if version is not None:
            yield _Silenced(track, _right_key(version), withdrawn_mark(version))


def _right_key(version: UUID) -> str:
    return f"withdrawn:{version}"
