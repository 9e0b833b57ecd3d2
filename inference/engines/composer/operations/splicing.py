"""Joining sound that is kept, sample for sample, with sound that was made anew."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.audio.decode import DecodeError, decode
from inference.audio.encode import write_flac
from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.engine import EngineError, Samples
from inference.engines.composer.mixing import mastering, voice
from inference.engines.composer.mixing.filters import BLOCK, RATE
from inference.engines.composer.mixing.mixer import Mixed, room_of
from inference.engines.composer.operations.work import Kept
from inference.engines.composer.score import Role
from inference.engines.composer.score_json import Piece
from inference.engines.composer.ticks import Tick, part

FADE = 0.045
"""Seconds of a crossfade."""
EARLY = 0.005
"""Seconds before the bar line at which it is over, so that the first stroke of a bar is never cut."""

_TOLERANCE = 0.35
"""LU from the target at which the new sound is made louder or softer; the promise is half a LU."""
_MOST_CORRECTION_DB = 12.0
_LEAST_KEPT = RATE
"""Frames of kept sound from which its level can be told."""
_SAFE_DBTP = -1.02

Weights = npt.NDArray[np.float32]


def join_stems(mixed: Mixed, kept: Kept, tick: Tick) -> Mixed:
    """Put the kept sound of every stem into the stems of `mixed`, and their new sum into its samples.

    Each new stem takes on the level of the old one, told where both play the same.
    """
    old = {path.stem: path for path in sorted((kept.folder / "stems").glob("*.flac"))}
    folder = next(iter(mixed.stems.values())).parent
    total = mixed.samples
    total[:] = 0.0
    stems: dict[str, Path] = {}
    # Stems that are new come last: they take on the level of those that are not.
    names = sorted({*mixed.stems, *old}, key=lambda name: (name not in old, name))
    gains: list[float] = []
    for index, name in enumerate(names):
        told = part(tick, index / len(names), 1 / len(names))
        if kept.only and name not in kept.only:
            stems[name] = Path(shutil.copyfile(old[name], folder / f"{name}.flac"))
            total += _read(stems[name], total.shape[0])
            told(1.0)
            continue
        before = _read(old[name], total.shape[0]) if name in old else np.zeros_like(total)
        told(0.3)
        after = _read(mixed.stems[name], total.shape[0]) if name in mixed.stems else np.zeros_like(total)
        told(0.5)
        gain = _level_between(before, after, kept.anew)
        if gain is not None:
            gains.append(gain)
        after *= np.float32(gain if gain is not None else float(np.median(gains or [1.0])))
        blend(after, before, kept.anew)
        del before
        np.clip(after, -1.0, 1.0, out=after)
        stems[name] = folder / f"{name}.flac"
        write_flac(stems[name], after, RATE, part(told, 0.6, 0.4))
        total += after
    return replace(mixed, stems=stems)


def sing_again(piece: Piece, folder: Path, tick: Tick) -> Mixed:
    """The voice of a piece alone, as its mix would have it."""
    score, style = piece.score, piece.reading.genre.mix
    sheet = score.sheet()
    assert sheet is not None
    room = room_of(style, piece.reading.space)
    samples, words = voice.sung(score, sheet, style, room, piece.seed, part(tick, 0.0, 0.9))
    path = folder / f"{Role.VOCALS.value}.flac"
    write_flac(path, samples, RATE, part(tick, 0.9, 0.1))
    return Mixed(samples, {Role.VOCALS.value: path}, words)


def join_master(new: Samples, kept: Kept, tick: Tick) -> None:
    """Put the parent's master back into the new one, in place, wherever it is kept.

    The new sound is brought to the kept one's level, and further only as far as the loudness of the whole and the
    ceiling of the true peak demand.
    """
    old = _read(kept.folder / "master.flac", new.shape[0])
    tick(0.2)
    gain = _level_between(old, new, kept.anew)
    new *= np.float32(gain if gain is not None else 1.0)
    mastering.limit(new, part(tick, 0.2, 0.2))
    for turn in range(4):
        whole = new.copy()
        blend(whole, old, kept.anew)
        loudness = integrated_lufs(whole, RATE)
        if loudness is None or abs(mastering.TARGET_LUFS - loudness) <= _TOLERANCE:
            break
        share = _share(whole, kept.anew)
        new *= np.float32(10 ** ((mastering.TARGET_LUFS - loudness) / max(share, 0.2) / 20))
        mastering.limit(new, part(tick, 0.4 + 0.1 * turn, 0.1))
    del whole
    _cap(new, old, kept.anew)
    tick(0.95)
    blend(new, old, kept.anew)
    tick(1.0)


def _cap(new: Samples, old: Samples, anew: Sequence[tuple[float, float]]) -> None:
    """Take what the limiter let through off the new sound; the kept sound is as loud as it was."""
    for start, end in anew:
        first, last = max(0, int((start - 2 * FADE) * RATE)), min(new.shape[0], int((end + FADE) * RATE))
        excess = true_peak_dbtp(new[first:last], RATE) - _SAFE_DBTP
        if excess > 0:
            new *= np.float32(10 ** (-excess / 20))


def blend(new: Samples, old: Samples, anew: Sequence[tuple[float, float]]) -> None:
    """Replace `new` by `old`, exactly, outside the spans `anew`, with a crossfade before each of their ends."""
    for start in range(0, new.shape[0], BLOCK):
        block, kept = new[start : start + BLOCK], old[start : start + BLOCK]
        weight = weights(start, block.shape[0], anew, new.shape[0])
        if not weight.any():
            block[:] = kept
        elif weight.min() < 1:
            block *= weight[:, None]
            block += kept * (1 - weight)[:, None]


def weights(first: int, count: int, anew: Sequence[tuple[float, float]], frames: int) -> Weights:
    """How much of each frame is new: 1 within the spans, 0 outside, a cosine between."""
    places = np.arange(first, first + count)
    result = np.zeros(count)
    for start, end in anew:
        rising = 1.0 if start <= 0 else _ramp(places, start)
        # A span that reaches the end has nothing to fade back to.
        falling = 0.0 if end * RATE >= frames - 1 else _ramp(places, end)
        result = np.maximum(result, rising - falling)
    return np.asarray(result, np.float32)


def _ramp(places: npt.NDArray[np.int64], moment: float) -> npt.NDArray[np.float64]:
    share = np.clip((places / RATE - (moment - EARLY - FADE)) / FADE, 0, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * share))


def _level_between(old: Samples, new: Samples, anew: Sequence[tuple[float, float]]) -> float | None:
    """The gain that makes `new` as loud as `old` where both are kept; None when too little of both sounds there."""
    powers = np.zeros(2)
    frames = 0
    for start in range(0, new.shape[0], BLOCK):
        outside = weights(start, min(BLOCK, new.shape[0] - start), anew, new.shape[0]) == 0
        for side, samples in enumerate((old, new)):
            powers[side] += float(np.square(samples[start : start + BLOCK][outside], dtype=np.float64).sum())
        frames += int(outside.sum())
    if frames < _LEAST_KEPT or powers.min() <= frames * 1e-9:
        return None
    limit = 10 ** (_MOST_CORRECTION_DB / 20)
    return float(min(limit, max(1 / limit, math.sqrt(powers[0] / powers[1]))))


def _share(whole: Samples, anew: Sequence[tuple[float, float]]) -> float:
    """Which part of the energy is new."""
    powers = np.zeros(2)
    for start in range(0, whole.shape[0], BLOCK):
        block = whole[start : start + BLOCK]
        power = np.square(block).sum(axis=1)
        weight = weights(start, block.shape[0], anew, whole.shape[0])
        powers += [float((power * weight).sum()), float(power.sum())]
    return float(powers[0] / max(1e-12, powers[1]))


def _read(path: Path, frames: int) -> Samples:
    """The file as `frames` frames, ended early or with silence after it; EngineError when it cannot be read."""
    result = np.zeros((frames, 2), np.float32)
    position = 0
    try:
        for block in decode(path, RATE):
            size = min(block.shape[0], frames - position)
            result[position : position + size] = block[:size]
            position += size
            if position >= frames:
                break
    except DecodeError as error:
        raise EngineError("The sound of this version cannot be read, so it cannot be kept.") from error
    return result
