"""The MIDI file holds the song, as a library that did not write it reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import symusic

from inference.exports.midi import write_midi
from tests.inference.exports.conftest import Song


def opened(song: Song, folder: Path) -> Any:
    path = folder / "song.mid"
    write_midi(path, song.score, "Schnee über dem Fluß", song.sections, song.words)
    return symusic.Score(str(path), ttype="second")


def test_every_note_is_there_when_it_sounds(song: Song, tmp_path: Path) -> None:
    file = opened(song, tmp_path)

    assert [track.name for track in file.tracks] == [track["name"] for track in song.score["tracks"]]
    for read, written in zip(file.tracks, song.score["tracks"], strict=True):
        heard = sorted((note.pitch, note.time) for note in read.notes)
        meant = sorted((note["pitch"], note["start"]) for note in written["notes"])
        assert [pitch for pitch, _ in heard] == [pitch for pitch, _ in meant]
        assert [time for _, time in heard] == pytest.approx([start for _, start in meant], abs=0.003)


def test_each_part_has_its_instrument_and_drums_are_drums(song: Song, tmp_path: Path) -> None:
    file = opened(song, tmp_path)

    for read, written in zip(file.tracks, song.score["tracks"], strict=True):
        assert read.is_drum is written["drums"]
        if not written["drums"]:
            assert read.program == written["program"] % 128


def test_tempo_metre_key_and_sections_are_marked(song: Song, tmp_path: Path) -> None:
    file = opened(song, tmp_path)

    assert file.tempos[0].qpm == pytest.approx(song.score["tempo"], rel=1e-4)
    signature = file.time_signatures[0]
    assert f"{signature.numerator}/{signature.denominator}" == song.score["meter"]
    assert len(file.key_signatures) == 1
    assert [marker.text for marker in file.markers] == [section.name for section in song.sections]
    assert [marker.time for marker in file.markers] == pytest.approx([s.start for s in song.sections], abs=0.003)


def test_words_stand_in_the_track_that_sings_them(song: Song, tmp_path: Path) -> None:
    lead = next(track for track in song.score["tracks"] if not track["drums"])
    sung = Song(
        song.score | {"tracks": [lead, lead | {"stem": "vocals", "name": "vocals"}]}, song.sections, song.words, 60.0
    )

    file = opened(sung, tmp_path)

    sung_in = {track.name: track.lyrics for track in file.tracks if track.lyrics}
    assert set(sung_in) == {"vocals"}
    assert [lyric.text.strip() for lyric in sung_in["vocals"]] == [word.text for word in song.words]
    assert [lyric.time for lyric in sung_in["vocals"]] == pytest.approx([w.start for w in song.words], abs=0.003)
