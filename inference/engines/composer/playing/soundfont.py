"""SoundFont parts through TinySoundFont: a fresh synthesiser for every part, so that nothing of one song is left "
"for the next."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from tinysoundfont import _tinysoundfont as tsf

from inference.engine import EngineError, Samples
from inference.engines.composer.ticks import Tick

RATE = 44_100
SOUNDFONT = "TimGM6mb.sf2"
_VOICES = 96
_OFF, _BEND, _ON = 0, 1, 2
_IDLE = 6 * RATE
"""Frames after the last note-off beyond which every voice is silent."""


@dataclass(frozen=True, slots=True)
class Event:
    """A note in frames, with its loudness 0..1."""

    start: int
    end: int
    pitch: int
    level: float


@dataclass(frozen=True, slots=True)
class Bend:
    """Where the pitch wheel goes, at a frame."""

    at: int
    cents: float


@cache
def soundfont() -> bytes:
    """The SoundFont's bytes; EngineError when it is not installed."""
    spec = importlib.util.find_spec("pretty_midi")
    path = Path(spec.origin).parent / SOUNDFONT if spec and spec.origin else None
    if path is None or not path.is_file():
        raise EngineError("The composer's SoundFont is missing: install the inference requirements again.")
    return path.read_bytes()


@cache
def identity() -> str:
    """Name and hash of the SoundFont."""
    return f"{SOUNDFONT} sha256:{hashlib.sha256(soundfont()).hexdigest()}"


def _fresh(program: int, bank: int, *, drums: bool, gain_db: float = 0.0) -> tsf.SoundFont:
    font = tsf.SoundFont(soundfont())
    font.set_output(tsf.OutputMode.StereoInterleaved, RATE, gain_db)
    font.set_max_voices(_VOICES)
    font.channel_set_bank(0, bank)
    font.channel_set_preset_number(0, program, drums)
    return font


def render(
    events: Sequence[Event], bends: Sequence[Bend], program: int, gain_db: float, out: Samples, tick: Tick
) -> None:
    """Play `events`, with `bends` of the pitch, on a melodic program, adding into `out` (frames, 2)."""
    font = _fresh(program, 0, drums=False, gain_db=gain_db)
    moments = _moments(events, bends, out.shape[0])
    position, told = 0, 0
    for index, (frame, kind, pitch, value) in enumerate(moments):
        if frame > position:
            silent = index > 0 and moments[index - 1][1] != _ON and frame - position > _IDLE
            _segment(font, out, position, position + _IDLE if silent else frame)
            position = frame
        if kind == _ON:
            font.channel_note_on(0, pitch, value)
        elif kind == _OFF:
            font.channel_note_off(0, pitch)
        else:
            font.channel_set_pitch_wheel(0, int(value))
        if frame - told > RATE * 2:
            told = frame
            tick(frame / out.shape[0])
    _segment(font, out, position, min(out.shape[0], position + _IDLE))
    tick(1.0)


def _segment(font: tsf.SoundFont, out: Samples, start: int, end: int) -> None:
    """Add what sounds between two frames to `out`."""
    while start < end:
        stop = min(end, start + RATE)
        font.render(out[start:stop].reshape(-1).view(np.uint8).data, True)
        start = stop


def _moments(events: Sequence[Event], bends: Sequence[Bend], frames: int) -> list[tuple[int, int, int, float]]:
    """What to tell the synthesiser when, in order; a repeated pitch ends just before it starts again."""
    ordered = sorted(events, key=lambda e: (e.start, e.pitch))
    following: dict[int, int] = {}
    moments: list[tuple[int, int, int, float]] = []
    for event in reversed(ordered):
        end = min(event.end, following.get(event.pitch, frames) - 64, frames)
        following[event.pitch] = event.start
        if event.start >= frames or end <= event.start:
            continue
        moments.append((event.start, _ON, event.pitch, event.level))
        moments.append((end, _OFF, event.pitch, 0.0))
    moments += [(b.at, _BEND, 0, 8192 + b.cents * 8192 / 200) for b in bends if b.at < frames]
    return sorted(moments)


@cache
def note(program: int, pitch: int) -> Samples:
    """One note of a melodic program, as loud as it gets, held for most of a second."""
    font = _fresh(program, 0, drums=False)
    out = np.zeros((RATE, 2), np.float32)
    font.channel_note_on(0, pitch, 1.0)
    _segment(font, out, 0, RATE)
    return out


@cache
def drum_hit(preset: int, key: int) -> Samples:
    """One stroke of a drum kit, as loud as it gets; trimmed where it has died away."""
    font = _fresh(preset, 128, drums=True)
    length = int(RATE * (3.5 if key in (49, 57, 51, 53) else 1.6))
    out = np.zeros((length, 2), np.float32)
    font.channel_note_on(0, key, 1.0)
    _segment(font, out, 0, length // 2)
    font.channel_note_off(0, key)
    _segment(font, out, length // 2, length)
    loud = np.nonzero(np.abs(out).max(axis=1) > 2e-4)[0]
    out = out[: int(loud[-1]) + 1] if loud.size else out[:1]
    fade = min(400, out.shape[0])
    out[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)[:, None]
    out.setflags(write=False)
    return out
