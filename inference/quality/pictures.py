"""Pictures of a conversion: both pitch contours over each other, and the spectrogram of each vocal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy import fft
from scipy.signal import windows

from inference.quality.candidates import Curve
from inference.quality.pitch import HOP_SECONDS, Track
from inference.quality.reading import RATE, Floats, seconds_in, stereo

NAMES = ("pitch.png", "pitch-detail.png", "spectrogram-source.png", "spectrogram-result.png")
"""What `draw` writes."""

_WIDTH, _HEIGHT = 1200, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 34, 26
_PAPER, _INK, _GRID = (20, 18, 17), (208, 204, 200), (58, 54, 51)
_SOURCE, _RESULT = (64, 200, 190), (255, 127, 100)
_COLOURS, _GREYS = 40, 8
_TONES, _FEW_NOTES = (4, 7, 9), 30
"""What is named beside each C, when there is room."""
_TICKS = 14
_DETAIL_SECONDS = 12.0
_FFT = 2048
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 11_000.0
_DEEPEST_DB = 80.0
_NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_SHADES = (
    (0.0, (20, 18, 17)),
    (0.35, (70, 36, 78)),
    (0.6, (178, 60, 90)),
    (0.82, (255, 140, 90)),
    (1.0, (255, 244, 214)),
)


def draw(folder: Path, vocals: Sequence[Path], tracks: tuple[Track, Track], semitones: float) -> None:
    """Write the four pictures into `folder`, which is made; source first. Unreadable when a vocal is."""
    folder.mkdir(parents=True, exist_ok=True)
    seconds = max(track.f0.size for track in tracks) * HOP_SECONDS
    start = _busiest(tracks[0])
    _small(_contours(tracks, semitones, 0.0, seconds)).save(folder / NAMES[0], optimize=True)
    detail = _contours(tracks, semitones, start, min(start + _DETAIL_SECONDS, seconds))
    _small(detail).save(folder / NAMES[1], optimize=True)
    for name, vocal, title in zip(NAMES[2:], vocals, ("Source", "Result"), strict=True):
        _small(_spectrogram(vocal, title)).save(folder / name, optimize=True)


def _small(image: Image.Image) -> Image.Image:
    """In few colours, which is all that they have."""
    return image.quantize(palette=_palette(), dither=Image.Dither.NONE)


@cache
def _palette() -> Image.Image:
    """The shades of spectrograms, from paper to ink as letters have it at their edges, and what else is drawn."""
    letters = np.linspace(_PAPER, _INK, _GREYS)
    drawn = np.concatenate([_coloured(np.linspace(0, 1, _COLOURS)), letters, [_GRID, _SOURCE, _RESULT]])
    image = Image.new("P", (1, 1))
    image.putpalette(drawn.astype(np.uint8).ravel().tolist())
    return image


def _contours(tracks: tuple[Track, Track], semitones: float, start: float, end: float) -> Image.Image:
    """Both pitches in notes over time, the source's moved by the intended transposition."""
    span = slice(round(start / HOP_SECONDS), max(round(end / HOP_SECONDS), 1))
    notes = [_midi(track.f0[span], moved) for track, moved in zip(tracks, (semitones, 0.0), strict=True)]
    sounding = np.concatenate([each[np.isfinite(each)] for each in notes])
    low, high = (float(np.percentile(sounding, at)) for at in (1, 99)) if sounding.size else (57.0, 69.0)
    low, high = math.floor(low) - 2, math.ceil(high) + 2
    image, pen = _frame(start, end, "Pitch", f"source{f' {semitones:+g} semitones' if semitones else ''}", "result")
    inner = _HEIGHT - _TOP - _BOTTOM
    for note in range(low + 1, high):
        y = _TOP + inner * (high - note) / (high - low)
        if note % 12 == 0 or (note % 12 in _TONES and high - low < _FEW_NOTES):
            pen.line([(_LEFT, y), (_WIDTH - _RIGHT, y)], fill=_GRID)
            pen.text((8, y - 7), f"{_NOTES[note % 12]}{note // 12 - 1}", fill=_INK, font=_font(12))
    for values, colour, width in zip(notes, (_SOURCE, _RESULT), (7, 2), strict=True):
        for line in _lines(values, low, high, max((end - start) / HOP_SECONDS, 1)):
            pen.line(line, fill=colour, width=width, joint="curve")
    return image


def _midi(f0: Curve, moved: float) -> Floats:
    """Notes; not a number where it is unvoiced."""
    notes: Floats = np.full(f0.size, np.nan)
    notes[f0 > 0] = 69 + 12 * np.log2(f0[f0 > 0] / 440.0) + moved
    return notes


def _lines(notes: Floats, low: float, high: float, frames: float) -> list[list[tuple[float, float]]]:
    """Runs of voiced frames as points of the picture."""
    wide, inner = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    x = _LEFT + wide * np.arange(notes.size) / frames
    y = _TOP + inner * np.clip((high - notes) / (high - low), 0, 1)
    # A run ends where the voice does, and where the pitch leaps by more than half an octave.
    voiced = np.isfinite(notes)
    ends = np.flatnonzero(np.diff(voiced.astype(int)) | (np.abs(np.diff(np.where(voiced, notes, 0))) > 6)) + 1
    runs = [run for run in np.split(np.arange(notes.size), ends) if run.size > 1 and voiced[run[0]]]
    return [list(zip(x[run].tolist(), y[run].tolist(), strict=True)) for run in runs]


