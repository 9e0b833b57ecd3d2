"""What is said between the command engine and a program, with everything that is heard checked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inference.programs.running import for_people

LONGEST_LINE = 1_000_000
"""Bytes; a program that says more at once is ended."""
_LONGEST_STAGE = 40


class Nonsense(ValueError):
    """What the program said is not in the language."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Described(_Message):
    """What the program says of itself, still to be read."""

    title: str
    version: str
    capabilities: dict[str, Any]


class Progress(_Message):
    """How far it is, 0..1."""

    song: str
    stage: str
    fraction: float = Field(ge=0, le=1, allow_inf_nan=False)


class Made(_Message):
    """The song is in the folder."""

    song: str
    audio: str
    weights: str = Field(max_length=500)
    parameters: dict[str, Any]
    tempo: float | None = Field(None, gt=0, lt=1000, allow_inf_nan=False)
    key: str = Field("", max_length=40)
    title: str = Field("", max_length=200)


class Failed(_Message):
    """There is no song."""

    song: str
    message: str
    retryable: bool = False


class Cancelled(_Message):
    """There is no song because it was cancelled."""

    song: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The program ended; negative for a signal."""

    code: int


Heard = Described | Progress | Made | Failed | Cancelled
_KINDS: Mapping[str, type[Heard]] = {
    "description": Described,
    "progress": Progress,
    "result": Made,
    "error": Failed,
    "cancelled": Cancelled,
}


def heard(line: bytes) -> Heard:
    """The message in a line; Nonsense when there is none."""
    try:
        value = json.loads(line, parse_constant=_no_number)
        ((name, body),) = value.items()
        message = _KINDS[name].model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Nonsense(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise Nonsense(f"it is no message: {line[:80]!r}") from error
    return message


def said(name: str, body: Mapping[str, Any]) -> bytes:
    """A message as one line."""
    return json.dumps({name: body}, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def stage_of(progress: Progress) -> str:
    """The stage's name, fit to be shown."""
    return for_people(progress.stage, _LONGEST_STAGE) or "working"


def _no_number(name: str) -> float:
    raise Nonsense(f"{name} is no number: {math.nan}")
