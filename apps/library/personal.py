"""What the library knows of a user: how it gives that out, and how it erases it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.registry import register_erase, register_export
from apps.library.models import Track, Version
from apps.library.services.track_trash import track_purge

_TRACK = (
    "id",
    "title",
    "visibility",
    "genre",
    "mood",
    "current_version_id",
    "created_at",
    "published_at",
    "trashed_at",
    "taken_down_at",
    "taken_down_reason",
)
_NOT_TOLD = frozenset({"job"})


def register() -> None:
    """Add the sections and the eraser."""
    register_export("tracks", _tracks)
    register_export("versions", _versions)
    register_erase("library", _erase)


def _tracks(user: User) -> Iterator[Mapping[str, Any]]:
    found = Track.objects.filter(owner=user).order_by("created_at", "id")
    yield from found.values(*_TRACK, plays=Coalesce("played__plays", 0)).iterator()


def _versions(user: User) -> Iterator[Mapping[str, Any]]:
    names = [field.attname for field in Version._meta.concrete_fields if field.name not in _NOT_TOLD]
    yield from Version.objects.filter(track__owner=user).order_by("created_at", "id").values(*names).iterator()


def _erase(user: User) -> None:
    now = timezone.now()
    for track in Track.objects.filter(owner=user):
        track_purge(track=track, now=now)
