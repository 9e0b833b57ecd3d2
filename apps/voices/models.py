"""Voices that people registered, what was made with performers, and what listeners think of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from apps.common.ids import new_id
from apps.library.models import Track, Version
from apps.voices.protected.models import Likeness, ProtectedVoice
from apps.wallets.prices.models import Price

__all__ = ["Likeness", "ProtectedVoice", "Rating", "Recording", "RegisteredPerformer", "Share", "Swap"]

TITLE_LENGTH = 60
ABOUT_LENGTH = 400
MOST_RECORDING_BYTES = 24 * 1024**2
PERFORMERS, PREVIEWS = "performers", "previews"
"""The folders of the storage with what registered voices are made of, and with previews."""


class RegisteredPerformer(models.Model):
    """A voice that somebody registered with consent. Every change of state goes through a service."""

    class State(models.TextChoices):
        """Being recorded, being checked, and how that ended."""

        RECORDING = "recording"
        CHECKING = "checking"
        READY = "ready"
        REFUSED = "refused"
        REVOKED = "revoked"

    class Visibility(models.TextChoices):
        """Who may sing with it: its owner; those who are named as well; everybody."""

        PRIVATE = "private"
        SHARED = "shared"
        PUBLIC = "public"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="performers", db_index=False
    )
    title = models.CharField(max_length=TITLE_LENGTH)
    about = models.CharField(max_length=ABOUT_LENGTH, blank=True)
    style = models.CharField(max_length=TITLE_LENGTH, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    state = models.CharField(max_length=10, choices=State, default=State.RECORDING)
    sentence = models.CharField(max_length=200, help_text="To be read aloud, made up for this occasion.")
    sentence_at = models.DateTimeField(help_text="When it was shown.")
    sentence_until = models.DateTimeField(help_text="Until when it may be read.")
    statement = models.TextField(blank=True, help_text="What its owner agreed to, word for word.")
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the recording of the sentence.")
    refusal_type = models.CharField(max_length=40, blank=True, help_text="Why it was not taken; stable, for programs.")
    refusal_detail = models.TextField(blank=True, help_text="The same, for people.")
    similarity = models.FloatField(null=True, blank=True, help_text="Of the sentence's voice and the recordings'.")
    measure = models.CharField(max_length=80, blank=True, help_text="By which measure, with its version.")
    seconds = models.FloatField(null=True, blank=True, help_text="Of its recordings together.")
    lowest = models.CharField(max_length=8, blank=True, help_text="The lowest note of its range, as A2.")
    highest = models.CharField(max_length=8, blank=True)
    print_sha256 = models.CharField(max_length=64, blank=True)
    points = models.JSONField(
        default=dict, blank=True, help_text="The voice by each measure, spoken and sung; gone with its print."
    )
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(title=""), name="voices_performer_has_title"),
            models.CheckConstraint(
                condition=Q(state__in=["recording", "checking", "ready", "refused", "revoked"]),
                name="voices_performer_state",
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=["private", "shared", "public"]), name="voices_performer_visibility"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["checking", "ready"])
                | Q(consented_at__isnull=False) & ~Q(statement="") & Q(consent_sha256__regex=r"^([0-9a-f]{64})?$"),
                name="voices_performer_consented",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(print_sha256="") & ~Q(consent_sha256="") & Q(ready_at__isnull=False),
                name="voices_performer_ready_has_print",
            ),
            models.CheckConstraint(
                condition=Q(state="revoked", revoked_at__isnull=False)
                | ~Q(state="revoked") & Q(revoked_at__isnull=True),
                name="voices_performer_revoked_has_time",
            ),
        )
        indexes = (
            models.Index("owner", F("id").desc(), name="voices_performer_of_owner"),
            models.Index("visibility", F("id").desc(), name="voices_performer_shown", condition=Q(state="ready")),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def folder(self) -> str:
        """Where the storage keeps everything that is known of this voice."""
        return f"{PERFORMERS}/{self.id}"

    @property
    def print_name(self) -> str:
        """What the storage calls what was learned of the voice."""
        return f"{self.folder}/learned/print"

    @property
    def sample_name(self) -> str:
        """What the storage calls a few seconds of it, to hear."""
        return f"{self.folder}/learned/sample.mp3"


class Recording(models.Model):
    """One file of a registration: the sentence, or anything spoken or sung; gone when the voice is revoked."""

    class Role(models.TextChoices):
        """What is heard in it."""

        CONSENT = "consent"
        SAMPLE = "sample"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    performer = models.ForeignKey(RegisteredPerformer, on_delete=models.CASCADE, related_name="recordings")
    role = models.CharField(max_length=7, choices=Role)
    bytes = models.PositiveBigIntegerField(help_text="As its sender says; the storage takes no other size.")
    handle = models.TextField(help_text="The storage's word for the file on its way.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(bytes__gte=1, bytes__lte=MOST_RECORDING_BYTES), name="voices_recording_bytes"
            ),
            models.CheckConstraint(condition=Q(role__in=["consent", "sample"]), name="voices_recording_role"),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.id}"

    @property
    def stored_name(self) -> str:
        """What the storage calls it once it is there."""
        return f"{PERFORMERS}/{self.performer_id}/{self.id}"


class Share(models.Model):
    """Somebody who may sing with a shared voice, by e-mail address: whether it has an account stays unknown."""

    performer = models.ForeignKey(RegisteredPerformer, on_delete=models.CASCADE, related_name="shares")
    email = models.EmailField()

    class Meta:
        constraints = (models.UniqueConstraint("performer", Lower("email"), name="voices_share_once"),)
        indexes = (models.Index(Lower("email"), name="voices_share_email"),)

    def __str__(self) -> str:
        return self.email


class Swap(models.Model):
    """One request: another voice for a version, a preview of that, or the version without its vocals."""

    class Kind(models.TextChoices):
        """What is asked for."""

        SWAP = "swap"
        PREVIEW = "preview"
        KARAOKE = "karaoke"

    class State(models.TextChoices):
        """Waiting for its job's end, or how that ended."""

        OPEN = "open"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Handling(models.TextChoices):
        """What becomes of the key: kept; the vocals an octave up or down; the song into the performer's range."""

        KEEP = "keep"
        OCTAVE = "octave"
        FIT = "fit"

    METHODS: ClassVar[tuple[str, ...]] = ("centre", "blend", "demucs")
    """How vocals are taken out; empty lets the input decide."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="swaps", db_index=False)
    key = models.CharField(max_length=80, help_text="Idempotency key: the same one is the same request.")
    content_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=7, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    version = models.ForeignKey(Version, on_delete=models.SET_NULL, null=True, related_name="+")
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="+")
    built_in = models.CharField(max_length=40, blank=True, help_text="The name of a built-in performer.")
    registered = models.ForeignKey(
        RegisteredPerformer, on_delete=models.SET_NULL, null=True, blank=True, related_name="swaps"
    )
    performer_title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    handling = models.CharField(max_length=6, choices=Handling, blank=True)
    method = models.CharField(max_length=8, blank=True, help_text="How vocals are taken out; empty: as measured.")
    span_start = models.FloatField(null=True, blank=True, help_text="Of a preview, in seconds of the version.")
    span_seconds = models.FloatField(null=True, blank=True)
    seconds = models.FloatField(help_text="How much is asked for.")
    credits = models.PositiveIntegerField(default=0, help_text="What was quoted.")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    waived_at = models.DateTimeField(null=True, blank=True, help_text="When it was not charged, because it is poor.")
    result = models.OneToOneField(Version, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict, blank=True, help_text="How it was done, as the engine says.")
    card = models.JSONField(null=True, blank=True, help_text="How good it is: metrics, methods and a verdict.")
    poor = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When a preview's sound goes.")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("owner", "key"), name="voices_swap_once"),
            models.CheckConstraint(condition=Q(kind__in=["swap", "preview", "karaoke"]), name="voices_swap_kind"),
            models.CheckConstraint(
                condition=Q(state="open", finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="voices_swap_state",
            ),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="voices_swap_seconds"),
            models.CheckConstraint(condition=~Q(kind="preview") | Q(credits=0), name="voices_swap_preview_is_free"),
            models.CheckConstraint(
                condition=Q(kind="karaoke", built_in="", registered__isnull=True, handling="")
                | ~Q(kind="karaoke") & ~Q(handling=""),
                name="voices_swap_performer",
            ),
        )
        indexes = (
            models.Index("owner", F("id").desc(), name="voices_swap_of_owner"),
            models.Index("owner", "created_at", name="voices_swap_previews", condition=Q(kind="preview")),
            models.Index("owner", "waived_at", name="voices_swap_waived", condition=Q(waived_at__isnull=False)),
            models.Index("expires_at", name="voices_swap_expiry", condition=Q(expires_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def folder(self) -> str:
        """Where the storage keeps a preview's sound."""
        return f"{PREVIEWS}/{self.id}"

    @property
    def sound_name(self) -> str:
        """What the storage calls it."""
        return f"{self.folder}/preview.mp3"


class Rating(models.Model):
    """What a listener thinks of a result, 1 bad to 5 excellent: the mean of these is the MOS of people."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    stars = models.PositiveSmallIntegerField()
    rated_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("version", "user"), name="voices_rating_once"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="voices_rating_stars"),
        )

    def __str__(self) -> str:
        return f"{self.stars} for {self.version_id}"
