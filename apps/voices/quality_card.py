"""The quality card of a result as people read it: figures with units, how each was measured, and what could not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.urls import reverse

from apps.library.models import Rendition, Version
from apps.library.selectors import may_change, may_hear
from apps.voices.models import Swap
from apps.voices.selectors import Listener, Ratings, ratings_of, swap_behind
from inference.quality.model import Card, Metric

PICTURES = "quality/"
"""The folder of a version's pictures."""
_FIRST = ("mos", "f0_rmse", "wer", "lines_understood", "speaker_similarity", "mfcc_distance", "snr")
_ONLY_WITH_VALUE = "lines_understood"
"""Stands in where the words cannot be written down; in nobody's way where it is missing."""
_TITLES = {
    "pitch.png": "Pitch of the whole song",
    "pitch-detail.png": "Pitch, up close",
    "spectrogram-source.png": "Spectrogram of the source’s vocals",
    "spectrogram-result.png": "Spectrogram of the new vocals",
}
_MEANS: Mapping[str, str] = MappingProxyType(
    {
        "mos": "How natural it sounds, 1 to 5, guessed by a network. Not what people said.",
        "f0_rmse": "How far the pitch is from the original’s. A semitone is 100 cents.",
        "f0_median": "The same, of the frame in the middle: slips of a moment do not count.",
        "voicing_error": "Where there is voice in one and none in the other.",
        "f0_correlation": "Whether the melody goes the same way; 1 is the same.",
        "time_offset": "How late or early the new voice is.",
        "wer": "Words that came out wrong, were lost or added.",
        "lines_understood": "Lines that a recogniser picks out among ten.",
        "speaker_similarity": "How like the performer it sounds; 1 is the same.",
        "mfcc_distance": "How far the colour of the voice moved. A swap is meant to move it.",
        "mcd": "The same, in decibels of the envelope.",
        "snr": "How far the singing stands above the quiet places. No clean reference exists, so it is a proxy.",
        "hnr": "How clear the voice is against breath and noise.",
        "rms": "How loud the whole is.",
        "quality_score": "How near the whole song stays to the source: a proxy.",
        "sdr": "Against what the result should be, where that is known.",
    }
)
_METHODS = {
    "centre": "by what both channels share",
    "blend": "by several cues together",
    "demucs": "by Demucs, a trained network",
}
_DECIMALS = {"cents": 0, "ms": 0, "%": 1, "dB": 1, "dBFS": 1}
_EXACT = frozenset({"f0_correlation"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing; `value` is empty where it could not be measured, and `reason` says why."""

    title: str
    value: str
    source: str
    """The same of the source, where that was measured."""
    means: str
    method: str
    reason: str
    judged: str
    """good, fair or poor; empty where it is told and not judged."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a measurement."""

    title: str
    href: str
    wide: bool
    """Whether it is read along the time."""


@dataclass(frozen=True, slots=True)
class QualityCard:
    """Everything that is known of how good a result is."""

    verdict: str
    poor: bool
    good: bool
    """Whether nothing that is judged is less than good."""
    first: tuple[Figure, ...]
    every: tuple[Figure, ...]
    missing: tuple[Figure, ...]
    pictures: tuple[Picture, ...]
    version: str
    separated: str
    """How the vocals were taken out."""
    separated_why: str
    charged: bool | None
    """Whether a poor result cost its owner anything; None for others, and where nothing is to be said."""
    ratings: Ratings
    may_rate: bool


def quality_card(version: Version, listener: Listener) -> QualityCard | None:
    """The card of a version; None where it is no result, was not measured, or does not play for this listener."""
    if version.operation not in {Swap.Kind.SWAP, Swap.Kind.KARAOKE} or not may_hear(listener, version.track):
        return None
    swap = swap_behind(version.id)
    card = _card(swap)
    if swap is None or card is None:
        return None
    figures = {metric.name: _figure(metric) for metric in card.metrics}
    told = [figures[name] for name in _FIRST if name in figures]
    first = [each for each in told if each.value or each != figures.get(_ONLY_WITH_VALUE)]
    method, why = swap.facts.get("method"), swap.facts.get("reason")
    owned = may_change(listener, version.track)
    return QualityCard(
        verdict=card.verdict,
        poor=card.poor,
        good=not card.poor and all(each.judged in {"", "good"} for each in figures.values()),
        first=tuple(first or figures.values()),
        every=tuple(each for each in figures.values() if each.value),
        missing=tuple(each for each in figures.values() if not each.value),
        pictures=_pictures(version),
        version=card.version,
        separated=_METHODS.get(str(method), ""),
        separated_why=why if isinstance(why, str) else "",
        charged=swap.waived_at is None if owned and card.poor and swap.credits else None,
        ratings=ratings_of(version.id, listener),
        may_rate=listener.is_authenticated,
    )


def _card(swap: Swap | None) -> Card | None:
    if swap is None or swap.card is None:
        return None
    try:
        return Card.from_json(swap.card)
    except ValueError:
        # of a version of the measuring that nobody reads any more
        return None


def _figure(metric: Metric) -> Figure:
    judged = "" if metric.good is None else "good" if metric.good else "poor" if metric.poor else "fair"
    return Figure(
        title=metric.title,
        value=_written(metric, metric.value),
        source=_written(metric, metric.baseline),
        means=_MEANS.get(metric.name, ""),
        method=metric.method,
        reason=metric.reason,
        judged=judged,
    )


def _written(metric: Metric, value: float | None) -> str:
    """A figure with its unit, as “18 cents”; nothing for none."""
    if value is None:
        return ""
    if metric.name == "wer":
        return f"{100 * value:.0f} %"
    if metric.name == "mos":
        return f"{value:.1f} of 5"
    decimals = 3 if metric.name in _EXACT else _DECIMALS.get(metric.unit, 2)
    return f"{value:.{decimals}f} {metric.unit}".strip().replace("-", "−")


def _pictures(version: Version) -> tuple[Picture, ...]:
    """Of the renditions, which the page has read already; in the order of their titles."""
    kept = {
        each.path.removeprefix(PICTURES) for each in version.renditions.all() if each.role == Rendition.Role.QUALITY
    }
    shown = [name for name in _TITLES if name in kept]
    return tuple(
        Picture(
            _TITLES[name],
            reverse("api-version-quality-picture", args=[version.id, name]),
            wide=name.startswith("pitch"),
        )
        for name in shown
    )
