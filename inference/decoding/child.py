"""The child that decodes one stranger's file: it gives up everything else first, then reads descriptor 0 to its end.

Started by `stream.open_untrusted` alone; what it says is described in `messages`.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import cast

import av
import numpy as np

from inference.decoding.checking import clean
from inference.decoding.lock import NotLocked, lock
from inference.decoding.messages import BLOCK_FRAMES, HEADER, Kind
from inference.decoding.mixing import MOST_CHANNELS, stereo
from inference.decoding.model import Reason, Refused, SourceFacts
from inference.decoding.reading import (
    HIGHEST_RATE,
    LOWEST_RATE,
    NO_SOUND,
    audio_stream,
    contents,
    facts_of,
    frames_of,
    open_as,
    opened,
    read_at,
)
from inference.decoding.sniffing import Sniffed, sniff
from inference.engine import Samples

_LEAST_SHARE = 0.5
_CODEC_DELAY = 0.1
"""Seconds that an MP3's headers may count beside its sound."""


def main(arguments: list[str]) -> None:
    """Arguments: the parent's process id, sample rate, most seconds, bytes of memory, seconds of processor time."""
    parent, rate, most_seconds, memory_bytes, cpu_seconds = arguments
    _warm()
    try:
        lock(memory_bytes=int(memory_bytes), cpu_seconds=float(cpu_seconds), parent=int(parent))
    except NotLocked as error:
        sys.exit(f"the decoder could not be locked: {error}")
    _say(Kind.LOCKED)
    try:
        _serve(int(rate), float(most_seconds))
    except Refused as refusal:
        _say(Kind.REFUSED, json.dumps({"reason": refusal.reason, "sentence": str(refusal)}).encode())
    except MemoryError:  # FFmpeg's as well
        # Said with as little as possible.
        _say(Kind.REFUSED, b'{"reason":"too-costly","sentence":"Reading this file takes more memory than any song."}')
    os._exit(0)


def _serve(rate: int, most_seconds: float) -> None:
    size = os.lseek(0, 0, os.SEEK_END)
    sniffed = sniff(read_at, size)
    if sniffed.claimed_seconds and sniffed.claimed_seconds > most_seconds:
        raise Refused(Reason.TOO_LONG, _too_long(sniffed.claimed_seconds, most_seconds))
    with opened(sniffed, size) as container:
        _decode(container, sniffed, rate, most_seconds)
    _say(Kind.END)


def _decode(container: av.container.InputContainer, sniffed: Sniffed, rate: int, most_seconds: float) -> None:
    stream = audio_stream(container, sniffed.container)
    facts = facts_of(container, stream, sniffed)
    _say(Kind.FACTS, json.dumps(asdict(facts)).encode())
    picture, packets = contents(container, stream)
    if picture:
        _say(Kind.PICTURE, picture)
    sender = _Sender(int(most_seconds * rate), most_seconds)
    heard = _Heard()
    for block in _resampled(heard.stereo(frames_of(packets)), rate):
        sender.send(block)
    sender.flush()
    _judge(heard, sender.sent / rate, sniffed.claimed_seconds)


def _judge(heard: _Heard, seconds: float, claimed: float | None) -> None:
    """A file is damaged when it has no sound at all, when most of its samples are no numbers, or when less than half
    of what its own headers promise can be read; what is cut off later than that is taken as it is.
    """
    if not seconds:
        raise Refused(Reason.DAMAGED, NO_SOUND)
    if heard.bad > heard.samples / 2:
        raise Refused(Reason.DAMAGED, "This file is damaged: most of its samples are not numbers.")
    if claimed and seconds + _CODEC_DELAY < claimed * _LEAST_SHARE:
        raise Refused(
            Reason.DAMAGED,
            f"This file is damaged: it should last {_clock(claimed)}, and only {_clock(seconds)} of it can be read.",
        )


class _Heard:
    """Counts samples of all channels, and those that were no numbers."""

    def __init__(self) -> None:
        self.samples = 0
        self.bad = 0

    def stereo(self, frames: Iterator[av.AudioFrame]) -> Iterator[tuple[Samples, int]]:
        """Each frame as stereo, with its sample rate; one that no honest decoder makes is left out."""
        for frame in frames:
            channels = frame.layout.nb_channels
            if not LOWEST_RATE <= frame.sample_rate <= HIGHEST_RATE or not 1 <= channels <= MOST_CHANNELS:
                continue
            samples, bad = stereo(frame)
            self.samples += frame.samples * channels
            self.bad += bad
            yield samples, frame.sample_rate


def _resampled(blocks: Iterator[tuple[Samples, int]], rate: int) -> Iterator[Samples]:
    resampler: av.AudioResampler | None = None
    since = 0
    for samples, its_rate in blocks:
        if resampler is not None and its_rate != since:
            yield from _out(resampler, None)
            resampler = None
        if its_rate == rate:
            yield samples
            continue
        if resampler is None:
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=rate)
            since = its_rate
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = its_rate
        yield from _out(resampler, frame)
    if resampler is not None:
        yield from _out(resampler, None)


def _out(resampler: av.AudioResampler, frame: av.AudioFrame | None) -> Iterator[Samples]:
    for each in resampler.resample(frame):
        yield cast(Samples, each.to_ndarray()).reshape(-1, 2)


class _Sender:
    """Gathers frames to blocks of one size; Refused past so many frames."""

    def __init__(self, most_frames: int, most_seconds: float) -> None:
        self._block = np.empty((BLOCK_FRAMES, 2), dtype="<f4")
        self._filled = 0
        self._most_frames = most_frames
        self._most_seconds = most_seconds
        self.sent = 0

    def send(self, samples: Samples) -> None:
        """In as many messages as it takes."""
        self.sent += len(samples)
        if self.sent > self._most_frames:
            raise Refused(Reason.TOO_LONG, _too_long(None, self._most_seconds))
        while len(samples):
            fits = samples[: BLOCK_FRAMES - self._filled]
            self._block[self._filled : self._filled + len(fits)] = fits
            self._filled += len(fits)
            samples = samples[len(fits) :]
            if self._filled == BLOCK_FRAMES:
                self.flush()

    def flush(self) -> None:
        """What is left over."""
        if self._filled:
            _say(Kind.AUDIO, self._block[: self._filled].data.cast("B"))
        self._filled = 0


def _too_long(claimed: float | None, most: float) -> str:
    if claimed is None:
        return f"This file lasts longer than {_clock(most)}, which is the most that is taken."
    return f"This file says that it lasts {_clock(claimed)}; no more than {_clock(most)} is taken."


def _clock(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{seconds:.1f} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _say(kind: Kind, payload: bytes | memoryview = b"") -> None:
    for data in (HEADER.pack(kind.value, len(payload)), payload):
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(1, rest) :]


def _warm() -> None:
    """Load what is loaded on first use, which cannot be later: decode and resample a moment of silence."""
    size = 1600
    header = (
        b"RIFF" + (36 + size).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0"
    )
    moment = io.BytesIO(header + b"data" + size.to_bytes(4, "little") + bytes(size))
    with open_as(moment, "wav") as wav:
        _, packets = contents(wav, audio_stream(wav, "wav"))
        for _ in _resampled(_Heard().stereo(frames_of(packets)), 44_100):
            pass
    json.dumps(asdict(SourceFacts("wav", "", 0, 0, 0.5, {"title": clean("é")})))
    with suppress(MemoryError, OverflowError):
        bytes(1 << 62)
