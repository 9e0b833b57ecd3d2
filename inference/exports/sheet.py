"""A lead sheet: the chords over the words, and bars of chords where nobody sings, as ChordPro text.

The format is described at https://www.chordpro.org/chordpro/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inference.engine import Section, Word
from inference.exports.lines import sung_lines

_EARLY = 0.12
"""Seconds by which a word may come before the chord it belongs to: singers anticipate."""
_BARS_A_ROW = 4
_ENVIRONMENTS = {"verse": "verse", "chorus": "chorus", "refrain": "chorus", "hook": "chorus", "bridge": "bridge"}


@dataclass(frozen=True, slots=True)
class _Chord:
    symbol: str
    start: float
    """Seconds."""
    beat: float


def chordpro(title: str, score: Mapping[str, Any], sections: Sequence[Section], words: Sequence[Word]) -> str:
    """The whole song, section by section, from a score as `Result.score` describes it."""
    text = [
        f"{{title: {_plain(title)}}}",
        f"{{key: {_key(score['key'])}}}",
        f"{{time: {score['meter']}}}",
        f"{{tempo: {round(score['pulse'])}}}",
        "",
    ]
    chords = [_Chord(c["symbol"], c["start"], c["beat"]) for c in score["chords"]]
    lines = sung_lines(words)
    for section in sections:
        inside = [c for c in chords if section.start - 0.01 <= c.start < section.end - 0.01]
        # An upbeat sounds before the section that its line belongs to.
        sung = [line for line in lines if section.start <= (line[0].start + line[-1].end) / 2 < section.end]
        text += _section(section, inside, sung, score)
    return "\n".join(text).rstrip() + "\n"


def _section(
    section: Section, chords: Sequence[_Chord], lines: Sequence[Sequence[Word]], score: Mapping[str, Any]
) -> list[str]:
    label = _plain(section.name.capitalize())
    if not lines:
        if not chords:
            return []
        return [f'{{start_of_grid: label="{label}"}}', *_grid(chords, section, score), "{end_of_grid}", ""]
    kind = _ENVIRONMENTS.get(section.name.lower().split()[0], "verse")
    return [f'{{start_of_{kind}: label="{label}"}}', *_sung(lines, chords), f"{{end_of_{kind}}}", ""]


def _sung(lines: Sequence[Sequence[Word]], chords: Sequence[_Chord]) -> Iterator[str]:
    """Each line with its chords before the words they sound under; chords of a longer rest stand between lines."""
    left = list(chords)
    for number, line in enumerate(lines):
        before = [left.pop(0) for _ in range(_until(left, line[0].start - 2 * _EARLY))]
        # The chord that already sounds when the singer comes in is played with the first word.
        entry = before.pop() if before and (not left or left[0].start > line[0].start + _EARLY) else None
        if before:
            yield " ".join(f"[{c.symbol}]" for c in before)
        parts: list[str] = [f"[{entry.symbol}]"] if entry else []
        for word in line:
            parts += [f"[{c.symbol}]" for c in (left.pop(0) for _ in range(_until(left, word.start + _EARLY)))]
            parts.append(f"{_plain(word.text)} ")
        ending = lines[number + 1][0].start - 2 * _EARLY if number + 1 < len(lines) else line[-1].end
        parts += [f"[{c.symbol}]" for c in (left.pop(0) for _ in range(_until(left, min(ending, line[-1].end))))]
        yield "".join(parts).rstrip()
    if left:
        yield " ".join(f"[{c.symbol}]" for c in left)


def _until(chords: Sequence[_Chord], second: float) -> int:
    return sum(1 for c in chords if c.start <= second)


def _grid(chords: Sequence[_Chord], section: Section, score: Mapping[str, Any]) -> Iterator[str]:
    """Bars as ChordPro's grids have them: a cell a beat, a dot where the chord goes on."""
    above, _, below = score["meter"].partition("/")
    cells = int(above)
    step = 4 / int(below)
    length = cells * step
    by_bar: dict[int, dict[int, str]] = {}
    for chord in chords:
        bar, rest = divmod(chord.beat + 1e-3, length)
        by_bar.setdefault(int(bar), {})[min(cells - 1, int(rest / step))] = chord.symbol
    bars = [
        " ".join(by_bar.get(bar, {}).get(cell, ".") for cell in range(cells))
        for bar in range(min(by_bar), max(by_bar) + 1)
    ]
    for start in range(0, len(bars), _BARS_A_ROW):
        yield "| " + " | ".join(bars[start : start + _BARS_A_ROW]) + " |"


def _key(key: str) -> str:
    tonic, _, mode = key.partition(" ")
    return f"{tonic}m" if mode == "minor" else tonic


def _plain(text: str) -> str:
    """Without what ChordPro would read as a chord, a directive or a line break."""
    return " ".join(text.translate(str.maketrans('[]{}"', "()()'")).split())
