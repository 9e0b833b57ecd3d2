"""Whether torch can really use the device that the settings name, and what fits there."""

from __future__ import annotations

from pathlib import Path

import torch

from inference.engine import EngineError

_WORKING_SPACE = 3 * 2**30


def check_device(device: str) -> None:
    """EngineError, for the person and for who runs the house, when torch sees no such device."""
    if device == "cpu":
        return
    if not torch.cuda.is_available():
        raise EngineError(
            "This engine needs a graphics card, and none can be used here. "
            "It may be missing, its driver too old, or torch installed without CUDA.",
            retryable=True,
        )
    number = int(device.partition(":")[2] or 0)
    if number >= torch.cuda.device_count():
        raise EngineError(f"This engine is to run on {device}, and there is no such device.")


def whole_fits(device: str, folder: Path) -> bool:
    """Whether the weights in `folder` and room to work fit on the card at once."""
    weights = sum(path.stat().st_size for path in folder.rglob("*.safetensors"))
    _, total = torch.cuda.mem_get_info(device)
    return total > weights + _WORKING_SPACE
