"""Referring somebody who was referred before, from a telephone; and a question that goes to and fro."""

import pytest
from playwright.sync_api import expect

from accounts.permissions import Role
from consultations.models import Referral
from tests.factories import a_person, a_referral, a_team
from tests.journeys import steps

PHONE = {"viewport": {"width": 320, "height": 640}}


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_known_is_referred_again_on_a_phone_and_asked_about(browse, scripts):
    author = a_person(Role.PRACTITIONER, team=a_team("CIN Unit 1"), name="Rowan Ellis")
    cs = a_person(Role.CS_PRACTITIONER, team=a_team("CS"), name="Amina Rahman")
    before = a_referral("signposted", by=author, case_number="48-1516", name="Jordan O'Brien")
    page = browse(author, java_script_enabled=scripts, **PHONE)
    page.goto("/referrals/new/")
    page.get_by_label("Mosaic ID", exact=True).fill("481516")
    steps.press(page, "Continue")
    steps.heading(page, "This Mosaic ID is here already")
    expect(page.get_by_role("main")).to_contain_text("Jordan O'Brien")
    page.get_by_label("Yes, this is the young person").check()
    steps.press(page, "Continue")
    steps.heading(page, "The young person")
    expect(page.get_by_label("Mosaic ID", exact=True)).to_have_value("48-1516")
    expect(page.get_by_label("Name of Young Person")).to_have_value("Jordan O'Brien")
    expect(page.get_by_text("These details are as they stand in referral")).to_contain_text(before.reference)
    steps.press(page, "Save and continue")
    steps.heading(page, "Who is referring")
    steps.press(page, "Save and continue")
    page.get_by_label("What are you worried about?").fill("Seen by the canal.")
    steps.press(page, "Save and continue")
    steps.heading(page, "Is a case consultation suitable?")
    steps.press(page, "Save and continue")
    steps.heading(page, "Check your answers before sending")
    referral = steps.send(page)
    assert referral.young_person == before.young_person
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    desk = browse(cs, java_script_enabled=scripts)
    desk.goto(f"/referrals/{referral.pk}/")
    desk.get_by_role("button", name="Allocate to me").click()
    expect(desk.get_by_text("The referral is allocated to you.")).to_be_visible()
    desk.get_by_role("button", name="Screen this referral").click()
    expect(desk.get_by_role("link", name=before.reference)).to_be_visible()
    desk.get_by_label("More information needed: ask the referrer").check()
    desk.get_by_label("What do you need to know?").fill("Who else was there?")
    steps.press(desk, "Save the decision")
    expect(desk.get_by_text("Your question is in the record.")).to_be_visible()

    page.goto("/")
    page.get_by_role("link", name=referral.reference).first.click()
    steps.heading(page, "Answer the question")
    expect(page.get_by_text("Who else was there?")).to_be_visible()
    page.get_by_label("Your answer").fill("Two older boys.")
    steps.press(page, "Send the answer")
    expect(page.get_by_text("Your answer is in the record.")).to_be_visible()

    desk.goto("/")
    expect(desk.get_by_role("heading", name="Answers that came in")).to_be_visible()
    desk.get_by_role("link", name=referral.reference).first.click()
    expect(desk.get_by_text("Two older boys.")).to_be_visible()
    assert Referral.objects.count() == 2
