"""Rows that every test of a module finds, where making them takes longer than what is asked of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from tests.conftest import load_words


def made_once(make: Callable[[], Any]) -> Any:
    """A fixture of a module: gives what `make` gives, which stands in the database until the module is done.

    Each test still undoes what it does itself, its transaction being a savepoint inside this one. What it gives is the
    same for all of them: a test that may change it takes a copy. Not for modules with transactional tests, which would
    empty the tables.
    """

    @pytest.fixture(scope="module")
    def rows(django_db_setup, django_db_blocker):
        with django_db_blocker.unblock(), transaction.atomic():
            load_words()
            yield make()
            transaction.set_rollback(True)

    return rows
