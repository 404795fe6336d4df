"""The pages that stand together: the lists under Reviews, and the pages of one round. In one place for all tabs."""

from dataclasses import dataclass

from accounts.permissions import Permission
from accounts.sections import Section

from .models import Review

SECTIONS = [
    Section("Reviews", "reviews:reviews", "/reviews/", Permission.REVIEW_SEE),
    Section("Actions", "reviews:actions", "/reviews/actions/", Permission.REVIEW_ACTION_UPDATE_OWN),
]


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of one round: its words, the name of its URL, what its URL takes after the id, the path after the id."""

    label: str
    url_name: str
    more: tuple[str, ...] = ()
    path: str = ""
    of_chain: bool = False  # only where there is another round to compare with


TABS = [
    Tab("Overview", "reviews:review"),
    Tab("Board: level 1", "reviews:board", ("1",), "board/1/"),
    Tab("Board: level 2", "reviews:board", ("2",), "board/2/"),
    Tab("Progress", "reviews:progress", (), "progress/", of_chain=True),
    Tab("Compare", "reviews:compare", (), "compare/", of_chain=True),
    Tab("Links for partners", "reviews:links", (), "links/"),
    Tab("History", "reviews:history", path="history/"),
]


def tabs_for(review: Review) -> list[Tab]:
    """The tabs of one round."""
    chain = review.follows_id is not None or Review.objects.filter(follows=review).exists()
    return [tab for tab in TABS if chain or not tab.of_chain]
