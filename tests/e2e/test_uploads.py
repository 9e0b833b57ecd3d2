"""The uploads page in a real browser: what is sent, interrupted, refused, and what becomes of it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.e2e.recordings import recording
from tests.e2e.sound import hears_sound
from tests.e2e.steps import create, sign_up, wait_for_song
from tests.e2e.test_access import problems_of

PARTS = re.compile(r"/incoming/")
READY_MS = 90_000


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """A file of one part."""
    return recording(tmp_path / "Harbour lights.flac", 8)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A file of more than 8 MB, which goes in three parts."""
    return recording(tmp_path / "Long walk home.wav", 64)


class Held:
    """Parts that the network keeps back until it is told otherwise; counts what was sent."""

    def __init__(self, page: Page, keep: Callable[[int], bool]) -> None:
        self.sent: list[int] = []
        self._kept: list[Route] = []
        self._keep = keep
        page.route(PARTS, self._pass)

    def _pass(self, route: Route) -> None:
        self.sent.append(len(self.sent) + 1)
        if self._keep(self.sent[-1]):
            self._kept.append(route)
        else:
            route.continue_()

    def release(self) -> None:
        """Let everything through, what waits and what comes."""
        self._keep = lambda number: False
        for route in self._kept:
            route.continue_()
        self._kept.clear()


def choose(page: Page, *files: Path) -> None:
    page.get_by_label("Choose files").set_input_files([str(each) for each in files])


def line_of(page: Page, name: str) -> Locator:
    return page.locator("#uploads > li", has_text=name)


def becomes_a_track(page: Page, title: str) -> Locator:
    line = line_of(page, title)
    expect(line).to_have_attribute("data-state", "ready", timeout=READY_MS)
    expect(line.get_by_role("link", name=title, exact=True)).to_be_visible()
    return line


def test_a_large_file_goes_on_after_a_pause_and_a_reload(page: Page, short: Path, long: Path) -> None:
    # given two files, and a network that lets a part of the large one through and then no more
    sign_up(page)
    page.goto("/uploads/")
    Held(page, lambda number: number > 1)
    with page.expect_response(PARTS):
        choose(page, long)
    large = line_of(page, long.name)
    expect(large).to_contain_text("5.0 of 10.8 MB")

    # when the large one is paused and the page is loaded again
    large.get_by_role("button", name="Pause").click()
    expect(large).to_contain_text("paused")
    page.unroute_all()
    page.reload()
    expect(large).to_contain_text("Choose the file again to go on")
    again = Held(page, lambda number: False)
    large.get_by_label(f"Choose the file {long.name}").set_input_files(str(long))
    line = becomes_a_track(page, "Long walk home")
    assert len(again.sent) == 2
    choose(page, short)

    # then only the parts that were missing are sent, and both become tracks that play
    for each in (line, becomes_a_track(page, "Harbour lights")):
        each.get_by_role("button", name=re.compile("^Play")).click()
        assert hears_sound(page)


def test_a_song_takes_after_an_upload(page: Page, tmp_path: Path) -> None:
    # given an upload that became a track
    sign_up(page)
    page.goto("/uploads/")
    choose(page, recording(tmp_path / "Low water.wav", 24))
    line = becomes_a_track(page, "Low water")
    sent = line.get_attribute("data-version")

    # when a song is asked for that takes after it
    line.get_by_role("link", name="Use Low water as a reference").click()
    expect(page.get_by_role("heading", name="From Low water")).to_be_visible()
    page.locator("#id_prompt").fill("a calm piano piece")
    page.locator("#id_seconds").fill("15")
    create(page)
    song = wait_for_song(page)

    # then it is a song of its own in the tempo and key that were heard, and says whom it takes after
    made = song.locator("[data-version]").get_attribute("data-version")
    heard, lent = (page.request.get(f"/api/v1/versions/{each}").json() for each in (sent, made))
    assert lent["key"] == heard["measured_key"] == "A minor"
    assert lent["tempo"] == pytest.approx(heard["measured_tempo"], rel=0.02)
    song.locator("a").first.click()
    page.get_by_role("link", name="Low water", exact=True).click()
    expect(page.get_by_role("heading", name="The file")).to_be_visible()


