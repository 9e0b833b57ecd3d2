"""The sweeper's schedule, which an operator can change like any other."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "Sweep jobs"
SECONDS = 3


def add_schedule(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    interval, _created = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=SECONDS, period="seconds"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=NAME,
        defaults={
            "task": "jobs.sweep",
            "interval": interval,
            "expire_seconds": SECONDS,
            "description": "Puts right what was lost: jobs of dead workers, retries that fell due, wakes.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_counting_and_claiming"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(add_schedule, migrations.RunPython.noop)]
