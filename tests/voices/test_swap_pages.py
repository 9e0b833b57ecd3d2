"""The pages of a swap: who gets in, what they show, what is refused and how that is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.jobs.models import Job
from apps.library.services.track_trash import track_trash
from apps.voices import catalogue
from apps.voices.models import Swap
from apps.voices.tasks.announce import voices_announce
from tests.library.conftest import World
from tests.voices.browsing import logged_in, queries
from tests.voices.conftest import POOR, Prepared, Stage, ready_voice
from tests.world import make_user, restore_plans

NOWHERE = "0f000000-0000-7000-8000-000000000000"


@pytest.fixture
def shop(db: None, make_world: Callable[[], World]) -> Stage:
    """Somebody with a sung song and no worker, inside a test's transaction."""
    restore_plans()
    world, owner = make_world(), make_user()
    voices_announce(now=timezone.now())
    version = world.version(owner=owner, lyrics="Snow falls on the lake", instrumental=False)
    return Stage(world, owner, version, Prepared(world.song))


def form(kind: str = "swap", **changes: Any) -> dict[str, Any]:
    plain = {"request_key": str(uuid4()), "kind": kind, "performer": "cedar", "handling": "fit", "start": "0"}
    return plain | changes


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/voices/swap/", f"/voices/swap/{NOWHERE}/", f"/voices/karaoke/{NOWHERE}/"])
def test_who_wants_a_song_sung_logs_in_and_comes_back(client: Client, page: str) -> None:
    answer = client.get(f"{page}?performer=cedar")
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={page}%3Fperformer%3Dcedar"


def test_the_songs_to_choose_from_are_ones_own_with_a_voice_in_them(shop: Stage) -> None:
    browser = logged_in(shop.owner)
    shop.world.version(owner=shop.owner, title="Hummed", instrumental=True)
    shop.world.version(owner=shop.owner, title="Sent", instrumental=True, operation="upload")
    shop.world.version(title="Theirs", instrumental=False)

    page = browser.get("/voices/swap/?performer=cedar").content.decode()

    assert "should Cedar sing" in page
    assert f"/voices/swap/{shop.version.id}/?performer=cedar" in page
    assert "Sent" in page
    assert "Hummed" not in page
    assert "Theirs" not in page


def test_the_page_of_a_swap_has_performers_prices_and_the_one_that_was_chosen(shop: Stage) -> None:
    browser = logged_in(shop.owner)
    page = browser.get(f"/voices/swap/{shop.version.id}/?performer=cedar&handling=keep").content.decode()
    assert len(re.findall('name="performer"', page)) == 12
    assert re.search(r'value="cedar" checked', page)
    assert re.search(r'value="keep" checked', page)
    assert re.search(r"Swap<span[^>]*> the voice</span> · 1 credit\b", page)
    assert "Hear a preview · free" in page


def test_ones_own_voice_and_the_one_asked_for_are_offered_however_many_there_are(
    shop: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "BESIDE_A_SONG", 1)
    others = make_user()
    mine = ready_voice(shop.owner)
    asked = ready_voice(others, visibility="public")
    newest = ready_voice(others, visibility="public")
    browser = logged_in(shop.owner)
    page = browser.get(f"/voices/swap/{shop.version.id}/?performer={asked.id}").content.decode()
    for voice in (mine, asked, newest):
        assert page.count(f'value="{voice.id}"') == 1
    assert f'value="{asked.id}" checked' in page


def test_the_page_of_a_swap_costs_the_same_queries_however_much_is_there(stage: Stage) -> None:
    browser = logged_in(stage.owner)
    address = f"/voices/swap/{stage.version.id}/"
    stage.made("preview")
    stage.made("swap")
    ready_voice(make_user(), visibility="public")
    few = queries(browser, address)
    for _ in range(2):
        stage.made("preview")
        stage.made("swap", performer="larch")
        ready_voice(make_user(), visibility="public")
    assert queries(browser, address) == few


