"""The API of jobs: one's own and nobody else's, cancel, retry, clear errors."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.jobs.handlers import Failure
from apps.jobs.models import Job
from apps.jobs.services.job_finish import job_fail
from tests.jobs.conftest import Steered, World, after

pytestmark = pytest.mark.django_db
URL = "/api/v1/jobs"


@pytest.fixture
def ada(world: World) -> Client:
    """Ada's browser."""
    client = Client()
    client.force_login(world.person("ada"))
    return client


def fail(world: World) -> Job:
    """A job of Ada's that failed for good."""
    world.submit("ada")
    (job,) = world.claim()
    job_fail(job=job, failure=Failure("permanent", "Too long."), permanent=True, now=after(1))
    return Job.objects.get(pk=job.id)


def test_lists_own_jobs_newest_first_with_their_places(world: World, ada: Client) -> None:
    first, second = world.submit("ada", at=after(0)), world.submit("ada", at=after(1))
    world.submit("bob")

    results = ada.get(URL).json()["results"]

    assert [job["id"] for job in results] == [str(second.id), str(first.id)]
    assert [job["position"] for job in results] == [3, 1]
    assert results[0]["status"] == "queued"
    assert "payload" not in results[0]


def test_filters_by_ids_group_and_status(world: World, ada: Client, steered: Steered) -> None:
    failed, queued, others = fail(world), world.submit("ada"), world.submit("bob")

    def listed(**query: str) -> list[str]:
        return [job["id"] for job in ada.get(URL, query).json()["results"]]

    assert listed(ids=f"{queued.id},{others.id}") == [str(queued.id)]
    assert listed(group=str(failed.group)) == [str(failed.id)]
    assert listed(status="failed,cancelled") == [str(failed.id)]


@pytest.mark.parametrize(
    "query",
    [
        {"ids": "nonsense"},
        {"group": "nonsense"},
        {"status": "sleeping"},
        {"ids": ",".join(str(uuid4()) for _ in range(51))},
    ],
)
def test_nonsense_in_the_query_is_a_clear_error(ada: Client, query: dict[str, str]) -> None:
    answer = ada.get(URL, query)

    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    assert next(iter(query)) in answer.content.decode()


def test_number_of_queries_does_not_grow_with_jobs(world: World, ada: Client) -> None:
    counts = []
    for wanted in (2, 9):
        while Job.objects.count() < wanted:
            world.submit("ada")
        with CaptureQueriesContext(connection) as captured:
            assert len(ada.get(URL).json()["results"]) == wanted
        counts.append(len(captured.captured_queries))

    assert counts[0] == counts[1] <= 9


def test_cancels_once_and_says_so_again(world: World, ada: Client, steered: Steered) -> None:
    job = world.submit("ada")

    for _ in range(2):
        answer = ada.post(f"{URL}/{job.id}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")

    assert len(steered.failures) == 1


def test_retries_a_failed_job_once(world: World, ada: Client, steered: Steered) -> None:
    failed = fail(world)
    assert ada.get(f"{URL}/{failed.id}").json()["error"] == "Too long."

    answers = [ada.post(f"{URL}/{failed.id}/retry") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert answers[0].json()["retry_of"] == str(failed.id)
    assert Job.objects.count() == 2


def test_retry_of_a_job_that_waits_is_refused(world: World, ada: Client) -> None:
    job = world.submit("ada")

    answer = ada.post(f"{URL}/{job.id}/retry")

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("job-not-retryable")
    assert Job.objects.count() == 1


@pytest.mark.parametrize("path", ["", "cancel/", "retry/"])
def test_jobs_of_others_are_not_there(world: World, ada: Client, path: str) -> None:
    job = world.submit("bob")

    answer = ada.post(f"{URL}/{job.id}/{path}") if path else ada.get(f"{URL}/{job.id}")

    assert answer.status_code == 404
    job.refresh_from_db()
    assert job.status == "queued"


def test_nobody_in_particular_has_no_jobs(world: World) -> None:
    job = world.submit("ada")

    for answer in (Client().get(URL), Client().post(f"{URL}/{job.id}/cancel")):
        assert answer.status_code in {401, 403}
    job.refresh_from_db()
    assert job.status == "queued"


def test_errors_of_attempts_are_not_shown_while_there_is_hope(world: World, ada: Client, steered: Steered) -> None:
    world.submit("ada")
    (job,) = world.claim()
    job_fail(job=job, failure=Failure("internal", "Something went wrong."), permanent=False, now=after(1))

    shown = ada.get(f"{URL}/{job.id}").json()

    assert (shown["status"], shown["error"], shown["attempt"]) == ("queued", "", 1)
