"""The pitch a singer makes of a melody: slides, scoops, vibrato that comes late, and never quite still."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from inference.singing.model import SungNote
from inference.singing.voices import Voice

Curve = npt.NDArray[np.float64]

_SLIDE = 0.085
"""Seconds that a slide between two notes takes; shorter notes slide quicker."""
_SLIDE_AHEAD = 0.6
"""Share of a slide that is over when the note begins."""
_SCOOP = 0.09
_VIBRATO_AFTER, _VIBRATO_GROWS = 0.28, 0.35
_SHORTEST_WITH_VIBRATO = 0.45
_APART = 0.12
"""Seconds of silence after which a note is attacked anew rather than slid to."""
_DRIFT_CENTS, _DRIFT_SECONDS = 5.0, 0.25


def intonation(
    notes: Sequence[SungNote], times: Curve, voice: Voice, chance: np.random.Generator, *, loose: float = 1.0
) -> Curve:
    """The fundamental in Hz at each of the evenly spaced `times` (seconds), defined in silences too.

    `loose` scales what differs from take to take.
    """
    cents = _steps(notes, times)
    cents += _scoops(notes, times, voice)
    cents += _vibrato(notes, times, voice, chance, loose)
    cents += _drift(len(times), times, chance) * loose
    return np.asarray(440.0 * 2.0 ** ((cents / 100.0 - 69.0) / 12.0))


def _steps(notes: Sequence[SungNote], times: Curve) -> Curve:
    cents = np.full(len(times), 100.0 * notes[0].pitch)
    for before, note in pairwise(notes):
        leap = 100.0 * (note.pitch - before.pitch)
        slide = min(_SLIDE, 0.4 * note.duration, 0.4 * before.duration)
        if note.start - before.start - before.duration > _APART:
            slide = 0.01
        share = np.clip((times - note.start) / slide + _SLIDE_AHEAD, 0.0, 1.0)
        cents += leap * 0.5 * (1.0 - np.cos(np.pi * share))
    return cents


def _scoops(notes: Sequence[SungNote], times: Curve, voice: Voice) -> Curve:
    """From below into the first note of a phrase, and after a breath."""
    cents = np.zeros(len(times))
    for index, note in enumerate(notes):
        before = notes[index - 1] if index else None
        if before is None or note.start - before.start - before.duration > _APART:
            length = min(_SCOOP, 0.35 * note.duration)
            share = np.clip((times - note.start) / length, 0.0, 1.0)
            here = (times > note.start - 0.2) & (times < note.start + length)
            cents -= np.where(here, voice.scoop * 0.5 * (1.0 + np.cos(np.pi * share)), 0.0)
    return cents


def _vibrato(notes: Sequence[SungNote], times: Curve, voice: Voice, chance: np.random.Generator, loose: float) -> Curve:
    cents = np.zeros(len(times))
    for note in notes:
        rate = voice.vibrato_rate * (1.0 + 0.06 * chance.uniform(-1.0, 1.0))
        depth = voice.vibrato_depth * (1.0 + 0.25 * loose * chance.uniform(-1.0, 1.0))
        if note.duration < _SHORTEST_WITH_VIBRATO:
            continue
        since = times - note.start
        grown = np.clip((since - _VIBRATO_AFTER) / _VIBRATO_GROWS, 0.0, 1.0)
        fading = np.clip((note.duration - since) / 0.06, 0.0, 1.0)
        cents += depth * grown * fading * np.sin(2.0 * np.pi * rate * (since - _VIBRATO_AFTER))
    return cents


def _drift(count: int, times: Curve, chance: np.random.Generator) -> Curve:
    """Filtered noise of a few cents: the larynx is a muscle."""
    period = times[1] - times[0] if count > 1 else 1.0
    pole = np.exp(-period / _DRIFT_SECONDS)
    noise = chance.standard_normal(count) * np.sqrt(1.0 - pole * pole)
    return np.asarray(_DRIFT_CENTS * lfilter([1.0], [1.0, -pole], noise))
