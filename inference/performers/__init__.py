"""The performers that come built in: who they are, what they look like, and how they sound.

None of them is anybody: each is a source and a filter of our own making, sung by the house's own voice. Importing this
imports nothing heavy; only `reference` needs the engine's libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.performers.cast import BUILT_IN
from inference.performers.model import Performer, Register
from inference.performers.notes import midi
from inference.performers.portraits import portrait
from inference.performers.shipped import sample

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["BUILT_IN", "REFERENCE_RATE", "Performer", "Register", "midi", "portrait", "reference", "sample"]

REFERENCE_RATE = 24_000
"""Hz, of what `reference` returns."""


def reference(performer: Performer) -> npt.NDArray[np.float32]:
    """What the performer sounds like: at least 30 s of singing in five languages, mono at `REFERENCE_RATE`.

    Shape (frames,), peak below full scale; the same samples every time. Raises EngineError for somebody who is not
    built in.
    """
    from inference.performers.singing import recorded

    return recorded(performer)
