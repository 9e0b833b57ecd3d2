"""How the API takes requests for songs, and shows them and the engines."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.text import clean_text
from apps.jobs.models import Job
from apps.studio.draft import LYRICS_LENGTH, PROMPT_LENGTH, Draft, normal_key
from apps.studio.models import Engine, GenerationRequest
from apps.studio.selectors import takes_of
from apps.wallets.pricing import Quote


class EngineSerializer(serializers.ModelSerializer[Engine]):
    """An engine and what it can do."""

    credits_per_minute = serializers.IntegerField(source="rate", help_text="As it stands now.")
    only_for = serializers.SerializerMethodField(help_text="The plans that may use it; empty for all.")

    class Meta:
        model = Engine
        exclude = ("position",)

    def get_only_for(self, engine: Engine) -> list[str]:
        """As operators set it."""
        return engine.only_for or []


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
        fields = (
            "id",
            "status",
            "stage",
            "fraction",
            "credits",
            "error",
            "result",
            "queued_at",
            "started_at",
            "finished_at",
        )


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
    seconds = serializers.IntegerField()
    credits_per_minute = serializers.IntegerField(source="price.credits_per_minute")
    since = serializers.DateTimeField(source="price.since", help_text="Since when a minute costs that.")
    explained = serializers.CharField(help_text="The same in a sentence.")
    available = serializers.SerializerMethodField(help_text="Credits that you have to spend.")
    enough = serializers.SerializerMethodField(help_text="Whether the request would be taken.")

    def get_available(self, quote: Quote) -> int:
        """From the wallet."""
        available: int = self.context["spending"].available
        return available

    def get_enough(self, quote: Quote) -> bool:
        """Enough credits, and nothing owed."""
        enough: bool = self.context["spending"].enough
        return enough


class UnderstoodSerializer(serializers.Serializer[Any]):
    """One thing about the song to be, and who said so."""

    name = serializers.CharField()
    value = serializers.JSONField(help_text="Of the kind that the field of a generation with this name takes.")
    text = serializers.CharField(help_text="As people read it.")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the metaclass takes it away
        ["field", "prompt", "chosen"], help_text="A field of the request, its words, or the engine."
    )
    words = serializers.CharField(help_text="The words it was read from.")


class UnderstandingSerializer(serializers.Serializer[Any]):
    """What a request is understood to mean."""

    facts = UnderstoodSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField(), help_text="Contradictions and words not known.")
