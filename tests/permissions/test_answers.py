"""Every route, for everybody, in every way: the answers of `table.py`, and no word of a record that is not theirs."""

import pytest
from django.db import connection, transaction

from tests.conftest import load_words

from . import table
from .checking import check
from .world import World


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One world for all routes, as making its records takes longer than asking. Each question undoes what it did."""
    if not connection.settings_dict["NAME"].startswith("test_"):
        pytest.fail("No test database was set up: run this file as a whole, the test of the database is part of it.")
    with django_db_blocker.unblock(), transaction.atomic():
        load_words()
        yield World()
        transaction.set_rollback(True)


@pytest.mark.parametrize("route", table.named_routes())
def test_answers(world, route):
    check(world, route)


@pytest.mark.django_db
def test_each_world_is_a_test_database():
    """Also what makes the runner set one up: the fixture above is none of those that it knows."""
    assert connection.settings_dict["NAME"].startswith("test_")
