"""Messages between programs as lines of JSON: an object with one member, which names the message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError


class WireError(ValueError):
    """A value is not what it should describe."""


class Messages:
    """The messages of one direction: dataclasses by the name of their member, one class for each."""

    def __init__(self, what: str, kinds: Mapping[str, type[Any]]) -> None:
        """`what` names these messages in errors, as in "there is no `what` 'dance'"."""
        self._what = what
        self._kinds = kinds
        self._names = {kind: name for name, kind in kinds.items()}
        self._adapters: dict[type[Any], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in self._names}

    def line(self, message: object) -> bytes:
        """The message as one line."""
        kind = type(message)
        return framed({self._names[kind]: dumped(self._adapters[kind], message)})

    def read(self, text: bytes) -> Any:
        """The message in a line; WireError when there is none."""
        name, body = _single_member(text)
        if name not in self._kinds:
            raise WireError(f"there is no {self._what} {name!r}")
        kind = self._kinds[name]
        return validated(self._adapters[kind], kind.__name__, body)


def framed(value: Mapping[str, Any]) -> bytes:
    """A value of JSON as one line."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def dumped(adapter: TypeAdapter[Any], value: object) -> dict[str, Any]:
    """The dataclass `value` as values of JSON."""
    body: dict[str, Any] = adapter.dump_python(value, mode="json")
    return body


def validated(adapter: TypeAdapter[Any], name: str, value: object) -> Any:
    """The dataclass called `name` that `value` describes; WireError when it describes none."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WireError(f"{name}: {where}: {first['msg']}") from error


def _single_member(text: bytes) -> tuple[str, object]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise WireError(f"not JSON: {text[:80]!r}") from error
    if not isinstance(value, dict) or len(value) != 1:
        raise WireError(f"not an object with one member: {text[:80]!r}")
    ((name, body),) = value.items()
    return name, body
