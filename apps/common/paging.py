"""Keyset pages as the API gives them: `{"next", "previous", "results"}`, `next` an address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from apps.common.pagination import MOST, PAGE

PARAMETERS = (
    OpenApiParameter("cursor", str, description="Where the page before ended; follow `next` instead of making one."),
    OpenApiParameter("limit", int, description=f"Rows in a page, {PAGE} unless told, at most {MOST}."),
)


def limit_of(request: Request) -> int:
    """How many rows are asked for; ValidationError when it is no number, more than most is most."""
    text = request.query_params.get("limit", "")
    if not text:
        return PAGE
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 6 or int(text) < 1:
        raise ValidationError({"limit": [f"Give a number from 1 to {MOST}."]})
    return min(int(text), MOST)


def text_of(request: Request, name: str, longest: int = 200) -> str:
    """A text of the query string; ValidationError for one that no text can be."""
    text = request.query_params.get(name, "")
    if len(text) > longest or "\0" in text:
        raise ValidationError({name: [f"Give at most {longest} plain characters."]})
    return text.strip()


def envelope(request: Request, results: Any, next_cursor: str) -> dict[str, Any]:
    """The page, with the address of the next one."""
    following = None
    if next_cursor:
        query = {**request.query_params.dict(), "cursor": next_cursor}
        following = request.build_absolute_uri(f"{request.path}?{urlencode(query)}")
    return {"next": following, "previous": None, "results": results}


def page_of(name: str, serializer: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """How OpenAPI describes a page of such rows."""
    return inline_serializer(
        name,
        {
            "next": serializers.CharField(allow_null=True, help_text="The address of the next page."),
            "previous": serializers.CharField(allow_null=True),
            "results": serializer(many=True),
        },
    )
