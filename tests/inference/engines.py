"""A registry with one small real engine that misbehaves on request, for the tests of the engine process."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from inference.audio.encode import write_flac
from inference.engine import (
    Capabilities,
    Context,
    Device,
    Engine,
    EngineError,
    Licence,
    Operation,
    Request,
    Result,
    Samples,
    Section,
)

RATE = 44_100


class Chords:
    """Plays one chord for as long as it is asked; `parameters["do"]` names a misbehaviour."""

    name = "chords"
    title = "Chords"
    version = "1"
    capabilities = Capabilities(
        operations=frozenset({Operation.GENERATE}),
        sung=False,
        instrumental=True,
        languages=frozenset(),
        controls=frozenset({"seed"}),
        minimum_seconds=1,
        maximum_seconds=300,
        sample_rate=RATE,
        device=Device.CPU,
        memory_mb=200,
        licence=Licence("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", commercial=True),
        credits_per_minute=1,
    )

    def __init__(self) -> None:
        self.songs = 0

    def generate(self, request: Request, context: Context) -> Result:
        """Misbehave as asked, then make the chord, its two stems and a score."""
        context.progress("composing", 0.1)
        misbehave = MISBEHAVIOURS.get(str(request.parameters.get("do", "")))
        if misbehave is not None:
            misbehave(context)
        self.songs += 1
        stems = {}
        mix = np.zeros((round(request.seconds * RATE), 2), np.float32)
        for number, (name, frequencies) in enumerate({"bass": (110.0,), "chord": (220.0, 277.18, 329.63)}.items()):
            stem = chord(frequencies, request.seconds)
            mix += stem
            stems[name] = context.folder / f"{name}.flac"
            write_flac(stems[name], stem, RATE)
            context.progress("rendering", 0.5 + 0.25 * number)
        return Result(
            mix=mix,
            sample_rate=RATE,
            seed=request.seed,
            tempo=None,
            key="A major",
            meter="",
            genre=request.genre or "test",
            mood=request.mood,
            title=f"Chord {request.seed}",
            stems=stems,
            score={"chord": "A", "name": "Größe"},
            sections=(Section("all", 0.0, request.seconds),),
            words=(),
            understood={"words": len(request.prompt.split())},
            weights="none",
            parameters={"songs_since_start": self.songs},
        )


def chord(frequencies: tuple[float, ...], seconds: float) -> Samples:
    """Sines, struck once a second, a little louder on the left."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * frequency * time) for frequency in frequencies) * np.exp(-3 * (time % 1.0))
    return (np.stack([tone, 0.8 * tone], axis=1) * 0.12).astype(np.float32)


def get(name: str) -> Engine:
    """The engine that stays loaded between songs."""
    return {"chords": _CHORDS}[name]


_CHORDS = Chords()


def _chatter(context: Context) -> None:
    print('{"result": "not a real one"}')
    sys.stdout.flush()
    os.write(1, b"written past Python\n")
    ctypes.CDLL(None).puts(b"printed by a C library")
    ctypes.CDLL(None).fflush(None)


def _work_for_ever(context: Context) -> None:
    while True:
        context.progress("working", 0.2)


def _hang(context: Context) -> None:
    (context.folder / "half").write_bytes(b"half")
    context.progress("hanging", 0.3)
    while True:
        signal.pause()


def _leave(context: Context) -> None:
    os._exit(3)


def _be_killed(context: Context) -> None:
    (context.folder / "half").write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)


def _refuse(context: Context) -> None:
    raise EngineError("I do not play that.")


def _fail_for_now(context: Context) -> None:
    raise EngineError("Try again.", retryable=True)


def _break(context: Context) -> None:
    raise RuntimeError("a secret detail")


def _fill_the_disk(context: Context) -> None:
    (context.folder / "half").write_bytes(b"half")
    raise OSError(errno.ENOSPC, "No space left on device")


def _go_back(context: Context) -> None:
    for fraction in (0.6, 0.3, 0.9, 0.2):
        context.progress("wavering", fraction)


MISBEHAVIOURS: Mapping[str, Callable[[Context], None]] = MappingProxyType(
    {
        "chatter": _chatter,
        "work for ever": _work_for_ever,
        "hang": _hang,
        "leave": _leave,
        "be killed": _be_killed,
        "refuse": _refuse,
        "fail for now": _fail_for_now,
        "break": _break,
        "fill the disk": _fill_the_disk,
        "go back": _go_back,
    }
)
