"""What operators look at: wallets found by whatever is known of a person, open holds, payments, and what was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from apps.accounts.models import User
from apps.wallets.models import Account, OpenHold, Transfer
from apps.wallets.money import money
from apps.wallets.operations.forgotten import forgotten
from apps.wallets.operations.models import OperatorAction
from apps.wallets.references import Reference, resolve
from apps.wallets.stripe.models import Payment, Reversal, StripeCustomer, StripeEvent, Subscription

MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A person and the wallet in short."""

    user: User
    available: int
    held: int
    owed: int


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold that is open."""

    id: UUID
    at: datetime
    amount: int
    title: str
    url: str
    over: bool
    """Whether what it was made for has ended or is gone."""


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment as operators see it."""

    at: datetime
    what: str
    credits: int
    paid: str
    given_back: str
    state: str
    stripe_id: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A message of Stripe's, or a payment, that a person has to look at."""

    at: datetime
    what: str
    why: str
    stripe_id: str
    url: str
    """Where the form goes that ends it."""
    verb: str


def troubles() -> list[Trouble]:
    """Events that were given up or need a look, then payments for which nothing was granted; at most `MOST` of each."""
    states = (StripeEvent.State.LOOK, StripeEvent.State.DEAD)
    events = StripeEvent.objects.filter(state__in=states).order_by("received_at", "pk")[:MOST]
    payments = Payment.objects.filter(state=Payment.State.LOOK, looked_at=None).order_by("created_at")[:MOST]
    return [
        *(
            Trouble(
                at=event.received_at,
                what=f"{event.type}, {event.attempts} attempt{'' if event.attempts == 1 else 's'}",
                why=event.reason,
                stripe_id=event.pk,
                url=reverse("wallets-event-again"),
                verb="Process again",
            )
            for event in events
        ),
        *(
            Trouble(
                at=payment.paid_at,
                what=f"{money(payment.amount_minor, payment.currency)} for {payment.title}",
                why=payment.reason,
                stripe_id=payment.source,
                url=reverse("wallets-payment-settle", args=[payment.pk]),
                verb="Dealt with",
            )
            for payment in payments
        ),
    ]


def people_found(text: str) -> list[Found]:
    """Who has this in the address or name, or this id here or at Stripe; without a text, who owes. At most `MOST`."""
    users = User.objects.select_related("plan")
    accounts = Account.objects.filter(owner=OuterRef("pk"))
    if text:
        users = users.filter(_known_by(text)).order_by("email")
    else:
        users = users.filter(Exists(accounts.filter(owed__gt=0))).order_by("email")
    found = list(users[:MOST])
    wallets = {account.owner_id: account for account in Account.objects.filter(owner__in=found)}
    return [_found(user, wallets.get(user.pk)) for user in found]


def open_holds(owner: User) -> list[HoldLine]:
    """The owner's holds that nothing has resolved, oldest first; three queries and one of each kind's resolver."""
    account = Account.objects.filter(owner=owner).first()
    if account is None:
        return []
    still = OpenHold.objects.filter(account=account).values("hold")
    rows = Transfer.objects.filter(account=account, kind=Transfer.Kind.HOLD, hold__in=still).select_related("memo")
    holds = list(rows.order_by("id"))
    references = [reference for reference in map(_reference, holds) if reference]
    links, over = resolve(references), forgotten(references)
    lines = []
    for row in holds:
        reference = _reference(row)
        link = links.get(reference) if reference else None
        title = row.memo.text if hasattr(row, "memo") else ""
        assert row.hold is not None
        lines.append(
            HoldLine(
                id=row.hold,
                at=row.at,
                amount=row.amount,
                title=title or (link.title if link else "") or (reference.kind if reference else ""),
                url=link.url if link else "",
                over=reference is None or reference in over,
            )
        )
    return lines


def payments_of(owner: User) -> list[PaymentLine]:
    """The owner's payments, newest first, at most `MOST`; one query."""
    disputed = Reversal.objects.filter(payment=OuterRef("pk"), kind=Reversal.Kind.DISPUTE, counts=True)
    back = Sum("reversals__amount_minor", filter=Q(reversals__counts=True))
    rows = Payment.objects.filter(user=owner).annotate(back=Coalesce(back, 0), disputed=Exists(disputed))
    return [_payment(row, back=row.back, disputed=row.disputed) for row in rows.order_by("-paid_at", "-id")[:MOST]]


def actions_before(before: int | None, *, owner: User | None = None) -> tuple[list[OperatorAction], int | None]:
    """Actions, the newest first, those older than `before`; and what asks for the next ones, None at the end."""
    rows = OperatorAction.objects.select_related("by", "owner").order_by("-id")
    if owner is not None:
        rows = rows.filter(owner=owner)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: MOST + 1])
    return found[:MOST], found[MOST - 1].pk if len(found) > MOST else None


def _known_by(text: str) -> Q:
    """Every way to name a person; ids only where the text may be one, so that their indexes are used."""
    known = Q(email__icontains=text) | Q(name__icontains=text)
    try:
        return known | Q(pk=UUID(text))
    except ValueError:
        pass
    if "_" in text:
        known |= Q(pk__in=_users_at_stripe(text))
    return known


def _users_at_stripe(text: str) -> Iterable[UUID]:
    payments = Payment.objects.filter(Q(source=text) | Q(payment_intent=text) | Q(reversals__stripe_id=text))
    subscriptions = Subscription.objects.filter(stripe_id=text)
    customers = StripeCustomer.objects.filter(stripe_id=text)
    subjects = StripeEvent.objects.filter(pk=text).values("subject")
    about = Payment.objects.filter(Q(source__in=subjects) | Q(payment_intent__in=subjects))
    found = (rows.values_list("user_id", flat=True) for rows in (payments, subscriptions, customers, about))
    return {user for rows in found for user in rows if user is not None}


def _found(user: User, account: Account | None) -> Found:
    if account is None:
        return Found(user, 0, 0, 0)
    return Found(user, account.available, account.held, account.owed)


def _reference(row: Transfer) -> Reference | None:
    return Reference(row.reference_kind, row.reference_id) if row.reference_id is not None else None


def _payment(row: Payment, *, back: int, disputed: bool) -> PaymentLine:
    state = "disputed" if disputed else row.get_state_display()
    return PaymentLine(
        at=row.paid_at,
        what=row.title,
        credits=row.credits,
        paid=money(row.amount_minor, row.currency),
        given_back=money(back, row.currency) if back else "",
        state="test, no money moved" if row.provider != "stripe" else f"{state}: {row.reason}" if row.reason else state,
        stripe_id=row.source,
    )
