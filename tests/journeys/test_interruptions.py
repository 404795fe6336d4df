"""What people typed survives the end of their session, of the connection, and of their patience."""

import re
from urllib.parse import urlsplit

from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import ConsultationNote, Referral
from core.models import FormDraft
from tests.factories import PASSPHRASE, a_draft, a_person, a_referral, a_team
from tests.journeys import steps
from tests.journeys.conftest import OFFLINE

WORDS = "Typed after the session had ended."
KEPT = re.compile(r"^Kept at \d\d:\d\d\. Not sent yet\.$")


def _body(referral: Referral, key: str) -> str:
    notes = ConsultationNote.objects.filter(consultation__referral=referral, section__key=key)
    return notes.values_list("text__body", flat=True).first() or ""


def _nothing_is_stored_in_the_browser(page: Page) -> None:
    stored = page.evaluate(
        """async () => ({...localStorage, ...sessionStorage, ...(await indexedDB.databases()),
        ...("caches" in window ? await caches.keys() : [])})"""
    )
    # htmx remembers which address it stands at, as the address bar does: ids, no words.
    assert stored in ({}, {"htmx-current-path-for-history": urlsplit(page.url).path})


def _sign_in_again(page: Page, user) -> Page:
    """By the link in the banner, in the new tab that it opens."""
    banner = page.get_by_role("alert").filter(has_text="You have been signed out.")
    with page.context.expect_page() as opened:
        banner.get_by_role("link", name="Sign in in a new tab").click()
    steps.sign_in(opened.value, user)
    steps.heading(opened.value, "You are signed in again")
    return opened.value


def _type_into_an_ended_session(page: Page, referral: Referral) -> None:
    page.goto(steps.consultation_url(referral))
    Session.objects.all().delete()
    steps.write(page, "school", WORDS)
    expect(steps.state(page, "school")).to_contain_text("Not saved: you have been signed out")
    expect(steps.field(page, "school")).to_have_value(WORDS)
    assert _body(referral, "school") == ""


def test_after_signing_in_again_in_another_tab_the_page_saves_by_itself(browse):
    author = a_person(Role.CS_PRACTITIONER, passphrase=PASSPHRASE)
    referral = a_referral(ReferralState.PLANNED)
    page = browse(author, expects={401})
    _type_into_an_ended_session(page, referral)
    page.keyboard.type(" And more.")
    _nothing_is_stored_in_the_browser(page)

    other = _sign_in_again(page, author)
    steps.saved(page, "school")
    expect(page.get_by_text("You have been signed out.")).to_have_count(0)
    assert _body(referral, "school") == f"{WORDS} And more."
    _nothing_is_stored_in_the_browser(page)
    other.close()
    steps.write(page, "school", "The page goes on saving.")  # with the token of the new session
    expect(steps.state(page, "school")).to_have_attribute("data-state", "typing")
    steps.saved(page, "school")


def test_a_page_that_is_only_open_notices_the_end_of_its_session_and_rests(browse):
    author = a_person(Role.CS_PRACTITIONER, passphrase=PASSPHRASE)
    page = browse(author, expects={401})
    page.goto(steps.consultation_url(a_referral(ReferralState.PLANNED)))
    Session.objects.all().delete()
    steps.look(page)
    expect(page.get_by_role("alert").filter(has_text="You have been signed out.")).to_be_visible()
    asked = []
    page.on("request", lambda request: asked.append(request) if "presence" in request.url else None)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    assert asked == []
    _sign_in_again(page, author).close()
    expect(page.get_by_text("You have been signed out.")).to_have_count(0)
    with page.expect_response(lambda response: "presence" in response.url and response.ok):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_nobody_saves_in_another_persons_name(browse):
    author = a_person(Role.CS_PRACTITIONER, name="Amina Rahman")
    somebody = a_person(Role.CS_PRACTITIONER, name="Daniel Osei", passphrase=PASSPHRASE)
    referral = a_referral(ReferralState.PLANNED)
    page = browse(author, expects={401})
    _type_into_an_ended_session(page, referral)
    _sign_in_again(page, somebody)
    expect(page.get_by_role("alert").filter(has_text="You are signed in as somebody else.")).to_contain_text(
        "This text was written by Amina Rahman: sign in as them to save it."
    )
    expect(steps.state(page, "school")).to_contain_text("Not saved.")
    steps.write(page, "school", f"{WORDS} And more.")
    expect(steps.state(page, "school")).to_contain_text("Not saved.")
    expect(steps.field(page, "school")).to_have_value(f"{WORDS} And more.")
    assert _body(referral, "school") == ""


