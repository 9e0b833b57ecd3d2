"""How the API takes and shows performers, and voices on their way to be one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.voices.models import (
    ABOUT_LENGTH,
    MOST_RECORDING_BYTES,
    TITLE_LENGTH,
    Recording,
    RegisteredPerformer,
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
