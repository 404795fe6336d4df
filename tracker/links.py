"""Links from a figure to its rows: the tracker's list with the filters of the page and the figure's own value."""

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from core.forms import DATE_PARTS

from .figures import Period
from .rows import known_part

# Of these a referral has one value, so a figure's value takes the place of what the page was filtered by.
ONE_EACH = {"state", "concern", "team", "agency", "entry", "feedback"}
# Of these it may have several: where the page is filtered by some, the figure's own are asked for besides.
SEVERAL = {"themes": "also_theme", "harm": "also_harm"}


class RowLinks:
    """Addresses of the list for figures of a page: `filters` is its query, `chosen` what the filter made of it."""

    def __init__(self, filters: QueryDict, chosen: dict[str, Any], period: Period | None) -> None:
        self.chosen = chosen
        self.base = known_part(filters)
        self.base.pop("sort", None)
        for name in ("received_from", "received_to"):
            for part in DATE_PARTS:
                self.base.pop(f"{name}_{part}", None)
        if period:
            _set_dates(self.base, period)

    def to(self, count: int, *, within: Period | None = None, **values: str | Iterable[str]) -> str:
        """The address of the `count` rows that have these values too; "" where there is nothing to see.

        `within` is a part of the page's period.
        """
        query = self.base.copy()
        if within:
            _set_dates(query, within)
        for name, wanted in values.items():
            wanted = [wanted] if isinstance(wanted, str) else list(wanted)
            if not self._narrow(query, name, wanted):
                return ""
        return f"{reverse('tracker:tracker')}?{query.urlencode()}" if count else ""

    def _narrow(self, query: QueryDict, name: str, wanted: list[str]) -> bool:
        """Narrow `query` by one filter; False where no query says it."""
        already = self.chosen.get(name)
        if name in ONE_EACH and already:
            wanted = [value for value in wanted if value in already]
            if not wanted:
                return False
        elif name in SEVERAL and already:
            query.setlist(SEVERAL[name], sorted({*self.chosen.get(SEVERAL[name], []), *wanted}))
            return True
        query.setlist(name, wanted)
        if name == "themes" and len(wanted) > 1:
            query["match"] = "all"
        return True


def _set_dates(query: QueryDict, period: Period) -> None:
    for name, day in (("received_from", period.first), ("received_to", period.last)):
        for part in DATE_PARTS:
            query[f"{name}_{part}"] = str(getattr(day, part))
