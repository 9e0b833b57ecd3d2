"""The engines this installation knows, by name, without importing what is heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from inference.engine import Engine
from inference.engines.neural.settings import available


def _composer() -> Engine:
    from inference.engines.composer.engine import Composer

    return Composer()


def _acestep() -> Engine:
    from inference.engines.acestep.engine import AceStep

    return AceStep()


def _musicgen() -> Engine:
    from inference.engines.musicgen.engine import MusicGen

    return MusicGen()


_FACTORIES: dict[str, Callable[[], Engine]] = {"composer": _composer, "acestep": _acestep, "musicgen": _musicgen}
_LIBRARIES = {"acestep": ("torch", "diffusers", "transformers"), "musicgen": ("torch", "transformers")}
"""What engines need that `make run` alone does not install."""

DEFAULT = "composer"


@cache
def get(name: str) -> Engine:
    """The engine called `name`; KeyError when there is none, or when nothing here can run it."""
    if name not in _FACTORIES:
        return _programs()[name]
    if not _is_served(name):
        raise KeyError(name)
    return _FACTORIES[name]()


def names() -> tuple[str, ...]:
    """Every engine that this installation can run, the default first."""
    served = sorted(filter(_is_served, _FACTORIES), key=lambda name: (name != DEFAULT, name))
    return (*served, *sorted(_programs().keys() - _FACTORIES.keys()))


def _is_served(name: str) -> bool:
    return name not in _LIBRARIES or available(*_LIBRARIES[name])


@cache
def _programs() -> Mapping[str, Engine]:
    """The programs that the operator configured as engines."""
    from inference.engines.command.engine import CommandEngine
    from inference.engines.command.settings import configured

    return {name: CommandEngine(program) for name, program in configured().items()}
