"""Why an upload goes no further: what other apps say as well, and what only this one does."""

from __future__ import annotations

from apps.common.refusals import NoRoom, NotAllowed, Refusal, TooMany, Unfit

__all__ = ["NoRoom", "NotAllowed", "NotSending", "Refusal", "TooLarge", "TooMany", "Unfit"]


class TooLarge(Refusal):
    """The file has more bytes than any may have."""

    type = "too-large"


class NotSending(Refusal):
    """The upload has ended, or its time is over."""

    type = "upload-ended"
