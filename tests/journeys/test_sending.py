"""Sending twice: by a double click, and by the back button."""

from playwright.sync_api import expect

from accounts.permissions import Role
from consultations.models import Referral
from core.models import AuditEvent
from tests.factories import a_draft, a_person, a_team
from tests.journeys import steps


def test_a_double_click_sends_once_and_going_back_shows_the_present_state(browse):
    author = a_person(Role.PRACTITIONER, team=a_team())
    draft = a_draft(author)
    page = browse(author)
    page.goto(f"/referrals/{draft.pk}/check/")
    page.get_by_role("button", name="Send the referral").dblclick()
    expect(page.get_by_text("Your referral has been sent.")).to_be_visible()
    assert AuditEvent.objects.filter(act="referral.sent").count() == 1
    reference = Referral.objects.get().reference

    page.go_back()  # no page is kept by the browser: the check page is asked for again, and leads to the referral
    expect(page.get_by_text("Waiting to be screened")).to_be_visible()
    expect(page.get_by_role("button", name="Send the referral")).to_have_count(0)
    assert Referral.objects.get().reference == reference


def test_a_page_that_was_open_all_the_time_cannot_send_again(browse):
    author = a_person(Role.PRACTITIONER, team=a_team())
    draft = a_draft(author)
    page = browse(author, expects={409})
    old = page.context.new_page()
    for tab in (page, old):
        tab.goto(f"/referrals/{draft.pk}/check/")
    steps.send(page)
    with old.expect_navigation() as answer:
        steps.press(old, "Send the referral")
    assert answer.value.status == 409
    expect(old.get_by_role("alert")).to_contain_text("This was not done")
    expect(old.get_by_text("Waiting to be screened")).to_be_visible()
    assert AuditEvent.objects.filter(act="referral.sent").count() == 1


def test_a_double_click_starts_one_referral(browse):
    page = browse(a_person(Role.PRACTITIONER, team=a_team()))
    page.goto("/referrals/new/")
    page.get_by_label("Mosaic ID", exact=True).fill("4815")
    page.get_by_role("button", name="Continue").dblclick()
    steps.heading(page, "The young person")
    assert Referral.objects.count() == 1
