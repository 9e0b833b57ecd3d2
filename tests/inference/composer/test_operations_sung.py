"""What operations promise about words: a corrected one changes its line alone, and what is sung goes along."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.audio.decode import read
from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.engine import EngineError, Operation, Request, Result
from inference.engines.composer import score_json
from inference.engines.composer.operations.rewording import Line, reworded
from inference.engines.composer.score import Role, Score, Vocal, VocalNote
from inference.singing.model import SpokenWord
from inference.singing.pronunciation import pronounce
from tests.inference.composer.versions import RATE, made, parent, residual_db, written

LYRICS = """[verse]
The rain is falling on the road
I count the windows and their light
[chorus]
Oh carry me over, carry me home
"""
SONG = Request("folk ballad, 100 bpm, E minor", 22, 4, instrumental=False, lyrics=LYRICS, language="en")


@pytest.fixture(scope="module")
def sung(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("sung") / "song"
    return folder, made(SONG, folder)


def _words(vocal: Vocal | None) -> str:
    return " ".join(word.text for word in vocal.words) if vocal else ""


def _tune(score: Score) -> list[tuple[float, int]]:
    assert score.vocal
    return [(note.start, note.pitch % 12) for note in score.vocal.notes]


def test_a_corrected_word_changes_its_line_and_nothing_else(sung: tuple[Path, Result], tmp_path: Path) -> None:
    lyrics = LYRICS.replace("windows", "shadows")
    request = Request("", 22, 9, operation=Operation.NEW_LYRICS, lyrics=lyrics, instrumental=False,
        parent=parent(sung[0]))  # fmt: skip
    result = made(request, tmp_path / "corrected")
    line = [word for word in sung[1].words if word.line == 2]
    start, end = line[0].start - 0.5, line[-1].end + 1.3

    assert " ".join(word.text for word in result.words if word.line == 2) == "I count the shadows and their light"
    for name, path in sung[1].stems.items():
        before, after = read(path, RATE), read(result.stems[name], RATE)
        if name != "vocals":
            assert np.array_equal(before, after)
        assert residual_db(before, after, 0, start) <= -80
        assert residual_db(before, after, end, 22) <= -80
    assert residual_db(sung[1].mix, result.mix, 0, start) <= -80
    assert residual_db(sung[1].mix, result.mix, end, 22) <= -80
    assert residual_db(sung[1].mix, result.mix, start, end) > -30
    others = [(w.text, w.start, w.end) for w in sung[1].words if w.line != 2]
    assert [(w.text, w.start, w.end) for w in result.words if w.line != 2] == others
    loudness = integrated_lufs(result.mix, RATE)
    assert loudness is not None
    assert -14.5 <= loudness <= -13.5
    assert true_peak_dbtp(result.mix, RATE) <= -1.0


def test_lyrics_that_are_sung_already_are_refused(sung: tuple[Path, Result], tmp_path: Path) -> None:
    for lyrics, message in ((LYRICS, "sung already"), ("  ", "Write the new lyrics")):
        request = Request("", 22, 9, operation=Operation.NEW_LYRICS, lyrics=lyrics, instrumental=False,
            parent=parent(sung[0]))  # fmt: skip
        with pytest.raises(EngineError, match=message):
            written(request, tmp_path / message)


def test_other_lines_are_set_anew_over_the_same_chords(sung: tuple[Path, Result], tmp_path: Path) -> None:
    lyrics = "[verse]\nMorning comes up slow\n[chorus]\nHold on to the light\n"
    request = Request("", 22, 9, operation=Operation.NEW_LYRICS, lyrics=lyrics, instrumental=False,
        parent=parent(sung[0]))  # fmt: skip
    old, new = score_json.load(sung[0]).score, written(request, tmp_path / "other").piece.score

    assert _words(new.vocal) == "Morning comes up slow Hold on to the light"
    assert (new.spans, new.chords) == (old.spans, old.chords)
    band = [[t for t in score.tracks if t.role is not Role.LEAD] for score in (old, new)]
    assert band[0] == band[1]


def test_an_instrumental_gets_a_voice_and_keeps_its_band(tmp_path: Path) -> None:
    old = written(Request("pop, 110 bpm", 24, 3), tmp_path / "old").piece.score
    request = Request("", 24, 9, operation=Operation.NEW_LYRICS, lyrics=LYRICS, instrumental=False, voice="wren",
        parent=parent(tmp_path / "old"))  # fmt: skip
    piece = written(request, tmp_path / "sung").piece

    assert piece.score.vocal
    assert piece.score.vocal.voice == "wren"
    assert "rain is falling" in _words(piece.score.vocal)
    assert (piece.score.spans, piece.score.chords) == (old.spans, old.chords)
    assert [t for t in piece.score.tracks if t.role is not Role.LEAD] == [
        t for t in old.tracks if t.role is not Role.LEAD
    ]


def test_a_cover_sings_the_same_words_to_the_same_melody(sung: tuple[Path, Result], tmp_path: Path) -> None:
    request = Request("rock", 22, 9, operation=Operation.COVER, instrumental=False, voice="oak",
        parent=parent(sung[0]))  # fmt: skip
    old, piece = score_json.load(sung[0]).score, written(request, tmp_path / "cover").piece

    assert piece.score.vocal
    assert piece.score.vocal.voice == "oak"
    assert _words(piece.score.vocal) == _words(old.vocal)
    assert _tune(piece.score) == _tune(old)
    assert piece.request.lyrics == LYRICS


def test_an_instrumental_cover_plays_what_was_sung(sung: tuple[Path, Result], tmp_path: Path) -> None:
    request = Request("jazz with saxophone", 22, 9, operation=Operation.COVER, parent=parent(sung[0]))
    old, new = score_json.load(sung[0]).score, written(request, tmp_path / "cover").piece.score
    played = {(n.start, n.pitch % 12) for t in new.tracks if t.role is Role.LEAD for n in t.notes}

    assert new.vocal is None
    assert set(_tune(old)) <= played


def test_an_extension_sings_new_words_or_the_chorus_again(sung: tuple[Path, Result], tmp_path: Path) -> None:
    words = Request("", 44, 9, operation=Operation.EXTEND, lyrics="[verse]\nNow the morning opens up the door",
        instrumental=False, parent=parent(sung[0]))  # fmt: skip
    chorus = Request("", 44, 9, operation=Operation.EXTEND, instrumental=False, parent=parent(sung[0]))
    old = score_json.load(sung[0]).score
    new, again = (written(r, tmp_path / n).piece for r, n in ((words, "words"), (chorus, "chorus")))

    assert old.vocal
    assert new.score.vocal
    assert again.score.vocal
    assert new.score.vocal.notes[: len(old.vocal.notes)] == old.vocal.notes
    assert _words(new.score.vocal).endswith("Now the morning opens up the door")
    assert new.request.lyrics.splitlines()[new.score.vocal.lines[-1]] == "Now the morning opens up the door"
    assert _words(again.score.vocal) == _words(old.vocal) + " Oh carry me over, carry me home"


def test_a_repainted_line_has_another_melody_and_its_words(sung: tuple[Path, Result], tmp_path: Path) -> None:
    line = [word for word in sung[1].words if word.line == 2]
    request = Request("", 22, 9, operation=Operation.REPAINT, instrumental=False, parent=parent(sung[0]),
        span=(line[0].start - 1.2, min(22.0, line[-1].end + 1.2)))  # fmt: skip
    old, new = score_json.load(sung[0]).score, written(request, tmp_path / "repainted").piece.score

    assert _words(new.vocal) == _words(old.vocal)
    assert _tune(new) != _tune(old)


def _sung(text: str, beats: float = 1.0) -> tuple[Vocal, Line]:
    words = pronounce([text], "en")[0]
    places = [(word, syllable) for word in range(len(words)) for syllable in range(len(words[word].syllables))]
    notes = tuple(VocalNote(i * beats, beats * 0.9, 60 + i, 90, *place) for i, place in enumerate(places))
    return Vocal("wren", "en", words, (0,) * len(words), notes), Line(0, 0, len(words))


def _said(text: str) -> tuple[SpokenWord, ...]:
    return pronounce([text], "en")[0]


@pytest.mark.parametrize("text", ["Count the candles", "Count all the beautiful windows", "Stars", "Windows count"])
def test_every_syllable_of_other_words_gets_a_note_in_the_line(text: str) -> None:
    vocal, line = _sung("Count the windows")

    own = reworded(vocal, line, _said(text))

    assert [word.text for word, _ in own] == text.split()
    assert all(len(slots) == len(word.syllables) and all(slots) for word, slots in own)
    notes = [note for _, slots in own for slot in slots for note in slot]
    assert [n.start for n in notes] == sorted(n.start for n in notes)
    assert notes[0].start == 0
    assert notes[-1].start + notes[-1].duration == pytest.approx(vocal.notes[-1].start + vocal.notes[-1].duration)


def test_words_that_stay_keep_their_notes() -> None:
    vocal, line = _sung("I count the windows and their yellow light")

    own = reworded(vocal, line, _said("I count the windows and their gold light"))

    kept = {word.text: slots for word, slots in own}
    assert [n for w in ("I", "count", "the") for slot in kept[w] for n in slot] == list(vocal.notes[:3])
    assert kept["light"][0] == vocal.notes[-1:]


def test_a_line_without_room_for_its_syllables_is_refused() -> None:
    vocal, line = _sung("Stay", 0.5)

    with pytest.raises(EngineError, match="more syllables than its place"):
        reworded(vocal, line, _said("Incomprehensibility everywhere"))
