"""What a request was understood to mean, before anything is made: for the person to see, and to correct."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from inference import registry
from inference.engine import Request
from inference.engines.composer.reading.evidence import Notebook, Origin, Source
from inference.engines.composer.reading.matching import spread
from inference.engines.composer.reading.reader import LONGEST_PROMPT, Reading, read
from inference.engines.composer.writing import singer
from inference.singing.voices import VOICES

_MODES = ("major", "minor")


@dataclass(frozen=True, slots=True)
class Understood:
    """One thing about the song: what it will be, and who decided that."""

    name: str
    """"tempo", "key", "meter", "genre", "mood", "instruments", "without", "energy", "form", "era" or "voice"."""
    value: Any
    """A JSON value of the kind that the field of `Request` with this name takes; lists for mood and instruments."""
    text: str
    """The value as people read it: "92 BPM"."""
    source: str
    """"field" of the form, "prompt", or "chosen" where nothing was said."""
    words: str
    """What it was read from, as it was written; empty when it was chosen."""

    @property
    def said(self) -> bool:
        """Whether the person asked for it."""
        return self.source != Source.CHOSEN.value

    def as_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "name": self.name,
            "value": self.value,
            "text": self.text,
            "source": self.source,
            "said": self.said,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything that was understood, in the order in which people care."""

    engine: str
    title: str
    """Suggested."""
    items: tuple[Understood, ...]
    notes: tuple[str, ...]
    """Contradictions, what cannot be, and words that were not known, with how each was taken."""

    def get(self, name: str) -> Understood | None:
        """The item of that name; None where nothing was said and the engine chooses for itself."""
        return next((item for item in self.items if item.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "engine": self.engine,
            "title": self.title,
            "items": [item.as_json() for item in self.items],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a song can be held to: the tempo and the key that the form or the prompt names."""

    tempo: float | None
    """Beats a minute; None when nothing was said, or only "slow" and the like."""
    key: str
    """As "E minor"; empty unless tonic and mode were named."""


def asked_for(request: Request) -> AskedFor:
    """The tempo and key that were asked for, whichever engine makes the song."""
    reading = read(replace(request, lyrics="", instrumental=True))
    return AskedFor(
        reading.tempo if reading.tempo_asked else None,
        reading.key.name if reading.key_asked else "",
    )


def understand(request: Request, engine: str = registry.DEFAULT) -> Understanding:
    """What `engine` will make of the request's words; pure and quick.

    Only the composer says beforehand what it chooses; of other engines there are the things that were asked for, as far
    as the form or the prompt says them. KeyError for an engine that there is not.
    """
    reading = read(replace(request, lyrics="", instrumental=True))
    items = tuple(_items(request, reading))
    if registry.get(engine).name != registry.DEFAULT:
        items = tuple(item for item in items if item.said)
    return Understanding(engine, reading.title, items, reading.notes)


def _items(request: Request, reading: Reading) -> list[Understood]:
    chosen = Origin(Source.CHOSEN)
    mode = "" if reading.key.mode in _MODES else f" ({reading.key.mode})"
    rows: list[tuple[str, Any, str]] = [
        ("genre", reading.genre.name, reading.genre.title),
        ("mood", list(reading.moods), _listed(reading.moods) or "open"),
        ("tempo", round(reading.tempo, 2), f"{reading.tempo:g} BPM"),
        ("key", reading.key.name, reading.key.name + mode),
        ("meter", reading.meter.name, reading.meter.name),
        ("instruments", list(reading.instruments), _listed(reading.instruments) or "the genre's own"),
        ("energy", round(reading.energy, 2), _level(reading.energy)),
        ("form", reading.genre.form, reading.genre.form),
    ]
    if reading.era:
        rows.append(("era", reading.era, reading.era))
    if reading.without:
        rows.insert(6, ("without", sorted(reading.without), _listed(sorted(reading.without))))
    items = []
    for name, value, text in rows:
        origin = reading.origins.get(name, chosen)
        items.append(Understood(name, value, text, origin.source.value, origin.words))
    if not request.instrumental:
        items += _voice(request, reading)
    return items


def _voice(request: Request, reading: Reading) -> list[Understood]:
    """Who will sing; nothing for a voice that there is not, which is refused when the song is made."""
    if request.voice:
        known = [request.voice] if request.voice in VOICES else []
        return [Understood("voice", name, VOICES[name].title, Source.FIELD.value, name) for name in known]
    voice = singer.singer(request, reading)
    page = Notebook(spread(request.prompt[:LONGEST_PROMPT]))
    page.prompt("voice", singer.voice_spans(page.text.plain))
    origin = page.origins["voice"]
    return [Understood("voice", voice.name, voice.title, origin.source.value, origin.words)]


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names)


def _level(energy: float) -> str:
    return ("still", "calm", "moderate", "lively", "wild")[min(4, int(energy * 5))]
