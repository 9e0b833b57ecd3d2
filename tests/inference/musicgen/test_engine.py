"""MusicGen on a tiny model of the real class: what it declares, batches, cancelling, windows, continuations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.harness import tiny
from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.engine import Cancelled, EngineError, Operation, Request, Result, Samples
from inference.engines.musicgen.engine import MusicGen
from inference.engines.musicgen.sampling import OwnNumbers
from inference.engines.musicgen.windows import LONGEST_WINDOW, Window, windows
from inference.engines.neural.settings import Settings
from tests.inference.neural.allocator import SmallMemory
from tests.inference.neural.contexts import Watch, tune, version

RATE = 32_000
SONG = Request(prompt="calm piano", seconds=1.0, seed=4)


@pytest.fixture(scope="module", params=[1, 2], ids=["mono", "stereo"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MusicGen:
    """With a mono and a stereo model in turn."""
    torch.set_num_threads(1)
    folder, name = tmp_path_factory.mktemp("musicgen"), {1: "musicgen-small", 2: "musicgen-stereo-small"}[request.param]
    tiny.save_musicgen(folder / f"facebook--{name}", channels=request.param)
    return MusicGen(Settings("cpu", folder, {"musicgen": name}))


def made(engine: MusicGen, request: Request) -> Result:
    """The result of one request alone."""
    return engine.generate(request, Watch())


def test_a_song_has_its_length_and_loudness_and_its_progress_follows_every_token(engine: MusicGen) -> None:
    watch = Watch()

    result = engine.generate(SONG, watch)

    assert result.mix.shape == (RATE, result.parameters["channels"])
    assert abs((integrated_lufs(result.mix, RATE) or 0.0) + 14.0) <= 0.5
    assert true_peak_dbtp(result.mix, RATE) <= -1.0
    fractions = [fraction for _, fraction in watch.said]
    assert fractions == sorted(fractions)
    assert len({fraction for stage, fraction in watch.said if stage == "generating"}) >= 50
    assert result.weights.startswith("facebook/musicgen-")
    assert not engine.capabilities.licence.commercial


def test_the_same_request_and_seed_give_the_same_samples_and_another_seed_others(engine: MusicGen) -> None:
    first, again, other = (made(engine, replace(SONG, seed=seed)).mix for seed in (4, 4, 5))

    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=1e-2)


def test_of_a_batch_one_is_cancelled_at_its_token_and_the_others_are_what_they_are_alone(engine: MusicGen) -> None:
    requests = [replace(SONG, prompt="song " * number, seed=number) for number in range(1, 5)]
    watches = [Watch(stop_at=0.4 if number == 1 else 2.0) for number in range(4)]

    outcomes = engine.generate_batch(list(zip(requests, watches, strict=True)))

    assert isinstance(outcomes[1], Cancelled)
    assert [fraction >= 0.4 for _, fraction in watches[1].said].count(True) == 1
    for number in (0, 2, 3):
        outcome = outcomes[number]
        assert isinstance(outcome, Result)
        assert np.abs(outcome.mix - made(engine, requests[number]).mix).max() < 1e-3


def test_nobody_left_ends_the_work_at_once(engine: MusicGen) -> None:
    watch = Watch(stop_at=0.5)

    with pytest.raises(Cancelled):
        engine.generate(replace(SONG, seconds=4.0), watch)

    assert len([one for one in watch.said if one[1] >= 0.5]) == 1


def test_a_continuation_keeps_what_was_in_its_quality_and_goes_on(engine: MusicGen, tmp_path: Path) -> None:
    before = tune(3.0, 48_000)
    parent = version(tmp_path, before, 48_000)

    result = made(engine, replace(SONG, operation=Operation.EXTEND, parent=parent, seconds=4.5))

    assert (result.sample_rate, result.mix.shape) == (48_000, (4 * 48_000 + 24_000, 2))
    kept = round(2.9 * 48_000)
    assert float(np.corrcoef(result.mix[:kept, 0], before[:kept, 0])[0, 1]) > 0.999
    assert float(np.square(result.mix[3 * 48_000 :]).mean()) > 1e-6


def test_a_batch_that_does_not_fit_is_halved_until_it_does(engine: MusicGen) -> None:
    requests = [replace(SONG, seconds=0.4, seed=number) for number in range(4)]
    alone = [made(engine, request) for request in requests]
    with SmallMemory(2**40, shared=True) as ample:
        engine.generate_batch([(request, Watch()) for request in requests[:2]])

    with SmallMemory(ample.largest, shared=True) as memory:
        outcomes = engine.generate_batch([(request, Watch()) for request in requests])

    assert memory.failures >= 1
    for outcome, single in zip(outcomes, alone, strict=True):
        assert isinstance(outcome, Result)
        assert np.abs(outcome.mix - single.mix).max() < 1e-3


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"lyrics": "la", "instrumental": False}, "instrumental music"),
        ({"operation": Operation.COVER}, "cannot do this"),
        ({"operation": Operation.EXTEND}, "needs a version"),
    ],
)
def test_what_it_cannot_do_is_said_plainly_and_touches_nobody_else(
    engine: MusicGen, change: dict[str, object], says: str
) -> None:
    outcomes = engine.generate_batch([(replace(SONG, **change), Watch()), (SONG, Watch())])  # type: ignore[arg-type]

    assert isinstance(outcomes[0], EngineError)
    assert says in str(outcomes[0])
    assert isinstance(outcomes[1], Result)


def test_long_songs_are_made_in_windows_that_hear_the_last_one() -> None:
    assert windows(0.0, 20.0) == (Window(0.0, 20.0, 0.0),)
    assert windows(0.0, 60.0) == (Window(0.0, 30.0, 0.0), Window(30.0, 48.0, 12.0), Window(48.0, 60.0, 12.0))
    assert windows(5.0, 40.0)[0] == Window(5.0, 30.0, 5.0)
    for window in windows(7.0, 300.0):
        assert window.end - window.start + window.heard <= LONGEST_WINDOW


def test_a_song_longer_than_a_window_is_joined_without_a_gap(engine: MusicGen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.engines.musicgen.windows.LONGEST_WINDOW", 1.0)
    monkeypatch.setattr("inference.engines.musicgen.windows.CARRIED", 0.4)

    mix: Samples = made(engine, replace(SONG, seconds=2.2)).mix

    assert mix.shape[0] == round(2.2 * RATE)
    power = np.square(mix[: 22 * 3200]).reshape(22, -1).mean(axis=1)
    assert float(power.min()) > 1e-6


def test_draws_follow_the_scores_and_each_songs_own_generator() -> None:
    scores = torch.log(torch.tensor([[0.5, 0.3, 0.15, 0.05]])).repeat(2, 1)
    sampler = OwnNumbers([torch.Generator().manual_seed(1), torch.Generator().manual_seed(2)], top_k=3)

    draws = torch.stack([sampler(torch.zeros(2, 1, dtype=torch.long), scores).argmax(dim=-1) for _ in range(4000)])  # type: ignore[arg-type]

    shares = torch.stack([(draws == token).float().mean(dim=0) for token in range(4)])
    expected = torch.tensor([0.5, 0.3, 0.15, 0.0]) / 0.95
    assert torch.allclose(shares, expected[:, None].expand(4, 2), atol=0.03)
    assert not torch.equal(draws[:, 0], draws[:, 1])
