"""What the pipeline can be asked, which of its tasks a request is, and how long it plays; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass

from inference.engine import Operation, Request, Samples

OF_THE_BASE_MODEL = frozenset({"extract", "lego", "complete"})
"""Tasks that the turbo model was not taught."""


@dataclass(frozen=True, slots=True)
class Task:
    """One song as the pipeline's arguments; times in seconds, audio stereo at 48 kHz."""

    kind: str
    """"text2music", "cover", "repaint", "extract", "lego" or "complete"."""
    caption: str
    lyrics: str
    language: str
    seconds: float
    tempo: int | None
    key: str
    meter: str
    """"2", "3", "4" or "6"; empty: the model's choice."""
    source: Samples | None = None
    reference: Samples | None = None
    start: float = 0.0
    end: float = 0.0
    kept: Samples | None = None
    """What stays as it is outside `start`…`end`."""
    track: str = ""
    """What to extract or to add, of `facts.TRACKS`."""

    @property
    def needs_base(self) -> bool:
        """Whether only the base model knows this task."""
        return self.kind in OF_THE_BASE_MODEL


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
