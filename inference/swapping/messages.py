"""What the child that swaps is told, and what it returns."""

from __future__ import annotations

from inference.one_task.messages import Conversation
from inference.swapping.model import Swapped, SwapTask

NO_VOCALS, ONLY_VOCALS, SILENT, TOO_SHORT, NO_SPACE = "no-vocals", "only-vocals", "silent", "too-short", "no-space"
"""Its own errors."""
PART = "part"
"""The detail of an error that is about a part of the song alone."""

CONVERSATION = Conversation(SwapTask, Swapped)
