"""Imports of an Excel tracker: the file, what was said about it, its rows, what came of it, and what is remembered.

File and rows hold personal data: they are deleted when the import expires or is discarded (see `EXPIRES_AFTER`).
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.permissions import Permission, can
from consultations.models import Referral
from core.models import Job

from ..cells import CellDecoder, CellEncoder

# After so long without being touched, or after it was done, the file and its rows are deleted.
EXPIRES_AFTER = timedelta(days=7)


def cells_field(**options) -> models.JSONField:
    """A JSON column in which dates stay dates."""
    return models.JSONField(encoder=CellEncoder, decoder=CellDecoder, **options)


class Stage(models.TextChoices):
    """How far an import is. It is computed (`TrackerImport.stage`), never set."""

    SHEET = "sheet", "Sheet to be chosen"
    COLUMNS = "columns", "Columns to be matched"
    CHECKING = "checking", "Being checked"
    VALUES = "values", "Words to be matched"
    CHECKED = "checked", "Ready to import"
    IMPORTING = "importing", "Being imported"
    IMPORTED = "imported", "Imported"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"


class RowKind(models.TextChoices):
    """What becomes of a row."""

    SOUND = "sound", "Sound"
    REMARK = "remark", "Sound, with a remark"
    REJECTED = "rejected", "Rejected"
    REPEATED = "repeated", "Twice in the file"
    THERE = "there", "There already"
    LEFT_OUT = "left-out", "Left out"


# The kinds of row that an import takes in.
TAKEN_IN = (RowKind.SOUND, RowKind.REMARK)


class TrackerImportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "TrackerImportQuerySet":
        """Those that `user` uploaded; of others' those that were carried out, which any manager may undo."""
        if not can(user, Permission.TRACKER_IMPORT):
            return self.none()
        return self.filter(Q(made_by=user) | Q(imported_at__isnull=False))

    def of_maker(self, user) -> "TrackerImportQuerySet":
        """Those that `user` uploaded: nobody else reads a file's rows."""
        return self.visible_to(user).filter(made_by=user)

    def expired(self, at: datetime) -> "TrackerImportQuerySet":
        """Those whose file and rows are to go, and are still there."""
        return self.filter(touched_at__lt=at - EXPIRES_AFTER, file_gone=False)

    def with_jobs(self) -> "TrackerImportQuerySet":
        """With the rows that `stage` needs, in the same query."""
        return self.select_related("made_by", "check_job", "import_job", "undo_job")


class TrackerImport(models.Model):
    """One file on its way into the tracker. `tracker.services.imports` is the only writer.

    `version` goes up whenever something is said about the file, so that two windows do not speak of different things.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tracker_imports")
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField(help_text="When its maker last did something to it; expiry counts from here.")
    version = models.PositiveIntegerField(default=1)

    file_name = models.CharField(max_length=255, blank=True, help_text="May hold a name: shown to its maker alone.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file.")
    file_gone = models.BooleanField(default=False, help_text="Whether file and rows have expired.")
    sheets = cells_field(default=list, help_text="The first rows of each sheet: [{name, hidden, rows, sample}].")
    sheet = models.CharField(max_length=255, blank=True)
    heading_row = models.PositiveIntegerField(null=True, blank=True)
    signature = models.CharField(max_length=64, blank=True, help_text="Of the headings: see ImportProfile.")
    matching = models.JSONField(default=dict, help_text="What each column is, as said by the maker; {} before.")
    words = models.JSONField(default=dict, help_text="Their words that are not ours: {target: {word: how often}}.")
    mapping = models.JSONField(default=dict, help_text="Their words → ours: {target: {word: value}}.")
    mapped = models.BooleanField(default=False, help_text="Whether the maker has looked at `mapping`.")
    counts = models.JSONField(default=dict)

    check_job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    import_job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    imported_at = models.DateTimeField(null=True, blank=True)
    made = models.JSONField(default=dict, help_text="Ids of what it made besides referrals, for undoing it.")
    undo_job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TrackerImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False, imported_at__isnull=False),
                name="import_undone_by_and_at",
                violation_error_message="An import that was undone keeps who undid it and when.",
            ),
            models.CheckConstraint(
                condition=Q(imported_at=None) | Q(checked_at__isnull=False),
                name="import_checked_before",
                violation_error_message="A file is checked before it is imported.",
            ),
        ]
        indexes = [
            models.Index(fields=["made_by", "-created_at"], name="import_of_person"),
            models.Index(fields=["-imported_at"], condition=Q(imported_at__isnull=False), name="import_done"),
            models.Index(fields=["touched_at"], name="import_touched"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("tracker:import", args=[self.pk])

    @property
    def stage(self) -> Stage:
        """How far it is."""
        if self.undone_at:
            return Stage.UNDONE
        if self.imported_at:
            return Stage.UNDOING if self.undo_job and self.undo_job.is_open else Stage.IMPORTED
        if self.import_job and self.import_job.is_open:
            return Stage.IMPORTING
        if self.heading_row is None:
            return Stage.SHEET
        if self.check_job and self.check_job.is_open:
            return Stage.CHECKING
        if not self.checked_at:
            return Stage.COLUMNS
        return Stage.CHECKED if self.mapped or not self.words else Stage.VALUES

    @property
    def sound(self) -> int:
        """How many referrals of the checked file can be imported."""
        return sum(self.counts.get("referrals", {}).get(kind, 0) for kind in TAKEN_IN)

    @property
    def expires_at(self) -> datetime:
        """When its file and rows are deleted, unless it is touched before."""
        return self.touched_at + EXPIRES_AFTER

    @property
    def job(self) -> Job | None:
        """The job that was last asked for."""
        return self.undo_job or self.import_job or self.check_job


class ImportPart(models.Model):
    """A piece of the uploaded file, so that no process has to hold the whole of it."""

    of = models.ForeignKey(TrackerImport, on_delete=models.CASCADE, related_name="parts")
    order = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["of", "order"], name="import_part_once")]

    def __str__(self) -> str:
        return f"part {self.pk}"


class ImportRow(models.Model):
    """One row of the chosen sheet, or of the sheet of actions: its cells as they stand, and what was made of them."""

    class Part(models.TextChoices):
        REFERRALS = "referrals", "Referrals"
        ACTIONS = "actions", "Actions"

    of = models.ForeignKey(TrackerImport, on_delete=models.CASCADE, related_name="rows")
    part = models.CharField(max_length=10, choices=Part.choices, default=Part.REFERRALS)
    number = models.PositiveIntegerField(help_text="As Excel counts.")
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    cells = cells_field(default=list)
    values = cells_field(default=dict)
    problems = models.JSONField(default=list, help_text="[[cell address, column, words, whether it is fatal]]")

    class Meta:
        ordering = ["part", "number"]
        constraints = [models.UniqueConstraint(fields=["of", "part", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["of", "kind", "number"], name="import_row_by_kind")]

    def __str__(self) -> str:
        return f"row {self.pk}"


class ImportedReferral(models.Model):
    """That a referral came by an import: what undoing it takes away."""

    of = models.ForeignKey(TrackerImport, on_delete=models.PROTECT, related_name="referrals")
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="came_by")
    number = models.PositiveIntegerField(help_text="Its row in the file, as Excel counts.")

    def __str__(self) -> str:
        return f"imported referral {self.pk}"


class ImportProfile(models.Model):
    """How the columns and words of files with the same headings are matched, to be offered the next time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signature = models.CharField(max_length=64, unique=True, help_text="Of the headings.")
    name = models.CharField(max_length=100)
    matching = models.JSONField()
    mapping = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
