"""When accounts are tidied, which an operator can change like any other schedule."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add_schedule(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    interval, _created = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=1, period="hours"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name="Tidy accounts",
        defaults={
            "task": "accounts.tidy",
            "interval": interval,
            "description": "Throws away sessions and kept answers that have run out.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_tokens_and_idempotency"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(add_schedule, migrations.RunPython.noop)]
