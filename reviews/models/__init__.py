"""The records of system reviews."""

from .actions import ReviewAction, ReviewProgress
from .evidence import EvidenceFile, Figure
from .going_on import StatementLeftOut
from .imports import ReviewImport
from .partner_links import PartnerLink
from .ratings import OverallRating
from .rounds import Review
from .statements import Statement, StatementMove

__all__ = [
    "EvidenceFile", "Figure", "OverallRating", "PartnerLink", "Review", "ReviewAction", "ReviewImport",
    "ReviewProgress", "Statement", "StatementLeftOut", "StatementMove",
]  # fmt: skip
