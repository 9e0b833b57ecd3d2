"""What the child that normalises one file is told, in one line, and what it says, in lines of JSON."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from inference.decoding.model import Limits, Reason
from inference.normalising.model import Normalised


@dataclass(frozen=True, slots=True)
class Task:
    """Normalise one file."""

    source: Path
    folder: Path
    limits: Limits


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is, 0..1."""

    stage: str
    fraction: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The folder holds exactly the files of `normalised`."""

    normalised: Normalised


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The file is refused; the message is for the person who sent it."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done here and now; `decoder` when that was the decoder's doing."""

    message: str
    retryable: bool
    decoder: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """It was no longer wanted."""


Event = Progress | Finished | NotTaken | Failed | Stopped

_KINDS: dict[str, type[Event]] = {
    "progress": Progress,
    "result": Finished,
    "refused": NotTaken,
    "failed": Failed,
    "stopped": Stopped,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in (Task, *_NAMES)}
_PICTURE = "picture"


def task_line(task: Task) -> bytes:
    """The task as one line."""
    return _line(_ADAPTERS[Task].dump_python(task, mode="json"))


def read_task(text: bytes) -> Task:
    """The task in a line; ValueError when there is none."""
    task: Task = _ADAPTERS[Task].validate_json(text)
    return task


def line(event: Event) -> bytes:
    """The event as one line."""
    extra = {}
    if isinstance(event, Finished):
        # JSON has no bytes.
        picture, event = event.normalised.picture, Finished(replace(event.normalised, picture=None))
        extra = {_PICTURE: base64.b64encode(picture).decode()} if picture else {}
    return _line({_NAMES[type(event)]: _ADAPTERS[type(event)].dump_python(event, mode="json")} | extra)


def read_event(text: bytes) -> Event:
    """The event in a line; ValueError when there is none."""
    try:
        value = json.loads(text)
        picture = value.pop(_PICTURE, None)
        ((name, body),) = value.items()
        event: Event = _ADAPTERS[_KINDS[name]].validate_python(body)
    except (KeyError, AttributeError, TypeError, ValidationError) as error:
        raise ValueError(f"not an event: {text[:80]!r}") from error
    if picture and isinstance(event, Finished):
        return Finished(replace(event.normalised, picture=base64.b64decode(picture)))
    return event


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode() + b"\n"
