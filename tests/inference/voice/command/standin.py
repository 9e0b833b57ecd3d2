"""A small conversion program with a command line like that of seed-vc, standard library alone; its last argument makes
it misbehave. It turns the vocal upside down at half its loudness."""

from __future__ import annotations

import argparse
import array
import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

HEAD = 58
"""Bytes before the samples, as Refrain writes WAV."""


def wav(samples: array.array[float], rate: int = 44_100, channels: int = 2) -> bytes:
    data = samples.tobytes()
    frame = 4 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 3, channels, rate, rate * frame, frame, 32)
    return (
        struct.pack("<4sI4s", b"RIFF", 36 + len(data), b"WAVE") + form + struct.pack("<4sI", b"data", len(data)) + data
    )


def note(**facts: object) -> None:
    """Leave a word for the test."""
    with Path(os.environ["STANDIN_SEEN"]).open("a") as file:
        file.write(json.dumps(facts) + "\n")


def bar(percent: int) -> None:
    print(f"\r{percent:3d}%|{'█' * (percent // 10):10}| {percent}/100", end="", file=sys.stderr, flush=True)


def told_to_end(*_: object) -> None:
    note(told="to end")
    sys.exit(1)


def chat() -> None:
    while True:
        bar(40)
        time.sleep(0.02)


def print_for_ever() -> None:
    while True:
        os.write(1, b"x" * 100_000)


def misbehave(word: str) -> None:
    match word:
        case "hang":
            signal.pause()
        case "chat":
            chat()
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            chat()
        case "children":
            note(child=subprocess.Popen(["sleep", "1000"]).pid)
            chat()
        case "flood":
            print_for_ever()
        case "leave":
            sys.exit(3)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)


def devour(word: str, folder: Path) -> None:
    match word:
        case "eat":
            eaten = bytearray(400_000_000)
            note(eaten=len(eaten))
            chat()
        case "fill":
            for number in range(40):
                (folder / f"{number}.tmp").write_bytes(bytes(100_000))
            chat()
        case "grow":
            (folder / "large.wav").write_bytes(bytes(5_000_000))


def spoilt(word: str, samples: array.array[float]) -> bytes:
    match word:
        case "nan":
            samples[1000] = float("nan")
        case "short":
            del samples[: len(samples) * 3 // 4]
        case "long":
            samples *= 4
        case "silent":
            samples = array.array("f", bytes(len(samples) * 4))
        case "text":
            return b"#EXTM3U\n/etc/hostname\n"
        case "mono":
            return wav(samples[::4], 22_050, 1)
    return wav(samples)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--source", "--target", "--output"):
        parser.add_argument(name)
    parser.add_argument("--semi-tone-shift", type=int, default=0)
    parser.add_argument("word")
    given = parser.parse_args()
    folder = Path(given.output)
    signal.signal(signal.SIGTERM, told_to_end)
    note(
        pid=os.getpid(),
        seen=sorted(os.environ),
        semitones=given.semi_tone_shift,
        reference=Path(given.target).stat().st_size if given.target else None,
    )
    bar(0)
    misbehave(given.word)
    devour(given.word, folder)
    samples = array.array("f", Path(given.source).read_bytes()[HEAD:])
    for percent in (25, 50, 75):
        bar(percent)
    samples = array.array("f", [-0.5 * value for value in samples])
    result = folder / "vc_source_reference.wav"
    match given.word:
        case "elsewhere":
            (folder.parent / "elsewhere.wav").write_bytes(wav(samples))
            return
        case "link":
            result.symlink_to(given.source)
            return
        case "pipe":
            os.mkfifo(result)
            return
        case "twice":
            (folder / "second.wav").write_bytes(wav(samples))
    result.write_bytes(spoilt(given.word, samples))
    bar(100)


main()
