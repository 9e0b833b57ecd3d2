"""What a reference lends, read from its score or, where there is none, heard in its sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from inference.analysis.chords import QUALITIES, HeardChord
from inference.analysis.listening import Heard, listen
from inference.engine import EngineError
from inference.engines.composer import score_json
from inference.engines.composer.reading.pitch import parse_key
from inference.engines.composer.reading.tempo import check_tempo
from inference.engines.composer.score_json import ScoreError
from inference.engines.composer.theory import Chord, Key
from inference.engines.composer.writing import sketch
from inference.engines.composer.writing.sketch import Loop, Sketch

_UNIT = 4
"""Bars of a loop that is looked for in a recording."""
_LEAST_HEARD = 0.6
"""Share of the bars in which a chord must have been heard."""

_Bar = tuple[tuple[float, int, str], ...]
"""The chords of a bar: the share of it that has passed, root and quality."""


@dataclass(frozen=True, slots=True)
class Lent:
    """What there is to take over; what there is not is None or empty."""

    tempo: float | None
    key: Key | None
    loops: Mapping[str, Loop] = field(default_factory=dict)
    energy: float | None = None
    curve: tuple[float, ...] = ()
    from_score: bool = False


def lent(folder: Path, tell: Callable[[float], None]) -> Lent:
    """What the version in `folder` lends; EngineError when nothing can be read or heard."""
    try:
        return _read(sketch.load(folder), folder)
    except ScoreError:
        pass
    master = folder / "master.flac"
    if not master.is_file():
        raise EngineError("The recording to refer to is missing.")
    return _heard(listen(master, tell))


def _read(old: Sketch, folder: Path) -> Lent:
    assert old.plan is not None
    assert old.chords is not None
    loops: dict[str, Loop] = {}
    beats = old.meter.beats
    for span in old.plan.spans:
        if span.theme not in loops:
            first, last = span.start * beats, span.end * beats
            chords = tuple(replace(c, start=c.start - first) for c in old.chords if first <= c.start < last)
            if chords and chords[0].start == 0:
                loops[span.theme] = Loop(chords, span.bars, beats)
    bars = [span.intensity for span in old.plan.spans for _ in range(span.bars)]
    try:
        energy = score_json.load(folder).reading.energy
    except ScoreError:
        energy = sum(bars) / len(bars)
    return Lent(old.tempo, old.key, loops, energy, tuple(bars), from_score=True)


def _heard(found: Heard) -> Lent:
    tempo = check_tempo(round(found.tempo, 1))[0] if found.tempo is not None else None
    key = parse_key(found.key) if found.key else None
    loops = _loops(found, key) if key and found.chords else {}
    return Lent(tempo, key, loops, found.energy, found.curve)


def _loops(found: Heard, key: Key) -> dict[str, Loop]:
    """The four bars heard most are the verse, the next that differ from them the chorus, and the next the bridge."""
    bars = _bars(found.chords, found.first_bar, found.beats_a_bar, len(found.beats))
    if len(bars) < _UNIT or sum(1 for bar in bars if bar) < _LEAST_HEARD * len(bars):
        return {}
    filled = _filled(bars)
    # Phrases begin where cutting the song into units finds one most often again.
    cuts = [Counter(_units(filled[first:])) for first in range(min(_UNIT, len(filled) - _UNIT + 1))]
    ranked = [unit for unit, _ in max(cuts, key=lambda cut: cut.most_common(1)[0][1]).most_common()]
    chosen = [ranked[0]]
    for unit in ranked[1:]:
        if len(chosen) < 3 and all(sum(a != b for a, b in zip(unit, other, strict=True)) >= 2 for other in chosen):
            chosen.append(unit)
    return {letter: _loop(unit, found.beats_a_bar, key) for letter, unit in zip("ABC", chosen, strict=False)}


def _units(bars: Sequence[_Bar]) -> list[tuple[_Bar, ...]]:
    return [tuple(bars[i : i + _UNIT]) for i in range(0, len(bars) - _UNIT + 1, _UNIT)]


def _bars(chords: Sequence[HeardChord], first_bar: int, beats: int, count: int) -> list[_Bar]:
    """The chords by bar, each with at most the two that last longest, at its beginning or in its middle."""
    sounding: list[tuple[int, str] | None] = [None] * count
    for chord in chords:
        sounding[chord.first : chord.last] = [(chord.root, chord.quality)] * (chord.last - chord.first)
    result: list[_Bar] = []
    for start in range(first_bar, count - beats + 1, beats):
        halves = [sounding[start : start + beats // 2], sounding[start + beats // 2 : start + beats]]
        mains = [Counter(c for c in half if c).most_common(1) for half in halves]
        named = [(share, *main[0][0]) for share, main in zip((0.0, 0.5), mains, strict=True) if main]
        if len(named) == 2 and (beats % 2 or named[0][1:] == named[1][1:]):
            named = named[:1]
        result.append(tuple((0.0 if len(named) == 1 else share, root, quality) for share, root, quality in named))
    return result


def _filled(bars: Sequence[_Bar]) -> list[_Bar]:
    """Bars in which nothing was heard go on with the chord before."""
    known = next(bar for bar in bars if bar)
    result: list[_Bar] = []
    for bar in bars:
        known = bar or ((0.0, *known[-1][1:]),)
        result.append(known)
    return result


def _loop(unit: Sequence[_Bar], beats: int, key: Key) -> Loop:
    chords: list[Chord] = []
    for number, bar in enumerate(unit):
        for index, (share, root, quality) in enumerate(bar):
            end = bar[index + 1][0] if index + 1 < len(bar) else 1.0
            tones = tuple((root + interval) % 12 for interval in QUALITIES[quality])
            start, length = (number + share) * beats, (end - share) * beats
            chords.append(Chord(start, length, root, root, quality, key.spell(root) + quality, tones))
    return Loop(tuple(chords), len(unit), float(beats))
