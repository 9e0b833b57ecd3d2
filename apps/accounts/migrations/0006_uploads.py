"""What a plan may keep in uploads."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def paid_plans_keep_more(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("accounts", "Plan").objects.filter(paid=True).update(storage_bytes=50 * 1024**3)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_sells_output"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="storage_bytes",
            field=models.PositiveBigIntegerField(
                default=2147483648, help_text="What uploads and their files may take up."
            ),
        ),
        migrations.RunPython(paid_plans_keep_more, migrations.RunPython.noop),
    ]
