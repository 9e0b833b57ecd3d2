"""Somebody adds their own voice with a microphone, has a song sung with it, judges what came out, and takes it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from embedded.site import Site
from inference.singing.espeak import SAMPLE_RATE
from tests.chromium import executable
from tests.e2e.steps import ask_for_sung_song, sign_up, wait_for_song
from tests.inference.registering.test_register import ADA, STORY, spoken

LYRICS = "[verse]\nSnow is falling on the river\nSlow and silver, slow and deep"
PATIENCE_MS = 240_000
"""A busy machine is slow, not wrong."""
MOST_SENTENCES = 3
"""The recogniser misses a few sentences of a synthetic voice, as it would miss a person's."""


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears: read anew whenever somebody begins to record."""
    return tmp_path_factory.mktemp("microphone") / "hears.wav"


@pytest.fixture(scope="module")
def talker(browser: Browser, microphone: Path) -> Iterator[Browser]:
    """A Chromium with a microphone, which a page must ask for."""
    hears = f"--use-file-for-fake-audio-capture={microphone}%noloop"
    arguments = ["--no-sandbox", "--mute-audio", "--use-fake-device-for-media-stream", hears]
    found = browser.browser_type.launch(executable_path=executable(), args=arguments)
    yield found
    found.close()


@pytest.fixture
def page(talker: Browser, live: Site) -> Iterator[Page]:
    """Somebody who has an account."""
    context = talker.new_context(
        base_url=live.address, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    found = context.new_page()
    sign_up(found)
    yield found
    context.close()


def begin(page: Page, title: str) -> str:
    """Begin to add a voice; returns the sentence to read."""
    page.goto("/voices/")
    page.get_by_role("link", name="Add your voice").first.click()
    page.get_by_label("What it is called").fill(title)
    page.get_by_test_id("voice-begin").click()
    return page.get_by_test_id("sentence").inner_text()


def say(path: Path, text: str) -> float:
    """Have it spoken by Ada into a file; returns how many seconds that takes."""
    samples = spoken(text, ADA)
    soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16")
    return len(samples) / SAMPLE_RATE


def record(page: Page, seconds: float) -> None:
    page.get_by_test_id("record").click()
    expect(page.get_by_test_id("recorder")).to_have_attribute("data-state", "recording")
    heard = "([minutes, seconds]) => 60 * minutes + 1 * seconds"
    page.wait_for_function(
        f"least => ({heard})(document.querySelector('[data-time]').textContent.split(':')) > least", arg=seconds
    )
    page.get_by_test_id("stop").click()


def register(page: Page, microphone: Path, story: Path) -> None:
    """Read the sentence, send the rest as a file, and agree; a sentence that was not heard is offered again."""
    for _ in range(MOST_SENTENCES):
        record(page, say(microphone, page.get_by_test_id("sentence").inner_text()))
        expect(page.get_by_test_id("recorder")).to_have_attribute("data-state", "heard")
        assert problems_of(page) == []
        page.get_by_test_id("use").click()
        expect(page.get_by_test_id("step-2")).to_be_visible()
        page.get_by_test_id("choose").set_input_files(story)
        page.get_by_label("I agree").check()
        page.get_by_test_id("voice-agree").click()
        voice = page.get_by_test_id("voice")
        expect(voice).to_have_attribute("data-state", re.compile("ready|refused"), timeout=PATIENCE_MS)
        if voice.get_attribute("data-state") == "ready":
            return
        expect(page.get_by_test_id("refusal")).to_contain_text("We did not hear the sentence")
        page.get_by_role("button", name="Try again").click()


def says(page: Page) -> str:
    return page.get_by_test_id("recorder").get_by_role("status").inner_text()


def problems_of(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['target']}" for each in found]


def test_a_voice_is_added_sung_with_judged_and_taken_back(page: Page, microphone: Path, tmp_path: Path) -> None:
    # given a song that is being made, and a voice whose sentence was read into the microphone
    ask_for_sung_song(page, "slow folk, C major", LYRICS, seconds=12)
    begin(page, "Ada")
    page.context.grant_permissions(["microphone"])
    say(tmp_path / "story.wav", STORY)
    register(page, microphone, tmp_path / "story.wav")

    # then the page tells by itself that both are one voice
    voice = page.get_by_test_id("voice")
    expect(voice).to_have_attribute("data-state", "ready")
    expect(page.get_by_test_id("verdict")).to_contain_text("one and the same voice")
    assert problems_of(page) == []
    managed = page.url

    # when the song is swapped from its own page
    page.goto("/studio/")
    wait_for_song(page, seconds=PATIENCE_MS / 1000).locator("a").first.click()
    page.get_by_role("link", name="Swap the voice").click()
    page.get_by_role("radio", name=re.compile("^Ada")).check(force=True)
    page.get_by_test_id("ask").click()
    swap = page.get_by_test_id("swap").first
    expect(swap).to_have_attribute("data-state", "done", timeout=PATIENCE_MS)
    swap.get_by_role("link", name="How good it is").click()

    # then its page tells how good it is, in words, figures and pictures
    card = page.get_by_test_id("quality")
    expect(card.get_by_test_id("verdict")).to_contain_text(re.compile("Good|Fair|Poor"))
    expect(card.get_by_role("listitem").filter(has_text="Pitch error")).to_contain_text("cents")
    card.locator("img").first.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('[data-testid=quality] img').naturalWidth > 0")
    assert problems_of(page) == []

    # and it plays beside what it was made from
    card.get_by_role("button", name="Compare with the source").click()
    expect(page.get_by_test_id("player-compare")).to_be_visible()

    # when it is rated with the keyboard, and once more
    card.get_by_role("radio", name="3, fair").press("Space")
    expect(card.get_by_test_id("rating")).to_contain_text("3.0 of 5, by 1 listener")
    page.keyboard.press("ArrowRight")
    expect(card.get_by_test_id("rating")).to_contain_text("4.0 of 5, by 1 listener")

    # when the voice is taken back, it is in nobody's list any more, and its song stays
    song = page.url
    page.goto(managed)
    page.get_by_test_id("revoke").click()
    page.get_by_role("button", name="Revoke it").click()
    expect(voice).to_have_attribute("data-state", "revoked")
    page.goto("/voices/?whose=mine")
    expect(page.get_by_test_id("performer")).to_have_count(0)
    page.goto(song)
    expect(page.get_by_test_id("quality")).to_be_visible()


def test_a_microphone_that_is_refused_or_hears_too_little_is_said_in_words(page: Page, microphone: Path) -> None:
    # given a browser that does not let the page listen
    begin(page, "Ada")
    page.get_by_test_id("record").click()
    expect(page.get_by_test_id("recorder")).to_have_attribute("data-state", "failed")
    assert "does not let this page use the microphone" in says(page)

    # when it does, and the microphone hears nothing
    page.context.grant_permissions(["microphone"])
    soundfile.write(microphone, [0.0] * SAMPLE_RATE, SAMPLE_RATE, subtype="PCM_16")
    record(page, 0)
    assert "Nothing was heard" in says(page)

    # or too little of a voice, then that is said, and nothing was sent
    say(microphone, "I lend")
    record(page, 0)
    assert "3 is the least" in says(page)
    page.reload()
    expect(page.get_by_test_id("sent")).to_have_count(0)


def test_a_file_that_cannot_be_a_recording_is_not_sent(page: Page, tmp_path: Path) -> None:
    begin(page, "Ada")
    picture = tmp_path / "cover.jpg"
    picture.write_bytes(b"\xff\xd8\xff\xe0")
    page.get_by_test_id("choose").set_input_files(picture)
    expect(page.get_by_test_id("recorder")).to_have_attribute("data-state", "failed")
    assert "cover.jpg is no MP3, WAV or FLAC file" in says(page)
    page.reload()
    expect(page.get_by_test_id("sent")).to_have_count(0)
