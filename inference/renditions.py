"""The files that every version has, whoever made it: master, MP3, HLS, and the picture of its waveform."""

from __future__ import annotations

from pathlib import Path

from inference.audio.encode import FlacWriter, Mp3Writer
from inference.audio.hls import HlsWriter
from inference.audio.peaks import PeakWriter
from inference.audio.streams import Sink
from inference.files import HLS, MASTER, MP3, PEAKS


def renditions(folder: Path, sample_rate: int, channels: int, *, bits: int = 24) -> list[Sink]:
    """What hears a song and writes it into `folder`, the slowest first; `bits` are those of the master's samples."""
    (folder / HLS).mkdir()
    return [
        Mp3Writer(folder / MP3, sample_rate, channels),
        HlsWriter(folder / HLS, sample_rate, channels),
        FlacWriter(folder / MASTER, sample_rate, channels, bits=bits),
        PeakWriter(folder / PEAKS, sample_rate, channels),
    ]
