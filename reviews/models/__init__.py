"""The records of system reviews."""

from .actions import ReviewAction, ReviewProgress
from .ratings import OverallRating
from .rounds import Review
from .statements import Statement, StatementMove

__all__ = ["OverallRating", "Review", "ReviewAction", "ReviewProgress", "Statement", "StatementMove"]
