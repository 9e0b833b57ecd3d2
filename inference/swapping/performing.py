"""The voice print of whoever is to sing; `python -m inference.swapping.performing WORKSHOP` learns them all ahead."""

from __future__ import annotations

import sys
from pathlib import Path

from inference import stages
from inference.engine import EngineError
from inference.performers import BUILT_IN, REFERENCE_RATE, Performer, reference
from inference.performers.notes import midi
from inference.separation.model import Report
from inference.stage_cache import StageCache
from inference.swapping.model import MOST_BYTES, SwapTask
from inference.voice import prints
from inference.voice.learning import learn
from inference.voice.model import BadPrint
from inference.voice.prints import VoicePrint

VERSION = "1"
"""Changes whenever a built-in performer would be learned otherwise."""
_MOST_BYTES = 16 * 1024**2
_PRINT = "print"


def print_of(task: SwapTask, cache: StageCache, report: Report) -> VoicePrint:
    """The print in the task's file, or that of a built-in performer, which is learned once and kept.

    Raises EngineError for nobody known, and BadPrint.
    """
    if task.voice is not None:
        if task.voice.stat().st_size > _MOST_BYTES:
            raise BadPrint("This file is not a voice print.")
        return prints.from_bytes(task.voice.read_bytes())
    performer = next((each for each in BUILT_IN if each.name == task.built_in), None)
    if performer is None:
        raise EngineError("There is no performer of this name.")
    return _learned(performer, cache, report)


def learn_built_in(workshop: Path, most_bytes: int = MOST_BYTES) -> None:
    """Learn every built-in performer ahead, so that no first preview has to wait for it."""
    with StageCache(workshop, most_bytes) as cache:
        for performer in BUILT_IN:
            _learned(performer, cache, lambda stage, fraction: None)


def _learned(performer: Performer, cache: StageCache, report: Report) -> VoicePrint:
    def make(folder: Path) -> None:
        report(stages.LEARNING, 0.0)
        low, high = (440.0 * 2 ** ((midi(note) - 69) / 12) for note in performer.range)
        kept = prints.to_bytes(learn([reference(performer)], REFERENCE_RATE, span=(low, high)))
        (folder / _PRINT).write_bytes(kept)

    kept = cache.get_or_make(
        "performer",
        *(performer.name, prints.VERSION, VERSION),
        make=make,
        waiting=lambda: report(stages.WAITING, 0.0),
    )
    return prints.from_bytes((kept / _PRINT).read_bytes())


if __name__ == "__main__":
    learn_built_in(Path(sys.argv[1]))
