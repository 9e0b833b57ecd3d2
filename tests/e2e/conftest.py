"""A running site on throw-away data and a real Chromium, for all browser tests.

Not for the session: Playwright keeps an event loop running in this thread, beside which no asynchronous test can run.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from embedded.site import Site, site
from tests.chromium import executable


@pytest.fixture(scope="package")
def live() -> Iterator[Site]:
    """Web, worker and scheduler, migrated, with no song yet."""
    with site() as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, with sound but no loudspeaker."""
    path = executable()
    assert path, "no Chromium: run `python -m tests.packages chromium`"
    # a busy machine is slow, not wrong
    expect.set_options(timeout=20_000)
    arguments = ["--no-sandbox", "--disable-quic", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, live: Site) -> Iterator[BrowserContext]:
    """A fresh visitor."""
    visitor = browser.new_context(
        base_url=live.address, viewport={"width": 1280, "height": 800}, reduced_motion="reduce", accept_downloads=True
    )
    visitor.set_default_timeout(20_000)
    yield visitor
    visitor.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The visitor's first tab."""
    return context.new_page()
