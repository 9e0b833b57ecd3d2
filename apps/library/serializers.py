"""How the API shows tracks, versions and playback."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.library.models import TITLE_LENGTH, Rendition, Track, Version
from apps.library.provenance import source_type_of
from apps.library.selectors import may_change
from apps.library.services.track_take_down import REASON_LENGTH


class CreatorSerializer(serializers.Serializer[Any]):
    """Who made a track."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="__str__")


class RenditionSerializer(serializers.ModelSerializer[Rendition]):
    """A file of a version."""

    class Meta:
        model = Rendition
        fields = ("role", "path", "bytes", "sha256", "media_type")


class OEmbedSerializer(serializers.Serializer[Any]):
    """An oEmbed 1.0 answer."""

    version = serializers.CharField()
    type = serializers.ChoiceField(["rich", "link"])
    title = serializers.CharField()
    author_name = serializers.CharField()
    provider_name = serializers.CharField()
    provider_url = serializers.URLField()
    cache_age = serializers.IntegerField()
    thumbnail_url = serializers.URLField(required=False)
    thumbnail_width = serializers.IntegerField(required=False)
    thumbnail_height = serializers.IntegerField(required=False)
    html = serializers.CharField(required=False, help_text="An iframe with the player.")
    width = serializers.IntegerField(required=False)
    height = serializers.IntegerField(required=False)


class TrackSerializer(serializers.ModelSerializer[Track]):
    """A track. What only its owner sees is null or empty for everybody else."""

    creator = CreatorSerializer(source="owner", read_only=True)
    seconds = serializers.FloatField(source="current_version.seconds", read_only=True, allow_null=True, default=None)
    plays = serializers.IntegerField(read_only=True, help_text="How often it was heard; the owner's own do not count.")
    mine = serializers.SerializerMethodField()
    taken_down_reason = serializers.SerializerMethodField()

    class Meta:
        model = Track
        fields = (
            "id",
            "title",
            "creator",
            "visibility",
            "genre",
            "mood",
            "seconds",
            "current_version",
            "plays",
            "mine",
            "created_at",
            "published_at",
            "trashed_at",
            "taken_down_at",
            "taken_down_reason",
        )
        read_only_fields = fields

    def get_mine(self, track: Track) -> bool:
        """Whether the asker is the owner."""
        return may_change(self.context["request"].user, track)

    def get_taken_down_reason(self, track: Track) -> str:
        """For the owner and operators; nobody else sees a track that was taken down."""
        return track.taken_down_reason


class TrackChangeSerializer(serializers.Serializer[Any]):
    """What an owner may change; what is left out stays."""

    title = serializers.CharField(max_length=TITLE_LENGTH * 4, required=False, help_text="At most 120 characters.")
    visibility = serializers.ChoiceField(Track.Visibility.choices, required=False)
    current_version = serializers.UUIDField(required=False, help_text="The version that listeners hear.")


class VersionSummarySerializer(serializers.ModelSerializer[Version]):
    """A version as a node of its track's tree."""

    class Meta:
        model = Version
        fields = ("id", "number", "parent", "operation", "engine", "seconds", "created_at")
        read_only_fields = fields


class VersionSerializer(serializers.ModelSerializer[Version]):
    """A version: everything that made it, and what was measured."""

    renditions = serializers.SerializerMethodField(help_text="Its files; for the owner alone.")
    request = serializers.JSONField(read_only=True)
    source_type = serializers.SerializerMethodField(
        help_text="How synthetic it is, as IPTC's digital source types say; null for a recording as it was sent."
    )

    class Meta:
        model = Version
        fields = (
            "id",
            "track",
            "number",
            "parent",
            "created_at",
            "operation",
            "engine",
            "engine_version",
            "weights",
            "licence",
            "commercial",
            "seed",
            "parameters",
            "prompt",
            "lyrics",
            "instrumental",
            "request",
            "understood",
            "heard",
            "reference",
            "tempo",
            "key",
            "meter",
            "sections",
            "words",
            "seconds",
            "sample_rate",
            "channels",
            "loudness_lufs",
            "true_peak_dbtp",
            "measured_tempo",
            "measured_key",
            "energy",
            "brightness",
            "master_sha256",
            "source_type",
            "renditions",
        )
        read_only_fields = fields

    def get_source_type(self, version: Version) -> str | None:
        """As a URI."""
        source_type = source_type_of(version)
        return source_type.uri if source_type is not None else None

    @extend_schema_field(RenditionSerializer(many=True))
    def get_renditions(self, version: Version) -> Any:
        """Empty for everybody but the owner."""
        if not may_change(self.context["request"].user, version.track):
            return []
        return RenditionSerializer(version.renditions.order_by("path"), many=True).data


class PlaybackSerializer(serializers.Serializer[Any]):
    """How to play a version until `expires_at`; then ask again."""

    hls = serializers.CharField(help_text="The HLS playlist; its segments lie beside it.")
    mp3 = serializers.CharField()
    peaks = serializers.CharField(help_text="The waveform as JSON.")
    cover = serializers.CharField()
    cover_small = serializers.CharField()
    expires_at = serializers.DateTimeField()
    gain_db = serializers.FloatField(help_text="What brings it to −14 LUFS.")
    seconds = serializers.FloatField()
    play = serializers.CharField(help_text="A nonce for this listener's next play; see `plays`.")


class TakeDownSerializer(serializers.Serializer[Any]):
    """Why a track is taken down."""

    reason = serializers.CharField(max_length=REASON_LENGTH, help_text="The owner reads it.")
