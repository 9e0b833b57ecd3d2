"""Asking for songs: once per key, all takes or none, only what can be made."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_retry import CannotRetry, job_retry
from apps.jobs.services.waiting_room import WAITING_LIMIT
from apps.studio.draft import Draft
from apps.studio.models import Engine, GenerationRequest
from apps.studio.selectors import recent_requests, request_views
from apps.studio.services.generation_request import KeyReused, generation_request
from tests.world import make_user

DRAFT = Draft(engine="composer", seconds=30, prompt="a slow waltz")


def ask(owner: User, draft: Draft = DRAFT, key: str = "") -> tuple[GenerationRequest, bool]:
    return generation_request(owner=owner, draft=draft, key=key or str(uuid4()), now=timezone.now())


def test_every_take_becomes_a_job_with_a_seed_of_its_own(composer: Engine, creator: User) -> None:
    made, new = ask(creator, replace(DRAFT, takes=2, seed=7))
    jobs = Job.objects.filter(group=made.id).order_by("id")
    assert new
    assert [job.payload["seed"] for job in jobs] == [7, 8]
    assert {job.capability for job in jobs} == {"cpu"}
    assert made.credits == 2 * 4


def test_the_same_form_sent_twice_makes_one_song(composer: Engine, creator: User) -> None:
    first, _ = ask(creator, key="form")
    again, new = ask(creator, key="form")
    assert (again, new) == (first, False)
    assert Job.objects.count() == 1


def test_a_key_with_other_content_is_refused_and_makes_nothing(composer: Engine, creator: User) -> None:
    ask(creator, key="form")
    with pytest.raises(KeyReused):
        ask(creator, replace(DRAFT, prompt="a march"), key="form")
    assert Job.objects.count() == 1


def test_keys_of_different_people_do_not_meet(composer: Engine, creator: User) -> None:
    ask(creator, key="form")
    _, new = ask(make_user(), key="form")
    assert new


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_at_the_same_moment_makes_one_song(composer: Engine, creator: User) -> None:
    together = threading.Barrier(6)
    made: list[GenerationRequest] = []

    def send() -> None:
        together.wait()
        made.append(ask(creator, key="form")[0])
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.id for each in made}) == 1
    assert len(made) == 6
    assert Job.objects.count() == 1


def test_what_cannot_be_made_leaves_no_trace(composer: Engine, creator: User) -> None:
    with pytest.raises(ValidationError):
        ask(creator, replace(DRAFT, takes=3))
    with pytest.raises(ValidationError):
        ask(creator, replace(DRAFT, engine="nobody"))
    assert not GenerationRequest.objects.exists()
    assert not Job.objects.exists()


def test_nobody_starts_from_somebody_elses_version(composer: Engine, creator: User) -> None:
    with pytest.raises(ValidationError) as refused:
        ask(creator, replace(DRAFT, operation="variation", parent=uuid4()))
    assert set(refused.value.message_dict) == {"parent"}
    assert not Job.objects.exists()


def test_nobody_fills_the_queue(composer: Engine, creator: User) -> None:
    for _ in range(WAITING_LIMIT):
        ask(creator)
    with pytest.raises(ValidationError, match="waiting"):
        ask(creator)
    assert Job.objects.count() == WAITING_LIMIT


def test_trying_again_is_no_way_around_the_limit(composer: Engine, creator: User) -> None:
    ask(creator)
    cancelled = job_cancel(job=Job.objects.get(), now=timezone.now())
    for _ in range(WAITING_LIMIT):
        ask(creator)
    with pytest.raises(CannotRetry, match="waiting"):
        job_retry(job=cancelled, now=timezone.now())
    assert Job.objects.count() == WAITING_LIMIT + 1


@pytest.mark.django_db(transaction=True)
def test_many_requests_at_the_same_moment_stay_within_the_limit(composer: Engine, creator: User) -> None:
    for _ in range(WAITING_LIMIT - 1):
        ask(creator)
    together = threading.Barrier(6)

    def send() -> None:
        together.wait()
        with contextlib.suppress(ValidationError):
            ask(creator)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.count() == WAITING_LIMIT


def test_a_failed_submission_keeps_neither_request_nor_jobs(composer: Engine, creator: User) -> None:
    # given a database that refuses the second take
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_job ADD CONSTRAINT one_take CHECK ((payload->>'take')::int < 1)")
    # when two takes are asked for, then neither is kept
    with pytest.raises(Exception, match="one_take"):
        ask(creator, replace(DRAFT, takes=2))
    assert not GenerationRequest.objects.exists()
    assert not Job.objects.exists()


def test_the_list_needs_the_same_queries_for_one_request_and_for_many(composer: Engine, creator: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            request_views(recent_requests(creator, before=None, limit=12), token="t" * 32, now=timezone.now())
        return len(captured)

    ask(creator)
    one = queries()
    for _ in range(8):
        ask(creator, replace(DRAFT, takes=2))
    assert queries() == one
