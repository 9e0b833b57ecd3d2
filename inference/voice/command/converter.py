"""The converter whose work a configured program does."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from inference.engine import EngineError
from inference.voice.command import manifest, weights
from inference.voice.command.manifest import Program
from inference.voice.command.run import converted
from inference.voice.model import SAMPLE_RATE, Converted, KeyHandling, Report

if TYPE_CHECKING:
    from inference.engine import Samples
    from inference.voice.prints import VoicePrint
    from inference.voice.surveying import Survey

_HEARD, _MADE = 0.1, 0.95
"""How far it is when the melody is known, and when the program is done."""
_MOST_ASTRAY_SECONDS = 1.0
"""A result that is shorter or longer by more is not the same song any more."""
_SOUND, _SILENCE = 1e-3, 1e-5
"""Peaks of a vocal in which something sounds, and of one in which nothing does."""


class CommandConverter:
    """Has vocals converted by a program, which it believes nothing. See `inference.voice.model.Converter`."""

    def __init__(self, program: Program, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = program.name
        self.title = program.title
        self.version = program.version
        self.device = program.device
        self.licence = program.licence
        self._program = program
        self._clock = clock

    def convert(
        self,
        vocals: Path,
        target: Path,
        voice: VoicePrint,
        *,
        handling: KeyHandling,
        report: Report,
        reference: Path | None = None,
        heard: Survey | None = None,
    ) -> Converted:
        """As `Converter` has it; EngineError, also WeightsMissing, when the program fails in any way.

        A program whose command does not name the semitones keeps the key. The print serves only to choose the key: the
        voice is that of `reference`, or that of the weights when the command does not name it.
        """
        from inference.voice import keys

        program = self._program
        weights.check(program.weights)
        if reference is None and program.uses(manifest.REFERENCE):
            raise EngineError(f"{self.title} needs a recording of the performer.")
        semitones = 0.0
        if program.uses(manifest.SEMITONES) and handling is not KeyHandling.KEEP:
            semitones = float(round(_planned(vocals, voice, handling, report, heard)))
        frames = self.sing(vocals, target, reference, semitones, report)
        facts: dict[str, float | str | bool | None] = {
            "program": f"{self.title} {self.version}",
            "frames_astray": frames,
        }
        return Converted(semitones, keys.accompaniment_semitones(semitones), facts)

    def sing(self, vocals: Path, target: Path, reference: Path | None, semitones: float, report: Report) -> int:
        """Write to `target` what the program makes of `vocals`; how many frames longer that was. EngineError."""
        weights.check(self._program.weights)
        scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix="program "))
        try:
            frames = self._sung(vocals, target, reference, semitones, scratch, report)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        report("converting", 1.0)
        return frames

    def _sung(
        self, vocals: Path, target: Path, reference: Path | None, semitones: float, scratch: Path, report: Report
    ) -> int:
        """Write `target`; how many frames longer the program's result was."""
        from inference.programs import sound

        given, folder = scratch / "given", scratch / "result"
        given.mkdir()
        folder.mkdir()
        # Copies: what the house keeps is never in a program's hands.
        frames, peak = _copied(vocals, given / "source.wav")
        if reference is not None:
            _copied(reference, given / "reference.wav", self._program.reference_seconds)
        arguments = self._program.arguments(
            {
                manifest.SOURCE: str(given / "source.wav"),
                manifest.REFERENCE: str(given / "reference.wav"),
                manifest.FOLDER: str(folder),
                manifest.SEMITONES: f"{semitones:.0f}",
            }
        )
        seconds = frames / SAMPLE_RATE
        name = converted(
            self._program,
            arguments,
            folder,
            self._program.start_seconds + self._program.seconds_a_second * seconds,
            lambda stage, fraction: report(stage, _HEARD + (_MADE - _HEARD) * fraction),
            self._clock,
        )
        result = sound.blocks(folder, name, SAMPLE_RATE, seconds + _MOST_ASTRAY_SECONDS)
        return _fitted(result, target, frames, peak, lambda done: report("converting", _MADE + (1 - _MADE) * done))


def _planned(vocals: Path, voice: VoicePrint, handling: KeyHandling, report: Report, heard: Survey | None) -> float:
    from inference.voice import keys
    from inference.voice.surveying import survey

    heard = heard or survey(vocals, lambda done: report("listening", _HEARD * done))
    return keys.plan(heard.f0, voice, handling)


def _copied(source: Path, target: Path, most_seconds: float | None = None) -> tuple[int, float]:
    """Copy a recording as float32 WAV of 44.1 kHz stereo; its frames and its peak."""
    from inference.audio.decode import decode
    from inference.audio.wave import WaveWriter

    left = None if most_seconds is None else int(most_seconds * SAMPLE_RATE)
    frames, peak = 0, 0.0
    with WaveWriter(target, SAMPLE_RATE, 2) as writer:
        for block in decode(source, SAMPLE_RATE):
            cut = block if left is None else block[: left - frames]
            writer.push(cut)
            frames += len(cut)
            peak = max(peak, float(abs(cut).max(initial=0.0)))
            if left is not None and frames >= left:
                break
    return frames, peak


def _fitted(
    blocks: Iterator[Samples], target: Path, frames: int, source_peak: float, report: Callable[[float], None]
) -> int:
    """Write the blocks as long as the source is; how many frames more there were. EngineError when it is another
    length, or silent where the source is not."""
    import numpy as np

    from inference.audio.wave import WaveWriter

    written, peak = 0, 0.0
    with WaveWriter(target, SAMPLE_RATE, 2) as writer:
        for block in blocks:
            writer.push(block[: max(0, frames - written)])
            written += len(block)
            peak = max(peak, float(np.abs(block).max(initial=0.0)))
            report(min(1.0, written / max(1, frames)))
        if written < frames:
            if frames - written > _MOST_ASTRAY_SECONDS * SAMPLE_RATE:
                raise EngineError("The converter's result is shorter than the vocal.", retryable=True)
            writer.push(np.zeros((frames - written, 2), np.float32))
    if source_peak > _SOUND and peak < _SILENCE:
        raise EngineError("The converter's result is silent.", retryable=True)
    return written - frames
