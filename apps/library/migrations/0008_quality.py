"""Versions may hold what was measured of their quality."""

from django.db import migrations, models

ROLES = ["master", "original", "mp3", "hls", "peaks", "stem", "score", "midi", "sheet", "captions", "cover", "quality"]


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0007_plays"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="rendition", name="library_rendition_role"),
        migrations.AlterField(
            model_name="rendition",
            name="role",
            field=models.CharField(choices=[(role, role.capitalize()) for role in ROLES], max_length=8),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(condition=models.Q(("role__in", ROLES)), name="library_rendition_role"),
        ),
    ]
