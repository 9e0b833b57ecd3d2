"""The child process that normalises one file."""

from __future__ import annotations

from inference.decoding.model import DecoderFailed, Refused
from inference.normalising.messages import CONVERSATION, DECODER, REFUSED, Task
from inference.normalising.model import Normalised
from inference.one_task.child import Limits, Teller, serve
from inference.one_task.messages import Failed

_LIMITS = Limits(
    # More than twice what the longest file needs.
    memory_bytes=900 * 1024**2,
    file_bytes=300 * 1024**2,
    cpu_seconds=1200,
)
_NO_SPACE = "There is too little free space here to prepare this file."
_UNEXPECTED = "This file could not be prepared."


def main() -> None:
    """Do what the first line of the input says."""
    serve(CONVERSATION, _normalised, limits=_LIMITS, failure=_failure, no_space=_NO_SPACE, unexpected=_UNEXPECTED)


def _normalised(task: Task, teller: Teller) -> Normalised:
    # Imported late: what is heavy loads after the first word.
    from inference.normalising.normalise import normalise

    return normalise(
        task.source,
        task.folder,
        report=teller.report,
        should_stop=teller.unwanted.is_set,
        limits=task.limits,
    )


def _failure(error: Exception) -> Failed | None:
    match error:
        case Refused():
            return Failed(str(error), retryable=False, kind=REFUSED, detail=error.reason)
        case DecoderFailed():
            return Failed(str(error), retryable=True, kind=DECODER)
    return None


if __name__ == "__main__":
    main()
