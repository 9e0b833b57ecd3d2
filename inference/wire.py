"""Requests and productions as JSON, and the lines that a client and its engine process exchange.

A line is an object with one member, which names the message: `{"run": {…}}` and `{"cancel": {…}}` one way,
`{"ready": {…}}`, `{"progress": {…}}`, `{"result": {…}}`, `{"error": {…}}` and `{"cancelled": {…}}` the other. All but
`ready` name in `song` the song that they are about, because a process may have several in hand. Each run is answered
with exactly one result, error or cancellation; a cancellation of a song that is over is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from inference.engine import Request
from inference.framing import Messages, WireError, dumped, validated
from inference.production import Production

__all__ = [
    "Cancel",
    "Command",
    "Event",
    "Failed",
    "Finished",
    "Progress",
    "Ready",
    "Run",
    "Stopped",
    "WireError",
    "line",
    "production_from_json",
    "production_to_json",
    "read_command",
    "read_event",
    "request_from_json",
    "request_to_json",
]


@dataclass(frozen=True, slots=True)
class Run:
    """Make one song in `folder`, which must not hold anything else; `song` is a name that no other song here has."""

    song: str
    engine: str
    request: Request
    folder: Path
    alone: bool = False
    """It must not share a batch with others."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """The song is no longer wanted; the others go on."""

    song: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The process listens; no engine is loaded yet."""

    process_id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the whole song is, 0..1, never going back."""

    song: str
    stage: str
    fraction: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The folder holds exactly the files of `production`."""

    song: str
    production: Production


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no song; the message is for the person who asked."""

    song: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """There is no song because it was cancelled."""

    song: str


Command = Run | Cancel
Event = Ready | Progress | Finished | Failed | Stopped

_COMMANDS = Messages("command", {"run": Run, "cancel": Cancel})
_EVENTS = Messages(
    "event", {"ready": Ready, "progress": Progress, "result": Finished, "error": Failed, "cancelled": Stopped}
)
_REQUEST, _PRODUCTION = TypeAdapter(Request), TypeAdapter(Production)


def request_to_json(request: Request) -> dict[str, Any]:
    """JSON values that `request_from_json` reads back."""
    return dumped(_REQUEST, request)


def request_from_json(value: object) -> Request:
    """The request that `value` describes; WireError when it describes none."""
    request: Request = validated(_REQUEST, "Request", value)
    return request


def production_to_json(production: Production) -> dict[str, Any]:
    """JSON values that `production_from_json` reads back."""
    return dumped(_PRODUCTION, production)


def production_from_json(value: object) -> Production:
    """The production that `value` describes; WireError when it describes none."""
    production: Production = validated(_PRODUCTION, "Production", value)
    return production


def line(message: Command | Event) -> bytes:
    """The message as one line."""
    return (_COMMANDS if isinstance(message, Run | Cancel) else _EVENTS).line(message)


def read_command(text: bytes) -> Command:
    """The command in a line; WireError when there is none."""
    command: Command = _COMMANDS.read(text)
    return command


def read_event(text: bytes) -> Event:
    """The event in a line; WireError when there is none."""
    event: Event = _EVENTS.read(text)
    return event
