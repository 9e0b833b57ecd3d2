"""What a request is understood to mean before it is sent; the one place of the web that asks `inference` (ADR 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.studio.draft import Draft
from inference.engine import Request
from inference.understanding import Understood, understand

_TITLES = {
    "genre": "Genre",
    "mood": "Mood",
    "tempo": "Tempo",
    "key": "Key",
    "meter": "Meter",
    "instruments": "Instruments",
    "without": "Left out",
    "energy": "Energy",
    "form": "Form",
    "era": "Era",
    "voice": "Voice",
}
_INNER = frozenset({"form"})
"""What the engine decides for itself and people see in the sections of the song."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about the song to be: what, as a value of the form and as text, and who said so."""

    name: str
    title: str
    value: Any
    text: str
    source: str
    """"field" when the form says it, "prompt" when it was read from the words, "chosen" when the engine chose."""
    words: str
    """The words it was read from."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What will be made of a request, and what about it had to be settled."""

    facts: tuple[Fact, ...]
    notes: tuple[str, ...]


def understood(draft: Draft, seed: int) -> Understanding:
    """How the draft's engine, one that announced that it `understands`, reads it; quick, and nothing is made.

    `seed` decides what nobody said, unless the draft has one of its own.
    """
    request = Request(
        prompt=draft.prompt,
        seconds=draft.seconds,
        seed=draft.seed if draft.seed is not None else seed,
        genre=draft.genre,
        mood=draft.mood,
        tempo=draft.tempo,
        key=draft.key,
        meter=draft.meter,
        instruments=draft.instruments,
        energy=draft.energy,
        instrumental=draft.instrumental,
        voice=draft.voice,
    )
    found = understand(request, draft.engine)
    facts = tuple(_fact(item) for item in found.items if item.name not in _INNER or item.said)
    return Understanding(facts, tuple(_sentence(note) for note in found.notes))


def _fact(item: Understood) -> Fact:
    title = _TITLES.get(item.name, item.name.capitalize())
    return Fact(item.name, title, item.value, item.text, item.source, item.words)


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{note[1:]}{'' if note.endswith(('.', '!', '?')) else '.'}"
