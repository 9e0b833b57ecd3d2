"""Compare with Stripe: events that never came, and things whose events Stripe does not list any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from django.db.models import Q

from apps.wallets.checkout import ENDED
from apps.wallets.stripe.events import HANDLERS, event_store, events_process
from apps.wallets.stripe.gateway import StripeAway, StripeRefused, answered, client, plain
from apps.wallets.stripe.invoices import invoice_converge
from apps.wallets.stripe.models import (
    Payment,
    Purchase,
    Reconciliation,
    Reversal,
    StripeCustomer,
    StripeEvent,
    Subscription,
)
from apps.wallets.stripe.outcome import Outcome
from apps.wallets.stripe.payments import moment
from apps.wallets.stripe.reversals import dispute_converge, refund_converge
from apps.wallets.stripe.sessions import session_converge
from apps.wallets.stripe.subscriptions import subscription_converge

LISTED_FOR = timedelta(days=29)
"""For how long Stripe lists events: thirty days, less a day for whoever comes late."""
_OVERLAP = timedelta(hours=6)
_ON_ITS_WAY = timedelta(minutes=10)
_ASKED_AGAIN = timedelta(days=1)
_KEPT = timedelta(days=90)
_MOST = 500
_DECIDED = ("won", "lost", "warning_closed", "prevented", "succeeded", "failed", "canceled")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Walk:
    """What was asked about one by one."""

    now: datetime
    walked: int = 0
    found: int = 0
    errors: list[str] = field(default_factory=list)

    def each(self, converge: Callable[..., Outcome], subjects: Iterable[str]) -> None:
        """Bring all of them in line; one that fails does not stop the others, unless Stripe is away."""
        for subject in subjects:
            self.walked += 1
            try:
                self.found += converge(subject, now=self.now).changed
            except StripeAway:
                raise
            except Exception as error:
                if isinstance(error, StripeRefused) and error.missing:
                    # of another account, which a wrong key would make of all of them: nothing is concluded from that
                    log.error("unknown_at_stripe", subject=subject)
                    continue
                log.exception("reconciliation_failed_for", subject=subject)
                self.errors.append(f"{subject}: {type(error).__name__}: {error}")


def reconcile(*, now: datetime) -> Reconciliation:
    """List what happened at Stripe since the last time, deal with what was missed, and ask about what is open.

    The row says what came of it; one with an error is made good by the next, which begins where the last good one did.
    """
    last = Reconciliation.objects.filter(error="", finished_at__isnull=False).order_by("-started_at").first()
    since = (last.started_at if last else _beginning(now)) - _OVERLAP
    row = Reconciliation.objects.create(started_at=now, since=since)
    walk = _Walk(now)
    try:
        _events(row, since, now)
        _walk_open(walk, now)
        if since < now - LISTED_FOR:
            _walk_gone(walk, since)
    except StripeAway as error:
        walk.errors.append(str(error))
    row.walked, row.found, row.finished_at = walk.walked, walk.found, now
    row.error = "; ".join(walk.errors)[:500]
    row.save()
    tell = log.warning if row.missed or row.found or row.error else log.info
    tell(
        "stripe_reconciled",
        since=since.isoformat(),
        listed=row.listed,
        missed=row.missed,
        walked=row.walked,
        found=row.found,
        error=row.error,
    )
    _tidy(now)
    return row


def _beginning(now: datetime) -> datetime:
    """When the first of our customers was made: nothing of ours is older at Stripe."""
    first = StripeCustomer.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return min(first or now, now - LISTED_FOR)


def _events(row: Reconciliation, since: datetime, now: datetime) -> None:
    begin = max(since, now - LISTED_FOR)
    params = {"created": {"gte": int(begin.timestamp())}, "types": list(HANDLERS), "limit": 100}
    with answered():
        for event in client().v1.events.list(cast(Any, params)).auto_paging_iter():
            facts = plain(event)
            row.listed += 1
            if event_store(facts, via=StripeEvent.Via.RECONCILIATION, now=now):
                created = moment(facts["created"])
                row.missed += created is not None and created < now - _ON_ITS_WAY
    while events_process(now=now):
        pass


def _walk_open(walk: _Walk, now: datetime) -> None:
    """Whatever should have changed by now, and whatever was not asked about for a day."""
    over = Q(status=Purchase.Status.OPEN, expires_at__lt=now) | Q(status=Purchase.Status.PENDING)
    Purchase.objects.filter(over, session=None).update(status=Purchase.Status.EXPIRED)
    sessions = Purchase.objects.filter(over).order_by("created_at").values_list("session", flat=True)
    walk.each(session_converge, cast(Iterable[str], list(sessions[:_MOST])))
    quiet = Subscription.objects.filter(provider="stripe", told_at__lt=now - _ASKED_AGAIN).exclude(status__in=ENDED)
    for name in list(quiet.order_by("told_at").values_list("stripe_id", flat=True)[:_MOST]):
        walk.each(subscription_converge, [name])
        walk.each(invoice_converge, _unknown_invoices(name))
    open_ones = Reversal.objects.filter(payment__provider="stripe", told_at__lt=now - _ASKED_AGAIN).exclude(
        status__in=_DECIDED
    )
    for kind, converge in ((Reversal.Kind.REFUND, refund_converge), (Reversal.Kind.DISPUTE, dispute_converge)):
        walk.each(converge, list(open_ones.filter(kind=kind).values_list("stripe_id", flat=True)[:_MOST]))


def _unknown_invoices(subscription: str) -> list[str]:
    try:
        with answered():
            listed = client().v1.invoices.list({"subscription": subscription, "status": "paid", "limit": 100})
    except StripeRefused as refused:
        if not refused.missing:
            raise
        return []
    return _unsettled([str(invoice.id) for invoice in listed.data])


def _unsettled(invoices: list[str]) -> list[str]:
    """Those of them that we do not know as paid."""
    known = set(Payment.objects.filter(source__in=invoices).values_list("source", flat=True))
    return [name for name in invoices if name not in known]


def _walk_gone(walk: _Walk, since: datetime) -> None:
    """After a silence longer than events are listed for: what was paid and went back meanwhile, by its own listings."""
    created = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    with answered():
        paid = {**created, "status": "paid"}
        invoices = [each.id for each in client().v1.invoices.list(cast(Any, paid)).auto_paging_iter()]
        refunds = [each.id for each in client().v1.refunds.list(cast(Any, created)).auto_paging_iter()]
        disputes = [each.id for each in client().v1.disputes.list(cast(Any, created)).auto_paging_iter()]
    walk.each(invoice_converge, _unsettled(invoices))
    walk.each(refund_converge, refunds)
    walk.each(dispute_converge, disputes)


def _tidy(now: datetime) -> None:
    """What went well is kept for a season."""
    settled = (StripeEvent.State.DONE, StripeEvent.State.IGNORED)
    StripeEvent.objects.filter(received_at__lt=now - _KEPT, state__in=settled).delete()
    Reconciliation.objects.filter(started_at__lt=now - _KEPT, missed=0, found=0).delete()
