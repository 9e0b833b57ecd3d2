"""Loading ACE-Step from files that were checked, once for all the songs of a process."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import torch

from inference.engine import EngineError
from inference.engines.acestep.facts import BASE, SAMPLE_RATE, TURBO, Sampling
from inference.engines.neural.devices import whole_fits

Pipeline: TypeAlias = Any
"""An `AceStepPipeline`, whose parts diffusers types for nobody."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pipeline on its device, and how its variant wants to be sampled."""

    pipeline: Pipeline
    sampling: Sampling
    turbo: bool


def load(folder: Path, device: str) -> Loaded:
    """Load what lies in `folder`; EngineError when it is no ACE-Step.

    Where the card is smaller than the weights, each part is moved there only while it works.
    """
    from diffusers import AceStepPipeline
    from diffusers.utils import logging as diffusers_logging

    diffusers_logging.set_verbosity(logging.ERROR)
    diffusers_logging.disable_progress_bar()
    try:
        pipeline = AceStepPipeline.from_pretrained(
            str(folder),
            dtype=torch.float32 if device == "cpu" else torch.bfloat16,
            use_safetensors=True,
            local_files_only=True,
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError) as error:
        raise EngineError(
            f"What lies in {folder} is no complete ACE-Step ({type(error).__name__}: {error})."
        ) from error
    pipeline.set_progress_bar_config(disable=True)
    # Ten minutes decoded at once would take more memory than the model.
    pipeline.vae.use_tiling = True
    if pipeline.sample_rate != SAMPLE_RATE:
        raise EngineError(f"What lies in {folder} plays at {pipeline.sample_rate} Hz and not at {SAMPLE_RATE}.")
    if device == "cpu" or whole_fits(device, folder):
        pipeline.to(device)
    else:
        pipeline.enable_model_cpu_offload(device=device)
    return Loaded(pipeline, TURBO if pipeline.is_turbo else BASE, pipeline.is_turbo)
