"""A recording transposed without changing its length, as long as one likes, in bounded memory.

A phase vocoder stretches it and resampling squeezes it back. Every bin's phase follows that of the peak it belongs to
(J. Laroche, M. Dolson, "Improved Phase Vocoder Time-Scale Modification of Audio", 1999), the channels share the peaks
and their turns, so that the stereo image stands still, and where a sound begins the phases begin anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.ndimage import maximum_filter1d
from scipy.signal import windows

from inference.audio.decode import decode
from inference.audio.streams import even
from inference.audio.wave import WaveWriter
from inference.engine import Samples
from inference.voice.model import SAMPLE_RATE, Report

MOST_SEMITONES = 24.0

_SIZE, _HOP = 4096, 1024
"""Samples of a frame, and from one to the next as they go out."""
_PEAK_BINS = 5
_ONSET = 2.2
"""How much stronger the spectrum above the bass becomes in one frame where a sound begins."""
_TAPS = 32
_FINE = 512
"""Places between two samples that the resampling filter is kept for."""

_Complex = npt.NDArray[np.complex64]


def transpose(source: Path, target: Path, semitones: float, report: Report) -> None:
    """Write `source` to `target`, a float32 WAV file of the same length, higher by `semitones`.

    ValueError for more than two octaves; DecodeError when the source cannot be read; what `report` raises.
    """
    if not abs(semitones) <= MOST_SEMITONES:
        raise ValueError(f"a recording is transposed by {MOST_SEMITONES:g} semitones at most, not {semitones:g}")
    frames = sum(len(block) for block in decode(source, SAMPLE_RATE))
    song = even(decode(source, SAMPLE_RATE))
    written = 0
    with WaveWriter(target, SAMPLE_RATE, 2) as writer:
        for block in song if semitones == 0 else _transposed(song, 2.0 ** (semitones / 12.0)):
            kept = block[: frames - written]
            writer.push(kept)
            written += len(kept)
            report("transposing", written / max(frames, 1))
        writer.push(np.zeros((frames - written, 2), np.float32))


def _transposed(song: Iterable[Samples], ratio: float) -> Iterator[Samples]:
    return _resampled(_stretched(song, ratio), ratio)


def _stretched(song: Iterable[Samples], ratio: float) -> Iterator[Samples]:
    """`ratio` times as long, and half a frame of silence; what is at time t goes to ratio·t."""
    vocoder = _Vocoder(ratio)
    held = np.zeros((_SIZE // 2, 2), np.float32)
    offset, number = -(_SIZE // 2), 0
    padded = _followed(song, np.zeros((_SIZE + 2 * _HOP, 2), np.float32))
    for block in padded:
        held = np.concatenate([held, block])
        ready = []
        while (start := round(number * _HOP / ratio) - _SIZE // 2 - offset) + _SIZE <= len(held):
            ready.append(vocoder.push(held[start : start + _SIZE], number))
            number += 1
        gone = min(max(start, 0), len(held))
        held, offset = held[gone:], offset + gone
        if ready:
            yield np.concatenate(ready)


def _followed(song: Iterable[Samples], end: Samples) -> Iterator[Samples]:
    yield from song
    yield end


class _Vocoder:
    """Frames in, `_HOP` samples out for each; the first are those half a frame before the beginning."""

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._window = windows.hann(_SIZE, sym=False).astype(np.float32)
        self._gain = np.float32(_HOP / float((self._window**2).sum()))
        self._bins = np.arange(_SIZE // 2 + 1)
        self._before: _Complex | None = None
        self._turned = np.zeros(_SIZE // 2 + 1)
        self._sum = np.zeros((_SIZE, 2), np.float32)

    def push(self, frame: Samples, number: int) -> Samples:
        spectrum = np.asarray(fft.rfft(frame * self._window[:, None], axis=0), np.complex64)
        step = round(number * _HOP / self._ratio) - round((number - 1) * _HOP / self._ratio)
        self._turned = self._turns(spectrum, step)
        turned = spectrum * np.exp(1j * self._turned).astype(np.complex64)[:, None]
        self._before = spectrum
        self._sum += np.asarray(fft.irfft(turned, axis=0), np.float32) * self._window[:, None] * self._gain
        ready = self._sum[:_HOP].copy()
        self._sum = np.concatenate([self._sum[_HOP:], np.zeros((_HOP, 2), np.float32)])
        return ready

    def _turns(self, spectrum: _Complex, step: int) -> npt.NDArray[np.float64]:
        """How far each bin's phase is turned from what was heard to what goes out."""
        size = np.sqrt((np.abs(spectrum) ** 2).sum(axis=1))
        if self._before is None:
            return np.zeros(len(size))
        past = np.sqrt((np.abs(self._before) ** 2).sum(axis=1))
        bass = _SIZE * 150 // SAMPLE_RATE
        if float(size[bass:].sum()) > _ONSET * float(past[bass:].sum()):
            return np.zeros(len(size))
        peaks = np.flatnonzero((size == maximum_filter1d(size, _PEAK_BINS)) & (size > 1e-7))
        if not peaks.size:
            return self._turned
        # Both sides turn alike, by what the sum of their changes says.
        change = np.angle((spectrum[peaks] * self._before[peaks].conj()).sum(axis=1)).astype(np.float64)
        even_turn = 2 * np.pi * peaks * step / _SIZE
        unwrapped = change - even_turn
        unwrapped -= 2 * np.pi * np.rint(unwrapped / (2 * np.pi))
        pace = (even_turn + unwrapped) / step
        moved = np.remainder(self._turned[peaks] + pace * _HOP - change, 2 * np.pi)
        borders = (peaks[1:] + peaks[:-1]) // 2
        return np.asarray(moved[np.searchsorted(borders, self._bins, side="left")])


