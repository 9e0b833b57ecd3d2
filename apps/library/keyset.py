"""Keyset pages: a cursor names the last row that was seen, so that inserts and deletes never shift a page."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

_Row = TypeVar("_Row", bound=Model)
_READERS: dict[str, Callable[[Any], Any]] = {
    "t": datetime.fromisoformat,
    "u": UUID,
    "s": str,
    "i": int,
}


class CursorError(ValueError):
    """The cursor is not one of ours for this list."""


@dataclass(frozen=True, slots=True)
class Order:
    """Columns to sort by, Django's way with "-" for descending; the last must be unique, all point the same way."""

    columns: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns without their direction."""
        return tuple(column.lstrip("-") for column in self.columns)

    @property
    def descending(self) -> bool:
        """Whether the list runs downwards."""
        return self.columns[0].startswith("-")


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """Some rows of a list and the cursor of the next ones; empty at the end."""

    rows: tuple[_Row, ...]
    next_cursor: str


def page(rows: QuerySet[_Row], order: Order, *, cursor: str, size: int) -> Page[_Row]:
    """The `size` rows after `cursor`, in one query; from the start when it is empty. CursorError for a bad one."""
    ordered = rows.order_by(*order.columns)
    if cursor:
        ordered = ordered.filter(_after(order, _read(cursor, len(order.columns))))
    found = list(ordered[: size + 1])
    more = len(found) > size
    return Page(tuple(found[:size]), _write(found[size - 1], order) if more else "")


def _after(order: Order, values: list[Any]) -> Q:
    """Rows beyond the one with `values`; the first column is bounded by itself, so that its index is used."""
    step = "lt" if order.descending else "gt"
    beyond = Q()
    for place, name in enumerate(order.names):
        equal = dict(zip(order.names[:place], values[:place], strict=True))
        beyond |= Q(**equal, **{f"{name}__{step}": values[place]})
    return Q(**{f"{order.names[0]}__{step}e": values[0]}) & beyond


def _write(row: Model, order: Order) -> str:
    values = [_tagged(getattr(row, name)) for name in order.names]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def _tagged(value: Any) -> list[Any]:
    match value:
        case datetime():
            return ["t", value.isoformat()]
        case UUID():
            return ["u", str(value)]
        case int():
            return ["i", value]
        case _:
            return ["s", str(value)]


def _read(cursor: str, count: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        found = [_READERS[kind](value) for kind, value in values]
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise CursorError("This is no cursor of ours.") from error
    if len(found) != count:
        raise CursorError("This cursor belongs to another list.")
    return found
