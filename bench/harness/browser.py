"""Chromium with an ear: a page on which one hears what a listener would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.chromium import executable

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_EAR = Path(__file__).with_name("browser_ear.js")
_ARGUMENTS = ("--no-sandbox", "--disable-quic", "--autoplay-policy=no-user-gesture-required", "--mute-audio")


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing above −60 dBFS from any element; seconds of the sound card's clock."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Negative when two elements sounded together instead."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Change:
    """An element began to sound or fell silent."""

    deck: int
    sounds: bool
    at: float


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, with sound but no loudspeaker. RuntimeError says what to install."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as missing:
        raise RuntimeError("bench playback needs playwright: pip install -r requirements/dev.txt") from missing
    path = executable()
    if path is None:
        raise RuntimeError("bench playback needs Chromium: python -m tests.chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visitor(browser: Browser, address: str) -> Iterator[Ear]:
    """A fresh visitor: nothing cached, no cookie."""
    # the policy would keep the ear's worklet out; the player itself is tested under it elsewhere
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}, bypass_csp=True)
    context.set_default_timeout(30_000)
    context.add_init_script(path=_EAR)
    try:
        yield Ear(context.new_page())
    finally:
        context.close()


@dataclass(frozen=True, slots=True)
class Ear:
    """A tab, and what is heard in it."""

    page: Page

    def open(self, path: str) -> None:
        """Show a page and wait until it has nothing more to fetch."""
        self.page.goto(path)
        self.page.wait_for_function("ear.ready")
        self.page.wait_for_load_state("networkidle")

    def play(self, number: int) -> float:
        """Play a song of the list while nothing sounds; milliseconds from the click to its sound."""
        return self._click(self.page.locator("#results [data-play]").nth(number))

    def resume(self) -> float:
        """Go on with a paused song; milliseconds from the click to its sound."""
        return self._click(self.page.get_by_test_id("player-toggle"))

    def _click(self, button: Any) -> float:
        self.page.evaluate("Object.assign(ear, {sounded: 0})")
        button.click()
        self.page.wait_for_function("ear.sounded > 0", polling=50)
        waited: float = self.page.evaluate("ear.sounded - ear.clicked")
        return waited

    def pause(self) -> None:
        """Return when nothing is heard any more."""
        self.page.get_by_test_id("player-toggle").click()
        self.page.wait_for_function("ear.silent()", polling=20)

    def seek(self, fraction: float) -> float:
        """Click into the waveform; returns the sound card's clock just before."""
        wave = self.page.get_by_test_id("player-seek")
        box = wave.bounding_box()
        assert box is not None
        at = self.now()
        wave.click(position={"x": box["width"] * fraction, "y": box["height"] / 2})
        return at

    def changes(self) -> list[Change]:
        """Every beginning and end of sound so far."""
        return [Change(**found) for found in self.page.evaluate("ear.changes")]

    def starved(self) -> int:
        """How often an element had nothing loaded to play on with, beginnings and seeks apart."""
        starved: int = self.page.evaluate("ear.waits.filter(seconds => seconds < 0.1).length")
        return starved

    def now(self) -> float:
        """The sound card's clock, in seconds."""
        now: float = self.page.evaluate("ear.now()")
        return now

    def level(self, seconds: float) -> float:
        """The mean level of what is heard, in dBFS."""
        level: float = self.page.evaluate("seconds => ear.level(seconds)", seconds)
        return level


def silences(changes: Iterable[Change], until: float) -> list[Silence]:
    """When no element sounded, from the first sound on; `until` ends the last one."""
    sounding: set[int] = set()
    start: float | None = None
    found = []
    for change in changes:
        if change.sounds:
            if not sounding and start is not None:
                found.append(Silence(start, change.at))
            sounding.add(change.deck)
            continue
        sounding.discard(change.deck)
        if not sounding:
            start = change.at
    if not sounding and start is not None:
        found.append(Silence(start, until))
    return found


def handovers(changes: Iterable[Change]) -> list[Silence]:
    """From the end of one element's sound to the beginning of the other's, where it went from one to the other."""
    began: dict[int, float] = {}
    ended: dict[int, float] = {}
    found = []
    pending: tuple[int, float] | None = None
    for change in changes:
        if not change.sounds:
            ended[change.deck] = change.at
            if pending is not None and pending[0] != change.deck:
                found.append(Silence(change.at, pending[1]))
                pending = None
            continue
        began[change.deck] = change.at
        other = 1 - change.deck
        if ended.get(other, -1.0) > began.get(other, 0.0):
            found.append(Silence(ended[other], change.at))
        elif other in began:
            pending = (change.deck, change.at)
    return found
