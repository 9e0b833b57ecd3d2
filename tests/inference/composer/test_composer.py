"""The composer's promises about sound: repeatable, loud enough, never clipped, stems that add up, cancellable."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from inference.audio.decode import read
from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.engine import Cancelled, EngineError, Operation, Parent, Request, Result
from inference.engines.composer.engine import Composer
from inference.engines.composer.genres.catalogue import GENRES
from inference.engines.composer.mixing.mixer import mix
from inference.engines.composer.reading.reader import read as understand
from inference.engines.composer.writing.composing import write
from tests.inference.composer.conftest import Listening, Make

RATE = 44_100
_ELSEWHERE = """
import hashlib, sys, tempfile
from pathlib import Path
from inference.engine import Request
from inference.engines.composer.engine import Composer
from inference.engines.composer.genres.catalogue import GENRES

class Context:
    folder = Path(tempfile.mkdtemp(dir=sys.argv[1]))
    def progress(self, stage, fraction): pass

result = Composer().generate(Request("funk about a train", 10, 9), Context())
print(hashlib.sha256(result.mix.tobytes()).hexdigest())
"""


def test_song_is_as_long_as_asked_and_loud_as_promised(song: Result) -> None:
    loudness = integrated_lufs(song.mix, RATE)

    assert song.mix.shape == (30 * RATE, 2)
    assert song.mix.dtype == np.float32
    assert loudness is not None
    assert -14.5 <= loudness <= -13.5
    assert true_peak_dbtp(song.mix, RATE) <= -1.0


@pytest.mark.parametrize("genre", sorted(GENRES))
def test_every_kind_of_music_meets_the_levels(make: Make, genre: str) -> None:
    _assert_mastered(make("", 10, genre=genre).mix)


@pytest.mark.parametrize("prompt", ["solo piano, very quiet, 50 bpm", "ambient, no drums, still", "blast beats, metal"])
def test_the_quietest_and_the_loudest_meet_the_levels(make: Make, prompt: str) -> None:
    _assert_mastered(make(prompt, 25).mix)


def _assert_mastered(mix: npt.NDArray[np.float32]) -> None:
    """−14 ± 0.5 LUFS, at most −1 dBTP, and less than 2 dB lost when both channels become one."""
    loudness = integrated_lufs(mix, RATE)
    folded = integrated_lufs(np.repeat(mix.mean(axis=1, keepdims=True), 2, axis=1), RATE)

    assert loudness is not None
    assert folded is not None
    assert -14.5 <= loudness <= -13.5
    assert true_peak_dbtp(mix, RATE) <= -1.0
    assert loudness - folded < 2.0


def test_mixing_holds_three_buffers_of_the_song_and_no_more(tmp_path: Path) -> None:
    seconds = 40
    reading = understand(Request("pop", seconds, 1))
    score = write(reading, seconds, "1", lambda fraction: None)
    buffer = seconds * RATE * 2 * 4

    tracemalloc.start()
    mix(score, reading.genre.mix, reading.space, "1", tmp_path, lambda fraction: None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 3 * buffer + 30e6


def test_song_rings_out_and_is_never_silent_before(song: Result) -> None:
    hops = np.sqrt(np.square(song.mix[: RATE * 30]).reshape(-1, RATE // 5 * 2).mean(axis=1))

    assert hops[:-8].min() > 1e-3
    assert hops[-1] < hops[-8]
    assert np.abs(song.mix[-1]).max() < 1e-3


def test_stems_sum_to_the_mix_before_mastering(tmp_path: Path) -> None:
    request = Request("lofi with vibraphone", 12, 5)
    reading = understand(request)
    score = write(reading, 12, "5", lambda fraction: None)

    mixed = mix(score, reading.genre.mix, reading.space, "5", tmp_path, lambda fraction: None)

    total = np.sum([read(path, RATE) for path in mixed.stems.values()], axis=0)
    assert set(mixed.stems) >= {"drums", "bass", "chords", "lead"}
    assert np.abs(total - mixed.samples).max() < 1e-5


def test_result_carries_its_score_and_what_was_understood(song: Result) -> None:
    assert song.tempo == 120
    assert song.key == "G major"
    assert song.title == "Summer Rain"
    assert song.understood["genre"] == song.genre == "pop"
    assert song.score is not None
    assert song.score["tracks"]
    assert all(path.is_file() for path in song.stems.values())
    assert song.sections[0].start == 0
    assert song.sections[-1].end == 30
    assert "sha256:" in song.weights


def test_same_request_gives_the_same_samples_after_other_songs(make: Make) -> None:
    first = make("funk about a train", 10, 9)
    make("ambient with choir", 10, 2)
    again = make("funk about a train", 10, 9)

    assert np.array_equal(first.mix, again.mix)
    assert first.score == again.score


def test_same_request_gives_the_same_samples_in_another_process(make: Make, tmp_path: Path) -> None:
    here = hashlib.sha256(make("funk about a train", 10, 9).mix.tobytes()).hexdigest()
    there = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )

    assert there.stdout.strip() == here


def test_another_seed_is_another_song(make: Make) -> None:
    first, second = make("folk", 10, 1), make("folk", 10, 2)

    assert first.score != second.score
    assert not np.array_equal(first.mix, second.mix)


def test_progress_never_goes_back_and_ends_at_one(tmp_path: Path) -> None:
    context = Listening(tmp_path)

    Composer().generate(Request("house", 12, 3), context)

    fractions = [fraction for _, fraction in context.reports]
    stages = list(dict.fromkeys(stage for stage, _ in context.reports))
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1.0)
    assert stages == ["reading", "writing", "playing", "mixing", "mastering"]
    assert len(fractions) > 60


@pytest.mark.parametrize("after", [0.0, 0.02, 0.3, 0.9])
def test_cancel_stops_the_work_where_it_is(tmp_path: Path, after: float) -> None:
    class Impatient(Listening):
        def progress(self, stage: str, fraction: float) -> None:
            super().progress(stage, fraction)
            if fraction >= after:
                raise Cancelled

    context = Impatient(tmp_path)
    with pytest.raises(Cancelled):
        Composer().generate(Request("synthwave", 12, 3), context)

    assert context.reports[-1][1] <= after + 0.1


def test_variation_keeps_the_wishes_and_changes_the_song(make: Make, tmp_path: Path) -> None:
    wish = Request("folk waltz about snow, 100 bpm, D minor", 10, 1, genre="folk")
    parent = Parent(tmp_path, wish)

    result = make("", 10, 77, operation=Operation.VARIATION, parent=parent)

    assert (result.tempo, result.key, result.genre, result.meter) == (100, "D minor", "folk", "3/4")


def test_cover_plays_the_same_melody_in_another_style(make: Make, tmp_path: Path) -> None:
    original = make("pop, 110 bpm, A major", 14, 3)
    (tmp_path / "score.json").write_text(json.dumps(original.score))
    parent = Parent(tmp_path, Request("pop, 110 bpm, A major", 14, 3))

    cover = make("jazz with tenor saxophone", 30, 8, operation=Operation.COVER, parent=parent)

    assert (cover.genre, cover.tempo, cover.key, len(cover.mix)) == ("jazz", 110, "A major", 14 * RATE)
    assert _melody(cover) == _melody(original)
    assert cover.score is not None
    assert original.score is not None
    assert [c["symbol"] for c in cover.score["chords"][:-1]] == [c["symbol"] for c in original.score["chords"][:-1]]
    assert {t["instrument"] for t in cover.score["tracks"]} != {t["instrument"] for t in original.score["tracks"]}


def _melody(result: Result) -> list[tuple[float, int]]:
    assert result.score is not None
    lead = next(t for t in result.score["tracks"] if t["stem"] == "lead")
    return [(n["beat"], n["pitch"] % 12) for n in lead["notes"][:-1]]


@pytest.mark.parametrize("score", ["", "{}", "[1]", '{"meter": "4/4", "key": 3}'])
def test_cover_without_a_readable_score_is_refused(make: Make, tmp_path: Path, score: str) -> None:
    if score:
        (tmp_path / "score.json").write_text(score)
    parent = Parent(tmp_path, Request("pop", 12, 1))

    with pytest.raises(EngineError, match="score"):
        make("jazz", operation=Operation.COVER, parent=parent)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"seconds": 5}, "10 to 240"),
        ({"seconds": float("nan")}, "10 to 240"),
        ({"operation": Operation.EXTEND}, "extend"),
        ({"operation": Operation.VARIATION}, "variation needs the version"),
        ({"tempo": float("inf")}, "tempo"),
    ],
)
def test_requests_beyond_the_capabilities_are_refused(make: Make, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        make("pop", **fields)
