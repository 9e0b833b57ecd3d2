"""The player: a queue that goes on through pages, reloads and expired addresses, and two versions side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from embedded.site import Site
from tests.e2e.sound import WATCH, go_to, playing_position, wait_until_past
from tests.e2e.steps import ask_for_song, create, sign_up, wait_for_song

POSITIONS = "[...document.querySelectorAll('audio')].map(audio => [audio.currentTime, audio.muted])"


@pytest.fixture(scope="module")
def listener(browser: Browser, live: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The stored session of somebody with two songs, one of which has a variation."""
    context = browser.new_context(base_url=live.address)
    page = context.new_page()
    sign_up(page)
    ask_for_song(page, "a slow waltz for the first snow", seconds=10)
    wait_for_song(page)
    ask_for_song(page, "a march for the second snow", seconds=30)
    wait_for_song(page).locator("a").first.click()
    page.get_by_role("link", name="Variation").click()
    expect(page.get_by_role("heading", name=re.compile("^From "))).to_be_visible()
    create(page)
    wait_for_song(page)
    kept = str(tmp_path_factory.mktemp("listener") / "state.json")
    context.storage_state(path=kept)
    context.close()
    return kept


@pytest.fixture
def page(browser: Browser, live: Site, listener: str) -> Iterator[Page]:
    """The listener in their library."""
    context = browser.new_context(base_url=live.address, storage_state=listener, reduced_motion="reduce")
    found = context.new_page()
    found.goto("/library/")
    yield found
    context.close()


def play(page: Page, number: int = 0) -> str:
    """Play a song of the list; returns its title."""
    row = page.locator(".library-row").nth(number)
    row.hover()
    row.get_by_role("button", name=re.compile("^Play")).click()
    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "playing")
    return row.get_attribute("data-title") or ""


def test_a_list_queues_what_follows(page: Page) -> None:
    first = play(page)
    second = page.locator(".library-row").nth(1).get_attribute("data-title") or ""
    expect(page.get_by_test_id("player-title")).to_have_text(first)

    page.get_by_test_id("player-queue").click()
    expect(page.locator("#queue [data-index]")).to_have_count(2)
    page.get_by_role("button", name="Next", exact=True).click()

    expect(page.get_by_test_id("player-title")).to_have_text(second)
    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "playing")


def test_it_plays_on_through_pages_and_back(page: Page) -> None:
    play(page)
    page.evaluate("window.sameDocument = true")

    page.get_by_role("link", name="Discover").first.click()
    expect(page).to_have_title(re.compile("^Refrain"))
    expect(page.locator("#sidebar-nav [aria-current]")).to_have_text("Discover")
    wait_until_past(page, playing_position(page))

    page.go_back()
    expect(page.get_by_role("heading", name="Library", level=1)).to_be_visible()
    expect(page.locator("#sidebar-nav [aria-current]")).to_have_text("Library")
    wait_until_past(page, playing_position(page))
    assert page.evaluate("window.sameDocument")


def test_keys_work_but_not_while_typing(page: Page) -> None:
    play(page)
    page.locator("h1").click()
    before = playing_position(page)
    page.keyboard.press("ArrowRight")
    wait_until_past(page, before + 4)

    page.keyboard.press("Space")
    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "paused")

    page.get_by_label("Search your songs").press("Space")
    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "paused")
    expect(page.get_by_label("Search your songs")).to_have_value(" ")


def test_a_reload_keeps_song_and_position(page: Page) -> None:
    title = play(page)
    page.get_by_test_id("player-seek").press("PageUp")
    wait_until_past(page, 14)

    page.reload()

    expect(page.get_by_test_id("player-title")).to_have_text(title)
    expect(page.get_by_test_id("player-elapsed")).to_have_text(re.compile(r"0:1[4-9]"))
    page.get_by_test_id("player-toggle").click()
    wait_until_past(page, 14.5)


def test_a_refused_address_is_renewed(page: Page) -> None:
    play(page)
    page.context.clear_cookies(name="listener")

    page.get_by_test_id("player-seek").press("PageUp")

    wait_until_past(page, 15.2)
    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "playing")


def test_a_song_that_cannot_be_loaded_says_so_and_can_be_tried_again(page: Page) -> None:
    def fail(route: Route) -> None:
        route.fulfill(status=404, body="")

    page.route("**/hls/*", fail)
    page.locator(".library-row").first.hover()
    page.locator(".library-row").first.get_by_role("button", name=re.compile("^Play")).click()
    expect(page.get_by_test_id("player")).to_contain_text("A part of this song is missing")

    page.unroute("**/hls/*", fail)
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "playing")
    expect(page.get_by_test_id("player")).not_to_contain_text("missing")


def test_without_a_network_it_says_so_and_goes_on_by_itself_when_there_is_one(page: Page) -> None:
    page.context.set_offline(True)
    page.locator(".library-row").first.hover()
    page.locator(".library-row").first.get_by_role("button", name=re.compile("^Play")).click()
    expect(page.get_by_test_id("player")).to_contain_text("No connection")

    page.context.set_offline(False)

    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "playing")
    expect(page.get_by_test_id("player")).not_to_contain_text("No connection")


def test_a_paused_song_goes_on_after_its_address_has_expired(page: Page) -> None:
    asked: list[str] = []
    refused: list[str] = []

    def expire(route: Route) -> None:
        if asked:
            route.continue_()
            return
        refused.append(route.request.url)
        route.continue_(url=re.sub(r"/media/\d+/", "/media/1500000000/", route.request.url))

    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/playback") else None)
    # so little of the song is loaded that it must ask again
    page.route(re.compile(r"/00[1-9]\.m4s$"), expire)
    play(page)
    page.keyboard.press("Space")
    page.get_by_test_id("player-seek").press("PageUp")
    page.get_by_test_id("player-toggle").click()

    wait_until_past(page, 15.2)
    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "playing")
    assert refused
    assert len(asked) == 1


