"""Sends files as browsers do; run as a program, many at once, in a process that leaves the site's processors alone.

The program reads what to send, says `READY` once it has made the files, and sends them when it is told anything more.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import os
import sys
import time
import wave
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import numpy as np

RATE = 44_100
READY = "ready"
_NICE = 10
"""Senders are other people's machines."""
_PATIENCE_SECONDS = 120.0
_SLICE = 64 * 1024
_LINE = 1_000_000.0
"""Bytes a second that a good line at home sends."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent: its hash, what finishing it was answered, and how long that took."""

    upload: str
    token: str
    sha256: str
    status: int
    seconds: float


class Sender:
    """One person with an API token."""

    def __init__(self, address: str, token: str, bytes_a_second: float | None = None) -> None:
        """`bytes_a_second` is what the person's line carries; None is as much as goes."""
        self._host = urlsplit(address).netloc
        self._token = token
        self._rate = bytes_a_second

    def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """A call of the API: status and JSON."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        status, answer = self._ask(method, path, None if body is None else json.dumps(body).encode(), headers)
        return status, json.loads(answer) if answer else None

    def fetch(self, path: str) -> bytes:
        """A file that only its owner gets."""
        return self._ask("GET", path, None, {"Authorization": f"Bearer {self._token}"})[1]

    def send(self, content: bytes, filename: str) -> Sent:
        """Announce, put every part, finish."""
        _, upload = self.call("POST", "/api/v1/uploads", {"filename": filename, "bytes": len(content)})
        path, each = f"/api/v1/uploads/{upload['id']}", upload["part_bytes"]
        numbers = list(range(1, upload["parts"] + 1))
        for target in self.call("POST", f"{path}/targets", {"numbers": numbers})[1]["targets"]:
            start = (target["number"] - 1) * each
            part = content[start : start + target["bytes"]]
            headers = {**target["headers"], "Content-Length": str(len(part))}
            status, _ = self._ask("PUT", target["url"], self._paced(part), headers)
            if status != 200:
                raise RuntimeError(f"part {target['number']} was answered with {status}")
        begin = time.perf_counter()
        status, _ = self.call("POST", f"{path}/finish")
        took = time.perf_counter() - begin
        return Sent(upload["id"], self._token, hashlib.sha256(content).hexdigest(), status, took)

    def _paced(self, part: bytes) -> bytes | Iterator[bytes]:
        return part if self._rate is None else _slices(part, self._rate)

    def _ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, timeout=_PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def _slices(part: bytes, rate: float) -> Iterator[bytes]:
    """The part as a line of this rate carries it."""
    begin = time.monotonic()
    for start in range(0, len(part), _SLICE):
        time.sleep(max(0.0, begin + start / rate - time.monotonic()))
        yield part[start : start + _SLICE]


def song(seconds: float, number: int) -> bytes:
    """A WAV of a chord over noise that no other number has."""
    frames = round(seconds * RATE)
    time_ = np.arange(frames, dtype=np.float32) / RATE
    root = 110.0 * 2 ** (number % 24 / 12)
    tones = sum(np.sin(2 * np.pi * root * ratio * time_) for ratio in (1.0, 1.25, 1.5))
    noise = np.random.default_rng(number).standard_normal((frames, 2), dtype=np.float32)
    samples = 0.1 * np.asarray(tones, dtype=np.float32)[:, None] + 0.05 * noise
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setparams((2, 2, RATE, frames, "NONE", ""))
        file.writeframes((samples * 32767).clip(-32768, 32767).astype("<i2").tobytes())
    return kept.getvalue()


def many_songs(count: int, seconds: float) -> list[bytes]:
    """So many files; every fifth is twice as long."""
    return [song(seconds * (2 if number % 5 == 0 else 1), number) for number in range(count)]


def send_at_once(address: str, tokens: Sequence[str], files: Sequence[bytes]) -> list[Sent]:
    """The files, by so many senders at the same moment."""
    start = Barrier(len(files))

    def one(number: int) -> Sent:
        sender = Sender(address, tokens[number % len(tokens)], _LINE)
        start.wait()
        return sender.send(files[number], f"song {number}.wav")

    with ThreadPoolExecutor(len(files)) as pool:
        return list(pool.map(one, range(len(files))))


def _yield_to_the_site() -> None:
    """Niceness for both ways in which Linux may share processors out: by process, and by session (sched(7))."""
    os.nice(_NICE)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_NICE), encoding="ascii")


if __name__ == "__main__":
    _yield_to_the_site()
    asked = json.loads(sys.stdin.readline())
    made = many_songs(asked["count"], asked["seconds"])
    print(READY, flush=True)
    if not sys.stdin.readline():
        sys.exit("whoever asked is gone")
    print(json.dumps([asdict(each) for each in send_at_once(asked["address"], asked["tokens"], made)]))
