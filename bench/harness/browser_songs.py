"""Public songs for a player to be measured with: they sound from the first sample to the last."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.library.selectors import TARGET_LUFS
from apps.library.services.track_publish import track_publish
from apps.library.services.version_create import NewVersion, version_create, version_files_store
from inference.audio.encode import write_flac, write_mp3
from inference.audio.hls import write_hls
from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.audio.peaks import write_peaks
from inference.engine import Samples

RATE = 44_100
OWNER = "bench-listening@example.org"


@dataclass(frozen=True, slots=True)
class Batch:
    """`count` songs of `seconds` that a search for `word` finds; one recording serves them all."""

    word: str
    count: int
    seconds: float
    gain_db: float = 0.0
    """Beside the loudness that needs no gain."""


def make(batches: list[Batch]) -> None:
    """Make the songs, encode each recording once, and publish a version of its own for each."""
    owner = User.objects.create_user(OWNER, name="Bench", plan_id="pro")
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary:
        for number, batch in enumerate(batches):
            made = Path(temporary) / batch.word
            facts = _record(made, chord(batch, 220.0 * 1.26**number))
            for copy in range(batch.count):
                _publish(owner, made, f"{batch.word} {copy + 1:02d}", facts)


def chord(batch: Batch, root: float) -> Samples:
    """A steady chord over a little noise, stereo: a hole in it is a hole in the playing."""
    time = np.arange(round(batch.seconds * RATE)) / RATE
    random = np.random.default_rng(20)
    tones = sum(np.sin(2 * np.pi * root * ratio * time) for ratio in (1.0, 1.25, 1.5, 2.0))
    sides = [0.1 * tones + 0.02 * random.standard_normal(time.size) for _ in range(2)]
    samples = np.stack(sides, axis=1).astype(np.float32)
    loudness = integrated_lufs(samples, RATE)
    assert loudness is not None
    return samples * np.float32(10 ** ((TARGET_LUFS + batch.gain_db - loudness) / 20))


def _record(folder: Path, samples: Samples) -> NewVersion:
    (folder / "hls").mkdir(parents=True)
    write_flac(folder / "master.flac", samples, RATE)
    write_mp3(folder / "track.mp3", samples, RATE)
    write_hls(folder / "hls", samples, RATE)
    write_peaks(folder / "peaks.json", samples, RATE)
    return NewVersion(
        operation="generate", engine="bench", engine_version="1", weights="", licence="CC0-1.0", commercial=True,
        seed=0, prompt="", seconds=samples.shape[0] / RATE, sample_rate=RATE, channels=2, energy=0.5, brightness=0.5,
        loudness_lufs=integrated_lufs(samples, RATE), true_peak_dbtp=true_peak_dbtp(samples, RATE),
    )  # fmt: skip


def _publish(owner: User, made: Path, title: str, facts: NewVersion) -> None:
    version = new_id()
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary:
        folder = Path(temporary) / "version"
        shutil.copytree(made, folder)
        files = version_files_store(version_id=version, folder=folder, new=facts)
    now = timezone.now()
    with transaction.atomic():
        created = version_create(
            version_id=version, owner=owner, track=None, parent=None, new=facts, files=files, title=title, now=now
        )
    track_publish(track=created.track, visibility="public", now=now)
