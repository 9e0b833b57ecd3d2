"""Why something about voices cannot be done; the message of each is for the person who asked."""

from __future__ import annotations


class VoicesError(Exception):
    """What was asked cannot be done; `type` is stable, for programs."""

    type = "voices"

    def __init__(self, message: str, *, type: str = "") -> None:  # noqa: A002 - as problem details call it
        super().__init__(message)
        self.type = type or self.type


class NotAllowed(VoicesError):
    """This person may not do this, yet or on this plan."""

    type = "not-allowed"


class Unfit(VoicesError):
    """It cannot be taken as it is."""

    type = "refused"


class NoRoom(VoicesError):
    """What the plan may keep is used up."""

    type = "storage-used-up"


class TooMany(VoicesError):
    """Too much of this person's is under way, or was today."""

    type = "too-many"


class Over(VoicesError):
    """The registration is not in a state in which that makes sense."""

    type = "registration-over"


class Revoked(VoicesError):
    """Whoever sings agreed to nothing any more."""

    type = "performer-revoked"

    def __init__(self, message: str = "This performer was revoked, or is not shared with you any more.") -> None:
        super().__init__(message)
