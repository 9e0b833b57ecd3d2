"""When the free queue is full, the studio and the API say so and when to come back; nothing is kept."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.jobs.models import Job
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.jobs_beat import worker_beat
from apps.studio.models import Engine, GenerationRequest
from tests.studio.test_pages import form
from tests.world import api_client, make_user


@pytest.fixture
def full(composer: Engine) -> None:
    """One place, somebody who pays, and others who wait for more than their share of a quarter of an hour."""
    make_user(plan="pro")
    worker_beat(name="w1", capabilities=["cpu"], slots=1)
    for _ in range(4):
        job_submit(
            owner=make_user(), kind="generate", capability="cpu", engine=composer.name, payload={}, group=new_id(),
            parallel=1, paid=False, expected_seconds=200, now=timezone.now(),
        )  # fmt: skip


@pytest.mark.usefixtures("full")
def test_the_api_answers_with_a_problem_and_when_to_come_back(creator: User) -> None:
    answer = api_client(creator).post(
        "/api/v1/generations", {"prompt": "a waltz", "instrumental": True, "seconds": 30, "engine": "composer"},
        format="json", headers={"Idempotency-Key": str(uuid4())},
    )  # fmt: skip

    assert answer.status_code == 503, answer.content
    assert answer.json()["type"] == "/problems/queue-full"
    assert int(answer["Retry-After"]) >= 60
    assert re.search(r"Come back in \d+ minutes?, at \d\d:\d\d UTC", answer.json()["detail"])
    assert not GenerationRequest.objects.exists()
    assert Job.objects.count() == 4


@pytest.mark.usefixtures("full")
def test_the_form_says_so_and_keeps_what_was_typed(creator: User) -> None:
    browser = Client()
    browser.force_login(creator)

    answer = browser.post("/studio/", form(), headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert b"The free queue is full" in answer.content
    assert b"a slow waltz" in answer.content
    assert Job.objects.count() == 4
