"""Reading a request: what the words ask for, what is left open, and what could not be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from inference.engine import Request
from inference.engines.composer.chance import well
from inference.engines.composer.genres.base import Genre
from inference.engines.composer.genres.catalogue import GENRES
from inference.engines.composer.reading import matching, pitch, title, words
from inference.engines.composer.reading.moods import MOODS
from inference.engines.composer.score import METERS, Meter
from inference.engines.composer.theory import Key

_WEAK = frozenset(
    {"acoustic", "electronic", "dance", "score", "standard", "danse", "electro", "fantasy", "space", "dub", "movie"}
)
_AT_HOME: Mapping[str, tuple[str, ...]] = {
    "piano": ("ballad", "classical"), "electric piano": ("lofi", "soul"), "acoustic guitar": ("folk",),
        "nylon guitar": ("bossa", "folk"),
    "electric guitar": ("rock", "pop"), "distorted guitar": ("metal", "rock"), "strings": ("cinematic", "classical"),
        "violin": ("classical", "waltz"),
    "cello": ("classical", "ballad"), "flute": ("classical", "celtic"), "clarinet": ("jazz", "classical"),
        "saxophone": ("jazz", "soul"),
    "trumpet": ("jazz", "latin"), "brass": ("funk", "march"), "french horn": ("cinematic",), "harp": ("celtic",
        "ambient"), "organ": ("blues", "reggae"),
    "church organ": ("classical",), "accordion": ("waltz", "folk"), "harmonica": ("blues", "country"),
        "banjo": ("country",), "mandolin": ("celtic", "folk"),
    "kalimba": ("ambient", "lofi"), "marimba": ("latin", "house"), "vibraphone": ("jazz", "lofi"),
        "music box": ("waltz",), "steel drum": ("latin",),
    "whistle": ("celtic",), "recorder": ("celtic",), "bagpipe": ("celtic",), "choir": ("cinematic",),
        "synth": ("synthwave", "house"), "pad": ("ambient",),
    "harpsichord": ("classical",), "bass": ("funk",), "drums": ("rock", "hiphop"), "timpani": ("cinematic",),
        "sitar": ("ambient",), "koto": ("ambient",),
}  # fmt: skip


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
        if self.without:
            shown["without"] = sorted(self.without)
        if self.notes:
            shown["notes"] = list(self.notes)
        return shown


def read(request: Request) -> Reading:
    """Everything about the song that words decide; fields of the form win over the prompt."""
    prompt = request.prompt[:12_000]
    text = matching.plain(f"{prompt} ")
    by_text = well(f"words:{text}:{request.genre}:{request.mood}")
    by_seed = well(f"{request.seed}:reading:{text}")
    notes: list[str] = []
    moods = _moods(request, text, notes)
    instruments, without, solo = _instruments(text)
    genre, flavour = _genre(request, text, moods, instruments, notes, by_text)
    energy = _energy(genre, moods, text)
    meter = _meter(genre, text, notes)
    key, key_asked = _key(request, prompt, text, genre, moods, notes, by_seed)
    tempo = _tempo(request, text, genre, moods, notes, by_seed)
    feel = [MOODS[m] for m in moods]
    if request.lyrics.strip() or not request.instrumental:
        notes.append("this engine does not sing yet; an instrumental was made")
    return Reading(
        genre, flavour, moods, tempo, key, key_asked, meter, instruments, without, solo, energy,
        sum(m.bright for m in feel) / max(1, len(feel)),
        sum(m.space for m in feel) / max(1, len(feel)),
        title.suggest(prompt, moods, by_text),
        tuple(notes),
    )  # fmt: skip


def _moods(request: Request, text: str, notes: list[str]) -> tuple[str, ...]:
    asked = matching.plain(request.mood).strip()
    found = [h.concept for h in matching.found(text, words.MOODS) if not h.negated]
    if asked:
        fields = [asked] if asked in MOODS else [h.concept for h in matching.found(asked, words.MOODS)]
        if not fields:
            notes.append(f"the mood “{request.mood[:40]}” is not known; it was left open")
        found = fields + found
    return tuple(dict.fromkeys(found))[:4]


def _instruments(text: str) -> tuple[tuple[str, ...], frozenset[str], bool]:
    hits = matching.found(text, words.INSTRUMENTS)
    wanted = tuple(dict.fromkeys(h.concept for h in hits if not h.negated))[:5]
    if "church organ" in wanted:
        wanted = tuple(name for name in wanted if name != "organ")
    without = frozenset(h.concept for h in hits if h.negated) - set(wanted)
    solo = False
    if len(wanted) == 1:
        solo = bool(re.search(rf"(?<!\w)(?:{words.SOLO})(?!\w)", text)) and not re.search(r"solo of|with a solo", text)
    return wanted, without, solo


def _genre(
    request: Request, text: str, moods: tuple[str, ...], instruments: tuple[str, ...], notes: list[str], rng: Random
) -> tuple[Genre, Genre | None]:
    ranked = _ranked_genres(text)
    asked = matching.plain(request.genre).strip()
    if asked:
        named = [asked] if asked in GENRES else _ranked_genres(f"{asked} ")
        if named:
            other = next((g for g in ranked if g != named[0]), None)
            return GENRES[named[0]], GENRES[other] if other else None
        notes.append(f"the genre “{request.genre[:40]}” is not known; one was chosen from the prompt")
    if ranked:
        return GENRES[ranked[0]], GENRES[ranked[1]] if len(ranked) > 1 else None
    weights = _leanings(text, moods, instruments)
    if not weights:
        for kind, concept, word in matching.near(_unknown(text)):
            if kind == "genre":
                notes.append(f"“{word[:30]}” was read as {concept}")
                return GENRES[concept], None
            homes = MOODS[concept].genres if kind == "mood" else _AT_HOME.get(concept, ())
            for place, home in enumerate(homes):
                weights[home] = weights.get(home, 0.0) + 1.0 / (place + 1)
    if not weights:
        notes.append("no genre, mood or instrument was recognised; the choice is free")
        weights = dict.fromkeys(
            ("pop", "folk", "lofi", "soul", "synthwave", "ballad", "house", "bossa", "cinematic"), 1.0
        )
    top = max(weights.values())
    close = sorted(name for name, weight in weights.items() if weight >= top * 0.75)
    return GENRES[rng.choice(close)], None


def _ranked_genres(text: str) -> list[str]:
    scores: dict[str, float] = {}
    for hit in matching.found(text, words.GENRES):
        if hit.negated:
            continue
        word = text[hit.start : hit.end]
        weight = 0.4 if word in _WEAK else 1.0
        scores[hit.concept] = scores.get(hit.concept, 0.0) + weight - hit.start * 1e-4
    return sorted(scores, key=lambda name: -scores[name])


def _leanings(text: str, moods: tuple[str, ...], instruments: tuple[str, ...]) -> dict[str, float]:
    weights: dict[str, float] = {}

    def lean(homes: tuple[str, ...], strength: float) -> None:
        for place, home in enumerate(homes):
            weights[home] = weights.get(home, 0.0) + strength / (1 + 0.35 * place)

    for entries, homes in words.TOPICS.items():
        if matching.contains(text, entries):
            lean(homes, 1.1)
    for mood in moods:
        lean(MOODS[mood].genres, 1.0)
    for instrument in instruments:
        lean(_AT_HOME.get(instrument, ()), 1.2)
    return weights


def _unknown(text: str) -> list[str]:
    return re.findall(r"[a-z]{4,20}", text)[:60]


def _energy(genre: Genre, moods: tuple[str, ...], text: str) -> float:
    value = genre.energy + sum(MOODS[m].energy for m in moods) * 0.3 / max(1, len(moods))
    levels = {h.concept for h in matching.found(text, words.ENERGY_WORDS) if not h.negated}
    value += 0.15 * ("high" in levels) - 0.18 * ("low" in levels)
    return min(1.0, max(0.05, value))


def _meter(genre: Genre, text: str, notes: list[str]) -> Meter:
    name, remarks = pitch.read_meter(text, tuple(METERS))
    notes += remarks
    if name is None and genre.name != "waltz" and matching.contains(text, words.GENRES["waltz"]):
        name = "3/4"
    return METERS[name or genre.meter]


def _key(
    request: Request, prompt: str, text: str, genre: Genre, moods: tuple[str, ...], notes: list[str], rng: Random
) -> tuple[Key, bool]:
    said = pitch.read_key(prompt)
    field = pitch.parse_key(request.key) if request.key.strip() else None
    if request.key.strip() and field is None:
        notes.append(f"“{request.key[:20]}” is not a key; one was chosen")
    tonic = field.tonic if field else said.tonic
    minor = field.minor if field else said.minor
    if field is None:
        notes += said.notes
    modal = [h.concept for h in matching.found(text, words.MODE_WORDS) if h.concept not in ("major", "minor")]
    if minor is None and not modal:
        lean = genre.minor + 0.55 * sum(MOODS[m].minor for m in moods) / max(1, len(moods))
        minor = rng.random() < min(0.97, max(0.03, lean))
    asked = tonic is not None
    if tonic is None:
        tonic = rng.choice((9, 4, 2, 11, 0, 7, 5, 6) if minor else (0, 7, 2, 9, 4, 5, 10, 3))
    if modal and field is None:
        return Key(tonic, modal[0]), asked
    if asked:
        return Key(tonic, "minor" if minor else "major"), True
    return Key(tonic, genre.modes[bool(minor)]), False


def _tempo(request: Request, text: str, genre: Genre, moods: tuple[str, ...], notes: list[str], rng: Random) -> float:
    speeds = [h.concept for h in matching.found(text, words.TEMPO_WORDS) if not h.negated]
    if request.tempo is not None:
        value, remark = pitch.check_tempo(request.tempo)
        notes += [remark] if remark else []
    else:
        value, remarks = pitch.read_tempo(text)
        notes += remarks
    if value is not None:
        if ("slow" in speeds and value > 140) or ("fast" in speeds and value < 75):
            notes.append(f"“{speeds[0]}” and {value:g} BPM contradict each other; the number was taken")
        return value
    low, high = genre.tempo
    for word, bpm in words.ITALIAN_TEMPI.items():
        if re.search(rf"(?<!\w){word}(?!\w)", text):
            return float(bpm)
    if "slow" in speeds and "fast" in speeds:
        notes.append("both slow and fast were asked for; a medium tempo was taken")
        speeds = []
    lean = sum(MOODS[m].tempo for m in moods) / max(1, len(moods))
    place = 0.5 + 0.4 * lean + rng.uniform(-0.15, 0.15)
    if "slow" in speeds:
        place -= 0.6
    elif "fast" in speeds:
        place += 0.6
    return float(round(low + (high - low) * min(1.3, max(-0.35, place))))
