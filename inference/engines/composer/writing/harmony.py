"""Chords for every bar: a progression for each theme, cadences at the joints, the tonic at the end."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from inference.engines.composer.genres.base import Genre, Harmony
from inference.engines.composer.score import Meter, Span
from inference.engines.composer.theory import Chord, Key, make_chord
from inference.engines.composer.writing import keys

_COLOURED = frozenset({"triad", "add9"})
_TURNS: Mapping[bool, Mapping[str, tuple[tuple[str, str], ...]]] = {
    False: {
        "I": (("I", "I^3"), ("I", "V^3")),
        "IV": (("IV", "iv"), ("ii", "IV"), ("IV", "I^3")),
        "vi": (("vi", "I^5"), ("vi", "III")),
        "V": (("Vsus4", "V"), ("V", "V^3")),
        "ii": (("ii", "II7"), ("ii", "ii^3")),
        "iii": (("iii", "V^3"),),
    },
    True: {
        "i": (("i", "i^3"), ("i", "v^3")),
        "VI": (("VI", "iv"), ("VI", "i^5")),
        "VII": (("VIIsus4", "VII"), ("VII", "VII^3")),
        "iv": (("iv", "iiø7"), ("iv", "i^3")),
        "v": (("v", "V"),),
        "III": (("III", "VII^3"),),
    },
}
"""What a bar's chord may become when its section is heard again."""

_CLEAR = 0.18
"""By how much a key fits better than any other when nobody mistakes it."""
_HOME: Mapping[bool, tuple[str, ...]] = {
    False: ("I IV I V", "I vi IV V", "I IV V I", "I V IV I"),
    True: ("i iv i V", "i VI iv V", "i iv V i", "i VII iv i"),
}
_HOME_CHORDS: Mapping[str, str] = {"Imaj9": "Iadd9", "Imaj7": "I6", "i9": "iadd9", "i7": "iadd9", "i": "iadd9"}

Bars = tuple[tuple[str, ...], ...]
"""Numerals by bar."""


def progressions(genre: Genre, key: Key, rng: random.Random, *, settled: bool) -> Mapping[str, Bars]:
    """One progression for each theme of the form; bridge and chorus differ from the verse.

    `settled` keeps to those that are heard in the key, so that a key that was asked for is the one that listeners find.
    """
    source = genre.dark if key.minor else genre.major
    pairs = [(v, c) for v in source.verse for c in source.chorus if v != c or len(source.chorus) == 1]
    if settled:
        pairs = _settled(pairs, key, genre.color)
    verse, chorus = rng.choice(pairs)
    bridge = _pick(source.bridge, rng, {verse, chorus})
    themes = {"A": verse, "B": chorus, "C": bridge, "p": _lift(source, key, rng, bridge)}
    if genre.form == "aaba":
        themes |= {"B": bridge, "C": chorus}
    if genre.form == "club" and rng.random() < 0.35:
        themes["A"] = chorus
    themes |= dict.fromkeys("sio", themes["A"])
    return {letter: _at_home(bars(text), genre.color) if settled else bars(text) for letter, text in themes.items()}


def _settled(pairs: list[tuple[str, str]], key: Key, color: str) -> list[tuple[str, str]]:
    """The pairs of verse and chorus in which the key is heard; plain cadences stand in where the genre has none."""

    def fit(pair: tuple[str, str]) -> float:
        verse, chorus = (_at_home(bars(text), color) for text in pair)
        return keys.margin([verse, verse, chorus], key, color)

    fitness = {pair: fit(pair) for pair in pairs}
    if max(fitness.values()) < _CLEAR:
        fitness |= {pair: fit(pair) for pair in [(v, c) for v in _HOME[key.minor] for _, c in pairs]}
    if max(fitness.values()) < _CLEAR:
        fitness |= {pair: fit(pair) for pair in [(v, c) for v, _ in pairs for c in _HOME[key.minor]]}
    best = max(fitness.values())
    return [pair for pair in fitness if fitness[pair] >= min(_CLEAR, best - 0.02)]


def _at_home(progression: Bars, color: str) -> Bars:
    """The tonic without the seventh that would make it the relative's or the mediant's chord."""
    if color == "triad":
        return progression
    return tuple(tuple(_HOME_CHORDS.get(numeral, numeral) for numeral in bar) for bar in progression)


