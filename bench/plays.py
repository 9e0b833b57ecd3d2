"""Plays: a million beacons are counted exactly, each costs less than an empty view, and none writes a row."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import cast
from uuid import UUID

from django.db import connection
from django.utils import timezone
from starlette.types import ASGIApp

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.library.models import PlayCount, PlayDay, PlayFold, Track
from apps.library.plays.nonces import sealed
from apps.library.plays.stream import FIELD, STREAM
from apps.library.services.plays_fold import plays_fold
from bench.figures import Figure
from bench.harness.beacons import Crowd, as_http, drive, http_rate, play
from bench.harness.workers import redis_client, start_scheduler, start_worker, stop, wait_until
from config.env import ROOT

TRACKS = 2_000
AT_ONCE = 32
FORGED_IN_THE_STREAM = 500


@dataclass(frozen=True, slots=True)
class _Size:
    beacons: int
    rounds: int
    requests: int
    folded: int


def run(*, quick: bool) -> Iterator[Figure]:
    """Rate and rows over HTTP, exactness of the crowd, speed of the folder."""
    size = _Size(12_000, 4, 250, 20_000) if quick else _Size(1_000_000, 15, 2_000, 400_000)
    owner = User.objects.create_user(f"bench-{new_id()}@example.org")
    tracks = _tracks(owner)
    with tempfile.TemporaryDirectory() as folder:
        yield from _rates(tracks, size, Path(folder))
        yield from _exactness(tracks, size, Path(folder))
    yield _folding(tracks, size)


def _tracks(owner: User) -> list[UUID]:
    now = timezone.now()
    made = Track.objects.bulk_create(Track(owner=owner, title=f"Song {n}", created_at=now) for n in range(TRACKS))
    return [track.id for track in made]


def _rates(tracks: list[UUID], size: _Size, folder: Path) -> Iterator[Figure]:
    """One server, one client, alternating rounds; and meanwhile nobody writes."""
    with _server(folder) as port:
        before = _rows_written()
        found: dict[str, list[float]] = {"plays": [], "empty": [], "bare": []}
        wrong = 0
        for _ in range(size.rounds + 1):
            crowd = Crowd(tracks, 20_000, random.Random(secrets.randbits(32)))  # noqa: S311 - any crowd
            honest = [sent for sent in crowd.beacons(size.requests * 3) if sent.status == 202][: size.requests]
            for name, requests, status in (
                ("plays", [as_http(sent) for sent in honest], 202),
                ("empty", [_get("/bench/empty")] * size.requests, 200),
                ("bare", [_get("/bench/bare")] * size.requests, 200),
            ):
                rate, statuses = asyncio.run(http_rate(port, requests, at_once=AT_ONCE))
                found[name].append(rate)
                wrong += len(requests) - statuses[status]
        written = _rows_written() - before
    # the first round warms up
    plays, empty, bare = (median(found[name][1:]) for name in ("plays", "empty", "bare"))
    for metric, base in (("post_plays_beside_an_empty_view", empty), ("post_plays_beside_bare_django", bare)):
        ratio = round(plays / base, 2)
        yield Figure(metric, round(plays), "1/s", "≥ 0.8 × it", ratio >= 0.8, baseline=round(base), ratio=ratio)
    yield Figure("requests_answered_wrongly", wrong, "requests", "0", wrong == 0)
    yield Figure("rows_written_in_requests", written, "rows", "0", written == 0)
    redis_client().delete(STREAM)


def _exactness(tracks: list[UUID], size: _Size, folder: Path) -> Iterator[Figure]:
    """The crowd through the site's own ASGI application; a real worker counts meanwhile, and is killed once."""
    from bench.harness.plays_site import application

    seed = secrets.randbelow(10_000)
    crowd = Crowd(tracks, max(2_000, size.beacons // 50), random.Random(seed))  # noqa: S311 - the same seed, the same crowd
    halves = (size.beacons // 2, size.beacons - size.beacons // 2)
    with ExitStack() as stack:
        stack.callback(stop, start_scheduler(folder / "scheduler.log"))
        worker = start_worker("plays1", folder / "plays1.log")
        stack.callback(stop, worker)
        begin = time.monotonic()
        site = cast(ASGIApp, application)
        wrong = asyncio.run(drive(site, crowd.beacons(halves[0]), at_once=AT_ONCE))
        wait_until(lambda: PlayFold.objects.filter(counted__gt=0).exists(), 120, "the worker to count")
        worker.kill()
        worker.wait()
        stack.callback(stop, start_worker("plays2", folder / "plays2.log"))
        wrong += asyncio.run(drive(site, crowd.beacons(halves[1]), at_once=AT_ONCE))
        seconds = time.monotonic() - begin
        _forge_in_the_stream()
        wait_until(lambda: not redis_client().xlen(STREAM), 300, "the stream to be folded")
    yield Figure("seed", seed, "")
    yield Figure("beacons_through_the_asgi_site", sum(crowd.kinds.values()), "beacons")
    for kind, count in sorted(crowd.kinds.items()):
        yield Figure(f"of_them_{kind}", count, "beacons")
    yield Figure("beacons_answered_wrongly", sum(wrong.values()), "beacons", "0", not wrong)
    yield from _judge(crowd)
    yield Figure("seconds", round(seconds, 1), "s")


def _judge(crowd: Crowd) -> Iterator[Figure]:
    expected = crowd.expected()
    counted = dict(PlayCount.objects.values_list("track", "plays"))
    off = sum(1 for track in {*expected, *counted} if expected[track] != counted.get(track, 0))
    total = sum(counted.values())
    yield Figure("plays_counted", total, "plays", f"{sum(expected.values())}, exactly", total == sum(expected.values()))
    yield Figure("tracks_miscounted", off, f"of {len(counted)} tracks", "0", off == 0)
    days = sum(PlayDay.objects.values_list("plays", flat=True))
    yield Figure("days_differ_from_the_total", abs(days - total), "plays", "0", days == total)


def _folding(tracks: list[UUID], size: _Size) -> Figure:
    """How fast one folder counts what waits."""
    client = redis_client()
    waiting = 0
    while waiting < size.folded:
        with client.pipeline(transaction=False) as pipeline:
            for number in range(waiting, min(size.folded, waiting + 2_000)):
                track, token = tracks[number * 7919 % len(tracks)], f"fold {number // 10}"
                pipeline.xadd(STREAM, {FIELD: sealed(play(track, token, timezone.now(), address=token))})
            waiting += len(pipeline.execute())
    begin = time.perf_counter()
    while (found := plays_fold(now=timezone.now())) is not None and found.entries:
        pass
    rate = size.folded / (time.perf_counter() - begin)
    return Figure("folded_by_one_folder", round(rate), "plays/s")


def _forge_in_the_stream() -> None:
    """Somebody who can write to Redis, but has no key."""
    client = redis_client()
    for _ in range(FORGED_IN_THE_STREAM):
        client.xadd(STREAM, {FIELD: secrets.token_urlsafe(90)})


def _rows_written() -> int:
    """By anybody, once the server's processes have told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        time.sleep(1.2)
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables")
        return int(cursor.fetchone()[0])


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: listener={'x' * 32}\r\n\r\n".encode()


@contextmanager
def _server(folder: Path) -> Iterator[int]:
    """The site on one process, as `make run` serves it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    command = ["uvicorn", "bench.harness.plays_site:application", "--port", str(port), "--no-access-log"]
    with (folder / "web.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", *command, "--log-level", "warning"],
            env={**os.environ, "PYTHONPATH": path, "LOG_LEVEL": "WARNING", "RATE_LIMITS": "true"},
            stdout=log,
            stderr=log,
            cwd=ROOT,
        )
    try:
        wait_until(lambda: child.poll() is not None or _answers(port), 60, "the site to answer")
        if child.poll() is not None:
            raise RuntimeError((folder / "web.log").read_text()[-2000:])
        yield port
    finally:
        stop(child)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/bench/empty", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
