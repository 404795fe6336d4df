"""The long pages: what stays in sight, what folds away, what a person may hide."""

from playwright.sync_api import expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from tests.factories import a_person, a_referral
from tests.journeys import steps
from tests.journeys.conftest import PHONE


def test_the_index_stays_in_sight_and_leads_to_its_sections(browse):
    page = browse(a_person(Role.CS_PRACTITIONER))
    page.goto(steps.consultation_url(a_referral(ReferralState.PLANNED)))
    index = page.get_by_role("navigation", name="Sections")
    index.get_by_role("link", name="Neighbourhood").click()
    expect(steps.field(page, "neighbourhood")).to_be_in_viewport()
    expect(index.get_by_role("link", name="Home")).to_be_in_viewport()
    index.get_by_role("link", name="Home").click()
    expect(steps.field(page, "home")).to_be_in_viewport()


def test_the_index_is_folded_on_a_phone(browse):
    page = browse(a_person(Role.CS_PRACTITIONER), viewport=PHONE)
    page.goto(steps.consultation_url(a_referral(ReferralState.PLANNED)))
    index = page.get_by_role("navigation", name="Sections")
    expect(index.get_by_role("link", name="Home")).to_be_hidden()
    index.get_by_text("Sections").click()
    expect(index.get_by_role("link", name="Home")).to_be_visible()


def test_the_decision_stays_beside_the_answers(browse):
    page = browse(a_person(Role.CS_PRACTITIONER), viewport={"width": 1280, "height": 600})
    page.goto(f"/referrals/{a_referral().pk}/screen/")
    page.get_by_label("Suitable: plan a consultation").check()
    page.mouse.move(200, 300)
    page.mouse.wheel(0, 500)
    expect(page.get_by_role("heading", name="Your decision")).to_be_in_viewport()
    scrolled = page.evaluate("scrollY")
    assert scrolled > 0
    page.get_by_role("button", name="Save the decision").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Save the decision")).to_be_in_viewport()
    assert page.evaluate("scrollY") == scrolled  # on a low window the decision scrolls by itself


def test_the_guidance_stays_hidden_for_who_hid_it(browse):
    page = browse(a_person(Role.CS_PRACTITIONER))
    page.goto(steps.consultation_url(a_referral(ReferralState.PLANNED)))
    guidance = page.get_by_text("Who does the Young Person currently live with?", exact=True).first
    expect(guidance).to_be_visible()
    steps.press(page, "Hide guidance")
    expect(guidance).to_be_hidden()
    page.reload()
    expect(guidance).to_be_hidden()
    steps.press(page, "Show guidance")
    expect(guidance).to_be_visible()
