"""The API of swaps, previews and karaoke versions, and of how good they are."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import check_key
from apps.accounts.models import User
from apps.common.negotiation import FormatIsOurs
from apps.library.downloads import Download, response_of
from apps.library.models import Rendition, Version
from apps.library.paths import prefix_of
from apps.library.selectors import may_hear, version_for
from apps.voices.api import sound
from apps.voices.models import Rating, Swap
from apps.voices.problems import PROBLEMS, problems
from apps.voices.selectors import jobs_of_swaps, ratings_of, swap_behind, swap_for, swaps_of
from apps.voices.services.rating_set import rating_set
from apps.voices.services.swap_request import Asked, source_of, swap_quote, swap_request
from apps.voices.swap_serializers import (
    QualitySerializer,
    RatedSerializer,
    RatingsSerializer,
    SwapAskedSerializer,
    SwapQuoteSerializer,
    SwapSerializer,
)
from apps.wallets.spending import spending_of

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same content is the same request: sent twice, it makes one song.",
)
_PICTURES = "quality/"


class SwapList(generics.ListAPIView[Swap]):
    """My requests."""

    serializer_class = SwapSerializer
    throttle_scope = "generate"

    def get_queryset(self) -> Any:
        """Mine."""
        return swaps_of(_user(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(SwapSerializer(page, many=True, context=_context(list(page))).data)

    @extend_schema(parameters=[IDEMPOTENCY], request=SwapAskedSerializer, responses={202: SwapSerializer, **PROBLEMS})
    def post(self, request: Request) -> Response:
        """Ask for a song in another voice (a new version of its track), a preview, or a karaoke version.

        What it costs is held until it is done: charged when it succeeds, and given back when it does not.
        """
        asked = SwapAskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "") or str(uuid4())
        check_key(key)
        with problems():
            swap, _ = swap_request(
                owner=_user(request), asked=Asked(**asked.validated_data), key=key, now=timezone.now()
            )
        return _shown(swap, status.HTTP_202_ACCEPTED)


class SwapQuote(APIView):
    """What a request would cost, without sending it."""

    @extend_schema(
        operation_id="swaps_quote", request=SwapAskedSerializer, responses={200: SwapQuoteSerializer, **PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        """The price in credits; previews cost nothing."""
        asked = SwapAskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user, now = _user(request), timezone.now()
        with problems():
            version = source_of(user, asked.validated_data["version"])
        price = swap_quote(asked.validated_data["kind"], version, now=now)
        needed = price.credits if price else 0
        spending = spending_of(user, needed, now=now)
        told = {
            "credits": needed,
            "explained": price.explained if price else "Previews are free.",
            "available": spending.available,
            "enough": spending.enough or not needed,
        }
        return Response(SwapQuoteSerializer(told).data)


class SwapDetail(APIView):
    """One of my requests."""

    @extend_schema(operation_id="swaps_retrieve", responses=SwapSerializer)
    def get(self, request: Request, swap_id: UUID) -> Response:
        """Where it is, and what became of it."""
        return _shown(_own(request, swap_id))


class SwapPreview(APIView):
    """The sound of a preview."""

    content_negotiation_class = FormatIsOurs

    @extend_schema(operation_id="swaps_preview", responses={(200, "audio/mpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, swap_id: UUID) -> HttpResponseBase:
        """As MP3; it goes after a day, and at once when the performer is revoked."""
        swap = _own(request, swap_id)
        if swap.expires_at is None or swap.expires_at <= timezone.now():
            raise Http404
        return sound(swap.sound_name, f"{swap.performer_title}.mp3")


class VersionQuality(APIView):
    """How good a result is."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="versions_quality", responses=QualitySerializer)
    def get(self, request: Request, version_id: UUID) -> Response:
        """What was measured, how, what could not be, and what listeners think."""
        version, swap = _result(request, version_id)
        pictures = version.renditions.filter(role=Rendition.Role.QUALITY).exclude(media_type="application/json")
        names = [path.removeprefix(_PICTURES) for path in pictures.order_by("path").values_list("path", flat=True)]
        told = {
            "card": swap.card,
            "performer_title": swap.performer_title,
            "facts": swap.facts,
            "pictures": [{"name": name, "url": f"/api/v1/versions/{version.id}/quality/{name}"} for name in names],
            "ratings": ratings_of(version.id, request.user),
        }
        return Response(QualitySerializer(told).data)


class VersionQualityPicture(APIView):
    """A picture of a measurement."""

    permission_classes = (AllowAny,)
    content_negotiation_class = FormatIsOurs

    @extend_schema(operation_id="versions_quality_picture", responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, version_id: UUID, name: str) -> HttpResponseBase:
        """PNG or SVG."""
        version, _ = _result(request, version_id)
        pictures = version.renditions.filter(role=Rendition.Role.QUALITY).exclude(media_type="application/json")
        picture = pictures.filter(path=f"{_PICTURES}{name}").first()
        if picture is None:
            raise Http404
        stored = f"{prefix_of(version.id)}/{picture.path}"
        answer = response_of(Download(name, picture.media_type, b"", stored, 0, picture.bytes))
        answer["Content-Disposition"] = "inline"
        answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        return answer


class VersionRating(APIView):
    """What I think of a result."""

    throttle_scope = "voices"

    @extend_schema(
        operation_id="versions_rate", request=RatedSerializer, responses={200: RatingsSerializer, **PROBLEMS}
    )
    def put(self, request: Request, version_id: UUID) -> Response:
        """Rate it 1, bad, to 5, excellent; the last word counts."""
        version, _ = _result(request, version_id)
        asked = RatedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with problems():
            rating_set(version=version, user=_user(request), stars=asked.validated_data["stars"], now=timezone.now())
        return Response(RatingsSerializer(ratings_of(version.id, request.user)).data)

    @extend_schema(operation_id="versions_unrate", request=None, responses=RatingsSerializer)
    def delete(self, request: Request, version_id: UUID) -> Response:
        """Take it back."""
        version, _ = _result(request, version_id)
        Rating.objects.filter(version=version, user=_user(request)).delete()
        return Response(RatingsSerializer(ratings_of(version.id, request.user)).data)


def _result(request: Request, version_id: UUID) -> tuple[Version, Swap]:
    """A result that the asker may hear, and the request it came of."""
    version = version_for(request.user, version_id)
    if version is None or not may_hear(request.user, version.track):
        raise Http404
    swap = swap_behind(version.id)
    if swap is None:
        raise Http404
    return version, swap


def _own(request: Request, swap_id: UUID) -> Swap:
    swap = swap_for(_user(request), swap_id)
    if swap is None:
        raise Http404
    return swap


def _shown(swap: Swap, code: int = status.HTTP_200_OK) -> Response:
    return Response(SwapSerializer(swap, context=_context([swap])).data, status=code)


def _context(swaps: list[Swap]) -> dict[str, Any]:
    return {"jobs": jobs_of_swaps(swaps), "now": timezone.now()}


def _user(request: Any) -> User:
    user = request.user
    assert isinstance(user, User)  # the permission classes let nobody else in
    return user
