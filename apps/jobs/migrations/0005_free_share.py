"""A share of every capability's time for free jobs, and turns by who was served longest ago."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_name("sql")
OLD = """
DROP FUNCTION IF EXISTS jobs_claim(text, integer, text, interval, interval, timestamptz);
DROP FUNCTION IF EXISTS jobs_next_lane(text, boolean, timestamptz, uuid[]);
"""
FILL = """
UPDATE jobs_lane SET
    since = head_at,
    turn_at = coalesce(head_at, now()) - interval '15 minutes',
    (asked_seconds, longest_seconds) = (
        SELECT coalesce(sum(expected_seconds), 0), coalesce(max(expected_seconds), 0) FROM jobs_job AS job
        WHERE job.owner_id = jobs_lane.owner_id AND job.capability = jobs_lane.capability
          AND job.engine = jobs_lane.engine AND job.paid = jobs_lane.paid AND job.status = 'queued'
    );
UPDATE jobs_enginelimit SET pace = (
    SELECT avg(extract(epoch FROM past.finished_at - past.started_at) / past.expected_seconds)
    FROM (
        SELECT * FROM jobs_job
        WHERE status = 'succeeded' AND engine = jobs_enginelimit.engine ORDER BY finished_at DESC LIMIT 16
    ) AS past
);
"""
HOT = """
ALTER TABLE jobs_freeshare SET (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.02);
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_ended_index")]

    operations = [
        migrations.CreateModel(
            name="FreeShare",
            fields=[
                ("capability", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("credit", models.FloatField(default=0)),
                ("credited_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ShareMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("capability", models.CharField(max_length=20)),
                ("marked_at", models.DateTimeField()),
                ("given", models.FloatField(help_text="As planned.")),
                ("overrun", models.FloatField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("capability", "marked_at"), name="jobs_sharemark_once")
                ],
            },
        ),
        migrations.RemoveIndex(model_name="lane", name="jobs_lane_next"),
        migrations.RemoveField(model_name="enginelimit", name="claimed"),
        migrations.AddField(
            model_name="enginelimit",
            name="pace",
            field=models.FloatField(
                help_text="Seconds of work for every second asked for, of its last successes.", null=True
            ),
        ),
        migrations.AddField(
            model_name="enginelimit",
            name="planned_seconds",
            field=models.FloatField(
                db_default=0.0,
                default=0,
                help_text="What free jobs were to take of their share so far, the running included.",
            ),
        ),
        migrations.AddField(
            model_name="enginelimit",
            name="overrun_seconds",
            field=models.FloatField(
                db_default=0.0,
                default=0,
                help_text="What those that ended took beyond that; negative when they took less.",
            ),
        ),
        migrations.AddField(
            model_name="job",
            name="reserved_seconds",
            field=models.FloatField(
                db_default=0.0,
                default=0,
                help_text="What its last start took of the share that is kept for free jobs.",
            ),
        ),
        migrations.AddField(
            model_name="lane",
            name="asked_seconds",
            field=models.FloatField(db_default=0.0, default=0, help_text="What its waiting jobs expect, together."),
        ),
        migrations.AddField(
            model_name="lane",
            name="longest_seconds",
            field=models.FloatField(
                db_default=0.0,
                default=0,
                help_text="What the longest of them expects; of all since somebody began to wait.",
            ),
        ),
        migrations.AddField(
            model_name="lane",
            name="since",
            field=models.DateTimeField(help_text="From when its next job could run but for the queue.", null=True),
        ),
        migrations.AddField(
            model_name="lane",
            name="turn_at",
            field=models.DateTimeField(
                help_text="When its owner was last served here; a quarter of an hour before joining if longer ago.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="lane",
            index=models.Index(
                "capability",
                "engine",
                "paid",
                "running",
                "turn_at",
                "since",
                condition=models.Q(("head_at__isnull", False), ("running__lt", models.F("parallel"))),
                name="jobs_lane_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="lane",
            index=models.Index(
                "capability",
                "engine",
                "since",
                condition=models.Q(("head_at__isnull", False), ("paid", False), ("running__lt", models.F("parallel"))),
                name="jobs_lane_oldest_free",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(OLD, migrations.RunSQL.noop),
        *(
            migrations.RunSQL((SQL / f"{name}.sql").read_text(), migrations.RunSQL.noop)
            for name in ("count", "share", "claim")
        ),
        migrations.RunSQL(HOT, migrations.RunSQL.noop),
    ]
