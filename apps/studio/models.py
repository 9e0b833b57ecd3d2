"""Engines that workers have announced, and what people asked of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from apps.common.ids import new_id
from apps.jobs.models import EngineLimit
from apps.library.models import Track, Version
from apps.wallets.prices.models import Price
from apps.wallets.prices.selectors import newest_rate
from apps.wallets.pricing import Quote


class EngineManager(models.Manager["Engine"]):
    """Finds engines with what operators say about them: the plans they are kept for, the price."""

    def get_queryset(self) -> models.QuerySet[Engine]:
        """Every engine with `only_for` and `rate`."""
        limits = EngineLimit.objects.filter(capability=OuterRef("capability"), engine=OuterRef("name"))
        facts: dict[str, Any] = {
            "only_for": Subquery(limits.values("plans")),
            "rate": Coalesce(newest_rate(OuterRef("name")), F("credits_per_minute")),
        }
        return super().get_queryset().annotate(**facts)


class Engine(models.Model):
    """An engine that some worker serves: a copy of its capabilities, so that the web never imports an engine."""

    only_for: list[str] | None = None
    """The plans that it is only for, when the database was asked; none for all."""
    rate: int
    """Credits a minute as they stand now, when the database was asked; an operation may have a price of its own."""

    name = models.CharField(primary_key=True, max_length=40)
    title = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Where it stands in lists; the first is the default."
    )
    operations = models.JSONField(default=list)
    controls = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    genres = models.JSONField(default=list)
    moods = models.JSONField(default=list)
    instruments = models.JSONField(default=list)
    meters = models.JSONField(default=list)
    voices = models.JSONField(default=list, help_text="Who can sing, low to high: name, title and range of each.")
    understands = models.BooleanField(
        default=False, help_text="Whether what it reads from a prompt can be shown first."
    )
    needs_score = models.JSONField(default=list, help_text="Its operations that need the notes of a version.")
    batch = models.PositiveSmallIntegerField(default=1, help_text="How many songs it can make at once.")
    sung = models.BooleanField()
    instrumental = models.BooleanField()
    minimum_seconds = models.PositiveSmallIntegerField()
    maximum_seconds = models.PositiveSmallIntegerField()
    capability = models.CharField(max_length=20, help_text="Which workers run it: cpu or gpu.")
    memory_mb = models.PositiveIntegerField()
    licence = models.CharField(max_length=120)
    licence_url = models.URLField(blank=True)
    commercial = models.BooleanField()
    credits_per_minute = models.PositiveIntegerField(help_text="As announced; what counts is its `Price`.")
    announced_at = models.DateTimeField()

    objects = EngineManager()

    class Meta:
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.title


class GenerationRequest(models.Model):
    """What somebody asked for; each take of it is a job in the group of this id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generation_requests")
    key = models.CharField(max_length=80, help_text="Idempotency key: the same one is the same request.")
    content_hash = models.CharField(max_length=64)
    engine = models.CharField(max_length=40)
    operation = models.CharField(max_length=20)
    parent = models.ForeignKey(Version, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, blank=True, related_name="requests")
    prompt = models.TextField(blank=True)
    lyrics = models.TextField(blank=True)
    instrumental = models.BooleanField(default=True)
    genre = models.CharField(max_length=40, blank=True)
    mood = models.CharField(max_length=40, blank=True)
    seconds = models.PositiveSmallIntegerField()
    tempo = models.FloatField(null=True, blank=True)
    musical_key = models.CharField(max_length=12, blank=True)
    meter = models.CharField(max_length=8, blank=True)
    instruments = models.JSONField(default=list, blank=True)
    energy = models.FloatField(null=True, blank=True)
    voice = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=8, blank=True)
    span_start = models.FloatField(null=True, blank=True, help_text="What a repaint makes anew, in seconds.")
    span_end = models.FloatField(null=True, blank=True)
    seed = models.BigIntegerField()
    takes = models.PositiveSmallIntegerField()
    credits = models.PositiveIntegerField(help_text="What was quoted for all takes.")
    price = models.ForeignKey(
        Price,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="What it was quoted from; empty for those of before prices had a history.",
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("owner", "key"), name="studio_request_once"),
            models.CheckConstraint(condition=Q(takes__gte=1) & Q(takes__lte=8), name="studio_request_takes"),
            models.CheckConstraint(condition=Q(seconds__gte=1), name="studio_request_seconds"),
            models.CheckConstraint(
                condition=Q(span_start__isnull=True, span_end__isnull=True)
                | Q(span_start__gte=0, span_end__gt=F("span_start")),
                name="studio_request_span",
            ),
        )
        indexes = (models.Index("owner", F("created_at").desc(), name="studio_request_recent"),)

    def __str__(self) -> str:
        return self.prompt[:60] or self.operation

    @property
    def quote(self) -> Quote | None:
        """How what was quoted came about; None where that was not kept."""
        return Quote(self.price, self.seconds, self.takes) if self.price is not None else None
