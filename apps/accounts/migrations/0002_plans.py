"""The two plans every installation starts with."""

from typing import Any

from django.db import migrations

PLANS = (
    {
        "slug": "free",
        "title": "Free",
        "paid": False,
        "parallel": 1,
        "takes": 2,
        "monthly_credits": 60,
        "maximum_seconds": 120,
    },
    {
        "slug": "pro",
        "title": "Pro",
        "paid": True,
        "parallel": 4,
        "takes": 4,
        "monthly_credits": 1000,
        "maximum_seconds": 240,
        "lossless_downloads": True,
    },
)


def forwards(apps: Any, schema_editor: Any) -> None:
    plan = apps.get_model("accounts", "Plan")
    for row in PLANS:
        plan.objects.get_or_create(slug=row["slug"], defaults=row)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
