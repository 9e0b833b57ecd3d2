"""How many jobs of one user may wait: enough for an evening, too few to bury the queue."""

from __future__ import annotations

from django.db import connection

from apps.accounts.models import User
from apps.jobs.selectors import queued_count

WAITING_LIMIT = 40


class TooManyWaiting(Exception):
    """The message is for the person who asked."""


def waiting_room(*, owner: User, jobs: int) -> None:
    """TooManyWaiting when `jobs` more would be too many; inside the transaction that submits them.

    Locks the user, so that two requests at once cannot both take the last place.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("locks need a transaction")
    User.objects.select_for_update(no_key=True, of=("self",)).only("pk").get(pk=owner.pk)
    if queued_count(owner) + jobs > WAITING_LIMIT:
        raise TooManyWaiting(f"You already have {WAITING_LIMIT} songs waiting. Let some finish, or cancel them.")
