"""How good a result is, on the page of its track: figures, verdict, pictures, and the stars of people."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs import handlers
from apps.library.models import Version
from apps.library.services.track_publish import track_publish
from apps.voices.models import Rating, Swap
from apps.voices.tasks.swap import SwapHandler
from inference.quality.model import Card, Metric
from inference.swapping.model import Swapped, SwapTask
from tests.voices.conftest import POOR, Prepared, Stage
from tests.world import make_user

MEASURED = Card(
    (
        Metric("f0_rmse", 23.4, "cents", "pitch by another estimator", good=True),
        Metric("mos", 2.91, "", "a prediction by a network", good=False, baseline=3.37),
        Metric("wer", None, "", "words against the lyrics", reason="No recogniser is installed here."),
        Metric("snr", 31.25, "dB", "a proxy", good=True, baseline=33.0),
        Metric("rms", -18.2, "dBFS", "of the whole", good=True),
    ),
    "Fair: it sounds less natural than the source.",
    poor=False,
)
PICTURE = b"\x89PNG\r\n\x1a\n"


class Drawn(Prepared):
    """A pipeline that draws a picture as well."""

    def __call__(
        self, task: SwapTask, *, on_progress: Callable[[str, float], None], should_stop: Callable[[], bool]
    ) -> Swapped:
        swapped = super().__call__(task, on_progress=on_progress, should_stop=should_stop)
        if task.span is None:
            (task.folder / "quality" / "pitch.png").write_bytes(PICTURE)
        return swapped


@pytest.fixture
def drawn(stage: Stage) -> Drawn:
    """What the stage's worker delivers."""
    pipeline = Drawn(stage.world.song, cards=[MEASURED])
    handlers.register(SwapHandler(pipeline))
    return pipeline


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(version: Version) -> str:
    return f"{reverse('track', args=[version.track_id])}?version={version.id}"


def card_of(client: Client, version: Version) -> str:
    """The card on the version's page, with spaces as they are read; empty where there is none."""
    answer = client.get(page_of(version))
    assert answer.status_code == 200
    found = re.search(r'<section class="panel quality".*?</section>', answer.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def result_of(swap: Swap) -> Version:
    assert swap.result is not None
    return swap.result


def rate(client: Client, version: Version, stars: str, **headers: str) -> Any:
    return client.post(reverse("version-rate", args=[version.id]), {"stars": stars}, headers=headers)


def test_what_was_measured_is_told_with_units_and_what_was_not_with_its_reason(stage: Stage, drawn: Drawn) -> None:
    version, client = result_of(stage.made()), browser_of(stage.owner)
    shown = card_of(client, version)
    assert MEASURED.verdict in shown
    assert "Pitch error 23 cents" in shown
    assert "Predicted MOS 2.9 of 5 , fair source 3.4 of 5" in shown
    assert "Word error rate not measured No recogniser is installed here." in shown
    assert "31.2 dB" in shown
    assert "−18.2 dBFS" in shown
    assert "pitch by another estimator" in shown
    assert f"Version {MEASURED.version} of the measuring" in shown

    # and the pictures that were drawn can be seen
    page = client.get(page_of(version)).content.decode()
    (address,) = set(re.findall(r'<img src="(/api/v1/versions/[^"]*/quality/[^"]*)"', page))
    assert b"".join(client.get(address)) == PICTURE

    # what it was made from has no card
    assert card_of(client, stage.version) == ""


def test_a_poor_result_warns_and_says_whether_it_was_charged(stage: Stage, settings: Settings) -> None:
    # given two poor results, of which one is free in a month
    settings.VOICE_POOR_FREE_MONTHLY = 1
    stage.pipeline.cards = [POOR]
    free, charged = result_of(stage.made()), result_of(stage.made())
    client = browser_of(stage.owner)
    assert f"{POOR.verdict} It was not charged." in card_of(client, free)
    assert f"{POOR.verdict} It was charged" in card_of(client, charged)

    # then whoever listens reads the warning, and nothing about money
    track_publish(track=charged.track, visibility="public", now=timezone.now())
    seen = card_of(Client(), charged)
    assert POOR.verdict in seen
    assert "charged" not in seen


def test_people_rate_a_result_change_their_minds_and_take_it_back(stage: Stage, drawn: Drawn) -> None:
    version = result_of(stage.made())
    track_publish(track=version.track, visibility="public", now=timezone.now())
    ada, bo = browser_of(stage.owner), browser_of(make_user())
    assert "Nobody has rated it yet." in card_of(ada, version)

    assert rate(ada, version, "2").status_code == 302
    part = rate(bo, version, "5", **{"HX-Request": "true"}).content.decode()
    assert "<!doctype" not in part
    assert re.search(r'value="5" checked', part)
    assert "3.5 of 5, by 2 listeners" in card_of(ada, version)

    rate(ada, version, "4")
    assert "4.5 of 5, by 2 listeners" in card_of(bo, version)
    rate(ada, version, "")
    assert "5.0 of 5, by 1 listener" in card_of(bo, version)
    assert "Log in to rate it." in card_of(Client(), version)


def test_nobody_rates_what_they_cannot_hear_or_what_is_no_result(stage: Stage, drawn: Drawn) -> None:
    version, owner = result_of(stage.made()), browser_of(stage.owner)
    assert rate(browser_of(make_user()), version, "1").status_code == 404
    assert rate(Client(), version, "1").status_code == 302
    assert rate(owner, stage.version, "1").status_code == 404
    for stars in ("0", "6", "x", "1.5"):
        assert rate(owner, version, stars).status_code == 404
    assert not Rating.objects.exists()


def test_the_page_costs_the_same_whoever_rated(stage: Stage, drawn: Drawn) -> None:
    version, client = result_of(stage.made()), browser_of(stage.owner)

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            client.get(page_of(version))
        return len(made)

    queries()
    before = queries()
    for _ in range(3):
        Rating.objects.create(version=version, user=make_user(), stars=3, rated_at=timezone.now())
    assert queries() == before


def test_a_card_that_nobody_can_read_any_more_is_left_out(stage: Stage, drawn: Drawn) -> None:
    swap = stage.made()
    Swap.objects.filter(id=swap.id).update(card={"metrics": "of old"})
    assert card_of(browser_of(stage.owner), result_of(swap)) == ""


def test_a_swap_and_karaoke_are_offered_for_what_somebody_sings_to_its_owner_alone(stage: Stage) -> None:
    track_publish(track=stage.version.track, visibility="public", now=timezone.now())
    offer = reverse("swap", args=[stage.version.id])
    assert offer in browser_of(stage.owner).get(page_of(stage.version)).content.decode()
    assert offer not in Client().get(page_of(stage.version)).content.decode()
    played = stage.world.version(owner=stage.owner, title="Played", instrumental=True)
    assert reverse("swap", args=[played.id]) not in browser_of(stage.owner).get(page_of(played)).content.decode()
