"""A client that costs next to nothing, so that the server is what is measured: bodies are dropped by the kernel."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

_HEAD_BYTES = 1024
_PIPELINED = 8
_CONNECTIONS = 4
_LIFE = 100
"""Bursts of a connection: servers close one after a thousand requests or more."""
_END = b"\r\n\r\n"


@dataclass(slots=True)
class Drained:
    """What came back."""

    seconds: float = 0.0
    body_bytes: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    """By what nginx says of its cache."""

    @property
    def answers(self) -> int:
        """How many came."""
        return self.statuses.total()

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


class Drain:
    """Asks a server of the loopback for `paths` in turn, pipelined on a few connections that stay open for long."""

    def __init__(self, port: int, paths: Sequence[str], header: str = "") -> None:
        self._requests = cycle([f"GET {path} HTTP/1.1\r\nHost: edge\r\n{header}\r\n".encode() for path in paths])
        self.total = Drained()
        """Everything so far."""
        self._port = port
        self._bursts = 0
        self._lines: list[_Line] = []

    def __enter__(self) -> Drain:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def burst(self) -> float:
        """A few dozen answers; returns how many there were a second."""
        if self._bursts % _LIFE == 0:
            self._close()
            self._lines = [_Line(self._port, self.total) for _ in range(_CONNECTIONS)]
        self._bursts += 1
        begin = time.perf_counter()
        for line in self._lines:
            line.ask(b"".join(islice(self._requests, _PIPELINED)))
        for line in self._lines:
            line.take(_PIPELINED)
        seconds = time.perf_counter() - begin
        self.total.seconds += seconds
        return _CONNECTIONS * _PIPELINED / seconds

    def _close(self) -> None:
        for line in self._lines:
            line.close()

    def run(self, seconds: float) -> Drained:
        """Bursts for about so many seconds."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.burst()
        return self.total


class _Line:
    """One connection."""

    def __init__(self, port: int, result: Drained) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._result = result
        self._read = bytearray()
        self._bin = bytearray(1 << 20)

    def ask(self, requests: bytes) -> None:
        self._socket.sendall(requests)

    def close(self) -> None:
        self._socket.close()

    def take(self, answers: int) -> None:
        """Read so many answers."""
        for _ in range(answers):
            head = self._head()
            status = int(head[9:12])
            length = 0 if status == 304 else int(_value(head, b"content-length"))
            self._result.statuses[status] += 1
            self._result.kept[_value(head, b"x-cache")] += 1
            self._result.body_bytes += length
            self._drop(length)

    def _head(self) -> bytes:
        while (end := self._read.find(_END)) < 0:
            data = self._socket.recv(_HEAD_BYTES)
            if not data:
                raise ConnectionError("the server hung up")
            self._read += data
        head = bytes(self._read[:end]).lower()
        del self._read[: end + len(_END)]
        return head

    def _drop(self, length: int) -> None:
        read = min(length, len(self._read))
        del self._read[:read]
        left = length - read
        while left:
            # Linux drops the bytes of a TCP stream instead of copying them
            dropped = self._socket.recv_into(self._bin, min(left, len(self._bin)), socket.MSG_TRUNC)
            if not dropped:
                raise ConnectionError("the server hung up")
            left -= dropped


def _value(head: bytes, name: bytes) -> str:
    start = head.find(b"\r\n" + name + b":")
    if start < 0:
        return ""
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else None].strip().decode()
