"""The studio over the API: engines, quotes, and requests for songs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import check_key
from apps.accounts.models import User
from apps.accounts.selectors import entitlements
from apps.common import problems
from apps.jobs.services.admission import Busy
from apps.studio.checks import check_draft
from apps.studio.draft import drawn_seed
from apps.studio.models import Engine, GenerationRequest
from apps.studio.prices import price_for
from apps.studio.selectors import takes_of
from apps.studio.serializers import (
    EngineSerializer,
    GenerationRequestSerializer,
    GenerationSerializer,
    QuoteSerializer,
    UnderstandingSerializer,
)
from apps.studio.services.generation_request import KeyReused, generation_request
from apps.studio.understanding import Understanding, understood
from apps.wallets.pricing import quote
from apps.wallets.refusals import as_problems
from apps.wallets.spending import spending_of

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same content is the same request: sent twice, it makes one song.",
)


class EngineList(generics.ListAPIView[Engine]):
    """The engines of this installation, the default first."""

    queryset = Engine.objects.all()
    serializer_class = EngineSerializer
    permission_classes = (AllowAny,)
    pagination_class = None


class GenerationList(generics.ListCreateAPIView[GenerationRequest]):
    """Ask for songs, and see what was asked for."""

    serializer_class = GenerationRequestSerializer
    throttle_scope = "generate"

    def get_queryset(self) -> Any:
        """Mine."""
        return GenerationRequest.objects.filter(owner=_user(self.request)).order_by("-created_at", "-id")

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page, with the takes of all its requests in one query."""
        page = super().paginate_queryset(queryset)
        self._takes = takes_of(page or [])
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        """What the serializer needs beside the rows."""
        return {**super().get_serializer_context(), "takes": getattr(self, "_takes", None)}

    @extend_schema(parameters=[IDEMPOTENCY], request=GenerationSerializer, responses={202: GenerationRequestSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask for one to several takes of a song; each becomes a job at once and a version when it is done.

        What it costs is held until then: charged for the takes that succeed, given back for the others.
        """
        asked = GenerationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "") or str(uuid4())
        try:
            check_key(key)
            with as_problems():
                made, _ = generation_request(owner=_user(request), draft=asked.draft(), key=key, now=timezone.now())
        except ValidationError as refused:
            raise serializers.ValidationError(serializers.as_serializer_error(refused)) from refused
        except KeyReused as reused:
            raise problems.KeyReused from reused
        except Busy as busy:
            raise problems.QueueFull(str(busy), busy.wait_seconds) from busy
        return Response(self.get_serializer(made).data, status=status.HTTP_202_ACCEPTED)


class GenerationDetail(generics.RetrieveAPIView[GenerationRequest]):
    """One of my requests."""

    serializer_class = GenerationRequestSerializer

    def get_object(self) -> GenerationRequest:
        """Mine, or none."""
        return get_object_or_404(GenerationRequest, id=self.kwargs["pk"], owner=_user(self.request))


class GenerationQuote(APIView):
    """What a request would cost, without sending it."""

    @extend_schema(request=GenerationSerializer, responses=QuoteSerializer)
    def post(self, request: Request) -> Response:
        """The price in credits."""
        asked = GenerationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        draft = asked.draft()
        engine = get_object_or_404(Engine, name=draft.engine)
        try:
            check_draft(draft, engine, entitlements(_user(request)))
        except ValidationError as refused:
            raise serializers.ValidationError(serializers.as_serializer_error(refused)) from refused
        price = quote(price_for(engine, draft.operation), seconds=draft.seconds, takes=draft.takes)
        spending = spending_of(_user(request), price.credits, now=timezone.now())
        return Response(QuoteSerializer(price, context={"spending": spending}).data)


class Understood(APIView):
    """What a request is understood to mean, without sending it."""

    @extend_schema(
        operation_id="understood",
        parameters=[IDEMPOTENCY],
        request=GenerationSerializer,
        responses=UnderstandingSerializer,
    )
    def post(self, request: Request) -> Response:
        """Tempo, key, genre and the like, as read from the words or chosen.

        With the Idempotency-Key of the request to come, what is chosen is what its first take will have. Engines that
        do not tell beforehand answer without facts.
        """
        asked = GenerationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        draft = asked.draft()
        engine = get_object_or_404(Engine, name=draft.engine)
        key = request.headers.get("Idempotency-Key", "")
        found = understood(draft, drawn_seed(_user(request).id, key)) if engine.understands else Understanding((), ())
        return Response(UnderstandingSerializer(found).data)


def _user(request: Any) -> User:
    user = request.user
    assert isinstance(user, User)  # the permission classes let nobody else in
    return user
