"""How the API takes and shows uploads."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.jobs.models import Job
from apps.uploads.models import FILENAME_LENGTH, Upload
from apps.uploads.parts import part_bytes, part_sizes
from apps.uploads.selectors import outcome_of, received_parts
from apps.uploads.services.upload_targets import MOST_TARGETS


class UploadStartSerializer(serializers.Serializer[Any]):
    """A file that is to come."""

    filename = serializers.CharField(max_length=FILENAME_LENGTH)
    bytes = serializers.IntegerField(min_value=0, max_value=2**53, help_text="More than 0, at most 52,428,800.")
    media_type = serializers.CharField(
        max_length=100, required=False, allow_blank=True, default="", help_text="Nothing depends on it."
    )


class TargetsAskedSerializer(serializers.Serializer[Any]):
    """The parts to be put."""

    numbers = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST_TARGETS)


class PartTargetSerializer(serializers.Serializer[Any]):
    """Where to put one part: exactly so many bytes, with these headers."""

    number = serializers.IntegerField()
    url = serializers.CharField(help_text="A path of this site, or absolute.")
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    bytes = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class TargetsSerializer(serializers.Serializer[Any]):
    """Where to put the parts."""

    targets = PartTargetSerializer(many=True)


class RefusalSerializer(serializers.Serializer[Any]):
    """Why there is no track."""

    type = serializers.CharField(source="refusal_type", help_text="Stable, for programs.")
    detail = serializers.CharField(source="refusal_detail", help_text="For people.")


class UploadJobSerializer(serializers.ModelSerializer[Job]):
    """The job that makes the track."""

    class Meta:
        model = Job
        fields = ("id", "status", "stage", "fraction")


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """An upload, from its first part to its track."""

    part_bytes = serializers.SerializerMethodField(help_text="Of each part; the last one may be shorter.")
    parts = serializers.SerializerMethodField(help_text="How many there are.")
    received = serializers.SerializerMethodField(help_text="The parts that arrived; null in lists.")
    refusal = serializers.SerializerMethodField()
    outcome = serializers.SerializerMethodField(help_text="How it ended, in a sentence; empty before.")
    job = UploadJobSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Upload
        fields = (
            "id",
            "filename",
            "bytes",
            "state",
            "part_bytes",
            "parts",
            "received",
            "refusal",
            "outcome",
            "duplicate_of",
            "track",
            "version",
            "job",
            "created_at",
            "finished_at",
            "expires_at",
        )
        read_only_fields = fields

    def get_part_bytes(self, upload: Upload) -> int:
        """As they are cut."""
        return part_bytes(upload.bytes)

    def get_parts(self, upload: Upload) -> int:
        """As they are cut."""
        return len(part_sizes(upload.bytes))

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField(), allow_null=True))
    def get_received(self, upload: Upload) -> list[int] | None:
        """The storage is asked for a single upload alone."""
        return received_parts(upload) if self.context.get("received") else None

    @extend_schema_field(RefusalSerializer(allow_null=True))
    def get_refusal(self, upload: Upload) -> Any:
        """For one that ended without a track."""
        return RefusalSerializer(upload).data if upload.refusal_type else None

    def get_outcome(self, upload: Upload) -> str:
        """For people."""
        return outcome_of(upload)
