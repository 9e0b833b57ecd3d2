"""The operators' pages about wallets and money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.models import User
from apps.wallets.errors import LedgerError
from apps.wallets.history_words import lines_in_words
from apps.wallets.monthly.selectors import monthly_due
from apps.wallets.operations import actions, figures, selectors
from apps.wallets.operations.actions import ActionRefused, Order
from apps.wallets.operations.acts import ACTS, Looked
from apps.wallets.operations.forms import ReasonForm
from apps.wallets.operations.models import CHANGE, LOOK, OperatorAction, Proof
from apps.wallets.selectors import history, wallet_of

STALE = timedelta(hours=36)
SHOWN_PROOFS = 60

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponse]


def operators(permission: str) -> Callable[[_View[_P]], _View[_P]]:
    """Staff with a permission; a visitor logs in first, everybody else is told that this is not theirs."""

    def decorate(view: _View[_P]) -> _View[_P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
            user = request.user
            if user.is_authenticated and not (user.is_staff and user.has_perm(permission)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return login_required(never_cache(checked))

    return decorate


@require_GET
@operators(LOOK)
def money(request: HttpRequest) -> HttpResponse:
    """What came in, what is owed to whom, what needs a look, and whether the books balance."""
    now, proof = timezone.now(), Proof.objects.first()
    context: dict[str, Any] = {
        "now": now,
        "proof": proof,
        "stale": proof is not None and proof.finished_at < now - STALE,
        "income": figures.income_by_month(),
        "months": figures.months_shown(proof),
        "unspent": figures.unspent(now),
        "held": figures.held_now(),
        "debts": figures.debts(),
        "returns": figures.returns_lately(),
        # a form each, so a key each
        "troubles": [(trouble, uuid4()) for trouble in selectors.troubles()],
        "may_change": request.user.has_perm(CHANGE),
    }
    return render(request, "wallets/operations/money.html", context)


@require_GET
@operators(LOOK)
def find(request: HttpRequest) -> HttpResponse:
    """Find a wallet; without a question, those that owe."""
    text = request.GET.get("find", "").replace("\0", "").strip()[:200]
    context = {"find": text, "people": selectors.people_found(text), "most": selectors.MOST}
    return render(request, "wallets/operations/find.html", context)


@require_GET
@operators(LOOK)
def wallet(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Everything about one wallet."""
    owner, now = _owner(user_id), timezone.now()
    page = history(owner, before=_place(request))
    recent, _ = selectors.actions_before(None, owner=owner)
    context: dict[str, Any] = {
        "owner": owner,
        "now": now,
        "wallet": wallet_of(owner, now=now),
        "due": monthly_due(owner, now=now),
        "holds": selectors.open_holds(owner),
        "payments": selectors.payments_of(owner),
        "lines": lines_in_words(page.lines),
        "older": page.next_before,
        "actions": recent,
        "may_change": request.user.has_perm(CHANGE),
    }
    return render(request, "wallets/operations/wallet.html", context)


@require_http_methods(["GET", "POST"])
@operators(CHANGE)
def act(request: HttpRequest, user_id: UUID, what: str) -> HttpResponse:
    """Ask, then show what would happen, then do it."""
    owner, now = _owner(user_id), timezone.now()
    if what not in ACTS:
        raise Http404
    page, looked = ACTS[what], Looked(owner, wallet_of(owner, now=now), now)
    back = reverse("wallets-operations-wallet", args=[owner.pk])
    initial = {"key": str(uuid4()), **request.GET.dict()}
    form = page.form(request.POST if request.method == "POST" else None, initial, looked)
    foreseen = None
    if form.is_bound and form.is_valid():
        if form.sure:
            return _done(request, lambda: page.done(_order(request, form, now), form, owner), back)
        foreseen = page.foreseen(form, looked)
    context = {"page": page, "owner": owner, "wallet": looked.wallet, "form": form, "foreseen": foreseen, "back": back}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "wallets/operations/act.html", context, status=status)


@require_GET
@operators(LOOK)
def done(request: HttpRequest) -> HttpResponse:
    """Who did what."""
    found, older = selectors.actions_before(_place(request))
    return render(request, "wallets/operations/actions.html", {"actions": found, "older": older})


@require_GET
@operators(LOOK)
def proofs(request: HttpRequest) -> HttpResponse:
    """The latest proofs."""
    return render(request, "wallets/operations/proofs.html", {"proofs": Proof.objects.all()[:SHOWN_PROOFS]})


@require_GET
@operators(LOOK)
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """One proof, with what it found."""
    return render(request, "wallets/operations/proof.html", {"proof": get_object_or_404(Proof, pk=pk)})


@require_POST
@operators(CHANGE)
def event_again(request: HttpRequest) -> HttpResponse:
    """Have an event of Stripe's processed once more."""
    event = request.POST.get("event", "").replace("\0", "")[:255]
    return _reasoned(request, lambda order: actions.operator_process(order, event=event))


@require_POST
@operators(CHANGE)
def payment_settle(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Say that a payment was dealt with."""
    return _reasoned(request, lambda order: actions.operator_settle(order, payment=payment_id))


def _reasoned(request: HttpRequest, run: Callable[[Order], OperatorAction]) -> HttpResponse:
    """Do what needs nothing but a reason, from the page of the money."""
    form, back = ReasonForm(request.POST), reverse("wallets-money")
    if not form.is_valid():
        messages.error(request, "Say why: nothing is done without a reason.")
        return redirect(back)
    return _done(request, lambda: run(_order(request, form, timezone.now())), back)


def _done(request: HttpRequest, run: Callable[[], OperatorAction], back: str) -> HttpResponse:
    try:
        action = run()
    except ActionRefused as refused:
        messages.error(request, f"Nothing was done. {refused}")
    except LedgerError as refused:
        messages.error(request, f"The ledger refused, and nothing was done: {refused}.")
    else:
        messages.success(request, f"Done: {action.outcome}.")
    return redirect(back)


def _order(request: HttpRequest, form: ReasonForm, now: datetime) -> Order:
    user = request.user
    assert isinstance(user, User)  # operators() let nobody else in
    return Order(by=user, reason=form.cleaned_data["reason"], key=form.cleaned_data["key"], now=now)


def _place(request: HttpRequest) -> int | None:
    """Where in a list to go on; a bad place starts from the top."""
    before = request.GET.get("before", "")
    return int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None


def _owner(user_id: UUID) -> User:
    return get_object_or_404(User.objects.select_related("plan"), pk=user_id)
