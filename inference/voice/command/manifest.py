"""Which programs an operator has set up as converters, read from a file: nothing is started, nothing heavy imported."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from inference.engine import Device, Licence
from inference.programs import manifest
from inference.programs.manifest import ManifestError

VARIABLE = "REFRAIN_COMMAND_VOICES"
"""Names the file; without it there are none."""
SOURCE, REFERENCE, FOLDER, SEMITONES = "source", "reference", "folder", "semitones"
"""What a command's arguments may name in braces: the vocal, the performer's recording, where to write, the key."""

_PLACEHOLDERS = frozenset({SOURCE, REFERENCE, FOLDER, SEMITONES})


@checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Weights:
    """A file without which the program cannot work."""

    path: str
    bytes: int = Field(gt=0)
    """How large it is when all of it is there."""
    sha256: str = Field("", pattern="^([0-9a-f]{64})?$")


@checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class _Table:
    title: str = Field(min_length=1, max_length=80)
    version: str = Field(min_length=1, max_length=80)
    command: list[str] = Field(min_length=1)
    licence: Licence
    result: str = "*.wav"
    folder: str = "."
    device: Device = Device.GPU
    environment: dict[str, str] = field(default_factory=dict)
    weights: list[Weights] = field(default_factory=list)
    progress: str = r"(?P<percent>\d{1,3})%\|"
    reference_seconds: float = Field(30.0, gt=0, le=600)
    start_seconds: float = Field(300.0, gt=0)
    seconds_a_second: float = Field(20.0, gt=0)
    silence_seconds: float = Field(300.0, gt=0)
    cancel_seconds: float = Field(5.0, ge=0, le=60)
    memory_megabytes: int = Field(16_000, gt=0)
    folder_megabytes: int = Field(4000, gt=0)
    printed_megabytes: int = Field(20, gt=0)


@dataclass(frozen=True, slots=True)
class Program:
    """How to have a vocal converted, and how patient to be."""

    name: str
    title: str
    version: str
    command: tuple[str, ...]
    licence: Licence
    """Of the weights: what may be done with what they sing."""
    result: str
    """A pattern for the one file in the folder that is the result."""
    folder: Path
    """Where the program is started."""
    device: Device
    environment: Mapping[str, str]
    """All that it sees besides a few harmless variables."""
    weights: tuple[Weights, ...]
    progress: re.Pattern[str]
    """Finds in a line how far it is: a group `percent`, or the groups `done` and `total`."""
    reference_seconds: float
    """How much of the performer's recording it is given."""
    start_seconds: float
    seconds_a_second: float
    """Together the longest that a run may take: to start, and for each second of the vocal."""
    silence_seconds: float
    """The longest that it may print nothing."""
    cancel_seconds: float
    """From SIGTERM to SIGKILL."""
    memory_megabytes: int
    folder_megabytes: int
    printed_megabytes: int

    def uses(self, placeholder: str) -> bool:
        """Whether the command names it."""
        return any(placeholder in _named(argument) for argument in self.command)

    def arguments(self, values: Mapping[str, str]) -> list[str]:
        """The command with every placeholder filled."""
        return [argument.format_map(values) for argument in self.command]


_TABLE = TypeAdapter(_Table)


def configured(environment: Mapping[str, str] = os.environ) -> dict[str, Program]:
    """The programs of the file that the environment names; one that is wrong is logged and left out."""
    return manifest.configured(VARIABLE, "voices", program, environment)


def program(name: str, table: object, base: Path) -> Program:
    """What a table of the manifest says; paths in it count from `base`."""
    given = manifest.checked(_TABLE, table)
    try:
        progress = re.compile(given.progress)
    except re.error as error:
        raise ManifestError(f"progress: {error}") from error
    if not {"percent"} <= progress.groupindex.keys() and not {"done", "total"} <= progress.groupindex.keys():
        raise ManifestError("progress must have the group “percent”, or the groups “done” and “total”")
    _check_command(given.command)
    if "/" in given.result or given.result in {"", ".", ".."}:
        raise ManifestError("result is the name of a file in the folder, with * where it varies")
    return Program(
        name=name,
        title=given.title,
        version=given.version,
        command=tuple(given.command),
        licence=given.licence,
        result=given.result,
        folder=(base / given.folder).resolve(),
        device=given.device,
        environment=given.environment,
        weights=tuple(
            Weights(path=str((base / each.path).resolve()), bytes=each.bytes, sha256=each.sha256)
            for each in given.weights
        ),
        progress=progress,
        reference_seconds=given.reference_seconds,
        start_seconds=given.start_seconds,
        seconds_a_second=given.seconds_a_second,
        silence_seconds=given.silence_seconds,
        cancel_seconds=given.cancel_seconds,
        memory_megabytes=given.memory_megabytes,
        folder_megabytes=given.folder_megabytes,
        printed_megabytes=given.printed_megabytes,
    )


def _check_command(command: Sequence[str]) -> None:
    try:
        named = {name for argument in command for name in _named(argument)}
    except ValueError as error:
        raise ManifestError(f"command: {error}") from error
    if unknown := named - _PLACEHOLDERS:
        raise ManifestError(f"command: nobody knows {{{min(unknown)}}}")
    if missing := {SOURCE, FOLDER} - named:
        raise ManifestError(f"command: {{{min(missing)}}} is missing")


def _named(argument: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(argument) if name is not None}
