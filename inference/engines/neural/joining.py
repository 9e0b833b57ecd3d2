"""Putting new music into a version that is already there, without a seam."""

from __future__ import annotations

import math

import numpy as np

from inference.audio.decode import DecodeError, read
from inference.engine import EngineError, Parent, Samples

_SEAM_SECONDS = 0.05
_QUIET_DB = 18.0
"""How far below its usual level a song's last moments count as its ending."""
_AUDIBLE = 1e-4


def parent_audio(parent: Parent | None, sample_rate: int) -> Samples:
    """The version to start from, stereo at `sample_rate`; EngineError when there is none, or nothing on it."""
    if parent is None:
        raise EngineError("This needs a version to start from.")
    try:
        samples = read(parent.folder / "master.flac", sample_rate)
    except DecodeError as error:
        raise EngineError("The version to start from could not be read.") from error
    if not np.isfinite(samples).all() or float(np.abs(samples).max()) < _AUDIBLE:
        raise EngineError("The version to start from is silent.")
    return samples


def going_on_from(samples: Samples, sample_rate: int) -> int:
    """The frame up to which a song still plays as it does: before a fade, a last chord dying away, or silence."""
    hop = sample_rate // 4
    count = samples.shape[0] // hop
    if count < 4:
        return int(samples.shape[0])
    power = np.square(samples[: count * hop]).mean(axis=1).reshape(count, hop).mean(axis=1)
    loud = np.flatnonzero(power > np.median(power) * 10 ** (-_QUIET_DB / 10))
    last = int(loud[-1])
    return int(samples.shape[0]) if last == count - 1 else (last + 1) * hop


def replaced(whole: Samples, made: Samples, start: int, end: int, sample_rate: int) -> Samples:
    """`whole` with the frames `start`…`end` from `made`, which lies in time as `whole` does and may be longer.

    `made` is first brought to the level of `whole` where both play, and the seams, 50 ms each, lie inside the span, so
    that every sample outside it stays exactly as it was.
    """
    frames = max(whole.shape[0], end)
    made = _as_loud_as(whole, made, start, end)[:frames]
    result = np.zeros((frames, whole.shape[1]), np.float32)
    result[: whole.shape[0]] = whole
    end = min(end, made.shape[0])
    seam = min(round(_SEAM_SECONDS * sample_rate), (end - start) // 2)
    weight = np.ones(end - start, np.float32)
    rise = np.sin(np.linspace(0, math.pi / 2, seam, dtype=np.float32)) ** 2
    if start > 0:
        weight[:seam] = rise
    if end < whole.shape[0]:
        weight[weight.size - seam :] = rise[::-1]
    span = result[start:end]
    span += weight[:, None] * (made[start:end] - span)
    return result


def as_stereo(samples: Samples) -> Samples:
    """Both sides, the same for a mono recording."""
    return samples if samples.shape[1] == 2 else np.repeat(samples, 2, axis=1)


def _as_loud_as(whole: Samples, made: Samples, start: int, end: int) -> Samples:
    """By the level outside the span, where `made` is the model's own rendering of `whole`."""
    shared = min(whole.shape[0], made.shape[0])
    outside = np.r_[0:start, end:shared] if end < shared else np.arange(min(start, shared))
    if outside.size == 0:
        return made
    there, here = (float(np.sqrt(np.square(each[outside]).mean())) for each in (whole, made))
    if here < _AUDIBLE or there < _AUDIBLE:
        return made
    gain = min(4.0, max(0.25, there / here))
    return made * np.float32(gain)
