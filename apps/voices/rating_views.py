"""What listeners think of a result, on its page."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.accounts.members import members_only
from apps.common.throttles import too_many
from apps.library.models import Version
from apps.library.selectors import may_hear, version_for
from apps.voices.models import Rating
from apps.voices.registration_views import user_of
from apps.voices.selectors import ratings_of, swap_behind
from apps.voices.services.rating_set import STARS, rating_set


def _page(version: Version) -> str:
    return f"{resolve_url('track', version.track_id)}?version={version.id}"


@members_only(lambda request: urlsplit(request.headers.get("Referer", "")).path or "/")
@require_POST
def rate(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Rate it 1 to 5, or take the rating back with none; answers the stars alone when htmx asks for them."""
    user = user_of(request)
    version = version_for(user, version_id)
    if version is None or not may_hear(user, version.track) or swap_behind(version.id) is None:
        raise Http404
    stars = request.POST.get("stars", "")
    if wait := too_many(request, "voices"):
        messages.error(request, f"You are asking very fast. Wait {wait:.0f} seconds.")
        return redirect(_page(version))
    if stars == "":
        Rating.objects.filter(version=version, user=user).delete()
    elif stars in {str(number) for number in STARS}:
        rating_set(version=version, user=user, stars=int(stars), now=timezone.now())
    else:
        raise Http404
    if not request.headers.get("HX-Request") or request.headers.get("HX-Boosted"):
        return redirect(_page(version))
    shown = {"version": version, "ratings": ratings_of(version.id, user), "may_rate": True}
    return render(request, "voices/quality/_rating.html", shown)
