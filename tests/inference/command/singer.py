"""A small program in the command engine's language, standard library alone; words in the prompt make it misbehave."""

from __future__ import annotations

import json
import math
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

RATE = 32000
DESCRIPTION: dict[str, Any] = {
    "title": "Singer",
    "version": "1",
    "capabilities": {
        "operations": ["generate", "extend", "cover"],
        "sung": False,
        "instrumental": True,
        "languages": [],
        "controls": ["seed"],
        "minimum_seconds": 1,
        "maximum_seconds": 60,
        "sample_rate": RATE,
        "device": "cpu",
        "memory_mb": 50,
        "licence": {
            "name": "CC-BY-NC-4.0",
            "url": "https://creativecommons.org/licenses/by-nc/4.0/",
            "commercial": False,
        },
        "credits_per_minute": 1,
    },
}
STEPS = 10

asked: queue.Queue[dict[str, Any]] = queue.Queue()
cancelled: set[str] = set()
made = 0


def say(name: str, **body: Any) -> None:
    sys.stdout.write(json.dumps({name: body}) + "\n")
    sys.stdout.flush()


def listen() -> None:
    for line in sys.stdin:
        ((name, body),) = json.loads(line).items()
        if name == "describe":
            version = os.environ.get("SINGER_VERSION", DESCRIPTION["version"])
            say("description", **{**DESCRIPTION, "version": version})
        elif name == "run":
            asked.put(body)
        else:
            cancelled.add(body["song"])
    os._exit(0)


def samples_of(song: dict[str, Any]) -> list[float]:
    frequency = 200 + song["seed"]
    return [0.3 * math.sin(2 * math.pi * frequency * n / RATE) for n in range(round(song["seconds"] * RATE))]


def wav(samples: list[float]) -> bytes:
    data = struct.pack(f"<{len(samples)}f", *samples)
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1, RATE, 4 * RATE, 4, 32)
    return head + struct.pack("<4sI", b"data", len(data)) + data


def sing(song: dict[str, Any]) -> bool:
    """Every step of the song; whether it was wanted to the end."""
    name, endless, deaf = song["song"], "for ever" in song["prompt"], song["prompt"].startswith("deaf")
    for step in range(STEPS):
        say("progress", song=name, stage="singing", fraction=step / STEPS)
        while endless and name not in cancelled:
            say("progress", song=name, stage="singing", fraction=0.5)
            time.sleep(0.02)
        if name in cancelled and not deaf:
            say("cancelled", song=name)
            return False
    return True


def altered(word: str, samples: list[float]) -> list[float]:
    match word:
        case "nan":
            return [*samples[:100], math.nan, *samples[100:]]
        case "long":
            return samples * 20
        case "silent":
            return [0.0] * len(samples)
        case "short":
            return samples[:10]
    return samples


def spoil(word: str, path: Path) -> str:
    """Put something else where the song is, and say where it should be looked for."""
    match word:
        case "escape":
            return "../../../../../../../../etc/hostname"
        case "device":
            return "/dev/zero"
        case "link":
            path.unlink()
            path.symlink_to("/etc/hostname")
        case "pipe":
            path.unlink()
            os.mkfifo(path)
        case "list":
            path.write_text("#EXTM3U\n#EXTINF:1,\n/etc/hostname\n")
        case "cut":
            path.write_bytes(path.read_bytes()[:30])
        case "gone":
            path.unlink()
    return "song.wav"


def work_on(song: dict[str, Any], stage: str) -> None:
    """For ever, and say so."""
    while True:
        say("progress", song=song["song"], stage=stage, fraction=0.5)
        time.sleep(0.05)


def misbehave(word: str, song: dict[str, Any], folder: Path) -> None:
    match word:
        case "babble":
            print("hello there")
        case "shout":
            sys.stdout.write("x" * 3_000_000)
        case "number":
            print('{"progress": {"song": "1", "stage": "x", "fraction": NaN}}')
        case "flood":
            for _ in range(5000):
                say("progress", song=song["song"], stage="flooding", fraction=0.9)
            print("e" * 100_000, file=sys.stderr)
        case "leave":
            os._exit(3)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            signal.pause()
        case "deaf":
            work_on(song, "deaf")
        case "fill":
            with (folder / "large").open("wb") as file:
                file.truncate(20_000_000)
            work_on(song, "filling")
    sys.stdout.flush()


def make(song: dict[str, Any], number: int) -> None:
    folder, word = Path(song["folder"]), song["prompt"].split()[0]
    if not sing(song):
        return
    if word == "refuse":
        say("error", song=song["song"], message="I do not\n\x07sing that.", retryable=False)
        return
    if song["operation"] != "generate" and not Path(song["parent"]["audio"]).is_file():
        say("error", song=song["song"], message="Where is it?", retryable=False)
        return
    (folder / "song.wav").write_bytes(wav(altered(word, samples_of(song))))
    audio = spoil(word, folder / "song.wav")
    misbehave(word, song, folder)
    facts: dict[str, Any] = {"songs": number, "caption": song["caption"], "seen": sorted(os.environ)}
    if word == "children":
        facts["child"] = subprocess.Popen(["sleep", "1000"]).pid
    say("result", song=song["song"], audio=audio, weights="none\x1b[2J", parameters=facts)


threading.Thread(target=listen, daemon=True).start()
for number in range(1, 1000):
    make(asked.get(), number)
