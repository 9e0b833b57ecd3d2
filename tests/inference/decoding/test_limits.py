"""The child ends when it must: a bomb dies alone, nothing is left behind, and nothing it says is believed unchecked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.harness.recordings import mp3, tune, wav
from inference.decoding import checking, process
from inference.decoding.model import DecoderFailed, Limits, Reason, Refused
from inference.decoding.stream import open_untrusted
from inference.engine import Cancelled

RATE = 44_100
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Forty seconds: far more than the pipe holds, so that its child waits to be read."""
    path = tmp_path / "song"
    path.write_bytes(wav(tune(40.0, RATE), RATE))
    return path


def children() -> list[int]:
    """Of all threads of this process."""
    return [
        int(child) for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()
    ]


def _descriptors() -> set[str]:
    return {f"{each.name} {each.readlink()}" for each in Path("/proc/self/fd").iterdir() if each.exists()}


def _play(path: Path, then: Callable[[int], object] = lambda pid: None, **options: Any) -> float:
    """Seconds heard; `then` gets the decoder's process id once the file is open."""
    before = set(children())
    frames = 0
    with open_untrusted(path, **options) as opened:
        (pid,) = set(children()) - before
        then(pid)
        for block in opened:
            frames += len(block)
    return frames / RATE


@pytest.mark.parametrize("leave", ["at the end", "early", "by an exception"])
def test_nothing_is_left_behind(song: Path, leave: str) -> None:
    processes, descriptors = children(), _descriptors()
    try:
        with open_untrusted(song) as opened:
            for _ in opened:
                if leave == "early":
                    break
                if leave == "by an exception":
                    raise RuntimeError
    except RuntimeError:
        pass
    assert children() == processes
    assert _descriptors() == descriptors


def test_a_child_that_falls_silent_is_ended(song: Path) -> None:
    before = children()
    with pytest.raises(Refused) as caught:
        _play(song, lambda pid: os.kill(pid, signal.SIGSTOP), limits=Limits(silent_seconds=1.0))
    assert caught.value.reason is Reason.TOO_COSTLY
    assert children() == before


def test_a_child_that_was_killed_from_outside_says_nothing_about_the_file(song: Path) -> None:
    with pytest.raises(DecoderFailed):
        _play(song, lambda pid: os.kill(pid, signal.SIGKILL))


def test_a_child_that_crashes_is_the_files_fault(song: Path) -> None:
    with pytest.raises(Refused) as caught:
        _play(song, lambda pid: os.kill(pid, signal.SIGSEGV))
    assert caught.value.reason is Reason.DAMAGED


def test_stopping(song: Path) -> None:
    stopped = threading.Event()
    with pytest.raises(Cancelled):
        _play(song, lambda pid: stopped.set(), should_stop=stopped.is_set)


def test_the_child_ends_with_its_parent(song: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from inference.decoding.stream import open_untrusted\n"
        "with open_untrusted(Path(sys.argv[1])) as opened:\n"
        "    print('open', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(song)], stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ}
    ) as parent:
        assert parent.stdout is not None
        try:
            assert parent.stdout.readline() == b"open\n"
            (child,) = map(int, Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split())
        finally:
            parent.kill()
    deadline = time.monotonic() + 30
    while _runs(child):
        assert time.monotonic() < deadline, "the decoder outlived its parent"
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False


def _id3_frame(name: bytes, data: bytes, flags: bytes = b"\0\0") -> bytes:
    return name + _syncsafe(len(data)) + flags + data


def _syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _id3(frames: bytes) -> bytes:
    return b"ID3\4\0\0" + _syncsafe(len(frames)) + frames


def _compressed_text() -> bytes:
    """A title of 64 MB in a few dozen kilobytes."""
    size = 64 << 20
    squeezed = zlib.compress(b"\3" + b"x" * size)
    return _id3(_id3_frame(b"TIT2", _syncsafe(size + 1) + squeezed, b"\0\x09"))


def _countless_tags() -> bytes:
    return _id3(b"".join(_id3_frame(b"TXXX", b"\3%d\0v" % number) for number in range(400_000)))


def _countless_covers() -> bytes:
    cover = b"\3image/png\0\3\0\x89PNG" + bytes(30)
    return _id3(_id3_frame(b"APIC", cover) * 100_000)


