"""On paper: the record, without what only a screen needs."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.services import notes
from core.models import FormSection
from tests.factories import a_person, a_referral, an_action

LONG = "\n".join(f"Line {number} of what was said about home." for number in range(1, 80))


@pytest.mark.parametrize("path", ["", "consultation/"])
def test_the_record_prints_without_the_furniture(browse, path):
    author = a_person(Role.CS_PRACTITIONER)
    referral = a_referral(ReferralState.PLANNED, name="Kai Mensah")
    an_action(referral, by=author, what="Map the peer group.")
    home = FormSection.objects.get(form="consultation", key="home")
    notes.save_section(referral.consultation, home, body=LONG, base_version=0, by=author)
    page = browse(author, viewport={"width": 794, "height": 1123})  # A4 at 96 dots an inch
    page.goto(f"/referrals/{referral.pk}/{path}")
    expect(page.get_by_role("button").first).to_be_visible()
    page.emulate_media(media="print")
    for furniture in ("header", "footer", "nav", "button", "a.govuk-button", "input[type=search]", ".govuk-skip-link"):
        assert not [one for one in page.locator(furniture).all() if one.is_visible()], furniture
    expect(page.get_by_role("heading", level=1, name="Kai Mensah")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if path:
        # A text area shows all of its text: nothing is cut off on paper.
        assert page.locator("#id_text-home").evaluate("area => area.scrollHeight <= area.offsetHeight + 1")
        expect(page.get_by_text("Map the peer group.", exact=True)).to_be_visible()


def test_the_tracker_prints_each_value_below_its_heading(browse):
    """What is ticked on the screen is not on paper: neither the boxes nor the heading above them."""
    a_referral(ReferralState.HELD, case_number="4711")
    page = browse(a_person(Role.MANAGER))
    page.goto("/tracker/")
    page.emulate_media(media="print")
    table = page.get_by_role("table", name="Referral tracker")
    heading = table.get_by_role("columnheader", name=settings.CASE_NUMBER_NAME).bounding_box()
    value = table.get_by_role("cell", name="4711", exact=True).bounding_box()
    assert abs(heading["x"] - value["x"]) < 1
