"""From which value on a metric is good, from which it spoils the whole, and what both mean in words; nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from inference.quality.model import Metric


@dataclass(frozen=True, slots=True)
class Limit:
    """Where good ends and where poor begins, and how people are told."""

    good: float
    poor: float
    fair_words: str
    poor_words: str
    higher: bool = False
    """Whether more is better."""
    beside: bool = False
    """Whether both limits are distances from the source's own value: what was lost, not what was given."""
    zero: float | None = None
    """Where the scale begins, when both limits are shares of how far above it the source is: what was kept."""

    def judge(self, metric: Metric) -> Metric:
        """The metric with `good` and `poor`; as it was without a value, or without the baseline that it needs."""
        value = self._judged(metric)
        if value is None:
            return metric
        sign = 1 if self.higher else -1
        return replace(metric, good=sign * value >= sign * self.good, poor=sign * value < sign * self.poor)

    def _judged(self, metric: Metric) -> float | None:
        if metric.value is None or not (self.beside or self.zero is not None):
            return metric.value
        if metric.baseline is None:
            return None
        if self.zero is None:
            return metric.value - metric.baseline
        above = metric.baseline - self.zero
        return (metric.value - self.zero) / above if above > 0 else None


# Conversions of singers and readers that went well lie at 5 to 81 cents, 0.97 and above; with every tenth stretch an
# octave off they lie from 210 cents and at 0.84 and below, with another melody from 270 cents and at 0.45 and below.
# An octave that the estimator slips for a second in a minute must not make a song poor.
# Predicted MOS keeps 0.5 to 1 of what is above its lowest there, and 0.1 to 0.4 with noise as loud as the voice.
LIMITS: Mapping[str, Limit] = {
    "f0_rmse": Limit(60, 200, "the pitch slips in places", "the pitch is often wrong"),
    "f0_median": Limit(20, 50, "it is a little out of tune", "it is out of tune"),
    "voicing_error": Limit(
        8, 20, "some sounds were lost or added", "many sounds were lost, or sung where there was silence"
    ),
    "f0_correlation": Limit(0.97, 0.75, "the melody is slightly changed", "the melody was not kept", higher=True),
    "time_offset": Limit(20, 60, "the voice is slightly off in time", "the voice is off in time"),
    "lines_understood": Limit(
        0.8, 0.35, "some words are harder to understand", "the words can hardly be understood", higher=True, zero=0.0
    ),
    "wer": Limit(0.1, 0.4, "some words are harder to understand", "the words can hardly be understood", beside=True),
    "mos": Limit(
        0.65,
        0.3,
        "it sounds less natural than the source",
        "it sounds much worse than the source",
        higher=True,
        zero=1.0,
    ),
    "snr": Limit(-6, -20, "it is a little noisier than the source", "it is noisy", higher=True, beside=True),
    "hnr": Limit(
        -4, -9, "the voice is hoarser than the source", "the voice is rough and noisy", higher=True, beside=True
    ),
    "rms": Limit(-35, -55, "it is quiet", "it is nearly silent", higher=True),
}
"""Metrics that are not here are told and not judged: a distance in colour is what was asked for, and being like the
original says nothing about worth."""


def judged(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """Every metric held against its limits."""
    return tuple(LIMITS[metric.name].judge(metric) if metric.name in LIMITS else metric for metric in metrics)


def verdict(metrics: Sequence[Metric]) -> tuple[str, bool]:
    """In words, and whether the result is poor."""
    if not any(metric.good is not None for metric in metrics):
        return "Nothing could be judged: no voice is heard in both the source and the result.", False
    poor = list(dict.fromkeys(_words(metric) for metric in metrics if metric.poor))
    fair = list(dict.fromkeys(_words(metric) for metric in metrics if metric.good is False and not metric.poor))
    if poor:
        return f"Poor: {_list(poor)}.", True
    if fair:
        return f"Fair: {_list(fair)}.", False
    return "Good: melody, timing and clarity were kept.", False


def _words(metric: Metric) -> str:
    limit = LIMITS.get(metric.name)
    if limit is None:
        return "the likeness to the performer is weak"
    return limit.poor_words if metric.poor else limit.fair_words


def _list(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
