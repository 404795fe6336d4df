"""Taking in an existing Excel referral tracker: columns by their headings, each row sound or rejected with reasons.

Running it twice adds nothing: a row is known by its case number, date, referrer and team.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models.functions import Upper
from django.utils import timezone
from openpyxl.utils import get_column_letter

from accounts.models import Agency, Team
from consultations.choices import ReferralState
from consultations.models import Consultation, Referral, YoungPerson, case_number_shape
from consultations.models.people import case_key, name_key
from consultations.services import people as young_people
from core import audit
from core.numbers import next_in_series

from .choices import PrimaryConcern
from .models import Theme, TrackerEntry
from .reading import Formula, NotATracker, rows

# Our name → the headings that a tracker may use for it, lower case.
HEADINGS: dict[str, tuple[str, ...]] = {
    "received_on": ("date received", "date"),
    "case_number": ("mosaic id", "case number"),
    "name": ("name of young person",),
    "referrer_name": ("referrer",),
    "team": ("team",),
    "agency": ("agency",),
    "how_long_known": ("how long known",),
    "previous_referrals": ("previous referrals",),
    "primary_concern": ("primary concern",),
    "detail": ("detail",),
    "other_theme": ("other (state)",),
    "outcome": ("outcome",),
    "held_on": ("date of consultation",),
    "signposted_to": ("signposted to",),
    "feedback": ("feedback",),
}
NEEDED = ("received_on", "case_number", "primary_concern", "outcome")
YES = {"y", "yes", "x", "1", "true"}
NO = {"", "n", "no", "-", "0", "false"}
OUTCOMES = {
    "consultation held": ReferralState.HELD,
    "signposted": ReferralState.SIGNPOSTED,
    "withdrawn": ReferralState.WITHDRAWN,
    "awaiting": ReferralState.SCREENING,
    ReferralState.SCREENING.label.lower(): ReferralState.SCREENING,
    # The question and its answer are not in a tracker, so what comes from one waits to be screened.
    ReferralState.INFORMATION.label.lower(): ReferralState.SCREENING,
}
CONCERNS = {label.lower(): value for value, label in PrimaryConcern.choices}


@dataclass
class Row:
    """One sound row, ready to be written."""

    number: int
    values: dict[str, Any]
    themes: list[str]

    @property
    def key(self) -> str:
        """What tells this referral from every other, so that a second import finds it."""
        parts = (self.values["case_number"], self.values["received_on"].isoformat(), *(
            self.values[name] for name in ("referrer_name", "team")
        ))  # fmt: skip
        return hashlib.sha256("\x1f".join(" ".join(part.split()).lower() for part in parts).encode()).hexdigest()


@dataclass
class Outcome:
    """What an import did: rows read, added, there already (or twice in the file), and rejected with why.

    `unused` are the columns that it does not know; `stopped_at` is the row where it stopped below many empty ones.
    """

    read: int = 0
    added: int = 0
    repeated: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)
    new_teams: list[str] = field(default_factory=list)
    new_agencies: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    stopped_at: int | None = None


def import_tracker(path: Path, *, by, at: datetime | None = None) -> Outcome:
    """Take in the tracker workbook at `path` for the person `by`, all sound rows or, on an error, none.

    Raises NotATracker for a file that is none.
    """
    at = at or timezone.now()
    outcome = Outcome()
    sound = _sound_rows(path, outcome)
    with transaction.atomic():
        with connection.cursor() as cursor:  # one import at a time, or two would not see each other's rows
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tracker.import'))")
        known = _known_keys(sound)
        fresh = [row for key, row in sound.items() if key not in known]
        outcome.repeated += len(sound) - len(fresh)
        fresh = _with_agencies(fresh, outcome)
        _write(fresh, outcome, by=by, at=at)
        outcome.added = len(fresh)
        detail = {
            "read": outcome.read,
            "added": outcome.added,
            "repeated": outcome.repeated,
            "rejected": len(outcome.rejected),
            "new_teams": outcome.new_teams,
            "new_agencies": outcome.new_agencies,
        }
        audit.record("tracker.imported", by=by, detail=detail, at=at)
    return outcome


def _sound_rows(path: Path, outcome: Outcome) -> dict[str, Row]:
    """The sound rows of the file by their keys; `outcome` is told of all others. Raises NotATracker."""
    sound: dict[str, Row] = {}
    filled: set[int] = set()
    with closing(rows(path)) as lines:
        _, headings = next(lines, (1, []))
        columns, themes = _columns(headings)
        for number, cells in lines:
            if cells is None:
                outcome.stopped_at = number
                break
            outcome.read += 1
            filled.update(place for place, cell in enumerate(cells) if cell not in (None, ""))
            row = _row(number, cells, columns, themes)
            if isinstance(row, str):
                outcome.rejected.append((number, row))
            elif row.key in sound:
                outcome.repeated += 1
            else:
                sound[row.key] = row
    titles = {place: title for place, cell in enumerate(headings) if (title := shown(_text(cell)))}
    unused = (titles.keys() | filled) - {*columns.values(), *themes.values()}
    outcome.unused = [titles.get(place) or f"column {get_column_letter(place + 1)}" for place in sorted(unused)]
    return sound


def _columns(headings: list) -> tuple[dict[str, int], dict[str, int]]:
    """Where each of our values and each theme stands. Raises NotATracker where a needed heading is missing or twice."""
    words = [" ".join(str(cell).split()).lower() if cell is not None else "" for cell in headings]
    twice = sorted(word for word, count in Counter(word for word in words if word).items() if count > 1)
    if twice:
        raise NotATracker(f"The heading “{shown(twice[0])}” stands twice: rename one of them.")
    places = {word: place for place, word in enumerate(words) if word}
    columns = {}
    for name, accepted in HEADINGS.items():
        if name == "case_number":
            accepted = (settings.CASE_NUMBER_NAME.lower(), *accepted)
        found = [places[word] for word in accepted if word in places]
        if found:
            columns[name] = found[0]
    missing = [HEADINGS[name][0] for name in NEEDED if name not in columns]
    if missing:
        raise NotATracker(f"This is no referral tracker: its first row has no heading “{'”, “'.join(missing)}”.")
    themes = {
        name: places[name.lower()] for name in Theme.objects.values_list("name", flat=True) if name.lower() in places
    }
    return columns, themes


def _row(number: int, cells: list, columns: dict[str, int], themes: dict[str, int]) -> "str | Row":
    def cell(place: int) -> Any:
        return cells[place] if place < len(cells) else None

    raw = {name: cell(place) for name, place in columns.items()}
    problems = []
    values = {name: _text(raw.get(name)) for name in HEADINGS if name not in ("received_on", "held_on")}
    for name, needed in [("received_on", True), ("held_on", False)]:
        values[name] = _date(raw.get(name))
        if values[name] is None and (needed or _text(raw.get(name))):
            problems.append(f"{HEADINGS[name][0]}: {shown(_text(raw.get(name))) or 'empty'} is no date")
    try:
        case_number_shape(values["case_number"])
        if not any(letter.isdigit() for letter in values["case_number"]):
            raise ValidationError("no number")
    except ValidationError:
        problems.append(f"{settings.CASE_NUMBER_NAME}: {shown(values['case_number']) or 'empty'} is no case number")
    values["primary_concern"] = CONCERNS.get(values["primary_concern"].lower(), "")
    if not values["primary_concern"]:
        problems.append(f"primary concern: {shown(_text(raw.get('primary_concern'))) or 'empty'} is none of the five")
    outcome = values.pop("outcome").lower()
    values["state"] = OUTCOMES.get(outcome, "")
    if not values["state"]:
        problems.append(f"outcome: {shown(outcome) or 'empty'} is not known")
    if values["state"] == ReferralState.HELD and not values["held_on"]:
        problems.append("outcome: held, but there is no date of consultation")
    if values["state"] == ReferralState.SCREENING and values["held_on"]:
        problems.append("outcome: awaiting, but there is a date of consultation")
    chosen = []
    for name, place in themes.items():
        mark = _text(cell(place)).lower()
        if mark in YES:
            chosen.append(name)
        elif mark not in NO:
            problems.append(f"{name}: {shown(mark)} is neither yes nor no")
    for name, most in [("case_number", 40), ("name", 200), ("referrer_name", 200), ("team", 150), ("agency", 150),
                       ("detail", 500), ("other_theme", 300), ("signposted_to", 300)]:  # fmt: skip
        if len(values[name]) > most:
            problems.append(f"{HEADINGS[name][0]}: longer than {most} characters")
    return "; ".join(problems) if problems else Row(number, values, chosen)


def _text(value: Any) -> str:
    if value is None or isinstance(value, Formula):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\x00", "").strip()


def shown(text: str) -> str:
    """`text` as it may stand in a line of the report: printable, on one line, and not long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= 60 else line[:59] + "…"


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date) and 1990 <= value.year <= 2100:
        return value
    return None


