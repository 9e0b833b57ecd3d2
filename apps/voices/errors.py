"""Why something about voices cannot be done: what other apps say as well, and what only this one does."""

from __future__ import annotations

from apps.common.refusals import NoRoom, NotAllowed, Refusal, TooMany, Unfit

__all__ = ["NoRoom", "NotAllowed", "Over", "Refusal", "Revoked", "TooMany", "Unfit"]


class Over(Refusal):
    """The registration is not in a state in which that makes sense."""

    type = "registration-over"


class Revoked(Refusal):
    """Whoever sings agreed to nothing any more."""

    type = "performer-revoked"

    def __init__(self, message: str = "This performer was revoked, or is not shared with you any more.") -> None:
        super().__init__(message)
