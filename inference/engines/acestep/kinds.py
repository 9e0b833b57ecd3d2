"""Which of the pipeline's tasks a request is, and how long it plays; imports nothing heavy."""

from __future__ import annotations

from inference.engine import Operation, Request

OF_THE_BASE_MODEL = frozenset({"extract", "lego", "complete"})
"""Tasks that the turbo model was not taught."""


def kind_of(request: Request) -> str:
    """The pipeline's task for a request; what the base model alone can do is named in its parameters, over a parent."""
    special = request.parameters.get("task")
    if special in OF_THE_BASE_MODEL and request.operation is Operation.COVER:
        return str(special)
    kinds = {
        Operation.COVER: "cover",
        Operation.NEW_LYRICS: "cover",
        Operation.REPAINT: "repaint",
        Operation.EXTEND: "repaint",
    }
    return kinds.get(request.operation, "text2music")


def seconds_of(request: Request) -> float:
    """How long the model must play: what keeps a parent's time is as long as the parent."""
    keeps_time = request.operation in {Operation.COVER, Operation.NEW_LYRICS, Operation.REPAINT}
    seconds = request.parent.request.seconds if keeps_time and request.parent else request.seconds
    return float(seconds)
