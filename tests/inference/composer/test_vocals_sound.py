"""A sung song as it sounds: words when they are said to sound, the voice above the band, levels kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy import signal

from inference.audio.decode import read
from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.engine import Request, Result
from inference.engines.composer.engine import Composer
from inference.singing.model import CannotBeSung
from inference.singing.voices import VOICES
from tests.inference.composer.conftest import Listening, Make

RATE = 44_100
LYRICS = """[verse]
The train was late, the station bare
I bought a coffee, combed my hair
[chorus]
Carry me home, carry me home
Over the river and over the stone
"""


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Result:
    request = Request("pop with female vocals, 112 bpm", 24, 3, instrumental=False, lyrics=LYRICS)
    return Composer().generate(request, Listening(tmp_path_factory.mktemp("sung")))


def stem(song: Result, name: str) -> npt.NDArray[np.float32]:
    return read(song.stems[name], RATE)


def test_every_word_is_given_with_its_line_in_the_order_it_sounds(song: Result) -> None:
    lines = LYRICS.splitlines()

    expected = [(word, n) for n, line in enumerate(lines) if not line.startswith("[") for word in line.split()]
    assert [(w.text, w.line) for w in song.words] == expected
    ends = 0.0
    for word in song.words:
        assert ends - 1e-6 <= word.start < word.end <= 24
        ends = word.end


def test_words_lie_in_the_section_they_were_written_in(song: Result) -> None:
    kinds = {1: "verse", 2: "verse", 4: "chorus", 5: "chorus"}

    upbeat = 1.6 * 60 / 112 + 0.3
    for word in song.words:
        spans = [s for s in song.sections if s.name == kinds[word.line]]
        assert any(s.start - upbeat <= word.start < s.end for s in spans)


def test_the_voice_sounds_with_its_words_and_not_before(song: Result) -> None:
    vocals = stem(song, "vocals")
    level = np.sqrt(np.square(vocals).mean(axis=1))

    first = int((song.words[0].start - 0.6) * RATE)
    sounding = np.mean([level[int(w.start * RATE) : int(w.end * RATE)].mean() for w in song.words])
    assert first <= 0 or level[:first].max() < 0.05 * sounding
    heard = [level[int(w.start * RATE) : int(w.end * RATE)].max() > 0.3 * sounding for w in song.words]
    assert sum(heard) >= 0.95 * len(heard)


def test_the_voice_stands_clearly_above_the_band(song: Result) -> None:
    sections = signal.butter(2, [1000, 4000], "band", fs=RATE, output="sos")
    singing = np.zeros(24 * RATE, bool)
    for word in song.words:
        singing[int(word.start * RATE) : int(word.end * RATE)] = True

    def power(samples: npt.NDArray[np.float32]) -> float:
        return float(np.square(signal.sosfilt(sections, samples.mean(axis=1))[singing]).mean())

    band = np.sum([stem(song, name) for name in song.stems if name != "vocals"], axis=0)
    above = 10 * np.log10(power(stem(song, "vocals")) / power(band))
    assert 2.5 <= above <= 6.5


def test_a_sung_song_is_as_long_and_as_loud_as_promised_and_survives_in_mono(song: Result) -> None:
    loudness = integrated_lufs(song.mix, RATE)

    assert song.mix.shape == (24 * RATE, 2)
    assert loudness is not None
    assert -14.5 <= loudness <= -13.5
    assert true_peak_dbtp(song.mix, RATE) <= -1.0
    vocals = stem(song, "vocals")
    middle, side = np.square(vocals.sum(axis=1)).sum(), np.square(vocals[:, 0] - vocals[:, 1]).sum()
    assert side < 0.2 * middle


def test_who_sang_what_is_recorded(song: Result) -> None:
    assert song.parameters["lyrics"] == LYRICS
    assert song.parameters["language"] == "en"
    assert song.parameters["voice"] in {"willow", "wren"}
    assert song.score is not None
    assert song.score["vocal"]["voice"] == song.parameters["voice"]


def test_the_same_song_is_sung_the_same(song: Result, make: Make) -> None:
    again = make("pop with female vocals, 112 bpm", 24, 3, instrumental=False, lyrics=LYRICS)

    assert np.array_equal(again.mix, song.mix)
    assert again.words == song.words


def test_lyrics_that_cannot_be_sung_are_refused_before_anything_is_played(tmp_path: Path) -> None:
    context = Listening(tmp_path)

    with pytest.raises(CannotBeSung, match="Latin letters"):
        Composer().generate(Request("pop", 20, 1, instrumental=False, lyrics="สวัสดีชาวโลก"), context)

    assert {stage for stage, _ in context.reports} <= {"reading", "writing"}
    assert not list(tmp_path.rglob("*.flac"))


def test_an_instrumental_sings_nothing_and_loads_no_voice(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.singing.render.render", None)

    made = make("lofi", 10, lyrics="these words are not sung", instrumental=True)

    assert "vocals" not in made.stems
    assert made.words == ()
    assert any("not sung" in note for note in made.understood["notes"])


def test_the_engine_says_who_sings_and_in_what_languages() -> None:
    capabilities = Composer().capabilities

    assert capabilities.sung
    assert [voice.name for voice in capabilities.voices] == list(VOICES)
    assert len(capabilities.voices) >= 4
    assert {"en", "de", "fr", "es", "it"} <= capabilities.languages
    assert "voice" in capabilities.controls
