"""One pass over songs that are equally long: what each is told, the loop over all of them, then each one's audio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from inference.engine import EngineError, Request, Samples
from inference.engines.acestep.conditions import Conditions, conditions_of
from inference.engines.acestep.denoising import denoised
from inference.engines.acestep.facts import SAMPLE_RATE, Sampling
from inference.engines.acestep.kinds import Task
from inference.engines.acestep.loading import Loaded, Pipeline
from inference.engines.acestep.tasks import task_of
from inference.engines.neural.batch import Job, grouped
from inference.engines.neural.finishing import finished
from inference.engines.neural.joining import replaced

_MOST_STEPS = 200
_DENOISED = 0.85
"""Of the whole, when the audio is still to be decoded and mastered."""


@dataclass(frozen=True, slots=True)
class _Song:
    job: Job
    task: Task
    told: Conditions


def make(loaded: Loaded, weights: str, jobs: Sequence[Job], ready: float) -> None:
    """Give every job its outcome, each in a pass with those of its length; `ready` is the fraction already done."""
    songs = {id(job): song for job in jobs if (song := _told(loaded, job, ready)) is not None}
    # How long a parent really is was known only when it was read.
    for group in grouped([job for job in jobs if id(job) in songs], lambda job: str(songs[id(job)].told.noise.shape)):
        _make([songs[id(job)] for job in group], loaded, weights, ready)


def _told(loaded: Loaded, job: Job, ready: float) -> _Song | None:
    songs: list[_Song] = []

    def tell() -> None:
        job.progress("reading", ready)
        task = task_of(job.request)
        if task.needs_base and loaded.turbo:
            raise EngineError("Only ACE-Step's base model can do this; the turbo model is installed here.")
        songs.append(_Song(job, task, conditions_of(loaded.pipeline, task, job.request.seed)))

    job.attempt(tell)
    return songs[0] if songs else None


def _make(songs: Sequence[_Song], loaded: Loaded, weights: str, ready: float) -> None:
    sampling = _sampling(loaded, songs[0].job.request)
    there = list(songs)

    def step_end(done: int, steps: int) -> Sequence[bool]:
        for song in there:
            song.job.report("generating", ready + (_DENOISED - ready) * done / steps)
        stays = [song.job.open for song in there]
        there[:] = [song for song in there if song.job.open]
        return stays

    latents = denoised(loaded.pipeline, [song.told for song in songs], sampling, step_end)
    for place, latent in latents.items():
        _finish(songs[place], latent, loaded, sampling, weights)


def _finish(song: _Song, latent: torch.Tensor, loaded: Loaded, sampling: Sampling, weights: str) -> None:
    job = song.job

    def finish() -> None:
        job.progress("mixing", _DENOISED)
        samples = _in_its_place(song.task, _decoded(loaded.pipeline, latent, song.task.seconds))
        job.outcome = finished(
            job.request,
            samples,
            SAMPLE_RATE,
            weights=weights,
            parameters=_parameters(song.task, sampling, loaded),
            on_progress=lambda fraction: job.progress("mastering", _DENOISED + (1 - _DENOISED) * fraction),
        )

    job.attempt(finish)


def _decoded(pipeline: Pipeline, latent: torch.Tensor, seconds: float) -> Samples:
    """The audio as (frames, 2)."""
    with torch.no_grad():
        audio = pipeline.vae.decode(latent.transpose(1, 2).to(pipeline.vae.dtype)).sample[0]
    samples: Samples = audio.float().cpu().numpy().T
    return np.ascontiguousarray(samples[: round(seconds * SAMPLE_RATE)])


def _in_its_place(task: Task, made: Samples) -> Samples:
    """What was made, inside what stays as it was."""
    if task.kept is None:
        return made
    start, end = (round(seconds * SAMPLE_RATE) for seconds in (task.start, task.end))
    return replaced(task.kept, made, start, end, SAMPLE_RATE)


def _sampling(loaded: Loaded, request: Request) -> Sampling:
    """The variant's own, unless the request's parameters ask for another number of steps."""
    steps = request.parameters.get("steps", loaded.sampling.steps)
    if not isinstance(steps, int) or not 1 <= steps <= _MOST_STEPS:
        raise EngineError(f"The number of steps must lie between 1 and {_MOST_STEPS}.")
    return Sampling(steps, loaded.sampling.shift, loaded.sampling.guidance)


def _parameters(task: Task, sampling: Sampling, loaded: Loaded) -> Mapping[str, Any]:
    return {
        "task": task.kind,
        "variant": "turbo" if loaded.turbo else "base",
        "steps": sampling.steps,
        "shift": sampling.shift,
        "guidance": sampling.guidance,
        "precision": str(loaded.pipeline.transformer.dtype).removeprefix("torch."),
        "torch": torch.__version__,
        **({"track": task.track} if task.track else {}),
    }
