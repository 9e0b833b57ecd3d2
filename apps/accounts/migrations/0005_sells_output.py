"""Whether a plan's songs may be sold; those of the paid plan may."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def paid_plans_sell(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("accounts", "Plan").objects.filter(paid=True).update(sells_output=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_tidy_schedule")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="sells_output",
            field=models.BooleanField(
                default=False, help_text="Songs may be sold, so engines whose weights forbid that are refused."
            ),
        ),
        migrations.RunPython(paid_plans_sell, migrations.RunPython.noop),
    ]
