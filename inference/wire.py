"""Requests and productions as JSON, and the lines that a client and its engine process exchange.

A line is an object with one member, which names the message: `{"run": {…}}` and `{"cancel": {…}}` one way,
`{"ready": {…}}`, `{"progress": {…}}`, `{"result": {…}}`, `{"error": {…}}` and `{"cancelled": {…}}` the other. All but
`ready` name in `song` the song that they are about, because a process may have several in hand. Each run is answered
with exactly one result, error or cancellation; a cancellation of a song that is over is not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from inference.engine import Request
from inference.production import Production


class WireError(ValueError):
    """A value is not what it should describe."""


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

_COMMANDS: Mapping[str, type[Command]] = {"run": Run, "cancel": Cancel}
_EVENTS: Mapping[str, type[Event]] = {
    "ready": Ready,
    "progress": Progress,
    "result": Finished,
    "error": Failed,
    "cancelled": Stopped,
}
_NAMES: Mapping[type[Command | Event], str] = {kind: name for name, kind in (*_COMMANDS.items(), *_EVENTS.items())}
_ADAPTERS: Mapping[type[Any], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in (*_NAMES, Request, Production)}


def request_to_json(request: Request) -> dict[str, Any]:
    """JSON values that `request_from_json` reads back."""
    return _to_json(request)


def request_from_json(value: object) -> Request:
    """The request that `value` describes; WireError when it describes none."""
    request: Request = _from_json(Request, value)
    return request


def production_to_json(production: Production) -> dict[str, Any]:
    """JSON values that `production_from_json` reads back."""
    return _to_json(production)


def production_from_json(value: object) -> Production:
    """The production that `value` describes; WireError when it describes none."""
    production: Production = _from_json(Production, value)
    return production


def line(message: Command | Event) -> bytes:
    """The message as one line."""
    value = {_NAMES[type(message)]: _to_json(message)}
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def read_command(text: bytes) -> Command:
    """The command in a line; WireError when there is none."""
    name, value = _single_member(text)
    if name not in _COMMANDS:
        raise WireError(f"there is no command {name!r}")
    command: Command = _from_json(_COMMANDS[name], value)
    return command


def read_event(text: bytes) -> Event:
    """The event in a line; WireError when there is none."""
    name, value = _single_member(text)
    if name not in _EVENTS:
        raise WireError(f"there is no event {name!r}")
    event: Event = _from_json(_EVENTS[name], value)
    return event


def _single_member(text: bytes) -> tuple[str, object]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise WireError(f"not JSON: {text[:80]!r}") from error
    if not isinstance(value, dict) or len(value) != 1:
        raise WireError(f"not an object with one member: {text[:80]!r}")
    ((name, body),) = value.items()
    return name, body


def _to_json(value: object) -> dict[str, Any]:
    dumped: dict[str, Any] = _ADAPTERS[type(value)].dump_python(value, mode="json")
    return dumped


def _from_json(kind: type[Any], value: object) -> Any:
    try:
        return _ADAPTERS[kind].validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WireError(f"{kind.__name__}: {where}: {first['msg']}") from error
