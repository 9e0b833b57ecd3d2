"""The studio: the request form, what it costs and what it is understood to mean."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.members import members_only
from apps.accounts.models import User
from apps.accounts.selectors import entitlements
from apps.common.throttles import too_many
from apps.jobs.services.admission import Busy
from apps.library.listeners import listener_of
from apps.library.models import Version
from apps.library.selectors import version_for
from apps.library.songs import song_of
from apps.studio.checks import SAME_LENGTH
from apps.studio.engine_cards import kept_for_others
from apps.studio.forms import DEFAULT_EXTENSION, DEFAULT_SECONDS, GenerationForm
from apps.studio.models import Engine
from apps.studio.operations import operations_of
from apps.studio.prices import price_for
from apps.studio.selectors import engines, references_of, request_views
from apps.studio.services.generation_request import KeyReused, generation_request
from apps.studio.take_views import requests_context, studio_of, user_of, with_balance
from apps.studio.unpaid import forget_unpaid, keep_unpaid, unpaid
from apps.wallets.errors import NotEnough, Owes
from apps.wallets.pricing import Quote, quote
from apps.wallets.spending import spending_of

_SAME_WISH = frozenset({"variation", "extend", "repaint", "new_lyrics"})
"""Operations that start with the words the version was asked for with; a cover or a reference has its own."""


@require_http_methods(["GET", "POST"])
def studio(request: HttpRequest) -> HttpResponse:
    """The studio; a visitor signs up first and comes back with the same prompt."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path(), resolve_url("account_signup"))
    known = engines()
    if not known:
        return render(request, "studio/no_engine.html", status=503)
    if request.method == "POST":
        return _create(request, request.user, known)
    typed = unpaid(request, now=timezone.now())
    source = _source(request.user, typed.get("parent", request.GET.get("parent", "")))
    initial = {**typed} or _initial(request, source, known)
    form = _form(request.user, known, initial.get("engine", ""), initial=initial, source=source)
    return _page(request, form, came_back=bool(typed))


@members_only(studio_of)
@require_GET
def form(request: HttpRequest) -> HttpResponse:
    """The form again for another engine, keeping what was typed."""
    user = user_of(request)
    known = engines()
    if not known:
        return render(request, "studio/no_engine.html", status=503)
    typed = {name: value for name, value in request.GET.items() if name != "csrfmiddlewaretoken"}
    several = {"instruments": request.GET.getlist("instruments")}
    source = _source(user, str(typed.get("parent", "")))
    made = _form(user, known, str(typed.get("engine", "")), initial={**typed, **several}, source=source)
    return render(request, "studio/_form.html", _form_context(request, made))


@members_only(studio_of)
@require_GET
def price(request: HttpRequest) -> HttpResponse:
    """What the form, as it stands, would cost."""
    known = engines()
    if not known:
        raise Http404
    user = user_of(request)
    source = _source(user, request.GET.get("parent", ""))
    made = _form(
        user,
        known,
        request.GET.get("engine", ""),
        initial={"operation": request.GET.get("operation", "")},
        source=source,
    )
    return render(request, "studio/_priced.html", _price_context(user, _quote(made, request.GET)))


@members_only(studio_of)
@require_GET
def understood(request: HttpRequest) -> HttpResponse:
    """What the form, as it stands, is understood to ask for."""
    user = user_of(request)
    known = engines()
    if not known:
        raise Http404
    typed = {**request.GET.dict(), "instruments": request.GET.getlist("instruments")}
    made = _form(user, known, request.GET.get("engine", ""), initial=typed)
    return render(request, "studio/_understood.html", {"form": made, "understood": made.understood(user.id)})


def _create(request: HttpRequest, user: User, known: tuple[Engine, ...]) -> HttpResponse:
    sent = request.POST.copy()
    source = _source(user, str(sent.get("parent", "")))
    form = _form(user, known, str(sent.get("engine", "")), data=sent, source=source)
    if form.is_valid() and (wait := too_many(request, "generate")):
        form.add_error(None, f"You are asking very fast. Wait {wait:.0f} seconds, then send it again.")
    if form.is_valid():
        try:
            key = form.cleaned_data["request_key"]
            made, _ = generation_request(owner=user, draft=form.draft(), key=key, now=timezone.now())
        except KeyReused:
            form.add_error(None, "This form was already sent with other content. Send it again to make another song.")
            sent["request_key"] = GenerationForm.blank(form.chosen)["request_key"]
        except ValidationError as refused:
            form.add_error(None, refused)
        except Busy as busy:
            form.add_error(None, str(busy))
        except (NotEnough, Owes):
            # the price beside the button says what is missing and where to get it
            form.unpaid = True
            keep_unpaid(request, sent, now=timezone.now())
        else:
            forget_unpaid(request)
            if not _in_place(request):
                return redirect("studio")
            views = request_views([made], token=listener_of(request), now=timezone.now())
            context = {**_form_context(request, _emptied(form, sent)), "views": views}
            return with_balance(render(request, "studio/_answer.html", context))
    if not _in_place(request):
        return _page(request, form, status=422)
    return render(request, "studio/_form.html", _form_context(request, form), status=422)


