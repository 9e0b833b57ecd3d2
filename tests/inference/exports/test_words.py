"""Words in time: LRC and WebVTT as other programs read them, and the lead sheet as a musician does."""

from __future__ import annotations

import io
import re

import pytest
import webvtt

from inference.engine import Word
from inference.exports.captions import lrc
from inference.exports.captions import webvtt as written_webvtt
from inference.exports.lines import sung_lines
from inference.exports.sheet import chordpro
from tests.inference.exports.conftest import LINES, Song, timed

HOSTILE = (Word("<b>[00:01.00]", 1.0, 1.4, 0), Word("-->\n{c:x}", 1.5, 2.0, 0))


def seconds(stamp: str) -> float:
    minutes, rest = stamp.split(":")
    return int(minutes) * 60 + float(rest)


def test_lines_are_as_sung_and_one_that_returns_is_there_twice() -> None:
    line = [Word("la", 0.0, 0.4, 3), Word("li", 0.4, 0.8, 3)]
    again = [Word(w.text, w.start + 2, w.end + 2, w.line) for w in line]

    assert sung_lines([*line, *again]) == (tuple(line), tuple(again))


def test_the_same_word_sung_on_and_on_stays_in_its_line() -> None:
    words = [Word("la", 0.5 * i, 0.5 * i + 0.45, 0) for i in range(4)]

    assert len(sung_lines(words)) == 1


def test_lrc_has_a_time_for_every_line_and_word(song: Song) -> None:
    text = lrc("Snow", song.seconds, song.words)

    lines = re.findall(r"^\[(\d\d:\d\d\.\d\d)\](.*)$", text, re.MULTILINE)
    assert [seconds(stamp) for stamp, _ in lines] == pytest.approx(
        [line[0].start for line in sung_lines(song.words)], abs=0.006
    )
    words = re.findall(r"<(\d\d:\d\d\.\d\d)> ([^<\s]+)", text)
    assert [word for _, word in words] == [word.text for word in song.words]
    assert [seconds(stamp) for stamp, _ in words] == pytest.approx([word.start for word in song.words], abs=0.006)


def test_webvtt_is_read_by_another_library(song: Song) -> None:
    captions = webvtt.from_buffer(io.StringIO(written_webvtt(song.words))).captions

    assert [caption.text for caption in captions] == list(LINES)
    assert [c.start_in_seconds for c in captions] == pytest.approx([x[0].start for x in sung_lines(song.words)], abs=1)
    stamps = re.findall(r"<00:(\d\d:\d\d\.\d\d\d)>", written_webvtt(song.words))
    first = {line[0] for line in sung_lines(song.words)}
    assert [seconds(stamp) for stamp in stamps] == pytest.approx(
        [w.start for w in song.words if w not in first], abs=0.001
    )


def test_hostile_words_cannot_break_out() -> None:
    captions = webvtt.from_buffer(io.StringIO(written_webvtt(HOSTILE))).captions
    assert len(captions) == 1
    assert "<b>" not in written_webvtt(HOSTILE)
    assert len(re.findall(r"^\[\d\d:", lrc("]\n[00:09.00] x", 3.0, HOSTILE), re.MULTILINE)) == 1


def test_the_lead_sheet_has_every_chord_in_order_and_every_word(song: Song) -> None:
    text = chordpro("Snow {x}", song.score, song.sections, song.words)

    body = re.sub(r"^\{.*\}$", "", text, flags=re.MULTILINE)
    symbols = [c["symbol"] for c in song.score["chords"] if c["start"] < song.sections[-1].end - 0.01]
    assert [chord for line in body.splitlines() for chord in chords_of(line)] == symbols
    words = re.sub(r"\[[^\]]*\]", "", body)
    for line in LINES:
        assert line in words


def chords_of(line: str) -> list[str]:
    """Those of a row of bars, or those over the words."""
    if line.startswith("|"):
        return [cell for cell in line.split() if cell not in {"|", "."}]
    return re.findall(r"\[([^\]]+)\]", line)


def test_a_line_with_an_upbeat_stands_in_the_section_it_leads_into(song: Song) -> None:
    section = next(s for s in song.sections[1:] if s.end - s.start > 9)
    words = timed(section.start - 0.6, section.end - 1.0)

    text = chordpro("Winter", song.score, song.sections, words)

    label = f'label="{section.name.capitalize()}"'
    assert text.index(label) < text.index(LINES[0].split()[0])
