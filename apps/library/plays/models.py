"""What plays add up to, and what is kept so that each counts once."""

from __future__ import annotations

from django.db import models
from django.db.models import F


class PlayCount(models.Model):
    """How often a track was played. Beside the track and narrow, because it changes often and a track does not."""

    track = models.OneToOneField("library.Track", on_delete=models.CASCADE, primary_key=True, related_name="played")
    plays = models.PositiveBigIntegerField(default=0)
    week = models.PositiveBigIntegerField(default=0, help_text="Of them in the last seven days.")

    class Meta:
        indexes = (
            models.Index(F("plays").desc(), F("track").desc(), name="library_plays_most"),
            models.Index(F("week").desc(), F("track").desc(), name="library_plays_week"),
        )

    def __str__(self) -> str:
        return f"{self.plays} plays of {self.track_id}"


class PlayDay(models.Model):
    """How often a track was played on a day, in UTC."""

    track = models.ForeignKey("library.Track", on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    plays = models.PositiveBigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("track", "day"), name="library_playday_once"),)
        indexes = (models.Index("day", name="library_playday_day"),)

    def __str__(self) -> str:
        return f"{self.plays} plays of {self.track_id} on {self.day}"


class CountedPlay(models.Model):
    """A nonce that was counted, for as long as it could come again; its table is partitioned by the day of the id.

    Listener and network are hashes; the track is no foreign key, because what was counted stays counted without it.
    """

    id = models.UUIDField(primary_key=True)
    listener = models.BinaryField()
    network = models.BinaryField()
    track = models.UUIDField()

    class Meta:
        indexes = (
            models.Index("listener", "track", name="library_counted_listener"),
            models.Index("network", "track", name="library_counted_network"),
        )

    def __str__(self) -> str:
        return str(self.id)


class PlayFold(models.Model):
    """How far the stream was folded: the one row, which a folder holds locked while it counts."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.CharField(max_length=40, default="0-0", help_text="The last entry that was folded.")
    mark = models.CharField(
        max_length=32, blank=True, help_text="What the last fold left in Redis; the position is good while it is there."
    )
    kept_from = models.DateField(null=True, help_text="Nonces of earlier days are not known any more, nor counted.")
    week_ends = models.DateField(null=True, help_text="The last of the seven days that weekly counts are about.")
    counted = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(
        default=0, help_text="Doubles, forged, too old, over a cap, without track."
    )

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="library_playfold_one"),)

    def __str__(self) -> str:
        return f"folded to {self.position}"
