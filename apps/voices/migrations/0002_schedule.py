"""What the scheduler does for the voices."""

from typing import Any

from django.db import migrations

TASK, EVERY, PERIOD = "voices.sweep", 5, "minutes"


def forwards(apps: Any, schema_editor: Any) -> None:
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule")
    interval = intervals.objects.filter(every=EVERY, period=PERIOD).first()
    interval = interval or intervals.objects.create(every=EVERY, period=PERIOD)
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")
    tasks.objects.get_or_create(name=TASK, defaults={"task": TASK, "interval": interval})


def backwards(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("voices", "0001_voices"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
