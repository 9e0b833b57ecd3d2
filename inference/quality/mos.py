"""What people would say on a scale of 1 to 5, predicted by a network that was trained on speech.

DNSMOS P.835 (C. Reddy et al., 2022), whose weights ship in `speechmos` (MIT); they run without the rest of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from inference.engine import Samples
from inference.quality.pitch import HOP_SECONDS, Track
from inference.quality.reading import mono

RATE = 16_000
SECONDS = 9.01
METHOD = (
    "a prediction: overall quality by DNSMOS P.835, which was trained on speech, not on singing; the mean of at most 6 "
    "pieces of 9 s in which most is sung"
)
MISSING = "The predictor (onnxruntime and speechmos) is not installed here."

_MOST_PIECES = 6
_LEAST_SUNG = 0.3
_OVERALL = (-0.06766283, 1.11546468, 0.04602535)
"""The package's polynomial from the network's output to the scale."""


def available() -> bool:
    """Whether the network can be run here."""
    return find_spec("onnxruntime") is not None and _weights() is not None


def pieces(track: Track) -> tuple[int, ...]:
    """Which pieces of the song, counted in 9.01 s, are looked at: sung for the most part, spread evenly."""
    frames = round(SECONDS / HOP_SECONDS)
    count = track.voiced.size // frames
    if not count:
        return (0,) if track.voiced.mean() >= _LEAST_SUNG else ()
    sung = track.voiced[: count * frames].reshape(count, frames).mean(axis=1)
    able = np.flatnonzero(sung >= _LEAST_SUNG)
    chosen = able[:: max(1, math.ceil(able.size / _MOST_PIECES))]
    return tuple(int(place) for place in chosen)


def predicted(path: Path, places: tuple[int, ...], tell: Callable[[float], None]) -> float | None:
    """The mean of the pieces; None without any. `tell` hears the share done, after each. Unreadable."""
    wanted = set(places)
    found: list[float] = []
    for number, piece in enumerate(mono(path, RATE, int(SECONDS * RATE))):
        if number in wanted and np.abs(piece).max(initial=0) > 0:
            found.append(overall(piece))
            tell(len(found) / len(wanted))
    return float(np.mean(found)) if found else None


def overall(piece: Samples) -> float:
    """Of one piece of mono sound at 16 kHz, repeated where it is shorter than 9.01 s."""
    size = int(SECONDS * RATE)
    whole = np.tile(piece, -(-size // piece.size))[:size]
    # The package refuses what is beyond full scale.
    whole = np.clip(whole, -1, 1).astype(np.float32)
    raw = _network().run(None, {"input_1": whole[None]})[0][0]
    return float(np.polyval(_OVERALL, float(raw[2])))


@cache
def _network() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Its memory is given back after each piece.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(_weights()), options, providers=["CPUExecutionProvider"])


def _weights() -> Path | None:
    package = find_spec("speechmos")
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).with_name("dnsmos_models") / "sig_bak_ovr.onnx"
    return path if path.is_file() else None
