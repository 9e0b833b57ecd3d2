"""What the scheduler does for the library."""

from typing import Any

from django.db import migrations

TASKS = (("library.collect", 1, "hours"), ("library.marks", 20, "seconds"))


def forwards(apps: Any, schema_editor: Any) -> None:
    intervals = apps.get_model("django_celery_beat", "IntervalSchedule")
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, every, period in TASKS:
        interval = intervals.objects.filter(every=every, period=period).first()
        interval = interval or intervals.objects.create(every=every, period=period)
        tasks.objects.get_or_create(name=name, defaults={"task": name, "interval": interval})


def backwards(apps: Any, schema_editor: Any) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=[name for name, *_ in TASKS]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0002_guards"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
