"""What the engine computes is what the pipeline's own call computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from inference.engine import Operation, Request
from inference.engines.acestep.conditions import as_tensor, conditions_of
from inference.engines.acestep.denoising import denoised
from inference.engines.acestep.facts import BASE, SAMPLE_RATE, TURBO, Sampling
from inference.engines.acestep.loading import Loaded, load
from inference.engines.acestep.tasks import task_of
from tests.inference.neural.contexts import tune, version

STEPS = 4


TASKS: list[tuple[Operation, dict[str, str]]] = [
    (Operation.GENERATE, {}),
    (Operation.COVER, {}),
    (Operation.REPAINT, {}),
    (Operation.COVER, {"task": "extract", "track": "drums"}),
    (Operation.COVER, {"task": "lego", "track": "bass"}),
    (Operation.COVER, {"task": "complete", "track": "strings"}),
]


@pytest.fixture(scope="module")
def variants(weights: Path) -> dict[str, Loaded]:
    """Both, loaded."""
    return {name: load(weights / f"ACE-Step--acestep-v15-xl-{name}-diffusers", "cpu") for name in ("turbo", "base")}


@pytest.mark.parametrize(
    ("variant", "operation", "parameters"),
    [
        *(("base", *task) for task in TASKS),
        *(("turbo", *task) for task in TASKS[:3]),
        ("turbo", Operation.REFERENCE, {}),
    ],
)
def test_latents_are_the_pipelines(
    variants: dict[str, Loaded], variant: str, operation: Operation, parameters: dict[str, str], tmp_path: Path
) -> None:
    loaded = variants[variant]
    parent = version(tmp_path, tune(2.0, SAMPLE_RATE), SAMPLE_RATE)
    request = Request(
        prompt="warm folk",
        seconds=2.0,
        seed=5,
        operation=operation,
        instrumental=False,
        lyrics="[verse]\nla la",
        language="fr",
        tempo=92.4,
        key="E minor",
        meter="3/4",
        span=(0.4, 1.5),
        parent=parent if operation is not Operation.GENERATE else None,
        parameters=parameters,
    )
    task = task_of(request)
    sampling = Sampling(STEPS, loaded.sampling.shift, loaded.sampling.guidance)

    mine = denoised(loaded.pipeline, [conditions_of(loaded.pipeline, task, 5)], sampling, lambda done, steps: [True])[0]

    torch.manual_seed(5)
    theirs = loaded.pipeline(
        prompt="warm folk",
        lyrics="[verse]\nla la",
        vocal_language="fr",
        audio_duration=2.0,
        num_inference_steps=STEPS,
        shift=sampling.shift,
        guidance_scale=sampling.guidance,
        generator=torch.Generator().manual_seed(5),
        bpm=92,
        keyscale="E minor",
        timesignature="3",
        output_type="latent",
        task_type=task.kind,
        track_name=task.track or None,
        complete_track_classes=[task.track] if task.track else None,
        repainting_start=task.start,
        repainting_end=task.end,
        **_audio(task.source, "src_audio"),
        **_audio(task.reference, "reference_audio"),
    ).audios
    assert task.kind == parameters.get("task", task.kind)
    assert torch.allclose(mine, theirs, atol=1e-4)
    assert float(theirs.std()) > 0.1


def test_each_variant_is_sampled_as_its_makers_say(variants: dict[str, Loaded]) -> None:
    turbo, base = variants["turbo"], variants["base"]

    assert (turbo.sampling, base.sampling) == (TURBO, BASE)
    assert (TURBO.steps, TURBO.shift) == (8, 3.0)
    assert (BASE.steps, BASE.shift) == (50, 1.0)


def _audio(samples: Any, name: str) -> dict[str, torch.Tensor]:
    return {} if samples is None else {name: as_tensor(samples, samples.shape[0])}
