"""What a link to a track unfolds to elsewhere, and what it never gives away."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from apps.library.models import Track
from apps.library.services.track_publish import track_publish
from apps.library.services.track_take_down import track_take_down
from tests.library.conftest import World

SITE = "http://testserver"


class Head(HTMLParser):
    """The meta properties and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.frames: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "meta":
            self.meta[found.get("property") or found.get("name") or ""] = found.get("content") or ""
        if tag == "link" and found.get("type"):
            self.links[found["type"] or ""] = found.get("href") or ""
        if tag == "iframe":
            self.frames.append(found)


class Fields(HTMLParser):
    """What the input fields of a page hold, by id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("id"):
            self.values[found["id"] or ""] = found.get("value") or ""


def head_of(track: Track) -> Head:
    return Head(Client().get(reverse("track", args=[track.id])).content.decode())


def oembed(track: Track, **query: str | int) -> dict[str, object]:
    page = f"{SITE}{reverse('track', args=[track.id])}"
    answer = Client().get("/api/v1/oembed", {"url": page, **query})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_public_link_unfolds_with_title_cover_and_player(world: World) -> None:
    track = world.track("public", title="Snow & <Ice>")

    head = head_of(track)

    assert head.meta["og:title"] == "Snow & <Ice>"
    cover = Client().get(urlsplit(head.meta["og:image"]).path)
    assert Image.open(io.BytesIO(cover.content)).size == (640, 640)
    assert Client().get(urlsplit(head.meta["twitter:player"]).path).status_code == 200
    assert head.meta["twitter:card"] == "player"


def test_the_sound_behind_the_link_is_the_public_mp3(world: World) -> None:
    track = world.track("public")

    answer = Client().get(urlsplit(head_of(track).meta["og:audio"]).path)

    assert answer.status_code == 302
    assert re.fullmatch(rf"/media/\d+/-/[\w-]+/{track.current_version_id}/track.mp3", answer["Location"])
    assert answer["Cache-Control"] == "no-store"


def test_the_page_says_where_its_oembed_is_and_that_holds_a_frame(world: World) -> None:
    track = world.track("public", title='A "quoted" song')

    answer = Client().get(head_of(track).links["application/json+oembed"].removeprefix(SITE))

    said = answer.json()
    assert (said["version"], said["type"], said["title"]) == ("1.0", "rich", 'A "quoted" song')
    (frame,) = Head(said["html"]).frames
    assert frame["src"] == f"{SITE}{reverse('track-embed', args=[track.id])}"
    assert (int(frame["width"] or 0), int(frame["height"] or 0)) == (said["width"], said["height"])
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_the_owner_can_copy_the_frame_as_it_is(world: World) -> None:
    track = world.track("public", title='A "quoted" song')
    client = Client()
    client.force_login(world.owner)

    page = Fields(client.get(reverse("track", args=[track.id])).content.decode())

    (frame,) = Head(page.values["share-code"]).frames
    assert frame["src"] == f"{SITE}{reverse('track-embed', args=[track.id])}"
    assert page.values["share-url"] == f"{SITE}{reverse('track', args=[track.id])}"


def test_the_frame_is_never_larger_than_asked(world: World) -> None:
    track = world.track("public")

    small = oembed(track, maxwidth=300, maxheight=80)

    assert (small["type"], small["width"], small["height"]) == ("rich", 300, 80)
    assert "thumbnail_url" not in small
    assert oembed(track, maxwidth=100)["type"] == "link"


@pytest.mark.parametrize("name", ["maxwidth", "maxheight"])
@pytest.mark.parametrize("value", ["0", "-1", "wide", "1e9", "99999999999", "²"])
def test_a_size_that_is_none_is_said(world: World, name: str, value: str) -> None:
    track = world.track("public")

    answer = Client().get("/api/v1/oembed", {"url": f"{SITE}/tracks/{track.id}/", name: value})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [name]


def test_only_the_embedded_player_may_be_framed(world: World) -> None:
    track = world.track("public")

    framed = Client().get(reverse("track-embed", args=[track.id]))
    page = Client().get(reverse("track", args=[track.id]))

    assert "frame-ancestors *" in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_unlisted_link_shows_title_and_cover_but_has_no_player_elsewhere(world: World) -> None:
    track = world.track("unlisted")

    head, said = head_of(track), oembed(track)

    assert Client().get(urlsplit(head.meta["og:image"]).path).status_code == 200
    assert head.meta["twitter:card"] == "summary"
    assert "og:audio" not in head.meta
    assert said["type"] == "link"
    assert "html" not in said
    for name in ("track-embed", "track-audio"):
        assert Client().get(reverse(name, args=[track.id])).status_code == 404


@pytest.mark.parametrize("fate", ["private", "taken down"])
def test_what_nobody_else_may_see_gives_nothing_away(world: World, fate: str) -> None:
    track = world.track("public", title="Hidden Lake")
    if fate == "private":
        track_publish(track=track, visibility="private", now=timezone.now())
    else:
        track_take_down(track=track, operator=world.operator, reason="A copy.", now=timezone.now())

    answers = [Client().get(reverse(name, args=[track.id])) for name in ("track-cover", "track-audio", "track-embed")]
    answers.append(Client().get("/api/v1/oembed", {"url": f"{SITE}/tracks/{track.id}/"}))

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not any(b"Hidden Lake" in answer.content for answer in answers)


def test_the_owner_of_a_private_song_is_told_no_address_for_others(world: World) -> None:
    track = world.track("private")
    client = Client()
    client.force_login(world.owner)

    head = Head(client.get(reverse("track", args=[track.id])).content.decode())

    assert not {"og:image", "og:audio", "twitter:player"} & set(head.meta)
    assert "application/json+oembed" not in head.links


@pytest.mark.parametrize(
    "address",
    ["", "https://elsewhere.example/tracks/{id}/", "{site}/library/", "{site}/", "//", "javascript:1", "{id}"],
)
def test_other_addresses_have_no_answer(world: World, address: str) -> None:
    track = world.track("public")

    answer = Client().get("/api/v1/oembed", {"url": address.format(site=SITE, id=track.id)})

    assert answer.status_code == 404


def test_xml_is_refused_as_the_protocol_says(world: World) -> None:
    track = world.track("public")

    answer = Client().get("/api/v1/oembed", {"url": f"{SITE}/tracks/{track.id}/", "format": "xml"})

    assert answer.status_code == 501
    assert json.loads(answer.content)["type"].endswith("format-not-available")


def test_a_cover_that_is_known_is_not_sent_again(world: World) -> None:
    track = world.track("public")
    address = reverse("track-cover", args=[track.id])
    first = Client().get(address)

    again = Client().get(address, headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
