"""A saved text keeps who saved it, and not only when."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_toolkit_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="text",
            name="text_saved_has_its_time",
        ),
        migrations.AddConstraint(
            model_name="text",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("updated_at", None), ("updated_by", None), ("version", 0)),
                    models.Q(("updated_at__isnull", False), ("updated_by__isnull", False), ("version__gt", 0)),
                    _connector="OR",
                ),
                name="text_saved_by_and_at",
                violation_error_message="A saved text keeps who saved it and when.",
            ),
        ),
    ]
