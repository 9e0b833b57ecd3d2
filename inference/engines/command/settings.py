"""Which programs an operator has configured as engines, and what they can do, read from files: nothing is started."""

from __future__ import annotations

import json
import logging
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from inference.engine import Capabilities

VARIABLE = "REFRAIN_COMMAND_ENGINES"
"""Names the file; without it there are none."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LARGEST_FILE = 1_000_000

log = logging.getLogger(__name__)


class SettingsError(ValueError):
    """The file, or a description that it names, is not what it should be; the message is for the operator."""


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
    named = environment.get(VARIABLE, "")
    if not named:
        return {}
    path = Path(named)
    try:
        tables = _tables(path)
    except SettingsError as error:
        log.error("%s", error)
        return {}
    programs = {}
    for name, table in tables.items():
        try:
            programs[name] = _program(name, table, path.resolve().parent)
        except SettingsError as error:
            log.error("engine %r of %s is left out: %s", name, path, error)
    return programs


def read_description(value: object) -> Description:
    """What a program says of itself, as JSON values; SettingsError when it is no description of one."""
    try:
        description = _DESCRIPTION.validate_python(value)
    except ValidationError as error:
        raise SettingsError(_first(error)) from error
    can = description.capabilities
    if can.batch != 1:
        raise SettingsError("a program makes one song at a time: batch must be 1")
    if (
        not can.operations
        or not 0 < can.minimum_seconds <= can.maximum_seconds
        or not 8000 <= can.sample_rate <= 192_000
    ):
        raise SettingsError("the operations, the seconds or the sample rate are impossible")
    return description


def describe(description: Description) -> dict[str, Any]:
    """The description as JSON values that `read_description` reads back, always the same for the same."""
    dumped: dict[str, Any] = _DESCRIPTION.dump_python(description, mode="json")
    for name in ("operations", "languages", "controls"):
        dumped["capabilities"][name].sort()
    return dumped


def _tables(path: Path) -> Mapping[str, Any]:
    try:
        tables = tomllib.loads(_text(path)).get("engines", {})
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error
    if not isinstance(tables, dict):
        raise SettingsError(f"{path} must have a table for each engine, as [engines.name]")
    return tables


def _program(name: str, table: object, base: Path) -> Program:
    if not _NAME.fullmatch(name):
        raise SettingsError("a name is small letters, digits and hyphens, at most 40")
    try:
        given = _PROGRAM.validate_python(table)
    except ValidationError as error:
        raise SettingsError(_first(error)) from error
    if not given.command or min(given.silence_seconds, given.cancel_seconds, given.folder_megabytes) <= 0:
        raise SettingsError("the command is empty, or a limit is not positive")
    path = base / given.description
    try:
        description = read_description(json.loads(_text(path)))
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from error
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


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST_FILE:
        raise SettingsError(f"{path} is too large")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8") from error


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
