"""The demonstration's three rounds: the last one is the tool's worked example, word for word, with what came before."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.urls import reverse

from accounts.permissions import Role
from csproject.demo import reviews as demo
from reviews.comparison import Sort, chain_of, compare
from reviews.worked_example import OVERALL, STATEMENTS
from tests.factories import a_person

pytestmark = pytest.mark.django_db


def test_the_last_of_three_rounds_is_the_worked_example(signed_in):
    lead = a_person(Role.LEAD)
    last = demo.load({"lead": lead}, datetime(2026, 11, 23, 12, tzinfo=UTC))
    chain = chain_of(last)
    assert [one.is_open for one in chain] == [False, False, True]
    assert [one.closed_because for one in chain] == ["", demo.NO_LEAD, ""]
    there = {
        (one.part, one.rating, one.words.body): [
            (each.what, each.owner_name, each.timescale, tuple(each.points_to)) for each in one.actions.all()
        ]
        for one in last.statements.standing().select_related("words")
    }
    assert there == {
        (given.part, given.rating, given.words): [
            (each.what, each.lead, each.timescale, each.points_to) for each in given.actions
        ]
        for given in STATEMENTS
    }
    assert sum(map(len, there.values())) == 20
    rated = dict(last.overall_ratings.current().values_list("part", "rating"))
    assert rated == {part: str(rating) for part, rating in OVERALL.items()}
    for then, now in pairwise(chain):
        assert all(number for sort, number in compare(then, now, chain).counts.items() if sort != Sort.SLIPPED)
    assert compare(chain[1], chain[2], chain).counts[Sort.SLIPPED] == 2
    browser = signed_in(lead)
    for name in ("reviews:review", "reviews:compare", "reviews:progress"):
        assert browser.get(reverse(name, args=[last.pk])).status_code == 200
