"""The WebSocket: one's own jobs, live, and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import AnonymousUser

from apps.accounts.models import User
from apps.jobs.consumers import NOT_LOGGED_IN, JobsConsumer
from apps.jobs.models import Job
from apps.jobs.services.job_cancel import job_cancel
from tests.jobs.conftest import Steered, World, after

pytestmark = pytest.mark.django_db(transaction=True)


class Page:
    """A page that listens, as the server's protocol sees it."""

    def __init__(self, user: User | AnonymousUser) -> None:
        scope: dict[str, Any] = {
            "type": "websocket",
            "path": "/ws/jobs/",
            "headers": [],
            "query_string": b"",
            "user": user,
        }
        self._application: Any = ApplicationCommunicator(JobsConsumer.as_asgi(), scope)  # type: ignore[no-untyped-call]

    async def connect(self) -> None:
        await self._application.send_input({"type": "websocket.connect"})
        assert (await self._application.receive_output(10))["type"] == "websocket.accept"

    async def receive(self) -> dict[str, Any]:
        output: dict[str, Any] = await self._application.receive_output(10)
        return output

    async def message(self) -> dict[str, Any]:
        output = await self.receive()
        assert output["type"] == "websocket.send"
        message: dict[str, Any] = json.loads(output["text"])
        return message

    async def heard(self, job: Job, status: str) -> dict[str, Any]:
        """The first message that says this of the job; fails when none comes."""
        while True:
            message = await self.message()
            if (message["job"], message["status"]) == (str(job.id), status):
                return message

    async def send(self, **content: Any) -> None:
        await self._application.send_input({"type": "websocket.receive", **content})

    async def leave(self) -> None:
        await self._application.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._application.wait(10)


@pytest.fixture
def people(world: World) -> tuple[User, User]:
    return world.person("ada"), world.person("bob")


async def test_stranger_is_sent_away() -> None:
    page = Page(AnonymousUser())

    await page.connect()

    closed = await page.receive()
    assert (closed["type"], closed["code"]) == ("websocket.close", NOT_LOGGED_IN)


async def test_says_at_once_what_is_active_and_where_it_stands(
    world: World, people: tuple[User, User], steered: Steered
) -> None:
    await sync_to_async(world.submit)("bob", at=after(0))
    job = await sync_to_async(world.submit)("ada", at=after(1))
    page = Page(people[0])

    await page.connect()
    message = await page.heard(job, "queued")

    assert message["position"] == 2
    await page.leave()


async def test_hears_of_every_change_of_ones_own_and_nothing_else(
    world: World, people: tuple[User, User], steered: Steered
) -> None:
    page = Page(people[0])
    await page.connect()
    other = await sync_to_async(world.submit)("bob")

    job = await sync_to_async(world.submit)("ada")
    await page.heard(job, "queued")
    await sync_to_async(job_cancel)(job=other, now=after(1))
    await sync_to_async(job_cancel)(job=job, now=after(1))

    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["status"] != "cancelled":
        seen.append(await page.message())
    assert {message["job"] for message in seen} == {str(job.id)}
    assert set(seen[-1]) == {"job", "group", "status", "stage", "fraction", "position", "eta"}
    await page.leave()


async def test_whatever_a_page_sends_is_ignored(world: World, people: tuple[User, User]) -> None:
    page = Page(people[0])
    await page.connect()

    await page.send(text="{not json")
    await page.send(bytes=b"\x00")

    job = await sync_to_async(world.submit)("ada")
    await page.heard(job, "queued")
    await page.leave()
