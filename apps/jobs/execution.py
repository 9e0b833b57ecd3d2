"""Runs one claimed job and settles it, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

from apps.jobs import handlers
from apps.jobs.control import Control, StopReason
from apps.jobs.handlers import ClaimedJob, Failure, Handler, Permanent, Retryable
from apps.jobs.persistence import persistently
from apps.jobs.services.job_end import CANCELLED
from apps.jobs.services.job_finish import CancelledFirst, LostLease, job_fail, job_hand_back, job_stop, job_succeed

PATIENCE_SECONDS = 300.0
"""How long a finished run waits for a database that is away."""

HUNG = Failure("hung", "The engine stopped making progress.")
INTERNAL = Failure("internal", "Something went wrong on our side.")

log = structlog.get_logger(__name__)


def execute(job: ClaimedJob, control: Control) -> None:
    """Run `job` and settle its attempt; never raises."""
    ids = {"job": str(job.id), "attempt": job.attempt, "request_id": str(job.payload.get("request_id", ""))}
    with structlog.contextvars.bound_contextvars(**ids, kind=job.kind):
        log.info("job_started", engine=job.engine)
        try:
            _execute(job, control)
        except LostLease:
            log.warning("job_lease_lost")
        except Exception:
            # the lease runs out and the sweeper takes over
            log.exception("job_not_settled")


def _execute(job: ClaimedJob, control: Control) -> None:
    handler = handlers.find(job.kind)
    if handler is None:
        missing = Failure("unknown_kind", "This site cannot do this any more.")
        _settle(lambda: job_fail(job=job, failure=missing, permanent=True))
        return
    try:
        outcome = handler.run(job, control)
    except Exception as error:
        _settle_unsuccessful(job, control, error)
    else:
        _store(job, handler, outcome)


def _store(job: ClaimedJob, handler: Handler, outcome: Any) -> None:
    try:
        _settle(lambda: job_succeed(job=job, outcome=outcome))
    except CancelledFirst:
        _discard(handler, outcome)
        _settle(lambda: job_stop(job=job, failure=CANCELLED))
    except LostLease:
        _discard(handler, outcome)
        raise
    except (OperationalError, InterfaceError):
        # nobody knows whether it was committed, so what was made must stay
        raise
    except Exception as error:
        _discard(handler, outcome)
        _settle_failed(job, error)


def _settle_unsuccessful(job: ClaimedJob, control: Control, error: Exception) -> None:
    """A run that was asked to stop may end with any error; why it was asked decides."""
    match control.reason:
        case StopReason.LOST:
            raise LostLease from error
        case StopReason.CANCELLED:
            _settle(lambda: job_stop(job=job, failure=CANCELLED))
        case StopReason.SHUTDOWN:
            _settle(lambda: job_hand_back(job=job))
        case StopReason.HUNG:
            _settle(lambda: job_fail(job=job, failure=HUNG, permanent=False))
        case None:
            _settle_failed(job, error)


def _settle_failed(job: ClaimedJob, error: Exception) -> None:
    match error:
        case Permanent():
            failure = Failure(error.kind, str(error))
        case Retryable():
            failure = Failure("retryable", str(error))
        case _:
            log.error("job_raised", exc_info=error)
            failure = INTERNAL
    _settle(lambda: job_fail(job=job, failure=failure, permanent=isinstance(error, Permanent)))


def _settle(step: Callable[[], None]) -> None:
    persistently(step, seconds=PATIENCE_SECONDS)


def _discard(handler: Handler, outcome: Any) -> None:
    try:
        handler.discard(outcome)
    except Exception:
        log.exception("job_outcome_not_discarded")
