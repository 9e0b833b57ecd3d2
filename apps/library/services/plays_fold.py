"""Fold heard plays into PostgreSQL, each once: counts, used nonces and the position in one transaction.

What makes it once is the table of counted nonces. Entries leave the stream after the commit, so a folder that dies
leaves some to be met again, and known. The position spares reading them; it is believed only while Redis holds the
mark that the last fold left there, which a flushed Redis, or one restored from an older copy, does not.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction

from apps.library.plays import ledger
from apps.library.plays.models import PlayFold
from apps.library.plays.nonces import LIFE, Nonce, unsealed
from apps.library.plays.stream import FIELD, STREAM, connected

BATCH = 5_000
MARK = "plays:mark"
AHEAD = timedelta(hours=1)
"""How far the clocks of the servers may be apart."""
_GIVE_WAY = "500ms"
"""Shorter than PostgreSQL waits before it looks for a deadlock, so that it is always the folder that gives way."""

log = structlog.get_logger(__name__)
_Entries = list[tuple[bytes, dict[bytes, bytes] | None]]


@dataclass(frozen=True, slots=True)
class Folded:
    """What one batch held."""

    entries: int
    counted: int


def plays_fold(*, now: datetime, batch: int = BATCH) -> Folded | None:
    """Count the next batch that waits; None when somebody else is at it. redis.RedisError, DatabaseError."""
    client = connected(settings.REDIS_URL)
    with transaction.atomic():
        fold = _locked()
        if fold is None:
            return None
        entries = _next_entries(client, fold, batch)
        _begin(fold, now)
        counted = _count(entries, fold, now)
        if len(entries) < batch:
            _forget_old(fold, now)
        if entries:
            fold.position, fold.mark = entries[-1][0].decode(), secrets.token_hex(8)
        fold.counted += counted
        fold.refused += len(entries) - counted
        fold.save()
    if entries:
        _leave(client, entries, fold.mark)
    return Folded(len(entries), counted)


def _locked() -> PlayFold | None:
    """The fold's row, ours until the transaction ends; None when another folder has it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_GIVE_WAY}'")
    found = PlayFold.objects.select_for_update(skip_locked=True).first()
    if found is None and not PlayFold.objects.exists():
        PlayFold.objects.bulk_create([PlayFold()], ignore_conflicts=True)
        found = PlayFold.objects.select_for_update(skip_locked=True).first()
    return found


def _next_entries(client: redis.Redis, fold: PlayFold, batch: int) -> _Entries:
    mark = cast(bytes | None, client.get(MARK))
    trusted = mark is not None and mark.decode() == fold.mark
    return cast(_Entries, client.xrange(STREAM, f"({fold.position}" if trusted else "-", "+", count=batch))


def _begin(fold: PlayFold, now: datetime) -> None:
    """The first fold keeps from its own day on; a new day moves the week."""
    today = now.date()
    if fold.kept_from is None:
        fold.kept_from = (now - LIFE - AHEAD).date()
    if fold.week_ends is None:
        fold.week_ends = today
    if today > fold.week_ends:
        gone = (today - fold.week_ends).days
        leaving = [fold.week_ends - ledger.WEEK + timedelta(days=1 + number) for number in range(gone)]
        ledger.leave_the_week(leaving)
        fold.week_ends = today


def _count(entries: _Entries, fold: PlayFold, now: datetime) -> int:
    assert fold.kept_from is not None
    assert fold.week_ends is not None
    fresh = _fresh(entries, fold.kept_from, now + AHEAD)
    if not fresh:
        return 0
    tracks = ledger.lasting_tracks(nonce.track for nonce in fresh.values())
    before = ledger.known(list(fresh))
    admitted = _within_caps([nonce for nonce in fresh.values() if nonce.track in tracks and nonce.id not in before])
    if admitted:
        ledger.write(admitted, week_from=fold.week_ends - ledger.WEEK + timedelta(days=1))
    return len(admitted)


def _fresh(entries: _Entries, kept_from: date, latest: datetime) -> dict[UUID, Nonce]:
    """What we sealed and still know whether it was counted, each once, in the order they came."""
    found: dict[UUID, Nonce] = {}
    name, last_ms = FIELD.encode(), latest.timestamp() * 1000
    for _, fields in entries:
        nonce = unsealed((fields or {}).get(name, b""))
        if nonce is not None and not nonce.own and kept_from <= nonce.day and nonce.issued_ms <= last_ms:
            found.setdefault(nonce.id, nonce)
    return found


def _within_caps(nonces: Sequence[Nonce]) -> list[Nonce]:
    days: dict[date, list[Nonce]] = defaultdict(list)
    for nonce in nonces:
        days[nonce.day].append(nonce)
    ledger.make_room(days)
    tallies = {day: ledger.tally_of(day, those) for day, those in days.items()}
    return [nonce for nonce in nonces if tallies[nonce.day].admit(nonce)]


def _forget_old(fold: PlayFold, now: datetime) -> None:
    """Once nothing waits, nonces that no beacon may bring any more need not be known."""
    horizon = (now - LIFE - AHEAD).date()
    if fold.kept_from is not None and horizon > fold.kept_from:
        ledger.forget(horizon)
        fold.kept_from = horizon


def _leave(client: redis.Redis, entries: Collection[Any], mark: str) -> None:
    """Remove exactly what was folded, and say how far that was."""
    with client.pipeline(transaction=True) as pipeline:
        pipeline.xdel(STREAM, *(identity for identity, _ in entries))
        pipeline.set(MARK, mark)
        pipeline.execute()
