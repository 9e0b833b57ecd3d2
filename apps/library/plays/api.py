"""The API of plays, as Django answers it; `asgi.py` answers the beacon faster and alike."""

from __future__ import annotations

from typing import Any

from django.http import Http404, JsonResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.authentication import TokenAuthentication
from apps.common.addresses import client_address
from apps.common.problems import MEDIA_TYPE
from apps.library import selectors
from apps.library.api import TakenDown
from apps.library.listeners import COOKIE
from apps.library.plays.beacons import Accepted, held_up, judged
from apps.library.plays.issuing import play_nonce
from apps.library.plays.stream import append


class PlayStartSerializer(serializers.Serializer[Any]):
    """What begins to sound."""

    version = serializers.UUIDField()


class BeaconSerializer(serializers.Serializer[Any]):
    """A play that was heard."""

    nonce = serializers.CharField(help_text="The `play` of the playback answer, of the start, or of the last beacon.")


class PlaySerializer(serializers.Serializer[Any]):
    """The right to say, later, that it was heard."""

    play = serializers.CharField(help_text="A nonce for this listener's next play of this version.")


class _Reader(SessionAuthentication):
    """A session that only says who listens: nothing is changed, so there is nothing to forge."""

    def enforce_csrf(self, request: Request) -> None:
        """Not needed: the answer is readable by our own pages alone, and without it the request did nothing."""


_AS_EVERYWHERE: Any = [{"token": []}, {"cookieAuth": []}, {}]


class PlayStart(APIView):
    """The start of a play."""

    permission_classes = (AllowAny,)
    authentication_classes = (TokenAuthentication, _Reader)

    @extend_schema(
        operation_id="plays_start",
        auth=_AS_EVERYWHERE,
        request=PlayStartSerializer,
        responses={200: PlaySerializer, 410: OpenApiResponse(description="It was taken down.")},
    )
    def post(self, request: Request) -> Response:
        """A nonce for a version that begins to sound now, bound to the `listener` cookie of this answer."""
        asked = PlayStartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        version = selectors.version_for(request.user, asked.validated_data["version"])
        if version is None:
            raise Http404
        if not selectors.may_hear(request.user, version.track):
            raise TakenDown
        nonce = play_nonce(request._request, version, viewer=request.user.pk, now=timezone.now())
        return Response({"play": nonce}, headers={"Cache-Control": "private, no-store"})


class Plays(APIView):
    """Plays that were heard."""

    permission_classes = (AllowAny,)
    # the nonce is bound to the listener's cookie and nobody else can have read it: that is the protection against
    # forged requests, and whose account it is does not matter here
    authentication_classes = ()
    throttle_classes = ()

    @extend_schema(
        operation_id="plays_heard",
        request=BeaconSerializer,
        responses={
            202: PlaySerializer,
            403: OpenApiResponse(description="Not issued to this listener."),
            409: OpenApiResponse(description="Too early: `after_seconds` says when."),
            410: OpenApiResponse(description="Older than a day."),
            503: OpenApiResponse(description="Not taken now: send it again later, the same nonce."),
        },
    )
    def post(self, request: Request) -> JsonResponse:
        """A play was heard, for 30 seconds or half of a shorter song. Each nonce counts once, however often it comes.

        Counting is somebody else's work: the answer comes before it, and with a nonce for the next play.
        """
        plain = request._request
        address = client_address(plain)
        found = judged(plain.body, token=plain.COOKIES.get(COOKIE, ""), address=address, now=timezone.now())
        answer = found.answer if isinstance(found, Accepted) else found
        if isinstance(found, Accepted) and found.beacon is not None and (wait := append(found.beacon)):
            answer = held_up(wait)
        media_type = MEDIA_TYPE if answer.status >= 400 else "application/json"
        return JsonResponse(answer.body, status=answer.status, headers=answer.headers, content_type=media_type)
