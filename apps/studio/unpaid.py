"""A form whose owner goes for credits first, kept as it was typed until they come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.accounts.members import members_only
from apps.studio.forms import GenerationForm
from apps.studio.take_views import studio_of

KEPT = timedelta(days=1)
LONGEST = 50_000
"""Characters of everything that was typed."""
_NAME = "studio_unpaid"
# a form that comes back is sent under a key of its own
_TYPED = frozenset(GenerationForm.base_fields) - {"request_key"}
_ASKS = frozenset({"parent", "operation", "prompt", "genre", "mood", "engine"})


@members_only(studio_of)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the form that the studio's page shows while its owner is away."""
    keep_unpaid(request, request.POST, now=timezone.now())
    return HttpResponse(status=204)


def keep_unpaid(request: HttpRequest, sent: QueryDict, *, now: datetime) -> None:
    """Keep a form in the session, in place of an earlier one."""
    typed = {name: values for name, values in sent.lists() if name in _TYPED}
    if sum(len(value) for values in typed.values() for value in values) <= LONGEST:
        request.session[_NAME] = {"at": now.isoformat(), "typed": typed}


def unpaid(request: HttpRequest, *, now: datetime) -> Mapping[str, Any]:
    """What was typed, as a form takes it for its start; empty when nothing is kept or the address asks for a song."""
    if "new" in request.GET:
        forget_unpaid(request)
    kept = request.session.get(_NAME)
    if not kept or _ASKS & request.GET.keys() or now - datetime.fromisoformat(kept["at"]) > KEPT:
        return {}
    typed: dict[str, list[str]] = kept["typed"]
    return {name: values if name == "instruments" else values[-1] for name, values in typed.items() if values}


def forget_unpaid(request: HttpRequest) -> None:
    """It was sent, or is not wanted any more."""
    request.session.pop(_NAME, None)
