"""A score that was written down is read back whole, and nothing else is taken for one."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine import EngineError, Request
from inference.engines.composer import score_json
from inference.engines.composer.genres.catalogue import GENRES
from inference.engines.composer.reading.reader import read
from inference.engines.composer.score import Score, Vocal, VocalNote
from inference.engines.composer.score_json import Piece
from inference.engines.composer.writing.composing import write
from inference.singing.model import Phone, SpokenWord, Syllable


@cache
def _piece(genre: str, seconds: float, seed: int, prompt: str = "with flute") -> Piece:
    request = Request(prompt, seconds, seed, genre=genre)
    reading = read(request)
    return Piece(write(reading, seconds, f"{seed}:x", lambda fraction: None), reading, f"{seed}:x", request)


def _through_json(piece: Piece) -> Piece:
    return score_json.from_json(json.loads(json.dumps(score_json.to_json(piece), allow_nan=False)))


@settings(deadline=None, max_examples=12)
@given(st.sampled_from(sorted(GENRES)), st.floats(10, 200), st.integers(0, 2**31), st.text(max_size=30))
def test_score_is_read_back_equal(genre: str, seconds: float, seed: int, prompt: str) -> None:
    piece = _piece(genre, seconds, seed, prompt)

    assert _through_json(piece) == piece


def test_what_is_sung_is_read_back_equal() -> None:
    piece = _piece("folk", 20, 1)
    word = SpokenWord("Rain,", (Syllable("Rain", (Phone("ɹ", False), Phone("eɪ", True), Phone("n", False)), 2),))
    notes = (VocalNote(1.5, 0.5, 60, 90, 0, 0), VocalNote(2.0, 1 / 3, 62, 90, 0, 0))
    sung = replace(piece, score=replace(piece.score, vocal=Vocal("wren", "en", (word,), (0,), notes, ((0.0, 8.0),))))

    assert _through_json(sung) == sung


def _broken(change: str) -> dict[str, Any]:
    value = deepcopy(score_json.to_json(_piece("pop", 20, 1)))
    written, track = value["written"], value["written"]["tracks"][0]
    changes: dict[str, Any] = {
        "tempo": lambda: written["clock"].update(tempo=1e9),
        "no tempo": lambda: written["clock"].update(tempo=float("nan")),
        "key": lambda: written["key"].update(tonic=13),
        "metre": lambda: written["meter"].update(beats=0.001),
        "kit": lambda: track.update(kit="../../etc"),
        "layers": lambda: track.update(kit="", layers=[]),
        "synth": lambda: track.update(layers=[{"program": 1, "synth": "none"}]),
        "level": lambda: track.update(level_db=400),
        "seconds": lambda: written.update(seconds=1e7),
        "spans": lambda: written["spans"].pop(0),
        "chords": lambda: written.update(chords=[]),
        "pitch": lambda: value["tracks"][0]["notes"][0].update(pitch=400),
        "note": lambda: value["tracks"][0]["notes"][0].update(beat="soon"),
        "notes": lambda: value["tracks"][0].update(notes=[{}] * 200_000),
        "tracks": lambda: written.update(tracks=[]),
        "genre": lambda: value["making"]["reading"].update(genre="polka"),
        "ending": lambda: written.update(final_beat=1e6),
        "making": lambda: value.pop("making"),
    }
    changes[change]()
    return value


@pytest.mark.parametrize(
    "change",
    ["tempo", "no tempo", "key", "metre", "kit", "layers", "synth", "level", "seconds", "spans", "chords", "pitch",
     "note", "notes", "tracks", "genre", "ending", "making"],
)  # fmt: skip
def test_hostile_score_is_refused(tmp_path: Path, change: str) -> None:
    (tmp_path / "score.json").write_text(json.dumps(_broken(change)), encoding="utf-8")

    with pytest.raises(EngineError, match="cannot be read"):
        score_json.load(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"format": 2, "tracks": []}', "\udcff"])
def test_file_that_is_no_score_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "score.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(EngineError, match="cannot be read"):
        score_json.load(tmp_path)


def test_score_of_the_first_format_is_said_to_be_older(tmp_path: Path) -> None:
    older = _piece("pop", 20, 1).score.as_json() | {"format": 1}
    (tmp_path / "score.json").write_text(json.dumps(older), encoding="utf-8")

    with pytest.raises(EngineError, match="made before songs could be worked on"):
        score_json.load(tmp_path)


def test_score_file_without_bounds_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "score.json").open("wb") as file:
        file.truncate(2**30)

    with pytest.raises(EngineError, match="too large"):
        score_json.load(tmp_path)


def test_score_shows_what_others_read() -> None:
    piece = _piece("pop", 20, 1)
    shown = score_json.to_json(piece)

    assert isinstance(piece.score, Score)
    assert {"tempo", "meter", "key", "sections", "chords", "tracks", "seconds"} <= set(shown)
    assert shown["tracks"][0]["notes"][0].keys() >= {"start", "duration", "pitch", "velocity"}
