"""The child process that listens for protected voices."""

from __future__ import annotations

from inference.decoding.model import DecoderFailed, Refused
from inference.likeness.messages import CONVERSATION, DECODER, NOT_TAKEN, REFUSED
from inference.likeness.model import Answer, NotTaken, Task
from inference.one_task.child import Limits, Teller, serve
from inference.one_task.messages import Failed

_LIMITS = Limits(file_bytes=50 * 1024**2, cpu_seconds=1200)
_NO_SPACE = "There is too little free space here to listen to this."
_UNEXPECTED = "This could not be listened to."


def main() -> None:
    """Do what the first line of the input says."""
    serve(CONVERSATION, _answered, limits=_LIMITS, failure=_failure, no_space=_NO_SPACE, unexpected=_UNEXPECTED)


def _answered(task: Task, teller: Teller) -> Answer:
    # Imported late: what is heavy loads after the first word.
    from inference.likeness.listening import answer

    return answer(task, report=teller.report, should_stop=teller.unwanted.is_set)


def _failure(error: Exception) -> Failed | None:
    match error:
        case NotTaken():
            return Failed(str(error), retryable=False, kind=NOT_TAKEN, detail=error.fault)
        case Refused():
            return Failed(str(error), retryable=False, kind=REFUSED, detail=error.reason)
        case DecoderFailed():
            return Failed(str(error), retryable=True, kind=DECODER)
    return None


if __name__ == "__main__":
    main()
