"""What the child that listens for protected voices is told, and what it returns."""

from __future__ import annotations

from inference.likeness.model import Answer, Task
from inference.one_task.messages import Conversation

NOT_TAKEN, REFUSED, DECODER = "not-taken", "refused", "decoder"
"""Its own errors: of the voice, with the fault as detail; of a file, with the reason; the decoder could not run."""

CONVERSATION = Conversation(Task, Answer)
