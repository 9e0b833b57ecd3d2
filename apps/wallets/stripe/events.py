"""Stripe's events: stored once, then dealt with by a worker, in any order and any number of times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from apps.wallets.stripe.invoices import invoice_converge
from apps.wallets.stripe.models import ID_LENGTH, StripeEvent
from apps.wallets.stripe.outcome import Outcome
from apps.wallets.stripe.payments import moment
from apps.wallets.stripe.reversals import charge_converge, dispute_converge, refund_converge
from apps.wallets.stripe.sessions import session_converge
from apps.wallets.stripe.subscriptions import subscription_converge

log = structlog.get_logger(__name__)

# no more than twenty: so many can be asked for at once
HANDLERS: Mapping[str, Callable[..., Outcome]] = {
    "checkout.session.completed": session_converge,
    "checkout.session.async_payment_succeeded": session_converge,
    "checkout.session.async_payment_failed": session_converge,
    "checkout.session.expired": session_converge,
    "invoice.paid": invoice_converge,
    "invoice.payment_failed": invoice_converge,
    "customer.subscription.created": subscription_converge,
    "customer.subscription.updated": subscription_converge,
    "customer.subscription.deleted": subscription_converge,
    "customer.subscription.paused": subscription_converge,
    "customer.subscription.resumed": subscription_converge,
    "refund.created": refund_converge,
    "refund.updated": refund_converge,
    "refund.failed": refund_converge,
    "charge.refunded": charge_converge,
    "charge.dispute.created": dispute_converge,
    "charge.dispute.updated": dispute_converge,
    "charge.dispute.closed": dispute_converge,
    "charge.dispute.funds_withdrawn": dispute_converge,
    "charge.dispute.funds_reinstated": dispute_converge,
}
_ALIKE = {each: [kind for kind, handler in HANDLERS.items() if handler is each] for each in HANDLERS.values()}
MOST_ATTEMPTS = 16
_FIRST_DELAY = timedelta(seconds=10)
_LONGEST_DELAY = timedelta(hours=6)
# a worker that died with an event in its hands has lost it after this
_LEASE = timedelta(minutes=3)


class NotAnEvent(ValueError):
    """What came is no event of Stripe's."""


def event_store(event: Any, *, via: StripeEvent.Via, now: datetime) -> bool:
    """Keep an event that concerns us, once; whether it is new.

    Raises:
        NotAnEvent: It has not the shape of one.
    """
    name, kind, subject, created = _read(event)
    if kind not in HANDLERS:
        return False
    if StripeEvent.objects.filter(pk=name).exists():
        return False
    row = StripeEvent(
        id=name, type=kind, subject=subject, created_at=created, received_at=now, via=via, next_try_at=now
    )
    # of two deliveries at once one row stays
    StripeEvent.objects.bulk_create([row], ignore_conflicts=True)
    return True


def _read(event: Any) -> tuple[str, str, str, datetime]:
    try:
        name, kind, subject = event["id"], event["type"], event["data"]["object"]["id"]
        created = moment(event["created"])
    except (KeyError, TypeError) as error:
        raise NotAnEvent("no event") from error
    texts = (name, kind, subject)
    if not all(isinstance(text, str) and 0 < len(text) <= ID_LENGTH and "\0" not in text for text in texts):
        raise NotAnEvent("no event")
    if created is None:
        raise NotAnEvent("no event")
    return name, kind[:100], subject, created


def events_process(*, now: datetime, limit: int = 100) -> int:
    """Deal with what is due, oldest first; how many were tried."""
    for tried in range(limit):
        event = _claimed(now)
        if event is None:
            return tried
        event_process(event, now=now)
    return limit


def event_process(event: StripeEvent, *, now: datetime) -> None:
    """Bring what the event is about in line with Stripe; what fails is tried again later, and given up in the end."""
    handler = HANDLERS[event.type]
    # what was said of the same thing before it is asked for is answered with it
    told = StripeEvent.objects.filter(state=StripeEvent.State.WAITING, subject=event.subject, type__in=_ALIKE[handler])
    alike = list(told.values_list("pk", flat=True))
    try:
        outcome = handler(event.subject, now=now)
    except Exception as error:  # whatever it is, the event must stay and say why
        _failed(event, f"{type(error).__name__}: {error}", now)
        return
    settled = {"state": outcome.state, "reason": outcome.reason[:500], "processed_at": now}
    StripeEvent.objects.filter(pk__in={event.pk, *alike}).update(**settled)
    if outcome.state == StripeEvent.State.LOOK:
        log.warning("stripe_event_needs_a_look", event_id=event.pk, type=event.type, reason=outcome.reason)


def event_again(event: StripeEvent, *, now: datetime) -> None:
    """Let a worker deal with it once more, from the first attempt on."""
    StripeEvent.objects.filter(pk=event.pk).update(
        state=StripeEvent.State.WAITING, attempts=0, next_try_at=now, reason=""
    )


def _claimed(now: datetime) -> StripeEvent | None:
    with transaction.atomic():
        due = StripeEvent.objects.select_for_update(skip_locked=True)
        event = due.filter(state=StripeEvent.State.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk").first()
        if event is not None:
            event.attempts += 1
            event.next_try_at = now + _LEASE
            event.save(update_fields=["attempts", "next_try_at"])
        return event


def _failed(event: StripeEvent, reason: str, now: datetime) -> None:
    dead = event.attempts >= MOST_ATTEMPTS
    event.state = StripeEvent.State.DEAD if dead else StripeEvent.State.WAITING
    event.reason = reason.replace("\0", "")[:500]
    event.next_try_at = now + min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (event.attempts - 1))
    event.save(update_fields=["state", "reason", "next_try_at"])
    tell = log.error if dead else log.warning
    tell("stripe_event_failed", event_id=event.pk, type=event.type, attempts=event.attempts, reason=event.reason)
