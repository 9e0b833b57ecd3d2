"""Taking up a voice: what is spoken is spoken for real, by espeak-ng, and the check hears it in its own process."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from apps.voices.sentences import new_sentence, other_sentences
from inference.audio.encode import write_flac
from inference.decoding.model import Refused
from inference.registering import client
from inference.registering.model import Fault, NotTaken, Task
from inference.singing.espeak import SAMPLE_RATE, speak
from inference.voice.prints import from_bytes

ADA, BO = "en-us+f3", "en-us+m7"
STORY = (
    "The lake was frozen in the morning, and nobody had walked on it yet. We carried the boat over the "
    "snow and left it beside the old bridge. In the evening the wind came back from the hills, and the "
    "whole village heard the ice sing. Some people said that it was only the water below, but the "
    "children knew better and stayed awake to listen. When spring came the boat was where we had left it, "
    "and inside there was a bird that looked at us without any fear. My grandmother used to tell this "
    "story every winter, and each time there was another animal in the boat. Once it was a fox, and once "
    "it was a cat that could count to seven, and nobody ever asked her which one was true."
)


def spoken(text: str, voice: str) -> npt.NDArray[np.float32]:
    samples = np.frombuffer(speak(text, voice, words_per_minute=140).samples, np.int16).astype(np.float32)
    return np.asarray(samples * (0.5 / float(np.abs(samples).max())), dtype=np.float32)


def music(frames: int) -> npt.NDArray[np.float32]:
    """Chords that change every second, and a drum on every half."""
    time = np.arange(frames) / SAMPLE_RATE
    second = time.astype(int)
    roots = np.asarray([220.0, 174.6, 261.6, 196.0])[second % 4]
    # phases that go on where the chord changes
    turn = 2 * np.pi * np.cumsum(roots) / SAMPLE_RATE
    chord = sum(np.sin(step * turn * overtone) / overtone for step in (1.0, 1.26, 1.5) for overtone in (1, 2, 3, 4))
    drum = np.random.default_rng(1).standard_normal(frames) * np.exp(-30 * (time % 0.5))
    mixed = chord / 6 + drum / 2
    return np.asarray(mixed / np.abs(mixed).max(), dtype=np.float32)


def stored(path: Path, samples: npt.NDArray[np.float32]) -> Path:
    write_flac(path, np.repeat(samples[:, None], 2, axis=1), SAMPLE_RATE)
    return path


class Occasion:
    """A sentence that is shown, and recordings that are made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sentence = new_sentence(random.Random(5))
        self.others = other_sentences(self.sentence, 29, random.Random(6))

    def task(self, consent: npt.NDArray[np.float32], samples: Sequence[npt.NDArray[np.float32]]) -> Task:
        paths = tuple(stored(self.folder / f"{place}.flac", each) for place, each in enumerate(samples))
        read = stored(self.folder / "consent.flac", consent)
        return Task(read, paths, self.sentence, tuple(self.others), self.folder / "learned")


@pytest.fixture
def occasion(tmp_path: Path) -> Occasion:
    """Something to read."""
    return Occasion(tmp_path)


def fault(task: Task) -> Fault:
    with pytest.raises(NotTaken) as refused:
        client.run(task)
    assert not task.folder.exists()
    return refused.value.fault


def test_somebody_who_reads_the_sentence_is_learned(occasion: Occasion) -> None:
    task = occasion.task(spoken(occasion.sentence, ADA), [spoken(STORY, ADA)])
    stages: list[str] = []

    found = client.run(task, on_progress=lambda stage, fraction: stages.append(stage))

    assert from_bytes((task.folder / "print").read_bytes()).low < 500
    assert (task.folder / "sample.mp3").stat().st_size > 10_000
    assert found.seconds > 30
    assert found.measure
    assert len(found.consent_sha256) == len(found.print_sha256) == 64
    assert {"checking", "learning"} <= set(stages)


def test_a_sentence_that_was_read_on_another_occasion_is_not_heard(occasion: Occasion) -> None:
    earlier = occasion.others[0]
    assert fault(occasion.task(spoken(earlier, ADA), [spoken(STORY, ADA)])) is Fault.SENTENCE_NOT_HEARD


def test_a_sentence_read_by_another_voice_is_refused(occasion: Occasion) -> None:
    assert fault(occasion.task(spoken(occasion.sentence, BO), [spoken(STORY, ADA)])) is Fault.ANOTHER_VOICE


def test_recordings_in_which_two_people_speak_are_refused(occasion: Occasion) -> None:
    half = len(STORY) // 2
    dialogue = np.concatenate([spoken(STORY[:half], ADA), spoken(STORY[half:], BO)])
    assert fault(occasion.task(spoken(occasion.sentence, ADA), [dialogue])) is Fault.SEVERAL_VOICES


def test_recordings_with_music_are_refused(occasion: Occasion) -> None:
    story = spoken(STORY, ADA)
    accompanied = 0.5 * story + 0.4 * music(len(story))
    assert fault(occasion.task(spoken(occasion.sentence, ADA), [accompanied])) is Fault.NO_VOICE


def test_silence_and_too_little_are_refused(occasion: Occasion) -> None:
    read = spoken(occasion.sentence, ADA)
    assert fault(occasion.task(read, [read])) is Fault.TOO_SHORT
    assert fault(occasion.task(read[:SAMPLE_RATE], [read])) is Fault.TOO_SHORT
    assert fault(occasion.task(np.zeros(5 * SAMPLE_RATE, np.float32), [spoken(STORY, ADA)])) is Fault.NO_VOICE


def test_what_is_no_recording_is_refused(occasion: Occasion) -> None:
    task = occasion.task(spoken(occasion.sentence, ADA), [spoken(STORY, ADA)])
    task.samples[0].write_bytes(b"this is no music " * 100)
    with pytest.raises(Refused):
        client.run(task)
    assert not task.folder.exists()
