"""`python -m tests.shots`: a PNG of every page at 1280 and 390 px, in ./shots, from a site with its demo songs."""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from embedded.site import Site, site
from tests.chromium import executable
from tests.e2e.recordings import recording
from tests.e2e.steps import ask_for_sung_song, sign_up, wait_for_song

SHOTS = Path(__file__).resolve().parents[1] / "shots"
WIDTHS = {"wide": (1280, 800), "narrow": (390, 844)}
THEMES: tuple[Literal["dark"], Literal["light"]] = ("dark", "light")

LYRICS = "[verse]\nSnow is falling on the river\nSlow and silver, slow and deep\n[chorus]\nThe night is sleeping"
OPERATIONS = ("extend", "cover", "repaint", "new_lyrics", "reference")
VISITOR = {
    "home": "/",
    "search": "/search?q=piano",
    "log-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "voices-visitor": "/voices/",
}
MEMBER = {
    "studio": "/studio/",
    "understood": "/studio/?prompt=a+slow+melancholic+folk+song,+fingerpicked,+200+bpm,+E+minor",
    "library": "/library/",
    "uploads": "/uploads/",
    "voices": "/voices/",
    "performer": "/voices/performers/opal/",
    "performer-gone": "/voices/performers/nobody/",
    "swap-choose": "/voices/swap/?performer=opal",
    "voice-add": "/voices/add/",
    "voices-mine": "/voices/mine/",
    "wallet": "/wallet/",
    "credits": "/wallet/credits/",
    "bought": "/wallet/bought/",
    "receipts": "/wallet/receipts/",
    "prices": "/wallet/prices/",
    "you": "/you/",
    "tokens": "/you/tokens/",
    "operations": "/operations/jobs/",
    "operations-money": "/operations/money/",
    "operations-wallets": "/operations/wallets/",
}
NEWCOMER = {
    "uploads-empty": "/uploads/",
    "voices-empty": "/voices/?whose=mine",
    "swap-choose-empty": "/voices/swap/",
    "voices-mine-empty": "/voices/mine/",
    "wallet-empty": "/wallet/",
    "bought-late": "/wallet/bought/?asked=99",
}


def main() -> int:
    """Take the pictures; those of one name differ by width and theme alone."""
    SHOTS.mkdir(exist_ok=True)
    with site() as running, sync_playwright() as playwright:
        running.manage("seed")
        path = executable()
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--mute-audio"])
        state = _become_member(browser, running)
        newcomer = _become_newcomer(browser, running)
        for width, (x, y) in WIDTHS.items():
            for theme in THEMES:
                looks = partial(
                    browser.new_context,
                    viewport={"width": x, "height": y},
                    color_scheme=theme,
                    base_url=running.address,
                    reduced_motion="reduce",
                )
                _visit(looks(), VISITOR, f"{width}-{theme}")
                member = looks(storage_state=state)
                _visit(member, {**MEMBER, **_songs(member)}, f"{width}-{theme}")
                _visit(looks(storage_state=newcomer), NEWCOMER, f"{width}-{theme}")
        browser.close()
    return 0


def _become_member(browser: Browser, running: Site) -> str:
    """Sign up, make a song, and keep the session."""
    context = browser.new_context(base_url=running.address)
    page = context.new_page()
    email = sign_up(page)
    change = "update(is_staff=True, is_superuser=True)"
    operator = f"from apps.accounts.models import User; User.objects.filter(email='{email}').{change}"
    running.manage("shell", "-v0", "-c", operator)
    ask_for_sung_song(page, "a slow waltz for a snowy evening, piano and strings", LYRICS, seconds=20)
    version = wait_for_song(page).locator("[data-version]").first.get_attribute("data-version")
    _swap(page, f"/voices/swap/{version}/?performer=cedar")
    _begin_voice(page)
    _buy(page)
    _upload(page, running.data)
    state = str(running.data / "session.json")
    context.storage_state(path=state)
    context.close()
    return state


def _become_newcomer(browser: Browser, running: Site) -> str:
    """Sign up and keep the session."""
    context = browser.new_context(base_url=running.address)
    sign_up(context.new_page())
    state = str(running.data / "newcomer.json")
    context.storage_state(path=state)
    context.close()
    return state


