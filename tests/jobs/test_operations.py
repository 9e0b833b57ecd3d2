"""The operators' page: what is going on, and limits that are changed with a reason."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.jobs.handlers import Failure
from apps.jobs.models import EngineLimit
from apps.jobs.selectors import operations
from apps.jobs.services.job_finish import job_fail
from apps.jobs.services.jobs_beat import worker_beat
from tests.jobs.conftest import Steered, Wakes, World, after, limit

pytestmark = pytest.mark.django_db
URL = "/operations/jobs/"


@pytest.fixture
def operator(world: World) -> Client:
    """An operator's browser."""
    client = Client()
    client.force_login(User.objects.create_user("operator@example.org", is_staff=True))
    return client


def test_shows_queues_running_jobs_failures_workers_and_limits(
    world: World, operator: Client, steered: Steered
) -> None:
    world.submit("ada", engine="first")
    (job,) = world.claim()
    job_fail(job=job, failure=Failure("permanent", "Too <long>."), permanent=True, now=after(1))
    world.submit("ada", engine="second")
    world.claim(worker="machine-7")
    world.submit("paid", engine="third")
    worker_beat(name="machine-7", capabilities=["cpu"], slots=2)

    page = operator.get(URL).content.decode()

    for shown in ("Too &lt;long&gt;.", "machine-7", "first", "second", "third", "paid"):
        assert shown in page


def test_takes_a_fixed_number_of_queries(world: World) -> None:
    for number in range(4):
        world.submit(f"person{number}", engine=f"engine{number}")
    world.claim(2)

    with CaptureQueriesContext(connection) as captured:
        operations(after(1))

    assert len(captured.captured_queries) == 9


@pytest.mark.django_db(transaction=True)
def test_raised_limit_is_kept_with_its_reason_and_wakes_workers(world: World, operator: Client, wakes: Wakes) -> None:
    world.submit()
    row = limit(at_once=0)
    wakes.clear()

    answer = operator.post(f"{URL}limits/{row.pk}/", {"max_running": "4", "reason": "Two more cores."})

    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.max_running, row.reason) == (4, "Two more cores.")
    assert row.changed_by is not None
    assert wakes.count() == 1
    assert len(world.claim()) == 1


def test_engine_is_kept_for_a_plan_with_its_reason_and_what_was_before_is_still_told(
    world: World, operator: Client
) -> None:
    world.submit()
    row = limit(at_once=2)

    operator.post(f"{URL}limits/{row.pk}/", {"max_running": "1", "plans": ["pro"], "reason": "One graphics card."})
    operator.post(f"{URL}limits/{row.pk}/", {"max_running": "", "reason": "There are four now."})

    row.refresh_from_db()
    assert (row.max_running, row.plans, row.reason) == (None, [], "There are four now.")
    told = [(change.max_running, change.plans, change.reason) for change in operations(after(1)).limit_changes]
    assert told == [(None, [], "There are four now."), (1, ["pro"], "One graphics card.")]
    page = operator.get(URL).content.decode()
    assert "One graphics card." in page


@pytest.mark.parametrize(
    "form",
    [
        {"max_running": "4"},
        {"max_running": "-1", "reason": "x"},
        {"max_running": "many", "reason": "x"},
        {"max_running": "4", "plans": ["nobody's"], "reason": "x"},
    ],
)
def test_limit_without_reason_or_sense_is_not_changed(world: World, operator: Client, form: dict[str, str]) -> None:
    world.submit()
    row = limit(at_once=2)

    operator.post(f"{URL}limits/{row.pk}/", form)

    assert EngineLimit.objects.get().max_running == 2


def test_others_see_nothing(world: World) -> None:
    world.submit()
    row = limit(at_once=2)
    ada = Client()
    ada.force_login(world.person("ada"))

    for client in (Client(), ada):
        assert client.get(URL).status_code == 302
        assert client.post(f"{URL}limits/{row.pk}/", {"max_running": "9", "reason": "mine"}).status_code == 302

    assert EngineLimit.objects.get().max_running == 2


def test_prometheus_sees_what_waits_runs_and_is_free(world: World) -> None:
    for _ in range(3):
        world.submit("paid")
    world.claim(worker="w1")
    worker_beat(name="w1", capabilities=["cpu"], slots=4)

    shown = Client().get("/metrics").content.decode()

    assert 'refrain_jobs_queued{capability="cpu",class="paid",engine="composer"} 2.0' in shown
    assert 'refrain_jobs_running{capability="cpu",engine="composer"} 1.0' in shown
    assert 'refrain_places_free{capability="cpu"} 3.0' in shown
