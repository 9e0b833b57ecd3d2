"""What somebody sent is listened to as soon as it is a version."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from apps.library.models import Version
from apps.library.songs import UPLOAD
from apps.voices.protected.services import likeness_wanted


def connect() -> None:
    """See every version that comes to be, in the transaction in which it does."""
    post_save.connect(_saved, sender=Version, dispatch_uid="voices.likeness")


def _saved(*, instance: Version, created: bool, **_: Any) -> None:
    if created and instance.operation == UPLOAD:
        likeness_wanted(version=instance, now=instance.created_at)
