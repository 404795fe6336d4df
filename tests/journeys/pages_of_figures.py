"""The lead's dashboard and the pages of reports, in their normal states and when something is wrong."""

from datetime import date
from types import SimpleNamespace

from playwright.sync_api import Page

from core import jobs
from tests.journeys.looks import Look
from tests.tracker.many import many
from tracker.services import publishing, reports

World = SimpleNamespace


def publish() -> None:
    """Figures of a year with enough referrals, and of one with too few."""
    many(160, first=date(2024, 4, 1), days=365)
    many(4, seed=1, first=date(2025, 4, 1), days=300)
    publishing.publish()


def report(world: World) -> None:
    """A report of a year with figures and one without any, with files that wait and are ready, of the one who looks."""
    many(180, first=date(2024, 4, 1), days=365)
    given = {"title": "Report for the commission", "introduction": "Asked for in September.\n\nIt covers a year."}
    year = {"first": date(2024, 4, 1), "last": date(2025, 3, 31)}
    world.report = reports.create(given | year, by=world.me)
    world.no_figures = reports.create(given | {"first": date(2010, 4, 1), "last": date(2010, 4, 30)}, by=world.me)
    world.report_waits = reports.ask_for(world.no_figures, form="docx", by=world.me)
    world.report_ready = reports.ask_for(world.report, form="docx", by=world.me)
    jobs.run(world.report_ready.pk)


def ending_before_it_begins(page: Page, world: World) -> None:
    """Ask for a report whose last month comes before its first."""
    page.get_by_label("From the beginning of").select_option(index=0)
    page.get_by_label("To the end of").select_option(index=5)
    with page.expect_navigation():
        page.get_by_role("button", name="Show the report").click()


def open_details(page: Page, world: World) -> None:
    """Show how the numbers are read."""
    page.locator("details.govuk-details summary").first.click()


REPORTS = [
    Look("tracker:reports", "/tracker/report/"),
    Look("tracker:new-report", "/tracker/report/new/"),
    Look("tracker:new-report", "/tracker/report/new/", "wrong", ending_before_it_begins, error=True),
    Look("tracker:report", "/tracker/report/{report.pk}/"),
    Look("tracker:report", "/tracker/report/{no_figures.pk}/", "no figures"),
    Look("tracker:change-report", "/tracker/report/{report.pk}/change/"),
    Look("tracker:report-file", "/tracker/report/files/{report_ready.pk}/", "ready"),
    Look("tracker:report-file", "/tracker/report/files/{report_waits.pk}/", "waits"),
]
LEAD = [
    Look("home", "/", "lead"),
    Look("tracker:dashboard", "/tracker/dashboard/?year=2024", "lead", open_details),
    Look("tracker:dashboard", "/tracker/dashboard/?year=2025", "lead, too few"),
    Look("tracker:exports", "/tracker/exports/", "lead, none"),
]
