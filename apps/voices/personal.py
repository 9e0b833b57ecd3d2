"""What the voices know of a user: how that is given out and erased, and how much room it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.registry import register_erase, register_export
from apps.accounts.stored import register_bytes
from apps.voices.models import Rating, RegisteredPerformer, Swap
from apps.voices.selectors import recorded_bytes
from apps.voices.services.previews_drop import previews_drop
from apps.voices.services.recordings_drop import recordings_drop


def register() -> None:
    """Add the sections, the eraser and the count of bytes."""
    register_export("performers", _performers)
    register_export("swaps", _swaps)
    register_export("ratings", _ratings)
    register_erase("voices", _erase)
    register_bytes("voices", recorded_bytes)


def _performers(user: User) -> Iterator[Mapping[str, Any]]:
    names = [field.attname for field in RegisteredPerformer._meta.concrete_fields if field.name != "owner"]
    for row in RegisteredPerformer.objects.filter(owner=user).order_by("id").prefetch_related("shares"):
        shared = [share.email for share in row.shares.all()]
        yield {name: getattr(row, name) for name in names} | {"shared_with": shared}


def _swaps(user: User) -> Iterator[Mapping[str, Any]]:
    told = [field.attname for field in Swap._meta.concrete_fields if field.name not in {"owner", "content_hash"}]
    yield from Swap.objects.filter(owner=user).order_by("id").values(*told).iterator()


def _ratings(user: User) -> Iterator[Mapping[str, Any]]:
    yield from Rating.objects.filter(user=user).order_by("id").values("version", "stars", "rated_at").iterator()


def _erase(user: User) -> None:
    performers = RegisteredPerformer.objects.filter(owner=user)
    for performer in performers:
        recordings_drop(performer)
    # theirs, and what others heard of their voices
    previews_drop(Swap.objects.filter(Q(owner=user) | Q(registered__in=performers)), now=timezone.now())
