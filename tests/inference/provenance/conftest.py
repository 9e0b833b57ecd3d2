"""Short files of every format, and somebody to sign them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from scipy.io import wavfile

from inference.audio.encode import write_flac, write_mp3
from inference.provenance.signing import Credentials, credentials
from inference.provenance.statement import SourceType, Statement

RATE = 44_100
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
STATEMENT = Statement(
    source_type=SourceType.COMPOSITE,
    engine="world",
    engine_version="3",
    made="2026-11-21T12:00:00+00:00",
    weights="voice print 81a3",
    performer="Ада «Nova» & <Sons>",
    consent="Recorded by the speaker on 2026-11-20, for everybody",
    version_id="0193",
)


@pytest.fixture
def signer(tmp_path: Path) -> Credentials:
    return credentials(tmp_path / "signer", NOW, {})


@pytest.fixture
def song(tmp_path: Path) -> Callable[[str], Path]:
    """A second of noise under a name, in the format that its suffix says."""
    samples = (0.1 * np.random.default_rng(1).standard_normal((RATE, 2))).astype(np.float32)

    def made(name: str) -> Path:
        path = tmp_path / name
        match path.suffix:
            case ".mp3":
                write_mp3(path, samples, RATE)
            case ".flac":
                write_flac(path, samples, RATE)
            case ".wav":
                wavfile.write(path, RATE, samples)
            case _:
                _write_m4a(path, samples)
        return path

    return made


def _write_m4a(path: Path, samples: np.ndarray) -> None:
    with av.open(str(path), "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=RATE, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout="stereo")
        frame.sample_rate = RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
