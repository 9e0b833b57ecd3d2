"""Which programs an operator has configured as engines, and what they can do, read from files: nothing is started."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from inference.engine import Capabilities
from inference.programs import manifest
from inference.programs.manifest import ManifestError

VARIABLE = "REFRAIN_COMMAND_ENGINES"
"""Names the file; without it there are none."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a program says of itself, as kept in a file."""

    title: str
    version: str
    capabilities: Capabilities


@checked(frozen=True, config=ConfigDict(extra="forbid"))
class _Program:
    command: list[str]
    description: str
    folder: str = "."
    environment: dict[str, str] = field(default_factory=dict)
    silence_seconds: float = 600.0
    cancel_seconds: float = 5.0
    folder_megabytes: int = 4000


@dataclass(frozen=True, slots=True)
class Program:
    """How to start an engine's program, and how patient to be with it."""

    name: str
    command: tuple[str, ...]
    folder: Path
    """Where it is started."""
    environment: Mapping[str, str]
    """All that it sees besides a few harmless variables."""
    silence_seconds: float
    """How long it may say nothing while it works; never more than the stage's own deadline."""
    cancel_seconds: float
    """How long it may take to let go of a cancelled song."""
    folder_megabytes: int
    """The most that it may write for one song."""
    description: Description


_PROGRAM = TypeAdapter(_Program)
_DESCRIPTION = TypeAdapter(Description)


def configured(environment: Mapping[str, str] = os.environ) -> dict[str, Program]:
    """The programs of the file that the environment names, by engine; one that is wrong is logged and left out."""
    return manifest.configured(VARIABLE, "engines", _program, environment)


def read_description(value: object) -> Description:
    """What a program says of itself, as JSON values; ManifestError when it is no description of one."""
    description = manifest.checked(_DESCRIPTION, value)
    can = description.capabilities
    if can.batch != 1:
        raise ManifestError("a program makes one song at a time: batch must be 1")
    if (
        not can.operations
        or not 0 < can.minimum_seconds <= can.maximum_seconds
        or not 8000 <= can.sample_rate <= 192_000
    ):
        raise ManifestError("the operations, the seconds or the sample rate are impossible")
    return description


def describe(description: Description) -> dict[str, Any]:
    """The description as JSON values that `read_description` reads back, always the same for the same."""
    dumped: dict[str, Any] = _DESCRIPTION.dump_python(description, mode="json")
    for name in ("operations", "languages", "controls"):
        dumped["capabilities"][name].sort()
    return dumped


def _program(name: str, table: object, base: Path) -> Program:
    given = manifest.checked(_PROGRAM, table)
    if not given.command or min(given.silence_seconds, given.cancel_seconds, given.folder_megabytes) <= 0:
        raise ManifestError("the command is empty, or a limit is not positive")
    path = base / given.description
    try:
        description = read_description(json.loads(manifest.text(path)))
    except ValueError as error:
        raise ManifestError(f"{path}: {error}") from error
    return Program(
        name=name,
        command=tuple(given.command),
        folder=(base / given.folder).resolve(),
        environment=given.environment,
        silence_seconds=given.silence_seconds,
        cancel_seconds=given.cancel_seconds,
        folder_megabytes=given.folder_megabytes,
        description=description,
    )
