"""Every file to take away that a result has material for."""

from __future__ import annotations

from pathlib import Path

from inference.engine import Result
from inference.exports.captions import lrc, webvtt
from inference.exports.midi import write_midi
from inference.exports.musicxml import musicxml
from inference.exports.sheet import chordpro

_NOTATED = frozenset({"tempo", "pulse", "meter", "key", "chords", "sections", "tracks"})
"""What a score must hold to be written down; an engine's score may be something else."""

MIDI, SHEET, NOTES, LRC, VTT = "song.mid", "song.cho", "song.musicxml", "song.lrc", "song.vtt"


def write_exports(folder: Path, result: Result) -> None:
    """Write into `folder` MIDI and lead sheets of a result with a notated score, LRC and WebVTT of one with words."""
    if result.score is not None and result.score.keys() >= _NOTATED:
        write_midi(folder / MIDI, result.score, result.title, result.sections, result.words)
        sheet = chordpro(result.title, result.score, result.sections, result.words)
        (folder / SHEET).write_text(sheet, encoding="utf-8")
        (folder / NOTES).write_bytes(musicxml(result.title, result.score))
    if result.words:
        seconds = result.mix.shape[0] / result.sample_rate
        (folder / LRC).write_text(lrc(result.title, seconds, result.words), encoding="utf-8")
        (folder / VTT).write_text(webvtt(result.words), encoding="utf-8")
