"""Beacons as a million listeners, and those who would like to look like one, send them."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from starlette.types import ASGIApp

from apps.library.listeners import COOKIE
from apps.library.plays import caps
from apps.library.plays.nonces import Nonce, began, sealed

PATH = "/api/v1/plays"
SECONDS = 180.0
_KEPT = 4_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A beacon with its cookie, and the status that it deserves."""

    token: str
    body: bytes
    status: int


@dataclass
class Crowd:
    """Sends `total` beacons of every kind and knows what they must add up to."""

    tracks: Sequence[UUID]
    listeners: int
    chance: random.Random
    kinds: Counter[str] = field(default_factory=Counter)
    _honest: Counter[tuple[object, str, UUID]] = field(default_factory=Counter)
    _kept: list[Sent] = field(default_factory=list)

    def beacons(self, total: int) -> Iterator[Sent]:
        """Four in five are honest; the rest are doubles, replays, forged, another's, or too early."""
        ways: tuple[tuple[str, float, Callable[[], Sent]], ...] = (
            ("honest", 0.80, self._listen),
            ("doubles", 0.06, lambda: self._kept[-1]),
            ("replays", 0.04, lambda: self.chance.choice(self._kept)),
            ("forged", 0.05, self._forge),
            ("anothers", 0.025, self._steal),
            ("too_early", 0.025, self._hurry),
        )
        yield self._listen()
        self.kinds["honest"] += 1
        names = self.chance.choices(range(len(ways)), [share for _, share, _ in ways], k=total - 1)
        for number in names:
            name, _, make = ways[number]
            self.kinds[name] += 1
            yield make()

    def expected(self) -> Counter[UUID]:
        """What each track must have: distinct plays, no more than the cap of each listener, day and track."""
        found: Counter[UUID] = Counter()
        for (_, _, track), count in self._honest.items():
            found[track] += min(count, caps.LISTENER_AND_TRACK)
        return found

    def _listen(self) -> Sent:
        number = self.chance.randrange(self.listeners)
        track = self._track()
        if number % 100 == 0:
            # the greedy hear one song again and again
            number, track = number % 1000, self.tracks[0]
        token = _token(number)
        nonce = self._began(token, track, timedelta(minutes=1))
        self._honest[nonce.issued_at.date(), token, track] += 1
        sent = Sent(token, _body(sealed(nonce)), 202)
        if len(self._kept) < _KEPT:
            self._kept.append(sent)
        else:
            self._kept[self.chance.randrange(_KEPT)] = sent
        return sent

    def _forge(self) -> Sent:
        token = _token(self.chance.randrange(self.listeners))
        text = sealed(self._began(token, self._track(), timedelta(minutes=1)))
        place = self.chance.randrange(len(text))
        changed = chr(ord("A") + (ord(text[place]) + 1) % 26)
        return Sent(token, _body(text[:place] + changed + text[place + 1 :]), 403)

    def _steal(self) -> Sent:
        nonce = self._began(_token(1), self._track(), timedelta(minutes=1))
        return Sent(_token(2), _body(sealed(nonce)), 403)

    def _hurry(self) -> Sent:
        token = _token(self.chance.randrange(self.listeners))
        return Sent(token, _body(sealed(self._began(token, self._track(), -timedelta(hours=1)))), 409)

    def _track(self) -> UUID:
        # few are played much, most a little
        return self.tracks[int(len(self.tracks) * self.chance.random() ** 3)]

    def _began(self, token: str, track: UUID, before: timedelta) -> Nonce:
        return play(track, token, timezone.now() - before, address=f"bench {token[:8]}")


def play(track: UUID, token: str, moment: datetime, *, address: str) -> Nonce:
    """A play that began then."""
    return began(track=track, version=track, seconds=SECONDS, token=token, address=address, own=False, now=moment)


async def drive(application: ASGIApp, beacons: Iterator[Sent], *, at_once: int) -> Counter[str]:
    """Send all of them to the application, so many at a time; returns how many were answered wrongly, and what with."""
    wrong: Counter[str] = Counter()

    async def listener() -> None:
        for sent in beacons:
            status = await _post(application, sent)
            if status != sent.status:
                wrong[f"{status} instead of {sent.status}"] += 1

    await asyncio.gather(*(listener() for _ in range(at_once)))
    return wrong


async def _post(application: ASGIApp, sent: Sent) -> int:
    headers = [(b"host", b"localhost"), (b"cookie", f"{COOKIE}={sent.token}".encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": sent.body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    await application(scope, receive, send)
    return status


async def http_rate(port: int, requests: Sequence[bytes], *, at_once: int) -> tuple[float, Counter[int]]:
    """Requests a second over so many kept connections, and the statuses."""
    statuses: Counter[int] = Counter()

    async def client(mine: Sequence[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in mine:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            statuses[int(head[9:12])] += 1
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()
        await writer.wait_closed()

    began_at = time.perf_counter()
    await asyncio.gather(*(client(requests[first::at_once]) for first in range(at_once)))
    return len(requests) / (time.perf_counter() - began_at), statuses


def as_http(sent: Sent) -> bytes:
    """The beacon as it goes over the wire."""
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIE}={sent.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(sent.body)}\r\n\r\n"
    ).encode() + sent.body


def _token(number: int) -> str:
    return f"{number:08d}".ljust(32, "x")


def _body(text: str) -> bytes:
    return json.dumps({"nonce": text}).encode()
