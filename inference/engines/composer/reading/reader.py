"""Reading a request: what the words ask for, what is left open, and what could not be meant."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from inference.engine import Request
from inference.engines.composer.chance import well
from inference.engines.composer.genres.base import Genre
from inference.engines.composer.reading import choosing, matching, pitch, tempo, title, words
from inference.engines.composer.reading.eras import ERAS, Era, read_era
from inference.engines.composer.reading.evidence import Notebook, Origin
from inference.engines.composer.reading.meaning import Meaning, meaning
from inference.engines.composer.reading.moods import MOODS
from inference.engines.composer.reading.shapes import Shape, read_shape
from inference.engines.composer.score import METERS, Meter
from inference.engines.composer.theory import Key

LONGEST_PROMPT = 12_000
_NO_ERA = Era("", ())
MOST_INSTRUMENTS = 6
_LACKING = re.compile(r"(?<!\w)(\w{3,20}?)(?:less|free)(?!\w)")
"""As in "drumless"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a song should be: everything decided, ready to be written."""

    genre: Genre
    flavour: Genre | None
    """A second genre that lends its lead sound."""
    moods: tuple[str, ...]
    tempo: float
    """Pulses a minute."""
    key: Key
    key_asked: bool
    """Whether the tonic was named, by the form or the prompt."""
    meter: Meter
    instruments: tuple[str, ...]
    without: frozenset[str]
    solo: bool
    energy: float
    bright: float
    space: float
    title: str
    notes: tuple[str, ...]
    origins: Mapping[str, Origin]
    """Who decided each thing, by its name in `as_json`."""
    shape: Shape = field(default_factory=Shape)
    """What was said about the form; its family is already the genre's."""
    tempo_asked: bool = False
    """Whether a number was named, by the form or the prompt."""
    era: str = ""
    """As "1980s"; empty when none was named."""

    def as_json(self) -> dict[str, Any]:
        """For the person to see."""
        shown: dict[str, Any] = {
            "genre": self.genre.name,
            "mood": list(self.moods),
            "tempo": round(self.tempo, 2),
            "key": self.key.name,
            "meter": self.meter.name,
            "instruments": list(self.instruments),
            "energy": round(self.energy, 2),
            "form": self.genre.form,
            "title": self.title,
        }
        if self.flavour:
            shown["flavour"] = self.flavour.name
        if self.key.mode not in ("major", "minor"):
            shown["mode"] = self.key.mode
        if self.era:
            shown["era"] = self.era
        if self.without:
            shown["without"] = sorted(self.without)
        if self.notes:
            shown["notes"] = list(self.notes)
        return shown


def read(request: Request) -> Reading:
    """Everything about the song that words decide; fields of the form win over the prompt."""
    prompt = request.prompt[:LONGEST_PROMPT]
    text = matching.spread(prompt)
    page = Notebook(text)
    by_text = well(f"words:{text.plain}:{request.genre}:{request.mood}")
    by_seed = well(f"{request.seed}:reading:{text.plain}")
    era = ERAS.get(read_era(page), _NO_ERA)
    shape = read_shape(page)
    other = meaning(page)
    moods = _moods(request, other, page)
    instruments, without, solo = _instruments(request, page)
    genre, flavour = choosing.genre(request, moods, instruments, era, other, page, by_text)
    genre = _of_its_time(genre, era, shape)
    instruments = instruments or tuple(name for name in era.instruments if name not in without)
    energy = _energy(request, genre, moods, page)
    meter = _meter(request, genre, page)
    key, key_asked = _key(request, genre, moods, page, by_seed)
    beats, tempo_asked = tempo.choose(request.tempo, genre, moods, page, by_seed)
    feel = [MOODS[m] for m in moods]
    if request.lyrics.strip() and request.instrumental:
        page.note("an instrumental was asked for; the lyrics are not sung")
    return Reading(
        genre=genre,
        flavour=flavour,
        moods=moods,
        tempo=beats,
        key=key,
        key_asked=key_asked,
        tempo_asked=tempo_asked,
        meter=meter,
        instruments=instruments,
        without=without,
        solo=solo,
        energy=energy,
        bright=sum(m.bright for m in feel) / max(1, len(feel)) + era.bright,
        space=sum(m.space for m in feel) / max(1, len(feel)) + era.space,
        title=title.suggest(prompt, moods, by_text),
        notes=page.notes,
        origins=page.origins,
        shape=shape,
        era=era.title,
    )


def _of_its_time(genre: Genre, era: Era, shape: Shape) -> Genre:
    """The genre with the form that was asked for, worn as its recordings were."""
    mix = replace(genre.mix, dust=max(genre.mix.dust, era.dust))
    return replace(genre, form=shape.family or genre.form, mix=mix)


