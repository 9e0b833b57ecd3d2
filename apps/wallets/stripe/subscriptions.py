"""Subscriptions: the user's plan follows what Stripe says of them."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from apps.accounts.models import User
from apps.wallets.checkout import RUNNING
from apps.wallets.prices.models import PlanTerms
from apps.wallets.stripe.gateway import Facts, StripeRefused, answered, client, named, plain
from apps.wallets.stripe.models import StripeCustomer, StripePrice, Subscription
from apps.wallets.stripe.outcome import Outcome, done, held, ignored, look
from apps.wallets.stripe.payments import moment
from apps.wallets.stripe.selectors import running_subscriptions

log = structlog.get_logger(__name__)

FREE = "free"
STRANGE = "This subscription has a price that we did not make."


def subscription_converge(subscription: str, *, now: datetime) -> Outcome:
    """Bring a subscription, its user's plan, and a second subscription that must not renew in line with Stripe."""
    with held(subscription):
        with answered():
            facts = plain(client().v1.subscriptions.retrieve(subscription))
        customer = StripeCustomer.objects.select_related("user").filter(stripe_id=named(facts.get("customer"))).first()
        if customer is None:
            return ignored("This customer is not one of ours.")
        known = Subscription.objects.select_related("terms").filter(stripe_id=subscription).first()
        ours = terms_of_price(_price(facts))
        # a subscription of ours that got a strange price keeps its plan, and must still be able to end
        terms = ours or (known.terms if known else None)
        if terms is None:
            return look(STRANGE)
        values = {
            "user": customer.user,
            "plan_id": terms.plan_id,
            "terms": terms,
            "status": str(facts["status"])[:20],
            "period_end": moment(_item(facts).get("current_period_end")),
            "ends": bool(facts.get("cancel_at_period_end") or facts.get("cancel_at")),
        }
        before = Subscription.objects.filter(stripe_id=subscription).values(*values).first()
        begun = moment(facts.get("created")) or now
        row, _ = Subscription.objects.update_or_create(
            stripe_id=subscription,
            defaults={**values, "told_at": now},
            create_defaults={**values, "told_at": now, "created_at": begun},
        )
        changed = before != Subscription.objects.filter(pk=row.pk).values(*values).get()
        if customer.user is not None:
            plan_follow(customer.user, was=before["plan_id"] if before else "")
    if customer.user is not None and _end_seconds(customer.user, now):
        return done(changed=True, reason="A second subscription: the newer one does not renew.")
    return done(changed=changed) if ours else look(STRANGE, changed=changed)


def plan_follow(user: User, *, was: str = "") -> None:
    """The plan of the subscription that runs, also while a late payment is tried again; free when the last one ended.

    A plan that an operator gave by hand stays, unless it is the one that a subscription had given; `was` is the one
    that a subscription of theirs gave until now.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
        if locked is None:
            return
        running = sorted(running_subscriptions(locked), key=lambda row: row.terms.amount_minor if row.terms else 0)
        given = {was, *Subscription.objects.filter(user=locked).values_list("plan_id", flat=True)}
        plan = running[-1].plan_id if running else FREE if locked.plan_id in given else locked.plan_id
        if plan != locked.plan_id:
            User.objects.filter(pk=locked.pk).update(plan_id=plan)
            log.info("plan_changed", user=str(locked.pk), plan=plan, was=locked.plan_id)


def terms_of_price(price: str) -> PlanTerms | None:
    """The terms that a price at Stripe stands for."""
    row = StripePrice.objects.select_related("terms").filter(stripe_id=price).first() if price else None
    return row.terms if row else None


def _item(facts: Facts) -> Facts:
    items = (facts.get("items") or {}).get("data") or []
    return items[0] if len(items) == 1 else {}


def _price(facts: Facts) -> str:
    return named(_item(facts).get("price"))


def _end_seconds(user: User, now: datetime) -> bool:
    """Of several subscriptions the oldest stays; the others run to the end of what is paid. Whether one was told so."""
    lasting = [row for row in running_subscriptions(user) if not row.ends]
    for row in lasting[1:]:
        log.warning("second_subscription", user=str(user.pk), subscription=row.stripe_id)
        try:
            with answered():
                client().v1.subscriptions.update(row.stripe_id, {"cancel_at_period_end": True})
        except StripeRefused as refused:
            log.warning("second_subscription_not_ended", subscription=row.stripe_id, error=str(refused))
            continue
        Subscription.objects.filter(pk=row.pk, status__in=RUNNING).update(ends=True)
    return len(lasting) > 1
