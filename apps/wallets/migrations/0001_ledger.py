"""The ledger's tables, and the functions and triggers in the `sql` folder."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).with_name("sql")
MAX_AMOUNT = 10**12
KINDS = [
    ("grant", "Grant"),
    ("hold", "Hold"),
    ("capture", "Capture"),
    ("release", "Release"),
    ("hold_expire", "Hold Expire"),
    ("expire", "Expire"),
    ("take_back", "Take Back"),
    ("owe", "Owe"),
    ("repay", "Repay"),
    ("give_back", "Give Back"),
    ("forgive", "Forgive"),
]
ACCOUNTS = [
    ("credits", "Credits"),
    ("debt", "Debt"),
    ("revenue", "Revenue"),
    ("issued", "Issued"),
    ("expired", "Expired"),
    ("clearing", "Clearing"),
]
SOURCES = [
    ("monthly", "Monthly"),
    ("subscription", "Subscription"),
    ("pack", "Pack"),
    ("gift", "Gift"),
    ("grace", "Grace"),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("posted", models.BigIntegerField(default=0, help_text="Credits, those on hold included.")),
                ("held", models.BigIntegerField(default=0)),
                ("owed", models.BigIntegerField(default=0, help_text="The debt account.")),
                (
                    "owner",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(held__gte=0) & Q(posted__gte=F("held")), name="wallets_account_never_overspent"
                    ),
                    models.CheckConstraint(condition=Q(owed__gte=0), name="wallets_account_owed"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Lot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(choices=SOURCES, max_length=12)),
                ("amount", models.BigIntegerField()),
                ("remaining", models.BigIntegerField(help_text="What is held included.")),
                ("held", models.BigIntegerField(default=0)),
                (
                    "spent",
                    models.BooleanField(default=False, help_text="Nothing remains; keeps old lots out of the indexes."),
                ),
                ("granted_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, help_text="Empty for never.", null=True)),
                ("memo", models.CharField(blank=True, max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lots",
                        to="wallets.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(held__gte=0) & Q(remaining__gte=F("held")) & Q(remaining__lte=F("amount")),
                        name="wallets_lot_never_overspent",
                    ),
                ],
                "indexes": [
                    models.Index("account", "expires_at", "id", name="wallets_lot_burn", condition=Q(spent=False)),
                    models.Index(
                        "expires_at",
                        name="wallets_lot_expiry",
                        condition=Q(spent=False) & Q(expires_at__isnull=False),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=12)),
                ("debit", models.CharField(choices=ACCOUNTS, max_length=8)),
                ("credit", models.CharField(choices=ACCOUNTS, max_length=8)),
                ("amount", models.BigIntegerField()),
                ("released", models.BigIntegerField(default=0, help_text="What a capture in part gave back.")),
                (
                    "lots",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "amounts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="For each of the lots.",
                        size=None,
                    ),
                ),
                ("hold", models.UUIDField(help_text="The hold that it is, or that it resolves.", null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="A lot's source, or why credits were taken back.", max_length=12
                    ),
                ),
                ("reference_kind", models.CharField(blank=True, max_length=20)),
                ("reference_id", models.UUIDField(null=True)),
                ("key", models.CharField(blank=True, max_length=200)),
                ("available", models.BigIntegerField(help_text="Posted − held, afterwards.")),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(help_text="Of a hold.", null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="wallets.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(amount__gte=1) & Q(amount__lte=MAX_AMOUNT) & Q(released__gte=0),
                        name="wallets_transfer_amount",
                    ),
                    models.UniqueConstraint("hold", name="wallets_transfer_hold_once", condition=Q(kind="hold")),
                    models.UniqueConstraint(
                        "hold",
                        name="wallets_transfer_resolved_once",
                        condition=Q(kind__in=["capture", "release", "hold_expire"]),
                    ),
                ],
                "indexes": [models.Index("account", F("id").desc(), name="wallets_transfer_history")],
            },
        ),
        migrations.CreateModel(
            name="OpenHold",
            fields=[
                ("hold", models.UUIDField(primary_key=True, serialize=False)),
                ("reference_kind", models.CharField(blank=True, max_length=20)),
                ("reference_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallets.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("content", models.BinaryField(help_text="SHA-256 of what was asked.")),
                ("outcome", models.CharField(max_length=12)),
                ("hold", models.UUIDField(null=True)),
                ("first", models.BigIntegerField(null=True)),
                ("second", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Memo",
            fields=[
                (
                    "transfer",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="memo",
                        serialize=False,
                        to="wallets.transfer",
                    ),
                ),
                ("text", models.CharField(max_length=200)),
            ],
        ),
        *(
            migrations.RunSQL((SQL / f"{name}.sql").read_text(), migrations.RunSQL.noop)
            for name in ("immutable", "common", "hold", "resolve", "grant", "take_back")
        ),
    ]
