"""Makers of imports of a tracker in each of their stages, as the services leave them, without reading a file."""

import io
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from consultations.models import Referral
from core import jobs
from core.models import Job, JobFile
from core.models.jobs import JobStatus
from tests.factories import a_referral
from tracker.importing import guess_columns, signature
from tracker.models import ImportedReferral, ImportPart, ImportProfile, ImportRow, TrackerImport
from tracker.models.imports import RowKind, Stage
from tracker.services import imports, imports_words

HEADINGS = ["Date", "Mosaic No.", "Referrer / team", "Agency", "Main concern", "Gangs", "Consultation?", "Notes"]
_ORDER = list(Stage)


def a_workbook(*rows: list) -> bytes:
    """An Excel workbook of one sheet with these rows."""
    book = Workbook()
    book.active.title = "Referrals"
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def an_import(by, stage: str = Stage.CHECKED, *, tag: str = "x", referrals: int = 0, **changes) -> TrackerImport:
    """An import of `by` in `stage`; what stands in its file carries `tag`."""
    now = timezone.now()
    day = datetime(2024, 9, 5)  # noqa: DTZ001  (a cell of a workbook has no time zone)
    rows = [[day, str(number), f"cell-of-{tag} / Team", "Police", "Peers", "y", "Yes 20/09/2024", None]
            for number in range(1, 4)]  # fmt: skip
    sheet = {"name": "Referrals", "hidden": False, "rows_seen": 4, "sample": [[1, HEADINGS]]}
    sheet["sample"] += [[number, cells] for number, cells in enumerate(rows, start=2)]
    lists = {"name": "Lists", "hidden": True, "rows_seen": 1, "sample": [[1, ["do not edit"]]]}
    given = {"file_name": f"file-of-{tag}.xlsx", "sheets": [sheet, lists], "made_by": by}
    at = _ORDER.index(Stage(stage))
    if at >= _ORDER.index(Stage.COLUMNS):
        matching = guess_columns(1, sheet["sample"], imports_words.vocabulary())
        given |= {"sheet": "Referrals", "heading_row": 1, "matching": matching.to_data()}
        given["signature"] = signature(HEADINGS)
    if at >= _ORDER.index(Stage.CHECKING):
        given["check_job"] = a_job(imports.CHECK, by, done=stage != Stage.CHECKING)
    if at >= _ORDER.index(Stage.VALUES):
        word = {"word": f"Peers-{tag}", "count": 3, "suggestion": None, "why": ""}
        given |= {"checked_at": now, "words": {"primary_concern": {f"peers-{tag}": word}}}
    if at >= _ORDER.index(Stage.CHECKED):
        counts = {"sound": 1, "rejected": 1, "there": 1}
        given |= {"mapped": True, "counts": {"referrals": counts, "rest": 1}}
        JobFile.objects.create(
            job=given["check_job"], name="rest.xlsx", content_type="application/x-test",
            content=f"rest-of-{tag}".encode(), size=10,
        )  # fmt: skip
    if at >= _ORDER.index(Stage.IMPORTING):
        given["import_job"] = a_job(imports.IMPORT, by, done=stage != Stage.IMPORTING)
    if at >= _ORDER.index(Stage.IMPORTED):
        given["imported_at"] = now
        given["counts"] |= {"added": referrals, "new": {"teams": [], "agencies": [], "themes": []}}
    if stage == Stage.UNDOING:
        given["undo_job"] = a_job(imports.UNDO, by, done=False)
    if stage == Stage.UNDONE:
        given |= {"undone_at": now, "undone_by": by}
    made = TrackerImport.objects.create(created_at=now, touched_at=now, **(given | changes))
    for job in (made.check_job, made.import_job, made.undo_job):
        if job is not None:
            Job.objects.filter(pk=job.pk).update(params={"import": str(made.pk)})
    ImportPart.objects.create(of=made, order=0, content=b"file")
    if at >= _ORDER.index(Stage.CHECKED):
        kinds = [(RowKind.SOUND, []), (RowKind.REJECTED, [[f"Mosaic No. (B3): problem-of-{tag}", True]]),
                 (RowKind.THERE, [])]  # fmt: skip
        for number, (kind, problems) in enumerate(kinds, start=2):
            values = {"case_number": str(number), "received_on": date(2024, 9, 5), "key": f"{made.pk}{number}"[:64]}
            ImportRow.objects.create(
                of=made, number=number, kind=kind, cells=rows[number - 2], values=values, problems=problems
            )
    if stage == Stage.IMPORTED:
        for number in range(referrals):
            referral = a_referral("screening")
            Referral.objects.filter(pk=referral.pk).update(imported=True)
            ImportedReferral.objects.create(of=made, referral=referral, number=number + 2)
    return TrackerImport.objects.with_jobs().get(pk=made.pk)


def a_job(kind: str, by, *, done: bool) -> Job:
    """A job of an import, done or waiting."""
    now = timezone.now()
    ended = {"status": JobStatus.DONE, "finished_at": now, "expires_at": now + timedelta(days=7)} if done else {}
    return Job.objects.create(kind=kind, requested_by=by, created_at=now, **ended)


def a_profile(by, name: str = "Youth justice", headings: list | None = None) -> ImportProfile:
    """How files with these headings are matched."""
    return ImportProfile.objects.create(
        signature=signature(headings or HEADINGS), name=name, matching={"7": ""}, made_by=by, made_at=timezone.now()
    )


class Browser:
    """A manager who imports: each method is one page."""

    def __init__(self, client) -> None:
        self.client = client

    def upload(self, file) -> TrackerImport:
        answer = self.client.post(reverse("tracker:import-upload"), {"file": file})
        assert answer.status_code == 302, answer.context["form"].errors
        return TrackerImport.objects.latest("created_at")

    def at(self, route: str, of: TrackerImport) -> str:
        return reverse(f"tracker:import{route}", args=[of.pk])

    def get(self, route: str, of: TrackerImport, **query):
        return self.client.get(self.at(route, of), query)

    def send(self, route: str, of: TrackerImport, **values):
        """The form of a page as it is offered, with these changes."""
        page = self.client.get(self.at(route, of))
        assert page.status_code == 200
        form = page.context["form"] if "form" in page.context else page.context["page"].form
        data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        return self.client.post(self.at(route, of), data | values)

    def run(self, of: TrackerImport) -> TrackerImport:
        of.refresh_from_db()
        jobs.run(of.job.pk)
        of.refresh_from_db()
        return TrackerImport.objects.with_jobs().get(pk=of.pk)

    def checked(self, file) -> TrackerImport:
        """As far as the preview, taking everything as it is offered."""
        of = self.upload(file)
        assert self.send("-sheet", of).status_code == 302
        assert self.send("-columns", of).status_code == 302
        of = self.run(of)
        if of.stage == Stage.VALUES:
            assert self.send("-words", of).status_code == 302
            of = self.run(of)
        assert of.stage == Stage.CHECKED
        return of

    def imported(self, file) -> TrackerImport:
        of = self.checked(file)
        assert self.send("-preview", of).status_code == 302
        of = self.run(of)
        assert of.stage == Stage.IMPORTED
        return of
