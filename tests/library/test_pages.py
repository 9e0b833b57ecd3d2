"""The library's pages: who sees what, and what an owner can do there."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.library.models import Track
from apps.library.services.track_publish import track_publish
from apps.library.services.track_take_down import track_take_down
from apps.library.services.track_trash import track_trash
from tests.library.conftest import NOW, World

ACTIONS = ("rename", "visibility", "current", "trash", "restore")


@pytest.fixture
def ada(world: World) -> Client:
    """The owner's browser."""
    client = Client()
    client.force_login(world.owner)
    return client


@pytest.fixture
def bo(world: World) -> Client:
    """Somebody else's browser."""
    client = Client()
    client.force_login(world.other)
    return client


def track_page(track: Track) -> str:
    return reverse("track", args=[track.id])


class Page(Protocol):
    """An answer with a body."""

    @property
    def content(self) -> bytes: ...


def text(response: Page) -> str:
    return response.content.decode()


def test_private_track_is_not_there_for_others(world: World, ada: Client, bo: Client, client: Client) -> None:
    track = world.track("private", title="Hidden Lake")

    assert ada.get(track_page(track)).status_code == 200
    for stranger in (bo, client):
        response = stranger.get(track_page(track))
        assert response.status_code == 404
        assert "Hidden Lake" not in text(response)


def test_public_track_is_whole_for_a_visitor_and_sets_no_cookie(world: World, client: Client) -> None:
    track = world.track("public", title="Open Lake")

    response = client.get(track_page(track))

    page = text(response)
    assert response.status_code == 200
    assert ">Open Lake</h1>" in page
    assert 'property="og:title" content="Open Lake"' in page
    assert "data-rename-start" not in page
    assert not response.cookies


def test_visitor_cannot_reach_an_older_version(world: World, ada: Client, client: Client) -> None:
    first = world.version()
    world.version(track=first.track, parent=first, operation="variation")
    track = track_publish(track=first.track, visibility="public", now=NOW)
    address = f"{track_page(track)}?version={first.id}"

    assert ada.get(address).status_code == 200
    assert client.get(address).status_code == 404


def test_tree_shows_every_version_to_its_owner(world: World, ada: Client) -> None:
    first = world.version()
    second = world.version(track=first.track, parent=first, operation="variation")

    page = text(ada.get(track_page(first.track)))

    assert page.count("tree-node") >= 2
    assert f'data-parent="{first.id}"' in page
    assert f'data-version="{second.id}"' in page
    assert "Variation of v1" in page


def test_missing_measures_say_so(world: World, ada: Client) -> None:
    track = world.track(loudness_lufs=None, measured_tempo=None)

    page = text(ada.get(track_page(track)))

    assert page.count("not measured") == 2


def test_taken_down_track_says_why_to_its_owner_alone(world: World, ada: Client, client: Client) -> None:
    track = world.track("public")
    track_take_down(track=track, operator=world.operator, reason="It copies a hymn.", now=NOW)

    assert "It copies a hymn." in text(ada.get(track_page(track)))
    assert client.get(track_page(track)).status_code == 404


def test_titles_are_text_everywhere(world: World, ada: Client) -> None:
    track = world.track("public", title='<script>alert(1)</script>" onload="x')

    for address in (track_page(track), reverse("library"), reverse("home")):
        page = text(ada.get(address))
        assert "<script>alert(1)" not in page
        assert '" onload="x"' not in page


