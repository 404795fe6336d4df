"""What people do in the journeys, in their words."""

import re
from datetime import date
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from consultations.models import Referral
from core import jobs
from core.models import Job
from tests.factories import PASSPHRASE

NOT_SAVED = re.compile("Not saved")


def sign_in(page: Page, user) -> None:
    """Through the form, from wherever the page leads to it."""
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()


def sign_in_at_home(page: Page, user) -> None:
    """Open the service and sign in."""
    page.goto("/")
    sign_in(page, user)
    expect(page.get_by_role("heading", name="Your work")).to_be_visible()


def heading(page: Page, words: str) -> None:
    """Wait for the page with this heading."""
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def press(page: Page, words: str) -> None:
    """Press the button."""
    page.get_by_role("button", name=words).click()


def date_group(page: Page, label: str) -> Locator:
    """The three boxes of a date."""
    return page.get_by_role("group", name=label)


def fill_date(page: Page, label: str, day: date) -> None:
    """Type a date into its three boxes."""
    boxes = date_group(page, label)
    for part, value in [("Day", day.day), ("Month", day.month), ("Year", day.year)]:
        boxes.get_by_label(part).fill(str(value))


def make_referral(page: Page, *, name: str, case_number: str, worry: str, referrer: str = "", team: str = "") -> None:
    """The case number and all four steps, up to the page with all answers; for `referrer` of `team`, if given."""
    page.goto("/referrals/new/")
    page.get_by_label("Mosaic ID", exact=True).fill(case_number)
    press(page, "Continue")
    heading(page, "The young person")
    page.get_by_label("Name of Young Person").fill(name)
    fill_date(page, "Date of birth", date(2010, 3, 27))
    press(page, "Save and continue")
    heading(page, "Who is referring")
    if referrer:
        page.get_by_label("Somebody without an account").check()
        page.get_by_label("Name", exact=True).fill(referrer)
        page.get_by_label("Team", exact=True).select_option(team)
        page.get_by_label("Agency", exact=True).select_option("Children's social care")
    page.get_by_label("Online", exact=True).check()
    press(page, "Save and continue")
    heading(page, "What the worry is")
    page.get_by_label("What are you worried about?").fill(worry)
    press(page, "Save and continue")
    heading(page, "Is a case consultation suitable?")
    page.get_by_role("main").get_by_role("textbox").first.fill("They are worried too.")
    press(page, "Save and continue")
    heading(page, "Check your answers before sending")


def send(page: Page) -> Referral:
    """Send from the page with all answers; gives the referral that came of it."""
    press(page, "Send the referral")
    expect(page.get_by_text("Your referral has been sent. Its reference is")).to_be_visible()
    return Referral.objects.get(pk=page.url.rstrip("/").rsplit("/", 1)[1])


def screen_as_suitable(page: Page, referral: Referral, planned_for: date) -> None:
    """Decide that a consultation is right."""
    page.goto(f"/referrals/{referral.pk}/screen/")
    page.get_by_label("Suitable: plan a consultation").check()
    fill_date(page, "Date of the consultation", planned_for)
    page.get_by_label("Who else will come").fill("Referrer, youth worker")
    page.get_by_label("Why?").fill("Harm outside the home, in a place that several share.")
    press(page, "Save the decision")
    expect(page.get_by_text("The consultation is planned for")).to_be_visible()


def consultation_url(referral: Referral) -> str:
    """The page where the consultation is written up."""
    return f"/referrals/{referral.pk}/consultation/"


def section(page: Page, key: str) -> Locator:
    """One section of the consultation with its state and whatever stands around it."""
    return page.locator(f"#section-{key}")


def field(page: Page, key: str) -> Locator:
    """The field of a section, or of the merged text while a conflict is open."""
    return section(page, key).locator("[data-text-field]:visible, [data-merged]:visible")


def state(page: Page, key: str) -> Locator:
    """The line that says whether a section is saved."""
    return section(page, key).get_by_role("status")


def write(page: Page, key: str, words: str) -> None:
    """Replace a section's text and stay in the field."""
    field(page, key).fill(words)


def alone(page: Page) -> None:
    """From now on the page hears nothing of what others do; to be called before it is opened."""
    nobody = {"status": "here", "others": [], "changed": []}
    page.route("**/consultation/presence/", lambda route: route.fulfill(json=nobody))


def look_around(page: Page, key: str) -> None:
    """Put the cursor into a section's field, and let the page ask at once who else is here."""
    field(page, key).focus()
    look(page)


def look(page: Page) -> None:
    """The page asks who else is here, as it does when one comes back to it."""
    with page.expect_response("**/consultation/presence/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def bar(page: Page) -> Locator:
    """The line that stays in sight and says how all texts stand."""
    return page.locator("[data-save-bar]")


def saved(page: Page, key: str) -> None:
    """Wait until the page says that a section is saved."""
    expect(state(page, key)).to_have_attribute("data-state", "saved")
    expect(state(page, key)).to_contain_text("Saved")


def do_the_export(page: Page, to: Path, *, scripts: bool = True) -> Path:
    """From the tracker: ask for the workbook, let it be made, and download it into the folder `to`."""
    page.get_by_role("button", name="Export", exact=True).click()
    heading(page, "Export the tracker")
    page.get_by_label("Yes, everything that is recorded").check()
    press(page, "Make the export")
    heading(page, "Export of the tracker")
    expect(page.get_by_text("Waiting to start.")).to_be_visible()
    jobs.run(Job.objects.latest("created_at").pk)
    if not scripts:
        page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("Your export is ready.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the file").click()
    path = to / download.value.suggested_filename
    download.value.save_as(path)
    return path
