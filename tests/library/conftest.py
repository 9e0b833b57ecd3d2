"""A small named world for the library: real users, real audio, real files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from django.core.cache import cache
from django.db import transaction
from pytest_django import Settings

from apps.accounts.models import Plan, User
from apps.common.ids import new_id
from apps.library.models import Track, Version
from apps.library.services.track_publish import track_publish
from apps.library.services.version_create import NewVersion, SectionFact, version_create, version_files_store
from inference.audio.encode import write_flac, write_mp3
from inference.audio.hls import write_hls
from inference.audio.peaks import write_peaks

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECONDS = 3.0
RATE = 44_100

FACTS = NewVersion(
    operation="generate",
    engine="composer",
    engine_version="1",
    weights="TimGM6mb 1.3",
    licence="GPL-2.0",
    commercial=True,
    seed=7,
    prompt="a slow waltz for a snowy evening",
    seconds=SECONDS,
    sample_rate=RATE,
    channels=2,
    energy=0.4,
    brightness=0.5,
    genre="waltz",
    mood="calm",
    tempo=92.0,
    key="E minor",
    meter="3/4",
    loudness_lufs=-15.5,
    true_peak_dbtp=-1.2,
    sections=(SectionFact("verse", 0.0, 1.5), SectionFact("chorus", 1.5, 3.0)),
    request={"prompt": "a slow waltz for a snowy evening", "seconds": SECONDS, "seed": 7},
)


@pytest.fixture(scope="session")
def song_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an engine leaves behind, made once."""
    folder = tmp_path_factory.mktemp("song")
    (folder / "hls").mkdir()
    (folder / "stems").mkdir()
    time = np.arange(int(SECONDS * RATE), dtype=np.float32) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 220 * time) * np.sin(np.pi * time / SECONDS)
    samples = np.stack([tone, tone], axis=1).astype(np.float32)
    write_flac(folder / "master.flac", samples, RATE)
    write_flac(folder / "stems" / "drums.flac", samples, RATE)
    write_flac(folder / "stems" / "vocals.flac", 0.5 * samples, RATE)
    write_mp3(folder / "track.mp3", samples, RATE)
    write_hls(folder / "hls", samples, RATE)
    write_peaks(folder / "peaks.json", samples, RATE)
    (folder / "score.json").write_text("{}")
    (folder / "song.lrc").write_text("[00:00.50] <00:00.50> Snow <00:00.90>\n")
    return folder


@dataclass
class World:
    """Makes tracks the way workers do."""

    song: Path
    scratch: Path
    owner: User
    other: User
    operator: User
    _made: int = field(default=0)

    def folder(self) -> Path:
        """A finished folder of a version, ready to be stored."""
        self._made += 1
        return Path(shutil.copytree(self.song, self.scratch / str(self._made)))

    def version(
        self,
        *,
        track: Track | None = None,
        parent: Version | None = None,
        owner: User | None = None,
        title: str = "Snow",
        now: datetime = NOW,
        version_id: UUID | None = None,
        **facts: Any,
    ) -> Version:
        """A version with its files stored."""
        new = replace(FACTS, **facts)
        identity = version_id or new_id()
        files = version_files_store(version_id=identity, folder=self.folder(), new=new)
        with transaction.atomic():
            return version_create(
                version_id=identity,
                owner=owner or self.owner,
                track=track,
                parent=parent,
                new=new,
                files=files,
                title=title,
                now=now,
            )

    def track(self, visibility: str = "private", **how: Any) -> Track:
        """A track with one version, as visible as asked."""
        track = self.version(**how).track
        if visibility != "private":
            track = track_publish(track=track, visibility=visibility, now=how.get("now", NOW))
        return track


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    """The folder of stored files, empty."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def make_world(media: Path, song_folder: Path, tmp_path: Path) -> Callable[[], World]:
    """Makes the world once the database is there."""

    def make() -> World:
        cache.clear()
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        # tests with real commits empty every table behind them
        Plan.objects.get_or_create(slug="free", defaults={"title": "Free"})
        Plan.objects.get_or_create(slug="pro", defaults={"title": "Pro", "paid": True, "lossless_downloads": True})
        users = User.objects
        return World(
            song=song_folder,
            scratch=scratch,
            owner=users.create_user("ada@example.com", name="Ada Winter"),
            other=users.create_user("bo@example.com", name="Bo"),
            operator=users.create_user("op@example.com", name="Op", is_staff=True),
        )

    return make


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    """The world inside a test's transaction; what happens after a commit does not happen here."""
    return make_world()


@pytest.fixture
def lasting_world(transactional_db: None, make_world: Callable[[], World]) -> World:
    """The world with real commits."""
    return make_world()
