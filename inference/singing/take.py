"""One take of one phrase: spoken sounds laid along the melody's time and pitch, and made audible by WORLD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyworld

from inference.singing.espeak import SAMPLE_RATE
from inference.singing.intonation import intonation
from inference.singing.model import SungNote
from inference.singing.placing import Placed, kind
from inference.singing.speaking import BINS, FFT_SIZE, PERIOD, Frames, Spoken
from inference.singing.syllables import VOWELS
from inference.singing.voices import Voice

Curve = npt.NDArray[np.float64]

LEAD, TAIL = 0.5, 0.25
"""Seconds of a take before its first sound and after its last."""
_HELD, _HELD_OF_DIPHTHONG = (0.4, 0.6), (0.3, 0.4)
"""Which part of a spoken vowel is held; what lies before and after moves at the speed it was spoken at."""
_LONGEST_EDGE = 0.14
_ATTACK, _RELEASE = 0.012, 0.05
_KIND_GAINS_DB = {"vowel": 0.0, "sonorant": 0.0, "fricative": 3.0, "stop": 4.0}
_VALLEY_DB = 40.0
"""How far below its peak a spectrum may fall: a synthetic speaker's valleys are deeper than any throat's."""
_EVENNESS = 0.5
"""How far the loudness of vowels is drawn to that of their phrase."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a take differs from the first."""

    cents: float = 0.0
    delay: float = 0.0
    """Seconds."""
    loose: float = 1.0
    breath: float = 0.0


def sing(
    spoken: Spoken,
    placed: Sequence[Placed],
    notes: Sequence[SungNote],
    voice: Voice,
    chance: np.random.Generator,
    manner: Manner = Manner(),
) -> tuple[float, npt.NDArray[np.float64]]:
    """The take's first second in the song, and its samples at `SAMPLE_RATE`."""
    start = placed[0].start - LEAD + manner.delay
    count = int(np.ceil((placed[-1].end + TAIL + LEAD - placed[0].start) / PERIOD)) + 1
    times: Curve = start - manner.delay + PERIOD * np.arange(count, dtype=np.float64)
    source, gain = _course(spoken, placed, times)
    envelope, noise, voiced = _picked(spoken, source)
    f0 = intonation(notes, times, voice, chance, loose=manner.loose) * 2.0 ** (manner.cents / 1200.0)
    holding = _share_held(placed, times)
    envelope = _warped(envelope, voice)
    noise = _breathed(noise, voice.breath + manner.breath, holding)
    envelope += 2.0 * gain[:, None]
    power = np.ascontiguousarray(np.exp(envelope, dtype=np.float64))
    f0[~(voiced | (holding > 0.5))] = 0.0
    samples = pyworld.synthesize(f0, power, np.ascontiguousarray(noise, np.float64), SAMPLE_RATE, 1000.0 * PERIOD)
    return start, np.asarray(samples)


def _course(spoken: Spoken, placed: Sequence[Placed], times: Curve) -> tuple[Curve, Curve]:
    """For each frame of the take, where in the speech it is taken from, and its gain as a natural logarithm."""
    at: list[float] = []
    source: list[float] = []
    for each in placed:
        for time, place in _knots(each, *spoken.spans[each.source]):
            at.append(max(time, at[-1] + 1e-6) if at else time)
            source.append(place)
    course = np.interp(times, at, source)
    loudness = _loudness(spoken)
    gain = np.full(len(times), -12.0)
    levels = [_level(loudness, spoken.spans[each.source]) for each in placed if each.held]
    middle = float(np.median(levels))
    for index, each in enumerate(placed):
        inside = (times >= each.start) & (times < each.end)
        decibels = _KIND_GAINS_DB[kind(each.phone)]
        level = decibels * np.log(10.0) / 20.0
        if each.held:
            level += _EVENNESS * 0.5 * (middle - _level(loudness, spoken.spans[each.source]))
        note = each.notes[0] if not each.held else each.notes[-1]
        level += np.log(max(note.velocity, 1) / 100.0) * 0.8
        gain[inside] = level
        opens = index == 0 or each.start - placed[index - 1].end > 0.01
        closes = index + 1 == len(placed) or placed[index + 1].start - each.end > 0.01
        if opens:
            gain[inside] += np.log(np.clip((times[inside] - each.start) / _ATTACK, 1e-3, 1.0))
        if closes:
            length = min(_RELEASE, 0.5 * (each.end - each.start))
            gain[inside] += np.log(np.clip((each.end - times[inside]) / length, 1e-3, 1.0))
    return course, _smoothed(gain)


