"""Database steps that outlast a restart of the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")

_LONGEST_PAUSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


def persistently(step: Callable[[], T], *, seconds: float) -> T:
    """What `step` returns, tried again on a new connection for `seconds` while the database is away.

    The step must be safe to repeat after a commit whose outcome is unknown.
    """
    deadline = time.monotonic() + seconds
    pause = 0.05
    while True:
        try:
            return step()
        except (OperationalError, InterfaceError) as error:
            release_connection()
            if time.monotonic() + pause > deadline:
                raise
            log.warning("database_away", error=str(error).strip())
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


def release_connection() -> None:
    """Give this thread's connection back to the pool, unless a transaction around the caller needs it."""
    if not connection.in_atomic_block:
        connection.close()
