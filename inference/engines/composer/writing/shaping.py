"""Bending a form to what was asked: sections that are not wanted go, and those that should be long grow."""

from __future__ import annotations

from inference.engines.composer.reading.shapes import Shape

_UNIT = 4
_LONG_BARS = 8
_MOST_SHARE = 0.35
"""Of the song, that one long section may take."""

Sections = list[tuple[str, int]]
"""Letters and bars, in order."""


def shaped(sections: Sections, shape: Shape) -> Sections:
    """The sections as wished, with as many bars in all."""
    for letter in sorted(shape.without):
        sections = _without(sections, letter, contrast="C" not in shape.without)
    for letter in sorted(shape.long - shape.without):
        sections = _long(sections, letter)
    return sections


def _without(sections: Sections, unwanted: str, *, contrast: bool) -> Sections:
    """Choruses become verses, the second of them a bridge; the bars of other sections go to a neighbour."""
    kept: Sections = []
    before = turns = 0
    for letter, bars in sections:
        if letter != unwanted:
            kept.append((letter, bars + before))
            before = 0
        elif unwanted == "B":
            turns += 1
            kept.append(("C" if contrast and turns % 2 == 0 else "A", bars))
        elif kept:
            kept[-1] = (kept[-1][0], kept[-1][1] + bars)
        else:
            before += bars
    if not kept:
        return [("A", before)]
    return _joined(kept)


def _joined(sections: Sections) -> Sections:
    joined: Sections = []
    for letter, bars in sections:
        if joined and joined[-1][0] == letter:
            joined[-1] = (letter, joined[-1][1] + bars)
        else:
            joined.append((letter, bars))
    return joined


def _long(sections: Sections, wanted: str) -> Sections:
    """The first section of that kind, or an intro or outro that was not there, takes bars from the longest others."""
    result = list(sections)
    place = next((i for i, (letter, _) in enumerate(result) if letter == wanted), None)
    if place is None:
        if wanted not in "io":
            return result
        place = 0 if wanted == "i" else len(result)
        result.insert(place, (wanted, 0))
    total = sum(bars for _, bars in result)
    goal = min(max(_LONG_BARS, 2 * result[place][1]), int(total * _MOST_SHARE) // _UNIT * _UNIT)
    while result[place][1] < goal:
        giver = max((i for i in range(len(result)) if i != place), key=lambda i: result[i][1])
        if result[giver][1] <= _UNIT:
            break
        result[giver] = (result[giver][0], result[giver][1] - _UNIT)
        result[place] = (wanted, result[place][1] + _UNIT)
    return [section for section in result if section[1]]
