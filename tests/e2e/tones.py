"""A version whose stems tell what is heard: the pitch of the vocals is the key, that of the instrumental the place."""

from __future__ import annotations

import secrets
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.library.models import Version
from apps.library.services.version_create import NewVersion, WordFact, version_create, version_files_store
from inference.audio.encode import write_flac, write_mp3
from inference.audio.hls import write_hls
from inference.audio.peaks import write_peaks

RATE = 44_100
SECONDS = 30.0
VOCALS_HERTZ = 3000.0
START_HERTZ = 400.0
HERTZ_A_SECOND = 20.0
"""How fast the instrumental rises: at 10 s into the song it is at 600 Hz."""
LEVEL = 0.2
LYRICS = "The first line is sung\nThe second line is longer"
WORDS = tuple(
    WordFact(text, 2.0 + 2 * number, 4.0 + 2 * number, int(number >= 5))
    for number, text in enumerate(LYRICS.replace("\n", " ").split())
)
"""A word every two seconds from 2 s on."""


def plant(email: str, operation: str = "generate") -> Version:
    """Give it to the account with this address, as a worker would."""
    owner, now, identity = User.objects.get(email=email), timezone.now(), new_id()
    facts = NewVersion(
        operation=operation, engine="composer", engine_version="1", weights="", licence="none", commercial=True,
        seed=1, prompt="tones", seconds=SECONDS, sample_rate=RATE, channels=2, energy=0.5, brightness=0.5,
        tempo=100.0, lyrics=LYRICS, instrumental=False, words=WORDS,
    )  # fmt: skip
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / secrets.token_hex(4)
        _write(folder)
        files = version_files_store(version_id=identity, folder=folder, new=facts)
    with transaction.atomic():
        return version_create(
            version_id=identity, owner=owner, track=None, parent=None, new=facts, files=files, title="Tones", now=now
        )


def _write(folder: Path) -> None:
    """The vocals in two stems and the instrumental in two, of which one is silent."""
    (folder / "hls").mkdir(parents=True)
    (folder / "stems").mkdir()
    time = np.arange(int(SECONDS * RATE)) / RATE
    vocals = _stereo(0.5 * LEVEL * np.sin(2 * np.pi * VOCALS_HERTZ * time))
    rising = _stereo(LEVEL * np.sin(2 * np.pi * (START_HERTZ * time + HERTZ_A_SECOND * time**2 / 2)))
    for name, samples in (("vocals", vocals), ("backing_vocals", vocals), ("bass", rising), ("pads", 0 * rising)):
        write_flac(folder / "stems" / f"{name}.flac", samples, RATE)
    song = 2 * vocals + rising
    write_flac(folder / "master.flac", song, RATE)
    write_mp3(folder / "track.mp3", song, RATE)
    write_hls(folder / "hls", song, RATE)
    write_peaks(folder / "peaks.json", song, RATE)


def _stereo(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return np.stack([samples, samples], axis=1).astype(np.float32)
