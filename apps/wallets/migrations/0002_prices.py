"""Prices with their history, what a new installation sells, and whom a month has given its credits."""

from pathlib import Path

import django.core.validators
import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from apps.wallets.prices.beginning import AMOUNTS, CURRENCY, PACKS, REASON

SQL = Path(__file__).parent / "sql"
_CREDITS = (django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000000))
_CURRENCY = django.core.validators.RegexValidator(
    "^[a-z]{3}\\Z", "Write the currency as three small letters, like eur."
)


def begin(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    now = timezone.now()
    for pack in PACKS:
        apps.get_model("wallets", "Pack").objects.create(currency=CURRENCY, since=now, reason=REASON, **pack)
    for plan in apps.get_model("accounts", "Plan").objects.all():
        apps.get_model("wallets", "PlanTerms").objects.create(
            plan=plan,
            monthly_credits=plan.monthly_credits,
            amount_minor=AMOUNTS.get(plan.slug, 0),
            currency=CURRENCY,
            since=now,
            reason=REASON,
        )


def add_schedules(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    for task, name, every, period, description in (
        ("wallets.monthly", "Monthly credits", 1, "hours", "Gives the month's credits to those who did not ask yet."),
        (
            "wallets.expire",
            "Expire credits",
            10,
            "minutes",
            "Takes credits off that have run out, and frees forgotten holds.",
        ),
    ):
        interval, _created = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
            every=every, period=period
        )
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
            name=name, defaults={"task": task, "interval": interval, "description": description}
        )


def _dated() -> list[tuple[str, models.Field]]:
    return [
        ("since", models.DateTimeField()),
        ("reason", models.CharField(help_text="Why it changed; it stays in the history.", max_length=200)),
        (
            "by",
            models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]


def _id() -> tuple[str, models.Field]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("wallets", "0001_ledger"),
        ("accounts", "0007_free_month"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Price",
            fields=[
                _id(),
                *_dated(),
                ("engine", models.CharField(max_length=40)),
                (
                    "operation",
                    models.CharField(
                        blank=True,
                        help_text="As extend or cover; empty for all that have no price of their own.",
                        max_length=20,
                    ),
                ),
                (
                    "credits_per_minute",
                    models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(100000)]),
                ),
                (
                    "announced",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="Whether the engine brought it; an operator's price stands above that.",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        "engine",
                        "operation",
                        models.OrderBy(models.F("since"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="wallets_price_newest",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Pack",
            fields=[
                _id(),
                *_dated(),
                ("slug", models.SlugField(help_text="Stays the same when the terms change.", max_length=40)),
                ("title", models.CharField(max_length=60)),
                ("credits", models.PositiveIntegerField(validators=list(_CREDITS))),
                (
                    "amount_minor",
                    models.PositiveIntegerField(
                        help_text="The price in the currency's smallest unit: 500 is 5 euros.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100000000),
                        ],
                    ),
                ),
                ("currency", models.CharField(default="eur", max_length=3, validators=[_CURRENCY])),
                (
                    "retired_at",
                    models.DateTimeField(
                        blank=True, editable=False, help_text="Not sold any more since then.", null=True
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        "slug",
                        models.OrderBy(models.F("since"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="wallets_pack_newest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("credits__gte", 1), ("amount_minor__gte", 1)), name="wallets_pack_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[a-z]{3}$")), name="wallets_pack_currency"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanTerms",
            fields=[
                _id(),
                *_dated(),
                (
                    "monthly_credits",
                    models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(10000000)]),
                ),
                (
                    "amount_minor",
                    models.PositiveIntegerField(
                        help_text="A month's price in the currency's smallest unit; 0 when it is free.",
                        validators=[django.core.validators.MaxValueValidator(100000000)],
                    ),
                ),
                ("currency", models.CharField(default="eur", max_length=3, validators=[_CURRENCY])),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="accounts.plan",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "plan terms",
                "indexes": [
                    models.Index(
                        "plan",
                        models.OrderBy(models.F("since"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="wallets_terms_newest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[a-z]{3}$")), name="wallets_terms_currency"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthlyGrant",
            fields=[
                _id(),
                ("month", models.DateField(help_text="Its first day, in UTC.")),
                (
                    "credits",
                    models.PositiveIntegerField(default=0, help_text="The most that a plan of theirs gave in it."),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "month"), name="wallets_monthlygrant_once")],
            },
        ),
        migrations.RunSQL((SQL / "prices.sql").read_text(), migrations.RunSQL.noop),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunPython(add_schedules, migrations.RunPython.noop),
    ]
