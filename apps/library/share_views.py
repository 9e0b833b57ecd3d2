"""What other sites fetch of a track: its cover, its sound, the small player for their pages, and oEmbed."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import condition, require_safe
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.negotiation import FormatIsOurs
from apps.common.paging import text_of
from apps.library.models import Track
from apps.library.paths import COVER_JPEG, MP3, prefix_of
from apps.library.selectors import track_for
from apps.library.serializers import OEmbedSerializer
from apps.library.sharing import KEPT_SECONDS, oembed_of, share_of, site_of, track_at
from apps.library.signing import public_prefix
from apps.library.songs import song_of
from apps.library.storage import storage

_ANYWHERE = settings.CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


def _etag(request: HttpRequest, track_id: UUID) -> str | None:
    track = track_for(AnonymousUser(), track_id)
    return f'"{track.current_version_id}"' if track is not None else None


@require_safe
@condition(etag_func=_etag)
def cover(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """The cover as a JPEG at an address that stays, for whoever has the link."""
    track = _shared(track_id)
    try:
        with storage().open(f"{prefix_of(_current(track))}/{COVER_JPEG}") as file:
            picture = file.read()
    except FileNotFoundError as missing:
        raise Http404 from missing
    headers = {"Cache-Control": f"public, max-age={KEPT_SECONDS}", "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(picture, content_type="image/jpeg", headers=headers)


@require_safe
def audio(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """The way to the MP3 of a public track, at an address that stays."""
    track = _public(track_id)
    answer = HttpResponseRedirect(public_prefix(_current(track), timezone.now()).of(MP3))
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@xframe_options_exempt
def embed(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """The small player that other pages show in a frame; the only page that may be framed."""
    track = _public(track_id)
    song = song_of(track, track.current_version, "", timezone.now())
    context = {"song": song, "share": share_of(track, site_of(request))}
    answer = render(request, "library/embed.html", context)
    answer["Content-Security-Policy"] = _ANYWHERE
    answer["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer


class XmlIsNotSpoken(APIException):
    """oEmbed's answer to a format that a provider does not have."""

    status_code = 501
    default_code = "format-not-available"
    default_detail = "This site answers in JSON only."


class OEmbed(APIView):
    """How to show a track in another page (https://oembed.com)."""

    permission_classes = (AllowAny,)
    content_negotiation_class = FormatIsOurs

    @extend_schema(
        operation_id="oembed",
        parameters=[
            OpenApiParameter("url", str, required=True, description="The page of a track."),
            OpenApiParameter("format", str, enum=["json"]),
            OpenApiParameter("maxwidth", int),
            OpenApiParameter("maxheight", int),
        ],
        responses={200: OEmbedSerializer, 404: OpenApiResponse(description="No track that is shared has this page.")},
    )
    def get(self, request: Request) -> Response:
        """What to show for the page of a track."""
        if (text_of(request, "format") or "json") != "json":
            raise XmlIsNotSpoken
        site = site_of(request._request)
        track = track_at(text_of(request, "url", 600), site)
        if track is None:
            raise NotFound("No song that is shared has this address.")
        answer = oembed_of(track, site, _pixels(request, "maxwidth"), _pixels(request, "maxheight"))
        headers = {"Cache-Control": f"public, max-age={KEPT_SECONDS}", "Access-Control-Allow-Origin": "*"}
        return Response(answer, headers=headers)


def _pixels(request: Request, name: str) -> int | None:
    text = text_of(request, name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= 100_000:
        raise ValidationError({name: ["Give a number of pixels."]})
    return int(text)


def _shared(track_id: UUID) -> Track:
    track = track_for(AnonymousUser(), track_id)
    if track is None:
        raise Http404
    return track


def _public(track_id: UUID) -> Track:
    track = _shared(track_id)
    if not track.in_public:
        raise Http404
    return track


def _current(track: Track) -> UUID:
    if track.current_version_id is None:
        raise Http404
    return track.current_version_id
