"""The card of a result: every metric with its unit and method, or why it is missing; imports nothing heavy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = "2"
"""Changes whenever the same files would get other values."""

TITLES: Mapping[str, str] = {
    "f0_rmse": "Pitch error",
    "f0_median": "Pitch error, median",
    "voicing_error": "Voicing error",
    "f0_correlation": "Melody correlation",
    "time_offset": "Time offset",
    "lines_understood": "Lines understood",
    "wer": "Word error rate",
    "mos": "Predicted MOS",
    "speaker_similarity": "Likeness to the performer",
    "snr": "Signal to noise, proxy",
    "hnr": "Harmonics to noise",
    "mfcc_distance": "MFCC distance",
    "mcd": "Mel-cepstral distortion",
    "rms": "Level",
    "quality_score": "Quality score, proxy",
    "sdr": "Signal to distortion",
}
"""Names of metrics as stored, in the order of the card, and as people see them."""

_MOST_METRICS, _LONGEST = 64, 1000


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured thing."""

    name: str
    value: float | None
    """None when it could not be measured; `reason` says why, and a value is never made up."""
    unit: str
    method: str
    """The exact variant: figures of different variants cannot be compared."""
    reason: str = ""
    good: bool | None = None
    """None when it is only told, not judged: no value, or one that is neither good nor bad in itself."""
    poor: bool = False
    """So far off that the whole result is poor."""
    baseline: float | None = None
    """The same measured on the source, where that says how much is the conversion's doing."""

    @property
    def title(self) -> str:
        """As people see it."""
        return TITLES.get(self.name, self.name)

    def as_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "method": self.method,
            "reason": self.reason,
            "good": self.good,
            "poor": self.poor,
            "baseline": self.baseline,
        }


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that was measured of one result."""

    metrics: tuple[Metric, ...]
    verdict: str
    """In words, for people."""
    poor: bool
    """Worth another try with another method, and a warning when none is better."""
    version: str = VERSION

    def metric(self, name: str) -> Metric | None:
        """The metric of this name, if the card has it."""
        return next((metric for metric in self.metrics if metric.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "version": self.version,
            "verdict": self.verdict,
            "poor": self.poor,
            "metrics": [metric.as_json() for metric in self.metrics],
        }

    @staticmethod
    def from_json(values: Any) -> Card:
        """The card that `as_json` wrote; ValueError for anything else."""
        fields = _mapping(values)
        metrics = fields.get("metrics")
        if not isinstance(metrics, list) or len(metrics) > _MOST_METRICS:
            raise ValueError("a card has a list of metrics")
        return Card(
            metrics=tuple(_metric(each) for each in metrics),
            verdict=_text(fields, "verdict"),
            poor=_is(fields, "poor"),
            version=_text(fields, "version"),
        )


def _metric(values: Any) -> Metric:
    fields = _mapping(values)
    good = fields.get("good")
    if good is not None and not isinstance(good, bool):
        raise ValueError("a metric is good, not good, or not judged")
    return Metric(
        name=_text(fields, "name"),
        value=_number(fields, "value"),
        unit=_text(fields, "unit"),
        method=_text(fields, "method"),
        reason=_text(fields, "reason"),
        good=good,
        poor=_is(fields, "poor"),
        baseline=_number(fields, "baseline"),
    )


def _mapping(values: Any) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ValueError("an object was expected")
    return values


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError(f"{name} must be a text")
    return value


def _is(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value


def _number(fields: Mapping[str, Any], name: str) -> float | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} must be a number or null")
    return float(value)
