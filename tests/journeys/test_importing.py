"""An Excel tracker goes in through the browser, page by page, and is taken out again."""

from datetime import datetime

from playwright.sync_api import expect

from accounts.models import Team
from accounts.permissions import Role
from consultations.models import Referral
from core import jobs
from tests.factories import a_person
from tests.imports import HEADINGS, a_workbook
from tests.journeys import steps
from tracker.models import TrackerEntry, TrackerImport

DAY = datetime(2024, 9, 5)  # noqa: DTZ001  (a cell of a workbook has no time zone)
ROWS = [
    [DAY, "754341", "H. Adeyemi / Near team", "Police", "Peers", "y", "Yes 20/09/2024", "Joint visit"],
    [DAY, "754342", "H. Adeyemi / Near team", "Police", "Round the estate", None, "Yes 21/09/2024", None],
    ["31/02/2024", "754343", "H. Adeyemi / Near team", "Police", "Peers", None, "Yes 20/09/2024", None],
]


def _do_the_job() -> None:
    """As a worker does; the page hears of it by itself."""
    jobs.run(TrackerImport.objects.with_jobs().get().job.pk)


def test_a_tracker_goes_in_and_out_again(browse):
    page = browse(a_person(Role.MANAGER))
    page.goto("/tracker/imports/")
    page.get_by_role("button", name="Import a tracker").click()
    file = {"name": "tracker.xlsx", "mimeType": "application/octet-stream", "buffer": a_workbook(HEADINGS, *ROWS)}
    page.get_by_label("Your tracker").set_input_files(file)
    steps.press(page, "Upload and go on")

    steps.heading(page, "Where do the referrals stand?")
    expect(page.get_by_label("In which row are its headings?")).to_have_value("1")
    steps.press(page, "Continue")

    steps.heading(page, "What is in each column?")
    concern = page.get_by_label("Column E, Main concern")
    chosen = concern.input_value()
    concern.select_option("Leave this column out")
    steps.press(page, "Read the file with these columns")
    page.get_by_role("link", name="Say which column is the Primary Concern").click()
    expect(concern).to_be_focused()
    concern.select_option(chosen)
    steps.press(page, "Read the file with these columns")
    expect(page.get_by_text("Waiting to start.")).to_be_visible()
    _do_the_job()

    steps.heading(page, "What do these words mean?")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)  # the page itself, not put into the one before
    page.get_by_label("Primary Concern: Round the estate").select_option("Neighbourhood")
    steps.press(page, "Check the rows")
    expect(page.get_by_text("Waiting to start.")).to_be_visible()
    _do_the_job()

    steps.heading(page, "What would become of each row")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_text("31/02/2024")).to_be_visible()
    steps.press(page, "Import 2 referrals")
    expect(page.get_by_text("Waiting to start.")).to_be_visible()
    _do_the_job()
    expect(page.get_by_role("link", name="Undo this import")).to_be_visible()
    assert sorted(TrackerEntry.objects.values_list("primary_concern", flat=True)) == ["neighbourhood", "peer-group"]

    page.get_by_role("link", name="Undo this import").click()
    steps.heading(page, "Undo this import?")
    steps.press(page, "Undo the import")
    expect(page.get_by_text("Waiting to start.")).to_be_visible()
    _do_the_job()
    expect(page.get_by_text("Its referrals are no longer in the tracker.")).to_be_visible()
    assert not Referral.objects.exists()
    assert not Team.objects.exists()
