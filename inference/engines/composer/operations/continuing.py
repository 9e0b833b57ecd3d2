"""The form of what comes after: a contrast, a return, an ending, in as many bars as there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inference.engines.composer.score import Span
from inference.engines.composer.writing.form import NAMES, UNIT, intensity

_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "club": ("B1", "C1 B1", "C1 p1 B1", "C1 p1 B2", "C1 p1 B2 o1", "C2 p1 B2 o1", "A2 C1 p1 B2 o1", "A2 C2 p1 B3",
        "A2 C2 p1 B3 o1", "A2 B2 C2 p1 B3", "A2 B2 C2 p1 B3 o1", "A2 p1 B2 C2 p1 B3 o1"),
    "arc": ("B1", "C1 B1", "C1 p1 B1", "C1 p1 B2", "C1 p1 B2 o1", "C1 A1 p1 B2 o1", "C2 A1 p1 B2 o1",
        "C2 A2 p1 B2 o1"),
    "blues": ("s1", "s2", "s3", "s3 o1", "s3 o2", "s3 A3", "s3 A3 o1"),
    "": ("B1", "C1 B1", "C1 B2", "C2 B2", "C2 B2 o1", "A2 C1 B2 o1", "A2 B2 C1 B2", "A2 B2 C1 B2 o1", "A2 B2 C2 B2 o1",
        "A2 B2 C2 s1 B2 o1", "A2 B2 C2 s2 B2 o1", "A2 B2 C2 s2 B3 o1", "A2 B2 A2 C2 B3 o1", "A2 B2 A2 C2 s2 B3 o1"),
}  # fmt: skip
"""By family of forms and number of units, from one on."""
_CONTRASTS = "CBA"


def sections(family: str, heard: Sequence[Span], bars: int) -> list[tuple[str, int]]:
    """Letters of themes and bars, for `bars` bars after the sections that were `heard`."""
    units, rest = divmod(bars, UNIT)
    if units == 0:
        return [("o", bars)]
    patterns = _PATTERNS.get(family, _PATTERNS[""])
    pattern = [(token[0], int(token[1:])) for token in patterns[min(units, len(patterns)) - 1].split()]
    left = units - sum(length for _, length in pattern)
    letters = _letters(family, heard)
    result = [(letters.get(letter, letter), length) for letter, length in pattern]
    while left > 0:
        # Longer than any pattern: its sections take turns in growing.
        index = next(i for i, (_, n) in enumerate(result) if n == min(length for _, length in result))
        result[index] = (result[index][0], result[index][1] + 1)
        left -= 1
    whole = [(letter, length * UNIT) for letter, length in _apart(result, heard[-1].theme, family)]
    if rest and whole[-1][0] == "o":
        return [*whole[:-1], ("o", whole[-1][1] + rest)]
    return [*whole, ("o", rest)] if rest else whole


def _letters(family: str, heard: Sequence[Span]) -> Mapping[str, str]:
    """What a pattern's letters stand for here: a return returns to what was heard, a contrast is new."""
    themes = {span.theme for span in heard}
    home = next((letter for letter in "BAs" if letter in themes), heard[-1].theme)
    new = next((x for x in _CONTRASTS if x not in themes and x in NAMES[family]), "C")
    verse = "A" if "A" in themes else home
    return {"B": home, "A": verse, "C": new, "s": "s" if "s" in NAMES[family] else new}


def _apart(found: list[tuple[str, int]], last: str, family: str) -> list[tuple[str, int]]:
    """Sections of one theme that meet become one; the first must differ from what was heard last."""
    joined: list[tuple[str, int]] = []
    for letter, length in found:
        if joined and joined[-1][0] == letter:
            joined[-1] = (letter, joined[-1][1] + length)
        else:
            joined.append((letter, length))
    if joined[0][0] == last and family != "blues":
        other = next(x for x in _CONTRASTS if x != last and (len(joined) == 1 or x != joined[1][0]))
        joined[0] = (other, joined[0][1])
    return joined


def spans(family: str, heard: Sequence[Span], following: Sequence[tuple[str, int]], energy: float) -> tuple[Span, ...]:
    """The sections that follow as spans; what returns is a little more intense than it was."""
    result = list(heard)
    for letter, bars in following:
        before = [span for span in result if span.theme == letter]
        level = intensity(family, letter, len(before), energy)
        if before and letter != "o":
            level = min(1.0, max(level, max(span.intensity for span in before) + 0.04))
        name = before[-1].name if before else NAMES[family].get(letter, "section")
        result.append(Span(name, letter, result[-1].end, bars, level, len(before)))
    return tuple(result[len(heard) :])
