"""Tagging from the list in a browser: ticking all of a page, with the keyboard, and without scripts."""

import re

from playwright.sync_api import expect

from accounts.permissions import Role
from tests.factories import a_person, a_referral, a_team
from tests.journeys import steps
from tracker.models import Theme, TrackerEntry


def test_ticking_all_of_a_page_then_tagging_and_undoing(browse):
    cs = a_person(Role.CS_PRACTITIONER, team=a_team())
    for _ in range(3):
        a_referral("held", by=cs)
    page = browse(cs)
    page.goto("/tracker/?state=held")
    everything = page.get_by_label("Tick all on this page")
    boxes = page.get_by_label("Tick CS-")
    expect(boxes).to_have_count(3)
    everything.focus()
    page.keyboard.press("Space")
    for number in range(3):
        expect(boxes.nth(number)).to_be_checked()
    boxes.nth(1).uncheck()
    expect(everything).not_to_be_checked()
    page.get_by_role("button", name="Tag the ticked ones").click()
    steps.heading(page, "Tag 2 referrals")
    page.get_by_label("Gangs", exact=True).check()
    page.get_by_role("button", name="Continue").click()
    steps.heading(page, "2 referrals will change")
    page.get_by_role("button", name="Change these 2 referrals").click()
    expect(page.get_by_text("You can undo this")).to_be_visible()
    gangs = Theme.objects.get(name="Gangs")
    assert gangs.entries.count() == 2
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo the tagging").click()
    expect(page.get_by_text("Undone in 2 referrals.")).to_be_visible()
    assert not TrackerEntry.objects.exists()
    page.get_by_role("button", name="Back to the tracker").click()
    expect(page).to_have_url(re.compile(r"/tracker/\?state=held$"))


def test_all_that_were_found_and_no_scripts(browse):
    cs = a_person(Role.CS_PRACTITIONER, team=a_team())
    made = [a_referral("held", by=cs) for _ in range(2)]
    page = browse(cs, java_script_enabled=False)
    page.goto("/tracker/?state=held")
    expect(page.get_by_label("Tick all on this page")).to_have_count(0)
    page.get_by_label(f"Tick {made[0].reference}").check()
    page.get_by_role("button", name="Tag the ticked ones").click()
    steps.heading(page, f"Tag {made[0].reference}")
    page.goto("/tracker/?state=held")
    page.get_by_role("button", name="Tag all 2").click()
    steps.heading(page, "Tag 2 referrals")
