"""The triggers that count jobs; the text is in the `sql` folder, as 0005 makes it last."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [migrations.RunSQL((SQL / "count.sql").read_text(), migrations.RunSQL.noop)]
