"""Protected voices, and what was heard of them in people's songs."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.common.ids import new_id
from apps.library.models import Version

TITLE_LENGTH = 80
REASON_LENGTH = 400
MOST_RECORDING_BYTES = 24 * 1024**2
FOLDER = "protected"
"""The folder of the storage with the recordings that protected voices are known by."""


class ProtectedVoice(models.Model):
    """A voice that may not be registered, and whose songs are looked at before they are shared."""

    class State(models.TextChoices):
        """Being learned, and how that ended; removed from the list."""

        LEARNING = "learning"
        READY = "ready"
        REFUSED = "refused"
        REMOVED = "removed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=TITLE_LENGTH, help_text="Whose voice it is.")
    note = models.CharField(max_length=REASON_LENGTH, blank=True, help_text="Who asked for it, and on what grounds.")
    state = models.CharField(max_length=8, choices=State, default=State.LEARNING)
    recording_sha256 = models.CharField(max_length=64)
    seconds = models.FloatField(null=True, blank=True)
    points = models.JSONField(default=list, blank=True, help_text="The voice by each measure, as numbers.")
    refusal = models.CharField(max_length=REASON_LENGTH, blank=True, help_text="Why the recording could not be used.")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "voices"
        constraints = (
            models.CheckConstraint(condition=~Q(title=""), name="voices_protected_has_title"),
            models.CheckConstraint(
                condition=Q(state__in=["learning", "ready", "refused", "removed"]), name="voices_protected_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(ready_at__isnull=False) & ~Q(points=[]),
                name="voices_protected_ready_is_known",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def folder(self) -> str:
        """Where the storage keeps its recording."""
        return f"{FOLDER}/{self.id}"

    @property
    def recording_name(self) -> str:
        """What the storage calls the recording."""
        return f"{self.folder}/recording"


class Likeness(models.Model):
    """What was heard of protected voices in something that somebody sent, and what an operator decided."""

    class State(models.TextChoices):
        """Not heard yet; like nobody; to be looked at; looked at, and how that ended."""

        WAITING = "waiting"
        CLEAR = "clear"
        FLAGGED = "flagged"
        ALLOWED = "allowed"
        REFUSED = "refused"

    DECIDED: ClassVar[tuple[str, ...]] = (State.ALLOWED, State.REFUSED)

    version = models.OneToOneField(Version, on_delete=models.CASCADE, primary_key=True, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    voice = models.ForeignKey(
        ProtectedVoice, on_delete=models.SET_NULL, null=True, blank=True, related_name="likenesses"
    )
    similarity = models.FloatField(null=True, blank=True, help_text="Of the nearest voice; empty where none was heard.")
    measure = models.CharField(max_length=80, blank=True, help_text="By which measure, with its version.")
    seconds = models.FloatField(null=True, blank=True, help_text="How much of it was listened to.")
    listed_at = models.DateTimeField(
        null=True, blank=True, help_text="It was compared with all voices that were protected then."
    )
    created_at = models.DateTimeField()
    flagged_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True, help_text="Of the decision; the owner reads it.")

    class Meta:
        app_label = "voices"
        verbose_name_plural = "likenesses"
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "clear", "flagged", "allowed", "refused"]),
                name="voices_likeness_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["allowed", "refused"], decided_at__isnull=False)
                | ~Q(state__in=["allowed", "refused"]) & Q(decided_at__isnull=True),
                name="voices_likeness_decided_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="refused", reason=""), name="voices_likeness_refused_has_reason"),
        )
        indexes = (models.Index(F("flagged_at").desc(), name="voices_likeness_flagged", condition=Q(state="flagged")),)

    def __str__(self) -> str:
        return f"{self.state} {self.version_id}"
