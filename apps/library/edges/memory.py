"""What was found out a moment ago, so that a remote storage is not asked for each segment."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

SECONDS = 5.0
ENTRIES = 20_000

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Memory(Generic[_Key, _Value]):
    """Remembers answers for `SECONDS`, the latest `ENTRIES` of them, for many threads; errors are not remembered."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[_Key, tuple[float, _Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key, ask: Callable[[], _Value]) -> _Value:
        """The answer for `key`, from `ask` when it is not known or too old."""
        asked = self._clock()
        with self._lock:
            known = self._known.get(key)
        if known is not None and asked - known[0] < SECONDS:
            return known[1]
        value = ask()
        with self._lock:
            self._known[key] = (asked, value)
            self._known.move_to_end(key)
            if len(self._known) > ENTRIES:
                self._known.popitem(last=False)
        return value

    def clear(self) -> None:
        """Know nothing, as after a start."""
        with self._lock:
            self._known.clear()
