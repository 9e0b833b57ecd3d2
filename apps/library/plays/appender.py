"""Appends beacons from an event loop: what comes while Redis is asked goes with the next question, all at once."""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError

from apps.library.plays.stream import ANSWER_SECONDS, CONNECT_SECONDS, SCRIPT, UNREACHABLE, Beacon, not_taken

MOST_AT_ONCE = 256
_Waiting = list[tuple[Beacon, "asyncio.Future[int]"]]


class Appender:
    """One loop's way to the stream."""

    def __init__(self, url: str) -> None:
        self._client = redis.asyncio.Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._waiting: _Waiting = []
        self._sender: asyncio.Task[None] | None = None

    async def append(self, beacon: Beacon) -> int:
        """As `stream.append`: 0, or the seconds to wait for who is too fast, or UNREACHABLE."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((beacon, answer))
        if self._sender is None:
            self._sender = asyncio.create_task(self._send())
        return await answer

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _send(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                for (_, answer), wait in zip(batch, await self._ask([beacon for beacon, _ in batch]), strict=True):
                    # whoever hung up meanwhile is counted all the same
                    if not answer.done():
                        answer.set_result(wait)
        finally:
            self._sender = None

    async def _ask(self, beacons: list[Beacon]) -> list[int]:
        try:
            answers = await self._pipeline(beacons)
            forgotten = [place for place, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
            if forgotten:
                await self._client.script_load(SCRIPT)
                again = await self._pipeline([beacons[place] for place in forgotten])
                for place, answer in zip(forgotten, again, strict=True):
                    answers[place] = answer
        except (redis.RedisError, OSError) as error:
            not_taken(len(beacons), error)
            return [UNREACHABLE] * len(beacons)
        failed = [answer for answer in answers if isinstance(answer, Exception)]
        if failed:
            not_taken(len(failed), failed[0])
        return [UNREACHABLE if isinstance(answer, Exception) else int(answer) for answer in answers]

    async def _pipeline(self, beacons: list[Beacon]) -> list[Any]:
        async with self._client.pipeline(transaction=False) as pipeline:
            for beacon in beacons:
                pipeline.evalsha(*beacon.call())
            found: list[Any] = await pipeline.execute(raise_on_error=False)
            return found


_appenders: WeakKeyDictionary[asyncio.AbstractEventLoop, Appender] = WeakKeyDictionary()


def appender() -> Appender:
    """The running loop's."""
    loop = asyncio.get_running_loop()
    found = _appenders.get(loop)
    if found is None:
        found = _appenders[loop] = Appender(settings.REDIS_URL)
    return found
