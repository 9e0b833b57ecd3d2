"""A wire between a client and a server that a test can cut, or whisper into."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Relay:
    """Carries connections to a port of this machine, `forth` and `back` seeing every piece on its way.

    A piece that becomes None cuts the connection; `closed` refuses new ones, and cuts the others at their next piece.
    """

    def __init__(self, port: int) -> None:
        self.forth: Callable[[bytes], bytes | None] = bytes
        self.back: Callable[[bytes], bytes | None] = bytes
        self.closed = False
        self._to = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._welcome, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._door.close()

    def _welcome(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if self.closed:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._carry, args=[near, far, "forth"], daemon=True).start()
            threading.Thread(target=self._carry, args=[far, near, "back"], daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, way: str) -> None:
        with suppress(OSError):
            while piece := one.recv(65_536):
                changed: bytes | None = getattr(self, way)(piece)
                if changed is None or self.closed:
                    break
                other.sendall(changed)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    """A relay, closed afterwards."""
    relay = Relay(port)
    try:
        yield relay
    finally:
        relay.close()
