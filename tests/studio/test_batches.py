"""Jobs that share a batch, for real: rows, a worker's own threads and keeper, an engine process, storage, versions."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.jobs import handlers
from apps.jobs.handlers import Handler
from apps.jobs.keeper import Identity
from apps.jobs.models import Job
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.worker import Station, places
from apps.library.models import Version
from apps.studio.draft import Draft
from apps.studio.models import Engine
from apps.studio.services.generation_request import KIND, generation_request
from apps.studio.tasks.batches import EngineProcesses, places_wanted
from apps.studio.tasks.generate import GenerateHandler
from tests.inference.choir import BATCH
from tests.world import make_user

pytestmark = pytest.mark.django_db(transaction=True)


class House:
    """A worker with places for one batch, whose engine is the choir."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes = EngineProcesses(registry="tests.inference.choir", gather_seconds=2.0)
        self.station = Station(Identity("here", ("cpu",), BATCH))

    def ask(self, *prompts: str) -> list[Job]:
        """A job of a person's own for each prompt, and only then a wake."""
        for prompt in prompts:
            draft = Draft(engine="choir", seconds=2, prompt=prompt)
            generation_request(owner=make_user(), draft=draft, key=str(uuid4()), now=timezone.now())
        self.station.slots.wake("cpu")
        return list(Job.objects.order_by("queued_at", "id"))

    def wait_for(self, condition: Callable[[], bool], seconds: float = 90) -> None:
        """Fail when `condition` does not come true."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, list(Job.objects.values_list("status", "stage", "fraction", "error"))
            time.sleep(0.02)

    def singing(self) -> bool:
        """Whether every job has been begun."""
        return Job.objects.filter(status="running", stage="singing").count() == BATCH

    def ended(self) -> bool:
        return not Job.objects.exclude(status__in=Job.ENDED).exists()

    def close(self) -> None:
        self.station.close()
        self.processes.close()


@pytest.fixture
def house(composer: Engine, settings: Settings, tmp_path: Path) -> Iterator[House]:
    settings.SCRATCH = tmp_path / "scratch"
    settings.MEDIA_ROOT = tmp_path / "media"
    Engine.objects.filter(name="composer").update(name="choir", minimum_seconds=1)
    here = House(tmp_path)
    usual: Handler = handlers.get(KIND)
    handlers.register(GenerateHandler(here.processes))
    here.station.start()
    yield here
    here.close()
    handlers.register(usual)


def versions() -> dict[str, Version]:
    return {version.prompt: version for version in Version.objects.all()}


def test_one_of_four_is_cancelled_and_one_fails_and_the_others_are_made_together(house: House) -> None:
    # given four people's jobs in one batch, held up by the one that will be cancelled
    go = house.folder / "go"
    jobs = house.ask(f"hold {go}", "first", "second", "refuse")
    house.wait_for(lambda: Job.objects.filter(status="running", stage="singing").count() >= BATCH - 1)

    # when
    job_cancel(job=jobs[0], now=timezone.now())

    # then
    house.wait_for(house.ended)
    assert [Job.objects.get(id=job.id).status for job in jobs] == ["cancelled", "succeeded", "succeeded", "failed"]
    assert Job.objects.get(id=jobs[3].id).error == "I do not sing that."
    made = versions()
    assert sorted(made) == ["first", "second"]
    assert [version.parameters["together"] for version in made.values()] == [BATCH, BATCH]
    assert made["first"].master_sha256 != made["second"].master_sha256
    assert list((house.folder / "scratch").iterdir()) == []


def test_a_killed_engine_gives_every_job_back_and_each_is_then_made_alone(house: House) -> None:
    # given
    go = house.folder / "go"
    house.ask(f"hold {go}", "first", "second", "third")
    house.wait_for(house.singing)
    (process,) = {each.process_id for each in house.processes.shared}
    assert process is not None

    # when
    go.touch()
    os.kill(process, signal.SIGKILL)

    # then: each used an attempt, and is tried again
    house.wait_for(lambda: Job.objects.filter(status="queued", attempt=1).count() == BATCH)
    assert [job.attempts_used for job in Job.objects.all()] == [1] * BATCH
    Job.objects.filter(status="queued").update(due_at=None)
    house.station.slots.wake("cpu")
    house.wait_for(house.ended)
    assert set(Job.objects.values_list("status", "attempt")) == {("succeeded", 2)}
    assert [version.parameters["together"] for version in versions().values()] == [1] * BATCH


def test_a_worker_that_stops_hands_the_whole_batch_back(house: House) -> None:
    # given
    house.ask(f"hold {house.folder / 'never'}", "first", "second", "third")
    house.wait_for(house.singing)

    # when
    house.station.close()

    # then
    assert set(Job.objects.values_list("status", "handed_back")) == {("queued", 1)}
    assert list((house.folder / "scratch").iterdir()) == []


def test_a_worker_of_a_gpu_has_places_for_the_batch_it_makes_and_the_one_it_stores() -> None:
    assert places_wanted(("gpu",), registry="tests.inference.choir") == 2 * BATCH
    assert places_wanted(("cpu",), registry="tests.inference.choir") == 0
    assert places(("gpu",), 3) == 3