def bars(text: str) -> Bars:
    """A progression's numerals: bars are separated by spaces, chords in a bar by commas."""
    return tuple(tuple(bar.split(",")) for bar in text.split())


def _pick(options: Sequence[str], rng: random.Random, taken: set[str]) -> str:
    fresh = [option for option in options if option not in taken]
    return rng.choice(fresh or list(options))


def _lift(source: Harmony, key: Key, rng: random.Random, bridge: str) -> str:
    plain = ("iv VI VII VII", "VI VI VII V", "iv v VI VII") if key.minor else ("ii IV V V", "vi IV V V", "ii iii IV V")
    return rng.choice(plain) if len(source.verse[0].split()) <= 4 else bridge


def chords(
    spans: Sequence[Span], themes: Mapping[str, Bars], genre: Genre, key: Key, meter: Meter, rng: random.Random
) -> tuple[Chord, ...]:
    """The chords of the whole song in order, without the last one that rings."""
    result: list[Chord] = []
    for index, span in enumerate(spans):
        following = spans[index + 1].theme if index + 1 < len(spans) else ""
        sequence = _fitted(span, themes, genre, following, key)
        if genre.color in _COLOURED and not genre.loop:
            for place in range(0 if span.turn else 8, span.bars - 3, 8):
                sequence[place : place + 8] = _turned(sequence[place : place + 8], key, rng)
        for bar, numerals in enumerate(sequence):
            start = (span.start + bar) * meter.beats
            result += _bar(numerals, key, genre.color, start, meter)
    return tuple(result)


def _fitted(span: Span, themes: Mapping[str, Bars], genre: Genre, following: str, key: Key) -> list[tuple[str, ...]]:
    loop = themes.get(span.theme, themes["A"])
    if span.theme == "i" and span.bars < len(loop):
        sequence = list(loop[-span.bars :]) if len(loop) > 4 else list(loop[: span.bars])
    else:
        sequence = [loop[bar % len(loop)] for bar in range(span.bars)]
    if genre.loop or genre.form == "drift" or not sequence:
        return sequence
    tonic = "i" if key.minor else "I"
    last = sequence[-1][-1]
    home = last.rstrip("maj679").strip() in (tonic, "i", "I")
    if home and span.bars >= 2 and (following or len(sequence) > 2):
        sequence[-1] = (sequence[-1][0], _turn(genre, key)) if len(sequence[-1]) == 1 else sequence[-1]
    return sequence


def _turned(sequence: list[tuple[str, ...]], key: Key, rng: random.Random) -> list[tuple[str, ...]]:
    """The progression as it comes back: one bar on the way to the end moves where it stood still."""
    places = [i for i, bar in enumerate(sequence[2:-1], 2) if len(bar) == 1 and bar[0] in _TURNS[key.minor]]
    if not places or rng.random() < 0.25:
        return sequence
    place = places[-1 - (len(places) > 1 and rng.random() < 0.4)]
    other = rng.choice(_TURNS[key.minor][sequence[place][0]])
    return [*sequence[:place], other, *sequence[place + 1 :]]


def _turn(genre: Genre, key: Key) -> str:
    if genre.color in ("seventh", "dominant"):
        return "V7"
    if genre.color == "power":
        return "VII" if key.minor else "bVII"
    if genre.color == "ninth":
        return "V9sus4"
    return "V"


def _bar(numerals: Sequence[str], key: Key, color: str, start: float, meter: Meter) -> list[Chord]:
    count = len(numerals)
    if count == 1:
        return [make_chord(numerals[0], key, color, start, meter.beats)]
    half = meter.pulse * max(1, round(meter.beats / meter.pulse / 2 + 0.01))
    first = make_chord(numerals[0], key, color, start, half)
    return [first, make_chord(numerals[1], key, color, start + half, meter.beats - half)]


def last_chord(genre: Genre, key: Key, start: float, duration: float) -> Chord:
    """The tonic, in the genre's colour, to end on."""
    color = {"dominant": "6", "seventh": "69" if not key.minor else "m6", "ninth": "maj9" if not key.minor else "m9"}
    numeral = "i" if key.minor else "I"
    quality = color.get(genre.color, "")
    suffix = quality.removeprefix("m") if key.minor and quality.startswith("m") else quality
    return make_chord(
        numeral + suffix, key, genre.color if genre.color in ("power", "add9") else "triad", start, duration
    )
