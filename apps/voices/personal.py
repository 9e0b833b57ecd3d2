"""What the voices know of a user: how that is given out and erased, and how much room it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.registry import register_erase, register_export
from apps.accounts.stored import register_bytes
from apps.library.storage import storage
from apps.voices.models import Rating, RegisteredPerformer, Swap
from apps.voices.selectors import recorded_bytes
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
    for performer in RegisteredPerformer.objects.filter(owner=user):
        recordings_drop(performer)
    folders = [swap.folder for swap in Swap.objects.filter(owner=user, kind=Swap.Kind.PREVIEW)]

    def drop() -> None:
        for folder in folders:
            storage().delete_prefix(folder)

    transaction.on_commit(drop, robust=True)
