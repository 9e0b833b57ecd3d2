"""Throw a track away, bring it back, and remove it for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from apps.library.feed_generation import feed_changed
from apps.library.marks import marks_follow
from apps.library.models import Track
from apps.library.paths import denied_mark, prefix_of, withdrawn_mark
from apps.library.services.locks import locked_track
from apps.library.signed_heads import signed_folder
from apps.library.storage import storage

KEPT = timedelta(days=30)
"""How long the trash keeps a track."""


@transaction.atomic
def track_trash(*, track: Track, now: datetime) -> Track:
    """Put the track into the trash, where only its owner finds it; the first time counts."""
    track = locked_track(track)
    if track.trashed_at is None:
        track.trashed_at = now
        track.save(update_fields=["trashed_at"])
        marks_follow(track)
        feed_changed()
    return track


@transaction.atomic
def track_restore(*, track: Track) -> Track:
    """Take the track out of the trash, as visible as it was."""
    track = locked_track(track)
    if track.trashed_at is not None:
        track.trashed_at = None
        track.save(update_fields=["trashed_at"])
        marks_follow(track)
        feed_changed()
    return track


@transaction.atomic
def track_purge(*, track: Track, now: datetime, trashed_before: datetime | None = None) -> None:
    """Remove the track with its versions for good; the files go when the transaction is committed.

    With `trashed_before` only when it is in the trash since then; Track.DoesNotExist otherwise.
    """
    track = locked_track(track)
    if trashed_before is not None and (track.trashed_at is None or track.trashed_at > trashed_before):
        raise Track.DoesNotExist
    versions = list(track.versions.values_list("id", flat=True))
    # the triggers let versions go only from here
    track.purged_at = now
    track.current_version = None
    track.save(update_fields=["purged_at", "current_version"])
    track.delete()
    feed_changed()

    def remove_files() -> None:
        files = storage()
        for version in versions:
            files.delete_prefix(prefix_of(version))
            files.delete_prefix(signed_folder(version))
            files.unmark(denied_mark(version))
            files.unmark(withdrawn_mark(version))

    # what a storage that is away keeps, the collection finds
    transaction.on_commit(remove_files, robust=True)
