"""What is known of whoever is to sing; `python -m inference.swapping.performing WORKSHOP` learns them all ahead."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference import stages
from inference.audio.decode import DecodeError, read
from inference.engine import EngineError
from inference.performers import BUILT_IN, REFERENCE_RATE, Performer, reference
from inference.performers.notes import midi
from inference.separation.model import Report
from inference.speakers.model import Embedding, Measure
from inference.speakers.telling import VERSIONS, available, embed
from inference.speakers.voicing import TooLittle
from inference.stage_cache import StageCache
from inference.swapping.model import MOST_BYTES, SwapTask
from inference.voice import prints
from inference.voice.analysis import Floats
from inference.voice.learning import learn
from inference.voice.model import BadPrint
from inference.voice.prints import VoicePrint

VERSION = "2"
"""Changes whenever a built-in performer would be learned otherwise."""
_MOST_BYTES = 16 * 1024**2
_PRINT, _LIKENESS = "print", "likeness.npy"
_HEARD_SECONDS = 30
"""Of a recording that are enough to know a voice by."""


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """Somebody's voice."""

    print: VoicePrint
    likeness: Embedding | None
    """What tells it from others; None where no recording was given that says enough."""


def voice_of(task: SwapTask, cache: StageCache, report: Report) -> Voice:
    """The voice in the task's files, or that of a built-in performer, which is learned once and kept.

    Raises EngineError for nobody known, and BadPrint.
    """
    if task.voice is None:
        return _learned(performer_of(task.built_in), cache, report)
    if task.voice.stat().st_size > _MOST_BYTES:
        raise BadPrint("This file is not a voice print.")
    return Voice(prints.from_bytes(task.voice.read_bytes()), _heard_in(task.reference))


def performer_of(name: str) -> Performer:
    """The built-in performer of a name; EngineError when there is none."""
    performer = next((each for each in BUILT_IN if each.name == name), None)
    if performer is None:
        raise EngineError("There is no performer of this name.")
    return performer


def learn_built_in(workshop: Path, most_bytes: int = MOST_BYTES) -> None:
    """Learn every built-in performer ahead, so that no first preview has to wait for it."""
    with StageCache(workshop, most_bytes) as cache:
        for performer in BUILT_IN:
            _learned(performer, cache, lambda stage, fraction: None)


def _learned(performer: Performer, cache: StageCache, report: Report) -> Voice:
    measure = available()[0]

    def make(folder: Path) -> None:
        report(stages.LEARNING, 0.0)
        recording = reference(performer)
        low, high = (440.0 * 2 ** ((midi(note) - 69) / 12) for note in performer.range)
        learned = learn([recording], REFERENCE_RATE, span=(low, high))
        (folder / _PRINT).write_bytes(prints.to_bytes(learned))
        np.save(folder / _LIKENESS, _embedded(recording, REFERENCE_RATE, measure).vector)

    kept = cache.get_or_make(
        "performer",
        *(performer.name, prints.VERSION, VERSION, measure, VERSIONS[measure]),
        make=make,
        waiting=lambda: report(stages.WAITING, 0.0),
    )
    vector = np.load(kept / _LIKENESS, allow_pickle=False)
    return Voice(prints.from_bytes((kept / _PRINT).read_bytes()), Embedding(vector, measure, VERSIONS[measure]))


def _heard_in(recording: Path | None) -> Embedding | None:
    if recording is None:
        return None
    rate = 16_000
    try:
        return _embedded(read(recording, rate).mean(axis=1), rate, available()[0])
    except (DecodeError, TooLittle):
        return None


def _embedded(samples: Floats, rate: int, measure: Measure) -> Embedding:
    return embed(samples[: _HEARD_SECONDS * rate], rate, measure)


if __name__ == "__main__":
    learn_built_in(Path(sys.argv[1]))
