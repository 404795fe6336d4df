"""The pages of an import of a tracker, in its stages and when something is wrong: what `pages.py` looks at."""

from datetime import timedelta

from django.utils import timezone

from core.models import Job
from tests.imports import a_profile, an_import
from tracker.models import TrackerImport
from tracker.models.imports import Stage

# Path, formatted with the world; state; the button that is pressed there; whether errors come of it.
PAGES = [
    ("imports", "/tracker/imports/", "", "", False),
    ("import-upload", "/tracker/imports/new/", "", "", False),
    ("import-upload", "/tracker/imports/new/", "nothing chosen", "Upload", True),
    ("import-sheet", "/tracker/imports/{import_sheet.pk}/sheet/", "", "", False),
    ("import-columns", "/tracker/imports/{import_columns.pk}/columns/", "", "", False),
    ("import-columns", "/tracker/imports/{import_twice.pk}/columns/", "column missing", "Read the file", True),
    ("import-words", "/tracker/imports/{import_values.pk}/words/", "", "", False),
    ("import-preview", "/tracker/imports/{import_checked.pk}/check/", "", "", False),
    ("import-preview", "/tracker/imports/{import_checked.pk}/check/?kind=rejected", "one kind", "", False),
    ("import-preview", "/tracker/imports/{import_nothing.pk}/check/", "nothing sound", "", False),
    ("import-discard", "/tracker/imports/{import_checked.pk}/discard/", "", "", False),
    ("import", "/tracker/imports/{import_checking.pk}/", "being checked", "", False),
    ("import", "/tracker/imports/{import_failed.pk}/", "failed", "", False),
    ("import", "/tracker/imports/{import_importing.pk}/", "being imported", "", False),
    ("import", "/tracker/imports/{import_imported.pk}/", "imported", "", False),
    ("import", "/tracker/imports/{import_undone.pk}/", "undone", "", False),
    ("import-undo", "/tracker/imports/{import_imported.pk}/undo/", "", "", False),
    ("import-undo", "/tracker/imports/{import_built_on.pk}/undo/", "built on", "", False),
    ("import-forget", "/tracker/imports/remembered/{profile.pk}/forget/", "", "", False),
]
# Routes without a page of their own.
NO_PAGE = {"tracker:import-guess", "tracker:import-rest", "tracker:import-cancel"}


def prepare(world, me) -> None:
    """Imports of `me` in each stage."""
    for stage in Stage:
        setattr(world, f"import_{stage.value}", an_import(me, stage, tag=stage.value, referrals=2))
    world.profile = a_profile(me)
    world.import_nothing = an_import(me, Stage.CHECKED)
    world.import_nothing.counts = {"referrals": {"rejected": 3}, "rest": 3}
    world.import_nothing.save()
    world.import_twice = an_import(me, Stage.COLUMNS)
    matching = world.import_twice.matching
    matching["columns"][0]["target"] = ""
    TrackerImport.objects.filter(pk=world.import_twice.pk).update(matching=matching, signature="other")
    world.import_failed = an_import(me, Stage.CHECKING)
    now = timezone.now()
    Job.objects.filter(pk=world.import_failed.check_job_id).update(
        status="failed", failure="This file takes too long to read.", finished_at=now
    )
    world.import_built_on = an_import(me, Stage.IMPORTED, referrals=1, imported_at=now - timedelta(days=2))
    world.import_built_on.referrals.get().referral.decisions.create(act="ask", by=me, at=now, reason="Why?")
