"""Credits in the studio: what a song will cost, what is held for it, and what is said when there are too few."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Plan, User
from apps.jobs.handlers import Failure
from apps.jobs.models import EngineLimit, Job
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_claim import job_claim
from apps.jobs.services.job_finish import job_fail
from apps.studio.draft import Draft
from apps.studio.models import Engine, GenerationRequest
from apps.studio.services.generation_request import generation_request
from apps.wallets.errors import NotEnough, Owes
from apps.wallets.models import OpenHold
from apps.wallets.prices.models import Price
from apps.wallets.prices.services import price_set
from apps.wallets.references import Reference, resolve
from apps.wallets.replay import replay
from apps.wallets.selectors import history, wallet_of
from apps.wallets.services.credits_take_back import credits_take_back
from tests.studio.test_pages import browser, form
from tests.world import api_client, make_user

__all__ = ["browser"]

pytestmark = pytest.mark.django_db

DRAFT = Draft(engine="composer", seconds=30, prompt="a slow\nwaltz", takes=2)
ASKED = {"prompt": "a slow waltz", "seconds": 60}


def ask(owner: User, draft: Draft = DRAFT, key: str = "") -> GenerationRequest:
    return generation_request(owner=owner, draft=draft, key=key or str(uuid4()), now=timezone.now())[0]


def leave(owner: User, left: int) -> None:
    """Take all but `left` of the month's credits, or let the wallet owe."""
    ask(owner, replace(DRAFT, takes=1))
    job_cancel(job=Job.objects.get(owner=owner), now=timezone.now())
    Job.objects.filter(owner=owner).delete()
    GenerationRequest.objects.filter(owner=owner).delete()
    credits_take_back(
        owner=owner, amount=240 - left, key=f"left:{owner.pk}", memo="", kind="clawback", now=timezone.now()
    )


def test_every_take_is_held_with_its_job_and_named_in_the_history(composer: Engine, creator: User) -> None:
    made = ask(creator)
    jobs = Job.objects.filter(group=made.id)
    assert [job.credits for job in jobs] == [4, 4]
    assert {job.hold for job in jobs} == set(OpenHold.objects.values_list("hold", flat=True))
    wallet = wallet_of(creator)
    assert (wallet.available, wallet.held) == (232, 8)
    assert [line.memo for line in history(creator).lines[:2]] == ["a slow waltz, take 2", "a slow waltz, take 1"]


def test_the_same_form_sent_twice_holds_once(composer: Engine, creator: User) -> None:
    for _ in range(2):
        ask(creator, key="form")
    assert wallet_of(creator).held == 8


def test_too_few_for_all_takes_make_none(composer: Engine, creator: User) -> None:
    leave(creator, 6)
    with pytest.raises(NotEnough) as refused:
        ask(creator, key="form")
    assert (refused.value.needed, refused.value.available) == (8, 6)
    wallet = wallet_of(creator)
    assert (wallet.available, wallet.held, Job.objects.count()) == (6, 0, 0)
    assert not GenerationRequest.objects.exists()
    # and the same form goes through once there is enough
    Plan.objects.filter(pk="free").update(monthly_credits=1000)
    creator.refresh_from_db()
    assert ask(creator, key="form").credits == 8


def test_who_owes_waits(composer: Engine, creator: User) -> None:
    leave(creator, -30)
    with pytest.raises(Owes):
        ask(creator)
    assert not Job.objects.exists()


def test_a_request_keeps_the_price_it_was_quoted_from(composer: Engine, creator: User) -> None:
    made = ask(creator)
    price_set(engine="composer", credits_per_minute=80, reason="Dearer.", by=None, now=timezone.now())
    made.refresh_from_db()
    assert made.quote is not None
    assert (made.quote.credits, made.credits) == (8, 8)
    assert made.quote.explained.startswith("8 credits a minute × 30 seconds × 2 takes, the price since ")
    assert ask(creator, replace(DRAFT, takes=1)).credits == 40


def test_pages_and_api_show_the_price_as_it_is_today(composer: Engine, creator: User, browser: Client) -> None:
    price_set(engine="composer", credits_per_minute=10, reason="Up.", by=None, now=timezone.now())
    price_set(engine="composer", operation="extend", credits_per_minute=2, reason="Up.", by=None, now=timezone.now())
    assert b"10 credits a minute" in browser.get("/studio/").content
    assert api_client(creator).get("/api/v1/engines").json()[0]["credits_per_minute"] == 10
    assert Engine.objects.get(name="composer").credits_per_minute == 8


def test_a_quote_says_how_it_came_about_and_whether_there_is_enough(composer: Engine, creator: User) -> None:
    answer = api_client(creator).post("/api/v1/generations/quote", {**ASKED, "takes": 2}, format="json").json()
    since = answer.pop("since")
    assert Price.objects.get(engine="composer").since.isoformat().startswith(since[:19])
    assert answer.pop("explained").startswith("8 credits a minute × 60 seconds × 2 takes")
    assert answer == {
        "credits": 16,
        "per_take": 8,
        "takes": 2,
        "seconds": 60,
        "credits_per_minute": 8,
        "available": 240,
        "enough": True,
    }


