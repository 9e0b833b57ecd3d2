"""The engine on a tiny model of the real classes: every operation it declares, batches, cancelling, lack of memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.engine import Cancelled, EngineError, Operation, Parent, Request, Result, Samples
from inference.engines.acestep.engine import AceStep
from inference.engines.acestep.facts import SAMPLE_RATE
from inference.engines.acestep.kinds import kind_of
from inference.engines.neural.settings import Settings
from tests.inference.neural.allocator import SmallMemory
from tests.inference.neural.contexts import Watch, tune, version

SONG = Request(prompt="warm folk, fiddle", seconds=2.0, seed=4)


@pytest.fixture
def parent(tmp_path: Path) -> Parent:
    """Two seconds of a tune."""
    return version(tmp_path / "parent", tune(2.0, SAMPLE_RATE), SAMPLE_RATE, tempo=90.0, key="D major")


def made(engine: AceStep, request: Request) -> Result:
    """The result of one request alone."""
    return engine.generate(request, Watch())


def test_every_declared_operation_makes_audio_with_progress_that_never_goes_back(
    turbo: AceStep, parent: Parent
) -> None:
    for operation in sorted(turbo.capabilities.operations):
        seconds = 4.0 if operation is Operation.EXTEND else 2.0
        request = replace(
            SONG, operation=operation, seconds=seconds, parent=parent, span=(0.5, 1.5), lyrics="la", instrumental=False
        )
        watch = Watch()

        result = turbo.generate(request, watch)

        assert result.mix.shape == (round(seconds * SAMPLE_RATE), 2), operation
        fractions = [fraction for _, fraction in watch.said]
        assert fractions == sorted(fractions), operation
        assert fractions[-1] == 1.0
        assert len({fraction for stage, fraction in watch.said if stage == "generating"}) == 8


def test_songs_are_as_loud_as_every_song(turbo: AceStep) -> None:
    mix = made(turbo, SONG).mix

    assert abs((integrated_lufs(mix, SAMPLE_RATE) or 0.0) + 14.0) <= 0.5
    assert true_peak_dbtp(mix, SAMPLE_RATE) <= -1.0


def test_the_same_request_and_seed_give_the_same_samples_and_another_seed_others(
    turbo: AceStep, parent: Parent
) -> None:
    cover = replace(SONG, operation=Operation.COVER, parent=parent)

    assert np.array_equal(made(turbo, cover).mix, made(turbo, cover).mix)
    assert not np.allclose(made(turbo, cover).mix, made(turbo, replace(cover, seed=5)).mix, atol=1e-2)


def test_words_tempo_and_key_reach_the_model(turbo: AceStep) -> None:
    plain = made(turbo, SONG).mix

    for other in ({"lyrics": "la la", "instrumental": False}, {"tempo": 140.0}, {"key": "E minor"}, {"meter": "3/4"}):
        assert not np.array_equal(plain, made(turbo, replace(SONG, **other)).mix), other


def test_what_is_recorded_is_enough_to_make_it_again(turbo: AceStep) -> None:
    result = made(turbo, SONG)

    assert result.weights.startswith("ACE-Step/acestep-v15-xl-turbo-diffusers@local sha256:")
    assert (result.seed, result.parameters["steps"], result.parameters["shift"]) == (4, 8, 3.0)
    assert turbo.capabilities.licence.commercial
    assert result.words == ()


def test_a_repaint_leaves_every_sample_outside_its_span_as_it_was(turbo: AceStep, parent: Parent) -> None:
    result = made(turbo, replace(SONG, operation=Operation.REPAINT, parent=parent, span=(0.5, 1.5)))

    before = tune(2.0, SAMPLE_RATE)
    outside = np.r_[0 : SAMPLE_RATE // 2, 3 * SAMPLE_RATE // 2 : 2 * SAMPLE_RATE]
    assert _correlation(result.mix[outside], before[outside]) > 0.999
    inside = slice(round(0.55 * SAMPLE_RATE), round(1.45 * SAMPLE_RATE))
    assert abs(_correlation(result.mix[inside], before[inside])) < 0.9


def test_an_extension_keeps_what_was_and_goes_on_playing(turbo: AceStep, parent: Parent) -> None:
    # The last moments of a parent may be made anew, so this one is longer.
    parent = version(parent.folder, tune(5.0, SAMPLE_RATE), SAMPLE_RATE)

    result = made(turbo, replace(SONG, operation=Operation.EXTEND, parent=parent, seconds=8.0))

    assert result.mix.shape[0] == 8 * SAMPLE_RATE
    kept = slice(0, 3 * SAMPLE_RATE)
    assert _correlation(result.mix[kept], tune(5.0, SAMPLE_RATE)[kept]) > 0.999
    seconds = np.square(result.mix[5 * SAMPLE_RATE :]).reshape(3, -1).mean(axis=1)
    assert float(seconds.min()) > 1e-5


@pytest.mark.parametrize("engine", ["turbo", "base"])
def test_of_a_batch_one_is_cancelled_at_its_step_and_the_others_are_what_they_are_alone(
    engine: str, request: pytest.FixtureRequest
) -> None:
    maker: AceStep = request.getfixturevalue(engine)
    requests = [replace(SONG, prompt="song " * number, seed=number, parameters={"steps": 6}) for number in range(1, 5)]
    watches = [Watch(stop_at=0.4 if number == 2 else 2.0) for number in range(4)]

    outcomes = maker.generate_batch(list(zip(requests, watches, strict=True)))

    assert isinstance(outcomes[2], Cancelled)
    assert [fraction >= 0.4 for _, fraction in watches[2].said].count(True) == 1
    for number in (0, 1, 3):
        outcome = outcomes[number]
        assert isinstance(outcome, Result)
        assert np.abs(outcome.mix - made(maker, requests[number]).mix).max() < 1e-3


def test_nobody_left_ends_the_work_at_once(turbo: AceStep) -> None:
    watches = [Watch(stop_at=0.3) for _ in range(3)]

    outcomes = turbo.generate_batch([(SONG, watch) for watch in watches])

    assert all(isinstance(outcome, Cancelled) for outcome in outcomes)
    assert all(len([one for one in watch.said if one[1] >= 0.3]) == 1 for watch in watches)


def test_an_item_that_cannot_be_made_does_not_touch_the_others(turbo: AceStep, tmp_path: Path) -> None:
    missing = replace(SONG, operation=Operation.COVER, parent=Parent(tmp_path / "nowhere", SONG))

    outcomes = turbo.generate_batch([(missing, Watch()), (SONG, Watch()), (replace(SONG, seconds=3.0), Watch())])

    assert isinstance(outcomes[0], EngineError)
    assert "could not be read" in str(outcomes[0])
    assert [each.mix.shape[0] for each in outcomes[1:] if isinstance(each, Result)] == [
        2 * SAMPLE_RATE,
        3 * SAMPLE_RATE,
    ]


def test_a_batch_that_does_not_fit_is_halved_until_it_does(turbo: AceStep) -> None:
    requests = [replace(SONG, seconds=3.0, seed=number) for number in range(4)]
    alone = [made(turbo, request) for request in requests]
    with SmallMemory(2**40, shared=True) as ample:
        turbo.generate_batch([(request, Watch()) for request in requests[:2]])
    watches = [Watch() for _ in requests]

    # Room for two songs at a time.
    with SmallMemory(ample.largest, shared=True) as memory:
        outcomes = turbo.generate_batch(list(zip(requests, watches, strict=True)))

    assert memory.failures >= 1
    for outcome, single_result in zip(outcomes, alone, strict=True):
        assert isinstance(outcome, Result)
        assert np.abs(outcome.mix - single_result.mix).max() < 1e-3
    for watch in watches:
        fractions = [fraction for _, fraction in watch.said]
        assert fractions == sorted(fractions)


def test_a_song_that_does_not_fit_at_all_is_said_to(turbo: AceStep) -> None:
    with SmallMemory(4000), pytest.raises(EngineError, match="not enough memory") as raised:
        made(turbo, SONG)

    assert raised.value.retryable


def test_what_is_no_number_is_an_error_and_no_song(weights: Path) -> None:
    engine = AceStep(Settings("cpu", weights, {}))
    made(engine, SONG)
    kept = engine._holder._kept
    assert kept is not None
    with torch.no_grad():
        kept[0].pipeline.transformer.proj_out_conv.bias.fill_(float("nan"))

    with pytest.raises(EngineError, match="nothing that can be heard"):
        made(engine, SONG)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"lyrics": "word " * 5000, "instrumental": False}, "lyrics are too long"),
        ({"prompt": "word " * 500}, "description is too long"),
        ({"tempo": 0.5}, "tempo must lie"),
        ({"operation": Operation.REPAINT, "span": (1.0, 1.1)}, "at least 1 s"),
        ({"operation": Operation.REPAINT}, "which part"),
        ({"operation": Operation.EXTEND}, "longer|long already"),
        ({"operation": Operation.COVER, "parameters": {"task": "extract", "track": "drums"}}, "base model"),
        ({"parameters": {"steps": 100_000}}, "number of steps"),
    ],
)
def test_what_it_cannot_do_is_said_plainly(
    turbo: AceStep, parent: Parent, change: dict[str, object], says: str
) -> None:
    with pytest.raises(EngineError, match=says):
        made(turbo, replace(SONG, parent=parent, **change))  # type: ignore[arg-type]


def test_a_silent_reference_is_refused(turbo: AceStep, tmp_path: Path) -> None:
    silence: Samples = np.zeros((SAMPLE_RATE, 2), np.float32)
    request = replace(SONG, operation=Operation.REFERENCE, parent=version(tmp_path, silence, SAMPLE_RATE))

    with pytest.raises(EngineError, match="silent"):
        made(turbo, request)


def test_the_base_model_extracts_adds_and_completes(base: AceStep, parent: Parent) -> None:
    for task in ("extract", "lego", "complete"):
        request = replace(
            SONG, operation=Operation.COVER, parent=parent, parameters={"task": task, "track": "drums", "steps": 4}
        )

        result = made(base, request)

        assert kind_of(request) == result.parameters["task"] == task
        assert result.mix.shape[0] == 2 * SAMPLE_RATE


def test_what_lies_in_the_folder_must_be_an_ace_step(tmp_path: Path, weights: Path) -> None:
    folder = tmp_path / "ACE-Step--acestep-v15-xl-turbo-diffusers"
    folder.mkdir()
    source = weights / "ACE-Step--acestep-v15-xl-turbo-diffusers" / "vae" / "diffusion_pytorch_model.safetensors"
    (folder / "model.safetensors").write_bytes(source.read_bytes())

    with pytest.raises(EngineError, match="no complete ACE-Step"):
        made(AceStep(Settings("cpu", tmp_path, {})), SONG)


def _correlation(one: Samples, other: Samples) -> float:
    return float(np.corrcoef(one[:, 0], other[:, 0])[0, 1])
