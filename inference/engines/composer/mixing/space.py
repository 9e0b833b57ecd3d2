"""Space: a synthetic room by convolution, echoes in tempo, tape that wavers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from inference.engine import Samples
from inference.engines.composer.mixing.filters import BLOCK, RATE
from inference.engines.composer.ticks import Tick


class Room:
    """A room of one reverberation time; its spectra are computed once and used for every stem."""

    def __init__(self, seconds: float, brightness_db: float) -> None:
        impulse = _impulse(seconds, brightness_db)
        self._tail = impulse.shape[0]
        self._size = fft.next_fast_len(BLOCK + self._tail, real=True)
        self._spectra = [fft.rfft(impulse[:, side], self._size) for side in (0, 1)]

    def add(self, samples: Samples, send: float, tick: Tick) -> None:
        """Add the room's answer to `samples`, in place."""
        carry = np.zeros((self._size, 2), np.float32)
        frames = samples.shape[0]
        for start in range(0, frames, BLOCK):
            block = samples[start : start + BLOCK]
            spectrum = fft.rfft((block[:, 0] + block[:, 1]) * np.float32(0.5 * send), self._size)
            for side in (0, 1):
                carry[:, side] += fft.irfft(spectrum * self._spectra[side], self._size)
            block += carry[: block.shape[0]]
            carry[:-BLOCK] = carry[BLOCK:]
            carry[-BLOCK:] = 0.0
            tick(min(1.0, (start + BLOCK) / frames))


def _impulse(seconds: float, brightness_db: float) -> Samples:
    """Early reflections, then noise whose highs die first; unit energy."""
    count = int(RATE * min(4.0, seconds * 0.95))
    rng = np.random.default_rng(20_26)
    t = np.arange(count) / RATE
    result = np.zeros((count, 2))
    common = rng.standard_normal(count)
    for side in (0, 1):
        noise = 0.45 * common + 0.9 * rng.standard_normal(count)
        dark = signal.sosfilt(signal.butter(1, 1800, "low", fs=RATE, output="sos"), noise)
        air = signal.sosfilt(signal.butter(1, [1800, 9000], "band", fs=RATE, output="sos"), noise)
        air = air * 10 ** ((brightness_db - 3) / 20)
        tail = dark * 1.6 * np.exp(-6.9 * t / seconds) + air * np.exp(-6.9 * t / (seconds * 0.55))
        tail *= np.clip((t - 0.012) / 0.03, 0, 1)
        for index in range(7):
            at = int((0.011 + 0.0083 * index * (1 + 0.13 * rng.random())) * RATE)
            tail[min(count - 1, at)] += (0.55**index) * (1.0 if (index + side) % 2 else 0.7) * math.sqrt(count) * 0.12
        result[:, side] = signal.sosfilt(signal.butter(2, 180, "high", fs=RATE, output="sos"), tail)
    fade = min(count, 4000)
    result[-fade:] *= np.linspace(1, 0, fade)[:, None]
    result /= np.sqrt(np.square(result).sum(axis=0).mean())
    return result.astype(np.float32)


def echo(samples: Samples, seconds: float, amount: float, tick: Tick) -> None:
    """Three repeats that wander between the sides and lose their highs."""
    delay = int(seconds * RATE)
    if delay < 1000 or amount <= 0:
        return
    sections = signal.butter(1, [250, 3200], "band", fs=RATE, output="sos")
    state = np.zeros((sections.shape[0], 2))
    wet = np.zeros(samples.shape[0], np.float32)
    for start in range(0, wet.size, BLOCK):
        block = samples[start : start + BLOCK]
        wet[start : start + BLOCK], state = signal.sosfilt(sections, (block[:, 0] + block[:, 1]) * 0.5, zi=state)
        tick(0.5 * start / wet.size)
    for turn, (gain, left, right) in enumerate(((0.38, 0.4, 1.0), (0.22, 1.0, 0.4), (0.12, 0.5, 0.9)), start=1):
        shift = delay * turn
        if shift >= samples.shape[0]:
            break
        sides = np.asarray([left * gain * amount, right * gain * amount], np.float32)
        for start in range(shift, wet.size, BLOCK):
            stop = min(wet.size, start + BLOCK)
            samples[start:stop] += wet[start - shift : stop - shift, None] * sides
        tick(0.5 + turn / 6)


def waver(samples: Samples, depth: float, tick: Tick) -> None:
    """Tape wow: the pitch sways by a few cents, the same for every stem."""
    frames = samples.shape[0]
    reach = 60.0 * depth
    for start in range(0, frames, BLOCK):
        stop = min(frames, start + BLOCK)
        n = np.arange(start, stop)
        slow, quick = 1 - np.cos(2 * np.pi * 0.43 * n / RATE), 1 - np.cos(2 * np.pi * 1.37 * n / RATE)
        _read_ahead(samples, start, stop, n + reach * slow + 0.3 * reach * quick)
        tick(stop / frames)


def _read_ahead(samples: Samples, start: int, stop: int, positions: npt.NDArray[np.float64]) -> None:
    last = samples.shape[0] - 1
    whole = positions.astype(np.int64)
    share = (positions - whole).astype(np.float32)[:, None]
    # Positions only look forward, so frames already rewritten are never read again.
    samples[start:stop] = samples[np.minimum(whole, last)] * (1 - share) + samples[np.minimum(whole + 1, last)] * share


def dust(frames: int, amount: float, seed: int, tick: Tick) -> Samples:
    """The noise of an old record: hiss, and crackles that come and go."""
    rng = np.random.default_rng(seed)
    out = np.zeros((frames, 2), np.float32)
    sections = signal.butter(1, [700, 6500], "band", fs=RATE, output="sos")
    for start in range(0, frames, BLOCK):
        size = min(BLOCK, frames - start)
        hiss = rng.standard_normal((size, 2)).astype(np.float32)
        out[start : start + size] = signal.sosfilt(sections, hiss, axis=0) * (0.0011 * amount)
        tick(start / frames)
    count = int(frames / RATE * 9 * amount)
    places = np.sort(rng.integers(0, max(1, frames - 200), count))
    for place in places.tolist():
        size = int(rng.integers(8, 40))
        pop = np.exp(-np.arange(size) / (size / 5)) * rng.standard_normal(size) * 0.02 * amount * rng.random()
        out[place : place + size] += pop.astype(np.float32)[:, None]
    return out
