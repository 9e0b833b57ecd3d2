"""What a job costs and the hold of it, and the schedule that finds holds without a job."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add_schedule(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    interval, _created = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=5, period="minutes"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name="Sweep holds",
        defaults={
            "task": "jobs.sweep_holds",
            "interval": interval,
            "description": "Gives credits back that are held for jobs which ended or are gone.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0006_engine_plans"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="credits",
            field=models.PositiveIntegerField(
                db_default=0, default=0, help_text="What it costs if it succeeds; nothing otherwise."
            ),
        ),
        migrations.AddField(
            model_name="job",
            name="hold",
            field=models.UUIDField(
                blank=True, editable=False, help_text="The wallet's hold of these credits.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credits", 0), ("hold__isnull", True)),
                    models.Q(("credits__gte", 1), ("hold__isnull", False)),
                    _connector="OR",
                ),
                name="jobs_job_costs_what_is_held",
            ),
        ),
        migrations.RunPython(add_schedule, migrations.RunPython.noop),
    ]
