"""What the uploads know of a user: how that is given out and erased, and how much room it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.accounts.models import User
from apps.accounts.registry import register_erase, register_export
from apps.accounts.stored import register_bytes
from apps.uploads.models import Upload
from apps.uploads.selectors import uploaded_bytes
from apps.uploads.services.sent import drop_sent

_NOT_TOLD = frozenset({"owner", "handle"})


def register() -> None:
    """Add the section, the eraser and the count of bytes."""
    register_export("uploads", _uploads)
    register_erase("uploads", _erase)
    register_bytes("uploads", uploaded_bytes)


def _uploads(user: User) -> Iterator[Mapping[str, Any]]:
    names = [field.attname for field in Upload._meta.concrete_fields if field.name not in _NOT_TOLD]
    yield from Upload.objects.filter(owner=user).order_by("id").values(*names).iterator()


def _erase(user: User) -> None:
    for upload in Upload.objects.filter(owner=user).exclude(state=Upload.State.READY):
        drop_sent(upload)
