"""What falls due with time. Each part finds its own rows, and a notice's key keeps anybody from being told twice."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from . import access, feedback, reminders

logger = logging.getLogger(__name__)

# The parts of a round: each takes the moment, does what is due then, and returns how much that was. They stand here by
# name, and do not register themselves: a worker imports this module and not the pages.
PARTS: list[Callable[[datetime], int]] = [
    feedback.ask_due,
    feedback.chase,
    access.bring_up_reviews,
    reminders.remind,
]


def run(at: datetime | None = None) -> dict[str, int]:
    """Do every part; how much each did, by name. A part that fails is logged, and the others go on without it."""
    at = at or timezone.now()
    done = {}
    for part in PARTS:
        try:
            done[part.__name__] = part(at)
        except Exception:  # whatever it was, the others go on; the next round tries again what this one could not do
            logger.exception("the round could not do %s", part.__name__)
    return done
