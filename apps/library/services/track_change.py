"""What an owner changes about a track: its title, and which version is current."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.common.text import clean_text
from apps.library.feed_generation import feed_changed
from apps.library.marks import marks_follow
from apps.library.models import TITLE_LENGTH, Track, Version
from apps.library.publishing import refusal_of
from apps.library.services.locks import locked_track
from apps.library.signed_heads import sign_after_commit


@transaction.atomic
def track_rename(*, track: Track, title: str) -> Track:
    """Give the track another title; ValidationError when it is empty, too long or holds control characters."""
    try:
        title = clean_text(title, maximum=TITLE_LENGTH)
    except ValidationError as refused:
        raise ValidationError({"title": refused.messages}) from refused
    if not title:
        raise ValidationError({"title": ["Give the track a title."]})
    track = locked_track(track)
    track.title = title
    track.save(update_fields=["title"])
    for version in track.versions.values_list("id", flat=True):
        sign_after_commit(version)
    if track.in_public:
        feed_changed()
    return track


@transaction.atomic
def track_set_current(*, track: Track, version: Version) -> Track:
    """Make one of the track's versions the one that listeners hear.

    ValidationError when it is another track's, or when a shared track could not be shared now.
    """
    if version.track_id != track.id:
        raise ValidationError({"current_version": ["There is no such version in this track."]})
    track = locked_track(track)
    if track.visibility != Track.Visibility.PRIVATE and (refusal := refusal_of(track)):
        raise ValidationError({"current_version": [refusal]})
    track.current_version = version
    track.save(update_fields=["current_version"])
    marks_follow(track)
    if track.in_public:
        feed_changed()
    return track