def _in_place(request: HttpRequest) -> bool:
    """Whether the studio's own form asks, which takes the answer in its place; other pages want a page."""
    asked: Any = getattr(request, "htmx", None)
    return bool(asked) and not asked.boosted


def _emptied(form: GenerationForm, sent: QueryDict) -> GenerationForm:
    """The form for the next song: as it was, under a fresh key, without the seed that would make the same song."""
    fresh = {"request_key": GenerationForm.blank(form.chosen)["request_key"], "seed": ""}
    kept = {**sent.dict(), "instruments": sent.getlist("instruments"), **fresh}
    return GenerationForm(
        initial=kept, chosen=form.chosen, others=form.others, entitlements=form.entitlements, source=form.source
    )


def _form_context(request: HttpRequest, form: GenerationForm) -> dict[str, Any]:
    user = user_of(request)
    values = form.data if form.is_bound else form.initial
    context = {"form": form, "understood": form.understood(user.id), **_price_context(user, _quote(form, values))}
    if form.source is None:
        context["references"] = references_of(user)
    else:
        context["parent"] = form.source
        context["song"] = song_of(form.source.track, form.source, listener_of(request), timezone.now())
    return context


def _price_context(user: User, price: Quote) -> dict[str, Any]:
    return {"quote": price, "spending": spending_of(user, price.credits, now=timezone.now())}


def _page(request: HttpRequest, form: GenerationForm, status: int = 200, *, came_back: bool = False) -> HttpResponse:
    context = {**_form_context(request, form), **requests_context(request, None), "came_back": came_back}
    return render(request, "studio/studio.html", context, status=status)


def _form(
    user: User,
    known: tuple[Engine, ...],
    name: str,
    *,
    initial: dict[str, Any] | None = None,
    data: Any = None,
    source: Version | None = None,
) -> GenerationForm:
    rights = entitlements(user)
    first = next((engine for engine in known if not kept_for_others(engine, rights)), known[0])
    chosen = next((engine for engine in known if engine.name == name), first)
    others = tuple(engine for engine in known if engine is not chosen)
    return GenerationForm(
        data,
        initial={**GenerationForm.blank(chosen), **(initial or {})},
        chosen=chosen,
        others=others,
        entitlements=rights,
        source=source,
    )


def _source(user: User, identity: str) -> Version | None:
    """The version of the user's own that a form starts from."""
    try:
        found = version_for(user, UUID(identity))
    except ValueError:
        return None
    return found if found is not None and found.track.owner_id == user.id else None


def _initial(request: HttpRequest, source: Version | None, known: tuple[Engine, ...]) -> dict[str, Any]:
    """What an address asks for: a prompt, or something to make of a version."""
    asked = {name: request.GET[name] for name in ("prompt", "genre", "mood", "engine") if request.GET.get(name)}
    if source is None:
        return asked
    doing = request.GET.get("operation", "variation")
    able = next((each.engine for each in operations_of(known, source) if each.name == doing), "")
    kept = {
        "operation": doing,
        "parent": source.id,
        "engine": able,
        "seconds": round(source.seconds),
        "more": DEFAULT_EXTENSION,
        "vocals": "instrumental" if source.instrumental else "sung",
        "lyrics": source.lyrics,
        "voice": source.request.get("voice", ""),
        "language": source.request.get("language", ""),
    }
    if doing in _SAME_WISH:
        wish = {name: source.request.get(name) or "" for name in ("genre", "mood", "tempo", "key", "meter", "energy")}
        kept |= {"prompt": source.prompt, "instruments": source.request.get("instruments", []), **wish}
    return kept | asked


def _quote(form: GenerationForm, values: Any) -> Quote:
    def number(name: str, default: int) -> int:
        try:
            return int(values.get(name) or default)
        except (TypeError, ValueError):
            return default

    seconds = number("seconds", DEFAULT_SECONDS)
    if form.source is not None and form.doing in SAME_LENGTH:
        seconds = round(form.source.seconds)
    elif form.source is not None and form.doing == "extend":
        seconds = round(form.source.seconds) + number("more", DEFAULT_EXTENSION)
    seconds = min(max(seconds, form.shortest), form.longest)
    takes = min(max(number("takes", 1), 1), form.entitlements.takes)
    return quote(price_for(form.chosen, form.doing), seconds=seconds, takes=takes)
