"""A watermark that nobody hears: what its two kinds have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from inference.engine import Samples

MESSAGE_BITS = 16
MOST = (1 << MESSAGE_BITS) - 1


@dataclass(frozen=True, slots=True)
class Heard:
    """What a detector found."""

    present: bool
    score: float
    """As the detector has it; comparable only among findings of one method."""
    message: int | None
    """0..65535; None when there is no watermark."""
    method: str


class Watermark(Protocol):
    """One way of writing sixteen bits into sound and reading them again."""

    @property
    def name(self) -> str:
        """With its version: what one wrote, only the same one reads."""

    def embed(self, samples: Samples, sample_rate: int, message: int) -> Samples:
        """The samples, shape (frames, channels), with the message in them; ValueError for a message of more bits."""

    def detect(self, samples: Samples, sample_rate: int) -> Heard:
        """Whether the watermark is in samples of any length and rate, and what it says."""


def checked(message: int) -> int:
    """The message; ValueError when it has more than sixteen bits."""
    if not 0 <= message <= MOST:
        raise ValueError(f"a message is 0 to {MOST}, not {message}")
    return message
