"""Karaoke in a real browser, by what is heard: the mix, the place in the song, key, tempo, and the words beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from embedded.site import Site
from tests.e2e.steps import sign_up
from tests.e2e.tones import HERTZ_A_SECOND, LEVEL, RATE, SECONDS, START_HERTZ, VOCALS_HERTZ

EAR = Path(__file__).with_name("karaoke_ear.js")
VOCALS = f"{VOCALS_HERTZ - 200}, {VOCALS_HERTZ + 200}"
INSTRUMENTAL = "200, 2000"
SILENT = -80
PLANT = "from tests.e2e.tones import plant; v = plant('{email}'); print(v.track_id, v.id)"


@pytest.fixture(scope="module")
def singer(browser: Browser, live: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The stored session of somebody with a song made of tones, and its address."""
    context = browser.new_context(base_url=live.address)
    email = sign_up(context.new_page())
    track, _version = live.manage("shell", "-v0", "-c", PLANT.format(email=email)).split()
    state = str(tmp_path_factory.mktemp("karaoke") / "state.json")
    context.storage_state(path=state)
    context.close()
    return state, f"/tracks/{track}/"


@pytest.fixture
def page(browser: Browser, live: Site, singer: tuple[str, str]) -> Iterator[Page]:
    """The stage, opened."""
    state, address = singer
    context = browser.new_context(base_url=live.address, storage_state=state, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    context.add_init_script(path=EAR)
    found = context.new_page()
    found.goto(address)
    found.get_by_test_id("open-karaoke").click()
    expect(found.get_by_test_id("karaoke")).to_have_attribute("data-status", "idle")
    yield found
    context.close()


def play(page: Page) -> None:
    page.get_by_test_id("karaoke-toggle").click()
    expect(page.get_by_test_id("karaoke")).to_have_attribute("data-status", "playing")
    page.wait_for_function(f"() => loudest({INSTRUMENTAL}).level > -40 || loudest({VOCALS}).level > -40")


def wait_for_rise(page: Page, hertz_a_second: float) -> None:
    """Return when the instrumental rises as fast as that, by the clock of what is heard."""
    page.wait_for_function(
        f"() => rise({INSTRUMENTAL}, 1500).then(heard => Math.abs(heard / {hertz_a_second} - 1) < 0.2)"
    )


def slide(page: Page, name: str, value: int) -> None:
    page.get_by_test_id(f"karaoke-{name}").fill(str(value))


def test_the_slider_takes_the_vocals_away_and_brings_them_back_without_a_gap(page: Page) -> None:
    # given the stage as it opens, the instrumental is alone
    play(page)
    page.wait_for_function(f"() => loudest({VOCALS}).level < {SILENT}")
    # when the vocals are brought back while it plays over several pieces of the stems
    steady = page.evaluate(f"loudest({INSTRUMENTAL}).level")
    page.evaluate(f"window.kept = lowest({INSTRUMENTAL}, 2500)")
    slide(page, "mix", 50)
    page.wait_for_function(f"() => loudest({VOCALS}).level > -40")
    # then the instrumental never left
    assert page.evaluate("kept") > steady - 6
    # and both stems of the vocals are heard as loud as the instrumental, as recorded
    levels = page.evaluate(f"[loudest({VOCALS}).level, loudest({INSTRUMENTAL}).level]")
    assert levels[0] == pytest.approx(levels[1], abs=6)
    slide(page, "mix", 100)
    page.wait_for_function(f"() => loudest({INSTRUMENTAL}).level < {SILENT}")
    assert page.evaluate(f"loudest({VOCALS}).level") > -40


def test_the_key_moves_what_is_heard_and_not_the_time(page: Page) -> None:
    slide(page, "mix", 50)
    slide(page, "key", -6)
    play(page)
    lower = 2 ** (-6 / 12)
    page.wait_for_function(f"() => loudest({VOCALS_HERTZ * lower - 100}, {VOCALS_HERTZ * lower + 100}).level > -40")
    assert page.evaluate("loudest(1500, 4500).hertz") == pytest.approx(VOCALS_HERTZ * lower, rel=0.01)
    # a semitone is a twelfth of an octave, and the song goes on as fast as before
    wait_for_rise(page, HERTZ_A_SECOND * lower)
    slide(page, "key", 6)
    higher = VOCALS_HERTZ * 2 ** (6 / 12)
    page.wait_for_function(f"() => loudest({higher * 0.99}, {higher * 1.01}).level > -40")


@pytest.mark.parametrize("percent", [50, 150])
def test_the_tempo_moves_the_time_and_not_what_is_heard(page: Page, percent: int) -> None:
    slide(page, "mix", 50)
    play(page)
    slide(page, "tempo", percent)
    wait_for_rise(page, HERTZ_A_SECOND * percent / 100)
    assert page.evaluate("loudest(1500, 4500).hertz") == pytest.approx(VOCALS_HERTZ, rel=0.01)
    expect(page.get_by_test_id("karaoke-tempo")).to_have_attribute("aria-valuetext", f"{percent} %, {percent} BPM")


def test_the_word_that_is_lit_is_the_one_that_is_heard(page: Page) -> None:
    # given a word that is pressed, when it sounds from there
    play(page)
    page.locator("#karaoke .word", has_text="second").click()
    page.wait_for_function("() => document.querySelector('#karaoke .word.is-lit')?.textContent === 'second'")
    # then the stage says that place of the song which is heard, and lights the word that is sung there
    page.wait_for_function(f"""() => {{
      const heard = (loudest({INSTRUMENTAL}).hertz - {START_HERTZ}) / {HERTZ_A_SECOND};
      const told = parseFloat(document.querySelector('[data-karaoke-seek]').style.getPropertyValue('--at'));
      const {{ at, until }} = document.querySelector('#karaoke .word.is-lit').dataset;
      const shown = told * {SECONDS} / 100;
      return Math.abs(heard - shown) < 0.3 && at - 0.1 <= shown && shown <= Number(until) + 0.1;
    }}""")
    expect(page.locator("#karaoke .lyric.is-now")).to_contain_text("second")
    expect(page.locator("#karaoke .lyric.is-past")).to_contain_text("first")


def test_the_next_line_is_shown_and_read_out_before_it_is_sung(page: Page) -> None:
    play(page)
    expect(page.locator("#karaoke .lyric.is-now")).to_contain_text("first line")
    expect(page.locator("#karaoke .lyric.is-next")).to_contain_text("second line")
    expect(page.locator("[data-karaoke-said]")).to_have_text("The second line is longer")
    expect(page.locator("[data-karaoke-said]")).to_have_attribute("aria-live", "polite")


def test_it_is_worked_from_the_keyboard_and_leaves_the_player_alone(page: Page) -> None:
    page.keyboard.press("Space")
    expect(page.get_by_test_id("karaoke")).to_have_attribute("data-status", "playing")
    page.keyboard.press("Space")
    expect(page.get_by_test_id("karaoke")).to_have_attribute("data-status", "paused")
    page.get_by_role("heading", name="Tones").last.click()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-karaoke-elapsed]")).to_have_text(re.compile(r"0:1\d"))
    page.keyboard.press("v")
    expect(page.get_by_test_id("karaoke-mix")).to_have_attribute("aria-valuetext", "As recorded")
    page.get_by_test_id("karaoke-key").press("ArrowRight")
    expect(page.get_by_test_id("karaoke-key")).to_have_attribute("aria-valuetext", "One semitone up")
    serious = [each for each in Axe().run(page).response["violations"] if each["impact"] in {"serious", "critical"}]
    assert not serious
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("karaoke")).to_be_hidden()
    assert page.evaluate("[...document.querySelectorAll('audio')].every(audio => audio.paused)")


def test_the_instrumental_is_taken_away_as_one_file(page: Page, tmp_path: Path) -> None:
    with page.expect_download() as started:
        page.get_by_role("button", name="Instrumental (WAV)").click()
    started.value.save_as(tmp_path / "instrumental.wav")
    samples, rate = soundfile.read(tmp_path / "instrumental.wav")
    assert samples.shape == (SECONDS * RATE, 2)
    assert rate == RATE
    # it is the stems, sample by sample, and nobody sings in it
    time = np.arange(len(samples)) / RATE
    rising = LEVEL * np.sin(2 * np.pi * (START_HERTZ * time + HERTZ_A_SECOND * time**2 / 2))
    assert np.abs(samples - rising[:, None]).max() < 1e-4


def test_a_stem_that_cannot_be_had_is_said_and_tried_again(page: Page) -> None:
    page.route("**/stems/bass", lambda route: route.fulfill(status=404, body=""))
    page.get_by_test_id("karaoke-toggle").click()
    expect(page.get_by_test_id("karaoke").get_by_role("status")).to_contain_text("no longer here")
    page.unroute("**/stems/bass")
    play(page)
