"""The protocol as another program would speak it: one JSON object a line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inference import wire
from tests.inference.conftest import MakeRequest

ROOT = Path(__file__).parents[2]
HOST = [sys.executable, "-m", "inference.host", "--registry", "tests.inference.engines"]


class Conversation:
    """A host, spoken to line by line."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(HOST, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def say(self, text: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        value: dict[str, Any] = json.loads(self.process.stdout.readline())
        return value

    def hear_until(self, name: str) -> Any:
        while True:
            message = self.hear()
            if name in message:
                return message[name]

    def hang_up(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait()


@pytest.fixture
def host() -> Iterator[Conversation]:
    conversation = Conversation()
    with conversation.process:
        yield conversation
        conversation.process.kill()


def test_a_song_in_json_lines(host: Conversation, song: MakeRequest, tmp_path: Path) -> None:
    assert host.hear() == {"ready": {"process_id": host.process.pid}}

    host.say(wire.line(wire.Run("1", "chords", song(), tmp_path / "song")))

    assert host.hear_until("progress")["stage"] == "composing"
    production = host.hear_until("result")["production"]
    assert production["title"] == "Chord 7"
    assert production["measured"]["sample_rate"] == 44_100
    assert host.hang_up() == 0


def test_a_late_cancellation_does_not_hit_the_next_song(host: Conversation, song: MakeRequest, tmp_path: Path) -> None:
    host.say(wire.line(wire.Run("1", "chords", song(), tmp_path / "first")))
    host.hear_until("result")

    host.say(b'{"cancel": {"song": "1"}}\n')
    host.say(wire.line(wire.Run("2", "chords", song(), tmp_path / "second")))

    assert host.hear_until("result")["production"]["parameters"] == {"songs_since_start": 2}


@pytest.mark.parametrize("work", ["work for ever", "hang"])
def test_hanging_up_ends_a_busy_host(host: Conversation, song: MakeRequest, tmp_path: Path, work: str) -> None:
    host.say(wire.line(wire.Run("1", "chords", song(work), tmp_path / "song")))
    host.hear_until("progress")

    assert host.hang_up() == 0


@pytest.mark.parametrize("text", [b"hello\n", b'{"dance": {}}\n', b'{"run": {"engine": "chords"}}\n'])
def test_a_host_does_not_go_on_after_what_it_cannot_understand(host: Conversation, text: bytes) -> None:
    host.say(text)

    assert host.process.wait() == 2
