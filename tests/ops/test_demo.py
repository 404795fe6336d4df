"""The demonstration's bulk data: the same everywhere, quick, and every page opens on it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import RoleGrant, Team, User
from consultations.models import Referral
from csproject.demo import training
from csproject.demo.tracker import HOW_MANY, REFERRING, FurtherReferrals
from csproject.management.commands.load_demo import PEOPLE, TEAMS
from tests.factories import a_team
from tracker.models import Champion, TrackerEntry, TrainingAttendance, TrainingCourse

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def people():
    for agency, names in TEAMS.items():
        for name in names:
            a_team(name, agency)
    found = {}
    everybody = [*PEOPLE, ("left", "Josephine Marsden", "CIN Unit 1", [])]
    for short, name, team, roles in everybody:
        team = Team.objects.get(name=team)
        found[short] = User.objects.create_user(f"{short}@demo.example", name=name, team=team)
        RoleGrant.objects.bulk_create(RoleGrant(user=found[short], role=role, given_at=NOW) for role in roles)
    return found


def told() -> list:
    rows = Referral.objects.order_by("reference").values_list("reference", "name", "received_on", "state", "team__name")
    return list(rows)


def test_it_is_the_same_story_each_time_in_few_statements(people):
    further = FurtherReferrals(NOW)
    with CaptureQueriesContext(connection) as captured:
        further.load(people)
    assert len(captured) < 40
    found = told()
    assert len(found) == HOW_MANY
    assert [row[2] for row in found] == sorted(row[2] for row in found)  # references rise with the days
    again = FurtherReferrals(NOW)
    assert (again.days, len(set(again.references) & set(further.references))) == (further.days, 0)
    assert {row[4] for row in found} <= set(REFERRING)
    assert max(row[2] for row in found) < (NOW - timedelta(days=55)).date()
    assert TrackerEntry.objects.exclude(other_theme="").count() > 10


def test_the_pages_of_what_was_made_in_bulk_open(people, signed_in):
    FurtherReferrals(NOW).load(people)
    training.load(people, NOW)
    assert (TrainingCourse.objects.count(), TrainingAttendance.objects.count(), Champion.objects.count()) == (6, 60, 8)
    browser = signed_in(people["cs"])
    for state, names in {
        "held": ("referral", "consultation", "prepare", "participants", "chronology", "feedback", "print"),
        "signposted": ("referral", "chronology"),
        "withdrawn": ("referral", "chronology"),
    }.items():
        referral = Referral.objects.filter(state=state).earliest("received_on")
        for name in names:
            rest = ["consultation"] if name == "print" else []
            answer = browser.get(reverse(f"consultations:{name}", args=[referral.pk, *rest]))
            assert answer.status_code == 200, f"{name} of {state}"
    for name in ("tracker", "training", "training-teams", "training-champions"):
        assert browser.get(reverse(f"tracker:{name}")).status_code == 200


def test_it_is_never_loaded_by_itself():
    assert settings.DEMO is False
