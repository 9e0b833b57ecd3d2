"""What operations on versions promise: what was heard stays, what is new is new, and chains of them work."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.audio.decode import read
from inference.audio.encode import write_flac
from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.engine import Cancelled, EngineError, Operation, Request, Result
from inference.engines.composer import score_json
from inference.engines.composer.engine import Composer
from inference.engines.composer.genres.catalogue import GENRES
from inference.engines.composer.score import Score
from tests.inference.audio.signals import noise, sine
from tests.inference.composer.conftest import Listening
from tests.inference.composer.versions import RATE, made, parent, residual_db, written

SONG = Request("bright pop, 120 bpm, G major", 14, 4)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("versions") / "song"
    return folder, made(SONG, folder)


@pytest.fixture(scope="module")
def longer(song: tuple[Path, Result]) -> tuple[Path, Result]:
    folder = song[0].parent / "longer"
    request = Request("", 26, 5, operation=Operation.EXTEND, parent=parent(song[0]))
    return folder, made(request, folder)


@pytest.fixture(scope="module")
def repainted(song: tuple[Path, Result]) -> tuple[Path, Result]:
    folder = song[0].parent / "repainted"
    request = Request("", 14, 6, operation=Operation.REPAINT, span=(4.2, 7.9), parent=parent(song[0]))
    return folder, made(request, folder)


def _seam(result: Result) -> float:
    """Seconds until which an extension says that it is what it continues, less the crossfade."""
    found = re.search(r"the first ([\d.]+) s", result.understood["kept"])
    assert found
    return float(found[1]) - 0.06


def _loud_as_promised(result: Result) -> bool:
    loudness = integrated_lufs(result.mix, RATE)
    return loudness is not None and -14.5 <= loudness <= -13.5 and true_peak_dbtp(result.mix, RATE) <= -1.0


def test_extension_keeps_what_was_heard_and_is_as_long_as_asked(
    song: tuple[Path, Result], longer: tuple[Path, Result]
) -> None:
    seam = _seam(longer[1])

    assert seam >= 9
    assert longer[1].mix.shape == (26 * RATE, 2)
    assert residual_db(song[1].mix, longer[1].mix, 0, seam) <= -80
    for name, path in song[1].stems.items():
        assert residual_db(read(path, RATE), read(longer[1].stems[name], RATE), 0, seam) <= -80
    assert _loud_as_promised(longer[1])


def test_extension_goes_on_and_ends_with_music_that_was_not_heard(longer: tuple[Path, Result]) -> None:
    score = score_json.load(longer[0]).score
    beats = score.meter.beats
    first_new = round(_seam(longer[1]) / 2)
    bars = [
        frozenset(
            (track.name, round(n.start % beats, 3), n.pitch)
            for track in score.tracks
            for n in track.notes
            if bar * beats <= n.start < (bar + 1) * beats
        )
        for bar in range(score.bars)
    ]

    assert all(bar for bar in bars)
    assert not set(bars[first_new + 1 :]) & set(bars[: first_new + 1])
    assert {span.name for span in score.spans} >= {"chorus", "bridge"}
    hops = np.sqrt(np.square(longer[1].mix).reshape(-1, RATE // 5 * 2).mean(axis=1))
    assert hops[:-10].min() > 1e-3
    assert hops[-1] < hops[-8]


def test_no_bar_of_an_extension_sounds_like_a_copy(song: tuple[Path, Result], longer: tuple[Path, Result]) -> None:
    bar = 2 * RATE

    def bars(mix: Any) -> Any:
        whole = mix[: mix.shape[0] // bar * bar].mean(axis=1).reshape(-1, bar)
        return whole / np.linalg.norm(whole, axis=1, keepdims=True)

    alike = bars(longer[1].mix[10 * RATE :]) @ bars(song[1].mix[: 10 * RATE]).T
    assert float(alike.max()) < 0.98


@pytest.mark.parametrize(("which", "seams"), [("longer", ()), ("repainted", (4.0, 8.0))])
def test_no_click_where_old_and_new_meet(which: str, seams: tuple[float, ...], request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(which)[1]
    mix = result.mix.astype(float)
    bend = np.abs(np.diff(mix, n=2, axis=0)).max(axis=1)
    for seam in seams or (_seam(result) + 0.06,):
        fade = slice(int((seam - 0.06) * RATE), int((seam - 0.004) * RATE))
        around = bend[int((seam - 2) * RATE) : int((seam + 2) * RATE)]
        assert bend[fade].max() <= np.percentile(around, 99.9) * 1.5


def test_repaint_changes_its_bars_and_nothing_else(song: tuple[Path, Result], repainted: tuple[Path, Result]) -> None:
    old, new = song[1], repainted[1]

    assert "bars 3 to 4" in new.understood["anew"]
    assert residual_db(old.mix, new.mix, 0, 3.94) <= -80
    assert residual_db(old.mix, new.mix, 8.0, 14) <= -80
    assert residual_db(old.mix, new.mix, 4.1, 7.9) > -30
    for name, path in old.stems.items():
        before, after = read(path, RATE), read(new.stems[name], RATE)
        assert residual_db(before, after, 0, 3.94) <= -80
        assert residual_db(before, after, 8.0, 14) <= -80
    assert _loud_as_promised(new)


def test_repaint_with_a_prompt_brings_other_players(song: tuple[Path, Result], tmp_path: Path) -> None:
    request = Request("slow jazz with brushes", 14, 6, operation=Operation.REPAINT, span=(4, 8), parent=parent(song[0]))
    old, new = score_json.load(song[0]).score, written(request, tmp_path / "jazz").piece.score

    others = [track for track in new.tracks if track.name not in {track.name for track in old.tracks}]
    assert {track.instrument for track in others} - {track.instrument for track in old.tracks}
    assert all(8 <= note.start < 16 for track in others for note in track.notes)
    assert {n for t in old.tracks for n in t.notes if n.start >= 16} == {
        n for t in new.tracks for n in t.notes if n.start >= 16
    }


def test_repaint_without_a_prompt_keeps_the_players(repainted: tuple[Path, Result], song: tuple[Path, Result]) -> None:
    old, new = score_json.load(song[0]).score, score_json.load(repainted[0]).score

    assert {(t.name, t.instrument) for t in new.tracks} <= {(t.name, t.instrument) for t in old.tracks}
    assert new.spans == old.spans


def test_stems_of_a_changed_version_still_sum_to_its_mix(repainted: tuple[Path, Result]) -> None:
    total = np.sum([read(path, RATE) for path in repainted[1].stems.values()], axis=0)
    window = slice(5 * RATE, 7 * RATE)
    mix = repainted[1].mix

    assert np.corrcoef(total[window, 0], mix[window, 0])[0, 1] > 0.9


def test_reference_takes_tempo_key_chords_and_energy(song: tuple[Path, Result], tmp_path: Path) -> None:
    request = Request("jazz trio", 40, 3, operation=Operation.REFERENCE, parent=parent(song[0]))
    work = written(request, tmp_path / "jazz")
    old, new = score_json.load(song[0]), work.piece

    assert (new.reading.tempo, new.score.key.name, new.reading.genre.name) == (120, "G major", "jazz")
    assert new.reading.energy == pytest.approx(old.reading.energy)
    assert {c.symbol for c in new.score.chords[:-1]} <= {c.symbol for c in old.score.chords}
    assert len({c.root for c in new.score.chords}) > 1
    assert work.told
    assert "tempo, key, chords, energy" in work.told["kept"]


def test_reference_leaves_what_was_asked_for_itself(song: tuple[Path, Result], tmp_path: Path) -> None:
    request = Request("jazz", 20, 3, tempo=90, key="D minor", operation=Operation.REFERENCE, parent=parent(song[0]))
    reading = written(request, tmp_path / "jazz").piece.reading

    assert (reading.tempo, reading.key.name) == (90, "D minor")


def test_reference_without_a_score_is_heard(song: tuple[Path, Result], tmp_path: Path) -> None:
    (tmp_path / "upload").mkdir()
    shutil.copy(song[0] / "master.flac", tmp_path / "upload")
    request = Request("jazz trio", 10, 3, operation=Operation.REFERENCE, parent=parent(tmp_path / "upload"))
    work = written(request, tmp_path / "jazz")

    assert work.piece.reading.tempo == pytest.approx(120, rel=0.01)
    assert work.piece.score.key.name == "G major"
    assert work.told
    assert "as it was heard" in work.told["kept"]


def test_reference_with_a_key_but_no_beat_says_so(tmp_path: Path) -> None:
    (tmp_path / "drone").mkdir()
    drone = sum(sine(frequency, 8, 0.1) for frequency in (110.0, 220.0, 261.63, 329.63))
    write_flac(tmp_path / "drone" / "master.flac", np.asarray(drone, np.float32), RATE)
    request = Request("folk", 12, 3, operation=Operation.REFERENCE, parent=parent(tmp_path / "drone"))
    work = written(request, tmp_path / "folk")

    assert work.piece.score.key.name == "A minor"
    assert work.told
    assert work.told["unheard"].startswith("no beat and no chords could be heard")


@pytest.mark.parametrize("sound", ["noise", "silence"])
def test_reference_of_noise_or_silence_is_refused(tmp_path: Path, sound: str) -> None:
    (tmp_path / sound).mkdir()
    samples = noise(6, 0.1 if sound == "noise" else 0.0)
    write_flac(tmp_path / sound / "master.flac", samples, RATE)

    with pytest.raises(EngineError, match="Nothing to take over was heard"):
        written(
            Request("folk", 12, 3, operation=Operation.REFERENCE, parent=parent(tmp_path / sound)), tmp_path / "folk"
        )


def test_chain_of_operations_keeps_style_form_and_wishes(song: tuple[Path, Result], tmp_path: Path) -> None:
    cover = Request("jazz with saxophone", 14, 2, operation=Operation.COVER, parent=parent(song[0]))
    repaint = Request("", 14, 3, operation=Operation.REPAINT, span=(2, 6), parent=parent(tmp_path / "cover"))
    extend = Request("", 24, 3, operation=Operation.EXTEND, parent=parent(tmp_path / "repaint"))
    again = Request("", 40, 3, operation=Operation.EXTEND, parent=parent(tmp_path / "extended"))
    vary = Request("", 10, 9, operation=Operation.VARIATION, parent=parent(tmp_path / "again"))
    covered, repainted = written(cover, tmp_path / "cover"), written(repaint, tmp_path / "repaint")
    extended, longest = written(extend, tmp_path / "extended"), written(again, tmp_path / "again")
    varied = written(vary, tmp_path / "varied")

    for work in (covered, repainted, extended, longest, varied):
        assert work.piece.reading.genre.name == "jazz"
        assert work.piece.request.prompt == "jazz with saxophone"
    for work in (repainted, extended, longest):
        assert work.piece.score.clock.tempo == covered.piece.score.clock.tempo
        assert work.piece.score.key == covered.piece.score.key
    assert longest.piece.score.seconds == 40
    assert longest.piece.score.bars > extended.piece.score.bars > covered.piece.score.bars


@settings(deadline=None, max_examples=15)
@given(st.sampled_from(sorted(GENRES)), st.floats(12, 60), st.floats(5, 90), st.integers(0, 1000))
def test_every_kind_of_song_can_go_on(genre: str, seconds: float, more: float, seed: int) -> None:
    with TemporaryDirectory() as folder:
        short = written(Request("", seconds, seed, genre=genre), Path(folder) / "short").piece.score
        request = Request(
            "", seconds + more + 12, seed + 1, operation=Operation.EXTEND, parent=parent(Path(folder) / "short")
        )
        long = written(request, Path(folder) / "long").piece.score

    assert long.seconds == seconds + more + 12
    assert long.spans[-1].end == long.bars > short.bars - 8
    seam = min(short.clock.slow_from, short.spans[-1].start * short.meter.beats, short.final_beat)
    assert _notes(long, 0, seam) == _notes(short, 0, seam)
    assert all(
        any(n.start < (bar + 1) * long.meter.beats and n.start + n.duration > bar * long.meter.beats for n in sounding)
        for sounding in [[n for t in long.tracks for n in t.notes]]
        for bar in range(long.bars)
    )
    assert 1.0 <= long.seconds - long.clock.seconds(long.final_beat) < 2.3 + 60 / long.clock.tempo * long.meter.beats


def _notes(score: Score, first: float, last: float) -> set[tuple[str, float, int]]:
    return {(t.name, n.start, n.pitch) for t in score.tracks for n in t.notes if first <= n.start < last}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"operation": Operation.EXTEND, "seconds": 14}, "lasts 14 seconds; an extension of it lasts at least 19"),
        ({"operation": Operation.REPAINT}, "from which second"),
        ({"operation": Operation.REPAINT, "span": (10.0, 30.0)}, "inside the song, from 0 to 14.0 s"),
        ({"operation": Operation.REPAINT, "span": (5.0, 5.5)}, "At least one bar can be repainted, which is 2.0 s"),
        ({"operation": Operation.REPAINT, "span": (float("nan"), 5.5)}, "from which second"),
        ({"operation": Operation.REPAINT, "span": (6.0, 3.0)}, "inside the song"),
    ],
)
def test_what_cannot_be_done_is_refused_in_plain_words(
    song: tuple[Path, Result], tmp_path: Path, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(EngineError, match=message):
        written(replace(Request("", 14, 1, parent=parent(song[0])), **fields), tmp_path / "refused")


@pytest.mark.parametrize("operation", [Operation.EXTEND, Operation.REPAINT, Operation.VARIATION, Operation.REFERENCE])
def test_operation_without_a_parent_is_refused(tmp_path: Path, operation: Operation) -> None:
    with pytest.raises(EngineError, match="needs the version it starts from"):
        written(Request("pop", 20, 1, operation=operation), tmp_path / "refused")


@pytest.mark.parametrize("operation", [Operation.EXTEND, Operation.REPAINT])
def test_parent_without_score_or_sound_is_refused(
    song: tuple[Path, Result], tmp_path: Path, operation: Operation
) -> None:
    (tmp_path / "silent").mkdir()
    request = Request("", 20, 1, operation=operation, span=(4, 8), parent=parent(tmp_path / "silent"))
    with pytest.raises(EngineError, match=r"no score\. A reference can take"):
        written(request, tmp_path / "no score")
    (tmp_path / "silent" / "score.json").write_text('{"chord": "A"}', encoding="utf-8")
    with pytest.raises(EngineError, match=r"cannot be read\. A reference can take"):
        written(request, tmp_path / "another score")
    shutil.copy(song[0] / "score.json", tmp_path / "silent")
    with pytest.raises(EngineError, match="stems of this version are missing"):
        written(request, tmp_path / "no stems")


@pytest.mark.parametrize("after", [0.02, 0.96])
def test_cancel_during_an_operation_ends_it_there(song: tuple[Path, Result], tmp_path: Path, after: float) -> None:
    class Impatient(Listening):
        def progress(self, stage: str, fraction: float) -> None:
            super().progress(stage, fraction)
            if fraction >= after:
                raise Cancelled

    context = Impatient(tmp_path)
    request = Request("", 14, 6, operation=Operation.REPAINT, span=(4, 8), parent=parent(song[0]))
    with pytest.raises(Cancelled):
        Composer().generate(request, context)

    fractions = [fraction for _, fraction in context.reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] <= after + 0.1


def test_same_operation_and_seed_give_the_same_samples(
    song: tuple[Path, Result], repainted: tuple[Path, Result], tmp_path: Path
) -> None:
    request = Request("", 14, 6, operation=Operation.REPAINT, span=(4.2, 7.9), parent=parent(song[0]))

    again = made(request, tmp_path / "again")

    assert np.array_equal(again.mix, repainted[1].mix)
    assert json.dumps(again.score) == json.dumps(repainted[1].score)
