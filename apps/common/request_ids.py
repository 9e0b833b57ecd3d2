"""One id for everything that a request causes: its log lines, its answer, its jobs."""

from __future__ import annotations

import re

import structlog

from apps.common.ids import new_id

HEADER = "X-Request-ID"

_NAME = "request_id"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,80}")


def current_request_id() -> str:
    """The id of the request, or of the request that a job comes from; empty outside of both."""
    found: str = structlog.contextvars.get_contextvars().get(_NAME, "")
    return found


def accept_request_id(given: str) -> str:
    """The id that a client or proxy gave, if it has a harmless form; else a fresh one."""
    return given if _ACCEPTED.fullmatch(given) else str(new_id())


def bind_request_id(request_id: str) -> None:
    """Make it the current one."""
    structlog.contextvars.bind_contextvars(**{_NAME: request_id})
