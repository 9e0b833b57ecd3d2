"""Whoever has too few credits gets some and finds the form as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.studio.models import Engine
from apps.studio.unpaid import KEPT, LONGEST
from apps.wallets.models import LotSource
from apps.wallets.monthly.services import monthly_grant_due
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_take_back import credits_take_back

PROMPT = "a night train, slow and sad"
KEEP = "/studio/unpaid/"


@pytest.fixture
def browser(creator: User) -> Client:
    """The creator, logged in."""
    client = Client()
    client.force_login(creator)
    return client


@pytest.fixture
def poor(creator: User) -> User:
    """The creator, with one credit."""
    month = monthly_grant_due(user=creator, now=timezone.now())
    credits_take_back(owner=creator, amount=month - 1, key="all", memo="", kind="clawback", now=timezone.now())
    return creator


def form(**changes: Any) -> dict[str, Any]:
    plain = {
        "request_key": str(uuid4()),
        "operation": "generate",
        "prompt": PROMPT,
        "vocals": "instrumental",
        "seconds": "30",
        "takes": "1",
        "engine": "composer",
    }
    return plain | changes


def studio(client: Client, query: str = "") -> str:
    answer = client.get(f"/studio/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["plain", "in place"])
def test_a_refused_form_is_there_again_with_credits_and_then_gone(
    composer: Engine, browser: Client, poor: User, headers: dict[str, str]
) -> None:
    # given a form that was refused
    sent = form()
    answer = browser.post("/studio/", sent, headers=headers)
    assert answer.status_code == 422
    assert Job.objects.count() == 0

    # when its owner comes back with credits
    credits_grant(
        owner=poor, amount=99, source=LotSource.GIFT, key="gift", memo="", expires_at=None, now=timezone.now()
    )
    page = browser.get("/studio/")

    # then it stands there, under a key of its own, and can be sent
    again = page.context["form"]
    assert PROMPT in page.content.decode()
    key = again["request_key"].value()
    assert key != sent["request_key"]
    assert browser.post("/studio/", form(request_key=key)).status_code == 302
    assert Job.objects.count() == 1

    # and after that the form is empty
    assert PROMPT not in browser.get("/studio/").content.decode().split('id="requests"')[0]


def test_whoever_leaves_for_credits_before_sending_finds_the_form_too(composer: Engine, browser: Client) -> None:
    typed = form(instruments=["piano", "strings"], csrfmiddlewaretoken="x", somebody="else")
    assert browser.post(KEEP, typed).status_code == 204
    page = browser.get("/studio/")
    assert page.context["form"]["instruments"].value() == ["piano", "strings"]
    assert "Your song is as you left it" in page.content.decode()


def test_an_address_that_asks_for_a_song_stands_above_what_was_kept(composer: Engine, browser: Client) -> None:
    browser.post(KEEP, form())
    assert PROMPT not in studio(browser, "?prompt=bossa+nova")
    assert PROMPT in studio(browser)


def test_whoever_wants_nothing_of_it_starts_from_nothing(composer: Engine, browser: Client) -> None:
    browser.post(KEEP, form())
    assert PROMPT not in studio(browser, "?new=1")
    assert PROMPT not in studio(browser)


def test_nothing_is_kept_for_ever_nor_without_bounds(
    composer: Engine, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.post(KEEP, form())
    browser.post(KEEP, form(lyrics="x" * LONGEST))
    assert PROMPT in studio(browser)

    later = timezone.now() + KEPT + timedelta(minutes=1)
    monkeypatch.setattr("apps.studio.views.timezone.now", lambda: later)
    assert PROMPT not in studio(browser)


def test_a_form_belongs_to_who_typed_it(composer: Engine, browser: Client) -> None:
    browser.post(KEEP, form())
    browser.logout()
    answer = browser.post(KEEP, form())
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
