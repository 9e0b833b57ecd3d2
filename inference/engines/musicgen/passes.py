"""One pass over songs of the same length, window by window."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import signal

from inference.engine import Cancelled, EngineError, Operation, Request, Samples
from inference.engines.musicgen.loading import Loaded
from inference.engines.musicgen.sampling import EveryToken, Last, OwnNumbers, codebook_delay
from inference.engines.musicgen.windows import CARRIED, Window, windows
from inference.engines.neural.batch import Job, grouped
from inference.engines.neural.finishing import caption, finished
from inference.engines.neural.joining import as_stereo, going_on_from, parent_audio

_TOP_K, _GUIDANCE = 250, 3.0
"""As its makers sample it."""
_LONGEST_TEXT = 256
_MADE = 0.9
_KEPT_RATE = 48_000
"""Hz, of a continuation: what is continued keeps its quality."""
_SHORTEST = 1.0
_SEAM_SECONDS = 0.02


@dataclass(slots=True)
class _Song:
    """A song being made."""

    job: Job
    text: str
    seconds: float
    """Of what is to be made."""
    generator: torch.Generator
    track: Samples
    """(frames, channels) at the model's rate: the end of what it goes on from, if anything, and what was made."""
    kept: Samples | None = None
    """What it goes on from, at `_KEPT_RATE`."""

    @property
    def length(self) -> str:
        """Songs of the same one can share a pass."""
        return f"{self.track.shape[0]}:{self.seconds:.6f}"


def make(loaded: Loaded, weights: str, jobs: Sequence[Job], ready: float) -> None:
    """Give every job its outcome; `ready` is the fraction that was done before."""
    songs = {id(job): song for job in jobs if (song := _begun(loaded, job, ready)) is not None}
    # The codec hears the end of what it decodes: only songs of one length are the same in a batch as alone.
    for group in grouped([job for job in jobs if id(job) in songs], lambda job: songs[id(job)].length):
        _make(loaded, weights, [songs[id(job)] for job in group], ready)


def _make(loaded: Loaded, weights: str, songs: Sequence[_Song], ready: float) -> None:
    frames = songs[0].track.shape[0]
    heard, seconds = frames / loaded.sample_rate, songs[0].seconds
    for window in windows(heard, heard + seconds):
        there = [song for song in songs if song.job.open]
        if there:
            _play(loaded, there, window, _Fractions(ready, heard, seconds))
    for song in songs:
        song.job.attempt(lambda song=song: _finish(song, frames, loaded, weights))  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class _Fractions:
    ready: float
    heard: float
    seconds: float

    def at(self, seconds: float) -> float:
        """The fraction done when the song is there up to that second."""
        return self.ready + (_MADE - self.ready) * (seconds - self.heard) / self.seconds


def _begun(loaded: Loaded, job: Job, ready: float) -> _Song | None:
    songs: list[_Song] = []

    def begin() -> None:
        job.progress("reading", ready)
        request = job.request
        kept, heard, seconds = None, np.zeros((0, 2), np.float32), request.seconds
        if request.operation is Operation.EXTEND:
            whole = parent_audio(request.parent, _KEPT_RATE)
            if request.seconds < whole.shape[0] / _KEPT_RATE + _SHORTEST:
                raise EngineError("The song is that long already; ask for more.")
            kept = whole[: going_on_from(whole, _KEPT_RATE)]
            seconds = request.seconds - kept.shape[0] / _KEPT_RATE
            heard = _resampled(kept[-round(CARRIED * _KEPT_RATE) :], _KEPT_RATE, loaded.sample_rate)
        generator = torch.Generator().manual_seed(request.seed)
        songs.append(_Song(job, _text(request), seconds, generator, _sides(heard, loaded.channels), kept))

    job.attempt(begin)
    return songs[0] if songs else None


