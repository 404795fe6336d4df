"""The 22 themes that a new database starts with."""

from django.db import migrations

from tracker import toolkit


def load(apps, schema_editor):
    toolkit.load(apps.get_model("tracker", "Theme"))


class Migration(migrations.Migration):
    dependencies = [("tracker", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
