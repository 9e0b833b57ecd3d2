"""The child process that works on one song."""

from __future__ import annotations

from inference.one_task.child import Limits, Teller, serve
from inference.one_task.messages import Failed
from inference.swapping import messages, model

_LIMITS = Limits(
    # Ten minutes of floats are 212 MB, and of two files 424.
    file_bytes=1024**3,
    cpu_seconds=7200,
)
_UNEXPECTED = "The voice of this song could not be changed because of a fault on our side."


def main() -> None:
    """Do what the first line of the input says."""
    serve(
        messages.CONVERSATION,
        _swapped,
        limits=_LIMITS,
        failure=_failure,
        no_space=str(model.NoSpace()),
        unexpected=_UNEXPECTED,
    )


def _swapped(task: model.SwapTask, teller: Teller) -> model.Swapped:
    # Imported late: what is heavy loads after the first word.
    from inference.swapping.swap import swap, take_apart

    return swap(task, teller.report) if task.sung else take_apart(task, teller.report)


def _failure(error: Exception) -> Failed | None:
    match error:
        case model.NoVocals():
            return Failed(str(error), retryable=False, kind=messages.NO_VOCALS, detail=_part(error.part))
        case model.Silent():
            return Failed(str(error), retryable=False, kind=messages.SILENT, detail=_part(error.part))
        case model.OnlyVocals():
            return Failed(str(error), retryable=False, kind=messages.ONLY_VOCALS)
        case model.TooShort():
            return Failed(str(error), retryable=False, kind=messages.TOO_SHORT)
        case model.NoSpace():
            return Failed(str(error), retryable=True, kind=messages.NO_SPACE)
    return None


def _part(part: bool) -> str:  # noqa: FBT001
    return messages.PART if part else ""


if __name__ == "__main__":
    main()