def test_rename_answers_the_title_to_htmx(world: World, ada: Client) -> None:
    track = world.track()
    address = reverse("track-rename", args=[track.id])

    response = ada.post(address, {"title": "  Night   Ferry "}, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert ">Night Ferry</h1>" in text(response)
    assert "<html" not in text(response)
    track.refresh_from_db()
    assert track.title == "Night Ferry"


def test_bad_title_changes_nothing_and_keeps_what_was_typed(world: World, ada: Client) -> None:
    track = world.track(title="Snow")

    response = ada.post(reverse("track-rename", args=[track.id]), {"title": "x" * 121}, headers={"HX-Request": "true"})

    assert response.status_code == 422
    assert "at most 120 fit" in text(response)
    assert "x" * 121 in text(response)
    track.refresh_from_db()
    assert track.title == "Snow"


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_are_the_owners_alone(world: World, bo: Client, client: Client, action: str) -> None:
    track = world.track("public")
    before = Track.objects.values().get(id=track.id)
    address = reverse(f"track-{action}", args=[track.id])
    form = {"title": "Mine", "visibility": "private", "version": str(track.current_version_id)}

    assert bo.post(address, form).status_code == 404
    assert client.post(address, form).status_code == 302
    assert bo.get(address).status_code == 405

    assert Track.objects.values().get(id=track.id) == before


def test_visibility_is_changed_and_said(world: World, ada: Client) -> None:
    track = world.track()

    response = ada.post(reverse("track-visibility", args=[track.id]), {"visibility": "public"}, follow=True)

    assert "everyone finds it on Discover" in text(response)
    track.refresh_from_db()
    assert track.visibility == "public"


def test_unknown_visibility_changes_nothing(world: World, ada: Client) -> None:
    track = world.track()

    response = ada.post(reverse("track-visibility", args=[track.id]), {"visibility": "secret"}, follow=True)

    assert "private, unlisted or public" in text(response)
    track.refresh_from_db()
    assert track.visibility == "private"


def test_trash_and_back(world: World, ada: Client) -> None:
    track = world.track(title="Snow")

    thrown = ada.post(reverse("track-trash", args=[track.id]), follow=True)
    assert "row-trash" in text(thrown)
    assert "library-row" not in text(thrown)

    back = ada.post(reverse("track-restore", args=[track.id]), follow=True)
    assert "row-trash" not in text(back)
    assert "library-row" in text(back)


def test_several_at_once_skips_what_is_not_ones_own(world: World, ada: Client) -> None:
    mine = [world.track(), world.track()]
    theirs = world.track(owner=world.other)

    response = ada.post(
        reverse("library-selected"),
        {"action": "public", "track": [str(track.id) for track in (*mine, theirs)]},
        follow=True,
    )

    assert "2 songs now public." in text(response)
    assert set(Track.objects.filter(visibility="public")) == set(mine)


@pytest.mark.parametrize("form", [{"action": "purge"}, {"action": "trash", "track": "nonsense"}])
def test_nonsense_selection_is_refused(world: World, ada: Client, form: dict[str, str]) -> None:
    track = world.track()

    assert ada.post(reverse("library-selected"), form).status_code == 404
    track.refresh_from_db()
    assert track.trashed_at is None


def test_selection_comes_back_to_this_site_alone(world: World, ada: Client) -> None:
    form = {"action": "private", "next": "https://elsewhere.example/"}

    assert ada.post(reverse("library-selected"), form).headers["Location"] == reverse("library")


def test_empty_library_offers_the_next_step_and_something_to_hear(world: World, ada: Client) -> None:
    world.track("public", owner=world.other, title="Heard Before")

    page = text(ada.get(reverse("library")))

    assert "Make your first song" in page
    assert "Heard Before" in page


def test_library_pages_by_cursor_and_forgives_a_bad_one(world: World, ada: Client) -> None:
    world.track(title="Earliest", now=NOW - timedelta(days=1))
    Track.objects.bulk_create(Track(owner=world.owner, title=f"Song {n}", created_at=NOW) for n in range(30))

    page = ada.get(reverse("library"))
    assert "Earliest" not in text(page)
    rest = ada.get(page.context["more"])
    assert text(rest).count('name="track"') == 1
    assert "Earliest" in text(rest)
    assert ada.get(reverse("library"), {"cursor": "x"}).headers["Location"] == reverse("library")


def test_library_takes_a_fixed_number_of_queries(
    world: World, ada: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    track_trash(track=world.track(), now=timezone.now())
    for count in (1, 3):
        for _ in range(count):
            world.track()
        with django_assert_num_queries(10):
            ada.get(reverse("library"))


def test_track_page_takes_a_fixed_number_of_queries(
    world: World, ada: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    version = world.version()
    for _ in range(3):
        with django_assert_num_queries(10):
            ada.get(track_page(version.track))
        version = world.version(track=version.track, parent=version, operation="variation")


@pytest.mark.parametrize("query", ["'", "a & b | !c", "\x00", "🎷 ünï", "x" * 5000, "<b>"])
def test_any_search_is_answered(world: World, ada: Client, query: str) -> None:
    world.track()

    assert "<h1>Library</h1>" in text(ada.get(reverse("library"), {"q": query}))


def test_visitor_comes_back_to_the_page_an_action_stood_on(world: World, client: Client) -> None:
    track = world.track("public")
    address = reverse("track-trash", args=[track.id])

    for referer, back in (
        (f"http://testserver{track_page(track)}", track_page(track)),
        ("https://x.example/a", "/library/"),
    ):
        response = client.post(address, headers={"Referer": referer})
        assert response.headers["Location"].endswith(f"?next={back}")
