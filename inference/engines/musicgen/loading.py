"""Loading MusicGen from files that were checked, once for all the songs of a process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import torch

from inference.engine import EngineError

Network: TypeAlias = Any
"""A `MusicgenForConditionalGeneration`, which its library types for nobody."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The network on its device, and the tokenizer of its text encoder."""

    network: Network
    tokenizer: Any
    sample_rate: int
    """Hz."""
    channels: int
    frame_rate: int
    """Of the codec, frames a second."""


def load(folder: Path, device: str) -> Loaded:
    """Load what lies in `folder`; EngineError when it is no MusicGen."""
    from transformers import AutoTokenizer, MusicgenForConditionalGeneration
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        network: Network = MusicgenForConditionalGeneration.from_pretrained(
            folder,
            dtype=torch.float32 if device == "cpu" else torch.float16,
            use_safetensors=True,
            local_files_only=True,
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise EngineError(f"What lies in {folder} is no complete MusicGen ({reason}).") from error
    network.to(device).eval()
    codec = network.config.audio_encoder
    return Loaded(
        network, tokenizer, int(codec.sampling_rate), int(network.config.decoder.audio_channels), int(codec.frame_rate)
    )