def _play(loaded: Loaded, songs: Sequence[_Song], window: Window, fractions: _Fractions) -> None:
    """Make one window of every song."""
    network = loaded.network
    frames = math.ceil((window.end - window.start) * loaded.frame_rate)
    given = math.ceil(window.heard * loaded.frame_rate)
    delay = codebook_delay(network)

    def every_token(tokens: int) -> None:
        done = max(0, tokens - 1 - given - delay) / loaded.frame_rate
        for song in songs:
            song.job.report("generating", fractions.at(min(window.end, window.start + done)))
        if not any(song.job.open for song in songs):
            raise Cancelled

    words = loaded.tokenizer(
        [song.text for song in songs], padding=True, truncation=True, max_length=_LONGEST_TEXT, return_tensors="pt"
    )
    with torch.no_grad():
        audio = network.generate(
            input_ids=words.input_ids.to(network.device),
            attention_mask=words.attention_mask.to(network.device),
            **_given(loaded, songs, given),
            do_sample=False,
            guidance_scale=_GUIDANCE,
            max_new_tokens=frames + delay,
            logits_processor=Last([OwnNumbers([song.generator for song in songs], _TOP_K)]),
            stopping_criteria=[EveryToken(every_token)],
        )
    start = round(given * loaded.sample_rate / loaded.frame_rate)
    for song, samples in zip(songs, audio.float().cpu().numpy(), strict=True):
        song.track = _joined(song.track, samples.T, start, loaded.sample_rate)


def _given(loaded: Loaded, songs: Sequence[_Song], frames: int) -> Mapping[str, torch.Tensor]:
    """The end of what is there, as the codec's input (songs, channels, samples)."""
    if not frames:
        return {}
    count = round(frames * loaded.sample_rate / loaded.frame_rate)
    before = [song.track[-count:] for song in songs]
    filled = [np.pad(each, ((count - each.shape[0], 0), (0, 0))).T for each in before]
    values = torch.from_numpy(np.stack(filled))
    return {"input_values": values.to(loaded.network.device, loaded.network.dtype)}


def _joined(track: Samples, window: Samples, start: int, sample_rate: int) -> Samples:
    """`track` and the window's new part, crossing over in the window's rendering of what is there already."""
    seam = min(round(_SEAM_SECONDS * sample_rate), start, track.shape[0])
    rise = np.linspace(0, 1, seam, dtype=np.float32)[:, None]
    until = track.shape[0] - seam
    crossing = track[until:] * (1 - rise) + window[start - seam : start] * rise
    return np.concatenate([track[:until], crossing, window[start:]])


def _finish(song: _Song, heard: int, loaded: Loaded, weights: str) -> None:
    song.job.progress("mixing", _MADE)
    rate = loaded.sample_rate
    samples = song.track[: heard + round(song.seconds * rate)]
    if song.kept is not None:
        lead = min(round(_SEAM_SECONDS * rate), heard)
        new = _resampled(as_stereo(samples[heard - lead :]), rate, _KEPT_RATE)
        samples = np.concatenate([song.kept[: song.kept.shape[0] - round(lead * _KEPT_RATE / rate)], new])
        rate = _KEPT_RATE
    request = song.job.request
    song.job.outcome = finished(
        request,
        samples,
        rate,
        weights=weights,
        parameters={
            "top_k": _TOP_K,
            "guidance": _GUIDANCE,
            "channels": loaded.channels,
            "precision": str(loaded.network.dtype).removeprefix("torch."),
            "torch": torch.__version__,
        },
        on_progress=lambda fraction: song.job.progress("mastering", _MADE + (1 - _MADE) * fraction),
    )


def _sides(samples: Samples, channels: int) -> Samples:
    return samples if channels == 2 else samples.mean(axis=1, keepdims=True)


def _resampled(samples: Samples, old: int, new: int) -> Samples:
    if old == new:
        return samples
    divisor = math.gcd(old, new)
    resampled: Samples = signal.resample_poly(samples, new // divisor, old // divisor, axis=0).astype(np.float32)
    return resampled


def _text(request: Request) -> str:
    """MusicGen has no fields; its captions name tempo and key in words."""
    parts = [caption(request)]
    if request.tempo:
        parts.append(f"{request.tempo:.0f} bpm")
    if request.key:
        parts.append(request.key)
    return ", ".join(parts)
