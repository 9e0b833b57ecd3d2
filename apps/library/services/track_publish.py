"""Decide who may listen to a track."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.library.feed_generation import feed_changed
from apps.library.marks import marks_follow
from apps.library.models import Track
from apps.library.publishing import refusal_of
from apps.library.services.locks import locked_track


@transaction.atomic
def track_publish(*, track: Track, visibility: str, now: datetime) -> Track:
    """Make the track private, unlisted or public; ValidationError when it cannot be.

    It enters the feed at the time it was first made public, so nobody rises by hiding and showing it again.
    """
    if visibility not in Track.Visibility.values:
        raise ValidationError({"visibility": ["A track is private, unlisted or public."]})
    track = locked_track(track)
    if visibility != Track.Visibility.PRIVATE:
        if track.taken_down_at is not None:
            raise ValidationError({"visibility": ["This track was taken down, so it cannot be shared."]})
        if track.trashed_at is not None:
            raise ValidationError({"visibility": ["This track is in the trash. Restore it first."]})
        if track.current_version_id is None:
            raise ValidationError({"visibility": ["This track has nothing to hear yet."]})
        if refusal := refusal_of(track):
            raise ValidationError({"visibility": [refusal]})
    track.visibility = visibility
    if visibility == Track.Visibility.PUBLIC and track.published_at is None:
        track.published_at = now
    track.save(update_fields=["visibility", "published_at"])
    marks_follow(track)
    feed_changed()
    return track
