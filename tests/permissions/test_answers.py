"""Every route, for everybody, in every way: the answers of `table.py`, and no word of a record that is not theirs."""

import pytest
from django.db import transaction

from tests.conftest import load_words

from . import table
from .checking import check
from .world import World


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One world for all routes, as making its records takes longer than asking. Each question undoes what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_words()
        yield World()
        transaction.set_rollback(True)


@pytest.mark.parametrize("route", table.named_routes())
def test_answers(world, route):
    check(world, route)
