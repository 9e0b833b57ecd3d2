"""Servers for the edge suite: the web's edge on a real port, and a real nginx in front of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.types import Receive, Scope, Send

from embedded.edge import edge

_READY_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Origin:
    """The embedded edge, listening; it knows how often it was asked for what."""

    port: int
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def asked_for(self, ending: str) -> int:
        """How many requests for paths of this ending arrived."""
        return sum(count for path, count in self.asked.items() if path.endswith(ending))


@contextmanager
def origin() -> Iterator[Origin]:
    """Serves the embedded edge from this process, so that a test's settings are its settings."""
    asked: Counter[str] = Counter()

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        asked[scope["path"]] += 1
        await edge(scope, receive, send)

    config = uvicorn.Config(counting, host="127.0.0.1", port=0, log_level="warning", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="origin", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _READY_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the origin did not start")
            time.sleep(0.01)
        yield Origin(server.servers[0].sockets[0].getsockname()[1], asked)
    finally:
        server.should_exit = True
        thread.join(_READY_SECONDS)
