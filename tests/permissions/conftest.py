"""A world with every kind of record in it, for whoever asks for one."""

import copy

import pytest

from tests.made_once import made_once

from .world import World

filled = made_once(lambda: World().fill())


@pytest.fixture
def world(filled) -> World:
    """A world of one's own: what else is made in it is not there for the next test, nor does it know of it."""
    return copy.deepcopy(filled)