def _known_keys(sound: dict[str, Row]) -> set[str]:
    """The keys among `sound` that are here already: imported before, or referred in this system."""
    known = set(TrackerEntry.objects.filter(import_key__in=sound).values_list("import_key", flat=True))
    numbers = {row.values["case_number"].upper() for row in sound.values()}
    here = Referral.objects.sent().annotate(number=Upper("case_number")).filter(number__in=numbers)
    here = here.select_related("team")
    for referral in here:
        values = {
            "case_number": referral.case_number,
            "received_on": referral.received_on,
            "referrer_name": referral.referrer_name,
            "team": referral.team.name if referral.team else "",
        }
        known.add(Row(0, values, []).key)
    return known


def _with_agencies(fresh: list[Row], outcome: Outcome) -> list[Row]:
    """`fresh` where each team has its agency: a team without one is the only team of that name, or else rejected."""
    agencies: dict[str, dict[str, str]] = defaultdict(dict)
    for team, agency in [
        *Team.objects.values_list("name", "agency__name"),
        *((row.values["team"], row.values["agency"]) for row in fresh),
    ]:
        if agency:
            agencies[team.lower()][agency.lower()] = agency
    sound = []
    for row in fresh:
        values = row.values
        if values["team"] and not values["agency"]:
            found = list(agencies[values["team"].lower()].values())
            if len(found) != 1:
                why = "more than one agency has a team of that name" if found else "no team of that name is known"
                outcome.rejected.append((row.number, f"team: no agency is given, and {why}"))
                continue
            values["agency"] = found[0]
        sound.append(row)
    outcome.rejected.sort()
    return sound


