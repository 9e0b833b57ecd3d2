"""A request keeps the price that it was quoted from."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("studio", "0003_needs_score"),
        ("wallets", "0002_prices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="engine",
            name="credits_per_minute",
            field=models.PositiveIntegerField(help_text="As announced; what counts is its `Price`."),
        ),
        migrations.AddField(
            model_name="generationrequest",
            name="price",
            field=models.ForeignKey(
                db_index=False,
                help_text="What it was quoted from; empty for those of before prices had a history.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="wallets.price",
            ),
        ),
    ]
