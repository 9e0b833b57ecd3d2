"""What people bring: a file on its way in, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.common.ids import new_id
from apps.jobs.models import Job
from apps.library.models import Track, Version

FILENAME_LENGTH = 255
MOST_BYTES = 50 * 1024**2


class Upload(models.Model):
    """One file somebody brings. Every change of state goes through a service."""

    class State(models.TextChoices):
        """Where a file is: sent in parts, taken and normalised, and how that ended."""

        SENDING = "sending"
        ACCEPTED = "accepted"
        READY = "ready"
        REFUSED = "refused"
        FAILED = "failed"
        ABORTED = "aborted"

    ENDED: ClassVar[tuple[str, ...]] = (State.READY, State.REFUSED, State.FAILED, State.ABORTED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads", db_index=False
    )
    filename = models.CharField(max_length=FILENAME_LENGTH, help_text="As its sender calls it, cleaned.")
    bytes = models.PositiveBigIntegerField(help_text="As its sender says; the storage takes no other size.")
    media_type = models.CharField(max_length=100, blank=True, help_text="As its sender says; nothing depends on it.")
    handle = models.TextField(null=True, blank=True, help_text="The storage's word for parts; empty before the first.")
    state = models.CharField(max_length=8, choices=State, default=State.SENDING)
    refusal_type = models.CharField(max_length=40, blank=True, help_text="Why there is no track; stable, for programs.")
    refusal_detail = models.TextField(blank=True, help_text="The same, for people.")
    container = models.CharField(max_length=8, blank=True, help_text="What it is by its content: mp3, wav or flac.")
    claimed_seconds = models.FloatField(null=True, blank=True, help_text="By the file's own headers.")
    tags = models.JSONField(default=dict, blank=True, help_text="What the file says about itself.")
    sha256 = models.CharField(max_length=64, blank=True)
    audio_sha256 = models.CharField(max_length=64, blank=True, help_text="Of its samples.")
    stored_bytes = models.PositiveBigIntegerField(default=0, help_text="What the files of its version take up.")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    duplicate_of = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When its state last became an end.")
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="When what was sent goes; empty when it is gone."
    )
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="Forgotten by its owner; the track stays.")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(bytes__gte=1, bytes__lte=MOST_BYTES), name="uploads_upload_bytes"),
            models.CheckConstraint(
                condition=Q(state__in=["sending", "accepted", "ready", "refused", "failed", "aborted"]),
                name="uploads_upload_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "refused", "failed", "aborted"]) | Q(finished_at__isnull=False),
                name="uploads_upload_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(expires_at__isnull=False), name="uploads_upload_sending_expires"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["refused", "failed", "aborted"]) & ~Q(refusal_type="", refusal_detail="")
                | Q(state__in=["sending", "accepted", "ready"], refusal_type="", refusal_detail=""),
                name="uploads_upload_no_track_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^([0-9a-f]{64})?$", audio_sha256__regex=r"^([0-9a-f]{64})?$"),
                name="uploads_upload_hashes",
            ),
        )
        indexes = (
            models.Index("owner", F("id").desc(), name="uploads_upload_of_owner"),
            models.Index("owner", "state", name="uploads_upload_open", condition=Q(state__in=["sending", "accepted"])),
            models.Index("owner", "sha256", name="uploads_upload_same_file", condition=Q(state="ready")),
            models.Index("owner", "audio_sha256", name="uploads_upload_same_audio", condition=Q(state="ready")),
            models.Index("expires_at", name="uploads_upload_expiry", condition=Q(expires_at__isnull=False)),
        )

    def __str__(self) -> str:
        return self.filename

    @property
    def folder(self) -> str:
        """Where the storage keeps what was sent."""
        return f"{INCOMING}/{self.id}"

    @property
    def stored_name(self) -> str:
        """What the storage calls the file once all parts are there."""
        return f"{self.folder}/original"


INCOMING = "uploads"
"""The folder of the storage with files that nothing was made of yet."""
