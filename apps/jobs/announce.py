"""Sends what happens to jobs through Channels, from any thread, without ever waiting or failing."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import asdict, dataclass
from uuid import UUID

import structlog
from channels.layers import get_channel_layer

EVENT = "job.changed"
_GATHER_SECONDS = 0.05
_MOST_PENDING = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class JobMessage:
    """What a browser hears about a job; `position` and `eta` (seconds) are null while nobody reckoned them."""

    job: str
    group: str
    status: str
    stage: str
    fraction: float
    position: int | None
    eta: float | None


def group_of(owner_id: UUID) -> str:
    """The Channels group of everything that a user may watch."""
    return f"jobs.{owner_id.hex}"


class _Announcer:
    """One thread with an event loop, started when first needed, so that one connection serves the whole process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pending: dict[str, tuple[str, JobMessage]] = {}

    def send(self, group: str, message: JobMessage) -> None:
        """Only the latest word on a job counts, so what follows closely replaces what was not sent yet."""
        with self._lock:
            first = not self._pending
            if len(self._pending) >= _MOST_PENDING and message.job not in self._pending:
                return
            self._pending[message.job] = (group, message)
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="announcer", daemon=True).start()
        if first:
            asyncio.run_coroutine_threadsafe(self._send_pending(), self._loop)

    async def _send_pending(self) -> None:
        await asyncio.sleep(_GATHER_SECONDS)
        with self._lock:
            pending, self._pending = self._pending, {}
        layer = get_channel_layer()
        assert layer is not None
        for group, message in pending.values():
            try:
                await layer.group_send(group, {"type": EVENT, "message": asdict(message)})
            except Exception as error:  # whatever Redis' client raises: a page that polls sees the same
                log.warning("job_message_lost", job=message.job, error=str(error))


_announcer = _Announcer()


def announce(owner_id: UUID, message: JobMessage) -> None:
    """Send `message` to whoever of its owner's pages listens; lost when Redis is away or nobody does."""
    _announcer.send(group_of(owner_id), message)
