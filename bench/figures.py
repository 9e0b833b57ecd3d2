"""What a bench yields, and how it is printed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its target; `ratio` is value ÷ `baseline`, measured in the same run."""

    metric: str
    value: float
    unit: str
    target: str = ""
    ok: bool = True
    baseline: float | None = None
    ratio: float | None = None

    def as_json(self, bench: str) -> str:
        """One line of JSON with the bench's name first."""
        return json.dumps({"bench": bench, **asdict(self)})

    def as_text(self) -> str:
        """One line for a person."""
        mark = "ok " if self.ok else "NOT"
        beside = f"  ({self.ratio:.2f} × baseline {self.baseline:g})" if self.ratio is not None else ""
        return f"{mark} {self.metric}: {self.value:g} {self.unit}  target {self.target or '–'}{beside}"
