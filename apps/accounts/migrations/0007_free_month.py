"""The free month holds ten songs of three minutes; an operator's own number stays."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FREE_CREDITS = 240
_BEFORE = 60


def raise_free(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("accounts", "Plan").objects.filter(slug="free", monthly_credits=_BEFORE).update(
        monthly_credits=FREE_CREDITS
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_uploads")]

    operations = [migrations.RunPython(raise_free, migrations.RunPython.noop)]
