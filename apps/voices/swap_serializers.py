"""How the API takes and shows swaps, quality cards and ratings."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.jobs.models import Job
from apps.voices.models import Swap


class SwapAskedSerializer(serializers.Serializer[Any]):
    """A song in another voice, ten seconds of that, or the song without its vocals."""

    kind = serializers.ChoiceField(Swap.Kind.choices)
    version = serializers.UUIDField(help_text="One of your own songs.")
    performer = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", help_text="Of the list; empty for karaoke."
    )
    handling = serializers.ChoiceField(
        Swap.Handling.choices,
        required=False,
        default=Swap.Handling.OCTAVE,
        help_text="Keep the melody where it is, move it by octaves, or fit it to the performer with the song.",
    )
    method = serializers.ChoiceField(
        [(name, name) for name in Swap.METHODS],
        required=False,
        allow_blank=True,
        default="",
        help_text="How the vocals are taken out; empty lets the song decide.",
    )
    start = serializers.FloatField(
        required=False, allow_null=True, default=None, min_value=0, help_text="Of a preview, in seconds."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Karaoke has nobody who sings, and everything else somebody."""
        karaoke = attrs["kind"] == Swap.Kind.KARAOKE
        if karaoke and attrs["performer"]:
            raise serializers.ValidationError({"performer": ["Nobody sings a karaoke version."]})
        if not karaoke and not attrs["performer"]:
            raise serializers.ValidationError({"performer": ["Choose who sings."]})
        if karaoke:
            attrs["handling"] = ""
        if attrs["kind"] != Swap.Kind.PREVIEW:
            attrs["start"] = None
        return attrs


class SwapJobSerializer(serializers.ModelSerializer[Job]):
    """The job that does it."""

    class Meta:
        model = Job
        fields = ("id", "status", "stage", "fraction", "credits", "error", "error_kind")


class MetricSerializer(serializers.Serializer[Any]):
    """One measured thing."""

    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="Null when it could not be measured.")
    unit = serializers.CharField()
    method = serializers.CharField()
    reason = serializers.CharField(help_text="Why there is no value.")
    good = serializers.BooleanField(allow_null=True)
    poor = serializers.BooleanField()
    baseline = serializers.FloatField(allow_null=True, help_text="The same, measured on the source.")


class CardSerializer(serializers.Serializer[Any]):
    """How good a result is."""

    version = serializers.CharField(help_text="Of the measuring.")
    verdict = serializers.CharField()
    poor = serializers.BooleanField()
    metrics = MetricSerializer(many=True)


class SwapSerializer(serializers.ModelSerializer[Swap]):
    """A request and what became of it."""

    performer = serializers.SerializerMethodField(help_text="A name or an id; empty for karaoke.")
    job = serializers.SerializerMethodField()
    card = serializers.SerializerMethodField()
    preview = serializers.SerializerMethodField(help_text="Where a preview’s sound is, until it goes.")
    charged = serializers.SerializerMethodField(help_text="What was charged for it, in credits.")

    class Meta:
        model = Swap
        fields = (
            "id",
            "kind",
            "state",
            "version",
            "track",
            "performer",
            "performer_title",
            "handling",
            "method",
            "span_start",
            "span_seconds",
            "credits",
            "charged",
            "waived_at",
            "result",
            "facts",
            "card",
            "poor",
            "preview",
            "expires_at",
            "job",
            "created_at",
            "finished_at",
        )
        read_only_fields = fields

    def get_performer(self, swap: Swap) -> str:
        """As it was asked for."""
        return swap.built_in or (str(swap.registered_id) if swap.registered_id else "")

    @extend_schema_field(SwapJobSerializer(allow_null=True))
    def get_job(self, swap: Swap) -> Any:
        """The latest."""
        job = self.context["jobs"].get(swap.id)
        return SwapJobSerializer(job).data if job is not None else None

    @extend_schema_field(CardSerializer(allow_null=True))
    def get_card(self, swap: Swap) -> Any:
        """As it was measured."""
        return CardSerializer(swap.card).data if swap.card else None

    @extend_schema_field(serializers.CharField())
    def get_preview(self, swap: Swap) -> str:
        """An address of the API."""
        kept = swap.kind == Swap.Kind.PREVIEW and swap.expires_at is not None and swap.expires_at > self.context["now"]
        return f"/api/v1/swaps/{swap.id}/preview" if kept else ""

    def get_charged(self, swap: Swap) -> int:
        """Nothing for what failed, or is poor and was let off."""
        return swap.credits if swap.state == Swap.State.DONE and swap.waived_at is None else 0


class SwapQuoteSerializer(serializers.Serializer[Any]):
    """What a request would cost."""

    credits = serializers.IntegerField()
    explained = serializers.CharField()
    available = serializers.IntegerField()
    enough = serializers.BooleanField()


class RatingsSerializer(serializers.Serializer[Any]):
    """What listeners think of a result."""

    count = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True, help_text="1 to 5: the mean opinion score of people.")
    mine = serializers.IntegerField(allow_null=True)


class RatedSerializer(serializers.Serializer[Any]):
    """How good it is."""

    stars = serializers.IntegerField(min_value=1, max_value=5)


class PictureSerializer(serializers.Serializer[Any]):
    """A picture of a measurement."""

    name = serializers.CharField()
    url = serializers.CharField()


class QualitySerializer(serializers.Serializer[Any]):
    """Everything that is known about how good a result is."""

    card = CardSerializer(allow_null=True, help_text="Null for what was not measured.")
    performer_title = serializers.CharField()
    facts = serializers.DictField(help_text="How it was done.")
    pictures = PictureSerializer(many=True)
    ratings = RatingsSerializer()
