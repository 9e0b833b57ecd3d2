"""Engines that operators keep for some plans: refused at every door, with who has them; limited before a first job."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import EngineLimit, Job
from apps.jobs.services.engine_limit import engine_limit_set
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_retry import CannotRetry, job_retry
from apps.studio.draft import Draft
from apps.studio.models import Engine
from apps.studio.services.generation_request import generation_request
from tests.world import api_client, make_user

FORM = {
    "operation": "generate",
    "prompt": "a slow waltz",
    "vocals": "instrumental",
    "seconds": "30",
    "takes": "1",
    "engine": "composer",
}


def keep(*plans: str) -> EngineLimit:
    """Keep the composer for these plans."""
    return engine_limit_set(
        limit=EngineLimit.objects.get(engine="composer"),
        max_running=None,
        plans=plans,
        reason="One graphics card.",
        by=make_user(staff=True),
        now=timezone.now(),
    )


def ask(owner: User) -> Job:
    draft = Draft(engine="composer", seconds=30, prompt="a slow waltz")
    made, _ = generation_request(owner=owner, draft=draft, key=str(uuid4()), now=timezone.now())
    return Job.objects.get(group=made.id)


def test_the_form_says_who_has_it_and_makes_nothing(composer: Engine, creator: User) -> None:
    keep("pro")
    browser = Client()
    browser.force_login(creator)
    assert "Only for Pro here." in browser.get("/studio/").content.decode()
    answer = browser.post("/studio/", {**FORM, "request_key": str(uuid4())}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Composer is only for Pro here: choose that plan" in answer.content.decode()
    assert not Job.objects.exists()


def test_the_api_names_the_plans_and_refuses_the_others(composer: Engine, creator: User) -> None:
    keep("pro")
    assert Client().get("/api/v1/engines").json()[0]["only_for"] == ["pro"]
    asked = {"engine": "composer", "prompt": "a waltz", "seconds": 30}
    answer = api_client(creator).post("/api/v1/generations", asked, format="json")
    assert answer.status_code == 400
    assert "only for Pro" in str(answer.json())
    assert not Job.objects.exists()


def test_who_has_the_plan_is_served_and_with_no_plan_named_everybody(composer: Engine, creator: User) -> None:
    keep("pro")
    ask(make_user(plan="pro"))
    keep()
    ask(creator)
    assert Job.objects.count() == 2


def test_trying_again_is_no_way_around(composer: Engine, creator: User) -> None:
    cancelled = job_cancel(job=ask(creator), now=timezone.now())
    keep("pro")
    with pytest.raises(CannotRetry, match="only for Pro now"):
        job_retry(job=cancelled, now=timezone.now())
    assert Job.objects.count() == 1


def test_the_default_is_the_first_engine_that_one_may_use(composer: Engine, creator: User) -> None:
    keep("pro")
    Engine.objects.filter(name="composer").update(position=0)
    other = Engine.objects.get(name="composer")
    other.name, other.title, other.position = "open", "Open", 1
    other.save(force_insert=True)
    browser = Client()
    browser.force_login(creator)
    assert "Engine: Open" in browser.get("/studio/").content.decode()


def test_a_plan_that_does_not_exist_keeps_nothing_back(composer: Engine, creator: User) -> None:
    with pytest.raises(ValidationError, match="no plan platinum"):
        keep("platinum")
    ask(creator)


def test_an_engine_can_be_limited_before_its_first_job(composer: Engine) -> None:
    assert EngineLimit.objects.filter(engine="composer", capability="cpu").exists()
    assert not Job.objects.exists()
