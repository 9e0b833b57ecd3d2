"""Telling voices apart: with the encoder's weights and without them, and what is no voice at all."""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.singing.espeak import SAMPLE_RATE, speak
from inference.speakers import (
    BadWeights,
    Measure,
    TooLittle,
    available,
    embed,
    encoder,
    same_speaker,
    similarity,
    telling,
    voices_in,
    weights,
)

Floats = npt.NDArray[np.float32]

_FIRST = "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background."
_SECOND = "It is easy to tell the depth of a well. These days a chicken leg is a rare dish."
_MAN, _WOMAN = "en-us", "en-us+f4"


@cache
def _said(text: str, voice: str) -> Floats:
    return np.asarray(np.frombuffer(speak(text, voice).samples, np.int16) / 32768, np.float32)


def test_the_encoder_is_there_wherever_its_weights_are() -> None:
    assert available() == (Measure.RESEMBLYZER, Measure.SPECTRAL)


@pytest.mark.parametrize("measure", list(Measure))
def test_other_words_of_the_same_voice_are_nearer_than_those_of_another(measure: Measure) -> None:
    man, again, woman = (
        embed(_said(text, voice), SAMPLE_RATE, measure)
        for text, voice in ((_FIRST, _MAN), (_SECOND, _MAN), (_SECOND, _WOMAN))
    )

    assert similarity(man, again) > similarity(man, woman) + 0.1


def test_one_speaker_is_the_same_and_another_is_not() -> None:
    assert same_speaker(_said(_FIRST, _MAN), _said(_SECOND, _MAN), SAMPLE_RATE).same
    assert not same_speaker(_said(_FIRST, _MAN), _said(_SECOND, _WOMAN), SAMPLE_RATE).same


def test_loudness_and_silence_around_change_nothing() -> None:
    spoken = _said(_FIRST, _MAN)
    pause = np.zeros(2 * SAMPLE_RATE, np.float32)

    assert same_speaker(spoken, np.concatenate([pause, 0.1 * spoken, pause]), SAMPLE_RATE).similarity > 0.97


def test_voices_measured_in_different_ways_do_not_compare() -> None:
    spoken = _said(_FIRST, _MAN)

    with pytest.raises(ValueError, match="does not compare"):
        similarity(*(embed(spoken, SAMPLE_RATE, measure) for measure in Measure))


def test_network_computes_what_torch_computes() -> None:
    import torch

    path = weights.found()
    assert path is not None
    state = weights.load(path)
    lstm, linear = torch.nn.LSTM(40, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
    for module, prefix in ((lstm, "lstm."), (linear, "linear.")):
        mine = {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
        module.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in mine.items()})
    chance = np.random.default_rng(3)
    samples = (0.03 * chance.standard_normal(2 * encoder.RATE)).astype(np.float32)
    level = encoder.LEVEL / np.sqrt(np.mean(samples**2))
    with torch.no_grad():
        _, (hidden, _) = lstm(torch.from_numpy(encoder.mel(samples * np.float32(level))[None, : encoder.SPAN]))
        expected = torch.nn.functional.normalize(torch.relu(linear(hidden[-1])))[0].numpy()

    assert np.allclose(encoder.spans(samples, state)[0], expected, atol=1e-4)


def test_one_voice_is_one_and_two_are_several() -> None:
    one = np.concatenate([_said(_FIRST, _MAN), _said(_SECOND, _MAN)])
    two = np.concatenate([_said(_FIRST, _MAN), _said(_SECOND, _WOMAN)])

    assert voices_in(one, SAMPLE_RATE) == 1
    assert voices_in(two, SAMPLE_RATE) == 2


def _chords(chance: np.random.Generator) -> Floats:
    """Held chords, as an organ plays them."""
    time = np.arange(6 * encoder.RATE) / encoder.RATE
    chord = np.zeros(len(time))
    for start, root in enumerate((220.0, 174.6, 196.0)):
        here = (time // 2) == start
        for ratio in (1.0, 1.25, 1.5):
            for harmonic in range(1, 6):
                chord += here * np.sin(2 * np.pi * root * ratio * harmonic * time) / harmonic**1.5
    return (0.1 * chord).astype(np.float32)


def _noise(chance: np.random.Generator) -> Floats:
    return (0.1 * chance.standard_normal(6 * encoder.RATE)).astype(np.float32)


def _silence(chance: np.random.Generator) -> Floats:
    return np.zeros(6 * encoder.RATE, np.float32)


@pytest.mark.parametrize("sound", [_chords, _noise, _silence])
def test_what_is_no_voice_counts_none(sound: object) -> None:
    assert callable(sound)
    assert voices_in(sound(np.random.default_rng(5)), encoder.RATE) == 0


@pytest.mark.parametrize("samples", [np.zeros(0), np.full(32_000, np.nan), np.zeros(32_000), np.ones(800)])
def test_too_little_sound_is_said_so(samples: Floats) -> None:
    with pytest.raises(TooLittle):
        embed(samples.astype(np.float32), encoder.RATE)


def test_half_a_download_of_the_weights_is_refused(tmp_path: Path) -> None:
    path = weights.found()
    assert path is not None
    half = tmp_path / "pretrained.pt"
    half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(BadWeights):
        weights.load(half)


def test_a_file_of_weights_runs_no_code(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (tmp_path / "sprung",)

    trap = tmp_path / "pretrained.pt"
    trap.write_bytes(pickle.dumps(Trap()))

    with pytest.raises(BadWeights):
        weights.load(trap)
    assert not (tmp_path / "sprung").exists()


def test_without_weights_the_weaker_measure_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "found", lambda: None)

    assert available() == (Measure.SPECTRAL,)
    assert same_speaker(_said(_FIRST, _MAN), _said(_FIRST, _MAN), SAMPLE_RATE).measure.startswith("spectral")