@pytest.mark.parametrize("tags", [_compressed_text, _countless_tags, _countless_covers])
def test_a_bomb_of_tags_is_defused_or_dies_alone(tmp_path: Path, tags: Callable[[], bytes]) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(tags() + mp3(tune(0.5, RATE), RATE))
    before = children()
    try:
        reason = None
        heard = _play(path, limits=Limits(silent_seconds=3.0))
    except Refused as refused:
        reason = refused.reason
    if reason is None:
        assert heard == pytest.approx(0.5)
    else:
        assert reason is Reason.TOO_COSTLY
    assert children() == before


def test_a_file_that_takes_more_memory_than_it_may_is_too_costly(tmp_path: Path) -> None:
    path = tmp_path / "song"
    path.write_bytes(_id3(_id3_frame(b"TIT2", b"\3" + b"x" * 12_000_000)) + mp3(tune(0.5, RATE), RATE))
    assert _play(path) == pytest.approx(0.5)
    with pytest.raises(Refused) as caught:
        _play(path, limits=Limits(memory_bytes=40 << 20))
    assert caught.value.reason is Reason.TOO_COSTLY


_FACTS = {
    "container": "wav",
    "codec": "pcm_s16le",
    "sample_rate": RATE,
    "channels": 2,
    "claimed_seconds": 1,
    "tags": {},
}
_SAY = (
    "import json, os, struct, sys\n"
    "def say(kind, data): os.write(1, struct.pack('<cI', kind, len(data)) + data)\n"
    f"say(b'L', b''); FACTS = json.dumps({_FACTS}).encode()\n"
)


@pytest.mark.parametrize(
    "lies",
    [
        "say(b'F', FACTS); say(b'A', struct.pack('<2f', float('nan'), 0))",
        "say(b'F', FACTS); say(b'A', bytes(7))",
        "say(b'F', FACTS); say(b'E', b'')",
        "say(b'F', FACTS); say(b'Q', b'')",
        "say(b'F', FACTS); os.write(1, struct.pack('<cI', b'A', 4_000_000_000))",
        "say(b'F', FACTS); say(b'F', FACTS)",
        "say(b'F', FACTS); say(b'A', bytes(8)); say(b'P', b'GIF89a')",
        "say(b'F', FACTS); say(b'A', bytes(8))",
        "say(b'F', b'[' * 30000)",
        "say(b'F', b'{}')",
        "say(b'A', bytes(8))",
        "say(b'R', b'nonsense')",
    ],
)
def test_a_child_that_lies_is_not_believed(song: Path, monkeypatch: pytest.MonkeyPatch, lies: str) -> None:
    monkeypatch.setattr(process, "DECODER", _SAY + lies)
    with pytest.raises(Refused) as caught:
        _play(song)
    assert caught.value.reason is Reason.DAMAGED


def test_a_child_that_never_stops_talking_is_ended(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "DECODER", _SAY + "say(b'F', FACTS)\nwhile True: say(b'A', bytes(8 * 65536))")
    with pytest.raises(Refused) as caught:
        _play(song, limits=Limits(seconds=5))
    assert caught.value.reason is Reason.TOO_LONG


def test_a_decoder_that_cannot_be_locked_decodes_nothing(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (
        "import platform; platform.machine = lambda: 'pdp11'\n"
        "from inference.decoding.child import main; main(sys.argv[2:])"
    )
    monkeypatch.setattr(process, "DECODER", broken)
    with pytest.raises(DecoderFailed, match=r"could not be locked.*pdp11"):
        _play(song)


_VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just(["wav"]))
_SAID = st.fixed_dictionaries(
    {
        "container": st.sampled_from(["wav", "flac", "ogg", None]),
        "codec": st.one_of(st.just("flac"), _VALUES),
        "sample_rate": st.one_of(st.just(44_100), _VALUES),
        "channels": st.one_of(st.just(2), _VALUES),
        "claimed_seconds": st.one_of(st.just(1.5), _VALUES),
        "tags": st.one_of(st.dictionaries(st.sampled_from(checking.TAGS), _VALUES), _VALUES),
    }
)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), _SAID.map(lambda said: json.dumps(said).encode())))
def test_whatever_is_said_becomes_facts_or_a_refusal(payload: bytes) -> None:
    assert isinstance(checking.refusal(payload), Refused)
    try:
        facts = checking.facts(payload)
    except Refused:
        return
    assert facts.sample_rate > 0
    assert all(0 < len(text) <= 500 and not set(text) & set("\n\r\0\x1b\u202e") for text in facts.tags.values())
