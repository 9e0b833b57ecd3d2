"""Balances as what is available and what is held, each of a type that knows no less than nothing."""

from pathlib import Path

from django.db import migrations, models

import apps.wallets.fields

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("wallets", "0005_test_renewals")]

    operations = [
        migrations.RunSQL(
            """
            CREATE DOMAIN wallets_credits AS bigint CHECK (VALUE >= 0);
            CREATE DOMAIN wallets_moved AS bigint CHECK (VALUE BETWEEN 1 AND 1000000000000);
            """,
            "DROP DOMAIN wallets_credits; DROP DOMAIN wallets_moved",
        ),
        migrations.RemoveConstraint("account", "wallets_account_never_overspent"),
        migrations.RemoveConstraint("account", "wallets_account_owed"),
        migrations.RemoveConstraint("lot", "wallets_lot_never_overspent"),
        migrations.RemoveConstraint("transfer", "wallets_transfer_amount"),
        migrations.RunSQL(
            "UPDATE wallets_account SET posted = posted - held; UPDATE wallets_lot SET remaining = remaining - held",
            "UPDATE wallets_account SET posted = posted + held; UPDATE wallets_lot SET remaining = remaining + held",
        ),
        migrations.RenameField("account", "posted", "available"),
        migrations.RenameField("lot", "remaining", "available"),
        *(
            migrations.AlterField(model, name, field)
            for model, name, field in (
                ("account", "available", apps.wallets.fields.CreditsField(default=0)),
                ("account", "held", apps.wallets.fields.CreditsField(default=0)),
                ("account", "owed", apps.wallets.fields.CreditsField(default=0, help_text="The debt account.")),
                ("lot", "available", apps.wallets.fields.CreditsField()),
                ("lot", "held", apps.wallets.fields.CreditsField(default=0)),
                ("transfer", "amount", apps.wallets.fields.MovedCreditsField()),
                (
                    "transfer",
                    "released",
                    apps.wallets.fields.CreditsField(default=0, help_text="What a capture in part gave back."),
                ),
                ("transfer", "available", models.BigIntegerField(help_text="To spend, afterwards.")),
            )
        ),
        *(
            migrations.RunSQL((SQL / f"{name}.sql").read_text(), migrations.RunSQL.noop)
            for name in ("common", "hold", "resolve", "grant", "take_back")
        ),
    ]
