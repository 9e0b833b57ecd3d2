"""What came of bringing something in line with Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from apps.wallets.stripe.models import StripeEvent


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended; `changed` where our rows were not yet what Stripe says."""

    state: StripeEvent.State
    reason: str = ""
    changed: bool = False


class Later(Exception):
    """Something that it builds on is not known yet: worth another try."""


def done(*, changed: bool = False, reason: str = "") -> Outcome:
    """All is as Stripe says."""
    return Outcome(StripeEvent.State.DONE, reason, changed)


def ignored(reason: str) -> Outcome:
    """It is none of ours."""
    return Outcome(StripeEvent.State.IGNORED, reason)


def look(reason: str, *, changed: bool = False) -> Outcome:
    """A person has to look at it."""
    return Outcome(StripeEvent.State.LOOK, reason, changed)


@contextmanager
def held(subject: str) -> Iterator[None]:
    """A transaction in which nobody else deals with `subject`.

    Stripe is asked inside, so that an older answer can never be written over a newer one. Held one in another in one
    order alone: a refund or dispute, a session or invoice, a subscription; then rows of payments, users, wallets.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4242))", [subject])
        yield
