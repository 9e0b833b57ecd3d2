"""Tracks, the immutable versions that make each one a tree, and the files of every version."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from apps.common.ids import new_id
from apps.library.plays.models import CountedPlay, PlayCount, PlayDay, PlayFold

__all__ = ["CountedPlay", "PlayCount", "PlayDay", "PlayFold", "Rendition", "Track", "Version"]

TITLE_LENGTH = 120

_PUBLIC = Q(visibility="public", trashed_at__isnull=True, taken_down_at__isnull=True)


class Track(models.Model):
    """A song as its owner and listeners know it; what sounds is its current version."""

    class Visibility(models.TextChoices):
        """Who may listen: the owner; whoever has the link; everybody."""

        PRIVATE = "private"
        UNLISTED = "unlisted"
        PUBLIC = "public"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tracks", db_index=False)
    title = models.CharField(max_length=TITLE_LENGTH)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    genre = models.CharField(max_length=40, blank=True)
    mood = models.CharField(max_length=40, blank=True)
    current_version = models.ForeignKey(
        "Version", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True, help_text="When it was first made public.")
    trashed_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True, help_text="Set in the transaction that deletes the row.")
    taken_down_at = models.DateTimeField(null=True, blank=True)
    taken_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    taken_down_reason = models.CharField(max_length=400, blank=True)
    search = SearchVectorField(null=True, editable=False, help_text="Kept by a trigger.")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(title=""), name="library_track_has_title"),
            models.CheckConstraint(
                condition=Q(visibility__in=["private", "unlisted", "public"]), name="library_track_visibility"
            ),
            models.CheckConstraint(
                condition=~Q(visibility="public") | Q(published_at__isnull=False),
                name="library_track_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(taken_down_at__isnull=True, taken_down_reason="")
                | Q(taken_down_at__isnull=False) & ~Q(taken_down_reason=""),
                name="library_track_taken_down_has_reason",
            ),
        )
        indexes = (
            models.Index("owner", F("created_at").desc(), F("id").desc(), name="library_track_of_owner"),
            models.Index("owner", Lower("title"), "id", name="library_track_by_title"),
            models.Index(F("published_at").desc(), F("id").desc(), name="library_track_feed", condition=_PUBLIC),
            models.Index(
                "genre", F("published_at").desc(), F("id").desc(), name="library_track_genre", condition=_PUBLIC
            ),
            models.Index(
                "mood", F("published_at").desc(), F("id").desc(), name="library_track_mood", condition=_PUBLIC
            ),
            models.Index("trashed_at", name="library_track_trash", condition=Q(trashed_at__isnull=False)),
            models.Index("taken_down_at", name="library_track_taken_down", condition=Q(taken_down_at__isnull=False)),
            GinIndex("search", name="library_track_search"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def plays(self) -> int:
        """How often it was played, as far as that is counted; no query where `played` was selected along."""
        try:
            return self.played.plays
        except PlayCount.DoesNotExist:
            return 0

    @property
    def in_public(self) -> bool:
        """Whether everybody may find and hear it now."""
        return self.visibility == self.Visibility.PUBLIC and self.trashed_at is None and self.taken_down_at is None


class Version(models.Model):
    """One recording and everything needed to make it again. Triggers refuse changes, and deletion outside a purge."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="versions", db_index=False)
    parent = models.ForeignKey("self", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="children")
    number = models.PositiveIntegerField(help_text="Within the track, from 1.")
    job = models.UUIDField(unique=True, null=True, blank=True, help_text="The job that made it: one version a job.")
    created_at = models.DateTimeField()

    operation = models.CharField(max_length=20)
    engine = models.CharField(max_length=40)
    engine_version = models.CharField(max_length=40)
    weights = models.CharField(max_length=400, blank=True)
    licence = models.CharField(max_length=120)
    commercial = models.BooleanField()
    seed = models.BigIntegerField()
    parameters = models.JSONField(default=dict, blank=True)
    prompt = models.TextField(blank=True)
    lyrics = models.TextField(blank=True)
    instrumental = models.BooleanField(default=True)
    request = models.JSONField(default=dict, blank=True, help_text="What the engine was asked, as it was asked.")
    understood = models.JSONField(default=dict, blank=True, help_text="What the engine read from the prompt.")
    heard = models.JSONField(default=dict, blank=True, help_text="What was asked beside what was measured.")
    reference = models.UUIDField(
        null=True, blank=True, help_text="The version of another track it took after; it may be gone since."
    )

    tempo = models.FloatField(null=True, blank=True, help_text="Beats a minute, as made.")
    key = models.CharField(max_length=12, blank=True, help_text="As made.")
    meter = models.CharField(max_length=8, blank=True)
    sections = models.JSONField(default=list, blank=True)
    words = models.JSONField(default=list, blank=True)

    seconds = models.FloatField()
    sample_rate = models.PositiveIntegerField()
    channels = models.PositiveSmallIntegerField()
    loudness_lufs = models.FloatField(null=True, blank=True)
    true_peak_dbtp = models.FloatField(null=True, blank=True)
    measured_tempo = models.FloatField(null=True, blank=True)
    measured_key = models.CharField(max_length=12, blank=True)
    energy = models.FloatField()
    brightness = models.FloatField()
    vocal_presence = models.FloatField(null=True, blank=True, help_text="How much of the time somebody seems to sing.")
    master_sha256 = models.CharField(max_length=64)
    source_type = models.CharField(
        max_length=40, blank=True, help_text="How synthetic it is, as IPTC's digital source types say; empty: not said."
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("track", "number"), name="library_version_number"),
            models.UniqueConstraint(fields=("id", "track"), name="library_version_of_track"),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="library_version_seconds"),
            models.CheckConstraint(condition=Q(number__gte=1), name="library_version_numbered_from_1"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="library_version_not_own_parent"),
            models.CheckConstraint(
                condition=Q(energy__gte=0, energy__lte=1, brightness__gte=0, brightness__lte=1),
                name="library_version_measures",
            ),
            models.CheckConstraint(
                condition=Q(master_sha256__regex=r"^[0-9a-f]{64}$"), name="library_version_master_hash"
            ),
        )

    def __str__(self) -> str:
        return f"version {self.number} of {self.track_id}"


class Rendition(models.Model):
    """A stored file of a version; as immutable as its version."""

    class Role(models.TextChoices):
        """What the file is for."""

        MASTER = "master"
        ORIGINAL = "original"
        MP3 = "mp3"
        HLS = "hls"
        PEAKS = "peaks"
        STEM = "stem"
        SCORE = "score"
        MIDI = "midi"
        SHEET = "sheet"
        CAPTIONS = "captions"
        COVER = "cover"
        QUALITY = "quality"

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="renditions", db_index=False)
    role = models.CharField(max_length=8, choices=Role)
    path = models.CharField(max_length=80, help_text="Relative to the version's prefix.")
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("version", "path"), name="library_rendition_path"),
            models.CheckConstraint(
                condition=Q(
                    role__in=[
                        "master",
                        "original",
                        "mp3",
                        "hls",
                        "peaks",
                        "stem",
                        "score",
                        "midi",
                        "sheet",
                        "captions",
                        "cover",
                        "quality",
                    ]
                ),
                name="library_rendition_role",
            ),
        )

    def __str__(self) -> str:
        return self.path