@pytest.mark.parametrize("kind", ["preview", "swap"])
def test_the_form_becomes_one_job_however_often_it_is_sent(shop: Stage, kind: str) -> None:
    browser = logged_in(shop.owner)
    sent = form(kind)
    address = f"/voices/swap/{shop.version.id}/"
    for _ in range(2):
        answer = browser.post(address, sent, headers={"HX-Request": "true"})
        assert answer.status_code == 200
    swap = Swap.objects.get()
    assert (swap.kind, swap.built_in, swap.handling) == (kind, "cedar", "fit")
    assert Job.objects.count() == 1
    # the answer is the new line and a form with a key of its own
    page = answer.content.decode()
    assert f"swap-{swap.id}" in page
    assert sent["request_key"] not in page
    assert answer["HX-Trigger"] == "credits-changed"


def test_without_scripts_the_form_works_as_well(shop: Stage) -> None:
    browser = logged_in(shop.owner)
    answer = browser.post(f"/voices/swap/{shop.version.id}/", form())
    assert (answer.status_code, answer["Location"]) == (302, f"/voices/swap/{shop.version.id}/")
    assert "Sung by Cedar" in browser.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"performer": ""}, "Choose who sings"),
        ({"performer": "nobody"}, "no such performer for you"),
        ({"handling": "sideways"}, "what becomes of the key"),
        ({"kind": "preview", "start": "soon"}, "in seconds where the preview begins"),
        ({"kind": "preview", "start": "nan"}, "in seconds where the preview begins"),
        ({"kind": "preview", "start": "4000"}, "Choose a start within"),
        ({"kind": "karaoke"}, "cannot ask for that"),
        ({"performer": "ced\0ar"}, "Null characters"),
    ],
)
def test_bad_input_is_said_beside_the_button_and_makes_nothing(shop: Stage, changes: dict[str, Any], said: str) -> None:
    browser = logged_in(shop.owner)
    answer = browser.post(f"/voices/swap/{shop.version.id}/", form(**changes), headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Swap.objects.exists()
    assert not Job.objects.exists()


def test_a_private_voice_of_somebody_else_cannot_be_asked_for(shop: Stage) -> None:
    browser = logged_in(shop.owner)
    voice = ready_voice(make_user())
    answer = browser.post(
        f"/voices/swap/{shop.version.id}/", form(performer=str(voice.id)), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_who_has_too_few_credits_reads_how_many_and_where_to_get_them(shop: Stage) -> None:
    browser = logged_in(shop.owner)
    dear = shop.world.version(owner=shop.owner, title="Long", instrumental=False, seconds=600_000.0)
    answer = browser.post(f"/voices/swap/{dear.id}/", form(), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "too few" in page
    assert f"/wallet/credits/?next=/voices/swap/{dear.id}/" in page
    assert not Job.objects.exists()


@pytest.mark.parametrize("page", ["swap", "karaoke"])
@pytest.mark.parametrize(
    ("song", "status", "said"),
    [
        ("theirs", 404, "no such version among your tracks"),
        ("trash", 409, "in the trash"),
        ("instrumental", 409, "Nobody sings in this version"),
    ],
)
def test_a_song_that_cannot_be_sung_is_refused_in_a_sentence(
    shop: Stage, page: str, song: str, status: int, said: str
) -> None:
    browser = logged_in(shop.owner)
    version = {
        "theirs": lambda: shop.world.version(instrumental=False, title="Not yours"),
        "trash": lambda: shop.version,
        "instrumental": lambda: shop.world.version(owner=shop.owner),
    }[song]()
    if song == "trash":
        track_trash(track=version.track, now=timezone.now())
    for answer in (
        browser.get(f"/voices/{page}/{version.id}/"),
        browser.post(f"/voices/{page}/{version.id}/", form("karaoke" if page == "karaoke" else "swap")),
    ):
        assert answer.status_code == status
        assert said in answer.content.decode()
        assert "Not yours" not in answer.content.decode()
    assert not Job.objects.exists()


def test_a_preview_that_is_done_can_be_heard_beside_the_original(stage: Stage) -> None:
    browser = logged_in(stage.owner)
    swap = stage.made("preview")
    page = browser.get(f"/voices/swap/{stage.version.id}/").content.decode()
    assert f'data-preview="/api/v1/swaps/{swap.id}/preview"' in page
    assert f'data-of="{stage.version.id}"' in page
    # and a day later it is gone from the page
    Swap.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert str(swap.id) not in browser.get(f"/voices/swap/{stage.version.id}/").content.decode()


def test_a_swap_that_is_done_leads_to_its_version(stage: Stage) -> None:
    browser = logged_in(stage.owner)
    swap = stage.made("swap")
    page = browser.get(f"/voices/swaps/{swap.id}/").content.decode()
    assert swap.result is not None
    assert f'href="/tracks/{stage.version.track_id}/"' in page
    assert f'data-version="{swap.result.id}"' in page
    assert "Compare with the original" in page


def test_a_poor_result_is_shown_with_its_warning_and_what_was_charged(stage: Stage) -> None:
    browser = logged_in(stage.owner)
    stage.pipeline.cards = [POOR]
    swap = stage.made("swap")
    page = browser.get(f"/voices/swaps/{swap.id}/").content.decode()
    assert "The melody is lost." in page
    assert "It was not charged." in page


def test_a_karaoke_version_is_asked_for_with_a_method(shop: Stage) -> None:
    browser = logged_in(shop.owner)
    address = f"/voices/karaoke/{shop.version.id}/"
    assert "Make it · 1 credit" in browser.get(address).content.decode()
    sent = {"request_key": str(uuid4()), "kind": "karaoke", "method": "centre"}
    assert browser.post(address, sent, headers={"HX-Request": "true"}).status_code == 200
    swap = Swap.objects.get()
    assert (swap.kind, swap.method, swap.built_in) == ("karaoke", "centre", "")


def test_a_line_is_cancelled_and_tried_again_by_its_owner_alone(stage: Stage) -> None:
    browser = logged_in(stage.owner)
    swap = stage.ask()
    stranger = logged_in(make_user())
    for act in ("", "cancel/", "retry/"):
        ask: Callable[..., Any] = stranger.post if act else stranger.get
        assert ask(f"/voices/swaps/{swap.id}/{act}").status_code == 404
    assert Job.objects.get().cancel_requested_at is None

    # when its owner cancels it, twice
    for _ in range(2):
        answer = browser.post(f"/voices/swaps/{swap.id}/cancel/", headers={"HX-Request": "true"})
        assert "Cancelled. Nothing was made." in answer.content.decode()
    assert Job.objects.get().status == Job.Status.CANCELLED


def test_what_failed_by_our_fault_can_be_tried_again_and_what_cannot_succeed_not(stage: Stage) -> None:
    browser = logged_in(stage.owner)
    stage.pipeline.error = RuntimeError("a fault of ours")
    swap = stage.ask()
    Job.objects.update(max_attempts=1)
    stage.work()
    page = browser.get(f"/voices/swap/{stage.version.id}/").content.decode()
    assert "not charged" in page
    assert f"/voices/swaps/{swap.id}/retry/" in page

    stage.pipeline.error = None
    answer = browser.post(f"/voices/swaps/{swap.id}/retry/", headers={"HX-Request": "true"})
    assert 'data-state="moving"' in answer.content.decode()
    stage.work()
    assert Swap.objects.get().state == "done"

    # but not what another try would meet again
    gone = stage.ask("preview")
    Swap.objects.filter(id=gone.id).update(version=None)
    stage.work()
    page = browser.get(f"/voices/swaps/{gone.id}/").content.decode()
    assert "The song was deleted in the meantime." in page
    assert "/retry/" not in page