def test_segments_that_fail_are_fetched_again_unnoticed(page: Page) -> None:
    failed: set[str] = set()

    def fail_once(route: Route) -> None:
        url = route.request.url
        if url in failed:
            route.continue_()
            return
        failed.add(url)
        # cut off, answered with an error, or never answered
        if len(failed) % 3 == 1:
            route.abort()
        elif len(failed) % 3 == 2:
            route.fulfill(status=500, body="")

    page.route(re.compile(r"\.m4s$"), fail_once)
    page.evaluate(WATCH)
    play(page)
    page.get_by_test_id("player-seek").press("PageUp")

    wait_until_past(page, 15.2)
    assert len(failed) >= 3
    assert "failed" not in page.evaluate("statuses")


def test_the_next_song_waits_and_begins_as_this_one_ends(page: Page) -> None:
    first = play(page)
    second = page.locator(".library-row").nth(1).get_attribute("data-title") or ""
    heard = page.evaluate("[...document.querySelectorAll('audio')].findIndex(audio => !audio.paused)")
    page.evaluate(WATCH)
    go_to(page, 26)
    page.wait_for_function(f"() => document.querySelectorAll('audio')[{1 - heard}].readyState >= 3")
    expect(page.get_by_test_id("player-title")).to_have_text(first)
    assert page.evaluate(f"document.querySelectorAll('audio')[{1 - heard}].paused")
    page.evaluate("statuses.length = 0")

    expect(page.get_by_test_id("player-title")).to_have_text(second)

    wait_until_past(page, 0.5)
    assert page.evaluate(f"!document.querySelectorAll('audio')[{1 - heard}].paused")
    assert set(page.evaluate("statuses")) <= {"playing"}
    assert page.evaluate("navigator.mediaSession.metadata.title") == second
    assert page.evaluate("navigator.mediaSession.playbackState") == "playing"


def test_a_song_that_is_gone_is_passed_over(page: Page) -> None:
    gone = page.locator(".library-row").first.get_attribute("data-version")
    second = page.locator(".library-row").nth(1).get_attribute("data-title") or ""
    page.route(re.compile(f"{gone}/(hls/|playback)"), lambda route: route.fulfill(status=410, body=""))
    page.locator(".library-row").first.hover()
    page.locator(".library-row").first.get_by_role("button", name=re.compile("^Play")).click()

    expect(page.locator("#toasts")).to_contain_text("This song was taken down.")
    expect(page.get_by_test_id("player-title")).to_have_text(second)
    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "playing")


def test_a_play_is_told_once_when_half_of_a_short_song_was_heard(page: Page) -> None:
    told: list[float] = []
    page.on("response", lambda answer: told.append(answer.status) if answer.url.endswith("/api/v1/plays") else None)
    with page.expect_response("**/api/v1/plays/start") as started:
        play(page, 1)
    assert started.value.ok
    # forth and back: what is sought past is not heard
    page.get_by_test_id("player-seek").press("ArrowRight")
    page.get_by_test_id("player-seek").press("Home")
    with page.expect_response("**/api/v1/plays"):
        wait_until_past(page, 4)
        assert told == []

    heard = page.evaluate("[...document.querySelectorAll('audio')].find(audio => !audio.paused).currentTime")
    assert heard >= 4.5
    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "paused", timeout=15_000)
    assert told == [202]
    page.wait_for_function("() => localStorage.getItem('refrain.plays') === '[]'")


def test_a_play_that_could_not_be_told_is_told_by_the_next_page(page: Page) -> None:
    page.route("**/api/v1/plays", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/plays")):
        play(page, 1)
    page.wait_for_function("() => JSON.parse(localStorage.getItem('refrain.plays') ?? '[]').length === 1")
    page.unroute("**/api/v1/plays")
    # as if it had waited long enough
    page.evaluate("localStorage['refrain.plays'] = localStorage['refrain.plays'].replace(/due.:\\d+/, 'due\":0')")

    with page.expect_response("**/api/v1/plays") as told:
        page.reload()

    assert told.value.status == 202


def test_a_long_song_goes_on_where_it_was_left(page: Page) -> None:
    page.locator(".library-row").first.evaluate("row => row.dataset.seconds = '400'")
    play(page)
    go_to(page, 20)
    wait_until_past(page, 20.2)
    play(page, 1)
    page.locator(".library-row").first.hover()
    page.locator(".library-row").first.get_by_role("button", name=re.compile("^Play")).click()

    wait_until_past(page, 20.1)
    assert playing_position(page) < 24


def test_two_versions_play_at_one_position_and_one_is_heard(page: Page) -> None:
    page.get_by_text("2 versions").first.locator("xpath=ancestor::article").locator("h2 a").click()
    page.get_by_test_id("compare").click()
    expect(page.get_by_test_id("player-compare")).to_be_visible()
    wait_until_past(page, 1)

    for name, heard in (("Hear version B", 1), ("Hear version A", 0)):
        page.get_by_role("button", name=name).click()
        positions = page.evaluate(POSITIONS)
        assert abs(positions[0][0] - positions[1][0]) < 0.25
        assert [muted for _, muted in positions] == [heard != 0, heard != 1]
        wait_until_past(page, positions[heard][0])

    page.get_by_role("button", name="Stop comparing").click()
    expect(page.get_by_test_id("player-compare")).to_be_hidden()
    expect(page.get_by_test_id("player")).to_have_attribute("data-status", "playing")