def _knots(each: Placed, begin: float, end: float) -> list[tuple[float, float]]:
    """Pairs of time and place in the speech, between which the take moves evenly."""
    length, spoken_length = each.end - each.start, (end - begin) * PERIOD
    if not each.held or length <= spoken_length:
        return [(each.start, begin), (each.end, end)]
    first, last = _HELD_OF_DIPHTHONG if sum(letter in VOWELS for letter in each.phone.symbol) > 1 else _HELD
    opening = min(first * spoken_length, _LONGEST_EDGE)
    closing = min((1.0 - last) * spoken_length, _LONGEST_EDGE)
    return [
        (each.start, begin),
        (each.start + opening, begin + opening / PERIOD),
        (each.end - closing, end - closing / PERIOD),
        (each.end, end),
    ]


def _loudness(spoken: Spoken) -> Curve:
    return np.asarray(np.log(np.exp(spoken.envelope[:, 2:100], dtype=np.float64).mean(axis=1)))


def _level(loudness: Curve, span: tuple[float, float]) -> float:
    begin, end = int(span[0]), max(int(np.ceil(span[1])), int(span[0]) + 1)
    return float(np.max(loudness[begin:end], initial=-30.0))


def _smoothed(gain: Curve) -> Curve:
    """Over 15 ms, so that no change of gain clicks."""
    return np.convolve(np.pad(gain, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")


def _picked(spoken: Spoken, source: Curve) -> tuple[Frames, Frames, npt.NDArray[np.bool_]]:
    last = len(spoken.envelope) - 1
    place = np.clip(source, 0.0, last)
    before = place.astype(np.int64)
    after = np.minimum(before + 1, last)
    share = (place - before).astype(np.float32)[:, None]
    envelope = spoken.envelope[before] * (1 - share) + spoken.envelope[after] * share
    noise = spoken.aperiodicity[before] * (1 - share) + spoken.aperiodicity[after] * share
    return envelope, noise, spoken.voiced[np.round(place).astype(np.int64)]


def _share_held(placed: Sequence[Placed], times: Curve) -> Curve:
    held = np.zeros(len(times))
    for each in placed:
        if each.held:
            ramp = min(0.03, 0.3 * (each.end - each.start))
            inside = np.clip(np.minimum(times - each.start, each.end - times) / ramp, 0.0, 1.0)
            held = np.maximum(held, inside)
    return held


def _warped(envelope: Frames, voice: Voice) -> Frames:
    """Resonances moved by the voice's factor, its lean above 1 kHz, and valleys no deeper than a throat's."""
    places = np.minimum(np.arange(BINS) / voice.formants, BINS - 1.0)
    before = places.astype(np.int64)
    after = np.minimum(before + 1, BINS - 1)
    share = (places - before).astype(np.float32)
    warped = envelope[:, before] * (1 - share) + envelope[:, after] * share
    octaves = np.log2(np.maximum(np.arange(BINS) * SAMPLE_RATE / FFT_SIZE, 1000.0) / 1000.0)
    warped += (voice.tilt * octaves * np.log(10.0) / 10.0).astype(np.float32)
    floor = warped.max(axis=1, keepdims=True) - np.float32(_VALLEY_DB * np.log(10.0) / 10.0)
    return np.asarray(np.maximum(warped, floor), dtype=np.float32)


def _breathed(noise: Frames, breath: float, holding: Curve) -> Frames:
    """Held vowels keep some air at high frequencies."""
    frequencies = np.arange(BINS) * SAMPLE_RATE / FFT_SIZE
    air = (breath * np.clip((frequencies - 1500.0) / 4500.0, 0.0, 1.0)).astype(np.float32)
    return np.clip(np.maximum(noise, air[None, :] * holding[:, None].astype(np.float32)), 0.0, 1.0)
