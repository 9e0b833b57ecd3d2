"""The queue through each broker, Redis and RabbitMQ, real servers both: whatever one does, every job is done once."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import kombu
import pytest
import redis
from celery import current_app
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker
from pytest_django import Settings as DjangoSettings

from apps.jobs.models import Job, Worker
from apps.jobs.services import wake as wake_module
from apps.jobs.services.jobs_sweep import jobs_sweep
from apps.jobs.services.wake import WAKE, flush_wakes
from bench.harness import kinds
from bench.harness.workers import start_worker, stop, wait_until
from config.broker import broker_options
from embedded.services import Services
from tests.jobs.conftest import World
from tests.jobs.test_celery import effect, ended, site_settings
from tests.rabbitmq import rabbitmq

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


class Broker(Protocol):
    """A server that carries wakes."""

    @property
    def url(self) -> str:
        """As `BROKER_URL`."""

    def start(self) -> None:
        """Return when it answers."""

    def stop(self) -> None:
        """End it as a crash does."""

    def count(self, queue: str) -> int:
        """Messages that wait in a queue."""

    def clear(self, queue: str) -> None:
        """Lose what waits in a queue."""


class Redis:
    """A Redis of its own, so that its crash is nobody else's."""

    def __init__(self, folder: Path) -> None:
        self._services = Services(folder / "data", folder / "run", durable=False)
        self._services.redis_data.mkdir(parents=True)
        self._services.runtime.mkdir()
        self._client = redis.Redis.from_url(self._services.redis_url)

    @property
    def url(self) -> str:
        return self._services.redis_url.replace("unix://", "redis+socket://")

    def start(self) -> None:
        self._server = subprocess.Popen(self._services.redis_command, stdout=subprocess.DEVNULL, start_new_session=True)
        wait_until(self._answers, 20, "Redis to start")

    def stop(self) -> None:
        self._server.send_signal(signal.SIGKILL)
        self._server.wait()

    def count(self, queue: str) -> int:
        return int(self._client.llen(queue))

    def clear(self, queue: str) -> None:
        self._client.delete(queue)

    def _answers(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.ConnectionError:
            return False


@pytest.fixture(scope="module", params=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A server that is running when a test begins."""
    if request.param == "rabbitmq":
        with rabbitmq() as node:
            yield node
        return
    folder = Path(tempfile.mkdtemp(prefix="refrain-redis-"))
    server = Redis(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@contextmanager
def worker_of(capability: str, broker: Broker, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker that hears of work through `broker`."""
    settings = {**site_settings(), "BROKER_URL": broker.url, "BEAT_SECONDS": "0.5"}
    child = start_worker(f"{capability}-tests", log, capability=capability, settings=settings)
    try:
        wait_until(lambda: _alive(capability) or child.poll() is not None, PATIENCE, "the worker to start")
        assert child.poll() is None, log.read_text()
        yield child
    finally:
        stop(child)


def _alive(capability: str) -> bool:
    return Worker.objects.filter(capabilities__contains=[capability]).exists()


@pytest.fixture(scope="module")
def worker(
    broker: Broker, django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker for "cpu", for all tests of one broker."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(kinds.EFFECTS)
        with worker_of("cpu", broker, tmp_path_factory.mktemp("worker") / "log") as child:
            yield child
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_effect")
        Worker.objects.all().delete()


@pytest.fixture
def wakes(broker: Broker, worker: subprocess.Popen[bytes], world: World) -> Iterator[None]:
    """This process sends its wakes through `broker`, and the worker has said that it lives."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bench_effect")
    wait_until(lambda: _alive("cpu"), PATIENCE, "a sign of life")
    with publishing_to(broker.url):
        yield


@contextmanager
def publishing_to(url: str) -> Iterator[None]:
    """Send wakes to another broker than the tests' own."""
    before = current_app.conf.broker_url, current_app.conf.broker_transport_options
    for address, options in ((url, broker_options(url)), before):
        assert flush_wakes()
        kombu.pools.reset()
        current_app.conf.update(broker_url=address, broker_transport_options=options)
        current_app._after_fork()  # type: ignore[attr-defined]  # forgets its pools
        if address == url:
            yield


def submit_unheard(world: World, *, seconds: float = 0) -> Job:
    """A job whose wake went where nobody listens."""
    with publishing_to("redis+socket:///nowhere/redis.sock"):
        return effect(world, seconds=seconds)


def test_a_wake_gets_a_job_done(world: World, wakes: None) -> None:
    jobs = [effect(world, name=name) for name in ("ada", "bob", "cleo")]

    wait_until(lambda: ended(*jobs), PATIENCE, "the jobs")

    assert kinds.effects() == {job.pk: 1 for job in jobs}


def test_a_lost_wake_is_replaced_by_the_sweeper(world: World, wakes: None) -> None:
    job = submit_unheard(world)
    assert Job.objects.get().status == "queued"

    assert jobs_sweep().wakes == 1

    wait_until(lambda: ended(job), PATIENCE, "the job")
    assert kinds.effects() == {job.pk: 1}


def test_doubled_wakes_do_a_job_once(world: World, wakes: None) -> None:
    job = submit_unheard(world, seconds=0.3)

    for _ in range(20):
        current_app.send_task(WAKE, args=("cpu",), queue="cpu")

    wait_until(lambda: ended(job), PATIENCE, "the job")
    assert Job.objects.get().attempt == 1
    assert kinds.effects() == {job.pk: 1}


def test_a_broker_that_restarts_loses_no_job(world: World, wakes: None, broker: Broker) -> None:
    # given a job that runs while the broker crashes
    running = effect(world, seconds=1.5)
    wait_until(lambda: Job.objects.filter(status="running").exists(), PATIENCE, "the job to start")
    broker.stop()
    try:
        # when another is asked for meanwhile
        waiting = effect(world)
        wait_until(lambda: ended(running), PATIENCE, "the job that ran")
    finally:
        broker.start()

    # then it is done at the latest when the broker is back, because the sweeper wakes again
    def swept() -> bool:
        jobs_sweep()
        time.sleep(0.2)
        return ended(waiting)

    wait_until(swept, PATIENCE, "the job that waited")
    assert kinds.effects() == {running.pk: 1, waiting.pk: 1}
    assert set(Job.objects.values_list("status", "attempt")) == {("succeeded", 1)}


@pytest.mark.parametrize("address", ["amqp://guest:guest@127.0.0.1:{}//", "redis://127.0.0.1:{}/0"])
def test_a_broker_that_says_nothing_holds_nobody_up(world: World, address: str) -> None:
    # given something that takes connections and never answers
    with socket.create_server(("127.0.0.1", 0)) as silent, publishing_to(address.format(silent.getsockname()[1])):
        # when a song is asked for, then that is over while its wake is still on its way
        world.submit()
        assert not wake_module._sender.flush(0)
        assert Job.objects.get().status == "queued"
        silent.close()


def test_workers_hear_of_their_capability_only_and_hand_back_at_their_end(
    world: World, wakes: None, broker: Broker, tmp_path: Path
) -> None:
    # given a job for a capability whose worker is not up
    broker.clear("gpu")
    job = world.submit("ada", kind=kinds.Effect.kind, capability="gpu", payload={"seconds": 60, "failures": 0})
    assert flush_wakes()
    assert broker.count("gpu") == 1
    # when one starts
    with worker_of("gpu", broker, tmp_path / "log") as child:
        wait_until(lambda: Job.objects.filter(fraction__gt=0).exists(), PATIENCE, "the job to run")
        assert Job.objects.get().worker.split(":")[1] == str(child.pid)
        # then it is the one that runs it, and it hands it back when told to end
        child.send_signal(signal.SIGTERM)
        assert child.wait(15) == 0
    job.refresh_from_db()
    assert (job.status, job.attempts_used) == ("queued", 0)
    assert kinds.effects() == {}


def test_readyz_says_whether_the_broker_answers(broker: Broker, db: None, settings: DjangoSettings) -> None:
    settings.CELERY_BROKER_URL = broker.url
    assert Client().get("/readyz").json()["broker"] is True
    settings.CELERY_BROKER_URL = "amqp://guest:guest@127.0.0.1:1//"
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (200, False)
