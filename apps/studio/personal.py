"""What the studio knows of a user, for exports; the rows go with the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.accounts.models import User
from apps.accounts.registry import register_export
from apps.studio.models import GenerationRequest

_NOT_TOLD = frozenset({"owner", "content_hash"})


def register() -> None:
    """Add the section."""
    register_export("generation_requests", _requests)


def _requests(user: User) -> Iterator[Mapping[str, Any]]:
    names = [field.attname for field in GenerationRequest._meta.concrete_fields if field.name not in _NOT_TOLD]
    yield from GenerationRequest.objects.filter(owner=user).order_by("created_at", "id").values(*names).iterator()
