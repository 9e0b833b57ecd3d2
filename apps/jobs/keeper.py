"""The one thread of a worker that keeps leases, stores progress, and tells running jobs to stop."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError

from apps.jobs.announce import JobMessage, announce
from apps.jobs.control import Control, Progress, StopReason
from apps.jobs.execution import HUNG
from apps.jobs.handlers import ClaimedJob
from apps.jobs.models import Job, Worker
from apps.jobs.persistence import persistently, release_connection
from apps.jobs.services.job_finish import LostLease, job_fail, job_hand_back
from apps.jobs.services.jobs_beat import Beat, Standing, jobs_beat, jobs_standing, worker_beat

TICK_SECONDS = 0.5
SHUTDOWN_GRACE_SECONDS = 3.0
"""After which a run that does not stop for a shutdown is given up."""
HUNG_GRACE_SECONDS = 10.0
"""After which a run that does not stop for being hung is given up."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """A worker process: its name is never used again."""

    name: str
    capabilities: tuple[str, ...]
    slots: int


@dataclass(slots=True)
class _Watched:
    job: ClaimedJob
    control: Control
    extended: float
    stored: Progress = field(default_factory=Progress)


class Keeper:
    """Looks after every job that runs in this process; `watch` and `forget` may be called from any thread."""

    def __init__(self, identity: Identity, clock: Callable[[], float] = time.monotonic) -> None:
        self._identity = identity
        self._clock = clock
        self._lock = threading.Lock()
        self._watched: dict[UUID, _Watched] = {}
        self._next_beat = clock()
        self._stopping = threading.Event()
        self._stop_by: float | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def watch(self, job: ClaimedJob, control: Control) -> None:
        """Keep the lease of a job that was just claimed."""
        with self._lock:
            self._watched[job.id] = _Watched(job, control, extended=self._clock())
        if self._stopping.is_set():
            control.stop(StopReason.SHUTDOWN)

    def forget(self, job: ClaimedJob) -> None:
        """The job's run is over."""
        with self._lock:
            self._watched.pop(job.id, None)

    def request_stop(self) -> None:
        """Ask all runs to stop; only sets a flag, because a signal handler calls it."""
        self._stopping.set()

    def close(self) -> None:
        """Stop ticking and take the worker off the list."""
        self._ended.set()
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(SHUTDOWN_GRACE_SECONDS)

    def tick(self) -> None:
        """Everything that is due now."""
        watched = self._snapshot()
        if self._stopping.is_set():
            self._stop_all(watched)
        try:
            self._beat(watched)
            self._obey(watched)
            self._give_up_deaf(watched)
        except DatabaseError as error:
            log.warning("keeper_without_database", error=str(error).strip())
        finally:
            release_connection()
        self._lose_expired(watched)

    def _keep(self) -> None:
        while not self._ended.is_set():
            try:
                self.tick()
            except Exception:
                log.exception("keeper_failed")
            wake = self._ended if self._stopping.is_set() else self._stopping
            wake.wait(TICK_SECONDS / 5 if self._stopping.is_set() else TICK_SECONDS)
        try:
            persistently(lambda: Worker.objects.filter(pk=self._identity.name).delete(), seconds=0)
        except DatabaseError:
            log.warning("worker_row_left", worker=self._identity.name)
        finally:
            # a connection that its thread leaves open never comes back to the pool
            release_connection()

    def _snapshot(self) -> list[_Watched]:
        with self._lock:
            return list(self._watched.values())

    def _stop_all(self, watched: list[_Watched]) -> None:
        if self._stop_by is None:
            self._stop_by = self._clock() + SHUTDOWN_GRACE_SECONDS
        for each in watched:
            each.control.stop(StopReason.SHUTDOWN)

    def _beat(self, watched: list[_Watched]) -> None:
        """Every beat all leases; in between, those whose progress changed."""
        due = self._clock() >= self._next_beat
        latest = {each.job.id: each.control.latest for each in watched}
        changed = [each for each in watched if each.stored != latest[each.job.id]]
        if due:
            worker = self._identity
            worker_beat(name=worker.name, capabilities=worker.capabilities, slots=worker.slots)
        beating = watched if due else changed
        if beating:
            at = self._clock()
            beats = [Beat(each.job.id, each.job.attempt, latest[each.job.id]) for each in beating]
            extended = jobs_beat(beats, worker=self._identity.name)
            for each in beating:
                if each.job.id in extended:
                    each.extended = at
        for each in changed:
            each.stored = latest[each.job.id]
            _announce(each)
        if due:
            self._next_beat = self._clock() + settings.BEAT.total_seconds()

    def _obey(self, watched: list[_Watched]) -> None:
        """Pass on what the database says: cancelled, or not this attempt's any more."""
        if not watched:
            return
        standing = jobs_standing([each.job.id for each in watched])
        for each in watched:
            state = standing.get(each.job.id)
            if state is None or not state.running or _fence(state) != _fence(each.job):
                each.control.stop(StopReason.LOST)
            elif state.cancel_requested:
                each.control.stop(StopReason.CANCELLED)

    def _give_up_deaf(self, watched: list[_Watched]) -> None:
        """Settle for runs that were asked to stop and do not listen; their threads' results will not count."""
        for each in watched:
            reason = each.control.reason
            if reason is StopReason.HUNG and each.control.overdue > HUNG_GRACE_SECONDS:
                self._give_up(each, lambda job: job_fail(job=job, failure=HUNG, permanent=False))
            elif reason is StopReason.SHUTDOWN and self._stop_by is not None and self._clock() > self._stop_by:
                self._give_up(each, lambda job: job_hand_back(job=job))

    def _give_up(self, each: _Watched, settle: Callable[[ClaimedJob], None]) -> None:
        log.error("job_does_not_stop", job=str(each.job.id), reason=each.control.reason)
        with contextlib.suppress(LostLease):
            settle(each.job)
        each.control.stop(StopReason.LOST)
        self.forget(each.job)

    def _lose_expired(self, watched: list[_Watched]) -> None:
        """Without a word from the database for a whole lease, somebody else may have the job by now."""
        horizon = self._clock() - settings.LEASE.total_seconds()
        for each in watched:
            if each.extended < horizon:
                each.control.stop(StopReason.LOST)


def _fence(of: Standing | ClaimedJob) -> tuple[int, str]:
    return of.attempt, of.worker


def _announce(each: _Watched) -> None:
    progress = each.stored
    announce(
        each.job.owner_id,
        JobMessage(
            job=str(each.job.id),
            group=str(each.job.group),
            status=Job.Status.RUNNING,
            stage=progress.stage,
            fraction=progress.fraction,
            position=None,
            eta=None,
        ),
    )