def test_without_a_connection_the_page_says_so_and_saves_when_it_is_back(browse):
    referral = a_referral(ReferralState.PLANNED)
    page = browse(a_person(Role.CS_PRACTITIONER), expects={OFFLINE})
    page.goto(steps.consultation_url(referral))
    steps.field(page, "home").press_sequentially("Before. ")
    page.context.set_offline(True)
    page.keyboard.type("While the line was cut. ")
    expect(steps.state(page, "home")).to_contain_text("Not saved: no connection. Your words are safe in this page")
    page.keyboard.type("Still cut. ")
    expect(steps.state(page, "home")).to_contain_text("Not saved: no connection.")
    page.context.set_offline(False)
    page.keyboard.type("Back.")
    steps.saved(page, "home")
    expect(steps.field(page, "home")).to_have_value("Before. While the line was cut. Still cut. Back.")
    assert _body(referral, "home") == "Before. While the line was cut. Still cut. Back."
    _nothing_is_stored_in_the_browser(page)


def test_a_form_is_not_sent_into_the_void(browse):
    page = browse(a_person(Role.PRACTITIONER, team=a_team()), expects={OFFLINE})
    page.goto("/referrals/new/")
    page.context.set_offline(True)
    page.get_by_label("Mosaic ID", exact=True).fill("481516")
    expect(page.locator("[data-draft-state]")).to_contain_text("Not saved: no connection.")
    steps.press(page, "Continue")
    expect(page.locator("[data-draft-state]")).to_contain_text("Not sent: no connection.")
    page.context.set_offline(False)
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    expect(page.get_by_label("Mosaic ID", exact=True)).to_have_value("481516")


def test_a_referral_half_typed_is_there_again(browse):
    author = a_person(Role.PRACTITIONER, team=a_team())
    page = browse(author)
    page.goto("/referrals/new/")
    page.get_by_label("Mosaic ID", exact=True).press("4")
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    assert FormDraft.objects.get().data["case_number"] == ["4"]  # from the first key
    page.keyboard.type("81516")
    page.goto("/")

    page.get_by_role("link", name="A referral that you began to type").click()
    expect(page.get_by_text("did not send is in this form again")).to_be_visible()
    expect(page.get_by_label("Mosaic ID", exact=True)).to_have_value("481516")

    # Coming back is not "another tab": what is there may be changed and taken away, and is kept.
    page.get_by_label("Mosaic ID", exact=True).fill("999")
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    steps.press(page, "Continue")
    steps.heading(page, "The young person")
    assert not FormDraft.objects.exists()
    boxes = steps.date_group(page, "Date of birth")
    boxes.get_by_label("Day").fill("31")
    boxes.get_by_label("Month").fill("February")
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    page.goto(page.url)
    expect(page.get_by_text("did not send is in this form again")).to_be_visible()
    expect(boxes.get_by_label("Day")).to_have_value("31")
    expect(boxes.get_by_label("Month")).to_have_value("February")
    expect(page.get_by_text("There is a problem")).to_have_count(0)  # nobody complains about what was not sent

    steps.press(page, "Save and continue")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Name of Young Person").fill("Kai Mensah")
    boxes.get_by_label("Day").fill("1")
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    boxes.get_by_label("Year").fill("2010")
    steps.press(page, "Save and continue")
    steps.heading(page, "Who is referring")
    assert not FormDraft.objects.exists()
    made = Referral.objects.get()
    assert (made.case_number, made.name, made.date_of_birth.isoformat()) == ("999", "Kai Mensah", "2010-02-01")


def test_a_step_half_changed_is_there_again_and_can_be_discarded(browse):
    author = a_person(Role.PRACTITIONER, team=a_team())
    draft = a_draft(author, name="As it was saved")
    url = f"/referrals/{draft.pk}/edit/young-person/"
    page = browse(author)
    page.goto(url)
    name = page.get_by_label("Name of Young Person")
    name.fill("As it was typed")
    steps.date_group(page, "Date of birth").get_by_label("Day").fill("99")
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    page.goto("/")
    page.goto(url)
    expect(name).to_have_value("As it was typed")
    expect(steps.date_group(page, "Date of birth").get_by_label("Day")).to_have_value("99")
    steps.press(page, "Discard it and start from what is saved")
    expect(name).to_have_value("As it was saved")
    draft.refresh_from_db()
    assert draft.name == "As it was saved"


def test_two_tabs_with_the_same_form_do_not_write_over_each_other(browse):
    page = browse(a_person(Role.PRACTITIONER, team=a_team()), expects={409})
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto("/referrals/new/")
    page.get_by_label("Mosaic ID", exact=True).fill("From the first tab")
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    other.get_by_label("Mosaic ID", exact=True).fill("From the second tab")
    expect(other.locator("[data-draft-state]")).to_contain_text("in another tab")
    assert FormDraft.objects.get().data["case_number"] == ["From the first tab"]
    steps.press(other, "Keep this tab’s text")
    expect(other.locator("[data-draft-state]")).to_have_text(KEPT)
    assert FormDraft.objects.get().data["case_number"] == ["From the second tab"]
    page.get_by_label("Mosaic ID", exact=True).fill("From the first tab again")
    expect(page.locator("[data-draft-state]")).to_contain_text("in another tab")
