"""A pair: without the lock two uploads take the same room on this very set-up, with it they never do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Plan, User
from apps.accounts.stored import bytes_left, used_bytes
from apps.jobs.models import Job
from apps.uploads.errors import Refusal
from apps.uploads.models import Upload
from apps.uploads.services import upload_start as starting
from apps.uploads.services.upload_finish import upload_finish
from apps.uploads.services.upload_start import upload_start
from tests.uploads.conftest import sent, wav

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 4
ROOM = 1000


def at_once(work: Callable[[], Any]) -> None:
    """Run it in several threads, each with a connection that is open before the first begins."""
    start = threading.Barrier(SENDERS)

    def one() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            start.wait()
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def counted_at_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Has whoever counts wait for the others to have counted too, for a while: with the lock they cannot."""
    meeting = threading.Barrier(SENDERS)

    def arrange(patience: float) -> None:
        def count(owner: User) -> int:
            found = bytes_left(owner)
            with suppress(threading.BrokenBarrierError):
                meeting.wait(patience)
            return found

        monkeypatch.setattr(starting, "bytes_left", count)

    return arrange


def take_the_last_room(owner: User) -> None:
    Plan.objects.filter(slug="free").update(storage_bytes=ROOM)
    owner = User.objects.get(id=owner.id)

    def announce() -> None:
        with suppress(Refusal):
            upload_start(owner=owner, filename="a.wav", size=ROOM, media_type="", now=timezone.now())

    at_once(announce)


def test_without_the_lock_uploads_overrun_the_plan(
    sender: User, counted_at_once: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "lock_owner", lambda owner: None)
    counted_at_once(30)
    take_the_last_room(sender)
    assert used_bytes(sender) > ROOM


def test_with_the_lock_uploads_never_overrun_the_plan(sender: User, counted_at_once: Callable[[float], None]) -> None:
    counted_at_once(0.3)
    take_the_last_room(sender)
    assert used_bytes(sender) == ROOM


def test_finishing_at_once_makes_one_job(sender: User) -> None:
    upload = sent(sender, wav(1.0))
    states: list[str] = []
    at_once(lambda: states.append(upload_finish(upload=upload, now=timezone.now()).state))
    assert states == ["accepted"] * SENDERS
    assert Job.objects.count() == 1
    assert Upload.objects.get().job == Job.objects.get()
