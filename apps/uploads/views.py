"""The uploads page: what was sent and what became of it. Files themselves go through the API."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.members import members_only
from apps.accounts.models import User
from apps.accounts.selectors import owes_confirmation
from apps.jobs.services.job_retry import CannotRetry, job_retry
from apps.library.keyset import CursorError, Order, page
from apps.library.listeners import listener_of
from apps.uploads.lines import lines_of, quota_of
from apps.uploads.models import Upload
from apps.uploads.selectors import upload_for, uploads_of
from apps.uploads.services.upload_abort import upload_abort

PAGE = 30
NEWEST = Order(("-id",))
NO_ID = UUID(int=0)
"""Stands in addresses that the page's script fills."""


def page_of(request: HttpRequest) -> str:
    """The page that a part or an action belongs to."""
    return resolve_url("uploads")


@login_required
@require_GET
def uploads(request: HttpRequest) -> HttpResponse:
    """Everything sent and not forgotten, newest first; a bad cursor starts from the top."""
    user = _user(request)
    try:
        found = page(uploads_of(user), NEWEST, cursor=request.GET.get("cursor", ""), size=PAGE)
    except CursorError:
        return redirect("uploads")
    older = f"{request.path}?{urlencode({'cursor': found.next_cursor})}" if found.next_cursor else ""
    context: dict[str, Any] = {
        "lines": lines_of(found.rows, token=listener_of(request), now=timezone.now()),
        "older": older,
        "quota": quota_of(user),
        "unconfirmed": owes_confirmation(user),
        "no_id": NO_ID,
    }
    return render(request, "uploads/uploads.html", context)


@members_only(page_of)
@require_GET
def quota(request: HttpRequest) -> HttpResponse:
    """How much of the plan's storage is used now."""
    return render(request, "uploads/_quota.html", {"quota": quota_of(_user(request))})


@members_only(page_of)
@require_GET
def line(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """One upload as it is now; the answer tells the page when it has ended."""
    return _line(request, upload_id)


def _line(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    upload = _own(request, upload_id)
    shown = lines_of([upload], token=listener_of(request), now=timezone.now())[0]
    answer = render(request, "uploads/_line.html", {"line": shown})
    return _ended(answer) if upload.state in Upload.ENDED else answer


@members_only(page_of)
@require_POST
def forget(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Stop it, or take it off the list; a track that was made of it stays."""
    upload_abort(upload=_own(request, upload_id), now=timezone.now())
    # the line is deleted, so there is nothing to show; 204 would leave it
    return _ended(HttpResponse()) if request.headers.get("HX-Request") else redirect("uploads")


@members_only(page_of)
@require_POST
def retry(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Have a worker try again where the fault was ours; an old page may ask for one that has moved on since."""
    upload = _own(request, upload_id)
    if upload.job is not None and upload.state == Upload.State.FAILED and upload.expires_at is not None:
        with suppress(CannotRetry):
            job_retry(job=upload.job, now=timezone.now())
    return _line(request, upload_id) if request.headers.get("HX-Request") else redirect("uploads")


def _ended(answer: HttpResponse) -> HttpResponse:
    answer["HX-Trigger"] = "upload-ended"
    return answer


def _own(request: HttpRequest, upload_id: UUID) -> Upload:
    upload = upload_for(_user(request), upload_id)
    if upload is None:
        raise Http404
    return upload


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
