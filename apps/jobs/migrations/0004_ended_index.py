from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0003_sweep_schedule"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="job",
            name="jobs_job_failures",
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                models.F("status"),
                models.OrderBy(models.F("finished_at"), descending=True),
                condition=models.Q(("finished_at__isnull", False)),
                name="jobs_job_ended",
            ),
        ),
    ]
