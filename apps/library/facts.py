"""What a version says about itself, as names and values that people read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.library.hearing import channels_in_words, number
from apps.library.models import Version
from apps.library.provenance import statement_of
from apps.library.songs import UPLOAD, operation_title

_LONGEST = 240
_TOLD_ELSEWHERE = frozenset(
    {"form", "genre", "key", "lyrics", "meter", "mood", "notes", "prompt", "seconds", "seed", "tempo", "title"}
)
_TAGS = ("title", "artist", "album", "track", "date", "genre")
"""What a file may say about itself, in the order it is shown."""
_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{20,}\b")


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value; `code` when it may be long without spaces to break at; `whole` where it is cut."""

    name: str
    value: str
    code: bool = False
    whole: str = ""


def made_with(version: Version, parent: Version | None) -> list[Fact]:
    """Everything needed to make the version again, but for the prompt and the lyrics; of an upload, what came."""
    return list(_sent(version) if version.operation == UPLOAD else _made_with(version, parent))


def notes(version: Version) -> list[str]:
    """What had to be settled when it was made: contradictions, words that were not known, cuts that moved."""
    told = version.understood.get("notes", [])
    texts = [note for note in told if isinstance(note, str)] if isinstance(told, list) else []
    return [f"{note[:1].upper()}{note[1:]}{'' if note.endswith(('.', '!', '?')) else '.'}" for note in texts]


def _made_with(version: Version, parent: Version | None) -> Iterator[Fact]:
    operation = operation_title(version.operation)
    yield Fact("Operation", f"{operation} of v{parent.number}" if parent is not None else operation)
    yield Fact("Voice", "instrumental" if version.instrumental else "sung")
    yield Fact("Engine", f"{version.engine.capitalize()} {version.engine_version}", code=True)
    if version.weights:
        yield Fact("Weights", _HASH.sub(r"\1…", version.weights), code=True, whole=version.weights)
    yield Fact("Seed", str(version.seed), code=True)
    if version.tempo is not None:
        yield Fact("Tempo", number(version.tempo, "BPM"))
    if version.key:
        yield Fact("Key", version.key)
    if version.meter:
        yield Fact("Meter", version.meter)
    for name, values in (("Understood", version.understood), ("Parameters", version.parameters)):
        told = _told(values)
        if told:
            yield Fact(name, told)
    yield Fact("Licence", f"{version.licence}, {'may be sold' if version.commercial else 'not for sale'}")
    if (statement := statement_of(version)) is not None:
        yield Fact("Downloads say", " ".join(filter(None, (statement.source_type.words, statement.consent))))


def _sent(version: Version) -> Iterator[Fact]:
    """What the file was and what it said about itself."""
    yield Fact("Operation", operation_title(version.operation))
    file = version.parameters
    rate, channels = file.get("sample_rate"), file.get("channels")
    parts = [str(file.get("container", "")).upper()]
    parts += [f"{rate / 1000:g} kHz"] if isinstance(rate, int | float) else []
    parts += [channels_in_words(channels)] if isinstance(channels, int) else []
    yield Fact("File", ", ".join(part for part in parts if part))
    for name in _TAGS:
        if value := str(version.understood.get(name) or ""):
            yield Fact(name.capitalize(), value if len(value) <= _LONGEST else f"{value[:_LONGEST]} …")
    yield Fact("Licence", version.licence)


def _told(values: Mapping[str, Any]) -> str:
    """The plain values of a JSON object as "name value, …", cut where it would become a page."""
    parts = []
    for name, value in values.items():
        if name in _TOLD_ELSEWHERE:
            continue
        shown = " and ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
        if shown:
            parts.append(f"{name.replace('_', ' ')} {shown}")
    told = ", ".join(parts)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST].rsplit(' ', 1)[0]} …"


def _plain(value: object) -> str:
    """A single JSON value in words; nothing for what is nested, absent or a switch."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
