"""Synthesiser notes: wavetable oscillators through a falling filter, and a few special voices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from inference.engine import Samples
from inference.engines.composer.playing.soundfont import RATE, Event
from inference.engines.composer.ticks import Tick

_TABLE = 4096
Mono = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Patch:
    """A voice: its wave, how many detuned copies, and how filter and loudness move."""

    wave: str = "saw"
    detune: tuple[float, ...] = (0.0,)
    """Cents."""
    width: float = 0.0
    """How far apart the copies are panned."""
    dark: float = 600.0
    """Filter at rest, Hz."""
    bright: float = 6000.0
    """Filter at the attack, Hz."""
    fall: float = 0.2
    """Seconds in which the filter falls."""
    resonance: float = 0.0
    attack: float = 0.005
    decay: float = 0.3
    sustain: float = 0.8
    release: float = 0.12
    sub: float = 0.0
    drive: float = 0.0
    vibrato: float = 0.0
    """Cents, from the second third of a second on."""
    level: float = 0.25


PATCHES: Mapping[str, Patch] = {
    "sine_bass": Patch("sine", dark=900, bright=900, attack=0.006, decay=0.6, sustain=0.75, release=0.08, drive=0.5,
        level=0.42),
    "house_bass": Patch("saw", dark=260, bright=1800, fall=0.09, attack=0.003, decay=0.25, sustain=0.7, release=0.06,
        sub=0.7, drive=0.3, level=0.34),
    "saw_bass": Patch("saw", (-6.0, 6.0), dark=420, bright=2600, fall=0.11, attack=0.003, decay=0.2, sustain=0.75,
        release=0.06, sub=0.6, drive=0.2, level=0.3),
    "acid": Patch("saw", dark=320, bright=3600, fall=0.13, resonance=3.2, attack=0.003, decay=0.2, sustain=0.6,
        release=0.05, drive=0.8, level=0.24),
    "reese": Patch("saw", (-17.0, 0.0, 15.0), 0.3, 380, 700, 0.6, attack=0.012, decay=0.5, sustain=0.9, release=0.1,
        sub=0.8, drive=0.5, level=0.3),
    "pluck": Patch("saw", (-5.0, 6.0), 0.4, 350, 5200, 0.09, 0.6, 0.002, 0.22, 0.18, 0.2, level=0.24),
    "dark_pluck": Patch("square", (-4.0, 4.0), 0.3, 260, 1900, 0.12, 1.0, 0.002, 0.25, 0.15, 0.2, level=0.26),
    "square_pluck": Patch("square", (0.0, 7.0), 0.4, 500, 4200, 0.1, 0.4, 0.002, 0.2, 0.2, 0.15, level=0.2),
    "saw_pluck": Patch("saw", (-14.0, -5.0, 5.0, 14.0), 0.7, 500, 7500, 0.12, 0.2, 0.002, 0.25, 0.2, 0.22, level=0.22),
    "supersaw": Patch("saw", (-19.0, -11.0, -4.0, 4.0, 11.0, 19.0), 0.9, 3800, 8500, 0.3, attack=0.006, decay=0.3,
        sustain=0.85, release=0.18, level=0.2),
    "supersaw_soft": Patch("saw", (-12.0, -4.0, 4.0, 12.0), 0.8, 1500, 3200, 0.4, attack=0.02, decay=0.4, sustain=0.8,
        release=0.3, level=0.2),
    "supersaw_lead": Patch("saw", (-15.0, -6.0, 0.0, 6.0, 15.0), 0.7, 4200, 9500, 0.3, attack=0.006, decay=0.4,
        sustain=0.85, release=0.22, vibrato=9.0, level=0.24),
    "saw_pad": Patch("saw", (-11.0, -4.0, 5.0, 12.0), 0.9, 1100, 1500, 1.2, attack=0.28, decay=1.0, sustain=0.9,
        release=0.7, level=0.2),
    "dub": Patch("saw", (-7.0, 7.0), 0.6, 300, 2600, 0.13, 0.8, 0.004, 0.22, 0.12, 0.5, drive=0.3, level=0.26),
    "pulse": Patch("pulse25", dark=9000, bright=11000, attack=0.002, decay=0.15, sustain=0.75, release=0.03,
        vibrato=14.0, level=0.2),
    "pulse_thin": Patch("pulse12", dark=9000, bright=11000, attack=0.002, decay=0.12, sustain=0.6, release=0.02,
        level=0.2),
    "triangle": Patch("triangle", dark=8000, bright=8000, attack=0.002, decay=0.2, sustain=0.9, release=0.02,
        level=0.36),
}  # fmt: skip


def render(events: Sequence[Event], name: str, gain_db: float, out: Samples, tick: Tick) -> None:
    """Play `events` with a synthesiser voice, adding into `out` (frames, 2)."""
    gain = 10 ** (gain_db / 20)
    cache: dict[tuple[int, int], Samples] = {}
    for index, event in enumerate(events):
        held = -(-(event.end - event.start) // 441) * 441
        key = (event.pitch, held)
        if key not in cache:
            cache[key] = note(name, event.pitch, held)
            if len(cache) > 160:
                del cache[next(iter(cache))]
        sound = cache[key]
        end = min(out.shape[0], event.start + sound.shape[0])
        if end > event.start:
            out[event.start : end] += sound[: end - event.start] * np.float32(event.level * gain)
        if index % 24 == 0:
            tick(index / len(events))
    tick(1.0)


def note(name: str, pitch: int, held: int) -> Samples:
    """One note held for `held` frames, and its release."""
    frequency = 440.0 * 2 ** ((pitch - 69) / 12)
    if name == "bell":
        return _bell(frequency, held)
    if name == "bass_808":
        return _long_808(frequency, held)
    return _voice(PATCHES[name], frequency, held)


def _voice(patch: Patch, frequency: float, held: int) -> Samples:
    count = held + int(patch.release * RATE)
    t = np.arange(count, dtype=np.float32) / np.float32(RATE)
    blend = np.exp(-t / np.float32(max(0.01, patch.fall)))[:, None]
    bright = _table(patch.wave, round(frequency, 3), patch.bright, patch.resonance)
    dark = _table(patch.wave, round(frequency, 3), patch.dark, patch.resonance)
    out = np.zeros((count, 2), np.float32)
    sway = _vibrato(patch, t, frequency)
    for index, cents in enumerate(patch.detune):
        position = (frequency * 2 ** (cents / 1200)) * _TABLE / RATE
        phase = np.arange(count, dtype=np.float64) * position + index * 977.0
        if sway is not None:
            phase += sway
        at = phase.astype(np.int64) & (_TABLE - 1)
        side = 0.0 if len(patch.detune) == 1 else (index / (len(patch.detune) - 1) * 2 - 1) * patch.width
        sound = (
            dark[at][:, None] + (bright[at] - dark[at])[:, None] * blend
            if patch.bright != patch.dark
            else dark[at][:, None]
        )
        out += sound * np.asarray([1 - max(0.0, side), 1 + min(0.0, side)], np.float32)
    out /= np.float32(len(patch.detune) ** 0.6)
    if patch.sub:
        out += (np.sin(2 * np.pi * frequency * t) * patch.sub).astype(np.float32)[:, None]
    if patch.drive:
        out = np.tanh(out * np.float32(1 + 2 * patch.drive)) * np.float32(0.9)
    out *= _envelope(patch, held, count)[:, None] * np.float32(patch.level)
    return out


def _vibrato(patch: Patch, t: Mono, frequency: float) -> npt.NDArray[np.float64] | None:
    if not patch.vibrato:
        return None
    depth = patch.vibrato / 1200 * np.log(2) * frequency * _TABLE / (2 * np.pi * 5.4)
    onset = np.clip((t - 0.3) / 0.3, 0, 1)
    return np.asarray(-np.cos(2 * np.pi * 5.4 * t) * depth * onset, np.float64)


def _envelope(patch: Patch, held: int, count: int) -> Mono:
    t = np.arange(count, dtype=np.float32) / np.float32(RATE)
    level = np.minimum(t / np.float32(patch.attack), 1.0)
    level *= patch.sustain + (1 - patch.sustain) * np.exp(-np.maximum(t - patch.attack, 0) / np.float32(patch.decay))
    tail = count - held
    if tail:
        level[held:] *= np.linspace(1.0, 0.0, tail, dtype=np.float32) ** 2
    return np.asarray(level, np.float32)


@lru_cache(maxsize=512)
def _table(wave: str, frequency: float, cutoff: float, resonance: float) -> Mono:
    """One period without harmonics above 18 kHz, low-passed at `cutoff` with a bump of `resonance` there."""
    top = max(1, min(_TABLE // 2 - 1, int(18_000 / frequency)))
    k = np.arange(1, top + 1)
    spectrum = {
        "saw": 1 / k,
        "square": np.where(k % 2, 1 / k, 0.0),
        "triangle": np.where(k % 2, np.where(k % 4 == 1, 1.0, -1.0) / k**2, 0.0),
        "pulse25": np.sin(np.pi * k * 0.25) / k,
        "pulse12": np.sin(np.pi * k * 0.125) / k * 1.6,
        "sine": np.where(k == 1, 1.0, np.where(k == 2, 0.22, np.where(k == 3, 0.06, 0.0))),
    }[wave]
    x = k * frequency / max(cutoff, frequency * 1.1)
    response = 1 / np.sqrt(1 + x**4) + resonance * np.exp(-(((x - 1) / 0.16) ** 2)) * 0.5
    bins = np.zeros(_TABLE // 2 + 1, np.complex128)
    bins[1 : top + 1] = -0.5j * spectrum * response * _TABLE
    return np.fft.irfft(bins, _TABLE).astype(np.float32)


def _bell(frequency: float, held: int) -> Samples:
    count = max(held, int(0.4 * RATE)) + int(1.4 * RATE)
    t = np.arange(count) / RATE
    fast, slow = np.exp(-t / 0.35), np.exp(-t / 0.75)
    left = np.sin(2 * np.pi * frequency * t + 1.6 * fast * np.sin(2 * np.pi * frequency * 3.501 * t)) * slow
    right = np.sin(2 * np.pi * frequency * 1.0015 * t + 1.6 * fast * np.sin(2 * np.pi * frequency * 3.497 * t)) * slow
    out = np.stack([left, right], axis=1) * 0.22
    out *= np.minimum(t / 0.002, 1)[:, None] * np.clip((count - np.arange(count)) / 8000, 0, 1)[:, None]
    return out.astype(np.float32)


def _long_808(frequency: float, held: int) -> Samples:
    release = int(0.09 * RATE)
    count = held + release
    t = np.arange(count) / RATE
    phase = 2 * np.pi * (frequency * t + frequency * 1.6 * 0.02 * (1 - np.exp(-t / 0.02)))
    x = np.tanh(2.1 * np.sin(phase) * np.exp(-t / 1.1) + 0.12 * np.sin(2 * phase)) * 0.5
    x *= np.minimum(t / 0.003, 1)
    x[held:] *= np.linspace(1, 0, release)
    return np.stack([x, x], axis=1).astype(np.float32)
