"""Plays: narrow counts beside the tracks, the nonces that were counted, and the folder's schedule."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

NAME = "library.plays"
SECONDS = 2

COUNTED = """
CREATE TABLE library_countedplay (
    id uuid NOT NULL PRIMARY KEY,
    listener bytea NOT NULL,
    network bytea NOT NULL,
    track uuid NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX library_counted_listener ON library_countedplay (listener, track);
CREATE INDEX library_counted_network ON library_countedplay (network, track);
"""

CARRY_OVER = (
    "INSERT INTO library_playcount (track_id, plays, week) SELECT id, plays, 0 FROM library_track WHERE plays > 0"
)
CARRY_BACK = "UPDATE library_track t SET plays = c.plays FROM library_playcount c WHERE c.track_id = t.id"


def schedule(apps: Any, schema_editor: Any) -> None:
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule")
    interval = intervals.objects.filter(every=SECONDS, period="seconds").first()
    interval = interval or intervals.objects.create(every=SECONDS, period="seconds")
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME, defaults={"task": NAME, "interval": interval, "expire_seconds": SECONDS}
    )


def unschedule(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0006_uploads"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlayCount",
            fields=[
                (
                    "track",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="played",
                        serialize=False,
                        to="library.track",
                    ),
                ),
                ("plays", models.PositiveBigIntegerField(default=0)),
                ("week", models.PositiveBigIntegerField(default=0, help_text="Of them in the last seven days.")),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("plays"), descending=True),
                        models.OrderBy(models.F("track"), descending=True),
                        name="library_plays_most",
                    ),
                    models.Index(
                        models.OrderBy(models.F("week"), descending=True),
                        models.OrderBy(models.F("track"), descending=True),
                        name="library_plays_week",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlayDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("plays", models.PositiveBigIntegerField()),
                (
                    "track",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="library.track",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index("day", name="library_playday_day")],
                "constraints": [models.UniqueConstraint(fields=("track", "day"), name="library_playday_once")],
            },
        ),
        migrations.CreateModel(
            name="PlayFold",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "position",
                    models.CharField(default="0-0", help_text="The last entry that was folded.", max_length=40),
                ),
                (
                    "mark",
                    models.CharField(
                        blank=True,
                        help_text="What the last fold left in Redis; the position is good while it is there.",
                        max_length=32,
                    ),
                ),
                (
                    "kept_from",
                    models.DateField(
                        help_text="Nonces of earlier days are not known any more, nor counted.", null=True
                    ),
                ),
                (
                    "week_ends",
                    models.DateField(help_text="The last of the seven days that weekly counts are about.", null=True),
                ),
                ("counted", models.PositiveBigIntegerField(default=0)),
                (
                    "refused",
                    models.PositiveBigIntegerField(
                        default=0, help_text="Doubles, forged, too old, over a cap, without track."
                    ),
                ),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="library_playfold_one")],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COUNTED, "DROP TABLE library_countedplay")],
            state_operations=[
                migrations.CreateModel(
                    name="CountedPlay",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("listener", models.BinaryField()),
                        ("network", models.BinaryField()),
                        ("track", models.UUIDField()),
                    ],
                    options={
                        "indexes": [
                            models.Index("listener", "track", name="library_counted_listener"),
                            models.Index("network", "track", name="library_counted_network"),
                        ],
                    },
                ),
            ],
        ),
        migrations.RunSQL(CARRY_OVER, CARRY_BACK),
        migrations.RemoveField(model_name="track", name="plays"),
        migrations.RunPython(schedule, unschedule),
    ]
