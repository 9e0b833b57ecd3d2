"""Why something that somebody asked for cannot be done; the message of each is for that person.

Each app names its own below these, and says in its API which status of HTTP they have.
"""

from __future__ import annotations


class Refusal(Exception):
    """What was asked cannot be done; `type` is stable, for programs."""

    type = "refused"

    def __init__(self, message: str, *, type: str = "") -> None:  # noqa: A002 - as problem details call it
        super().__init__(message)
        self.type = type or self.type


class NotAllowed(Refusal):
    """This person may not do this, yet or on this plan."""

    type = "not-allowed"


class Unfit(Refusal):
    """It cannot be taken as it is."""


class NoRoom(Refusal):
    """What the plan may keep is used up."""

    type = "storage-used-up"


class TooMany(Refusal):
    """Too much of this person's is under way, or was lately."""

    type = "too-many"
