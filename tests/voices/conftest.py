"""Songs, people and voices for swaps; a pipeline that delivers what was made before."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs import handlers
from apps.jobs.control import Control
from apps.jobs.execution import execute
from apps.jobs.handlers import ClaimedJob
from apps.jobs.services.job_claim import job_claim
from apps.library.models import Version
from apps.library.storage import storage
from apps.voices.models import RegisteredPerformer, Swap
from apps.voices.sentences import STATEMENT
from apps.voices.services.performer_begin import performer_begin
from apps.voices.services.swap_request import Asked, swap_request
from apps.voices.tasks.announce import voices_announce
from apps.voices.tasks.swap import SwapHandler
from apps.wallets.monthly.services import monthly_grant_due
from inference.production import Measured
from inference.quality.model import Card, Metric
from inference.separation.model import Method
from inference.swapping.model import Swapped, SwapTask
from tests.library.conftest import SECONDS, World, make_world, media, song_folder
from tests.world import make_user, restore_plans

__all__ = ["make_world", "media", "song_folder"]

MEASURED = Measured(SECONDS, 44_100, 2, -15.0, -1.2, 92.0, "E minor", 0.4, 0.5, 0.6)
METRIC = Metric("f0_rmse", 18.0, "cents", "mutually voiced frames", good=True)
GOOD = Card((METRIC,), "The melody is kept.", poor=False)
POOR = Card((METRIC,), "The melody is lost.", poor=True)


@dataclass
class Prepared:
    """Delivers a song that was made before, with one card after the other, and remembers what it was asked."""

    song: Path
    cards: list[Card] = field(default_factory=lambda: [GOOD])
    asked: list[SwapTask] = field(default_factory=list)
    error: Exception | None = None
    meanwhile: Callable[[Callable[[], bool]], None] = lambda should_stop: None

    def __call__(
        self, task: SwapTask, *, on_progress: Callable[[str, float], None], should_stop: Callable[[], bool]
    ) -> Swapped:
        self.asked.append(task)
        on_progress("converting", 0.5)
        self.meanwhile(should_stop)
        if self.error is not None:
            raise self.error
        if task.span is not None:
            task.folder.mkdir(parents=True)
            shutil.copy(self.song / "track.mp3", task.folder / "track.mp3")
        else:
            shutil.copytree(self.song, task.folder, ignore=shutil.ignore_patterns("score.json", "song.lrc"))
            (task.folder / "quality").mkdir()
            (task.folder / "quality" / "pitch.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
            (task.folder / "quality" / "card.json").write_text("{}")
        return Swapped(
            measured=MEASURED,
            files=(),
            engine="embedded",
            engine_version="1",
            weights="",
            licence="",
            commercial=True,
            method=task.method or Method.BLEND,
            reason="",
            card=self.cards[min(len(self.asked), len(self.cards)) - 1],
        )


@dataclass
class Stage:
    """Somebody with a sung song, and a worker."""

    world: World
    owner: User
    version: Version
    pipeline: Prepared

    def ask(self, kind: str = "swap", performer: str = "cedar", **how: Any) -> Swap:
        """A request as the API makes it."""
        asked = Asked(
            kind=kind,
            version=how.pop("version", self.version.id),
            performer="" if kind == "karaoke" else performer,
            **how,
        )
        return swap_request(owner=self.owner, asked=asked, key=str(uuid4()), now=timezone.now())[0]

    def claim(self) -> ClaimedJob:
        """The next job, as a worker takes it."""
        (job,) = job_claim(capability="cpu", worker="test")
        return job

    def work(self) -> None:
        """Do the next job."""
        execute(self.claim(), Control())

    def made(self, kind: str = "swap", performer: str = "cedar", **how: Any) -> Swap:
        """A request after its job."""
        swap = self.ask(kind, performer, **how)
        self.work()
        swap.refresh_from_db()
        return swap


@pytest.fixture
def stage(
    transactional_db: None, make_world: Callable[[], World], settings: Settings, tmp_path: Path
) -> Iterator[Stage]:
    """Real commits, because deletions of files follow them."""
    settings.SCRATCH, settings.WORKSHOP = tmp_path / "attempts", tmp_path / "workshop"
    restore_plans()
    world, owner = make_world(), make_user()
    voices_announce(now=timezone.now())
    monthly_grant_due(user=owner, now=timezone.now())
    version = world.version(owner=owner, lyrics="Snow falls on the lake", instrumental=False)
    pipeline = Prepared(world.song)
    before = handlers.get("swap")
    handlers.register(SwapHandler(pipeline))
    yield Stage(world, owner, version, pipeline)
    handlers.register(before)


def ready_voice(
    owner: User, *, title: str = "Ada", visibility: str = "private", now: datetime | None = None
) -> RegisteredPerformer:
    """A voice that was registered, with its files stored; not a real one, because only its rights are asked about."""
    now = now or timezone.now()
    performer = performer_begin(owner=owner, title=title, chance=random.Random(7), now=now)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "learned"
        folder.mkdir()
        (folder / "print").write_bytes(b"what was learned")
        (folder / "sample.mp3").write_bytes(b"a few seconds")
        storage().put_folder(f"{performer.folder}/learned", folder)
    performer.state = RegisteredPerformer.State.READY
    performer.statement, performer.consented_at, performer.ready_at = STATEMENT, now, now
    performer.consent_sha256 = performer.print_sha256 = "a" * 64
    performer.visibility = visibility
    performer.save()
    return performer
