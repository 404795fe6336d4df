"""The columns of an export with names. The import reads them back, so a heading is a promise."""

from datetime import date
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from consultations.choices import Arrival, ReferralState, Space
from core.models.actions import ActionStatus
from core.workbook import Column

from ..choices import PrimaryConcern
from ..models import Theme, TrackerEntry
from .lines import feedback_of

CONCERNS = dict(PrimaryConcern.choices)
STATES = dict(ReferralState.choices)
SPACES = dict(Space.choices)
STATUSES = dict(ActionStatus.choices)
_ARRIVALS = dict(Arrival.choices)
BETWEEN = "; "


def themes_to_show() -> dict[int, str]:
    """The themes that may be chosen today and those that any referral has, in the list's order: {id: name}."""
    tagged = TrackerEntry.themes.through.objects.filter(theme=OuterRef("pk"))
    return dict(Theme.objects.filter(Q(active=True) | Exists(tagged)).values_list("pk", "name"))


def referral_columns(themes: dict[int, str]) -> list[Column]:
    """The sheet Referrals: the columns of the legacy tracker in their words, with ours among them."""
    return [
        Column("Reference", attrgetter("reference"), 14),
        Column("Date received", attrgetter("received_on"), 13),
        Column(settings.CASE_NUMBER_NAME, attrgetter("case_number"), 14),
        Column("Name of Young Person", attrgetter("name"), 24),
        Column("Date of birth", attrgetter("date_of_birth"), 13),
        Column("Gender", attrgetter("gender_label"), 13),
        Column("How it arrived", lambda line: _ARRIVALS.get(line.arrival), 12),
        Column("Referrer", attrgetter("referrer_name"), 22),
        Column("Team", attrgetter("team_name"), 22),
        Column("Agency", attrgetter("agency_name"), 22),
        Column("Kinds of harm", lambda line: BETWEEN.join(line.harm_labels), 26, wrap=True),
        Column("How long known", attrgetter("how_long_known"), 20, wrap=True),
        Column("Previous referrals", attrgetter("previous_referrals"), 24, wrap=True),
        Column("Primary Concern", lambda line: CONCERNS.get(line.concern), 16),
        Column("Detail", attrgetter("detail"), 30, wrap=True),
        Column("Themes", lambda line: theme_names(line, themes), 30, wrap=True),
        Column("Other (state)", attrgetter("other_theme"), 24, wrap=True),
        Column("Outcome", lambda line: STATES[line.state], 24),
        Column("Date screened", lambda line: london_day(line.screened_at), 13),
        Column("Date of consultation", attrgetter("held_on"), 13),
        Column("Consultation planned for", attrgetter("planned_for"), 13),
        Column("Signposted to", attrgetter("signposted_to"), 24, wrap=True),
        Column("Feedback", feedback_of, 30, wrap=True),
        Column("Data entry completed", attrgetter("completed_at"), 17),
        Column("Restricted", lambda line: "Y" if line.restricted_at else None, 11),
    ]


def theme_columns(themes: dict[int, str], first: Column) -> list[Column]:
    """The sheet Themes: `first` says which referral, then a column for each theme."""

    def of(pk: int, name: str) -> Column:
        return Column(name, lambda line: "Y" if pk in line.theme_ids else None, 12)

    return [first, *(of(pk, name) for pk, name in themes.items())]


def action_columns() -> list[Column]:
    """The sheet Actions."""
    return [
        Column("Reference", attrgetter("reference"), 14),
        Column("Space", lambda action: SPACES[action.space], 15),
        Column("What", attrgetter("what"), 50, wrap=True),
        Column("Who", attrgetter("who"), 24),
        Column("Agency", attrgetter("agency"), 24),
        Column("By when", attrgetter("due"), 13),
        Column("Interventions", lambda action: BETWEEN.join(action.options), 30, wrap=True),
        Column("Context", attrgetter("context_name"), 24, wrap=True),
        Column("Status", lambda action: STATUSES[action.status], 10),
        Column("Closed on", lambda action: london_day(action.closed_at), 13),
        Column("What came of it", attrgetter("outcome"), 40, wrap=True),
    ]


def theme_names(line: Any, themes: dict[int, str]) -> str:
    """The themes of a referral in one text, in the order of the alphabet."""
    return BETWEEN.join(themes[pk] for pk in line.theme_ids)


def london_day(moment) -> date | None:
    """The day of a moment as people here count it."""
    return timezone.localdate(moment) if moment else None
