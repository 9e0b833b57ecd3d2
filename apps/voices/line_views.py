"""The live lines of swaps: one as it is now, cancel and try again."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.members import members_only
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_retry import CannotRetry, job_retry
from apps.library.listeners import listener_of
from apps.voices.lines import lines_of
from apps.voices.models import Swap
from apps.voices.selectors import jobs_of_swaps, swap_for
from apps.voices.swap_views import user_of
from apps.wallets.errors import NotEnough, Owes
from apps.wallets.refusals import refusal_says


def _home(request: HttpRequest) -> str:
    """A part is no page to come back to."""
    return resolve_url("voices")


@members_only(_home)
@require_GET
def line(request: HttpRequest, swap_id: UUID) -> HttpResponse:
    """One request as it is now."""
    return _line(request, _own(request, swap_id))


@members_only(_home)
@require_POST
def cancel(request: HttpRequest, swap_id: UUID) -> HttpResponse:
    """Stop what waits or runs; what ended meanwhile is shown as it is."""
    swap = _own(request, swap_id)
    job = jobs_of_swaps([swap]).get(swap.id)
    if job is not None and not job.ended:
        job_cancel(job=job, now=timezone.now())
    return _line(request, _own(request, swap_id))


@members_only(_home)
@require_POST
def retry(request: HttpRequest, swap_id: UUID) -> HttpResponse:
    """Try again what failed, or say why not; what has not failed is shown as it is: an old page may have asked."""
    swap = _own(request, swap_id)
    job = jobs_of_swaps([swap]).get(swap.id)
    refused, unpaid = "", False
    if job is not None and swap.state in {Swap.State.FAILED, Swap.State.CANCELLED}:
        try:
            job_retry(job=job, now=timezone.now())
        except CannotRetry as error:
            refused = str(error)
        except (NotEnough, Owes) as error:
            refused, unpaid = refusal_says(error), True
    return _line(request, _own(request, swap_id), refused, unpaid=unpaid)


def _line(request: HttpRequest, swap: Swap, refused: str = "", *, unpaid: bool = False) -> HttpResponse:
    if not request.headers.get("HX-Request") and request.method == "POST":
        page = "karaoke-make" if swap.kind == Swap.Kind.KARAOKE else "swap"
        return redirect(page, swap.version_id) if swap.version_id else redirect("voices")
    (shown,) = lines_of([swap], token=listener_of(request), now=timezone.now())
    context = {"line": shown, "refused": refused, "unpaid": unpaid}
    answer = render(request, "voices/_line.html", context)
    if request.method == "POST" or not shown.moving:
        answer["HX-Trigger"] = "credits-changed"
    return answer


def _own(request: HttpRequest, swap_id: UUID) -> Swap:
    swap = swap_for(user_of(request), swap_id)
    if swap is None:
        raise Http404
    return swap
