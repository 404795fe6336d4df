"""The toolkit's forms and the vocabularies that a new database starts with."""

from django.db import migrations

from core import toolkit


def load(apps, schema_editor):
    toolkit.load(*(apps.get_model("core", name) for name in ("FormSection", "FormPrompt", "ListItem")))


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_is_append_only")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