def _resampled(stretched: Iterable[Samples], ratio: float) -> Iterator[Samples]:
    """Every `ratio`-th sample, through a windowed sinc that lets nothing fold back."""
    filters = _filters(min(1.0, 1.0 / ratio))
    reach = filters.shape[1] // 2
    # The vocoder begins half a frame early.
    held = np.zeros((reach, 2), np.float32)
    offset, place = -reach, 0
    skipped = float(_SIZE // 2)
    for block in stretched:
        held = np.concatenate([held, block])
        last = offset + len(held) - reach - 1
        count = max(0, math.floor((last - skipped) / ratio) + 1 - place)
        at = skipped + (place + np.arange(count)) * ratio
        whole = np.floor(at).astype(np.intp)
        fine = np.rint((at - whole) * _FINE).astype(np.intp)
        first = whole - offset - reach + 1
        around = np.lib.stride_tricks.sliding_window_view(held, 2 * reach, axis=0)
        pieces = [
            np.einsum("nct,nt->nc", around[first[part : part + 8192]], filters[fine[part : part + 8192]])
            for part in range(0, count, 8192)
        ]
        place += count
        gone = max(0, math.floor(skipped + place * ratio) - reach + 1 - offset)
        held, offset = held[gone:], offset + min(gone, len(held))
        if pieces:
            yield np.concatenate(pieces)


def _filters(cutoff: float) -> npt.NDArray[np.float32]:
    """Shape (_FINE + 1, taps): the filter for each place between two samples; longer the lower it cuts."""
    reach = math.ceil(_TAPS / 2 / cutoff)
    away = np.arange(1 - reach, reach + 1)[None, :] - np.arange(_FINE + 1)[:, None] / _FINE
    shape = np.i0(8.0 * np.sqrt(np.maximum(0.0, 1.0 - (away / reach) ** 2))) / np.i0(8.0)
    cut = 0.95 * cutoff
    taps = cut * np.sinc(cut * away) * shape
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), np.float32)
