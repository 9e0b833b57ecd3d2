"""Sung words are recognised among others, or it is said why that cannot be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly

from inference.engine import Request, Result, Word
from inference.engines.composer.engine import Composer
from inference.hearing.words import SungLine, heard_words, recognised, sung_lines
from inference.singing.espeak import SAMPLE_RATE, speak

LYRICS = "Snow is falling on the river\nbrings me back to all I know\n"
STRANGERS = (
    "The doctor came late with a lantern",
    "Seven horses ran across the field",
    "My brother sold his old guitar today",
    "Coffee is cold upon the kitchen table",
)


@dataclass
class Alone:
    """A context that nobody listens to."""

    folder: Path

    def progress(self, stage: str, fraction: float) -> None:
        """Nobody waits."""


@pytest.fixture(scope="module")
def request_() -> Request:
    return Request("folk, 92 bpm, E minor", 20, 3, instrumental=False, lyrics=LYRICS, language="en")


@pytest.fixture(scope="module")
def sung(request_: Request, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A short song of two lines."""
    return Composer().generate(request_, Alone(tmp_path_factory.mktemp("sung")))


def test_lines_that_were_sung_are_counted(request_: Request, sung: Result) -> None:
    heard = heard_words(request_, sung)

    assert heard["asked"] >= 2
    assert 0 <= heard["heard"] <= heard["asked"]
    assert heard["hit"] is (heard["heard"] >= 0.6 * heard["asked"])


def test_clear_words_are_heard_and_others_are_not() -> None:
    said = [_spoken(text) for text in (*LYRICS.splitlines(), *STRANGERS)]
    vocals = np.concatenate(said)
    ends = np.cumsum([line.size for line in said]) / 16_000
    starts = [0.0, *ends[:-1]]
    spans = list(zip(starts, ends, strict=True))
    true = [SungLine(text, *span) for text, span in zip((*LYRICS.splitlines(), *STRANGERS), spans, strict=True)]
    false = [replace(line, text=text) for line in true[:2] for text in STRANGERS]

    # A recogniser may err once in a while, so the promise is about most lines, not about each.
    assert sum(recognised(vocals, true)) > len(true) / 2
    assert sum(hit for line in false for hit in recognised(vocals, [line])) < len(false) / 4


def _spoken(text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Plain speech at 16 kHz."""
    speech = np.frombuffer(speak(text, "en-us").samples, np.int16).astype(np.float32) / 32_768
    return np.asarray(resample_poly(speech, 16_000, SAMPLE_RATE), np.float32)


def test_silence_is_no_line(sung: Result) -> None:
    assert not any(recognised(np.zeros(16_000 * 20, np.float32), sung_lines(sung.words)))


@pytest.mark.parametrize(
    ("fields", "changes", "why"),
    [
        ({"language": "de"}, {}, "only be recognised in English"),
        ({}, {"words": ()}, "nothing is sung"),
        ({}, {"stems": {}}, "not apart"),
        ({}, {"words": (Word("Qwxvrrt", 0.0, 1.0, 0),)}, "no line"),
    ],
)
def test_what_cannot_be_told_is_no_miss(
    request_: Request, sung: Result, fields: dict[str, str], changes: dict[str, object], why: str
) -> None:
    heard = heard_words(replace(request_, **fields), replace(sung, **changes))  # type: ignore[arg-type]

    assert (heard["heard"], heard["hit"]) == (None, None)
    assert why in heard["why"]


def test_a_damaged_stem_does_not_lose_the_song(request_: Request, sung: Result, tmp_path: Path) -> None:
    (tmp_path / "vocals.flac").write_bytes(b"fLaC nonsense")

    heard = heard_words(request_, replace(sung, stems={"vocals": tmp_path / "vocals.flac"}))

    assert heard["why"] == "the recogniser failed"


def test_words_of_one_line_are_joined() -> None:
    words = (Word("a", 0.0, 0.4, 0), Word("b", 0.5, 0.9, 0), Word("c", 1.0, 1.5, 2))

    assert [(line.text, line.start, line.end) for line in sung_lines(words)] == [("a b", 0.0, 0.9), ("c", 1.0, 1.5)]
