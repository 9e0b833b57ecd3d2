"""Pairs: folders at once, and a folder that is killed; with its lock and its nonces nothing is counted twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from apps.library.models import CountedPlay, PlayCount, PlayFold, Track
from apps.library.services import plays_fold as folding
from apps.library.services.plays_fold import plays_fold
from tests.library.conftest import NOW, World
from tests.library.plays.conftest import Stream, bare_track, play

PLAYS = 60
FOLDERS = 4


@pytest.fixture
def waiting(lasting_world: World, stream: Stream) -> Track:
    """A track with plays that wait, each sent twice."""
    track = bare_track(lasting_world.owner)
    plays = [play(NOW, track=track.id, token=f"listener {number}") for number in range(PLAYS)]
    stream.add(*plays, *plays)
    return track


def fold_at_once() -> list[BaseException]:
    """Several folders begin at the same moment, in small batches; returns what went wrong."""
    start = threading.Barrier(FOLDERS)
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            start.wait()
            for _ in range(12):
                plays_fold(now=NOW, batch=25)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(FOLDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def drain() -> None:
    while (found := plays_fold(now=NOW)) is not None and found.entries:
        pass


def test_folders_at_once_count_each_play_once(waiting: Track, stream: Stream) -> None:
    assert fold_at_once() == []
    drain()

    assert PlayCount.objects.get(track=waiting).plays == PLAYS
    assert stream.waiting() == []


def test_without_the_lock_the_nonces_still_count_each_play_once(
    waiting: Track, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    PlayFold.objects.create()
    with monkeypatch.context() as patch:
        patch.setattr(folding, "_locked", PlayFold.objects.get)
        # some collide, and what they held is rolled back
        fold_at_once()
    drain()

    assert PlayCount.objects.get(track=waiting).plays == PLAYS
    assert CountedPlay.objects.count() == PLAYS


def test_a_folder_gives_way_to_whoever_holds_a_track_and_counts_later(waiting: Track, stream: Stream) -> None:
    plays_fold(now=NOW, batch=1)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Track.objects.select_for_update().get(id=waiting.id)
                held.set()
                done.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    try:
        with pytest.raises(OperationalError, match="lock timeout"):
            plays_fold(now=NOW)
    finally:
        done.set()
        thread.join()
    drain()

    assert PlayCount.objects.get(track=waiting).plays == PLAYS


KILLED = """
import django, os, signal, sys
django.setup()
from datetime import datetime
from apps.library.services import plays_fold as folding
from apps.library.plays import ledger
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
where = sys.argv[1]
if where == "before the commit":
    real = ledger.write
    ledger.write = lambda *given, **named: (real(*given, **named), die())
else:
    folding._leave = die
folding.plays_fold(now=datetime.fromisoformat(sys.argv[2]), batch=50)
"""


@pytest.mark.parametrize(("where", "counted"), [("before the commit", 0), ("after the commit", 50)])
def test_a_folder_killed_anywhere_loses_and_doubles_nothing(
    waiting: Track, stream: Stream, where: str, counted: int
) -> None:
    root = Path(__file__).resolve().parents[3]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(root / "platform"), str(root)]),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        # the test's own database on the same server
        "DATABASE_URL": f"host={connection.settings_dict['HOST']} user={connection.settings_dict['USER']}"
        f" dbname={settings.DATABASES['default']['NAME']}",
    }

    child = subprocess.run(
        [sys.executable, "-c", KILLED, where, NOW.isoformat()], env=environment, cwd=root, check=False
    )

    assert child.returncode == -signal.SIGKILL
    assert sum(PlayCount.objects.values_list("plays", flat=True)) == counted
    assert len(stream.waiting()) == 2 * PLAYS
    drain()
    assert PlayCount.objects.get(track=waiting).plays == PLAYS
    assert stream.waiting() == []
