"""Whoever converts: the program that was asked for, or the embedded converter in its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from inference.audio.wave import write_wave
from inference.engine import EngineError
from inference.performers import BUILT_IN, REFERENCE_RATE, reference
from inference.separation.model import Report
from inference.swapping.model import SwapTask
from inference.voice.command.converter import CommandConverter
from inference.voice.command.manifest import configured
from inference.voice.converting import WorldConverter
from inference.voice.model import Converted, Converter
from inference.voice.prints import VoicePrint
from inference.voice.surveying import Survey


def sing(
    task: SwapTask, vocals: Path, target: Path, voice: VoicePrint, heard: Survey, report: Report
) -> tuple[Converter, Converted]:
    """Write to `target` what is sung in `vocals`, by the task's performer; who did it, and how.

    Where the program cannot do it at all the embedded converter does, and the facts say so ("instead_of", "reason").
    Raises EngineError when another try may succeed, and what `report` raises.
    """

    def by(converter: Converter, recording: Path | None = None) -> Converted:
        return converter.convert(
            vocals, target, voice, handling=task.handling, report=report, reference=recording, heard=heard
        )

    embedded = WorldConverter()
    if not task.converter:
        return embedded, by(embedded)
    try:
        program = _program(task.converter)
        return program, by(program, _recording(task, target.with_name("reference.wav")))
    except EngineError as error:
        if error.retryable:
            raise
        reason = str(error)
    done = by(embedded)
    return embedded, replace(done, facts={**done.facts, "instead_of": task.converter, "reason": reason})


def _program(name: str) -> Converter:
    found = configured().get(name)
    if found is None:
        raise EngineError("The converter that was asked for is not set up here.")
    return CommandConverter(found)


def _recording(task: SwapTask, target: Path) -> Path | None:
    """A recording of the performer."""
    if task.voice is not None:
        return task.reference
    performer = next(each for each in BUILT_IN if each.name == task.built_in)
    write_wave(target, reference(performer).astype(np.float32)[:, None], REFERENCE_RATE)
    return target
