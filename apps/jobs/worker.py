"""A worker process's own parts, started and stopped by Celery: its places and its keeper."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from celery import signals
from django.db import DatabaseError

from apps.jobs.control import Control
from apps.jobs.execution import execute
from apps.jobs.keeper import SHUTDOWN_GRACE_SECONDS, Identity, Keeper
from apps.jobs.persistence import persistently, release_connection
from apps.jobs.services.job_claim import job_claim
from apps.jobs.services.wake import flush_wakes, pass_on, wake
from apps.jobs.slots import Slots

_CLAIM_PATIENCE_SECONDS = 10.0

log = structlog.get_logger(__name__)


class Station:
    """Claims, runs and settles jobs in this process."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.keeper = Keeper(identity)
        self.slots = Slots(identity.slots, self.work, rest=release_connection)
        self.stopping = False

    def start(self) -> None:
        """Begin to keep leases; places are filled by wakes."""
        self.keeper.start()
        for capability in self.identity.capabilities:
            self.slots.wake(capability)

    def request_stop(self) -> None:
        """Ask every run to stop and claim nothing more; safe in a signal handler."""
        self.stopping = True
        self.keeper.request_stop()

    def close(self) -> None:
        """Wait until every job is settled or handed back."""
        self.request_stop()
        self.slots.close()
        self.slots.wait_idle(SHUTDOWN_GRACE_SECONDS + 1)
        self.keeper.close()

    def work(self, capability: str) -> bool:
        """Claim and run one job; False when there is none to claim."""
        if self.stopping:
            return False
        try:
            jobs = persistently(
                lambda: job_claim(capability=capability, worker=self.identity.name), seconds=_CLAIM_PATIENCE_SECONDS
            )
        except DatabaseError as error:
            log.warning("job_claim_failed", capability=capability, error=str(error).strip())
            return False
        if jobs and not self.slots.wake(capability):
            pass_on(capability)
        for job in jobs:
            control = Control()
            self.keeper.watch(job, control)
            try:
                execute(job, control)
            finally:
                self.keeper.forget(job)
        return bool(jobs)


_stations: list[Station] = []
_wishes: list[Callable[[Sequence[str]], int]] = []


def wish_for_places(wish: Callable[[Sequence[str]], int]) -> None:
    """Let `wish(capabilities)` say how many places a worker should at least have; call it from `AppConfig.ready`."""
    _wishes.append(wish)


def places(capabilities: Sequence[str], given: int) -> int:
    """How many jobs a worker runs at once that was started with `given` places."""
    return max(given, *(wish(capabilities) for wish in _wishes), 1)


def station() -> Station | None:
    """This process's station, when it is a worker."""
    return _stations[0] if _stations else None


@signals.worker_ready.connect
def _on_ready(sender: Any, **_: Any) -> None:
    capabilities = tuple(sorted(sender.app.amqp.queues.consume_from))
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    slots = places(capabilities, sender.controller.concurrency)
    _stations[:] = [Station(Identity(name, capabilities, slots))]
    _stations[0].start()
    log.info("worker_ready", worker=name, capabilities=capabilities, slots=slots)


@signals.worker_shutting_down.connect
def _on_shutting_down(**_: Any) -> None:
    for each in _stations:
        each.request_stop()


@signals.worker_shutdown.connect
def _on_shutdown(**_: Any) -> None:
    for each in _stations:
        each.close()
        for capability in each.identity.capabilities:
            wake(capability)
    flush_wakes()
