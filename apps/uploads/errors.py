"""Why an upload goes no further; the message of each is for the person who sends it."""

from __future__ import annotations


class UploadError(Exception):
    """What was asked cannot be done; `type` is stable, for programs."""

    type = "upload"

    def __init__(self, message: str, *, type: str = "") -> None:  # noqa: A002 - as problem details call it
        super().__init__(message)
        self.type = type or self.type


class NotAllowed(UploadError):
    """This person may not send files yet."""

    type = "address-not-verified"


class TooLarge(UploadError):
    """The file has more bytes than any may have."""

    type = "too-large"


class Unfit(UploadError):
    """The file cannot be taken."""

    type = "refused"


class NoRoom(UploadError):
    """What the plan may keep is used up."""

    type = "storage-used-up"


class TooMany(UploadError):
    """Too much of this person's is under way."""

    type = "too-many-uploads"


class NotSending(UploadError):
    """The upload has ended, or its time is over."""

    type = "upload-ended"
