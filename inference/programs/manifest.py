"""Reads the files in which an operator says which programs there are: TOML, with one table for each program."""

from __future__ import annotations

import logging
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LARGEST_FILE = 1_000_000

log = logging.getLogger(__name__)

Given = TypeVar("Given")
Program = TypeVar("Program")


class ManifestError(ValueError):
    """The file, or something that it names, is not what it should be; the message is for the operator."""


def configured(
    variable: str,
    section: str,
    program: Callable[[str, object, Path], Program],
    environment: Mapping[str, str] = os.environ,
) -> dict[str, Program]:
    """The programs of the file that `variable` names, by name: the tables `[section.name]`.

    `program` gets a name, its table, and the file's folder. One that is wrong is logged and left out; nothing is
    started.
    """
    named = environment.get(variable, "")
    if not named:
        return {}
    path = Path(named)
    try:
        tables = _tables(path, section)
    except ManifestError as error:
        log.error("%s", error)
        return {}
    programs = {}
    for name, table in tables.items():
        try:
            programs[name] = _program(program, name, table, path.resolve().parent)
        except ManifestError as error:
            log.error("program %r of %s is left out: %s", name, path, error)
    return programs


def checked(kind: TypeAdapter[Given], value: object) -> Given:
    """The value as `kind` wants it; ManifestError names the first thing that is wrong."""
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        raise ManifestError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error


def text(path: Path) -> str:
    """What a small file holds."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST_FILE:
        raise ManifestError(f"{path} is too large")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path} is not UTF-8") from error


def _program(program: Callable[[str, object, Path], Program], name: str, table: object, base: Path) -> Program:
    if not _NAME.fullmatch(name):
        raise ManifestError("a name is small letters, digits and hyphens, at most 40")
    return program(name, table, base)


def _tables(path: Path, section: str) -> Mapping[str, Any]:
    try:
        tables = tomllib.loads(text(path)).get(section, {})
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"{path} is not TOML: {error}") from error
    if not isinstance(tables, dict):
        raise ManifestError(f"{path} must have a table for each program, as [{section}.name]")
    return tables