def _write(fresh: list[Row], outcome: Outcome, *, by, at: datetime) -> None:
    """Insert the rows in a few statements whatever their number; `outcome` is told of teams and agencies made."""
    teams, agencies = _teams_and_agencies(fresh, outcome)
    people = _young_people(fresh, at=at)
    numbers = _references(fresh)
    themes = {theme.name: theme for theme in Theme.objects.all()}
    referrals, consultations, entries, marks = [], [], [], []
    for row in fresh:
        values = row.values
        agency = agencies.get(values["agency"].lower())
        referral = Referral(
            reference=next(numbers[values["received_on"].year]),
            state=values["state"],
            imported=True,
            made_by=by,
            created_at=at,
            young_person=people[values["case_number"].upper()],
            case_number=values["case_number"],
            name=values["name"],
            referrer_name=values["referrer_name"],
            team=teams.get((values["team"].lower(), agency.pk if agency else None)),
            agency=agency,
            received_on=values["received_on"],
            signposted_to=values["signposted_to"],
        )
        referrals.append(referral)
        if values["held_on"]:
            consultations.append(Consultation(referral=referral, held_on=values["held_on"], created_at=at))
        entry = TrackerEntry(
            referral=referral,
            import_key=row.key,
            **{
                name: values[name]
                for name in (
                    "how_long_known",
                    "previous_referrals",
                    "primary_concern",
                    "detail",
                    "other_theme",
                    "feedback",
                )
            },
        )
        entries.append(entry)
        marks.append((entry, row.themes))
    Referral.objects.bulk_create(referrals, batch_size=500)
    Consultation.objects.bulk_create(consultations, batch_size=500)
    TrackerEntry.objects.bulk_create(entries, batch_size=500)
    link = TrackerEntry.themes.through
    link.objects.bulk_create(
        [link(trackerentry=entry, theme=themes[name]) for entry, names in marks for name in names], batch_size=2000
    )


def _teams_and_agencies(fresh: list[Row], outcome: Outcome) -> tuple[dict, dict[str, Agency]]:
    agencies = {agency.name.lower(): agency for agency in Agency.objects.all()}
    teams = {(team.name.lower(), team.agency_id): team for team in Team.objects.all()}
    for row in fresh:
        agency_name, team_name = row.values["agency"], row.values["team"]
        if agency_name and agency_name.lower() not in agencies:
            agencies[agency_name.lower()] = Agency.objects.create(name=agency_name)
            outcome.new_agencies.append(agency_name)
        agency = agencies.get(agency_name.lower())
        if team_name and agency and (team_name.lower(), agency.pk) not in teams:
            teams[team_name.lower(), agency.pk] = Team.objects.create(name=team_name, agency=agency)
            outcome.new_teams.append(team_name)
    return teams, agencies


def _young_people(fresh: list[Row], *, at: datetime) -> dict[str, YoungPerson]:
    young_people.one_at_a_time()  # nobody merges one of them while referrals are put to it
    names: dict[str, str] = {}
    for row in fresh:
        number = row.values["case_number"].upper()
        names[number] = names.get(number) or row.values["name"]
    known = YoungPerson.objects.annotate(number=Upper("case_number")).filter(number__in=names)
    people = {person.number: young_people.kept_of(person) for person in known}
    missing = [
        # The keys are given here: bulk_create does not call YoungPerson.save, which keeps them.
        YoungPerson(case_number=number, name=name, created_at=at, name_key=name_key(name), case_key=case_key(number))
        for number, name in names.items()
        if number not in people
    ]
    YoungPerson.objects.bulk_create(missing, batch_size=500)
    return people | {person.case_number.upper(): person for person in missing}


def _references(fresh: list[Row]) -> dict[int, Iterator[str]]:
    """For each year the references of its rows, in the rows' order."""

    def run(year: int, count: int) -> Iterator[str]:
        first = next_in_series(f"CS-{year}", count)
        return (f"CS-{year}-{number:04d}" for number in range(first, first + count))

    return {year: run(year, count) for year, count in Counter(row.values["received_on"].year for row in fresh).items()}
