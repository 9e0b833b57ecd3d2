"""The main walk of a creator, in a real browser, on a real site."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import av
import pytest
from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from embedded.site import Site
from tests.e2e.sound import hears_sound, playing_position, wait_until_past
from tests.e2e.steps import ask_for_song, create, sign_up, wait_for_song


def test_a_creator_makes_hears_varies_compares_downloads_and_publishes_a_song(
    page: Page, context: BrowserContext, live: Site, tmp_path: Path
) -> None:
    # given a new creator
    sign_up(page)

    # when they ask for a song and it is made
    ask_for_song(page, "a slow waltz for a snowy evening, piano", seconds=15)
    song = wait_for_song(page)

    # then they hear it: time goes on, and there is a signal
    song.get_by_role("button", name=re.compile("^Play")).click()
    assert hears_sound(page)

    # and it goes on while they open its page
    before = playing_position(page)
    song.locator("a").first.click()
    expect(page.get_by_role("heading", name="Asked and heard")).to_be_visible()
    wait_until_past(page, before)
    track = page.url

    # when they make a variation
    page.get_by_role("link", name="Variation").click()
    expect(page.get_by_role("heading", name=re.compile("^From "))).to_be_visible()
    create(page)
    wait_for_song(page)

    # then the track has two versions, which can be compared at the same position
    page.goto(track)
    expect(page.locator("[data-node]")).to_have_count(2)
    page.get_by_test_id("compare").click()
    expect(page.get_by_test_id("player-compare")).to_be_visible()
    assert hears_sound(page)

    # and downloaded, as a player elsewhere reads it
    for kind, read in (("FLAC", FLAC), ("MP3", MP3)):
        page.locator("summary", has_text="Download").click()
        with page.expect_download() as started:
            page.get_by_role("link", name=re.compile(kind)).first.click()
        path = tmp_path / started.value.suggested_filename
        started.value.save_as(path)
        info = read(path).info
        assert info is not None
        assert info.length == pytest.approx(15, abs=1.5)
        page.keyboard.press("Escape")

    # when they publish it
    page.locator("summary", has_text="Private").click()
    page.get_by_role("button", name=re.compile("^Public")).click()
    expect(page.locator("summary", has_text="Public")).to_be_visible()

    # then a stranger finds and hears it
    stranger = context.browser.new_context(base_url=live.address) if context.browser else None
    assert stranger is not None
    visitor = stranger.new_page()
    visitor.goto("/")
    visitor.get_by_role("button", name=re.compile("^Play")).first.click()
    assert hears_sound(visitor)
    stranger.close()


def test_what_is_streamed_decodes_to_the_length_that_was_asked_for(page: Page) -> None:
    # given a song
    sign_up(page)
    ask_for_song(page, "calm ambient pads", seconds=10)
    song = wait_for_song(page)
    version = song.locator("[data-version]").get_attribute("data-version")

    # when its playlist and segments are fetched as a player does
    playback = page.request.get(f"/api/v1/versions/{version}/playback").json()
    playlist = page.request.get(playback["hls"]).text()
    base = playback["hls"].rsplit("/", 1)[0]
    names = re.findall(r'URI="([^"]+)"', playlist) + [line for line in playlist.splitlines() if line.endswith(".m4s")]
    stream = b"".join(page.request.get(f"{base}/{name}").body() for name in names)

    # then they decode to ten seconds of stereo
    with av.open(BytesIO(stream), "r") as container:
        frames = list(container.decode(audio=0))
    seconds = sum(frame.samples for frame in frames) / frames[0].sample_rate
    assert seconds == pytest.approx(10, abs=1.2)
    assert frames[0].layout.nb_channels == 2


def test_a_cancelled_song_stops_and_is_said_to_be(page: Page) -> None:
    sign_up(page)
    take = ask_for_song(page, "a long march", seconds=120)
    take.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("take").first).to_have_attribute("data-status", "cancelled", timeout=5_000)
    page.goto("/library/")
    expect(page.locator(".library-row")).to_have_count(0)


def test_without_a_websocket_the_page_asks_and_still_shows_the_song(page: Page) -> None:
    def refuse(route: WebSocketRoute) -> None:
        route.close()

    page.route_web_socket(re.compile("/ws/"), refuse)
    sign_up(page)
    ask_for_song(page, "lo-fi piano", seconds=10)
    wait_for_song(page)


def test_a_creator_who_leaves_finds_the_song_when_they_come_back(page: Page, context: BrowserContext) -> None:
    sign_up(page)
    ask_for_song(page, "a short folk tune", seconds=10)
    page.close()
    back = context.new_page()
    back.goto("/studio/")
    wait_for_song(back)


def test_a_visitors_prompt_survives_signing_up(page: Page) -> None:
    page.goto("/")
    page.locator("main textarea").fill("bossa nova by the sea")
    page.locator("main").get_by_role("button", name=re.compile("create", re.IGNORECASE)).click()
    page.wait_for_url(re.compile("/accounts/signup/"))
    sign_up(page, here=True)
    expect(page.locator("#id_prompt")).to_have_value("bossa nova by the sea")


def test_impossible_wishes_are_refused_in_the_form_and_nothing_is_made(page: Page) -> None:
    sign_up(page)
    page.goto("/studio/")
    page.locator("summary", has_text="Advanced").click()
    page.locator("#id_key").fill("H sharp")
    page.get_by_test_id("create").click()
    expect(page.locator("#key-errors")).to_contain_text("not a key")
    expect(page.locator("#prompt-errors")).to_have_count(0)
    expect(page.get_by_test_id("take")).to_have_count(0)
