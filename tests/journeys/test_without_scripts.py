"""The main job where no script runs: slower, but nothing is impossible and nothing is lost."""

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from core.models import SetAsideText
from tests.factories import PASSPHRASE, a_person, a_referral, a_team, an_entry
from tests.journeys import steps


@pytest.fixture
def without_scripts(browse):
    """without_scripts(user): a page of a browser that runs no scripts."""
    return lambda user=None, **options: browse(user, java_script_enabled=False, **options)


def _save(page: Page, key: str) -> None:
    steps.section(page, key).get_by_role("button", name="Save section").click()


def test_from_referral_to_data_entry(without_scripts):
    page = without_scripts()
    referrer = a_person(Role.PRACTITIONER, team=a_team(), passphrase=PASSPHRASE)
    steps.sign_in_at_home(page, referrer)
    steps.make_referral(page, name="Kai Mensah", case_number="481516", worry="Seen by the canal.")
    referral = steps.send(page)

    page = without_scripts(a_person(Role.CS_PRACTITIONER, team=a_team(), name="Amina Rahman"))
    steps.screen_as_suitable(page, referral, timezone.localdate())
    page.goto(steps.consultation_url(referral))
    steps.write(page, "home", "Lives with mother & two brothers.")
    steps.write(page, "school", "Feels safe in lessons.")
    _save(page, "home")
    expect(page.get_by_text("Saved: Home, School.")).to_be_visible()
    expect(steps.field(page, "school")).to_have_value("Feels safe in lessons.")
    expect(steps.field(page, "home")).to_have_value("Lives with mother & two brothers.")
    expect(steps.section(page, "home")).to_contain_text("Saved by Amina Rahman")

    page.get_by_role("link", name="Add an action for School").click()
    page.get_by_label("What will be done?").fill("Agree who is at the gate.")
    page.get_by_label("Somebody else", exact=True).check()
    page.get_by_label("Name", exact=True).fill("Head of year")
    steps.press(page, "Save the action")
    expect(page.get_by_text("The action is added.")).to_be_visible()

    page.get_by_role("button", name="Mark the consultation as held").click()
    steps.press(page, "Mark as held")
    page.get_by_role("button", name="Complete the data entry form").click()
    page.get_by_label("Peer Group").check()
    page.get_by_label("Other [state]").check()
    steps.press(page, "Complete the form")
    page.get_by_role("link", name="Enter what the other theme is").click()
    page.get_by_label("State the other theme").fill("Fire setting")
    steps.press(page, "Complete the form")
    expect(page.get_by_text("is complete. It is in the tracker.")).to_be_visible()
    referral.refresh_from_db()
    assert (referral.state, referral.entry.other_theme) == (ReferralState.HELD, "Fire setting")


def test_a_conflict_shows_both_texts(without_scripts):
    referral = a_referral(ReferralState.PLANNED)
    first = without_scripts(a_person(Role.CS_PRACTITIONER, name="Amina"))
    second = without_scripts(a_person(Role.CS_PRACTITIONER, name="Daniel"), expects={409})
    for page in (first, second):
        page.goto(steps.consultation_url(referral))
    steps.write(first, "home", "The mother is worried.")
    _save(first, "home")
    steps.write(second, "home", "The grandmother helps.")
    _save(second, "home")
    expect(second.get_by_text("Somebody else changed “Home” while you wrote. Both texts are below.")).to_be_visible()
    expect(steps.field(second, "home")).to_have_value("The mother is worried.")
    expect(steps.section(second, "home")).to_contain_text("The grandmother helps.")
    steps.write(second, "home", "The mother is worried; the grandmother helps.")
    steps.section(second, "home").get_by_label("It is merged").check()
    _save(second, "home")
    expect(second.get_by_text("Saved: Home.")).to_be_visible()
    expect(second.get_by_text("not merged yet")).to_have_count(0)
    first.reload()
    expect(steps.field(first, "home")).to_have_value("The mother is worried; the grandmother helps.")
    assert SetAsideText.objects.get().resolved_by.name == "Daniel"


def test_an_export_is_looked_for_again(without_scripts, tmp_path):
    an_entry()
    page = without_scripts(a_person(Role.MANAGER))
    page.goto("/tracker/")
    workbook = load_workbook(steps.do_the_export(page, tmp_path, scripts=False))
    assert workbook["Referrals"].max_row == 2