def _begin_voice(page: Page) -> None:
    """A voice whose sentence waits to be read."""
    page.goto("/voices/add/")
    page.get_by_label("What it is called").fill("Ada, by the sea")
    page.get_by_test_id("voice-begin").click()
    page.get_by_test_id("sentence").wait_for()


def _swap(page: Page, address: str) -> None:
    """A preview, the whole, and one more that is cancelled."""
    page.goto(address)
    for number, ask in enumerate(("preview", "ask"), 1):
        page.get_by_test_id(ask).click()
        page.wait_for_selector(f"[data-swap]:nth-last-child({number})[data-state=done]", timeout=300_000)
    page.get_by_test_id("ask").click()
    page.get_by_test_id("cancel").click()


def _buy(page: Page) -> None:
    """A pack of credits, in the test checkout."""
    page.goto("/wallet/credits/")
    page.get_by_test_id("pack-small").get_by_role("button").click()
    page.get_by_role("button", name="Pay nothing and get it").click()
    page.wait_for_selector("[data-testid=bought][data-state=done]")


def _upload(page: Page, folder: Path) -> None:
    """Send a song that becomes a track, a file that is refused, and a song of which half arrives."""
    text, long = folder / "Notes for the bridge.mp3", recording(folder / "Long walk home (final mix).wav", 64)
    text.write_text("Something in A minor.")
    page.goto("/uploads/")
    chooser = page.get_by_label("Choose files")
    chooser.set_input_files([str(recording(folder / "Harbour lights.flac", 20)), str(text)])
    page.wait_for_selector("[data-state=ready]", timeout=120_000)
    hold_parts(page)
    chooser.set_input_files(str(long))
    page.get_by_text("0.0 of").wait_for()
    page.get_by_role("button", name="Pause").click()


def hold_parts(page: Page) -> None:
    """Let no part of a file through."""
    page.route(re.compile("/incoming/"), lambda route: None)


def _songs(member: BrowserContext) -> dict[str, str]:
    """One of my own tracks, one of the public ones, and what can be made of mine."""
    page = member.new_page()
    found = {}
    mine = {"track-uploaded": "/library/?operation=upload", "track-mine": "/library/?sort=oldest"}
    for name, address in (mine | {"track-public": "/"}).items():
        page.goto(address)
        links = page.locator("a[href*='/tracks/']")
        found[name] = re.sub(r"^https?://[^/]+", "", links.first.get_attribute("href") or "")
    page.goto("/voices/mine/")
    found["voice-sentence"] = page.get_by_test_id("own-voice").get_by_role("link").get_attribute("href") or ""
    page.goto(found["track-mine"])
    version = page.locator("[data-node]").first.get_attribute("data-node")
    page.close()
    found |= {"swap": f"/voices/swap/{version}/?performer=cedar", "make-karaoke": f"/voices/karaoke/{version}/"}
    return found | {f"make-{name}": f"/studio/?parent={version}&operation={name}" for name in OPERATIONS}


def _visit(context: BrowserContext, pages: dict[str, str], suffix: str) -> None:
    page: Page = context.new_page()
    for name, address in pages.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SHOTS / f"{name}-{suffix}.png", full_page=True)
        if name == "track-mine":
            page.locator(".word").nth(1).click()
            page.wait_for_selector(".word.is-lit")
            page.locator("[data-lyrics-panel]").scroll_into_view_if_needed()
            page.screenshot(path=SHOTS / f"singing-{suffix}.png")
        if name == "uploads":
            hold_parts(page)
            long = recording(Path(mkdtemp()) / "Another night (rough).wav", 64)
            page.get_by_label("Choose files").set_input_files(str(long))
            page.get_by_text("0.0 of").wait_for()
            page.screenshot(path=SHOTS / f"uploads-sending-{suffix}.png", full_page=True)
            with page.expect_response(lambda answer: answer.request.method == "DELETE"):
                page.get_by_role("button", name="Cancel").first.click()
        if name == "home":
            page.locator(".play").first.click()
            page.wait_for_function("() => [...document.querySelectorAll('audio')].some(a => a.currentTime > 0.2)")
            page.screenshot(path=SHOTS / f"playing-{suffix}.png")
    context.close()


if __name__ == "__main__":
    os.chdir(SHOTS.parent)
    sys.exit(main())
