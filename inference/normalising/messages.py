"""What the child that normalises one file is told, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inference.decoding.model import Limits
from inference.normalising.model import Normalised
from inference.one_task.messages import Conversation

REFUSED, DECODER = "refused", "decoder"
"""Its own errors: the file is not taken, with the reason as detail; the decoder could not run."""


@dataclass(frozen=True, slots=True)
class Task:
    """Normalise one file."""

    source: Path
    folder: Path
    limits: Limits


CONVERSATION = Conversation(Task, Normalised)
