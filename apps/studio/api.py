"""The studio over the API: engines, quotes, and requests for songs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import check_key
from apps.accounts.models import User
from apps.accounts.selectors import entitlements
from apps.common import problems
from apps.common.text import clean_text
from apps.jobs.models import Job
from apps.studio.checks import check_draft
from apps.studio.draft import LYRICS_LENGTH, PROMPT_LENGTH, Draft, normal_key
from apps.studio.models import Engine, GenerationRequest
from apps.studio.selectors import takes_of
from apps.studio.services.generation_request import KeyReused, generation_request
from apps.wallets.pricing import quote

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same content is the same request: sent twice, it makes one song.",
)


class EngineSerializer(serializers.ModelSerializer[Engine]):
    """An engine and what it can do."""

    class Meta:
        model = Engine
        exclude = ("position",)


class GenerationSerializer(serializers.Serializer[Any]):
    """What to make."""

    engine = serializers.CharField(max_length=40, required=False, help_text="The default engine when left out.")
    prompt = serializers.CharField(max_length=PROMPT_LENGTH, required=False, allow_blank=True, default="")
    lyrics = serializers.CharField(max_length=LYRICS_LENGTH, required=False, allow_blank=True, default="")
    instrumental = serializers.BooleanField(required=False, default=True)
    genre = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    mood = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    seconds = serializers.IntegerField(
        required=False, default=60, help_text="Of the whole result: an extension's includes what it continues."
    )
    tempo = serializers.FloatField(required=False, allow_null=True, default=None, help_text="Beats a minute.")
    key = serializers.CharField(
        max_length=12, required=False, allow_blank=True, default="", help_text="As “E minor” or “Bb major”."
    )
    meter = serializers.CharField(
        max_length=8, required=False, allow_blank=True, default="", help_text="One of the engine's, as “3/4”."
    )
    instruments = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=12, required=False, default=list
    )
    energy = serializers.FloatField(
        required=False, allow_null=True, default=None, help_text="From 0, still, to 1, wild."
    )
    voice = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", help_text="One of the engine's; empty for any."
    )
    language = serializers.CharField(
        max_length=8, required=False, allow_blank=True, default="", help_text="Of the lyrics, as “de”; empty: guessed."
    )
    span = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        required=False,
        allow_null=True,
        default=None,
        help_text="What a repaint makes anew: from and to, in seconds.",
    )
    seed = serializers.IntegerField(required=False, allow_null=True, default=None)
    takes = serializers.IntegerField(required=False, default=1)
    operation = serializers.CharField(max_length=20, required=False, default="generate")
    parent = serializers.UUIDField(  # type: ignore[assignment]  # the metaclass takes it away
        required=False, allow_null=True, default=None, help_text="The version to start from."
    )

    def validate_prompt(self, value: str) -> str:
        """Refuse what cannot be shown."""
        return clean_text(value, maximum=PROMPT_LENGTH)

    def validate_lyrics(self, value: str) -> str:
        """Refuse what cannot be shown; lines are kept."""
        return clean_text(value, maximum=LYRICS_LENGTH, lines=True)

    def validate_key(self, value: str) -> str:
        """The key as engines read it."""
        return normal_key(value)

    def draft(self) -> Draft:
        """The valid data as a draft."""
        data = {**self.validated_data}
        data["instruments"] = tuple(data["instruments"])
        data["span"] = tuple(data["span"]) if data["span"] else None
        data.setdefault("engine", Engine.objects.values_list("name", flat=True).first() or "")
        return Draft(**data)


class TakeSerializer(serializers.ModelSerializer[Job]):
    """A take is a job; its result names the version and the track once it succeeded."""

    class Meta:
        model = Job
        fields = ("id", "status", "stage", "fraction", "error", "result", "queued_at", "started_at", "finished_at")


class GenerationRequestSerializer(serializers.ModelSerializer[GenerationRequest]):
    """A request with its takes."""

    key = serializers.CharField(source="musical_key")
    takes = serializers.SerializerMethodField()

    class Meta:
        model = GenerationRequest
        fields = (
            "id",
            "engine",
            "operation",
            "parent",
            "track",
            "prompt",
            "lyrics",
            "instrumental",
            "genre",
            "mood",
            "seconds",
            "tempo",
            "key",
            "meter",
            "instruments",
            "energy",
            "voice",
            "language",
            "span_start",
            "span_end",
            "seed",
            "credits",
            "created_at",
            "takes",
        )

    @extend_schema_field(TakeSerializer(many=True))
    def get_takes(self, made: GenerationRequest) -> Any:
        """Its jobs, in order; a list brings those of all its requests along."""
        takes = self.context.get("takes") or takes_of([made])
        return TakeSerializer(takes[made.id], many=True).data


class QuoteSerializer(serializers.Serializer[Any]):
    """What a request would cost."""

    credits = serializers.IntegerField()
    per_take = serializers.IntegerField()
    takes = serializers.IntegerField()


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
        """Ask for one to several takes of a song; each becomes a job at once and a version when it is done."""
        asked = GenerationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "") or str(uuid4())
        try:
            check_key(key)
            made, _ = generation_request(owner=_user(request), draft=asked.draft(), key=key, now=timezone.now())
        except ValidationError as refused:
            raise serializers.ValidationError(serializers.as_serializer_error(refused)) from refused
        except KeyReused as reused:
            raise problems.KeyReused from reused
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
        price = quote(credits_per_minute=engine.credits_per_minute, seconds=draft.seconds, takes=draft.takes)
        return Response({"credits": price.credits, "per_take": price.per_take, "takes": price.takes})


def _user(request: Any) -> User:
    user = request.user
    assert isinstance(user, User)  # the permission classes let nobody else in
    return user
