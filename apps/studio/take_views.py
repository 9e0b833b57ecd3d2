"""The live cards of what was asked: older ones, one take as it is now, cancel and retry."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.members import members_only
from apps.accounts.models import User
from apps.jobs.models import Job
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_retry import CannotRetry, job_retry
from apps.library.listeners import listener_of
from apps.studio.selectors import recent_requests, request_views, take_view
from apps.wallets.errors import NotEnough, Owes
from apps.wallets.refusals import refusal_says

PAGE = 12


def studio_of(request: HttpRequest) -> str:
    """The studio, with the prompt that a part of it was asked with."""
    prompt = request.GET.get("prompt", "")
    page = resolve_url("studio")
    return f"{page}?{urlencode({'prompt': prompt})}" if prompt else page


@members_only(studio_of)
@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """Older requests, for the end of the list."""
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        raise Http404 from None
    return render(request, "studio/_requests.html", requests_context(request, before))


@members_only(studio_of)
@require_GET
def take(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One take as it is now."""
    return _take(request, _own_job(request, job_id))


@members_only(studio_of)
@require_POST
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Stop a take that waits or runs."""
    job = job_cancel(job=_own_job(request, job_id), now=timezone.now())
    return _take(request, job)


@members_only(studio_of)
@require_POST
def retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Try a failed take again or say why not; one that has not failed is shown as it is: an old card may have asked."""
    job = _own_job(request, job_id)
    refused = ""
    try:
        job = job_retry(job=job, now=timezone.now())
    except CannotRetry as error:
        refused = str(error) if job.status in {Job.Status.FAILED, Job.Status.CANCELLED} else ""
    except (NotEnough, Owes) as error:
        return _take(request, job, refusal_says(error), unpaid=True)
    return _take(request, job, refused)


def _take(request: HttpRequest, job: Job, refused: str = "", *, unpaid: bool = False) -> HttpResponse:
    shown = take_view(job, token=listener_of(request), now=timezone.now())
    answer = render(request, "studio/_take.html", {"take": shown, "refused": refused, "unpaid": unpaid})
    return with_balance(answer) if job.ended or request.method == "POST" else answer


def with_balance(answer: HttpResponse) -> HttpResponse:
    """The same answer, which has the page ask for the balance again."""
    answer["HX-Trigger"] = "credits-changed"
    return answer


def requests_context(request: HttpRequest, before: datetime | None) -> dict[str, Any]:
    """A page of requests, newest first, and where the next one starts."""
    found = recent_requests(user_of(request), before=before, limit=PAGE + 1)
    return {
        "views": request_views(found[:PAGE], token=listener_of(request), now=timezone.now()),
        "more_before": found[PAGE - 1].created_at if len(found) > PAGE else None,
    }


def user_of(request: HttpRequest) -> User:
    """The user behind a request that had to log in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _own_job(request: HttpRequest, job_id: UUID) -> Job:
    job = Job.objects.filter(id=job_id, owner=user_of(request)).first()
    if job is None:
        raise Http404
    return job
