"""The kinds of job: what another app implements and registers so that its jobs can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from apps.jobs.control import Control

if TYPE_CHECKING:
    from apps.jobs.models import Job


class Retryable(Exception):
    """This attempt failed, another may succeed; the message is for the person who asked."""


class Permanent(Exception):
    """No attempt can succeed; the message is for the person who asked, `kind` for programs."""

    def __init__(self, message: str, *, kind: str = "permanent") -> None:
        super().__init__(message)
        self.kind = kind


class Cancelled(Exception):
    """The run stopped because `Control.should_stop()` said so."""


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job as its run sees it: a copy, valid as long as `attempt` and `worker` are the job's."""

    id: UUID
    owner_id: UUID
    kind: str
    capability: str
    engine: str
    group: UUID
    payload: Mapping[str, Any]
    attempt: int
    worker: str
    expected_seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job ended without a result: a stable kind and a sentence for the person."""

    kind: str
    message: str


class Handler(Protocol):
    """What one kind of job does. One instance serves all threads of a worker."""

    @property
    def kind(self) -> str:
        """The name that jobs carry."""

    def run(self, job: ClaimedJob, control: Control) -> Any:
        """Do the work outside any transaction and return an outcome for `succeed`.

        Call `control.progress` at least every deadline it gave, ask `control.should_stop()` several times a second and
        raise Cancelled soon after it turns true. Raise Retryable or Permanent to fail; any other exception is retried.
        """

    def succeed(self, job: Job, outcome: Any) -> Mapping[str, Any]:
        """Store the effects, inside the transaction that finishes the job, and return its small result."""

    def discard(self, outcome: Any) -> None:
        """Remove what `run` made: the attempt was not the job's any more, or storing failed."""

    def fail(self, job: Job, error: Failure) -> None:
        """Undo what submitting did, inside the transaction that ends the job as failed or cancelled."""


_handlers: dict[str, Handler] = {}


def register(handler: Handler) -> None:
    """Make a kind known; call it from `AppConfig.ready`, because the web cancels jobs too."""
    _handlers[handler.kind] = handler


def get(kind: str) -> Handler:
    """The handler of a kind; KeyError when nothing registered it."""
    return _handlers[kind]


def find(kind: str) -> Handler | None:
    """The handler of a kind, if there is one."""
    return _handlers.get(kind)
