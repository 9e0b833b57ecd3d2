"""A sung song in a real browser: heard and lit, continued, covered, repainted, corrected, taken away."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import soundfile
import symusic
from playwright.sync_api import Browser, Page, expect

from embedded.site import Site
from tests.e2e.steps import ask_for_sung_song, create, sign_up, wait_for_song

LYRICS = "[verse]\nThe morning comes in slowly\n[chorus]\nStay a little longer"
SECONDS = 15
LIT = """() => {
  const audio = [...document.querySelectorAll('audio')].find(each => !each.paused && !each.muted);
  const word = document.querySelector('.word.is-lit');
  if (!audio || !word) return null;
  const {at, until} = word.dataset;
  return {now: audio.currentTime, from: Number(at), to: Number(until), text: word.textContent};
}"""
A_FRAME = 0.15
"""Seconds by which a busy machine may draw late."""


@dataclass(frozen=True, slots=True)
class Singer:
    """Somebody with a sung song: their stored session, and where the song is."""

    state: str
    track: str
    version: str


@pytest.fixture(scope="module")
def singer(browser: Browser, live: Site, tmp_path_factory: pytest.TempPathFactory) -> Singer:
    """One sung song for all of these tests."""
    context = browser.new_context(base_url=live.address)
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_up(page)
    ask_for_sung_song(page, "warm folk, 110 bpm, A minor", LYRICS, seconds=SECONDS)
    song = wait_for_song(page)
    track = song.locator("a").first.get_attribute("href") or ""
    version = song.locator("[data-version]").first.get_attribute("data-version") or ""
    state = str(tmp_path_factory.mktemp("singer") / "state.json")
    context.storage_state(path=state)
    context.close()
    return Singer(state, track, version)


@pytest.fixture
def page(browser: Browser, live: Site, singer: Singer) -> Iterator[Page]:
    """The song's page, as its owner sees it."""
    context = browser.new_context(
        base_url=live.address, storage_state=singer.state, reduced_motion="reduce", accept_downloads=True
    )
    context.set_default_timeout(20_000)
    found = context.new_page()
    found.goto(f"{singer.track}?version={singer.version}")
    yield found
    context.close()


def make(page: Page, singer: Singer, operation: str) -> None:
    """Open the form of an operation on the song."""
    page.goto(f"/studio/?parent={singer.version}&operation={operation}")
    expect(page.get_by_role("heading", name=re.compile("^From "))).to_be_visible()


def made(page: Page, label: str) -> float:
    """Send the form, wait for the song, and say how many seconds it lasts."""
    create(page)
    song = wait_for_song(page)
    expect(song).to_contain_text(label)
    return float(song.locator("[data-seconds]").first.get_attribute("data-seconds") or 0)


def test_each_word_is_lit_while_it_is_sung(page: Page) -> None:
    # when the song plays from its first word
    page.locator(".word").first.click()
    page.wait_for_function(LIT)
    seen = set()
    for _ in range(3):
        lit = page.evaluate(LIT)
        # then what is lit is what sounds
        if lit:
            assert lit["from"] - A_FRAME <= lit["now"] <= lit["to"] + A_FRAME
            seen.add(lit["text"])
        page.wait_for_function(
            "past => [...document.querySelectorAll('audio')].some(a => !a.paused && a.currentTime > past)",
            arg=(lit["to"] if lit else 0) + 0.05,
        )
    assert len(seen) >= 2
    # and a word further on is heard from where it is pressed
    later = page.locator(".lyric", has_text="longer").locator(".word").last
    later.click()
    expect(later).to_have_class(re.compile("is-lit"))


def test_it_goes_on(page: Page, singer: Singer) -> None:
    make(page, singer, "extend")
    page.locator("#id_more").fill("5")
    assert made(page, "Extend") == pytest.approx(SECONDS + 5, abs=1)


def test_it_is_covered_in_another_style(page: Page, singer: Singer) -> None:
    make(page, singer, "cover")
    page.locator("#genre-chips").get_by_text("Jazz", exact=True).click()
    assert made(page, "Cover") == pytest.approx(SECONDS, abs=1)


def test_a_span_is_made_anew(page: Page, singer: Singer) -> None:
    # given the form, the handles say what the numbers say
    make(page, singer, "repaint")
    end = page.get_by_role("slider", name="End of the span")
    before = float(page.locator("#id_span_end").input_value())
    end.focus()
    end.press("ArrowLeft")
    assert float(page.locator("#id_span_end").input_value()) == pytest.approx(before - 0.5)
    # when the end is dragged on the waveform
    area = page.locator("[data-span-wave]").bounding_box()
    assert area is not None
    handle = area["x"] + area["width"] * float(page.locator("#id_span_end").input_value()) / SECONDS
    page.mouse.move(handle, area["y"] + 20)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + 20)
    page.mouse.up()
    assert float(page.locator("#id_span_end").input_value()) == pytest.approx(SECONDS / 2, abs=0.3)
    # then it is made
    assert made(page, "Repaint") == pytest.approx(SECONDS, abs=1)


