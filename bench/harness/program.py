"""A small program for the command engine, standard library alone: a tone in steps of equal length, all noted down."""

from __future__ import annotations

import json
import math
import os
import queue
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any

RATE = 16000
STEPS = 8
DESCRIPTION: dict[str, Any] = {
    "title": "Tone",
    "version": "1",
    "capabilities": {
        "operations": ["generate", "variation", "extend", "cover"],
        "sung": False,
        "instrumental": True,
        "languages": [],
        "controls": ["seed"],
        "minimum_seconds": 1,
        "maximum_seconds": 60,
        "sample_rate": RATE,
        "device": "cpu",
        "memory_mb": 20,
        "licence": {"name": "CC0-1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/", "commercial": True},
        "credits_per_minute": 1,
    },
}


def main(step_seconds: float, log: Path) -> None:
    """Answer until the input closes; `log` gets a line a step and one for each cancellation."""
    songs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    cancelled: set[str] = set()
    threading.Thread(target=_listen, args=(songs, cancelled, log), daemon=True).start()
    while True:
        _make(songs.get(), cancelled, step_seconds, log)


def _listen(songs: queue.SimpleQueue[dict[str, Any]], cancelled: set[str], log: Path) -> None:
    for line in sys.stdin:
        ((name, body),) = json.loads(line).items()
        if name == "describe":
            _say("description", **DESCRIPTION)
        elif name == "run":
            songs.put(body)
        else:
            _note(log, "cancel")
            cancelled.add(body["song"])
    os._exit(0)


def _make(asked: dict[str, Any], cancelled: set[str], step_seconds: float, log: Path) -> None:
    song = asked["song"]
    for step in range(STEPS):
        if song in cancelled:
            _say("cancelled", song=song)
            return
        _note(log, "step")
        _say("progress", song=song, stage="generating", fraction=step / STEPS)
        time.sleep(step_seconds)
    frames = round(asked["seconds"] * RATE)
    data = struct.pack(
        f"<{frames}h", *(round(9000 * math.sin(n * (200 + asked["seed"]) / 2500)) for n in range(frames))
    )
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    (Path(asked["folder"]) / "song.wav").write_bytes(head + struct.pack("<4sI", b"data", len(data)) + data)
    _say("result", song=song, audio="song.wav", weights="none", parameters={})


def _say(name: str, **body: Any) -> None:
    sys.stdout.write(json.dumps({name: body}) + "\n")
    sys.stdout.flush()


def _note(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text + "\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]))
