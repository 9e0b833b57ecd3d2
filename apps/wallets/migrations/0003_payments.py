"""Payments, subscriptions and what Stripe tells us of them, with their schedules."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import apps.common.ids

SCHEDULES = (
    (
        "wallets.stripe.process",
        "Payments' events",
        1,
        "minutes",
        "Deals with Stripe's events whose wake was lost, and with those to try again.",
    ),
    ("wallets.stripe.reconcile", "Reconcile payments", 1, "hours", "Looks for what Stripe sent and we missed."),
)


def add_schedules(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    for task, name, every, period, description in SCHEDULES:
        interval, _created = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
            every=every, period=period
        )
        apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
            name=name, defaults={"task": task, "interval": interval, "description": description}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_free_month"),
        ("wallets", "0002_prices"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "since",
                    models.DateTimeField(help_text="Everything that happened at Stripe from here on was looked at."),
                ),
                ("listed", models.PositiveIntegerField(default=0, help_text="Events that Stripe listed.")),
                ("missed", models.PositiveIntegerField(default=0, help_text="Those that had never come here.")),
                (
                    "walked",
                    models.PositiveIntegerField(
                        default=0, help_text="Open payments and subscriptions that were asked about."
                    ),
                ),
                (
                    "found",
                    models.PositiveIntegerField(default=0, help_text="Those of them that had changed unnoticed."),
                ),
                ("error", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "ordering": ("-started_at",),
            },
        ),
        migrations.CreateModel(
            name="StripeEvent",
            fields=[
                ("id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("type", models.CharField(max_length=100)),
                ("subject", models.CharField(help_text="The id of what it is about.", max_length=255)),
                ("created_at", models.DateTimeField(help_text="By Stripe's clock.")),
                ("received_at", models.DateTimeField()),
                (
                    "via",
                    models.CharField(
                        choices=[("webhook", "Webhook"), ("reconciliation", "Reconciliation")], max_length=14
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("ignored", "Ignored"),
                            ("look", "needs a look"),
                            ("dead", "given up"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("processed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-received_at", "-id"),
                "indexes": [
                    models.Index(
                        models.F("next_try_at"), condition=models.Q(("state", "waiting")), name="wallets_event_due"
                    ),
                    models.Index(
                        models.OrderBy(models.F("received_at"), descending=True), name="wallets_event_received"
                    ),
                    models.Index(
                        models.F("state"),
                        condition=models.Q(("state__in", ("look", "dead"))),
                        name="wallets_event_trouble",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StripePrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stripe_id", models.CharField(max_length=255, unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "terms",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stripe_price", to="wallets.planterms"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "provider",
                    models.CharField(
                        choices=[("stripe", "Stripe"), ("test", "test checkout")], default="stripe", max_length=6
                    ),
                ),
                ("stripe_id", models.CharField(max_length=255, unique=True)),
                ("status", models.CharField(max_length=20)),
                ("period_end", models.DateTimeField(blank=True, null=True)),
                (
                    "ends",
                    models.BooleanField(default=False, help_text="It was cancelled and runs until the period's end."),
                ),
                ("created_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(help_text="When Stripe was last asked about it.")),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.plan"
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallets.planterms",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at",),
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "provider",
                    models.CharField(
                        choices=[("stripe", "Stripe"), ("test", "test checkout")], default="stripe", max_length=6
                    ),
                ),
                (
                    "source",
                    models.CharField(help_text="The Checkout Session's or invoice's id.", max_length=255, unique=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("pack", "credit pack"), ("subscription", "Subscription")], max_length=12
                    ),
                ),
                ("state", models.CharField(choices=[("granted", "Granted"), ("look", "needs a look")], max_length=8)),
                ("reason", models.CharField(blank=True, help_text="Why nothing was granted.", max_length=300)),
                ("looked_at", models.DateTimeField(blank=True, help_text="When an operator dealt with it.", null=True)),
                ("title", models.CharField(max_length=120)),
                ("amount_minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("credits", models.PositiveIntegerField(help_text="What was granted for it.")),
                ("lot", models.BigIntegerField(blank=True, help_text="The lot in the ledger.", null=True)),
                ("payment_intent", models.CharField(blank=True, max_length=255)),
                ("receipt_url", models.CharField(blank=True, max_length=2000)),
                ("paid_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="payments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="payments",
                        to="wallets.subscription",
                    ),
                ),
            ],
            options={
                "ordering": ("-paid_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Purchase",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("amount_minor", models.PositiveIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("credits", models.PositiveIntegerField()),
                ("session", models.CharField(blank=True, max_length=255, null=True, unique=True)),
                ("url", models.CharField(blank=True, max_length=2000)),
                ("success_url", models.CharField(max_length=500)),
                ("cancel_url", models.CharField(max_length=500)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("paid", "Paid"),
                            ("pending", "paid by a slow way"),
                            ("expired", "Expired"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(help_text="Stripe takes no payment for it afterwards.")),
                (
                    "pack",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallets.pack",
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallets.planterms",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("created_at"),
                        condition=models.Q(("status__in", ("open", "pending"))),
                        name="wallets_purchase_open",
                    ),
                    models.Index(
                        models.F("user"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        name="wallets_purchase_user",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pack__isnull", False), ("terms", None)),
                            models.Q(("pack", None), ("terms__isnull", False)),
                            _connector="OR",
                        ),
                        name="wallets_purchase_one_product",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("pack__isnull", False), ("status", "open")),
                        fields=("user", "pack"),
                        name="wallets_purchase_pack",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open"), ("terms__isnull", False)),
                        fields=("user",),
                        name="wallets_purchase_plan",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reversal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("refund", "Refund"), ("dispute", "Dispute")], max_length=7)),
                ("stripe_id", models.CharField(max_length=255, unique=True)),
                ("amount_minor", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("status", models.CharField(max_length=40)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("counts", models.BooleanField(help_text="Whether the money is gone as things stand.")),
                ("moves", models.PositiveIntegerField(default=0, help_text="How often it changed the ledger.")),
                (
                    "credits",
                    models.IntegerField(
                        default=0,
                        help_text="What it took from the wallet so far, debt included; below 0 where it gave more back.",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(help_text="When Stripe was last asked about it.")),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reversals", to="wallets.payment"
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at",),
                "indexes": [
                    models.Index(
                        models.F("kind"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        name="wallets_reversal_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StripeCustomer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stripe_id", models.CharField(max_length=255, unique=True)),
                ("created_at", models.DateTimeField()),
                (
                    "replaced_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Since when Stripe does not know it any more, and the user has another.",
                        null=True,
                    ),
                ),
                (
                    "erase_at",
                    models.DateTimeField(
                        blank=True, help_text="Since when Stripe must be told that the account is deleted.", null=True
                    ),
                ),
                ("erased_at", models.DateTimeField(blank=True, help_text="When Stripe was told.", null=True)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="stripe_customers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)),
                        fields=("user",),
                        name="wallets_customer_one_each",
                    )
                ],
                "indexes": [
                    models.Index(
                        models.F("erase_at"),
                        condition=models.Q(("erase_at__isnull", False), ("erased_at", None)),
                        name="wallets_customer_erase",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(models.F("told_at"), name="wallets_subscription_told"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                models.F("user"), models.OrderBy(models.F("paid_at"), descending=True), name="wallets_payment_user"
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(models.F("paid_at"), name="wallets_payment_paid"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                models.F("payment_intent"),
                condition=models.Q(("payment_intent", ""), _negated=True),
                name="wallets_payment_intent",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                models.F("created_at"),
                condition=models.Q(("looked_at", None), ("state", "look")),
                name="wallets_payment_look",
            ),
        ),
        migrations.RunPython(add_schedules, migrations.RunPython.noop),
    ]
