"""One Refrain per data folder: a lock that the kernel releases when its holders are gone."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from types import TracebackType

STOPPING_SECONDS = 30.0


class AlreadyRunning(Exception):
    """Another Refrain uses this data folder."""


class DataLock:
    """Held by this process and by the supervisor that inherits `descriptor`: a killed start is over when both are."""

    def __init__(self, data: Path, address: str) -> None:
        self._path = data / "run.lock"
        self._address = address
        self.descriptor = -1

    def __enter__(self) -> DataLock:
        self.descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + STOPPING_SECONDS
        said = False
        while True:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                self._refuse_if_alive()
                if time.monotonic() > deadline:
                    raise AlreadyRunning("the one before it is still stopping; try again in a moment") from None
                if not said:
                    print("The Refrain before this one was killed and is still stopping; waiting for it …", flush=True)
                    said = True
                time.sleep(0.1)
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps({"pid": os.getpid(), "address": self._address}).encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.close(self.descriptor)

    def _refuse_if_alive(self) -> None:
        try:
            holder = json.loads(self._path.read_text())
            os.kill(holder["pid"], 0)
        except (OSError, ValueError, KeyError):
            return
        raise AlreadyRunning(f"it already runs at {holder['address']} with this data folder (process {holder['pid']})")
