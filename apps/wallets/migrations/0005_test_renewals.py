"""When subscriptions of the test checkout go on."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add_schedule(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    interval, _created = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=1, period="hours"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name="Renew test subscriptions",
        defaults={
            "task": "wallets.test_checkout.renew",
            "interval": interval,
            "description": "Begins the next month of subscriptions of the test checkout, or ends them where people really pay.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("wallets", "0004_operations"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(add_schedule, migrations.RunPython.noop)]
