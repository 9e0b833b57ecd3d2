"""What operators did, what proofs of the books found, and the proof of every night."""

from pathlib import Path

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQL = Path(__file__).with_name("sql") / "operations.sql"
KINDS = [
    ("grant", "granted"),
    ("take_back", "took back"),
    ("forgive", "forgave"),
    ("release", "released a hold of"),
    ("process", "processed an event again"),
    ("settle", "dealt with a payment"),
]


def add_schedule(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    night, _created = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="20", hour="3", day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name="Prove that the books balance",
        defaults={
            "task": "wallets.prove",
            "crontab": night,
            "description": "Adds the whole journal up again and compares; tells the admins when something differs.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("wallets", "0003_payments"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                ("passed", models.BooleanField()),
                (
                    "figures",
                    models.JSONField(
                        default=dict, help_text="What credits did by month, up to the last line that it saw."
                    ),
                ),
                (
                    "checks",
                    models.JSONField(
                        help_text="A list of name, title, checked, wrong, examples; in the order they ran."
                    ),
                ),
            ],
            options={"ordering": ("-id",), "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="OperatorAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80, unique=True)),
                ("content_hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("amount", models.PositiveBigIntegerField(help_text="Credits.", null=True)),
                (
                    "subject",
                    models.CharField(
                        blank=True, help_text="The id of the lot, hold or event it was about.", max_length=100
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("outcome", models.CharField(help_text="What came of it, as a sentence.", max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        help_text="Whose wallet it was done to.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "permissions": (
                    ("look_into_wallets", "Can look into any wallet and see the money"),
                    ("change_wallets", "Can grant, take back and forgive credits, and release holds"),
                ),
                "default_permissions": (),
                "indexes": [models.Index(fields=["owner", "-id"], name="wallets_action_owner")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="wallets_action_has_a_reason"
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
        migrations.RunPython(add_schedule, migrations.RunPython.noop),
    ]
