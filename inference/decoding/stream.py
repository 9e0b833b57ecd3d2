"""A stranger's file as stereo blocks: decoded in a locked child, whose every word is checked here."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from inference.decoding import checking
from inference.decoding.checking import UNREADABLE
from inference.decoding.messages import BYTES_A_FRAME, HEADER, LONGEST, Kind
from inference.decoding.model import SAMPLE_RATE, DecoderFailed, Limits, Reason, Refused, SourceFacts
from inference.decoding.process import started
from inference.engine import Cancelled, Samples

_START_SECONDS = 60.0
_OPENING = 0.7
"""Of the longest silence: how long a file may take to be opened, which no honest one does for long."""
_POLL_SECONDS = 0.25
_LAST_WORDS = 2000
_COSTLY = "Reading this file takes longer than any song of its size should."

_log = logging.getLogger(__name__)


@contextmanager
def open_untrusted(
    source: Path,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    sample_rate: int = SAMPLE_RATE,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Decoding]:
    """Decode `source` in a child that can do nothing else, which is gone when the block is left.

    Refused when the file is not taken: at once where its headers tell, and while its blocks are read where only they
    do. DecoderFailed when no such child can be had here, and OSError when there is no such file. Cancelled soon after
    `should_stop` says so. The thread that enters must live as long as the block: the child ends with it.
    """
    numbers = (os.getpid(), sample_rate, limits.seconds, limits.memory_bytes, limits.cpu_seconds)
    with _input(source) as file, started(file, tuple(map(str, numbers))) as process:
        yield Decoding(_Pipe(process, limits, should_stop), limits, sample_rate)


class Decoding:
    """An opened file: what it is, and, once, its samples."""

    facts: SourceFacts
    picture: bytes | None = None
    """The bytes of a cover as they lie in the file, no more than 10 MB, which claim to be a JPEG, PNG, GIF or WebP.
    Nobody has looked at more than their beginning.
    """

    def __init__(self, pipe: _Pipe, limits: Limits, sample_rate: int) -> None:
        self._pipe = pipe
        self._most_frames = int(limits.seconds * sample_rate)
        self._limits = limits
        pipe.expect(Kind.FACTS, within=_OPENING * limits.silent_seconds)
        self.facts = checking.facts(pipe.payload)
        self._next = pipe.hear()
        if self._next is Kind.PICTURE:
            self.picture = checking.picture(bytes(pipe.payload))
            self._next = pipe.hear()

    def __iter__(self) -> Iterator[Samples]:
        """Blocks of float32, shape (n, 2), in order, every sample a number; Refused when the file turns out bad."""
        frames = 0
        while self._next is Kind.AUDIO:
            block = np.frombuffer(self._pipe.payload, dtype="<f4").astype(np.float32, copy=False).reshape(-1, 2)
            frames += len(block)
            if frames > self._most_frames:
                raise Refused(Reason.TOO_LONG, f"This file lasts longer than {self._limits.seconds / 60:g} minutes.")
            if not np.isfinite(block).all():
                raise Refused(Reason.DAMAGED, UNREADABLE)
            yield block
            self._next = self._pipe.hear()
        if self._next is not Kind.END or not frames:
            raise Refused(Reason.DAMAGED, UNREADABLE)


class _Pipe:
    """Reads messages, and raises what the child's refusal, silence or end mean."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, should_stop: Callable[[], bool]) -> None:
        assert process.stdout is not None
        self._process = process
        self._limits = limits
        self._should_stop = should_stop
        self._locked = False
        self._descriptor = process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._descriptor, select.POLLIN)
        # A child that is heard from time to time only is ended as well.
        self._patience = limits.cpu_seconds + limits.silent_seconds
        self.payload = bytearray()
        self.expect(Kind.LOCKED, within=_START_SECONDS)
        self._locked = True

    def expect(self, kind: Kind, *, within: float) -> None:
        """Hear a message of this kind."""
        if self.hear(within) is not kind:
            raise Refused(Reason.DAMAGED, UNREADABLE)

    def hear(self, within: float | None = None) -> Kind:
        """The next message, its bytes in `payload`; Refused, DecoderFailed or Cancelled when there is none."""
        deadline = self._limits.silent_seconds if within is None else within
        header = bytearray(HEADER.size)
        left = self._fill(header, deadline)
        letter, length = HEADER.unpack(header)
        try:
            kind = Kind(letter)
        except ValueError as error:
            raise Refused(Reason.DAMAGED, UNREADABLE) from error
        if length > LONGEST[kind] or (kind is Kind.AUDIO and (length % BYTES_A_FRAME or not length)):
            raise Refused(Reason.DAMAGED, UNREADABLE)
        self.payload = bytearray(length)
        self._fill(self.payload, left)
        if kind is Kind.REFUSED:
            raise checking.refusal(self.payload)
        return kind

    def _fill(self, buffer: bytearray, seconds: float) -> float:
        """Read until `buffer` is full, waiting no longer than `seconds`; returns how many of them are left."""
        rest = memoryview(buffer)
        while rest:
            begin = time.monotonic()
            readable = self._poll.poll(1000 * min(_POLL_SECONDS, seconds))
            waited = time.monotonic() - begin
            seconds -= waited
            if self._locked:
                self._patience -= waited
            if self._should_stop():
                raise Cancelled
            if readable:
                count = os.readv(self._descriptor, [rest])
                if not count:
                    raise self._ended()
                rest = rest[count:]
            elif seconds <= 0 or self._patience <= 0:
                if self._locked:
                    raise Refused(Reason.TOO_COSTLY, _COSTLY)
                raise DecoderFailed("the decoder did not start in time")
        return seconds

    def _ended(self) -> Refused | DecoderFailed:
        """What it means that the child is gone without a word."""
        code = self._process.wait()
        assert self._process.stderr is not None
        words = ascii(self._process.stderr.read(_LAST_WORDS).decode(errors="replace"))
        _log.warning("the decoder ended with %s: %s", code, words)
        if not self._locked:
            return DecoderFailed(f"the decoder did not start: {words}")
        if code == -signal.SIGXCPU:
            return Refused(Reason.TOO_COSTLY, _COSTLY)
        if code in {-signal.SIGKILL, -signal.SIGTERM}:
            # Whoever ended it, the file did not: most likely the machine ran out of memory.
            return DecoderFailed("the decoder was ended from outside")
        return Refused(Reason.DAMAGED, UNREADABLE)


@contextmanager
def _input(source: Path) -> Iterator[int]:
    """The file, only to be read, and only if it is a plain one."""
    descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not os.path.isfile(f"/proc/self/fd/{descriptor}"):  # noqa: PTH113
            raise FileNotFoundError(f"{source.name} is no plain file")
        yield descriptor
    finally:
        os.close(descriptor)