def test_another_song_takes_after_it(page: Page, singer: Singer) -> None:
    page.goto("/studio/")
    page.locator("#id_prompt").fill("a brighter song for the afternoon")
    page.locator("summary", has_text="reference").click()
    page.locator("[data-reference]").last.click()
    expect(page.locator("#id_prompt")).to_have_value("a brighter song for the afternoon")
    page.get_by_text("Instrumental", exact=True).click()
    page.locator("#id_seconds").fill("10")
    made(page, "Reference")
    page.get_by_test_id("take").first.locator("a").first.click()
    expect(page.get_by_text("Takes after")).to_be_visible()
    assert singer.track.split("?")[0] not in page.url


def test_a_word_is_corrected_and_sung_again(page: Page) -> None:
    line = page.locator(".lyric", has_text="slowly")
    line.hover()
    line.get_by_role("button", name=re.compile("^Correct")).click()
    page.get_by_label("The line").fill("The evening comes in slowly")
    page.get_by_label("The line").press("Enter")
    page.get_by_test_id("sing-again").click()
    page.wait_for_url(re.compile("/studio/$"))
    song = wait_for_song(page)
    expect(song).to_contain_text("New lyrics")
    song.locator("a").first.click()
    expect(page.locator(".word", has_text="evening")).to_have_count(1)
    expect(page.locator(".word", has_text="morning")).to_have_count(0)
    expect(page.locator(".lyric", has_text="longer")).to_have_count(1)
    # and beside the old one, the words are those of the version that is heard
    page.locator("[data-compare-with]").select_option(label="v1 · Generated")
    page.get_by_test_id("compare").click()
    page.get_by_role("button", name="Hear version B").click()
    expect(page.locator(".word", has_text="morning")).to_have_count(1)
    page.get_by_role("button", name="Hear version A").click()
    expect(page.locator(".word", has_text="evening")).to_have_count(1)


def test_stems_and_notes_open_elsewhere(page: Page, tmp_path: Path) -> None:
    def take(name: str) -> Path:
        page.locator("summary", has_text="Download").click()
        with page.expect_download() as started:
            page.get_by_role("link", name=re.compile(f"^{re.escape(name)}")).click()
        path = tmp_path / started.value.suggested_filename
        started.value.save_as(path)
        return path

    with zipfile.ZipFile(take("All stems")) as archive:
        stems = [name for name in archive.namelist() if name.endswith(".flac")]
        assert any("vocal" in name for name in stems)
        lengths = {round(soundfile.info(io.BytesIO(archive.read(name))).duration) for name in stems}
    assert lengths == {SECONDS}

    score: Any = symusic.Score(str(take("MIDI")))
    assert sum(len(track.notes) for track in score.tracks) > 20
    assert score.to("second").end() == pytest.approx(SECONDS, abs=3)

    assert "slowly" in take("Words in time").read_text()
    assert take("Subtitles").read_text().startswith("WEBVTT")
    assert "<score-partwise" in take("Lead sheet (MusicXML)").read_text()


def test_parts_are_marked_with_a_button(page: Page) -> None:
    page.goto("/studio/")
    page.get_by_text("Sung", exact=True).click()
    page.get_by_role("button", name="[verse]").click()
    page.keyboard.type("Snow is falling")
    page.get_by_role("button", name="[chorus]").click()
    expect(page.locator("#id_lyrics")).to_have_value("[verse]\nSnow is falling\n\n[chorus]\n")
    expect(page.locator("[data-lyrics-count]")).to_contain_text("1 line")


def test_what_was_understood_can_be_changed_before_it_is_sent(page: Page) -> None:
    page.goto("/studio/")
    takes = page.get_by_test_id("take").count()
    page.locator("#id_prompt").press_sequentially("slow folk, 92 bpm")
    chip = page.locator("#understood-tempo")
    expect(chip).to_contain_text("92 BPM")
    chip.click()
    page.locator("[data-sets=tempo]").fill("120")
    page.locator("[data-sets=tempo]").press("Enter")
    expect(chip).to_contain_text("120 BPM")
    expect(page.locator("#id_tempo")).to_have_value("120")
    chip.click()
    page.locator("[data-resets=tempo]").click()
    expect(chip).to_contain_text("92 BPM")
    expect(page.locator("#id_tempo")).to_have_value("")
    expect(page.get_by_test_id("take")).to_have_count(takes)
