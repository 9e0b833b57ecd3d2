"""The engine processes of a worker: one for each song, or one in which many jobs share what is loaded."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from inference import client
from inference.batching import shares
from inference.engine import Device, Engine

GATHER_SECONDS = 0.15
"""How long the first song of a batch waits for others; jobs that were submitted together are claimed within this."""


def places_wanted(capabilities: Sequence[str], *, registry: str = "inference.registry") -> int:
    """How many jobs a worker of engines that share should run at once; 0 for one that also makes songs on the CPU.

    Two batches' worth: one is made while the one before it is encoded and stored.
    """
    if Device.CPU in capabilities:
        return 0
    engines = importlib.import_module(registry)
    served = [engines.get(name).capabilities for name in engines.names()]
    return max((2 * can.batch for can in served if can.device in capabilities), default=0)


class EngineProcesses:
    """Lends processes to the threads of a worker; what is loaded stays loaded."""

    def __init__(self, *, registry: str = "inference.registry", gather_seconds: float = GATHER_SECONDS) -> None:
        """`registry` names a module whose `get(name)` returns engines."""
        self._registry = registry
        self._gather_seconds = gather_seconds
        self._lock = threading.Lock()
        self._idle: list[client.EngineProcess] = []
        self._shared: dict[Device, client.EngineProcess] = {}

    @contextmanager
    def lend(self, engine: str) -> Iterator[client.EngineProcess]:
        """The process in which to make a song.

        Engines that serve many jobs share one process a device, which makes a batch at a time: two at work would only
        take each other's memory. Any other song gets a process to itself, with its engine still loaded if it can be.
        """
        device = self._shared_device(engine)
        if device is not None:
            yield self._shared_process(device)
            return
        with self._lock:
            process = self._idle.pop() if self._idle else client.EngineProcess(registry=self._registry)
        try:
            yield process
        finally:
            with self._lock:
                self._idle.append(process)

    @property
    def shared(self) -> tuple[client.EngineProcess, ...]:
        """The processes that many jobs share."""
        with self._lock:
            return tuple(self._shared.values())

    def close(self) -> None:
        """End every process that is not lent, and every shared one."""
        with self._lock:
            processes = [*self._idle, *self._shared.values()]
            self._idle.clear()
            self._shared.clear()
        for process in processes:
            process.close()

    def _shared_device(self, name: str) -> Device | None:
        try:
            engine: Engine = importlib.import_module(self._registry).get(name)
        except KeyError:
            # The process says so, in words for the person.
            return None
        return engine.capabilities.device if shares(engine.capabilities) else None

    def _shared_process(self, device: Device) -> client.EngineProcess:
        with self._lock:
            if device not in self._shared:
                self._shared[device] = client.EngineProcess(
                    registry=self._registry, gather_seconds=self._gather_seconds
                )
            return self._shared[device]
