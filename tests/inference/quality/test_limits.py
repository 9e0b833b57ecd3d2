"""What spoils a conversion makes its card poor, by the metric that says so, and what does not leaves it alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bench.harness.singer import NOTE_STEP_SECONDS, RATE, noisy, sing
from inference.audio.wave import write_wave
from inference.engine import Samples
from inference.quality.judging import LIMITS, judged
from inference.quality.measuring import measure
from inference.quality.model import Card, Metric

SECONDS = 6 * NOTE_STEP_SECONDS
PITCH = frozenset({"f0_rmse", "f0_median", "f0_correlation"})


@pytest.fixture(scope="module")
def plain() -> Samples:
    return sing(SECONDS).samples


@pytest.fixture(scope="module")
def card_of(tmp_path_factory: pytest.TempPathFactory, plain: Samples) -> Callable[[Samples], Card]:
    """The card of a result whose source is the undamaged singer."""
    folder = tmp_path_factory.mktemp("limits")
    source, result = folder / "source.wav", folder / "result.wav"
    write_wave(source, plain, RATE)

    def card(samples: Samples) -> Card:
        write_wave(result, samples, RATE)
        return measure(source, result, semitones=0, report=lambda stage, share: None)

    return card


def notes(samples: Samples) -> list[Samples]:
    """One after the other, cut in the rests between them."""
    step = round(NOTE_STEP_SECONDS * RATE)
    return [samples[start : start + step] for start in range(0, samples.shape[0] - step + 1, step)]


def one_note_an_octave_low(plain: Samples) -> Samples:
    own = notes(plain)
    own[3] = notes(sing(SECONDS, cents=-1200).samples)[3]
    return np.concatenate(own)


def other_melody(plain: Samples) -> Samples:
    return np.concatenate(notes(plain)[::-1])


def late(plain: Samples) -> Samples:
    return np.concatenate([np.zeros((RATE // 10, 2), np.float32), plain])


def poor(card: Card) -> set[str]:
    return {metric.name for metric in card.metrics if metric.poor}


@pytest.mark.parametrize(
    ("damage", "named", "kept"),
    [
        (one_note_an_octave_low, {"f0_rmse", "f0_correlation"}, {"f0_median", "voicing_error", "time_offset", "rms"}),
        (other_melody, PITCH, {"rms", "hnr"}),
        (lambda plain: sing(SECONDS, cents=70).samples, {"f0_median"}, {"f0_correlation", "voicing_error"}),
        (lambda plain: sing(SECONDS, mute=0.5).samples, {"voicing_error"}, PITCH),
        (lambda plain: plain[: plain.shape[0] // 2], {"voicing_error"}, PITCH),
        (late, {"time_offset"}, {"hnr", "rms"}),
        (lambda plain: noisy(plain, 3), {"snr", "hnr", "mos"}, {"f0_median"}),
        (lambda plain: plain * np.float32(0.003), {"rms"}, {"f0_median", "f0_correlation", "voicing_error"}),
    ],
    ids=["octave", "melody", "tuning", "breathed", "cut", "late", "noise", "quiet"],
)
def test_each_limit_is_reached_by_what_it_is_for(
    card_of: Callable[[Samples], Card],
    plain: Samples,
    damage: Callable[[Samples], Samples],
    named: set[str],
    kept: set[str],
) -> None:
    card = card_of(damage(plain))

    assert named <= poor(card)
    assert not kept & poor(card)
    assert card.poor
    assert card.verdict.startswith("Poor")


@pytest.mark.parametrize(
    "harmless",
    [
        lambda plain: sing(SECONDS, tract=0.85).samples,
        lambda plain: plain * np.float32(0.5),
        lambda plain: noisy(plain, 30),
        lambda plain: sing(SECONDS, cents=15).samples,
    ],
    ids=["throat", "softer", "faint noise", "hardly detuned"],
)
def test_what_does_not_spoil_a_result_is_not_poor(
    card_of: Callable[[Samples], Card], plain: Samples, harmless: Callable[[Samples], Samples]
) -> None:
    assert not poor(card_of(harmless(plain)))


def value(name: str, value: float, baseline: float | None = None) -> Metric:
    (metric,) = judged([Metric(name, value, "", "", baseline=baseline)])
    return metric


def test_every_limit_can_be_reached_from_whatever_the_source_was() -> None:
    worst = {"lines_understood": 0.0, "mos": 1.05, "wer": 1.0, "snr": -10.0, "hnr": -6.0, "f0_correlation": 0.0}
    sources = {"lines_understood": 33.3, "mos": 1.6, "wer": 0.5, "snr": 15.0, "hnr": 8.0}

    for name, limit in LIMITS.items():
        high = value(name, worst.get(name, -100.0 if limit.higher else 1300.0), sources.get(name))
        assert high.poor, name


def test_what_was_kept_is_told_from_what_the_source_never_had() -> None:
    assert value("mos", 1.5, 1.6).good
    assert value("mos", 1.15, 1.6).poor
    assert not value("mos", 2.2, 2.8).poor
    assert value("lines_understood", 0.0, 0.0).good is None
    assert value("mos", 2.0, None).good is None
