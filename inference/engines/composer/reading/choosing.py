"""Which genre the words ask for, or where moods, instruments and topics are at home."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

from inference.engine import Request
from inference.engines.composer.genres.base import Genre
from inference.engines.composer.genres.catalogue import GENRES
from inference.engines.composer.reading import matching, words
from inference.engines.composer.reading.eras import Era
from inference.engines.composer.reading.evidence import Notebook
from inference.engines.composer.reading.meaning import Meaning
from inference.engines.composer.reading.moods import MOODS

_WEAK = frozenset(
    {"acoustic", "electronic", "dance", "score", "standard", "danse", "electro", "fantasy", "space", "dub", "movie"}
)
_OPEN = ("pop", "folk", "lofi", "soul", "synthwave", "ballad", "house", "bossa", "cinematic")
_MEANING = 3.0
"""What being near in meaning weighs, against 1 for the home of a mood."""
_CLOSE = 0.8
"""Genres with this share of the best one's weight are as good."""

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


def genre(
    request: Request,
    moods: tuple[str, ...],
    instruments: tuple[str, ...],
    era: Era,
    other: Meaning,
    page: Notebook,
    rng: Random,
) -> tuple[Genre, Genre | None]:
    """The genre, and a second one that was named beside it."""
    ranked, spans = _ranked(page.text.plain)
    page.prompt("genre", spans)
    asked = matching.plain(request.genre).strip()
    if asked:
        named = [asked] if asked in GENRES else _ranked(asked)[0]
        if named:
            page.field("genre", request.genre)
            second = next((name for name in ranked if name != named[0]), None)
            return GENRES[named[0]], GENRES[second] if second else None
        page.note(f"the genre “{request.genre[:40]}” is not known; one was chosen from the prompt")
    if ranked:
        return GENRES[ranked[0]], GENRES[ranked[1]] if len(ranked) > 1 else None
    weights = _leanings(page.text.plain, moods, instruments, era)
    near = other.nearest_genres()
    for name, nearness in near.items():
        weights[name] = weights.get(name, 0.0) + _MEANING * nearness
    if near:
        page.prompt("genre", other.spans)
    weights = weights or _guessed(page)
    top = max(weights.values())
    return GENRES[rng.choice(sorted(name for name, weight in weights.items() if weight >= top * _CLOSE))], None


def _ranked(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The genres that are named, best first, and where."""
    scores: dict[str, float] = {}
    hits = [hit for hit in matching.found(text, words.GENRES) if not hit.negated]
    for hit in hits:
        weight = 0.4 if text[hit.start : hit.end] in _WEAK else 1.0
        scores[hit.concept] = scores.get(hit.concept, 0.0) + weight - hit.start * 1e-4
    ranked = sorted(scores, key=lambda name: -scores[name])
    return ranked, [(hit.start, hit.end) for hit in hits if hit.concept in ranked[:2]]


def _leanings(text: str, moods: tuple[str, ...], instruments: tuple[str, ...], era: Era) -> dict[str, float]:
    weights: dict[str, float] = {}

    def lean(homes: tuple[str, ...], strength: float) -> None:
        for place, home in enumerate(homes):
            weights[home] = weights.get(home, 0.0) + strength / (1 + 0.35 * place)

    for entries, homes in words.TOPICS.items():
        if matching.contains(text, entries):
            lean(homes, 1.1)
    lean(era.genres, 2.0)
    for mood in moods:
        lean(MOODS[mood].genres, 1.0)
    for instrument in instruments:
        lean(_AT_HOME.get(instrument, ()), 1.2)
    return weights


def _guessed(page: Notebook) -> dict[str, float]:
    """Genres for words that nobody taught: by spelling."""
    weights: dict[str, float] = {}
    for kind, concept, word in matching.near(re.findall(r"[a-z]{3,20}", page.text.plain)[:60]):
        page.note(f"“{word[:30]}” was read as {concept}")
        homes = (
            (concept,) if kind == "genre" else MOODS[concept].genres if kind == "mood" else _AT_HOME.get(concept, ())
        )
        for place, home in enumerate(homes):
            weights[home] = weights.get(home, 0.0) + 1.0 / (place + 1)
    if not weights:
        page.note("no genre, mood or instrument was recognised; the choice is free")
    return weights or dict.fromkeys(_OPEN, 1.0)
