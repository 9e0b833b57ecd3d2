"""One's own page: name, tokens, export, deletion."""

from __future__ import annotations

import tempfile
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from rest_framework.exceptions import APIException

from apps.accounts.forms import DeleteForm, NameForm, TokenForm
from apps.accounts.idempotency import Answer, answer_once, form_hash
from apps.accounts.models import ApiToken, User
from apps.accounts.selectors import account_overview, entitlements
from apps.accounts.services.account_erase import account_erase
from apps.accounts.services.account_export import account_export
from apps.accounts.services.profile_change import profile_change
from apps.accounts.services.tokens import token_create, token_revoke
from apps.common.throttles import too_many


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def you(request: HttpRequest) -> HttpResponse:
    """The page, and the name that others see."""
    user = _user(request)
    form = NameForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        try:
            profile_change(user=user, name=form.cleaned_data["name"])
        except ValidationError as refused:
            form.add_error(None, refused)
            user.refresh_from_db()
        else:
            messages.success(request, f"Others see you as {user}.")
            return redirect("you")
    context = {"form": form, "overview": account_overview(user), "entitlements": entitlements(user)}
    return render(request, "accounts/you.html", context, status=_status(form))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens, and a new one, whose secret is on this answer alone."""
    if request.method != "POST":
        return _tokens_page(request, TokenForm.blank())
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _tokens_page(request, form)
    secret = ""

    def run() -> Answer:
        nonlocal secret
        now = timezone.now()
        fresh = token_create(
            user=_user(request),
            name=form.cleaned_data["name"],
            scopes=form.scopes(),
            expires_at=form.expires_at(now),
            now=now,
        )
        secret = fresh.secret
        # the secret itself is kept nowhere, so a repetition cannot show it
        return Answer(201, body=str(fresh.token.pk))

    content = form_hash(request.path, form.cleaned_data)
    try:
        answer_once(user=_user(request), key=form.cleaned_data["key"], content=content, now=timezone.now(), run=run)
    except ValidationError as refused:
        form.add_error(None, refused)
        return _tokens_page(request, form)
    except APIException as refused:
        form.add_error(None, str(refused.detail))
        form.data = {**request.POST.dict(), "key": TokenForm.blank().initial["key"]}
        return _tokens_page(request, form)
    if not secret:
        messages.info(request, "That form was sent twice, so there is one token. Its secret was shown the first time.")
    return _tokens_page(request, TokenForm.blank(), secret=secret)


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Close a token."""
    token = ApiToken.objects.filter(pk=token_id, user=_user(request)).first()
    if token is None:
        raise Http404
    token_revoke(token=token, now=timezone.now())
    messages.success(request, f"“{token.name}” opens nothing any more.")
    return redirect("you-tokens")


@login_required
@never_cache
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Everything the site knows of the user, as a ZIP that is written to disk and not into memory."""
    if too_many(request, "export"):
        return render(request, "errors/429.html", status=429)
    now = timezone.now()
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        account_export(user=_user(request), target=file, now=now)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"refrain-{now:%Y-%m-%d}.zip")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Explain, ask for the password, delete, say goodbye."""
    user = _user(request)
    if request.method == "POST" and too_many(request, "delete"):
        return render(request, "errors/429.html", status=429)
    form = DeleteForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        account_erase(user=user)
        logout(request)
        messages.success(request, "Your account is deleted. Thank you for the music.")
        return redirect("/")
    return render(request, "accounts/delete.html", {"form": form}, status=_status(form))


@require_GET
def password_change_address(request: HttpRequest) -> HttpResponse:
    """Where password managers look for it (W3C: a well-known URL for changing passwords)."""
    return redirect("account_change_password")


def _tokens_page(request: HttpRequest, form: TokenForm, secret: str = "") -> HttpResponse:
    own = _user(request).api_tokens.filter(revoked_at=None)
    context: dict[str, Any] = {"form": form, "tokens": own, "secret": secret, "now": timezone.now()}
    return render(request, "accounts/tokens.html", context, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


def _user(request: HttpRequest) -> User:
    # login_required has seen to it
    return cast(User, request.user)
