"""The database's side of counting: which nonces were counted, what a day's tally is, what the totals are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from apps.library.plays.caps import Tally
from apps.library.plays.models import PlayDay
from apps.library.plays.nonces import Nonce, first_id

WEEK = timedelta(days=7)
DAYS_KEPT = timedelta(days=400)
"""How long counts by the day are kept."""
_TABLE = "library_countedplay"


def known(ids: Sequence[UUID]) -> set[UUID]:
    """Those that were counted before."""
    return {row[0] for row in _rows("SELECT id FROM library_countedplay WHERE id = ANY(%s::uuid[])", [_array(ids)])}


def lasting_tracks(tracks: Iterable[UUID]) -> set[UUID]:
    """Those that exist, and will until the transaction ends; in order, so that no two wait for each other."""
    found = _rows(
        "SELECT id FROM library_track WHERE id = ANY(%s::uuid[]) AND purged_at IS NULL ORDER BY id FOR KEY SHARE",
        [_array(set(tracks))],
    )
    return {row[0] for row in found}


def tally_of(day: date, nonces: Collection[Nonce]) -> Tally:
    """What was counted that day for the listeners and networks of these nonces."""
    bounds = list(_bounds(day))
    listeners = _array({nonce.listener for nonce in nonces})
    total = """
        SELECT listener, count(*) FROM library_countedplay
        WHERE id >= %s AND id < %s AND listener = ANY(%s::bytea[]) GROUP BY listener
    """
    return Tally(
        listener_track=_pairs("listener", bounds, {(nonce.listener, nonce.track) for nonce in nonces}),
        listener=Counter({bytes(who): count for who, count in _rows(total, [*bounds, listeners])}),
        network_track=_pairs("network", bounds, {(nonce.network, nonce.track) for nonce in nonces}),
    )


def _pairs(column: str, bounds: list[UUID], pairs: set[tuple[bytes, UUID]]) -> Counter[tuple[bytes, UUID]]:
    query = sql.SQL("""
        SELECT p.{who}, p.track, count(*)
        FROM unnest(%s::bytea[], %s::uuid[]) AS asked (who, track)
        JOIN library_countedplay p ON p.{who} = asked.who AND p.track = asked.track
        WHERE p.id >= %s AND p.id < %s GROUP BY p.{who}, p.track
    """).format(who=sql.Identifier(column))
    asked = [_array(who for who, _ in pairs), _array(track for _, track in pairs)]
    return Counter({(bytes(who), track): count for who, track, count in _rows(query, [*asked, *bounds])})


def write(nonces: Sequence[Nonce], *, week_from: date) -> None:
    """Count these: remember the nonces, and add them to their tracks' totals."""
    days = Counter((nonce.track, nonce.day) for nonce in nonces)
    totals = Counter(nonce.track for nonce in nonces)
    week: Counter[UUID] = Counter()
    for (track, day), count in days.items():
        week[track] += count if day >= week_from else 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO library_countedplay (id, listener, network, track)"
            " SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::uuid[])",
            [
                _array(nonce.id for nonce in nonces),
                _array(nonce.listener for nonce in nonces),
                _array(nonce.network for nonce in nonces),
                _array(nonce.track for nonce in nonces),
            ],
        )
        cursor.execute(
            "INSERT INTO library_playday (track_id, day, plays)"
            " SELECT * FROM unnest(%s::uuid[], %s::date[], %s::bigint[]) ORDER BY 1, 2"
            " ON CONFLICT (track_id, day) DO UPDATE SET plays = library_playday.plays + excluded.plays",
            [_array(track for track, _ in days), _array(day for _, day in days), _array(days.values())],
        )
        cursor.execute(
            "INSERT INTO library_playcount (track_id, plays, week)"
            " SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) ORDER BY 1"
            " ON CONFLICT (track_id) DO UPDATE SET"
            " plays = library_playcount.plays + excluded.plays, week = library_playcount.week + excluded.week",
            [_array(totals), _array(totals.values()), _array(week[track] for track in totals)],
        )


def leave_the_week(days: Sequence[date]) -> None:
    """Take days that ended a week ago out of the weekly counts, and forget the oldest days."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE library_playcount c SET week = c.week - d.plays FROM ("
            " SELECT track_id, sum(plays) AS plays FROM library_playday WHERE day = ANY(%s) GROUP BY track_id"
            ") d WHERE c.track_id = d.track_id",
            [list(days)],
        )
    PlayDay.objects.filter(day__lt=days[-1] - DAYS_KEPT).delete()


def make_room(days: Iterable[date]) -> None:
    """A partition for each of these days."""
    with connection.cursor() as cursor:
        for day in days:
            low, high = _bounds(day)
            statement = sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})")
            cursor.execute(
                statement.format(_partition(day), sql.Identifier(_TABLE), sql.Literal(str(low)), sql.Literal(str(high)))
            )


def forget(before: date) -> None:
    """Drop the partitions of the days before that one."""
    named = _rows(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %s::regclass AND c.relname < %s",
        [_TABLE, f"{_TABLE}_{before:%Y%m%d}"],
    )
    with connection.cursor() as cursor:
        for (name,) in named:
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))


def _partition(day: date) -> sql.Identifier:
    return sql.Identifier(f"{_TABLE}_{day:%Y%m%d}")


def _bounds(day: date) -> tuple[UUID, UUID]:
    midnight = datetime.combine(day, time(), UTC)
    return first_id(midnight), first_id(midnight + timedelta(days=1))


def _array(values: Iterable[UUID | bytes | date | int]) -> str:
    """As PostgreSQL reads arrays; a tenth of the work of having psycopg quote each value."""
    return f"{{{','.join(_written(value) for value in values)}}}"


def _written(value: UUID | bytes | date | int) -> str:
    return f'"\\\\x{value.hex()}"' if isinstance(value, bytes) else str(value)


def _rows(query: Any, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
