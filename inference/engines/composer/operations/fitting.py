"""Lyrics on a form that is there already: sections of words onto sections of music, lines onto their bars."""

from __future__ import annotations

from collections.abc import Sequence

from inference.engine import EngineError
from inference.engines.composer.score import Score, Span
from inference.engines.composer.writing.form import Plan
from inference.engines.composer.writing.linefit import LETTERS, Room
from inference.engines.composer.writing.songtext import SongText, SungLine, SungSection
from inference.engines.composer.writing.vocal_form import Phrase, SungPlan

_WORDLESS = frozenset("io")
_LENGTHS = (4, 2, 1)
"""Bars that a line may have."""


def fitted(text: SongText, score: Score) -> SungPlan:
    """Which lines are sung in which bars of the score; what finds no place is said in the notes.

    EngineError when no line fits.
    """
    room = Room(score.meter.beats * 60 / score.clock.tempo, score.bars, score.meter.steps, 0.0)
    given: dict[int, SungSection] = {}
    left: list[SungSection] = []
    place = 0
    for section in text.sections:
        if not section.lines:
            continue
        found = _place(section, score.spans, place)
        if found is None:
            left.append(section)
            continue
        given[found] = section
        place = found + 1
    _repeat_choruses(given, score.spans)
    phrases: list[tuple[Phrase, ...]] = []
    dropped = sum(len(section.lines) for section in left)
    for index, span in enumerate(score.spans):
        own = given.get(index)
        lines = own.lines if own else ()
        sung = _phrases(lines, span, room)
        dropped += len(lines) - len(sung)
        phrases.append(sung)
    if not any(phrases):
        raise EngineError("Not even one line of these lyrics fits into this song.")
    notes = [*text.notes]
    if dropped:
        count = "one line" if dropped == 1 else f"{dropped} lines"
        notes.append(f"{count} of the lyrics found no place in the form of this song")
    return SungPlan(Plan(score.spans, score.bars), tuple(phrases), tuple(notes), bool(dropped))


def _place(section: SungSection, spans: Sequence[Span], first: int) -> int | None:
    """The next section of music of the same kind, else the next in which somebody could sing."""
    letter = LETTERS.get(section.kind, "C")
    alike = next((i for i in range(first, len(spans)) if spans[i].theme == letter), None)
    any_at_all = next((i for i in range(first, len(spans)) if spans[i].theme not in _WORDLESS), None)
    if alike is not None and (any_at_all is None or alike <= any_at_all + 2):
        return alike
    return any_at_all


def _repeat_choruses(given: dict[int, SungSection], spans: Sequence[Span]) -> None:
    """A chorus that the music brings back after the words have ended is sung again."""
    chorus = next((s for i, s in given.items() if spans[i].theme == "B" and s.kind == "chorus"), None)
    if chorus is None:
        return
    for index in range(max(given) + 1, len(spans)):
        if spans[index].theme == "B":
            given[index] = chorus


def _phrases(lines: Sequence[SungLine], span: Span, room: Room) -> tuple[Phrase, ...]:
    """As many lines as there are bars for, each with as many bars as all can have."""
    if not lines:
        return ()
    length = next((n for n in _LENGTHS if n * len(lines) <= span.bars), 1)
    phrases: list[Phrase] = []
    start = 0
    for line in lines:
        own = length
        while line.syllables > room.most(own) and own < 4:
            own *= 2
        if start + own > span.bars:
            own = span.bars - start
        if own < 1 or line.syllables > room.most(own):
            break
        phrases.append(Phrase(line, span.start + start, own, len(phrases), last=False))
        start += own
    if not phrases:
        return ()
    last = phrases[-1]
    return (*phrases[:-1], Phrase(last.line, last.bar, last.bars, last.place, last=True))
