"""What falls due with time. Each part finds its own rows, and a notice's key keeps anybody from being told twice."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

logger = logging.getLogger(__name__)

# The parts of a round: each takes the moment, does what is due then, and returns how much that was.
PARTS: list[Callable[[datetime], int]] = []


def run(at: datetime | None = None) -> dict[str, int]:
    """Do every part; how much each did, by name. A part that fails is logged, and the others go on without it."""
    at = at or timezone.now()
    done = {}
    for part in PARTS:
        try:
            done[part.__name__] = part(at)
        except DatabaseError:  # the next round tries again; what this part had begun is rolled back
            logger.exception("the round could not do %s", part.__name__)
    return done
