"""Refunds and disputes, each asked for by its id: what is in a charge's sum so far says nothing of a single one."""

from __future__ import annotations

from datetime import datetime

from apps.wallets.stripe.gateway import Facts, answered, client, named, plain
from apps.wallets.stripe.invoices import invoice_converge
from apps.wallets.stripe.models import Payment, Reversal, StripeCustomer
from apps.wallets.stripe.outcome import Later, Outcome, done, held, ignored, look
from apps.wallets.stripe.payments import moment
from apps.wallets.stripe.sessions import session_converge
from apps.wallets.stripe.settling import settle

_INVOICES = 100


def refund_converge(refund: str, *, now: datetime) -> Outcome:
    """Bring the ledger in line with a refund."""
    with held(refund):
        with answered():
            facts = plain(client().v1.refunds.retrieve(refund))
        payment = _payment(named(facts.get("payment_intent")), now)
        if payment is None:
            return ignored("This refund is of no payment of ours.")
        # a pending one is on its way out; it may still fail or be cancelled
        counts = facts.get("status") not in {"failed", "canceled"}
        return _settled(payment, Reversal.Kind.REFUND, facts, counts=counts, now=now)


def charge_converge(charge: str, *, now: datetime) -> Outcome:
    """Every refund of a charge."""
    with answered():
        refunds = [
            refund.id for refund in client().v1.refunds.list({"charge": charge, "limit": 100}).auto_paging_iter()
        ]
    outcomes = [refund_converge(refund, now=now) for refund in refunds]
    worst = next((each for each in outcomes if each.state == each.state.LOOK), None)
    return worst or next(iter(outcomes), None) or ignored("Nothing of this charge went back.")


def dispute_converge(dispute: str, *, now: datetime) -> Outcome:
    """Bring the ledger in line with a dispute: taken back while it is open or lost, given back when it is won."""
    with held(dispute):
        with answered():
            facts = plain(client().v1.disputes.retrieve(dispute))
        payment = _payment(named(facts.get("payment_intent")), now)
        if payment is None:
            return ignored("This dispute is of no payment of ours.")
        status = str(facts.get("status"))
        # an inquiry, and what was settled before it became a dispute, moves no money
        counts = not status.startswith("warning_") and status not in {"won", "prevented"}
        return _settled(payment, Reversal.Kind.DISPUTE, facts, counts=counts, now=now)


def _settled(payment: Payment, kind: Reversal.Kind, facts: Facts, *, counts: bool, now: datetime) -> Outcome:
    payment = Payment.objects.select_for_update(of=("self",)).select_related("user").get(pk=payment.pk)
    currency, amount = str(facts.get("currency") or "")[:3], max(0, int(facts.get("amount") or 0))
    other = currency != payment.currency
    values = {
        "kind": kind,
        "payment": payment,
        "amount_minor": amount,
        "currency": currency,
        "status": str(facts.get("status") or "")[:40],
        "reason": str(facts.get("reason") or "")[:60],
        "counts": counts and not other,
    }
    told = {"told_at": now, **values}
    before = Reversal.objects.filter(stripe_id=facts["id"]).values("status", "counts", "amount_minor").first()
    row, _ = Reversal.objects.update_or_create(
        stripe_id=str(facts["id"]),
        defaults=told,
        create_defaults={**told, "created_at": moment(facts.get("created")) or now},
    )
    moved = settle(payment, row, now=now)
    changed = moved or before != {name: values[name] for name in ("status", "counts", "amount_minor")}
    if other:
        return look(f"It is in {currency}, the payment was in {payment.currency}.", changed=changed)
    return done(changed=changed)


def _payment(intent: str, now: datetime) -> Payment | None:
    """The payment of this intent, looked for at Stripe when news of it has not come yet; None when it is not ours.

    Raises:
        Later: It is of a customer of ours, but not known yet.
    """
    if not intent:
        return None
    known = Payment.objects.filter(payment_intent=intent).first()
    if known is not None:
        return known
    with answered():
        facts = plain(client().v1.payment_intents.retrieve(intent))
    customer = named(facts.get("customer"))
    if not StripeCustomer.objects.filter(stripe_id=customer).exists():
        return None
    with answered():
        sessions = client().v1.checkout.sessions.list({"payment_intent": intent}).data
    for session in sessions:
        session_converge(session.id, now=now)
    if not sessions:
        with answered():
            invoices = client().v1.invoices.list({"customer": customer, "status": "paid", "limit": _INVOICES}).data
        settled = set(
            Payment.objects.filter(source__in=[each.id for each in invoices]).values_list("source", flat=True)
        )
        for invoice in invoices:
            if invoice.id not in settled:
                invoice_converge(str(invoice.id), now=now)
    found = Payment.objects.filter(payment_intent=intent).first()
    if found is None:
        raise Later("The payment that this is about is not known yet.")
    return found