def test_what_cannot_be_taken_is_said_in_words(page: Page, tmp_path: Path) -> None:
    # given a text called mp3, an empty file, one that is too large and one with another name
    sign_up(page)
    page.goto("/uploads/")
    text, empty, huge, other = (tmp_path / name for name in ("notes.mp3", "empty.wav", "huge.wav", "cover.jpg"))
    text.write_text("These are notes of another kind.\n" * 40)
    empty.touch()
    with huge.open("wb") as file:
        file.truncate(50 * 1024**2 + 1)
    other.write_bytes(b"\xff\xd8\xff\xe0" + bytes(2000))
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/api/v1/uploads") else None)

    # when they are chosen, the last one in spite of the warning
    choose(page, text, empty, huge, other)
    line_of(page, "cover.jpg").get_by_role("button", name="Send it anyway").click()

    # then each says why, and what the browser could see was never announced
    expect(line_of(page, "notes.mp3")).to_contain_text("not an audio file that can be read")
    expect(line_of(page, "empty.wav")).to_contain_text("This file is empty.")
    expect(line_of(page, "huge.wav")).to_contain_text("50 MB is the most")
    expect(line_of(page, "cover.jpg")).to_have_attribute("data-state", "refused")
    assert len(asked) == 2

    # and what was refused can be taken off the list for good
    page.get_by_role("button", name="Remove from this list: notes.mp3").click()
    expect(line_of(page, "notes.mp3")).to_have_count(0)
    page.reload()
    expect(page.locator("#uploads > li")).to_have_count(1)


def test_files_go_on_while_somebody_walks_through_the_site(page: Page, short: Path) -> None:
    # given a dropped file on its way
    sign_up(page)
    page.goto("/uploads/")
    held = Held(page, lambda number: True)
    with page.expect_request(PARTS):
        drop(page, short)
    expect(line_of(page, short.name).get_by_role("button", name="Pause")).to_be_visible()

    # when its owner goes elsewhere on the site, then the frame tells about it, and leaving the site warns
    page.get_by_role("link", name="Library").first.click()
    expect(page.get_by_role("heading", name="Your songs will live here")).to_be_visible()
    pill = page.get_by_role("link", name=re.compile("1 upload"))
    expect(pill).to_be_visible()
    with page.expect_event("dialog") as warned:
        page.close(run_before_unload=True)
    assert warned.value.type == "beforeunload"
    warned.value.dismiss()

    # and the file arrives all the same
    held.release()
    expect(page.get_by_role("status").get_by_text(short.name)).to_be_visible()
    expect(pill).to_be_hidden()
    page.get_by_role("link", name="Uploads").first.click()
    becomes_a_track(page, "Harbour lights")


def test_a_lost_connection_and_an_expired_address_cost_no_upload(
    page: Page, context: BrowserContext, short: Path
) -> None:
    # given an address that is refused, and then no connection
    sign_up(page)
    page.goto("/uploads/")
    tried: list[str] = []

    def fail(route: Route) -> None:
        tried.append(route.request.url)
        if len(tried) == 1:
            route.fulfill(status=403, body="This address is expired. Ask for a new one.")
        elif len(tried) == 2:
            context.set_offline(True)
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.route(PARTS, fail)
    choose(page, short)

    # then another address is asked for, the page says what it waits for, and it goes on by itself
    expect(line_of(page, short.name)).to_contain_text("no connection, trying again")
    context.set_offline(False)
    line = line_of(page, "Harbour lights")
    expect(line).to_have_attribute("data-state", re.compile("accepted|ready"))
    assert len(tried) >= 3


def test_with_the_keyboard_alone(page: Page, short: Path) -> None:
    # given the page, and a network that keeps the first try back
    sign_up(page)
    page.goto("/uploads/")
    held = Held(page, lambda number: number == 1)

    # when a file is chosen, paused and gone on with by keys
    reach(page, "Choose files")
    with page.expect_request(PARTS):
        page.locator("input[type=file]:focus").set_input_files(str(short))
    reach(page, f"Pause: {short.name}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Resume: {short.name}")).to_be_focused()
    page.keyboard.press("Enter")

    # then it is heard about by who does not see, becomes a track, and can be left for its page
    becomes_a_track(page, "Harbour lights")
    held.release()
    reach(page, "Harbour lights")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Harbour lights")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_every_state_can_be_read_by_everybody(
    page: Page, tmp_path: Path, short: Path, width: int, theme: Literal["light", "dark"]
) -> None:
    sign_up(page)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/uploads/")
    empty = tmp_path / "empty.wav"
    empty.touch()
    text = tmp_path / "A name that is longer than any line of a narrow telephone can be, and then some.mp3"
    text.write_text("no music")
    assert problems_of(page) == []
    choose(page, text, empty)
    expect(page.locator("#uploads > [data-state=refused]")).to_have_count(1)
    held = Held(page, lambda number: True)
    choose(page, short)
    expect(line_of(page, short.name).get_by_role("button", name="Pause")).to_be_visible()
    assert problems_of(page) == []
    held.release()
    becomes_a_track(page, "Harbour lights")
    assert problems_of(page) == []


def reach(page: Page, name: str) -> None:
    """Press Tab until the control with this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(_FOCUSED) == name:
            return
    raise AssertionError(f"{name!r} cannot be reached with the keyboard")


_FOCUSED = """() => {
  const at = document.activeElement;
  return (at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent).trim();
}"""


def drop(page: Page, path: Path) -> None:
    """Let go of a file over the page."""
    files = page.evaluate_handle(
        """([name, content]) => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], name));
          return dropped;
        }""",
        [path.name, b64encode(path.read_bytes()).decode()],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("main", event, {"dataTransfer": files})
