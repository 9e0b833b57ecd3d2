"""The neural method: HTDemucs (S. Rouard, F. Massa, A. Défossez, "Hybrid Transformers for Music Source Separation",
2023), loaded once a process from weights that were fetched and checked, and used by one song at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inference.engine import EngineError, Licence, Samples
from inference.engines.neural.settings import read_settings
from inference.separation.model import RATE, Unavailable
from inference.weights.hub import from_environment
from inference.weights.manifest import Model
from inference.weights.store import ensure

VERSION = "1"
LENGTH, OVERLAP = 60 * RATE, 2 * RATE
UNSUNG_DB = -25.0
"""What `Company` takes for vocals nobody sings: a network leaves hardly anything of an instrumental."""

MODEL = Model(
    "htdemucs",
    "HTDemucs",
    "adefossez/HTDemucs",
    170_000_000,
    Licence("MIT", "https://opensource.org/license/mit", commercial=True),
)

_CLASS = "demucs.htdemucs.HTDemucs"
_SEGMENT_OVERLAP = 0.25


@dataclass(frozen=True, slots=True)
class Network:
    """A network on its device."""

    network: Any
    """A `demucs.htdemucs.HTDemucs`, which its library does not type."""
    device: str
    weights: str

    def split(self, piece: Samples) -> Samples:
        """The vocals of a piece; Unavailable when the device has too little memory for it, or they are no numbers."""
        import torch
        from demucs.apply import apply_model

        mix = torch.from_numpy(np.ascontiguousarray(piece.T))
        mean, spread = mix.mean(), mix.std() + 1e-8
        try:
            with _ALONE, torch.inference_mode():
                stems = apply_model(
                    self.network,
                    ((mix - mean) / spread)[None],
                    shifts=0,
                    overlap=_SEGMENT_OVERLAP,
                    device=self.device,
                )
        except torch.OutOfMemoryError as error:
            raise Unavailable("There was too little memory for the neural network.", retryable=True) from error
        vocals = stems[0, self.network.sources.index("vocals")] * spread
        found: Samples = np.ascontiguousarray(vocals.cpu().numpy().T, dtype=np.float32)
        if not np.isfinite(found).all():
            raise Unavailable("The neural network returned no numbers.")
        return found


_ALONE = threading.Lock()
_LOADING = threading.Lock()
_kept: dict[tuple[str, str], Network] = {}


def load(on_progress: Callable[[float], None]) -> Network:
    """The network that this installation's settings ask for; Unavailable, with the reason, when it cannot be had."""
    try:
        settings = read_settings()
        with _LOADING:
            key = (str(settings.weights), settings.device)
            if key not in _kept:
                from inference.engines.neural.devices import check_device

                check_device(settings.device)
                weights = ensure(MODEL, settings.weights, from_environment(), lambda _, fraction: on_progress(fraction))
                _kept[key] = read(weights.folder, settings.device, weights.label)
            return _kept[key]
    except Unavailable:
        raise
    except (EngineError, ImportError, ValueError) as error:
        raise Unavailable(f"The neural network could not be used: {error}") from error


def read(folder: Path, device: str, label: str) -> Network:
    """The network whose weights lie in `folder`; Unavailable when they are no HTDemucs with vocals among its stems."""
    from demucs.hf import load_safetensors_model
    from safetensors import SafetensorError, safe_open

    files = sorted(folder.glob("*.safetensors"))
    if len(files) != 1:
        raise Unavailable("The neural network's weights are incomplete.")
    try:
        # The library makes an object of whatever class the file names.
        with safe_open(str(files[0]), framework="pt") as file:
            described = file.metadata() or {}
        if described.get("klass") != _CLASS or "structure" in described:
            raise Unavailable("The neural network's weights are not of HTDemucs.")
        network = load_safetensors_model(files[0])
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise Unavailable(f"The neural network's weights cannot be read ({type(error).__name__}).") from error
    if "vocals" not in network.sources or network.samplerate != RATE or network.audio_channels != 2:
        raise Unavailable("The neural network was made for something else than vocals in stereo.")
    return Network(network.to(device).eval(), device, label)
