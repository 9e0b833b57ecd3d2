"""Whatever happens to the folder, to Redis and to the beacons, a play counts once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import override_settings

from apps.library.models import CountedPlay, PlayCount, PlayDay, PlayFold, Track
from apps.library.plays import caps
from apps.library.plays.nonces import LIFE, Nonce, sealed
from apps.library.plays.stream import STREAM
from apps.library.services import plays_fold as folding
from apps.library.services.plays_fold import Folded, plays_fold
from apps.library.services.track_trash import track_purge
from apps.library.tasks import plays as plays_task
from tests.library.conftest import NOW, World
from tests.library.plays.conftest import Stream, bare_track, play


def counts(track: Track) -> tuple[int, int]:
    """All plays, and this week's."""
    found = PlayCount.objects.filter(track=track).first()
    return (found.plays, found.week) if found else (0, 0)


def fold(now: datetime = NOW, batch: int = 5_000) -> Folded:
    found = plays_fold(now=now, batch=batch)
    assert found is not None
    return found


def of(track: Track, number: int = 1, now: datetime = NOW, **over: Any) -> list[Nonce]:
    """So many plays by as many listeners."""
    return [
        play(now, track=track.id, token=f"listener {each}", address=f"192.0.2.{each}", **over) for each in range(number)
    ]


def test_plays_are_counted_by_track_and_day_and_leave_the_stream(world: World, stream: Stream) -> None:
    one, two = bare_track(world.owner), bare_track(world.owner)
    stream.add(*of(one, 3), *of(two, 2), *of(one, 1, now=NOW - timedelta(hours=13)))

    assert fold() == Folded(6, 6)

    assert (counts(one), counts(two)) == ((4, 4), (2, 2))
    days = dict(PlayDay.objects.filter(track=one).values_list("day", "plays"))
    assert days == {date(2026, 11, 20): 3, date(2026, 11, 19): 1}
    assert stream.waiting() == []
    assert Track.objects.get(id=one.id).plays == 4


def test_doubles_and_replays_count_once(world: World, stream: Stream) -> None:
    track = bare_track(world.owner)
    twice = of(track)[0]
    stream.add(twice, twice)
    assert fold() == Folded(2, 1)
    stream.add(twice)
    assert fold() == Folded(1, 0)

    assert counts(track) == (1, 1)
    assert (PlayFold.objects.get().counted, PlayFold.objects.get().refused) == (1, 2)


def test_what_was_not_sealed_here_is_not_counted(world: World, stream: Stream) -> None:
    track = bare_track(world.owner)
    with override_settings(SECRET_KEY="another"):
        forged = sealed(of(track)[0])
    stream.add(forged, "x", "é", "", *of(track, own=True))
    stream.redis.xadd(STREAM, {"other": "field"})

    assert fold() == Folded(6, 0)
    assert counts(track) == (0, 0)


