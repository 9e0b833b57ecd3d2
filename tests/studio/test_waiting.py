"""The waiting card: where a song stands in its class, why, and what would change it; the same over the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.jobs.models import EngineLimit, Job
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.jobs_beat import worker_beat
from apps.studio.draft import Draft
from apps.studio.models import Engine
from apps.studio.services.generation_request import generation_request
from tests.world import api_client, make_user


@pytest.fixture
def now(composer: Engine) -> datetime:
    """One worker with one place is up, and a minute of music takes the composer a minute."""
    moment = timezone.now()
    worker_beat(name="w1", capabilities=["cpu"], slots=1, now=moment)
    EngineLimit.objects.filter(engine="composer").update(pace=1.0)
    return moment


def ask(owner: User, now: datetime) -> Job:
    draft = Draft(engine="composer", seconds=60, prompt="a slow waltz")
    made, _ = generation_request(owner=owner, draft=draft, key=str(uuid4()), now=now)
    return Job.objects.get(group=made.id)


def busy_with_paid(now: datetime) -> None:
    """Paid work for an hour, and free jobs have had what they may have."""
    for _ in range(60):
        job_submit(
            owner=make_user(plan="pro"), kind="generate", capability="cpu", engine="composer", payload={}, paid=True,
            group=new_id(), parallel=4, expected_seconds=60, now=now - timedelta(seconds=1),
        )  # fmt: skip


def card(owner: User, job: Job) -> str:
    browser = Client()
    browser.force_login(owner)
    return browser.get(f"/studio/takes/{job.id}/").content.decode()


def test_a_free_song_behind_paid_ones_says_its_place_when_and_why(creator: User, now: datetime) -> None:
    busy_with_paid(now)
    ask(make_user(), now)
    job = ask(creator, now)

    shown = card(creator, job)

    assert "Second in the free queue, about" in shown
    assert "Paid songs go first, and free songs keep their share" in shown
    assert "What a paid plan changes" in shown
    told = api_client(creator).get(f"/api/v1/jobs/{job.id}").json()
    assert (told["position"], told["queue"], told["waits_for"]) == (2, "free", "turn")
    assert told["why"].startswith("Paid songs go first")
    assert told["eta"] > 60


def test_the_second_song_of_somebody_who_may_make_one_waits_for_the_first(creator: User, now: datetime) -> None:
    ask(creator, now)
    second = ask(creator, now + timedelta(seconds=1))

    shown = card(creator, second)

    assert "Waiting for what you sent before it, about 2 minutes" in shown
    assert "Your plan makes one at a time." in shown


def test_a_paid_song_is_told_nothing_about_plans(now: datetime) -> None:
    busy_with_paid(now)
    payer = make_user(plan="pro")
    shown = card(payer, ask(payer, now))
    assert "in line, about" in shown
    assert "plan" not in shown


def test_what_a_person_was_told_when_asking_is_kept(creator: User, now: datetime) -> None:
    job = ask(creator, now)
    assert job.expected_at == now + timedelta(seconds=60)
    assert api_client(creator).get(f"/api/v1/jobs/{job.id}").json()["expected_at"] is not None
