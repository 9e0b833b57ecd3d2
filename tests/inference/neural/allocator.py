"""A device that has only so much memory: torch's allocator, as a test wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class SmallMemory(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While it is entered, a tensor above `most` bytes fails as torch fails on a full card.

    With `shared`, only tensors (songs, frames, features) of several songs are counted.
    """

    def __init__(self, most: int, *, shared: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.most = most
        self.failures = 0
        self.largest = 0
        """Bytes, of what was asked for."""
        self._shared = shared

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run the operation, and fail when its result is too large."""
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and (not self._shared or (result.ndim == 3 and result.shape[0] > 1)):
            self.largest = max(self.largest, result.nbytes)
            if result.nbytes > self.most:
                self.failures += 1
                raise torch.OutOfMemoryError(f"tried to allocate {result.nbytes} bytes")
        return result
