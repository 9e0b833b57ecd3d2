"""A card holds every metric or the reason why it is missing, whatever the files are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.harness.singer import RATE, sing
from inference.audio.wave import write_wave
from inference.engine import Cancelled, EngineError, Samples
from inference.quality import melody
from inference.quality.measuring import measure, measure_removal
from inference.quality.model import TITLES, Card
from inference.quality.pictures import NAMES
from inference.quality.pitch import track
from inference.quality.reading import overlapping
from inference.speakers.model import Embedding, Measure
from inference.speakers.telling import embed

SECONDS = 4.0


def silent(stage: str, fraction: float) -> None:
    """Nobody waits."""


def saved(path: Path, samples: Samples, rate: int = RATE) -> Path:
    write_wave(path, samples, rate)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cards")


@pytest.fixture(scope="module")
def source(folder: Path) -> Path:
    return saved(folder / "source.wav", sing(SECONDS).samples)


def value(card: Card, name: str) -> float | None:
    metric = card.metric(name)
    assert metric is not None
    return metric.value


class Ear:
    """Hears what it was told that each file says."""

    method = "an ear"

    def __init__(self, said: dict[Path, str]) -> None:
        self.said = said

    def transcribed(self, vocal: Path) -> str:
        return self.said[vocal]


@pytest.fixture(scope="module")
def full(folder: Path, source: Path) -> tuple[Card, list[float], Path]:
    """A conversion that went well, measured with all that can be known of one."""
    result = saved(folder / "result.wav", sing(SECONDS, cents=300, tract=1.1).samples)
    told: list[float] = []

    def report(stage: str, fraction: float) -> None:
        assert stage == "measuring"
        told.append(fraction)

    card = measure(
        source,
        result,
        semitones=3,
        lyrics="hold on",
        mix=result,
        source_mix=source,
        target=embed(sing(SECONDS, cents=300, tract=1.1).samples[:, 0], RATE, Measure.SPECTRAL),
        recogniser=Ear({source: "hold on", result: "hold in"}),
        reference=source,
        pictures=folder / "pictures",
        report=report,
    )
    return card, told, folder / "pictures"


def test_every_metric_has_a_value_or_a_reason_and_a_method(full: tuple[Card, list[float], Path]) -> None:
    card = full[0]

    assert {metric.name for metric in card.metrics} == set(TITLES)
    for metric in card.metrics:
        assert metric.method
        assert (metric.value is None) == bool(metric.reason)
    assert Card.from_json(card.as_json()) == card
    assert value(card, "wer") == 0.5
    likeness = card.metric("speaker_similarity")
    assert likeness is not None
    assert likeness.value is not None
    assert likeness.baseline is not None
    assert likeness.value > likeness.baseline
    assert likeness.good is None  # the weak measure is only told
    assert value(card, "lines_understood") is None


def test_a_faithful_conversion_is_not_poor_and_a_wrong_key_is(
    folder: Path, source: Path, full: tuple[Card, list[float], Path]
) -> None:
    astray = measure(source, folder / "result.wav", semitones=0, report=silent)

    assert not any(metric.poor for metric in full[0].metrics if metric.name != "wer")
    assert astray.poor
    assert astray.verdict.startswith("Poor")


def test_predicted_mos_says_that_it_is_a_prediction(full: tuple[Card, list[float], Path]) -> None:
    metric = full[0].metric("mos")

    assert metric is not None
    assert metric.value is not None
    assert 1 <= metric.value <= 5
    assert "prediction" in metric.method
    assert "speech" in metric.method


def test_progress_goes_from_nothing_to_all_and_never_back(full: tuple[Card, list[float], Path]) -> None:
    told = full[1]

    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_pictures_are_small_and_show_something(full: tuple[Card, list[float], Path]) -> None:
    for name in NAMES:
        path = full[2] / name
        with Image.open(path) as image:
            assert image.format == "PNG"
            assert len(image.getcolors() or []) > 3
        assert path.stat().st_size < 400_000


def test_who_is_not_wanted_any_more_stops(source: Path) -> None:
    def refuse(stage: str, fraction: float) -> None:
        if fraction > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        measure(source, source, semitones=0, report=refuse)


def test_silence_is_measured_without_inventing_anything(folder: Path, source: Path) -> None:
    still = saved(folder / "silence.wav", np.zeros((RATE * 2, 2), np.float32))

    card = measure(source, still, semitones=0, report=silent, pictures=folder / "still")
    both = measure(still, still, semitones=0, report=silent)

    missing = ("f0_rmse", "f0_correlation", "hnr", "mcd", "mfcc_distance", "rms")
    assert all(value(card, name) is None for name in missing)
    assert value(card, "voicing_error") == pytest.approx(75, abs=25)
    assert card.poor
    assert not both.poor
    assert "Nothing could be judged" in both.verdict


@pytest.mark.parametrize("rate", [8000, 48_000])
def test_any_rate_and_one_channel_will_do(folder: Path, source: Path, rate: int) -> None:
    places = np.arange(0, round(SECONDS * RATE) - 1, RATE / rate)
    mono = np.interp(places, np.arange(round(SECONDS * RATE)), sing(SECONDS).samples[:, 0]).astype(np.float32)
    path = saved(folder / f"{rate}.wav", mono[:, None], rate)

    found = melody.compare(track(source), track(path), 0)

    assert found.frames > 300
    assert (found.median or 0) < 10


@pytest.mark.parametrize("content", [b"", b"no sound at all", None])
def test_a_file_that_cannot_be_read_is_a_clear_error(folder: Path, source: Path, content: bytes | None) -> None:
    path = folder / "broken.wav"
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(EngineError, match="cannot be measured"):
        measure(source, path, semitones=0, report=silent)


def test_values_that_are_no_sound_are_a_clear_error(folder: Path, source: Path) -> None:
    samples = sing(1.0).samples.copy()
    samples[5000] = np.nan

    with pytest.raises(EngineError, match="no sound"):
        measure(source, saved(folder / "nan.wav", samples), semitones=0, report=silent)


def test_a_song_without_its_vocals_has_a_card_of_its_own(folder: Path, source: Path) -> None:
    card = measure_removal(source, source, report=silent, reference=source)

    assert value(card, "quality_score") == 1
    assert not card.poor
    assert {metric.name for metric in card.metrics} == {"rms", "quality_score", "sdr"}


@pytest.mark.parametrize("length", [1, 999, 1000, 1001, 2500, 3000])
def test_pieces_cover_a_file_once_with_what_surrounds_them(tmp_path: Path, length: int) -> None:
    ramp = (np.arange(1, length + 1) / 4096).astype(np.float32)
    path = saved(tmp_path / "ramp.wav", ramp[:, None], 24_000)

    pieces = list(overlapping(path, 24_000, 1000, 64))

    whole = np.concatenate([piece[64:-64] for piece in pieces])
    assert np.allclose(whole[:length], ramp, atol=1e-6)
    assert whole.size == length
    for number, piece in enumerate(pieces[1:], 1):
        assert np.allclose(piece[:64], ramp[number * 1000 - 64 : number * 1000], atol=1e-6)


def test_nothing_sung_is_not_likened_to_anybody(folder: Path) -> None:
    still = saved(folder / "still.wav", np.zeros((RATE, 2), np.float32))
    anybody = Embedding(np.ones(1, np.float32), Measure.SPECTRAL, "1")

    card = measure(still, still, semitones=0, report=silent, target=anybody)

    metric = card.metric("speaker_similarity")
    assert metric is not None
    assert metric.reason == "Too little is sung."
