"""Which writer answers which operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from inference.engine import Operation, Request
from inference.engines.composer.operations.extending import extend
from inference.engines.composer.operations.new_lyrics import new_lyrics
from inference.engines.composer.operations.referring import refer
from inference.engines.composer.operations.repainting import repaint
from inference.engines.composer.operations.work import Work, compose, cover, vary
from inference.engines.composer.ticks import Tick

_WRITERS: Mapping[Operation, Callable[[Request, Tick], Work]] = {
    Operation.GENERATE: compose,
    Operation.VARIATION: vary,
    Operation.COVER: cover,
    Operation.EXTEND: extend,
    Operation.REPAINT: repaint,
    Operation.NEW_LYRICS: new_lyrics,
    Operation.REFERENCE: refer,
}


def begin(request: Request, tick: Tick) -> Work:
    """Write what the request asks for; EngineError when it cannot be."""
    return _WRITERS[request.operation](request, tick)
