"""How the API takes and shows performers, swaps and ratings."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.jobs.models import Job
from apps.voices.models import (
    ABOUT_LENGTH,
    MOST_RECORDING_BYTES,
    TITLE_LENGTH,
    Recording,
    RegisteredPerformer,
    Swap,
)
from apps.voices.sentences import STATEMENT
from apps.voices.services.performer_share import MOST_SHARES


class PerformerSerializer(serializers.Serializer[Any]):
    """A performer that you may sing with."""

    id = serializers.CharField(help_text="What a swap names: a built-in performer’s name, or an id.")
    built_in = serializers.BooleanField()
    title = serializers.CharField()
    about = serializers.CharField()
    style = serializers.CharField()  # type: ignore[assignment]
    lowest = serializers.CharField(help_text="Of its comfortable range, as A2; empty where it is not known.")
    highest = serializers.CharField()
    register = serializers.CharField(help_text="low, middle or high; empty where it is not known.")
    licence = serializers.CharField()
    creator = serializers.CharField(help_text="Who registered the voice; empty for built-in ones.")
    mine = serializers.BooleanField()
    portrait = serializers.CharField(help_text="Where its picture is; empty where it has none.")
    sample = serializers.CharField(help_text="Where a few seconds of it are; empty where there are none.")


class PerformerBeginSerializer(serializers.Serializer[Any]):
    """A voice to be registered."""

    title = serializers.CharField(max_length=TITLE_LENGTH)
    about = serializers.CharField(max_length=ABOUT_LENGTH, required=False, allow_blank=True, default="")
    style = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True, default="")  # type: ignore[assignment]


class PerformerChangeSerializer(serializers.Serializer[Any]):
    """What to change; what is left out stays."""

    title = serializers.CharField(max_length=TITLE_LENGTH, required=False)
    about = serializers.CharField(max_length=ABOUT_LENGTH, required=False, allow_blank=True)
    style = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True)  # type: ignore[assignment]
    visibility = serializers.ChoiceField(RegisteredPerformer.Visibility.choices, required=False)
    shared_with = serializers.ListField(
        child=serializers.EmailField(),
        required=False,
        max_length=MOST_SHARES,
        help_text="The addresses of people who may sing with it while it is shared.",
    )


class ConsentSerializer(serializers.Serializer[Any]):
    """The word of whoever owns the voice."""

    agreed = serializers.BooleanField(help_text="That the `statement` holds.")


class RecordingBeginSerializer(serializers.Serializer[Any]):
    """A recording that is to come: MP3, WAV or FLAC."""

    role = serializers.ChoiceField(Recording.Role.choices)
    bytes = serializers.IntegerField(
        min_value=0, max_value=2**53, help_text=f"More than 0, at most {MOST_RECORDING_BYTES:,}."
    )


class TargetSerializer(serializers.Serializer[Any]):
    """Where to put it: exactly so many bytes, with these headers."""

    url = serializers.CharField(help_text="A path of this site, or absolute.")
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    bytes = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    """A recording of a registration."""

    class Meta:
        model = Recording
        fields = ("id", "role", "bytes", "created_at")
        read_only_fields = fields


class RecordingTargetSerializer(serializers.ModelSerializer[Recording]):
    """A recording that is to be sent."""

    target = serializers.SerializerMethodField()

    class Meta:
        model = Recording
        fields = ("id", "role", "bytes", "created_at", "target")
        read_only_fields = fields

    @extend_schema_field(TargetSerializer)
    def get_target(self, recording: Recording) -> Any:
        """Where it goes."""
        return TargetSerializer(self.context["target"]).data


class VoiceRefusalSerializer(serializers.Serializer[Any]):
    """Why a voice was not taken."""

    type = serializers.CharField(source="refusal_type", help_text="Stable, for programs.")
    detail = serializers.CharField(source="refusal_detail", help_text="For people.")


class RegistrationSerializer(serializers.ModelSerializer[RegisteredPerformer]):
    """One of your voices, from its sentence to the end of its consent."""

    statement = serializers.SerializerMethodField(help_text="What its owner agrees to, or agreed to.")
    refusal = serializers.SerializerMethodField()
    shared_with = serializers.SerializerMethodField()
    recordings = RecordingSerializer(many=True, read_only=True)

    class Meta:
        model = RegisteredPerformer
        fields = (
            "id",
            "title",
            "about",
            "style",
            "state",
            "visibility",
            "shared_with",
            "sentence",
            "sentence_until",
            "statement",
            "consented_at",
            "refusal",
            "similarity",
            "measure",
            "seconds",
            "lowest",
            "highest",
            "recordings",
            "created_at",
            "ready_at",
            "revoked_at",
        )
        read_only_fields = fields

    def get_statement(self, performer: RegisteredPerformer) -> str:
        """As it was agreed to, or as it stands now."""
        return performer.statement or STATEMENT

    @extend_schema_field(VoiceRefusalSerializer(allow_null=True))
    def get_refusal(self, performer: RegisteredPerformer) -> Any:
        """For one that was refused."""
        return VoiceRefusalSerializer(performer).data if performer.refusal_type else None

    @extend_schema_field(serializers.ListField(child=serializers.EmailField()))
    def get_shared_with(self, performer: RegisteredPerformer) -> list[str]:
        """In order."""
        return sorted(share.email for share in performer.shares.all())


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
