"""What people do on the site, as the browser tests and the pictures both need it."""

from __future__ import annotations

import re
import secrets

from playwright.sync_api import Locator, Page, expect

PASSWORD = "a tune nobody else hums 42"


def sign_up(page: Page, *, here: bool = False) -> str:
    """A new account, logged in; returns its address. `here`: the page already shows the form."""
    email = f"{secrets.token_hex(6)}@example.org"
    if not here:
        page.goto("/accounts/signup/")
    page.get_by_label("Email", exact=False).first.fill(email)
    page.locator("input[type=password]").first.fill(PASSWORD)
    page.get_by_role("button", name=re.compile("sign up", re.I)).first.click()
    page.wait_for_url(lambda url: "/accounts/signup" not in url)
    return email


def ask_for_song(page: Page, prompt: str, *, seconds: int) -> Locator:
    """Send a request from the studio and return its newest take."""
    page.goto("/studio/")
    page.locator("#id_prompt").fill(prompt)
    page.locator("#id_seconds").fill(str(seconds))
    return create(page)


def ask_for_sung_song(page: Page, prompt: str, lyrics: str, *, seconds: int) -> Locator:
    """Send a request for a sung song from the studio and return its newest take."""
    page.goto("/studio/")
    page.locator("#id_prompt").fill(prompt)
    page.get_by_text("Sung", exact=True).click()
    page.locator("#id_lyrics").fill(lyrics)
    page.locator("#id_seconds").fill(str(seconds))
    return create(page)


def create(page: Page) -> Locator:
    """Send the studio's form as it stands and return its newest take."""
    before = page.get_by_test_id("take").count()
    page.get_by_test_id("create").click()
    expect(page.get_by_test_id("take")).to_have_count(before + 1)
    return page.get_by_test_id("take").first


def wait_for_song(page: Page, *, seconds: float = 90) -> Locator:
    """The newest take, once it is a song."""
    take = page.get_by_test_id("take").first
    expect(take).to_have_attribute("data-status", "succeeded", timeout=seconds * 1000)
    return take
