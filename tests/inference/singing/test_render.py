"""A sheet becomes a voice: on the asked pitch, at the stated times, the same every time, and piece by piece."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.engine import Cancelled
from inference.singing.model import CannotBeSung, Vocal
from inference.singing.pronunciation import pronounce
from inference.singing.render import phrases, render, render_phrase
from inference.singing.voices import VOICES
from tests.inference.singing.sheets import nothing, sheet

RATE = 44_100


def _render(part: object, seconds: float = 4.0, seed: str = "seed") -> Vocal:
    return render(part, seconds, RATE, seed, nothing)  # type: ignore[arg-type]


def _strongest_period(samples: npt.NDArray[np.float32], low: float, high: float) -> float:
    """The fundamental in Hz by autocorrelation, which the renderer knows nothing of."""
    x = samples - samples.mean()
    spectrum = np.fft.rfft(x * np.hanning(len(x)), 8 * len(x))
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)
    first, last = int(RATE / high), int(RATE / low)
    return RATE / (first + int(np.argmax(correlation[first:last])))


@pytest.mark.parametrize("voice", list(VOICES))
def test_held_notes_have_the_pitch_that_was_asked(voice: str) -> None:
    low = VOICES[voice].low + 5
    part = sheet(["la la la la"], voice=voice, low=low, seconds=0.7)

    samples = _render(part).samples.mean(axis=1)

    for note in part.notes:
        middle = samples[round((note.start + 0.2) * RATE) : round((note.start + 0.5) * RATE)]
        asked = 440.0 * 2 ** ((note.pitch - 69) / 12)
        heard = _strongest_period(middle, asked * 0.7, asked * 1.4)
        assert abs(1200 * np.log2(heard / asked)) < 35


def test_words_come_in_order_and_sound_when_they_say() -> None:
    part = sheet(["Follow the river home", "Nobody knows my name"], start=1.5)

    vocal = _render(part, 9.0)

    level = np.sqrt(np.convolve(vocal.samples.mean(axis=1) ** 2, np.full(441, 1 / 441), "same"))
    assert [word.text for word in vocal.words] == [word.text for word in part.words]
    assert [word.line for word in vocal.words] == [0, 0, 0, 0, 1, 1, 1, 1]
    for word, following in zip(vocal.words, vocal.words[1:], strict=False):
        assert word.start < word.end <= following.start
    for word in vocal.words:
        assert level[round(word.start * RATE) : round(word.end * RATE)].max() > 0.02
    assert level[round((vocal.words[-1].end + 0.2) * RATE) :].max() < 0.001
    assert level[: round((vocal.words[0].start - 0.6) * RATE)].max() < 0.001


def test_consonants_come_before_the_beat_and_vowels_on_it() -> None:
    part = sheet(["see sun"], seconds=0.8)

    vocal = _render(part)

    for word, note in zip(vocal.words, part.notes, strict=True):
        assert 0.03 < note.start - word.start < 0.2
        hiss = _share_above(vocal, note.start - 0.06, note.start - 0.02, 3500.0)
        assert hiss > 0.5 > _share_above(vocal, note.start + 0.15, note.start + 0.4, 3500.0)


def _share_above(vocal: Vocal, start: float, end: float, frequency: float) -> float:
    power = np.abs(np.fft.rfft(vocal.samples[round(start * RATE) : round(end * RATE)].mean(axis=1))) ** 2
    edge = int(frequency * (end - start))
    return float(power[edge:].sum() / power.sum())


def test_the_same_sheet_and_seed_give_the_same_samples_and_another_seed_others() -> None:
    part = sheet()

    first, again, other = _render(part), _render(part), _render(part, seed="other")

    assert np.array_equal(first.samples, again.samples)
    assert first.words == again.words
    assert not np.array_equal(first.samples, other.samples)


def test_a_corrected_word_leaves_the_other_phrases_untouched() -> None:
    before = sheet(["Follow the river home", "Nobody knows my name"])
    (line,) = pronounce(["Nobody knows your name"], "en")
    after = replace(before, words=(*before.words[:4], *line))

    old, new = _render(before, 8.0).samples, _render(after, 8.0).samples

    second = next(note.start for note in before.notes if note.word == 4)
    kept = round((second - 0.75) * RATE)  # its breath and its consonants come before its first note
    assert np.array_equal(old[:kept], new[:kept])
    assert not np.array_equal(old[kept:], new[kept:])


def test_a_phrase_sung_alone_is_what_it_is_in_the_song() -> None:
    part = sheet(["Follow the river home", "Nobody knows my name"])
    whole = _render(part, 8.0)

    _, second = phrases(part)
    start, samples, words = render_phrase(second, RATE, "seed", nothing)

    begin = round(2.0 * RATE) - start  # clear of the first phrase
    assert words[0].text == "Nobody"
    overlap = round(whole.words[3].end * RATE) - start + round(0.3 * RATE)
    assert begin < len(samples)
    np.testing.assert_allclose(whole.samples[start + overlap : start + len(samples)], samples[overlap:], atol=1e-6)


def test_every_phrase_keeps_its_notes_and_words() -> None:
    part = sheet(["one two three", "four five", "six"])

    parts = phrases(part)

    assert [note for phrase in parts for note in phrase.notes] == list(part.notes)
    assert [[word.text for word in phrase.words] for phrase in parts] == [
        ["one", "two", "three"],
        ["four", "five"],
        ["six"],
    ]


def test_doubles_widen_the_spans_that_ask_for_them() -> None:
    lines = ["Follow the river home", "Nobody knows my name"]
    alone, doubled = sheet(lines), sheet(lines, doubled=((3.0, 8.0),))

    single, wide = _render(alone, 8.0).samples, _render(doubled, 8.0).samples

    def width(samples: npt.NDArray[np.float32], start: float, end: float) -> float:
        part = samples[round(start * RATE) : round(end * RATE)]
        return float(np.abs(part[:, 0] - part[:, 1]).mean() / np.abs(part).mean())

    assert width(single, 0.5, 8.0) == 0
    assert width(wide, 0.5, 2.5) == 0
    assert width(wide, 3.6, 5.5) > 0.2


def test_what_the_tick_raises_ends_the_work_and_it_is_told_of_progress() -> None:
    part = sheet(["Follow the river home"] * 4)
    told: list[float] = []

    def tick(fraction: float) -> None:
        told.append(fraction)
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        render(part, 16.0, RATE, "seed", tick)

    assert told == sorted(told)
    assert len(told) >= 4


def test_samples_stay_below_full_scale_whatever_is_sung() -> None:
    part = sheet(["Ah ah ah ah ah ah"], low=60, seconds=0.3, rest=0.0, doubled=((0.0, 9.0),))
    loud = replace(part, notes=tuple(replace(note, velocity=127) for note in part.notes))

    assert np.abs(_render(loud).samples).max() < 1.0


@pytest.mark.parametrize(
    ("seconds", "start", "low"), [(0.03, 0.0, 52), (0.1, 0.02, 90), (0.25, 3.9, 20), (3.0, 0.0, 52)]
)
def test_impossible_melodies_are_sung_as_well_as_can_be(seconds: float, start: float, low: int) -> None:
    vocal = _render(sheet(["Strengths and scripts"], seconds=seconds, start=start, low=low))

    assert np.isfinite(vocal.samples).all()
    assert all(0 <= word.start <= word.end <= 4.0 for word in vocal.words)


def test_other_languages_are_sung_too() -> None:
    for language, line in (("de", "Über den Wolken"), ("ru", "в небе с тобой"), ("zh", "我爱你"), ("ko", "사랑 baby")):
        vocal = _render(sheet([line], language=language))
        assert np.abs(vocal.samples).max() > 0.05


def test_a_voice_that_nobody_has_is_refused() -> None:
    with pytest.raises(CannotBeSung, match="no voice"):
        _render(replace(sheet(), voice="nobody"))


def test_naming_the_voices_loads_nothing_heavy() -> None:
    probe = "import sys, inference.singing.voices, inference.singing.languages; sys.exit('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", probe], check=False, cwd=Path.cwd()).returncode == 0


def test_four_minutes_of_singing_take_little_more_memory_than_their_samples() -> None:
    probe = """
import resource, sys
from inference.singing.render import render
from tests.inference.singing.sheets import nothing, sheet
render(sheet(), 4.0, 44100, "seed", nothing)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
part = sheet(["Follow the river to the sea and never come back home"] * 30, seconds=0.5)
frames = render(part, 240.0, 44100, "seed", nothing).samples.nbytes
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 - frames / 2**20)
"""
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": "."}
    )

    assert float(done.stdout) < 150
