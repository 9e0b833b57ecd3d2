"""One pass over a song that feeds everything that wants to hear it: each in a thread of its own, none far ahead."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Protocol

import numpy as np

from inference.engine import Samples

BLOCK = 65_536
"""Frames handed on at a time: small enough to stay in the processor's cache."""

_WAITING = 4
"""Blocks that lie before a thread, at most."""
_POLL_SECONDS = 0.5

OnProgress = Callable[[float], None]
"""Told the fraction done, 0..1; whatever it raises ends the work."""


class Sink(Protocol):
    """What hears a song: blocks of `BLOCK` frames in order, the last one shorter, and then that it is over."""

    def push(self, block: Samples) -> None:
        """Hear a block, shape (frames, channels), which must not be changed or kept for longer than a few others."""

    def close(self) -> None:
        """The song is over."""


class Abandoned(Exception):
    """Another sink has failed; raised within `feed` only."""


def blocks(samples: Samples, on_progress: OnProgress | None = None) -> Iterator[Samples]:
    """The samples in order, `BLOCK` frames at a time, as views."""
    for start in range(0, samples.shape[0], BLOCK):
        yield samples[start : start + BLOCK]
        if on_progress is not None:
            on_progress(min(1.0, (start + BLOCK) / samples.shape[0]))


def even(pieces: Iterable[Samples]) -> Iterator[Samples]:
    """The same song in blocks of `BLOCK` frames, whatever the pieces' lengths: what is made of it depends on these."""
    parts: list[Samples] = []
    size = 0
    for piece in pieces:
        rest = piece
        while size + rest.shape[0] >= BLOCK:
            parts.append(rest[: BLOCK - size])
            rest = rest[BLOCK - size :]
            yield parts[0] if len(parts) == 1 else np.concatenate(parts)
            parts, size = [], 0
        if rest.shape[0]:
            parts.append(rest)
            size += rest.shape[0]
    if parts:
        yield np.concatenate(parts)


def feed(song: Iterable[Samples], sinks: Sequence[Sink]) -> None:
    """Have every sink hear the song, whose blocks are as `blocks` gives them, and close; raises what the song and what
    the first sink that fails raise, after every thread has ended.

    The libraries that do the work let go of Python's lock, so the threads use as many cores as there are.
    """
    listeners = [_Listener(sink) for sink in sinks]
    try:
        for block in song:
            for listener in listeners:
                listener.tell(block)
        for listener in listeners:
            listener.tell(None)
    except Abandoned:
        pass
    except BaseException:
        for listener in listeners:
            listener.abandon()
        raise
    finally:
        if any(listener.failure for listener in listeners):
            for listener in listeners:
                listener.abandon()
        for listener in listeners:
            listener.join()
    for listener in listeners:
        if listener.failure is not None:
            raise listener.failure


class _Listener:
    """A sink and its thread."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._blocks: queue.Queue[Samples | None] = queue.Queue(_WAITING)
        self._abandoned = threading.Event()
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._live, daemon=True, name=type(sink).__name__)
        self._thread.start()

    def tell(self, block: Samples | None) -> None:
        """Hand on a block, or the end; Abandoned when the sink has failed."""
        while True:
            if self.failure is not None:
                raise Abandoned
            with suppress(queue.Full):
                self._blocks.put(block, timeout=_POLL_SECONDS)
                return

    def abandon(self) -> None:
        """Nothing that the sink makes is wanted any more."""
        self._abandoned.set()

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _live(self) -> None:
        try:
            while not self._abandoned.is_set():
                try:
                    block = self._blocks.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    continue
                if block is None:
                    self._sink.close()
                    return
                self._sink.push(block)
        except BaseException as error:
            self.failure = error
