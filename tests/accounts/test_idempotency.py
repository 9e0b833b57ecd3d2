"""Requests with an Idempotency-Key happen once, also when both come at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from apps.accounts import idempotency
from apps.accounts.idempotency import KEPT, forget_old_answers
from apps.accounts.models import IdempotencyRecord, Plan, User
from tests.accounts import urls
from tests.world import api_client, make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.accounts.urls"),
]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    urls.entered.clear()
    urls.leave.clear()
    urls.after_commit.clear()
    yield
    urls.leave.set()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Two requests at once, each on a database connection of its own."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
        urls.leave.set()


def send(user: User, key: str, **data: Any) -> Any:
    """One request."""
    client = api_client(user)
    client.raise_request_exception = False
    return client.post("/api/v1/making", data, format="json", headers={"Idempotency-Key": key})


def in_thread(threads: ThreadPoolExecutor, work: Callable[[], Any]) -> Future[Any]:
    """`work` with its own connection, closed at the end."""

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return threads.submit(run)


def waiting_for_a_lock() -> bool:
    """Whether some other connection waits for us or for a third."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


def until(reached: Callable[[], bool], still: Future[Any]) -> None:
    """Return when `reached` says so; a request that ended early fails the test."""
    while not reached():
        assert not still.done(), still.result()


def test_the_same_request_again_gets_the_same_answer_and_does_nothing() -> None:
    user = make_user()
    first = send(user, "once-1", slug="a")
    again = send(user, "once-1", slug="a")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first["Location"] == again["Location"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Plan.objects.filter(slug="a").count() == 1
    assert urls.after_commit == ["a"]


def test_the_same_key_with_other_content_is_refused() -> None:
    user = make_user()
    send(user, "once-2", slug="a")
    other = send(user, "once-2", slug="b")
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/key-reused"
    assert not Plan.objects.filter(slug="b").exists()
    assert urls.after_commit == ["a"]


def test_the_order_of_fields_is_not_content() -> None:
    user = make_user()
    send(user, "once-3", slug="a", other=1)
    assert send(user, "once-3", other=1, slug="a").status_code == 201


def test_keys_belong_to_their_user() -> None:
    assert send(make_user(), "once-4", slug="a").status_code == 201
    assert send(make_user(), "once-4", slug="b").status_code == 201
    assert Plan.objects.filter(slug__in="ab").count() == 2


def test_a_refusal_is_kept_and_its_effects_are_not() -> None:
    user = make_user()
    first = send(user, "once-5", slug="a", refuse=True)
    again = send(user, "once-5", slug="a", refuse=True)
    assert first.status_code == again.status_code == 400
    assert first["Content-Type"] == again["Content-Type"] == "application/problem+json"
    assert first.json() == again.json()
    assert not Plan.objects.filter(slug="a").exists()
    assert urls.after_commit == []


def test_a_crash_leaves_nothing_so_that_asking_again_works() -> None:
    user = make_user()
    assert send(user, "once-6", slug="a", crash=True).status_code == 500
    assert not Plan.objects.filter(slug="a").exists()
    assert not IdempotencyRecord.objects.exists()
    assert send(user, "once-6", slug="a").status_code == 201


def test_without_a_key_every_request_is_one_of_its_own() -> None:
    client = api_client(make_user())
    for slug in ("a", "b"):
        assert client.post("/api/v1/making", {"slug": slug}, format="json").status_code == 201
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 81, "tab\tinside"])
def test_what_is_no_key_is_refused(key: str) -> None:
    response = send(make_user(), key, slug="a")
    assert response.status_code == 400
    assert not Plan.objects.filter(slug="a").exists()


def test_this_set_up_can_race_when_there_is_no_key(threads: ThreadPoolExecutor) -> None:
    user = make_user()
    client = api_client(user)
    slow = in_thread(threads, lambda: client.post("/api/v1/careless", {"number": 1, "wait": True}, format="json"))
    until(urls.entered.is_set, slow)
    api_client(user).post("/api/v1/careless", {"number": 2}, format="json")
    urls.leave.set()
    slow.result(20)
    assert Plan.objects.filter(title="careless").count() == 2


def test_of_two_at_once_one_runs_and_the_other_waits_for_its_answer(threads: ThreadPoolExecutor) -> None:
    user = make_user()
    first = in_thread(threads, lambda: send(user, "race-1", slug="a", wait=True))
    until(urls.entered.is_set, first)
    second = in_thread(threads, lambda: send(user, "race-1", slug="a", wait=True))
    until(waiting_for_a_lock, second)
    urls.leave.set()
    answers = [first.result(20), second.result(20)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert Plan.objects.filter(slug="a").count() == 1
    assert urls.after_commit == ["a"]


def test_who_has_waited_long_enough_is_told_to_come_back(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "PATIENCE", timedelta(seconds=1))
    user = make_user()
    first = in_thread(threads, lambda: send(user, "race-2", slug="a", wait=True))
    until(urls.entered.is_set, first)
    second = send(user, "race-2", slug="a", wait=True)
    assert second.status_code == 409
    assert second.json()["type"] == "/problems/still-running"
    assert second["Retry-After"]
    urls.leave.set()
    assert first.result(20).status_code == 201
    assert Plan.objects.filter(slug="a").count() == 1


def test_answers_are_forgotten_after_a_day() -> None:
    user = make_user()
    send(user, "old", slug="a")
    assert forget_old_answers(timezone.now()) == 0
    assert forget_old_answers(timezone.now() + KEPT + timedelta(minutes=1)) == 1
    assert send(user, "old", slug="b").status_code == 201
