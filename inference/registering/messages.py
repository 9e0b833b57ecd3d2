"""What the child that takes up a voice is told, and what it returns."""

from __future__ import annotations

from inference.one_task.messages import Conversation
from inference.registering.model import Registered, Task

NOT_TAKEN, REFUSED, DECODER = "not-taken", "refused", "decoder"
"""Its own errors: of the voice, with the fault as detail; of a file, with the reason; the decoder could not run."""

CONVERSATION = Conversation(Task, Registered)
