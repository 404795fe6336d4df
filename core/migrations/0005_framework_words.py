"""Appendix A and the intervention options: what the toolkit has and the first set-up did not."""

from django.db import migrations

from core import toolkit


def load(apps, schema_editor):
    toolkit.load(*(apps.get_model("core", name) for name in ("FormSection", "FormPrompt", "ListItem")))


class Migration(migrations.Migration):
    dependencies = [("core", "0004_notices_and_settings")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
