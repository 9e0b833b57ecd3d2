"""An operator stops a track from being heard, and may put it back."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from apps.accounts.models import User
from apps.library.feed_generation import feed_changed
from apps.library.marks import marks_follow
from apps.library.models import Track
from apps.library.services.locks import locked_track

REASON_LENGTH = 400


@transaction.atomic
def track_take_down(*, track: Track, operator: User, reason: str, now: datetime) -> Track:
    """Take the track down: from the commit on the edge answers 410, and its owner reads the reason."""
    _check_operator(operator)
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": ["Say why, so that the owner knows."]})
    if len(reason) > REASON_LENGTH:
        raise ValidationError({"reason": [f"A reason has at most {REASON_LENGTH} characters."]})
    track = locked_track(track)
    if track.taken_down_at is None:
        track.taken_down_at, track.taken_down_by, track.taken_down_reason = now, operator, reason
        track.save(update_fields=["taken_down_at", "taken_down_by", "taken_down_reason"])
        marks_follow(track)
        feed_changed()
    return track


@transaction.atomic
def track_put_back(*, track: Track, operator: User) -> Track:
    """Undo a take-down: the track is as visible as it was."""
    _check_operator(operator)
    track = locked_track(track)
    if track.taken_down_at is not None:
        track.taken_down_at, track.taken_down_by, track.taken_down_reason = None, None, ""
        track.save(update_fields=["taken_down_at", "taken_down_by", "taken_down_reason"])
        marks_follow(track)
        feed_changed()
    return track


def _check_operator(operator: User) -> None:
    if not operator.is_staff:
        raise PermissionDenied("Only operators take tracks down.")