def _busiest(track: Track) -> float:
    """Where the most is sung within the detail's length, in seconds."""
    size = round(_DETAIL_SECONDS / HOP_SECONDS)
    if track.voiced.size <= size:
        return 0.0
    total = np.concatenate([[0], np.cumsum(track.voiced)])
    return float(np.argmax(total[size:] - total[:-size])) * HOP_SECONDS


def _spectrogram(path: Path, title: str) -> Image.Image:
    """Loudest magnitudes of each column of time, on a logarithmic axis of frequency, 80 dB deep."""
    wide, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    seconds = max(seconds_in(path), 0.1)
    columns = np.zeros((wide, _FFT // 2 + 1), np.float32)
    hop = min(_FFT, max(64, round(seconds * RATE / wide / 2)))
    heard, before = np.zeros(_FFT // 2, np.float32), 0
    for block in stereo(path, RATE, 1 << 17):
        heard = np.concatenate([heard, block.mean(axis=1)])
        before, heard = _fill(columns, heard, before, hop, seconds)
    _fill(columns, np.pad(heard, (0, _FFT)), before, hop, seconds)
    axis = np.geomspace(_HIGHEST_HZ, _LOWEST_HZ, tall) * _FFT / RATE
    low = axis.astype(int)
    shown = columns[:, low] * (1 - (axis - low)) + columns[:, low + 1] * (axis - low)
    loudest = max(float(columns.max(initial=0)), 1e-9)
    depth = np.clip(1 + 20 * np.log10(np.maximum(shown / loudest, 1e-9)) / _DEEPEST_DB, 0, 1).T
    image, pen = _frame(0.0, seconds, title)
    image.paste(Image.fromarray(_coloured(depth)), (_LEFT, _TOP))
    for hertz in (100, 200, 500, 1000, 2000, 5000, 10_000):
        y = _TOP + tall * math.log(_HIGHEST_HZ / hertz) / math.log(_HIGHEST_HZ / _LOWEST_HZ)
        pen.text((8, y - 7), f"{hertz / 1000:g}k" if hertz >= 1000 else str(hertz), fill=_INK, font=_font(12))
        pen.line([(_LEFT - 4, y), (_LEFT, y)], fill=_INK)
    return image


def _fill(columns: Curve, heard: Curve, before: int, hop: int, seconds: float) -> tuple[int, Curve]:
    """Draw whole frames into their columns; returns where the rest starts, and the rest."""
    if heard.size < _FFT:
        return before, heard
    frames = np.lib.stride_tricks.sliding_window_view(heard, _FFT)[::hop]
    window = windows.hann(_FFT, sym=False).astype(np.float32)
    for start in range(0, frames.shape[0], 256):
        magnitudes = np.abs(fft.rfft(frames[start : start + 256] * window, axis=1))
        times = (before + (start + np.arange(magnitudes.shape[0])) * hop) / RATE
        places = np.minimum((times / seconds * columns.shape[0]).astype(int), columns.shape[0] - 1)
        # A short file has fewer frames than columns: each frame fills all up to the next.
        last = np.minimum(((times + hop / RATE) / seconds * columns.shape[0]).astype(int), columns.shape[0])
        for place, end, magnitude in zip(places, np.maximum(last, places + 1), magnitudes, strict=True):
            np.maximum(columns[place:end], magnitude, out=columns[place:end])
    used = frames.shape[0] * hop
    return before + used, heard[used:]


def _coloured(depth: Floats) -> npt.NDArray[np.uint8]:
    places = [place for place, _ in _SHADES]
    channels = [np.interp(depth, places, [shade[channel] for _, shade in _SHADES]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def _frame(start: float, end: float, title: str, *legend: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty picture with its title, legend and axis of time."""
    image = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((_LEFT, 8), title, fill=_INK, font=_font(15))
    x = _LEFT + 80.0
    for name, colour in zip(legend, (_SOURCE, _RESULT), strict=False):
        pen.rectangle([(x, 14), (x + 18, 17)], fill=colour)
        pen.text((x + 24, 9), name, fill=_INK, font=_font(13))
        x += 44 + pen.textlength(name, font=_font(13))
    steps = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 600)
    step = next((step for step in steps if (end - start) / step <= _TICKS), 3600)
    for number in range(math.ceil(start / step), math.floor(end / step) + 1):
        at = number * step
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * (at - start) / max(end - start, 1e-6)
        label = f"{int(at // 60)}:{at % 60:02.0f}" if step >= 1 else f"{at:.1f}"
        x = min(x, _WIDTH - pen.textlength(label, font=_font(12)) / 2 - 2)
        pen.text((x, _HEIGHT - 20), label, fill=_INK, font=_font(12), anchor="ma")
    return image, pen


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The one that ships with the drawing library."""
    return ImageFont.load_default(size)
