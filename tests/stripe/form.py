"""Stripe's request encoding: form fields whose names nest in brackets."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe.refusals import Refusal, invalid

Params = dict[str, Any]
_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(encoded: str) -> Params:
    """`a[b][0][c]=1` as `{"a": {"b": [{"c": "1"}]}}`; every value stays text.

    Raises:
        Refusal: A name is not well formed.
    """
    tree: Params = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        found = _NAME.match(name)
        if not found:
            raise invalid(f"Invalid parameter name: {name}", name)
        path = [found[1], *_PART.findall(found[2])]
        _put(tree, path, value)
    return {name: _listed(value) for name, value in tree.items()}


def _put(tree: Params, path: list[str], value: str) -> None:
    for part in path[:-1]:
        key = part or str(len(tree))
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            raise invalid("Invalid hash", part)
    tree[path[-1] or str(len(tree))] = value


def _listed(value: Any) -> Any:
    """Dictionaries whose keys are 0, 1, 2 … are lists."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(each) for key, each in value.items()}


def integer(params: Params, name: str, default: int | None = None) -> int | None:
    """A whole number, or `default` where the parameter is not there.

    Raises:
        Refusal: It is something else.
    """
    if name not in params:
        return default
    try:
        return int(params[name])
    except (TypeError, ValueError):
        raise invalid(f"Invalid integer: {params[name]}", name, "parameter_invalid_integer") from None


def truth(params: Params, name: str, *, default: bool = False) -> bool:
    """A boolean as Stripe reads one.

    Raises:
        Refusal: It is neither true nor false.
    """
    value = params.get(name)
    if value is None:
        return default
    if value not in {"true", "false"}:
        raise invalid(f"Invalid boolean: {value}", name)
    return bool(value == "true")


def metadata(params: Params, before: dict[str, str] | None = None) -> dict[str, str]:
    """The metadata after this request: an empty value removes a key, an empty whole removes all.

    Raises:
        Refusal: More than 50 keys, names over 40 or values over 500 characters.
    """
    sent = params.get("metadata", {})
    if sent == "":
        return {}
    if not isinstance(sent, dict):
        raise invalid("Invalid hash", "metadata")
    merged = {key: value for key, value in {**(before or {}), **sent}.items() if value != ""}
    if len(merged) > 50 or any(len(key) > 40 or len(value) > 500 for key, value in merged.items()):
        raise Refusal("Metadata has at most 50 keys of 40 characters, with values of at most 500.", param="metadata")
    return merged
