"""Engines that are only for some plans, the history of their limits, the backlog as one figure, what people were told."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

BACKLOG = Path(__file__).with_name("sql") / "backlog.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0005_free_share"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="enginelimit",
            name="plans",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SlugField(),
                blank=True,
                db_default=[],
                default=list,
                help_text="Only for people on one of these plans; empty for all.",
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="EngineLimitChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("max_running", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "plans",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SlugField(), blank=True, default=list, size=None
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "limit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="jobs.enginelimit"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        django.db.models.expressions.OrderBy(
                            django.db.models.expressions.F("changed_at"), descending=True
                        ),
                        name="jobs_enginelimit_changes",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="job",
            name="expected_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When its owner was told, as it was queued, it would be done.",
                null=True,
            ),
        ),
        migrations.RunSQL(BACKLOG.read_text(), "DROP FUNCTION jobs_backlog(text)"),
    ]
