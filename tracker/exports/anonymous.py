"""The columns of an anonymised export: no name, no number, no reference, and no word that somebody typed.

A young person and a referral bear pseudonyms: keyed hashes of the random ids of their rows. So the same child has the
same one in every export of this installation, and nobody who knows a case number can work it out (ADR 21).
"""

from base64 import b32encode
from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Agency
from core.workbook import Column

from .named import BETWEEN, CONCERNS, SPACES, STATES, STATUSES, theme_columns, theme_names

MONTH = "mmmm yyyy"
NOT_KNOWN, ANOTHER = "Not known", "Another agency"
# In years at the day of the referral: (the first age that is above the band, its words).
BANDS = [(10, "Under 10"), (13, "10–12"), (16, "13–15"), (18, "16–17"), (200, "18 and over")]


def referral_columns(themes: dict[int, str]) -> list[Column]:
    """The sheet Referrals without names. Where it says how many days, a referral that came before is left empty."""
    return [
        _referral(attrgetter("pk")),
        Column("Young person", lambda line: pseudonym("YP", line.person or line.case_number.upper()), 18),
        Column("Month received", lambda line: line.received_on.replace(day=1), 16, shown=MONTH),
        Column("Age at referral", lambda line: age_band(line.date_of_birth, line.received_on), 15),
        Column("Gender", attrgetter("gender_label"), 13),
        Column("Agency", attrgetter("agency_name"), 24),
        Column("Kinds of harm", lambda line: BETWEEN.join(line.harm_labels), 30, wrap=True),
        Column("Primary Concern", lambda line: CONCERNS.get(line.concern), 16),
        Column("Themes", lambda line: theme_names(line, themes), 34, wrap=True),
        Column("Outcome", lambda line: STATES[line.state], 24),
        Column("Days to screening", lambda line: _days(line, timezone.localdate(line.screened_at))
               if line.screened_at else None, 11),
        Column("Days to consultation", lambda line: _days(line, line.held_on), 13),
    ]  # fmt: skip


def themes(names: dict[int, str]) -> list[Column]:
    """The sheet Themes without names."""
    return theme_columns(names, _referral(attrgetter("pk")))


def action_columns() -> list[Column]:
    """The sheet Actions without names, and without what is to be done: that is free text."""
    agencies = {name.casefold(): name for name in Agency.objects.values_list("name", flat=True)}
    return [
        _referral(attrgetter("referral_pk")),
        Column("Space", lambda action: SPACES[action.space], 15),
        Column("Interventions", lambda action: BETWEEN.join(action.options), 40, wrap=True),
        Column("Status", lambda action: STATUSES[action.status], 10),
        Column("Agency", lambda action: _agency(action, agencies), 26),
    ]


def pseudonym(kind: str, key: UUID | str) -> str:
    """What stands for a row wherever it is named without a name. `key` is its id; for the young person of a referral
    that was imported without a record of theirs, the case number.
    """
    digest = salted_hmac(f"tracker.exports.{kind}", str(key), algorithm="sha256").digest()
    return f"{kind}-{b32encode(digest)[:12].decode()}"


def age_band(born: date | None, on: date) -> str:
    """The age in years on a day, as one of few bands."""
    if born is None or born > on:
        return NOT_KNOWN
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((words for above, words in BANDS if age < above), NOT_KNOWN)


def _referral(pk: Callable[[Any], UUID]) -> Column:
    return Column("Referral", lambda row: pseudonym("R", pk(row)), 18)


def _days(line: Any, day: date | None) -> int | None:
    """From the day it was received; an imported referral may have been received after: then it says nothing."""
    days = (day - line.received_on).days if day else None
    return days if days is not None and days >= 0 else None


def _agency(action: Any, known: dict[str, str]) -> str:
    """The agency of who does it, where it is one of the partnership's: any other was typed, as anything may be."""
    if action.team_agency:
        return action.team_agency
    return known.get(action.owner_agency.strip().casefold(), ANOTHER) if action.owner_agency.strip() else NOT_KNOWN
