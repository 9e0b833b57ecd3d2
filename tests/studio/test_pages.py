"""The studio's pages and API: who gets in, what is refused and how that is said."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.studio.models import Engine, GenerationRequest
from tests.world import api_client, make_user


@pytest.fixture
def browser(creator: User) -> Client:
    """The creator, logged in."""
    client = Client()
    client.force_login(creator)
    return client


def form(**changes: Any) -> dict[str, Any]:
    plain = {
        "request_key": str(uuid4()),
        "operation": "generate",
        "prompt": "a slow waltz",
        "vocals": "instrumental",
        "seconds": "30",
        "takes": "1",
        "engine": "composer",
    }
    return plain | changes


def test_a_visitor_signs_up_first_and_comes_back_to_the_prompt(composer: Engine) -> None:
    answer = Client().get("/studio/?prompt=a%20waltz")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/signup/?next=/studio/%3Fprompt%3Da")


@pytest.mark.parametrize("part", ["form", "price", "requests"])
def test_after_a_session_ended_the_way_back_is_the_studio_and_not_a_part_of_it(composer: Engine, part: str) -> None:
    answer = Client().get(f"/studio/{part}/?prompt=waltz")
    assert answer["Location"] == "/accounts/login/?next=/studio/%3Fprompt%3Dwaltz"


def test_without_any_engine_the_page_says_so(browser: Client) -> None:
    answer = browser.get("/studio/")
    assert answer.status_code == 503
    assert b"No engine is here yet" in answer.content


def test_a_form_becomes_a_job(composer: Engine, browser: Client) -> None:
    answer = browser.post("/studio/", form(), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    job = Job.objects.get()
    assert f"take-{job.id}" in answer.content.decode()


def test_without_scripts_the_form_works_as_well(composer: Engine, browser: Client) -> None:
    answer = browser.post("/studio/", form())
    assert (answer.status_code, answer["Location"]) == (302, "/studio/")
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prompt": ""}, "Say what the song should be like"),
        ({"prompt": "x" * 10_000}, "10,000 characters"),
        ({"prompt": "a\x07b"}, "cannot be shown"),
        ({"prompt": "wal\u202etz"}, "cannot be shown"),
        ({"seconds": "5"}, "10 to 120 seconds"),
        ({"seconds": "100000"}, "10 to 120 seconds"),
        ({"seconds": "soon"}, "whole number"),
        ({"takes": "3"}, "1 to 2 takes"),
        ({"vocals": "sung"}, "Write the words that are sung"),
        ({"key": "H sharp"}, "not a key"),
        ({"tempo": "0"}, "greater than or equal to 40"),
        ({"seed": "-1"}, "greater than or equal to 0"),
        ({"engine": "nobody"}, "not one of the available choices"),
        ({"genre": "<script>"}, "not one of the available choices"),
        ({"operation": "variation", "parent": str(uuid4())}, "no such version"),
        ({"operation": "conjure"}, "cannot make a conjure"),
    ],
)
def test_bad_input_is_said_in_the_form_and_makes_nothing(
    composer: Engine, browser: Client, changes: dict[str, Any], said: str
) -> None:
    answer = browser.post("/studio/", form(**changes), headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Job.objects.exists()
    assert not GenerationRequest.objects.exists()


@pytest.mark.parametrize("prompt", ["🎹🎻 ❄️", "שלום עולם", "كلمات عن البحر", "雪の夜のワルツ"])
def test_any_script_may_be_used(composer: Engine, browser: Client, prompt: str) -> None:
    assert browser.post("/studio/", form(prompt=prompt)).status_code == 302
    assert GenerationRequest.objects.get().prompt == prompt


def test_the_price_follows_length_and_takes(composer: Engine, browser: Client) -> None:
    answer = browser.get("/studio/price/", {"engine": "composer", "seconds": "60", "takes": "2"})
    assert answer.content.decode().startswith("16 credits\n")


def test_takes_of_others_do_not_exist(composer: Engine, browser: Client) -> None:
    browser.post("/studio/", form())
    job = Job.objects.get()
    other = Client()
    other.force_login(make_user())
    for answer in (
        other.get(f"/studio/takes/{job.id}/"),
        other.post(f"/studio/takes/{job.id}/cancel/"),
        other.post(f"/studio/takes/{job.id}/retry/"),
    ):
        assert answer.status_code == 404
    job.refresh_from_db()
    assert (job.status, job.cancel_requested_at) == (Job.Status.QUEUED, None)


def test_a_waiting_take_is_cancelled_at_once(composer: Engine, browser: Client) -> None:
    browser.post("/studio/", form())
    answer = browser.post(f"/studio/takes/{Job.objects.get().id}/cancel/")
    assert "Cancelled" in answer.content.decode()
    assert Job.objects.get().status == Job.Status.CANCELLED


def test_an_old_card_that_asks_to_retry_what_has_not_failed_shows_it_as_it_is(
    composer: Engine, browser: Client
) -> None:
    browser.post("/studio/", form())
    answer = browser.post(f"/studio/takes/{Job.objects.get().id}/retry/")
    assert answer.status_code == 200
    assert Job.objects.get().status == Job.Status.QUEUED


def test_older_requests_before_no_moment_are_not_found(composer: Engine, browser: Client) -> None:
    assert browser.get("/studio/requests/?before=2026-13-45T00:00").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"), [({"seconds": 10**4000}, "seconds"), ({"takes": 0}, "takes"), ({"genre": "x"}, "genre")]
)
def test_what_cannot_be_made_has_no_price(composer: Engine, creator: User, changes: dict[str, Any], field: str) -> None:
    answer = api_client(creator).post("/api/v1/generations/quote", {"prompt": "a waltz", **changes}, format="json")
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("field", ["genre", "mood"])
def test_the_api_takes_the_engines_own_genres_and_moods_only(composer: Engine, creator: User, field: str) -> None:
    body = {"prompt": "a waltz", field: "\u202e<script>"}
    answer = api_client(creator).post("/api/v1/generations", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert not Job.objects.exists()


def test_the_api_makes_one_song_per_idempotency_key(composer: Engine, creator: User) -> None:
    client = api_client(creator)
    body = {"prompt": "a slow waltz", "seconds": 30}
    answers = [
        client.post("/api/v1/generations", body, format="json", headers={"Idempotency-Key": "one"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert Job.objects.count() == 1


@pytest.mark.parametrize("key", ["é", "a\x7f", "x" * 81])
def test_the_api_refuses_keys_that_are_none(composer: Engine, creator: User, key: str) -> None:
    answer = api_client(creator).post(
        "/api/v1/generations", {"prompt": "a waltz"}, format="json", headers={"Idempotency-Key": key}
    )
    assert answer.status_code == 400
    assert not Job.objects.exists()


def test_pages_of_somebody_are_not_for_shared_caches(composer: Engine, browser: Client) -> None:
    assert browser.get("/studio/")["Cache-Control"] == "private"


def test_the_api_refuses_with_problem_details_by_field(composer: Engine, creator: User) -> None:
    answer = api_client(creator).post("/api/v1/generations", {"seconds": 9999, "prompt": "x"}, format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["errors"][0]["field"] == "seconds"
    assert not Job.objects.exists()


def test_the_api_wants_a_token_that_may_write(composer: Engine, creator: User) -> None:
    body = {"prompt": "a slow waltz"}
    assert api_client().post("/api/v1/generations", body, format="json").status_code == 401
    assert api_client(creator, "read").post("/api/v1/generations", body, format="json").status_code == 403
    assert not Job.objects.exists()


def test_the_api_lists_many_requests_in_as_many_queries_as_one(composer: Engine, creator: User) -> None:
    client = api_client(creator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/v1/generations").status_code == 200
        return len(captured)

    def ask() -> None:
        client.post("/api/v1/generations", {"prompt": "a waltz", "takes": 2}, format="json")

    ask()
    client.get("/api/v1/generations")  # notes the token's use, once a minute
    one = queries()
    for _ in range(4):
        ask()
    assert queries() == one


def test_a_take_that_was_tried_again_shows_its_latest_try_alone(
    composer: Engine, creator: User, browser: Client
) -> None:
    made = api_client(creator).post("/api/v1/generations", {"prompt": "a waltz"}, format="json").json()
    first = Job.objects.get()
    browser.post(f"/studio/takes/{first.id}/cancel/")
    browser.post(f"/studio/takes/{first.id}/retry/")
    second = Job.objects.exclude(id=first.id).get()
    assert [take["id"] for take in api_client(creator).get(f"/api/v1/generations/{made['id']}").json()["takes"]] == [
        str(second.id)
    ]
    page = browser.get("/studio/").content.decode()
    assert f"take-{second.id}" in page
    assert f"take-{first.id}" not in page


def test_requests_of_others_do_not_exist_in_the_api(composer: Engine, creator: User) -> None:
    made = api_client(creator).post("/api/v1/generations", {"prompt": "a waltz"}, format="json").json()
    assert api_client(make_user()).get(f"/api/v1/generations/{made['id']}").status_code == 404
    assert api_client(creator).get(f"/api/v1/generations/{made['id']}").status_code == 200
