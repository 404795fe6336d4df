"""Before and in the meeting: the framework, who comes, a question taken away, harm and strength marked."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import FrameworkCell, SpaceMark, TakeAway
from consultations.services import marks
from tests.factories import a_person, a_referral, a_team
from tests.journeys import steps
from tests.journeys.conftest import OFFLINE, PHONE


@pytest.fixture
def maker():
    return a_person(Role.PRACTITIONER, team=a_team(), name="Rowan Ellis")


@pytest.fixture
def referral(maker):
    return a_referral(ReferralState.PLANNED, by=maker, cs=a_person(Role.CS_PRACTITIONER))


def cell(page: Page, column: str, point: str):
    return page.get_by_role("region", name=column).get_by_label(point)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_referrer_fills_in_some_of_the_framework(browse, referral, maker, size):
    page = browse(maker, **({"viewport": PHONE} if size == "phone" else {}))
    page.goto(f"/referrals/{referral.pk}/prepare/")
    expect(page.get_by_text("You do not have to fill this in")).to_be_visible()
    page.get_by_role("link", name="Add another school").click()
    page.get_by_label("Which school is it?").fill("Marlow Road Academy")
    steps.press(page, "Add")
    place = page.get_by_role("region", name="School(s) Marlow Road Academy")
    field = place.get_by_label("What are you concerned about?")
    field.fill("Two older boys wait at the gate.")
    expect(place.get_by_role("status").nth(1)).to_contain_text("Saved")
    assert FrameworkCell.objects.get(text__version__gt=0).text.body == "Two older boys wait at the gate."
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if size == "desktop":  # the matrix: one point stands in one row
        tops = {
            round(page.locator(f"[data-label='{point}'] >> nth={column}").bounding_box()["y"])
            for column in (0, 3)
            for point in ["What works well?"]
        }
        assert len(tops) == 1


def choose(page: Page, group: str, words: str) -> None:
    page.get_by_role("group", name=group).get_by_label(words, exact=True).check()


def test_harm_and_strength_are_saved_as_they_are_chosen(browse, referral):
    page = browse(a_person(Role.CS_PRACTITIONER, name="Amina"))
    steps.alone(page)
    page.goto(steps.consultation_url(referral))
    choose(page, "Harm: Peer group", "Serious")
    choose(page, "Strength: Peer group", "Some")  # while the first save may be under way
    expect(page.locator("#state-mark-peer-group")).to_contain_text("Marked by Amina")
    expect(page.locator("#state-mark-peer-group")).to_have_attribute("data-state", "saved")
    page.goto(page.url)
    expect(page.get_by_role("group", name="Harm: Peer group").get_by_label("Serious")).to_be_checked()
    expect(page.get_by_role("group", name="Strength: Peer group").get_by_label("Some")).to_be_checked()
    mark = SpaceMark.objects.get()
    assert (mark.harm, mark.strength) == ("serious", "some")


def test_who_marks_second_is_told_and_shown_what_stands(browse, referral):
    page = browse(a_person(Role.CS_PRACTITIONER), expects={409})
    steps.alone(page)
    page.goto(steps.consultation_url(referral))
    daniel = a_person(Role.CS_PRACTITIONER, name="Daniel")
    marks.save(referral.consultation, "school", harm="serious", strength="", version=0, by=daniel)
    choose(page, "Harm: School", "None known")
    state = page.locator("#state-mark-school")
    expect(state).to_contain_text("Daniel changed School to serious harm at the same time.")
    expect(page.get_by_role("group", name="Harm: School").get_by_label("Serious")).to_be_checked()
    choose(page, "Harm: School", "Some")
    expect(state).to_have_attribute("data-state", "saved")
    assert SpaceMark.objects.get().harm == "some"


def test_a_mark_made_without_a_connection_is_saved_when_it_is_back(browse, referral):
    page = browse(a_person(Role.CS_PRACTITIONER), expects={OFFLINE})
    page.goto(steps.consultation_url(referral))
    page.context.set_offline(True)
    choose(page, "Harm: Home", "Some")
    expect(page.locator("#state-mark-home")).to_contain_text("Not saved: no connection")
    choose(page, "Strength: Home", "Real")
    page.context.set_offline(False)
    expect(page.locator("#state-mark-home")).to_have_attribute("data-state", "saved")
    mark = SpaceMark.objects.get()
    assert (mark.harm, mark.strength) == ("some", "strong")


def test_a_prompt_nobody_can_answer_is_taken_away_and_typed_text_is_not_lost(browse, referral, maker):
    page = browse(a_person(Role.CS_PRACTITIONER))
    page.goto(steps.consultation_url(referral))
    steps.write(page, "school", "Typed a moment ago")
    steps.section(page, "school").get_by_role("link", name="Not known: take away").nth(2).click()
    steps.heading(page, "A question to take away")
    expect(page.get_by_label("What is the question?")).to_have_value("Does the YP feel safe at school?")
    page.get_by_label("Somebody with an account here").check()
    page.get_by_label("Person", exact=True).select_option(label=f"{maker.name} ({maker.team})")
    steps.fill_date(page, "By when", timezone.localdate() + timedelta(days=3))
    steps.press(page, "Save the question")
    expect(steps.field(page, "school")).to_have_value("Typed a moment ago")
    owner = browse(maker)
    owner.goto("/")
    owner.get_by_role("link", name="Does the YP feel safe at school?").click()
    owner.get_by_label("Yes", exact=True).check()
    owner.get_by_label("What did you find out").fill("In lessons, not at the gate.")
    steps.press(owner, "Save the answer")
    steps.heading(owner, "Your work")
    assert TakeAway.objects.get().outcome == "In lessons, not at the gate."


def test_somebody_is_added_and_marked_as_present(browse, referral):
    page = browse(a_person(Role.CS_PRACTITIONER))
    page.goto(steps.consultation_url(referral))
    page.get_by_role("link", name="Change who takes part").click()
    page.get_by_label("Somebody else", exact=True).check()
    page.get_by_label("Name", exact=True).fill("PC Stone")
    page.get_by_label("Agency", exact=True).fill("Police")
    steps.press(page, "Add to the list")
    page.get_by_role("group", name="Did PC Stone, Police come?").get_by_label("Came", exact=True).check()
    steps.press(page, "Save who came")
    expect(page.get_by_text("Who came is saved.")).to_be_visible()
    page.get_by_role("link", name="Back to the consultation").click()
    expect(page.get_by_role("region", name="Practitioners present")).to_contain_text("PC Stone, Police (came)")
