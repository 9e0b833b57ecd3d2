"""A song gets another voice: performers to choose from, a preview, the whole, and both beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from embedded.site import Site
from tests.e2e.steps import ask_for_sung_song, sign_up, wait_for_song

LYRICS = "[verse]\nSnow is falling on the river\nSlow and silver, slow and deep"
SECONDS = 12
PATIENCE_MS = 180_000
"""A busy machine is slow, not wrong."""


@pytest.fixture(scope="module")
def version(browser: Browser, live: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """One sung song for all of these tests, and the stored session of its owner."""
    context = browser.new_context(base_url=live.address)
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_up(page)
    ask_for_sung_song(page, "slow folk, C major", LYRICS, seconds=SECONDS)
    song = wait_for_song(page, seconds=180)
    made = song.locator("[data-version]").first.get_attribute("data-version") or ""
    state = str(tmp_path_factory.mktemp("owner") / "state.json")
    context.storage_state(path=state)
    context.close()
    return made, state


@pytest.fixture
def page(browser: Browser, live: Site, version: tuple[str, str]) -> Iterator[Page]:
    """The page of a swap of the song, as its owner sees it."""
    context = browser.new_context(base_url=live.address, storage_state=version[1], reduced_motion="reduce")
    context.set_default_timeout(20_000)
    found = context.new_page()
    found.goto(f"/voices/swap/{version[0]}/")
    yield found
    context.close()


def newest(page: Page) -> Locator:
    return page.get_by_test_id("swap").first


def done(page: Page) -> Locator:
    """The newest request, once it has ended well."""
    expect(newest(page)).to_have_attribute("data-state", "done", timeout=PATIENCE_MS)
    return newest(page)


def test_a_preview_is_heard_then_the_song_is_swapped_and_compared(page: Page) -> None:
    # given the performers, narrowed and chosen by keyboard alone
    page.get_by_role("button", name="Low", exact=True).press("Enter")
    expect(page.locator(".voice-option:visible")).to_have_count(3)
    page.get_by_role("radio", name=re.compile("^Basalt")).focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=re.compile("^Cedar"))).to_be_checked()

    # when a preview is asked for, it plays as soon as it is there
    before = page.locator("#account").inner_text()
    page.get_by_test_id("preview").click()
    heard = done(page).get_by_test_id("preview-player")
    toggle = heard.get_by_role("button", name=re.compile("the preview"))
    expect(toggle).to_have_attribute("data-state", "playing")
    # and the same seconds of the original sound in its place
    heard.get_by_role("button", name="Original").click()
    expect(toggle).to_have_attribute("data-state", "playing")
    expect(toggle).to_have_attribute("aria-label", "Pause the preview: Original")
    toggle.click()
    expect(toggle).to_have_attribute("data-state", "")
    # for nothing
    assert page.locator("#account").inner_text() == before

    # when the whole is asked for, it becomes a version that plays beside the one before
    page.get_by_test_id("ask").click()
    expect(page.get_by_test_id("swap")).to_have_count(2)
    made = done(page)
    made.get_by_test_id("compare").click()
    expect(page.get_by_test_id("player-compare")).to_be_visible()
    page.get_by_role("button", name="Hear version B").click()
    expect(page.get_by_role("button", name="Hear version B")).to_have_attribute("aria-pressed", "true")
    made.get_by_role("link", name="How good it is").click()
    expect(page.locator("[data-track-page]")).to_have_attribute("data-label", re.compile("Swap$"))
    expect(page.get_by_role("link", name=re.compile("^Version 2, swap"))).to_be_visible()


def test_what_waits_is_cancelled(page: Page) -> None:
    page.get_by_role("radio", name=re.compile("^Larch")).focus()
    page.keyboard.press("Space")
    count = page.get_by_test_id("swap").count()
    page.get_by_test_id("ask").click()
    expect(page.get_by_test_id("swap")).to_have_count(count + 1)
    newest(page).get_by_test_id("cancel").click()
    expect(newest(page)).to_have_attribute("data-state", "cancelled", timeout=PATIENCE_MS)


def test_nobody_chosen_is_said(page: Page) -> None:
    page.get_by_test_id("preview").click()
    expect(page.get_by_role("alert")).to_have_text("Choose who sings.")


def test_the_voices_are_narrowed_without_leaving_the_page(page: Page) -> None:
    page.goto("/voices/")
    expect(page.get_by_test_id("performer")).to_have_count(12)
    page.get_by_text("High", exact=True).click()
    expect(page.get_by_test_id("performer")).to_have_count(3)
    expect(page).to_have_url(re.compile("register=high"))
    page.get_by_role("link", name="Opal").click()
    expect(page.get_by_role("heading", name="Opal")).to_be_visible()
    page.get_by_role("link", name="Sing one of my songs").click()
    expect(page.get_by_role("heading", name=re.compile("should Opal sing"))).to_be_visible()
