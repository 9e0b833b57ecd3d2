"""Where each thing that was read comes from, so that a person can check it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from inference.engines.composer.reading.matching import Text


class Source(StrEnum):
    """Who decided."""

    FIELD = "field"
    PROMPT = "prompt"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who decided one thing, and in which words, as they were written."""

    source: Source
    words: str = ""

    @property
    def said(self) -> bool:
        return self.source is not Source.CHOSEN


class Notebook:
    """What is written down while a request is read: origins and remarks for the person."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.origins: dict[str, Origin] = {}
        self._notes: list[str] = []

    def note(self, *remarks: str) -> None:
        """Remember what the person should know; empty remarks are nothing."""
        self._notes += filter(None, remarks)

    def field(self, name: str, written: str) -> None:
        """`name` was decided by a field of the form."""
        self.origins[name] = Origin(Source.FIELD, " ".join(written.split())[:80])

    def prompt(self, name: str, spans: Iterable[tuple[int, int]]) -> None:
        """`name` was read from these places of the plain prompt; without any it was chosen."""
        words = dict.fromkeys(filter(None, (self.text.cut(start, end) for start, end in sorted(set(spans)))))
        self.origins[name] = Origin(Source.PROMPT, ", ".join(words)[:120]) if words else Origin(Source.CHOSEN)

    @property
    def notes(self) -> tuple[str, ...]:
        """Every remark once."""
        return tuple(dict.fromkeys(self._notes))
