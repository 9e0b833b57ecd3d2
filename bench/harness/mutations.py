"""Hostile files, made of good ones by rule: the same number and seed make the same files."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bench.harness.recordings import PNG, chunk, flac, id3, mp3, tagged_flac, tune, wav

SEED = 41


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file to be sent, and what was done to it."""

    name: str
    data: bytes
    how: str
    good: bool = False
    """Whether it must be taken."""


def corpus(count: int) -> Iterator[Hostile]:
    """`count` files: the known troublemakers first, then mutations of good files, each kind as often as any other."""
    good = _Good()
    special = [*_known_trouble(good), *_too_long()]
    yield from special[:count]
    originals = list(good.files.items())
    for number in range(count - len(special)):
        chance = random.Random(f"{SEED} {number}")  # noqa: S311 - not a secret
        how = list(_MUTATIONS)[number % len(_MUTATIONS)]
        name, data = originals[number // len(_MUTATIONS) % len(originals)]
        _, other = chance.choice(originals)
        extension = chance.choice(["mp3", "wav", "flac", "txt"]) if how == "wrong name" else name.rpartition(".")[2]
        yield Hostile(f"{number:03}-{how.replace(' ', '-')}.{extension}", _MUTATIONS[how](data, other, chance), how)


class _Good:
    """Recordings of all kinds that are taken, three seconds each."""

    @cached_property
    def files(self) -> dict[str, bytes]:
        cd, low, high = tune(3, 44_100), tune(3, 8000, 1), tune(3, 96_000, 1)
        return {
            "cd.wav": wav(cd, 44_100),
            "tagged.mp3": id3(more=300, picture=PNG) + mp3(cd, 44_100),
            "tagged.flac": tagged_flac(flac(cd, 44_100), picture=PNG),
            "float.wav": wav(tune(3, 48_000), 48_000, "f32"),
            "mono.mp3": mp3(tune(3, 22_050, 1), 22_050, 64, gapless=False),
            "mono.flac": flac(tune(3, 48_000, 1), 48_000),
            "high.wav": wav(high, 96_000, "s24"),
            "best.mp3": mp3(tune(3, 48_000), 48_000, 320),
            "low.wav": wav(low, 8000, "u8"),
            "surround.wav": wav(tune(3, 44_100, 6), 44_100, mask=0x3F),
        }


def _known_trouble(good: _Good) -> Iterator[Hostile]:
    """What the list of bad input names."""
    song, compressed = good.files["cd.wav"], good.files["best.mp3"]
    for name, data in good.files.items():
        yield Hostile(f"good-{name}", data, "good", good=True)
    for rate in (8000, 192_000):
        yield Hostile(f"{rate}.wav", wav(tune(1, rate), rate), "good", good=True)
    yield Hostile("eight.wav", wav(tune(1, 44_100, 8), 44_100), "good", good=True)
    holes = tune(1, 44_100)
    holes[1000:2000] = np.nan
    yield Hostile("holes.wav", wav(holes, 44_100, "f32"), "good", good=True)
    yield Hostile("megabytes.mp3", id3(more=5_000_000) + compressed, "good", good=True)
    yield Hostile("no-picture.mp3", id3(picture=b"<svg onload=alert(1)>") + compressed, "good", good=True)
    yield Hostile("bad-png.mp3", id3(picture=PNG[:40] + bytes(50)) + compressed, "good", good=True)
    yield Hostile("large-picture.mp3", id3(picture=PNG + bytes(9 << 20)) + compressed, "good", good=True)
    yield Hostile("empty.wav", b"", "empty")
    yield Hostile("zeros.mp3", bytes(100_000), "nothing")
    yield Hostile("noise.flac", random.Random(SEED).randbytes(100_000), "nothing")  # noqa: S311
    yield Hostile("nan.wav", wav(np.full((44_100, 2), np.nan, np.float32), 44_100, "f32"), "nothing")
    yield Hostile("hours.wav", song.replace(b"data" + song[40:44], b"data\0\0\0\x60"), "header lies")
    yield Hostile("archive.mp3", b"PK\3\4" + compressed, "polyglot")
    yield Hostile("page.mp3", b"<html>" + compressed, "polyglot")
    yield Hostile("list.mp3", b"#EXTM3U\nhttp://127.0.0.1/secret\nfile:///etc/passwd\n", "polyglot")
    yield Hostile("nine.wav", wav(tune(1, 44_100, 9), 44_100), "channels")


def _too_long() -> Iterator[Hostile]:
    """A second less and more than ten minutes, in headers that say so and ones that do not."""
    for seconds in (599, 601):
        data = flac(np.zeros((seconds * 8000, 1), np.float32), 8000)
        yield Hostile(f"{seconds}.flac", data, "length", good=seconds < 600)
        silent = data[:21] + bytes([data[21] & 0xF0]) + bytes(4) + data[26:]
        yield Hostile(f"{seconds}-unsaid.flac", silent, "length", good=seconds < 600)


def _flip_bits(data: bytes, other: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.choice([1, 8, 64, 1024])):
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _flip_headers(data: bytes, other: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.choice([1, 2, 4, 16])):
        flipped[chance.randrange(min(200, len(data)))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    return bytes(flipped)


def _lie(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Another number in one of the fields that readers allocate, seek or count by."""
    number = chance.choice([0, 1, 2, 255, 32_768, 65_535, 1 << 20, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
    if data[:4] == b"RIFF":
        place, size = chance.choice([(4, 4), (16, 4), (20, 2), (22, 2), (24, 4), (28, 4), (32, 2), (34, 2), (40, 4)])
        field = struct.pack("<Q", number)[:size]
    elif data[:4] == b"fLaC":
        place, size = chance.choice([(5, 3), (8, 2), (10, 2), (12, 3), (15, 3), (18, 4), (22, 4), (43, 3)])
        field = struct.pack(">Q", number)[-size:]
    else:
        start = max(data.find(b"Xing"), data.find(b"Info"), 0)
        place, size = chance.choice(
            [(6, 4), (start + 4, 4), (start + 8, 4), (start + 12, 4), (start + 141, 3), (10, 8)]
        )
        field = struct.pack(">Q", number)[-size:]
    return data[:place] + field + data[place + size :]


def _cut(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data[: chance.choice([chance.randrange(200), chance.randrange(len(data))])]


def _cut_beginning(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data[chance.randrange(1, len(data)) :]


def _cut_out(data: bytes, other: bytes, chance: random.Random) -> bytes:
    first, last = sorted(chance.sample(range(len(data)), 2))
    return data[:first] + data[last:]


def _splice(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def _double(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data * chance.choice([2, 3, 7])


def _append(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data + chance.choice([other, b"PK\3\4" + chance.randbytes(500), bytes(70_000), b"TAG" + bytes(125)])


def _zeros(data: bytes, other: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    length = chance.choice([16, 1000, 50_000])
    return data[:place] + bytes(len(data[place : place + length])) + data[place + length :]


def _insert(data: bytes, other: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.randbytes(chance.choice([1, 3, 1000, 70_000])) + data[place:]


def _tags(data: bytes, other: bytes, chance: random.Random) -> bytes:
    size = chance.choice([0, 10, 2000, 0x0FFFFFFF])
    frame = chance.choice([b"TIT2", b"APIC", b"COMM", b"GEOB", b"CHAP", b"\0\0\0\0"])
    body = frame + struct.pack(">I", chance.choice([0, 8, size, 0xFFFFFFFF])) + chance.randbytes(2)
    body += chance.choice([b"\1\xff\xfe", b"\3image/png\0\3\0", b"\0", b"\xff"]) + chance.randbytes(300)
    head = b"ID3" + bytes([chance.choice([2, 3, 4, 9]), 0, chance.choice([0, 0x10, 0x40, 0x80])])
    return head + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + body + data


def _chunks(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """A chunk or metadata block more, whose size is not true."""
    size = chance.choice([0, 1, 3, 100, 65_536, 0x7FFFFFFF, 0xFFFFFFFF])
    if data[:4] == b"fLaC":
        block = bytes([chance.choice([1, 2, 3, 4, 5, 6, 126])]) + struct.pack(">I", size)[1:] + chance.randbytes(60)
        return data[:42] + block + data[42:]
    name = chance.choice([b"LIST", b"id3 ", b"cue ", b"smpl", b"bext", b"fmt ", b"data", b"fact", b"JUNK"])
    lying = name + struct.pack("<I", size) + chance.randbytes(60)
    return data[:12] + chance.choice([lying, chunk(name, b"INFO" + lying)]) + data[12:]


def _as_it_is(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data


_MUTATIONS: dict[str, Callable[[bytes, bytes, random.Random], bytes]] = {
    "flipped bits": _flip_bits,
    "flipped headers": _flip_headers,
    "header lies": _lie,
    "cut short": _cut,
    "beginning lost": _cut_beginning,
    "middle lost": _cut_out,
    "spliced": _splice,
    "doubled": _double,
    "more behind it": _append,
    "runs of zeros": _zeros,
    "strange bytes between": _insert,
    "tags that lie": _tags,
    "chunks that lie": _chunks,
    "wrong name": _as_it_is,
}
