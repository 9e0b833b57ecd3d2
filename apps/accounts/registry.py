"""What other apps know of a user: they say here how to give it out and how to erase it.

Arrows point down, so accounts cannot ask them; each app registers itself in its `AppConfig.ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User

Rows = Callable[[User], Iterable[Mapping[str, Any]]]
Erase = Callable[[User], None]


@dataclass(frozen=True, slots=True)
class Section:
    """One file of an export: a name like "tracks" and the user's own rows, read as they are written."""

    name: str
    rows: Rows


_sections: dict[str, Section] = {}
_erasers: dict[str, Erase] = {}


def register_export(name: str, rows: Rows) -> None:
    """Add `name`.json to every export. `rows` yields only the user's own; any JSON value, date, UUID or decimal."""
    _sections[name] = Section(name, rows)


def register_erase(name: str, erase: Erase) -> None:
    """Have `erase` called, inside the transaction that deletes the user, before the row goes.

    Later apps stand higher and are called first. Files are deleted with `transaction.on_commit`.
    """
    _erasers[name] = erase


def sections() -> Iterator[Section]:
    """In the order they were registered."""
    yield from _sections.values()


def erasers() -> Iterator[Erase]:
    """From the top of the house down."""
    yield from reversed(_erasers.values())