def test_a_folder_that_dies_after_the_commit_counts_nothing_twice(
    world: World, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    track = bare_track(world.owner)
    stream.add(*of(track, 3))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(folding, "_leave", die)
        with pytest.raises(KeyboardInterrupt):
            fold()
    assert len(stream.waiting()) == 3

    stream.add(*of(track, 2))
    assert fold() == Folded(5, 2)
    assert counts(track) == (5, 5)
    assert stream.waiting() == []


def test_a_flushed_redis_is_begun_anew(world: World, stream: Stream) -> None:
    track = bare_track(world.owner)
    stream.add(*of(track))
    fold()
    stream.clear()
    # a clock that is behind: entries with lower numbers than were ever folded
    stream.redis.xadd(STREAM, {"n": sealed(of(track)[0])}, id="5-1")

    assert fold() == Folded(1, 1)
    assert counts(track) == (2, 2)


def test_a_redis_restored_from_an_older_copy_neither_doubles_nor_hides(world: World, stream: Stream) -> None:
    track = bare_track(world.owner)
    stream.add(*of(track))
    fold()
    stream.add(*of(track, 2))
    copies = {name: stream.redis.dump(name) for name in (STREAM, folding.MARK)}
    fold()
    stream.add(*of(track))
    fold()
    for name, copy in copies.items():
        assert isinstance(copy, bytes)
        stream.redis.restore(name, 0, copy, replace=True)
    stream.add(*of(track))

    assert fold() == Folded(3, 1)
    assert counts(track) == (5, 5)


def test_the_position_is_believed_while_the_mark_is_there(
    world: World, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    track = bare_track(world.owner)
    stream.add(*of(track))
    fold()
    position = PlayFold.objects.get().position
    asked: list[Any] = []
    real = redis.Redis.xrange

    def watched(self: redis.Redis, name: str, low: str, high: str, **rest: Any) -> Any:
        asked.append(low)
        return real(self, name, low, high, **rest)

    monkeypatch.setattr(redis.Redis, "xrange", watched)
    fold()
    stream.redis.set(folding.MARK, "another")
    fold()

    assert asked == [f"({position}", "-"]


def test_batches_end_where_the_stream_does(world: World, stream: Stream) -> None:
    track = bare_track(world.owner)
    stream.add(*of(track, 5))

    assert [fold(batch=2).counted for _ in range(4)] == [2, 2, 1, 0]
    assert counts(track) == (5, 5)


def test_tracks_that_are_gone_are_ignored(world: World, stream: Stream) -> None:
    gone, kept = bare_track(world.owner), bare_track(world.owner)
    stream.add(*of(gone), *of(kept))
    fold()
    track_purge(track=gone, now=NOW)
    stream.add(*of(gone), *of(kept))

    assert fold() == Folded(2, 1)
    assert counts(kept) == (2, 2)
    assert not PlayDay.objects.filter(track_id=gone.id).exists()


def test_one_listener_counts_so_often_a_day_and_track(world: World, stream: Stream) -> None:
    track, other = bare_track(world.owner), bare_track(world.owner)
    many = [play(NOW, track=track.id) for _ in range(caps.LISTENER_AND_TRACK + 5)]
    stream.add(*many, play(NOW, track=other.id))

    # in batches of three as in one
    while fold(batch=3).entries:
        pass

    assert counts(track)[0] == caps.LISTENER_AND_TRACK
    assert counts(other)[0] == 1
    tomorrow = NOW + timedelta(days=1)
    stream.add(play(tomorrow, track=track.id))
    fold(tomorrow)
    assert counts(track)[0] == caps.LISTENER_AND_TRACK + 1


def test_one_listener_counts_so_often_a_day_in_all_and_so_does_one_network(
    world: World, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caps, "LISTENER", 4)
    monkeypatch.setattr(caps, "NETWORK_AND_TRACK", 6)
    tracks = [bare_track(world.owner) for _ in range(3)]
    stream.add(*(play(NOW, track=track.id) for track in tracks for _ in range(2)))
    fold()
    assert sum(counts(track)[0] for track in tracks) == 4

    # another cookie each time, from one address
    stream.add(*(play(NOW, track=tracks[2].id, token=str(number)) for number in range(9)))
    while fold(batch=4).entries:
        pass
    assert counts(tracks[2])[0] == 6


def test_the_week_moves_on_and_always_equals_its_days(world: World, stream: Stream) -> None:
    track = bare_track(world.owner)
    for day in range(9):
        now = NOW + timedelta(days=day)
        stream.add(*of(track, day + 1, now=now))
        fold(now)
        fold(now - timedelta(hours=20))
    assert counts(track) == (45, sum(range(3, 10)))

    fold(NOW + timedelta(days=12))
    assert counts(track) == (45, 9 + 8 + 7)
    fold(NOW + timedelta(days=60))
    assert counts(track) == (45, 0)


def test_old_nonces_are_forgotten_once_nothing_waits_and_never_counted_again(world: World, stream: Stream) -> None:
    track = bare_track(world.owner)
    first = of(track)[0]
    stream.add(first)
    fold()
    late = NOW + LIFE + timedelta(days=2)
    stream.add(first, *of(track, now=late))

    assert fold(late) == Folded(2, 1)
    assert counts(track)[0] == 2
    assert CountedPlay.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'library_countedplay'::regclass")
        assert cursor.fetchone() == (1,)
    stream.add(first)
    assert fold(late) == Folded(1, 0)


def test_plays_that_waited_for_days_still_count(world: World, stream: Stream) -> None:
    track = bare_track(world.owner)
    fold()
    stream.add(*of(track))

    assert fold(NOW + timedelta(days=6)) == Folded(1, 1)


def test_clocks_apart_do_no_harm(world: World, stream: Stream) -> None:
    track = bare_track(world.owner)
    stream.add(*of(track, 1, now=NOW + timedelta(minutes=30)), *of(track, 1, now=NOW + timedelta(days=300)))

    assert fold() == Folded(2, 1)


def test_without_redis_the_task_waits_for_it(db: None) -> None:
    with override_settings(REDIS_URL="unix:///nowhere/at-all.sock"):
        plays_task()

    assert not PlayFold.objects.exists() or PlayFold.objects.get().counted == 0
