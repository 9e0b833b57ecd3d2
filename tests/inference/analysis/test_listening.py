"""Listening hears what was played, and nothing where there is nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.analysis.chords import chord_track
from inference.analysis.listening import listen
from inference.audio.encode import write_flac
from inference.engine import EngineError, Samples
from tests.inference.audio.signals import RATE, band, noise, sine

_TONICS = {"C major": (0, False), "A minor": (9, True), "F# minor": (6, True), "Eb major": (3, False)}


def _file(folder: Path, samples: Samples) -> Path:
    write_flac(folder / "master.flac", samples, RATE)
    return folder / "master.flac"


@pytest.mark.parametrize(("key", "tempo"), [("C major", 120.0), ("A minor", 96.0), ("Eb major", 131.0)])
def test_tempo_beats_key_and_chords_of_a_band_are_heard(tmp_path: Path, key: str, tempo: float) -> None:
    tonic, minor = _TONICS[key]
    heard = listen(_file(tmp_path, band(20, tempo=tempo, tonic=tonic, minor=minor)))

    assert heard.tempo == pytest.approx(tempo, rel=0.01)
    assert heard.key == key
    beat = 60 / tempo
    late = (np.asarray(heard.beats) / beat + 0.5) % 1 - 0.5
    assert np.abs(np.median(late)) * beat < 0.03
    scale = (0, 2, 3, 5, 7, 8, 10) if minor else (0, 2, 4, 5, 7, 9, 11)
    right = 0
    for chord in heard.chords:
        for number in range(chord.first, chord.last):
            bar = int((heard.beats[number] + beat / 2) // (4 * beat))
            right += chord.root == (tonic + scale[(0, 5, 3, 4)[bar % 4]]) % 12
    assert right >= 0.8 * len(heard.beats)


def test_energy_follows_how_loud_it_gets(tmp_path: Path) -> None:
    samples = band(16, tempo=120, tonic=0, minor=False)
    samples[: 8 * RATE] *= 0.1
    heard = listen(_file(tmp_path, samples))

    half = len(heard.curve) // 2
    assert max(heard.curve[:half]) < min(heard.curve[half:-1])
    assert 0 < heard.energy < 1


def test_a_beat_without_a_key_is_heard(tmp_path: Path) -> None:
    time = np.arange(12 * RATE) / RATE
    clicks = np.where(time % 0.5 < 0.02, np.random.default_rng(1).normal(scale=0.3, size=time.size), 0)
    heard = listen(_file(tmp_path, np.stack([clicks, clicks], axis=1).astype(np.float32)))

    assert heard.tempo == pytest.approx(120, rel=0.01)
    assert heard.key == ""
    assert heard.chords == ()


def test_a_held_chord_has_a_key_and_no_beat(tmp_path: Path) -> None:
    chord = np.asarray(sum(sine(f, 8, 0.1) for f in (110.0, 220.0, 261.63, 329.63)), np.float32)
    heard = listen(_file(tmp_path, chord))

    assert heard.tempo is None
    assert heard.key == "A minor"


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (noise(8), "no steady beat, no key"),
        (noise(8, 0.0), "is silent"),
        (sine(440, 1), "at least 4 seconds"),
    ],
)
def test_nothing_is_heard_in_nothing(tmp_path: Path, samples: Samples, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        listen(_file(tmp_path, samples))


@pytest.mark.parametrize("content", [None, b"", b"not audio at all"])
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "master.flac"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(EngineError, match="cannot be read"):
        listen(path)


def test_passing_notes_do_not_change_the_chord() -> None:
    steady = np.tile([1.0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0], (8, 1))
    steady[3] = [0.5, 0, 0.9, 0, 0.2, 0.9, 0, 0.3, 0, 0, 0, 0]
    bass = np.zeros((8, 12))

    found = chord_track(steady, bass, np.arange(8) % 4 == 0, frozenset({0, 2, 4, 5, 7, 9, 11}))

    assert {(chord.root, chord.quality) for chord in found} == {(0, "")}
