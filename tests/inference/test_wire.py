"""Requests and productions survive JSON, and what is no message is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inference import wire
from inference.engine import Operation, Parent, Request
from inference.produce import produce
from tests.inference.conftest import MakeRequest
from tests.inference.engines import Chords

REQUEST = Request(
    prompt="夜 \n walk",
    seconds=61.5,
    seed=2**31 - 1,
    operation=Operation.VARIATION,
    lyrics="[verse]\nla",
    tempo=92.5,
    parent=Parent(Path("/versions/1"), Request(prompt="before", seconds=10.0, seed=0)),
    parameters={"strength": 0.4, "instruments": ["guitar"]},
)


def test_a_request_survives_json() -> None:
    assert wire.request_from_json(json.loads(json.dumps(wire.request_to_json(REQUEST)))) == REQUEST


def test_a_production_survives_json(song: MakeRequest, tmp_path: Path) -> None:
    production = produce(Chords(), song(), tmp_path, lambda stage, fraction: None)

    assert wire.production_from_json(json.loads(json.dumps(wire.production_to_json(production)))) == production


@pytest.mark.parametrize(
    "message",
    [wire.Run("1", "chords", REQUEST, Path("/somewhere"), alone=True), wire.Cancel("1")],
)
def test_commands_are_single_lines(message: wire.Command) -> None:
    text = wire.line(message)

    assert text.count(b"\n") == 1
    assert wire.read_command(text) == message


@pytest.mark.parametrize(
    "message",
    [wire.Ready(1), wire.Progress("1", "rendering", 0.5), wire.Failed("1", "No.", retryable=False), wire.Stopped("1")],
)
def test_events_are_single_lines(message: wire.Event) -> None:
    text = wire.line(message)

    assert text.count(b"\n") == 1
    assert wire.read_event(text) == message


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello\n",
        b"[]",
        b"{}",
        b'{"run": {}}',
        b'{"run": 3}',
        b'{"dance": {}}',
        b'{"cancel": {}}',
        b'{"cancel": {"song": "1"}, "run": {}}',
        b"\xff",
    ],
)
def test_what_is_no_command_is_refused(text: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.read_command(text)


def test_the_message_names_what_is_wrong() -> None:
    value = wire.request_to_json(REQUEST) | {"seconds": "long"}

    with pytest.raises(wire.WireError, match="Request: seconds"):
        wire.request_from_json(value)
