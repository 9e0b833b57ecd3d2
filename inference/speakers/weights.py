"""The weights of Resemblyzer's voice encoder, read from where its package keeps them, without torch.

Its file is torch's format from before the zip archives: pickles that name the tensors, then the storages one by one.
Only what those pickles need can be built; anything else in them is refused.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from inference.engine import EngineError

Weights = Mapping[str, npt.NDArray[np.float32]]

_MAGIC = 0x1950A86A20F9469CFC6C
_MOST_BYTES = 64 << 20
_STATE = "model_state"
LAYERS, HIDDEN, BANDS = 3, 256, 40
SHAPES: Mapping[str, tuple[int, ...]] = {
    **{f"lstm.weight_ih_l{layer}": (4 * HIDDEN, BANDS if layer == 0 else HIDDEN) for layer in range(LAYERS)},
    **{f"lstm.weight_hh_l{layer}": (4 * HIDDEN, HIDDEN) for layer in range(LAYERS)},
    **{f"lstm.bias_{way}_l{layer}": (4 * HIDDEN,) for way in ("ih", "hh") for layer in range(LAYERS)},
    "linear.weight": (HIDDEN, HIDDEN),
    "linear.bias": (HIDDEN,),
}
"""What the encoder is made of."""


class BadWeights(EngineError):
    """The file is not what it should be; half of a download, perhaps."""


def found() -> Path | None:
    """Where the weights are; None when the package is not installed."""
    package = find_spec("resemblyzer")
    for folder in (package.submodule_search_locations or ()) if package else ():
        path = Path(folder) / "pretrained.pt"
        if path.is_file():
            return path
    return None


@lru_cache(maxsize=1)
def load(path: Path) -> Weights:
    """The encoder's arrays by their name, as SHAPES says; raises BadWeights."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("too large")
        raw = path.read_bytes()
        weights = _read(BytesIO(raw), raw)
        if {name: array.shape for name, array in weights.items()} != SHAPES:
            raise ValueError("other tensors")
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        EOFError,
        OSError,
        pickle.UnpicklingError,
    ) as error:
        raise BadWeights("The weights that tell voices apart are damaged. Install resemblyzer again.") from error
    return weights


class _Tensor(NamedTuple):
    storage: str
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class _Reader(pickle.Unpickler):
    """Builds ordered dictionaries and descriptions of tensors, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch", "FloatStorage"): "float32",
            ("torch._utils", "_rebuild_tensor_v2"): _described,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return known[module, name]

    def persistent_load(self, pid: Any) -> str:
        kind, _, key, *_ = pid
        if kind != "storage":
            raise pickle.UnpicklingError("not a storage")
        return str(key)


def _described(storage: str, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: object) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(stride))


def _read(file: BinaryIO, raw: bytes) -> dict[str, npt.NDArray[np.float32]]:
    if _Reader(file).load() != _MAGIC:
        raise ValueError("another format")
    _Reader(file).load()
    _Reader(file).load()
    state: Mapping[str, _Tensor] = _Reader(file).load()[_STATE]
    keys: list[str] = _Reader(file).load()
    storages: dict[str, npt.NDArray[np.float32]] = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little")
        storages[key] = np.frombuffer(raw, "<f4", count, file.tell())
        file.seek(4 * count, 1)
    return {name: _array(tensor, storages[tensor.storage]) for name, tensor in state.items() if name in SHAPES}


def _array(tensor: _Tensor, storage: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    count = int(np.prod(tensor.shape))
    flat = storage[tensor.offset : tensor.offset + count].reshape(tensor.shape)
    if tensor.stride != tuple(step // flat.itemsize for step in flat.strides):
        raise ValueError("laid out otherwise")
    return flat
