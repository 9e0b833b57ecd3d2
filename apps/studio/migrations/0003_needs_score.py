from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studio", "0002_more_of_a_request")]

    operations = [
        migrations.AddField(
            model_name="engine",
            name="needs_score",
            field=models.JSONField(default=list, help_text="Its operations that need the notes of a version."),
        ),
    ]