def test_the_api_says_how_many_are_needed_and_there(composer: Engine, creator: User) -> None:
    leave(creator, 5)
    refused = api_client(creator).post("/api/v1/generations", ASKED, format="json")
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (402, "/problems/not-enough-credits")
    assert (problem["needed"], problem["available"]) == (8, 5)
    assert problem["detail"] == "This needs 8 credits, and you have 5."
    assert not Job.objects.exists()


def test_the_api_says_what_is_owed(composer: Engine, creator: User) -> None:
    leave(creator, -30)
    refused = api_client(creator).post("/api/v1/generations", ASKED, format="json")
    assert (refused.status_code, refused.json()["type"]) == (402, "/problems/wallet-owes")
    assert refused.json()["owed"] == 30


def test_the_page_says_what_will_be_left(composer: Engine, browser: Client) -> None:
    page = browser.get("/studio/").content.decode()
    assert "You have 240; 232 will be left." in page
    priced = browser.get("/studio/price/?seconds=120&takes=2&engine=composer").content.decode()
    assert "32 credits" in priced
    assert "You have 240; 208 will be left." in priced
    assert 'hx-swap-oob="true"' in priced


def test_the_page_says_what_is_missing_and_where_to_get_it(composer: Engine, creator: User, browser: Client) -> None:
    leave(creator, 3)
    said = "This costs 4 credits and you have 3: 1 too few."
    assert said not in browser.get("/studio/").content.decode()  # the longer default costs more
    answer = browser.post("/studio/", form(), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'href="/wallet/credits/' in page
    assert "a slow waltz" in page
    assert not Job.objects.exists()


def test_the_page_says_what_is_owed(composer: Engine, creator: User, browser: Client) -> None:
    leave(creator, -30)
    answer = browser.post("/studio/", form(), headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert b"You owe 30 credits." in answer.content


def failed(owner: User) -> Job:
    ask(owner, replace(DRAFT, takes=1))
    (claimed,) = job_claim(capability="cpu", worker="test")
    job_fail(job=claimed, failure=Failure("broken", "It broke."), permanent=True)
    return Job.objects.get(pk=claimed.id)


def test_a_retry_that_costs_too_much_says_so_on_its_card_and_over_the_api(
    composer: Engine, creator: User, browser: Client
) -> None:
    job = failed(creator)
    credits_take_back(owner=creator, amount=238, key="gone", memo="", kind="clawback", now=timezone.now())
    card = browser.post(f"/studio/takes/{job.id}/retry/").content.decode()
    assert "This needs 4 credits, and you have 2." in card
    assert 'href="/wallet/credits/' in card
    assert "Try again" in card
    refused = api_client(creator).post(f"/api/v1/jobs/{job.id}/retry")
    assert (refused.status_code, refused.json()["needed"]) == (402, 4)
    assert Job.objects.count() == 1


def test_a_retry_that_is_refused_for_another_reason_says_so(composer: Engine, creator: User, browser: Client) -> None:
    job = failed(creator)
    EngineLimit.objects.filter(engine="composer").update(plans=["pro"])
    assert "only for Pro now" in browser.post(f"/studio/takes/{job.id}/retry/").content.decode()


def test_a_cancelled_card_says_that_nothing_was_charged(composer: Engine, creator: User, browser: Client) -> None:
    job = Job.objects.get(group=ask(creator, replace(DRAFT, takes=1)).id)
    answer = browser.post(f"/studio/takes/{job.id}/cancel/")
    assert b"Nothing was charged." in answer.content
    assert answer["HX-Trigger"] == "credits-changed"
    assert wallet_of(creator).available == 240


def test_the_history_leads_to_the_studio_while_there_is_no_song(composer: Engine, creator: User) -> None:
    job = Job.objects.get(group=ask(creator, replace(DRAFT, takes=1)).id)
    links = resolve([Reference("job", job.pk), Reference("job", uuid4())])
    assert {reference.id: link.url for reference, link in links.items()} == {job.pk: "/studio/"}


def test_a_user_who_goes_while_songs_wait_leaves_whole_books(composer: Engine) -> None:
    user = make_user()
    ask(user)
    user.delete()
    assert not Job.objects.exists()
    assert not replay().differences


def test_a_job_shows_what_it_costs(composer: Engine, creator: User) -> None:
    made = ask(creator)
    client = api_client(creator)
    takes: list[dict[str, Any]] = client.get(f"/api/v1/generations/{made.id}").json()["takes"]
    jobs = client.get(f"/api/v1/jobs?group={made.id}").json()["results"]
    assert [take["credits"] for take in takes] == [job["credits"] for job in jobs] == [4, 4]
