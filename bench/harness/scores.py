"""What a score alone tells: its rhythm, harmony and melodic contour, without sounds, key or tempo."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bench.harness.hearing import Groups, Vector

_QUALITIES = ("", "m", "5", "7", "maj7", "m7", "9", "maj9", "m9", "sus", "dim", "6", "13", "add9")
_ROLES = ("drums", "percussion", "bass", "chords", "arpeggio", "pads", "counter", "lead")
_DRUMS = {"low": (35, 36, 41), "back": (37, 38, 39, 40), "hats": (42, 44, 46, 51, 53, 54, 70)}
_MAJOR, _MINOR = frozenset({0, 2, 4, 5, 7, 9, 11}), frozenset({0, 2, 3, 5, 7, 8, 10})

Token = tuple[int, int]
"""An interval in semitones and the time to the next note in sixteenths."""


def features(score: Mapping[str, Any]) -> Groups:
    """All that is read in a score as the engine gives it out."""
    bar = score["sections"][0]["beats"] / max(1, score["sections"][0]["bars"])
    played = {role: [n for t in score["tracks"] if t["stem"] == role for n in t["notes"]] for role in _ROLES}
    bars = max(1.0, score["sections"][-1]["bar"] + score["sections"][-1]["bars"])
    return {
        "rhythm": _rhythm(played, bar),
        "drums": _drums(played["drums"] + played["percussion"], bar),
        "texture": _texture(played, bars),
        "harmony": _harmony(score, bar),
        "contour": _contour(played["lead"], bars),
    }


def _places(notes: Sequence[Mapping[str, Any]], bar: float) -> Vector:
    """How the onsets spread over sixteen places of the bar."""
    counts = np.zeros(16)
    for note in notes:
        counts[int((note["beat"] % bar) / bar * 16 + 1e-3) % 16] += 1
    return np.asarray(counts / max(1.0, float(counts.sum())))


def _rhythm(played: Mapping[str, Sequence[Mapping[str, Any]]], bar: float) -> Vector:
    chordal = [*played["chords"], *played["arpeggio"]]
    return np.concatenate([[bar / 4], *(_places(notes, bar) for notes in (played["bass"], chordal, played["lead"]))])


def _drums(notes: Sequence[Mapping[str, Any]], bar: float) -> Vector:
    kinds = [_places([n for n in notes if n["pitch"] in pitches], bar) for pitches in _DRUMS.values()]
    return np.concatenate([*kinds, [float(bool(notes))]])


def _texture(played: Mapping[str, Sequence[Mapping[str, Any]]], bars: float) -> Vector:
    values: list[float] = []
    for role in _ROLES:
        notes = played[role]
        lengths = [n["beats"] for n in notes]
        values += [np.log1p(len(notes) / bars), float(np.mean(lengths)) if lengths else 0.0]
    return np.asarray(values)


def _harmony(score: Mapping[str, Any], bar: float) -> Vector:
    chords = score["chords"][:-1] or score["chords"]
    tonic = score["chords"][-1]["root"]
    minor = score["key"].endswith("minor")
    scale = {(tonic + step) % 12 for step in (_MINOR if minor else _MAJOR)}
    weights = dict.fromkeys(_QUALITIES, 0.0)
    degrees, moves = np.zeros(12), np.zeros(12)
    total = sum(c["beats"] for c in chords)
    for chord in chords:
        quality = "sus" if "sus" in chord["quality"] else "dim" if "dim" in chord["quality"] else chord["quality"]
        near = quality if quality in weights else "m7" if quality.startswith("m") else "7"
        weights[near] += chord["beats"] / total
        degrees[(chord["root"] - tonic) % 12] += chord["beats"] / total
    for before, after in itertools.pairwise(chords):
        moves[(after["root"] - before["root"]) % 12] += 1 / len(chords)
    outside = sum(c["beats"] for c in chords if not {p % 12 for p in c["pitches"]} <= scale) / total
    inverted = sum(c["beats"] for c in chords if c["bass"] != c["root"]) / total
    rate = bar * len(chords) / total
    return np.asarray([*weights.values(), *degrees, *moves, outside, inverted, rate, float(minor)])


def _contour(lead: Sequence[Mapping[str, Any]], bars: float) -> Vector:
    tokens = melody(lead)
    steps, lengths = np.zeros(9), np.zeros(7)
    for interval, length in tokens:
        steps[min(8, max(0, round(interval / 2) + 4))] += 1 / len(tokens)
        lengths[min(6, int(np.log2(max(1, length)) * 1.5))] += 1 / len(tokens)
    pitches = [n["pitch"] for n in lead] or [0]
    sung = sum(n["beats"] for n in lead)
    return np.asarray([*steps, *lengths, np.std(pitches), max(pitches) - min(pitches), len(lead) / bars, sung / bars])


def melody(lead: Sequence[Mapping[str, Any]]) -> list[Token]:
    """A melody whatever its key: intervals and times between onsets."""
    return [
        (after["pitch"] - before["pitch"], min(16, round((after["beat"] - before["beat"]) * 4)))
        for before, after in itertools.pairwise(lead)
    ]


def likeness(one: Sequence[Token], two: Sequence[Token], size: int = 4) -> float:
    """The share of runs of `size` moves that two melodies have in common, 0..1 (Dice's coefficient)."""
    first, second = (Counter(tuple(m[i : i + size]) for i in range(len(m) - size + 1)) for m in (one, two))
    total = sum(first.values()) + sum(second.values())
    return 2 * sum((first & second).values()) / total if total else 0.0
