"""What is there is in sight: on a laptop without scrolling across, on a telephone without scrolling past the tabs."""

from accounts.permissions import Role
from consultations.choices import ReferralState
from tests.factories import a_person, a_referral, a_team, an_entry
from tests.journeys.conftest import PHONE
from tracker.models import Theme


def test_the_usual_columns_fit_a_laptop(browse):
    manager = a_person(Role.MANAGER)
    by = a_person(Role.CS_PRACTITIONER, team=a_team("Marlow Road Academy"))
    referral = a_referral(ReferralState.HELD, by=by, cs=by)
    themes = Theme.objects.filter(name__in=["Mental Health (Parental)", "Radicalisation", "Unauthorised Absences"])
    an_entry(referral, by=by, primary_concern="neighbourhood", detail="Canal towpath by Lock 4", themes=list(themes))
    a_referral(ReferralState.INFORMATION, by=by, cs=by)
    page = browse(manager)
    page.goto("/tracker/")
    table = page.get_by_role("table", name="Referral tracker")
    assert table.evaluate("table => table.offsetWidth <= table.parentElement.clientWidth")
    last = table.get_by_role("columnheader", name="Feedback").bounding_box()
    assert last["x"] + last["width"] <= 1280 and last["width"] >= 120


def test_a_page_of_the_tracker_begins_in_sight_on_a_telephone(browse):
    page = browse(a_person(Role.MANAGER), viewport=PHONE)
    for path in ("/tracker/", "/tracker/themes/", "/tracker/training/teams/"):
        page.goto(path)
        heading = page.get_by_role("heading", level=1).bounding_box()
        assert heading["y"] + heading["height"] <= PHONE["height"], path
