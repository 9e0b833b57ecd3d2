"""Learning a voice that is to be protected, and listening to songs for such voices."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference import stages
from inference.audio.decode import decode, read
from inference.audio.streams import even
from inference.audio.voice import VoiceMeter
from inference.decoding.model import Limits, Reason, Refused
from inference.decoding.stream import open_untrusted
from inference.likeness.comparing import comparable, points_of, sung_like
from inference.likeness.model import (
    LONGEST_SECONDS,
    PIECE_SECONDS,
    PIECES,
    SHORTEST_SECONDS,
    Answer,
    Fault,
    NotTaken,
    Resemblance,
    Task,
)
from inference.separation.model import RATE, VOCALS
from inference.separation.separating import separate
from inference.speakers import TooLittle, voices_in
from inference.swapping.model import Span
from inference.swapping.source import cut

Floats = npt.NDArray[np.float32]
Report = Callable[[str, float], None]

LISTENING = "listening"
_STEP_SECONDS = 5.0
_LEAST_PRESENCE = 0.3
"""Of the vocals that were taken out: less is no voice."""


def answer(task: Task, *, report: Report, should_stop: Callable[[], bool] = lambda: False) -> Answer:
    """Do the task; its folder is empty afterwards.

    Raises NotTaken and Refused for a recording, EngineError for a song that cannot be read, and what `report` raises.
    """
    task.folder.mkdir(parents=True, exist_ok=True)
    try:
        return _compared(task, report) if task.compare else _learned(task, report, should_stop)
    finally:
        shutil.rmtree(task.folder, ignore_errors=True)


def _learned(task: Task, report: Report, should_stop: Callable[[], bool]) -> Answer:
    report(stages.DECODING, 0.0)
    samples = _decoded(task.source, should_stop)
    seconds = len(samples) / RATE
    if seconds < SHORTEST_SECONDS:
        raise NotTaken(Fault.TOO_SHORT, f"The recording must last at least {SHORTEST_SECONDS:.0f} seconds.")
    report(LISTENING, 0.3)
    heard = voices_in(samples, RATE)
    if heard < 1:
        raise NotTaken(Fault.NO_VOICE, "There is no voice alone in this recording.")
    if heard > 1:
        raise NotTaken(Fault.SEVERAL_VOICES, "There is more than one voice in this recording.")
    report(LISTENING, 0.6)
    return Answer(seconds, points_of(samples, RATE))


def _decoded(path: Path, should_stop: Callable[[], bool]) -> Floats:
    try:
        with open_untrusted(path, limits=Limits(seconds=LONGEST_SECONDS), should_stop=should_stop) as decoding:
            return np.concatenate([block.mean(axis=1, dtype=np.float32) for block in decoding])
    except Refused as refused:
        if refused.reason is Reason.TOO_LONG:
            raise NotTaken(Fault.TOO_LONG, f"At most {LONGEST_SECONDS:.0f} seconds are enough.") from refused
        raise


def _compared(task: Task, report: Report) -> Answer:
    """The nearest voice of all pieces: somebody may sing a verse of another's song."""
    report(LISTENING, 0.0)
    starts = sung_starts(task.source, report)
    seconds, nearest, compared = 0.0, None, True
    for place, start in enumerate(starts):
        done = 0.1 + 0.9 * place / len(starts)
        vocals, presence = _vocals(task.source, start, task.folder, report, done, 0.9 / len(starts))
        if presence < _LEAST_PRESENCE:
            continue
        try:
            points = points_of(vocals, RATE)
        except TooLittle:
            continue
        seconds += len(vocals) / RATE
        compared &= all(comparable(points, voice) for voice in task.protected)
        nearest = _nearer(nearest, sung_like(points, task.protected))
    return Answer(seconds, nearest=nearest, compared=compared)


def sung_starts(source: Path, report: Report = lambda stage, fraction: None) -> list[float]:
    """Where the pieces of a song begin, in seconds, in which somebody seems to sing most; they do not overlap."""
    step = int(_STEP_SECONDS * RATE)
    presences: list[float] = []
    for block in _steps(source, step):
        meter = VoiceMeter(RATE)
        meter.push(block)
        presences.append(meter.presence() or 0.0)
        report(LISTENING, min(0.1, 0.002 * len(presences)))
    length = round(PIECE_SECONDS / _STEP_SECONDS)
    sums = np.convolve(presences, np.ones(min(length, max(1, len(presences)))), "valid") if presences else np.zeros(0)
    found: list[int] = []
    for place in np.argsort(-sums, kind="stable"):
        if all(abs(place - other) >= length for other in found):
            found.append(int(place))
        if len(found) == PIECES:
            break
    return sorted(place * _STEP_SECONDS for place in found)


def _steps(source: Path, step: int) -> Iterator[Floats]:
    """The song as mono in pieces of `step` frames; the last one may be shorter."""
    kept, size = [], 0
    for block in even(decode(source, RATE)):
        kept.append(block.mean(axis=1, dtype=np.float32))
        size += len(block)
        if size >= step:
            whole = np.concatenate(kept)
            yield whole[:step]
            kept, size = [whole[step:]], size - step
    if size:
        yield np.concatenate(kept)


def _vocals(
    source: Path, start: float, folder: Path, report: Report, done: float, share: float
) -> tuple[Floats, float]:
    """The vocals of a piece as mono, and how much of the time they sound like a voice."""
    work = folder / f"{start:.0f}"
    work.mkdir()
    song = work / "song.wav"
    cut(source, song, Span(start, PIECE_SECONDS))
    separated = separate(song, work, report=lambda stage, fraction: report(stage, done + share * fraction))
    presence = separated.facts.get("voice_presence")
    vocals = read(work / VOCALS, RATE).mean(axis=1, dtype=np.float32)
    shutil.rmtree(work)
    return vocals, float(presence) if presence is not None else 0.0


def _nearer(a: Resemblance | None, b: Resemblance | None) -> Resemblance | None:
    if a is None or b is None:
        return a or b
    return max(a, b, key=lambda each: (each.alike, each.similarity))