def _moods(request: Request, other: Meaning, page: Notebook) -> tuple[str, ...]:
    hits = [hit for hit in matching.found(page.text.plain, words.MOODS) if not hit.negated]
    page.prompt("mood", ((hit.start, hit.end) for hit in hits))
    guessed: tuple[str, ...] = ()
    if not hits and not request.mood.strip():
        guessed = other.nearest_moods()
        if guessed:
            page.prompt("mood", other.spans)
            page.note(f"“{', '.join(other.words[:3])}” was taken as {' and '.join(guessed)}")
    asked = matching.plain(request.mood).strip()
    fields: list[str] = []
    if asked:
        fields = [asked] if asked in MOODS else [h.concept for h in matching.found(asked, words.MOODS)]
        if fields:
            page.field("mood", request.mood)
        else:
            page.note(f"the mood “{request.mood[:40]}” is not known; it was left open")
    return tuple(dict.fromkeys([*fields, *(hit.concept for hit in hits), *guessed]))[:4]


def _instruments(request: Request, page: Notebook) -> tuple[tuple[str, ...], frozenset[str], bool]:
    text = page.text.plain
    hits = matching.found(text, words.INSTRUMENTS)
    without = {hit.concept for hit in hits if hit.negated}
    for stripped in _LACKING.findall(text):
        without |= {hit.concept for hit in matching.found(stripped, words.INSTRUMENTS)}
    wanted = tuple(dict.fromkeys(hit.concept for hit in hits if not hit.negated))
    page.prompt("without", ((hit.start, hit.end) for hit in hits if hit.negated))
    page.prompt("instruments", ((hit.start, hit.end) for hit in hits if not hit.negated))
    named = _named_instruments(request.instruments, page)
    if named:
        page.field("instruments", ", ".join(request.instruments))
        wanted = named
    if "church organ" in wanted:
        wanted = tuple(name for name in wanted if name != "organ")
    solo = False
    if len(wanted) == 1:
        solo = bool(re.search(rf"(?<!\w)(?:{words.SOLO})(?!\w)", text)) and not re.search(r"solo of|with a solo", text)
    return wanted[:MOST_INSTRUMENTS], frozenset(without - set(wanted)), solo


def _named_instruments(asked: tuple[str, ...], page: Notebook) -> tuple[str, ...]:
    """The known instruments among those of the form."""
    known: list[str] = []
    for name in asked[:40]:
        wanted = matching.plain(name).strip()
        here = (
            [wanted] if wanted in words.INSTRUMENTS else [h.concept for h in matching.found(wanted, words.INSTRUMENTS)]
        )
        if wanted and not here:
            page.note(f"the instrument “{name[:40]}” is not known; it was left out")
        known += here
    return tuple(dict.fromkeys(known))


def _energy(request: Request, genre: Genre, moods: tuple[str, ...], page: Notebook) -> float:
    hits = [hit for hit in matching.found(page.text.plain, words.ENERGY_WORDS) if not hit.negated]
    page.prompt("energy", ((hit.start, hit.end) for hit in hits))
    if request.energy is not None and math.isfinite(request.energy):
        page.field("energy", f"{request.energy:g}")
        return min(1.0, max(0.05, request.energy))
    value = genre.energy + sum(MOODS[m].energy for m in moods) * 0.3 / max(1, len(moods))
    levels = {hit.concept for hit in hits}
    value += 0.15 * ("high" in levels) - 0.18 * ("low" in levels)
    return min(1.0, max(0.05, value))


def _meter(request: Request, genre: Genre, page: Notebook) -> Meter:
    known = tuple(METERS)
    if request.meter.strip():
        field = pitch.read_meter(matching.plain(request.meter), known)
        page.note(*field.notes)
        if field.name:
            page.field("meter", request.meter)
            return METERS[field.name]
        page.note(f"“{request.meter[:20]}” is not a metre; a fitting one was taken")
    said = pitch.read_meter(page.text.plain, known)
    page.note(*said.notes)
    page.prompt("meter", said.spans)
    return METERS[said.name or genre.meter]


def _key(request: Request, genre: Genre, moods: tuple[str, ...], page: Notebook, rng: Random) -> tuple[Key, bool]:
    said = pitch.read_key(page.text)
    page.prompt("key", said.spans)
    field = pitch.parse_key(request.key) if request.key.strip() else None
    if field is not None:
        page.field("key", request.key)
        return field, True
    if request.key.strip():
        page.note(f"“{request.key[:20]}” is not a key; one was chosen")
    page.note(*said.notes)
    lean = genre.minor + 0.55 * sum(MOODS[m].minor for m in moods) / max(1, len(moods))
    minor, mode = said.minor, said.mode
    if minor is None and said.tonic is not None:
        minor = lean > 0.9  # "in D" is D major unless everything else is dark
    elif minor is None:
        minor = rng.random() < min(0.97, max(0.03, lean))
    if said.tonic is not None:
        return Key(said.tonic, mode or ("minor" if minor else "major")), True
    tonic = rng.choice((9, 4, 2, 11, 0, 7, 5, 6) if minor else (0, 7, 2, 9, 4, 5, 10, 3))
    return Key(tonic, mode or genre.modes[bool(minor)]), False
