"""Which time a dashboard is about."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from .. import figures
from ..figures import Period


@dataclass(frozen=True, slots=True)
class Asked:
    """The key of a named period, or "" for days that were typed; `period` None is all of time."""

    key: str
    period: Period | None


def asked_for(query: QueryDict, chosen: dict[str, Any], today: date) -> Asked:
    """The days of the filter where there are any, else the named period, else the last twelve months.

    With its first day alone the period goes on to today; with its last day alone it is the twelve months up to it.
    """
    first, last = chosen.get("received_from"), chosen.get("received_to")
    if first:
        return Asked("", Period(first, last or max(first, today)))
    presets = {preset.key: preset for preset in figures.presets(today)}
    if last:
        return Asked("", figures.twelve_months_to(last))
    preset = presets.get(query.get("period", ""), presets[figures.DEFAULT_PRESET])
    return Asked(preset.key, preset.period)
