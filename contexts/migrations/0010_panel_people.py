"""People with their agency, invited to a panel; what was written of who came stays as a note."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep_apologies(apps, schema_editor):
    """Add the apologies to what was written of who came."""
    for panel in apps.get_model("contexts", "Panel").objects.exclude(apologies="").iterator():
        panel.attendance_note = f"{panel.attendance_note}\nApologies: {panel.apologies}".strip()
        panel.save(update_fields=["attendance_note"])


class Migration(migrations.Migration):
    dependencies = [
        ("contexts", "0009_merging"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PanelPerson",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("agency", models.CharField(max_length=200)),
                ("name", models.CharField(blank=True, max_length=200)),
                (
                    "came",
                    models.CharField(
                        blank=True,
                        choices=[("came", "Came"), ("apologies", "Sent apologies"), ("absent", "Did not come")],
                        max_length=10,
                    ),
                ),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="people", to="contexts.panel"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["agency", "added_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("agency", ""), _negated=True), name="panel_person_has_agency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", None), ("name", ""), _connector="OR"),
                        name="panel_person_here_or_elsewhere",
                        violation_error_message="Somebody here has their own name.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", False)),
                        fields=("panel", "person"),
                        name="panel_person_once",
                    ),
                ],
            },
        ),
        migrations.RenameField("panel", "attended", "attendance_note"),
        migrations.AlterField(
            "panel",
            "attendance_note",
            models.TextField(blank=True, help_text="What else is to be said of who came."),
        ),
        migrations.RunPython(keep_apologies, migrations.RunPython.noop),
        migrations.RemoveField("panel", "apologies"),
    ]
