"""What a request is understood to mean before it is sent; the one place of the web that asks `inference` (ADR 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


def understood(
    engine: str,
    *,
    seed: int,
    seconds: int,
    prompt: str = "",
    genre: str = "",
    mood: str = "",
    tempo: float | None = None,
    key: str = "",
    meter: str = "",
    instruments: tuple[str, ...] = (),
    energy: float | None = None,
) -> Understanding:
    """How `engine`, one that announced that it `understands`, reads this; quick, and nothing is made."""
    request = Request(
        prompt=prompt,
        seconds=seconds,
        seed=seed,
        genre=genre,
        mood=mood,
        tempo=tempo,
        key=key,
        meter=meter,
        instruments=instruments,
        energy=energy,
    )
    found = understand(request, engine)
    facts = tuple(_fact(item) for item in found.items if item.name not in _INNER or item.said)
    return Understanding(facts, tuple(_sentence(note) for note in found.notes))


def _fact(item: Understood) -> Fact:
    title = _TITLES.get(item.name, item.name.capitalize())
    return Fact(item.name, title, item.value, item.text, item.source, item.words)


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{note[1:]}{'' if note.endswith(('.', '!', '?')) else '.'}"
