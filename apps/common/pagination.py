"""Keyset pages for the API: a cursor names the last row, so that new rows never shift a page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

PAGE = 24
MOST = 100


class KeysetPagination(CursorPagination):
    """`{"next", "previous", "results"}`; sorted as the view's queryset is, or by its `ordering`."""

    page_size = PAGE
    page_size_query_param = "limit"
    max_page_size = MOST
    ordering = "-id"
    invalid_cursor_message = "This is no cursor of this list."

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """The queryset's own order; it must end in something unique."""
        own = tuple(name for name in queryset.query.order_by if isinstance(name, str))
        if own and not hasattr(view, "ordering"):
            return own
        return tuple(super().get_ordering(request, queryset, view))

    def decode_cursor(self, request: Request) -> Any:
        """The cursor of the query string; a bad one is the client's mistake, not a missing page."""
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise ValidationError({self.cursor_query_param: [self.invalid_cursor_message]}) from error
