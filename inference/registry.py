"""The engines this installation knows, by name, without importing what is heavy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from inference.engine import Engine


def _composer() -> Engine:
    from inference.engines.composer.engine import Composer

    return Composer()


_FACTORIES: dict[str, Callable[[], Engine]] = {"composer": _composer}

DEFAULT = "composer"


@cache
def get(name: str) -> Engine:
    """The engine called `name`; KeyError when there is none."""
    return _FACTORIES[name]()


def names() -> tuple[str, ...]:
    """Every engine's name, the default first."""
    return tuple(sorted(_FACTORIES, key=lambda name: (name != DEFAULT, name)))
