"""Listeners with cookies, and the real stream, empty at first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import redis
from django.conf import settings

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.library.models import Track, Version
from apps.library.plays.nonces import Nonce, began, sealed
from apps.library.plays.stream import FIELD, STREAM
from tests.library.conftest import FACTS, NOW, lasting_world, make_world, media, song_folder, world

__all__ = ["lasting_world", "make_world", "media", "song_folder", "world"]

TOKEN = "L" * 32


def play(
    now: datetime, *, track: UUID | None = None, token: str = TOKEN, address: str = "192.0.2.7", **over: object
) -> Nonce:
    """A play of a song of three minutes that began a minute before `now`, so that it can have been heard."""
    facts = {"version": new_id(), "seconds": 180.0, "own": False, **over}
    before = timedelta(minutes=1)
    return began(track=track or new_id(), token=token, address=address, now=now - before, **facts)  # type: ignore[arg-type]


def bare_track(owner: User, title: str = "Snow", *, now: datetime = NOW) -> Track:
    """A public waltz of three minutes, without files."""
    facts = {name: getattr(FACTS, name) for name in ("engine", "engine_version", "licence", "commercial", "seed")}
    track = Track.objects.create(
        owner=owner, title=title, visibility="public", genre="waltz", mood="calm", created_at=now, published_at=now
    )
    track.current_version = Version.objects.create(
        track=track,
        number=1,
        created_at=now,
        operation="generate",
        seconds=180.0,
        sample_rate=44_100,
        channels=2,
        energy=0.5,
        brightness=0.5,
        master_sha256="0" * 64,
        **facts,
    )
    track.save()
    return track


class Stream:
    """What waits in Redis to be counted."""

    def __init__(self) -> None:
        self.redis = redis.Redis.from_url(settings.REDIS_URL)

    def clear(self) -> None:
        """Nothing waits, nobody was counted."""
        for key in self.redis.scan_iter("plays*"):
            self.redis.delete(key)

    def waiting(self) -> list[str]:
        """The nonces, oldest first."""
        entries: Any = self.redis.xrange(STREAM)
        return [fields[FIELD.encode()].decode() for _, fields in entries]

    def add(self, *plays: Nonce | str) -> None:
        """Append without asking anybody."""
        for each in plays:
            self.redis.xadd(STREAM, {FIELD: each if isinstance(each, str) else sealed(each)})


@pytest.fixture
def stream() -> Iterator[Stream]:
    """The real stream."""
    found = Stream()
    found.clear()
    yield found
    found.clear()
