"""The notated lead sheet holds melody, chords and words, as a library that did not write it reads it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import partitura
import pytest

from inference.exports.musicxml import musicxml
from tests.inference.exports.conftest import Song


def opened(score: dict[str, Any], folder: Path) -> Any:
    path = folder / "song.musicxml"
    path.write_bytes(musicxml("Snow", score))
    with warnings.catch_warnings():
        # It says what it leaves out: marks and metronomes.
        warnings.simplefilter("ignore")
        return partitura.load_musicxml(path)[0]


def melody(song: Song) -> list[dict[str, Any]]:
    return next(track["notes"] for track in song.score["tracks"] if track["stem"] == "lead")


def test_the_melody_is_there_note_for_note(song: Song, tmp_path: Path) -> None:
    notes = opened(song.score, tmp_path).note_array()

    by_onset = {round(float(note["onset_quarter"]) * 4): int(note["pitch"]) for note in notes}
    written: dict[int, int] = {}
    for note in melody(song):
        place = round(note["beat"] * 4)
        written[place] = max(written.get(place, 0), note["pitch"])
    assert by_onset == written


def test_bars_are_full_and_metre_and_key_are_the_songs(song: Song, tmp_path: Path) -> None:
    part = opened(song.score, tmp_path)

    above, below = (int(number) for number in song.score["meter"].split("/"))
    lengths = {measure.end.t - measure.start.t for measure in part.measures}
    assert lengths == {above * 16 // below}
    assert (part.time_sigs[0].beats, part.time_sigs[0].beat_type) == (above, below)
    assert part.key_sigs[0].name in {
        song.score["key"].replace(" minor", "m").replace(" major", ""),
        song.score["key"].replace(" minor", "m").replace(" major", "").replace("A#", "Bb"),
    }


def test_every_chord_stands_where_it_sounds(song: Song, tmp_path: Path) -> None:
    part = opened(song.score, tmp_path)

    read = [chord.start.t for chord in part.iter_all(partitura.score.Harmony, include_subclasses=True)]
    assert read == [round(chord["beat"] * 4) for chord in song.score["chords"]]


@pytest.mark.parametrize("syllables", [["Snow"], ["fal", "ling"], ["riv", "er", "side"]])
def test_syllables_stand_under_their_notes(song: Song, syllables: list[str]) -> None:
    notes = [n | {"word": 0, "syllable": i} for i, n in zip(range(len(syllables)), melody(song), strict=False)]
    track = {"name": "vocals", "stem": "vocals", "program": 52, "drums": False, "notes": notes}
    vocal = {"words": [{"text": "".join(syllables), "line": 0, "syllables": [{"text": s} for s in syllables]}]}

    root = ElementTree.fromstring(musicxml("Snow", song.score | {"tracks": [track], "vocal": vocal}))

    assert [text.text for text in root.iterfind(".//note/lyric/text")] == syllables


def test_a_hostile_title_stays_a_title(song: Song) -> None:
    root = ElementTree.fromstring(musicxml("</work-title>\x00<x>&amp;", song.score))

    assert root.findtext("work/work-title") == "</work-title><x>&amp;"
