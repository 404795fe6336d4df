"""Pages by key: in any order, walking them forwards and backwards meets every row once, as in the whole list."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Role
from consultations.models import Referral
from core import paging
from tests.factories import a_person, a_referral, a_team
from tracker import rows
from tracker.choices import PrimaryConcern
from tracker.models import TrackerEntry
from tracker.views import listing

pytestmark = pytest.mark.django_db
STATES = ["screening", "information", "planned", "held", "signposted", "withdrawn"]
SORTS = [f"{sign}{key}" for key in rows.SORTS for sign in ("", "-")]
# A row: the day it was received, its team, its state, its primary concern (None: no data entry form). Many tie.
ROWS = st.tuples(
    st.integers(0, 2),
    st.sampled_from([None, 0, 1, 2, 3]),
    st.sampled_from(STATES),
    st.sampled_from([None, "", *PrimaryConcern.values]),
)


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


@pytest.fixture
def teams():
    """Four teams, two of one name."""
    return [a_team("Beta"), a_team("Alpha"), a_team("Beta", agency="Police"), a_team("Gamma")]


def fill(made: list[tuple], teams: list, by) -> None:
    """So many rows; their references are in no order of the days."""
    TrackerEntry.objects.all().delete()
    Referral.objects.all().delete()
    referrals = [
        Referral(
            reference=f"CS-2026-{(number * 7) % 97:04d}", state=state, imported=True, made_by=by,
            created_at=timezone.now(), received_on=date(2026, 1, 1) + timedelta(days=day),
            team=None if team is None else teams[team],
        )
        for number, (day, team, state, _) in enumerate(made)
    ]  # fmt: skip
    Referral.objects.bulk_create(referrals)
    TrackerEntry.objects.bulk_create(
        TrackerEntry(referral=referral, primary_concern=concern)
        for referral, (*_, concern) in zip(referrals, made, strict=True)
        if concern is not None
    )


def page(by, sort: str, *, size: int, few: int, **query) -> paging.KeysetPage:
    seen = rows.seen_by(by)
    asked = {name: str(value) for name, value in query.items()}
    return paging.page_of(seen, rows.order_of(sort), asked, size=size, seen=seen, few=few)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    made=st.lists(ROWS, max_size=14),
    sort=st.sampled_from(SORTS),
    size=st.integers(1, 5),
    few=st.sampled_from([0, paging.FEW]),  # along the index, or all of them sorted
)
def test_every_row_is_met_once_forwards_and_backwards(manager, teams, made, sort, size, few):
    fill(made, teams, manager)
    whole = [row.pk for row in rows.rows_for(manager, {}, sort)]
    assert len(whole) == len(made)
    there = page(manager, sort, size=size, few=few)
    pages, walked = [there], [row.pk for row in there]
    assert there.previous is None
    while there.following:
        there = page(manager, sort, size=size, few=few, after=there.following)
        pages.append(there)
        walked += [row.pk for row in there]
    assert walked == whole
    assert all(len(one) == size for one in pages[:-1])
    backwards = [there]
    while backwards[-1].previous:
        backwards.append(page(manager, sort, size=size, few=few, before=backwards[-1].previous))
    assert [[row.pk for row in one] for one in backwards[::-1]] == [[row.pk for row in one] for one in pages]


@pytest.mark.parametrize("sort", SORTS)
def test_a_long_list_is_the_same_along_the_index_as_sorted(manager, teams, sort):
    made = [(n % 3, [None, 0, 1, 2, 3][n % 5], STATES[n % 6], [None, "", *PrimaryConcern.values][n % 7])
            for n in range(60)]  # fmt: skip
    fill(made, teams, manager)
    whole = [row.pk for row in rows.rows_for(manager, {}, sort)]
    for few in (0, paging.FEW):
        first = page(manager, sort, size=25, few=few)
        second = page(manager, sort, size=25, few=few, after=first.following)
        third = page(manager, sort, size=25, few=few, after=second.following)
        assert [row.pk for one in (first, second, third) for row in one] == whole
        assert third.following is None


@pytest.mark.parametrize("few", [0, paging.FEW])
@pytest.mark.parametrize("asked", ["", "x", "\x00", "1", "00000000-0000-4000-8000-000000000000", "9" * 5000])
@pytest.mark.parametrize("place", ["after", "before"])
def test_a_place_that_is_nowhere_leads_to_the_first_page(manager, teams, few, asked, place):
    fill([(0, 0, "held", None)] * 3, teams, manager)
    found = page(manager, "reference", size=2, few=few, **{place: asked})
    assert len(found) == 2
    assert found.previous is None
    assert found.following is not None


@pytest.mark.parametrize("few", [0, paging.FEW])
def test_a_row_that_left_the_filter_still_says_where_the_page_begins(manager, teams, few):
    fill([(0, 0, "held", None)] * 4, teams, manager)
    held = rows.narrowed(rows.seen_by(manager), {"state": ["held"]})

    def of(**query):
        return paging.page_of(held, rows.order_of("reference"), query, size=2, seen=rows.seen_by(manager), few=few)

    whole = [row.pk for row in held.order_by("reference")]
    mark = of().following
    Referral.objects.filter(pk=mark).update(state="withdrawn")
    assert [row.pk for row in of(after=str(mark))] == whole[2:]
    assert mark == whole[1]


def test_the_place_is_no_way_to_learn_of_a_row_that_may_not_be_seen(manager, teams):
    fill([(0, 0, "held", None)] * 3, teams, manager)
    hidden = Referral.objects.order_by("reference")[1]
    Referral.objects.filter(pk=hidden.pk).update(
        restricted_at=timezone.now(), restricted_by=manager, restriction_reason="Known.",
        restriction_review_on=date(2027, 1, 1),
    )  # fmt: skip
    for few in (0, paging.FEW):
        found = page(manager, "reference", size=5, few=few, after=hidden.pk)
        assert (len(found), found.previous) == (2, None)  # the first page, as for an id that is nobody's


def test_the_count_stops_looking(signed_in, manager, teams, monkeypatch):
    fill([(0, 0, "held", None)] * 4, teams, manager)
    assert page(manager, "reference", size=2, few=4).count == (4, False)
    assert page(manager, "reference", size=2, few=3).count == (3, True)
    assert str(paging.Count(1234, False)) == "1,234"
    monkeypatch.setattr(listing.paging.page_of, "__kwdefaults__", listing.paging.page_of.__kwdefaults__ | {"few": 3})
    shown = signed_in(manager).get(reverse("tracker:tracker")).content.decode()
    assert "More than 3 referrals." in shown


def test_a_page_of_many_costs_the_same_wherever_it_lies(signed_in, manager, django_assert_max_num_queries):
    person = a_person(Role.PRACTITIONER, team=a_team())
    made = [a_referral(by=person) for _ in range(4)]
    with django_assert_max_num_queries(5):
        found = page(manager, "received", size=2, few=0, after=made[1].pk)
    assert [row.pk for row in found] == [made[2].pk, made[3].pk]
