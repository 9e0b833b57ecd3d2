"""The WebSocket on which a user's own jobs report: `/ws/jobs/`."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.announce import JobMessage, group_of
from apps.jobs.models import Job
from apps.jobs.outlook import outlooks
from apps.jobs.room import Kept
from apps.jobs.selectors import active_jobs

NOT_LOGGED_IN = 4401
RECKON_SECONDS = 3.0
"""How often places in the queue and times expected are reckoned again while a job is active."""
_MOST_JOBS = 50
_kept = Kept(RECKON_SECONDS)

log = structlog.get_logger(__name__)


class JobsConsumer(AsyncJsonWebsocketConsumer):
    """Sends a message for every change of the user's jobs, and at the start one for each that is active."""

    reckoning: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Let nobody in but a user."""
        user = cast(User | AnonymousUser, self.scope["user"])
        if user.pk is None:
            await self.accept()
            await self.close(NOT_LOGGED_IN)
            return
        self.user_id = user.pk
        self.changed = asyncio.Event()
        await self.accept()
        try:
            await self.channel_layer.group_add(group_of(self.user_id), self.channel_name)
        except Exception as error:  # whatever Redis' client raises: the reckoning below still reports
            log.warning("job_messages_unheard", error=str(error))
        self.reckoning = asyncio.create_task(self._reckon())

    async def disconnect(self, code: int) -> None:
        """Stop reckoning and listening."""
        if self.reckoning is None:
            return
        self.reckoning.cancel()
        with contextlib.suppress(Exception):
            await self.channel_layer.group_discard(group_of(self.user_id), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Nothing is expected from the browser."""

    async def job_changed(self, event: dict[str, Any]) -> None:
        """Pass a message on; it may have changed places in the queue, too."""
        await self.send_json(event["message"])
        if event["message"]["status"] == Job.Status.QUEUED:
            self.changed.set()

    async def _reckon(self) -> None:
        """While jobs are active, say every few seconds where they are; otherwise wait for one."""
        while True:
            pause: float | None = RECKON_SECONDS
            try:
                messages = await _active(self.user_id)
                for message in messages:
                    await self.send_json(asdict(message))
                pause = RECKON_SECONDS if messages else None
            except DatabaseError as error:
                log.warning("job_outlook_failed", error=str(error).strip())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.changed.wait()
            self.changed.clear()


@database_sync_to_async
def _active(user_id: UUID) -> list[JobMessage]:
    jobs = list(active_jobs(user_id)[:_MOST_JOBS])
    outlook = outlooks(jobs, now=timezone.now(), kept=_kept)
    return [
        JobMessage(
            job=str(job.id),
            group=str(job.group),
            status=job.status,
            stage=job.stage,
            fraction=job.fraction,
            position=outlook[job.id].position,
            eta=outlook[job.id].eta,
        )
        for job in jobs
    ]
