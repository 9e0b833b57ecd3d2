"""A card is judged by its limits, says so in words, and survives JSON; the web reads it without heavy libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.quality.judging import LIMITS, judged, verdict
from inference.quality.model import TITLES, Card, Metric

TEXTS = st.text(max_size=50)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
METRICS = st.builds(
    Metric,
    TEXTS,
    NUMBERS,
    TEXTS,
    TEXTS,
    reason=TEXTS,
    good=st.none() | st.booleans(),
    poor=st.booleans(),
    baseline=NUMBERS,
)


def metric(name: str, value: float | None, baseline: float | None = None) -> Metric:
    return Metric(name, value, "", "", reason="" if value is not None else "not installed", baseline=baseline)


@settings(deadline=None)
@given(st.builds(Card, st.lists(METRICS, max_size=20).map(tuple), TEXTS, st.booleans(), TEXTS))
def test_a_card_comes_back_from_json_as_it_was(card: Card) -> None:
    assert Card.from_json(json.loads(json.dumps(card.as_json()))) == card


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        {"metrics": {}},
        {"metrics": [3], "verdict": "", "poor": False, "version": "1"},
        {"metrics": [], "verdict": "", "poor": 1, "version": "1"},
        {"metrics": [], "verdict": "x" * 100_000, "poor": False, "version": "1"},
        {"metrics": [{}] * 1000, "verdict": "", "poor": False, "version": "1"},
    ],
)
def test_what_is_no_card_is_refused(broken: Any) -> None:
    with pytest.raises(ValueError, match=r"metrics|object|must be"):
        Card.from_json(broken)


@pytest.mark.parametrize("value", ["3", True, float("nan"), float("inf"), []])
def test_a_value_that_is_no_number_is_refused(value: Any) -> None:
    values = Card((metric("rms", -20.0),), "", poor=False).as_json()
    values["metrics"][0]["value"] = value

    with pytest.raises(ValueError, match="value"):
        Card.from_json(values)


def test_the_web_reads_a_card_without_anything_heavy() -> None:
    program = "import sys, inference.quality.model, inference.quality.judging as j; print('numpy' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_every_judged_metric_has_a_title_and_limits_in_order() -> None:
    for name, limit in LIMITS.items():
        assert name in TITLES
        assert limit.poor < limit.good if limit.higher else limit.poor > limit.good


def test_good_melody_and_clarity_are_called_good() -> None:
    metrics = judged([metric("f0_rmse", 20), metric("voicing_error", 3), metric("mos", 2.7, 2.8), metric("mcd", 7)])

    assert verdict(metrics) == ("Good: melody, timing and clarity were kept.", False)
    assert [each.good for each in metrics] == [True, True, True, None]


def test_one_poor_metric_makes_the_whole_poor_and_is_named() -> None:
    metrics = judged([metric("f0_rmse", 20), metric("voicing_error", 60)])

    words, poor = verdict(metrics)

    assert poor
    assert words == "Poor: many sounds were lost, or sung where there was silence."


def test_what_was_bad_before_is_not_held_against_the_conversion() -> None:
    hoarse = judged(
        [metric("mos", 1.2, baseline=1.3), metric("snr", 8, baseline=9), metric("wer", 0.95, baseline=0.93)]
    )

    assert [each.good for each in hoarse] == [True, True, True]
    assert not verdict(hoarse)[1]


def test_what_is_missing_is_not_judged() -> None:
    metrics = judged([metric(name, None) for name in LIMITS])

    assert not any(each.poor or each.good is not None for each in metrics)
    assert verdict(metrics)[1] is False
