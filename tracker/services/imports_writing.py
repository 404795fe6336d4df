"""Writing the sound rows of a checked tracker: all of them in one transaction, or none."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Upper
from django.utils import timezone

from accounts.models import Agency, Team
from accounts.permissions import Permission, can
from consultations.choices import MessageKind, ReferralState
from consultations.models import AccessGrant, Consultation, ConsultationAction, Referral, ReferralMessage, YoungPerson
from consultations.models.people import case_key, name_key
from consultations.services import access
from consultations.services import people as young_people
from core import audit, jobs
from core.batches import batched
from core.models import ListItem
from core.models.actions import ActionStatus
from core.models.lists import ListName
from core.numbers import next_in_series, raise_series
from core.workflow import ActRefused

from ..models import ImportedReferral, ImportRow, Theme, TrackerEntry, TrackerImport
from ..models.imports import TAKEN_IN, RowKind
from . import themes
from .imports_known import Here

AT_ONCE = 500
EVERY = 2.0  # seconds between two reports of how far it is
# Which question an imported referral waits for is not in a tracker.
QUESTION = "More information was asked for. The question itself is not in the tracker that was imported."
RESTRICTION = "It was restricted in the tracker that was imported."
_OURS = re.compile(r"(CS-\d{4})-(\d{4,8})")
_TEXTS = ("how_long_known", "previous_referrals", "primary_concern", "detail", "other_theme", "feedback")


def carry_out(of: TrackerImport, step: jobs.Step, *, held: Callable[[], None]) -> None:
    """Take in the sound rows. Run again after it was done, or after a worker was killed, it adds nothing twice.

    `held` is asked now and then, and raises LeaseLost once somebody else has the job. Raises ActRefused where
    something that the rows name is gone.
    """
    rows = of.rows.filter(kind__in=TAKEN_IN)
    total = rows.count()
    step(0, total)
    numbers = _Numbers(of)
    with transaction.atomic():
        with jobs.kept_alive(step, 0, total, every=EVERY) as pulse:
            _one_at_a_time()
            current = TrackerImport.objects.get(pk=of.pk)
            if current.imported_at:
                return
            writing = _Writing(current, held, pulse, numbers)
            writing.referrals()
            writing.actions()
        step(total, total)  # the last word: whoever took the job away has taken all of this back
        _finish(current, writing)


def _one_at_a_time() -> None:
    """Imports wait for each other, or two would not see each other's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tracker.import'))")


def _finish(of: TrackerImport, writing: "_Writing") -> None:
    counts = Counter(of.rows.filter(part=ImportRow.Part.REFERRALS).values_list("kind", flat=True))
    of.counts["referrals"] = dict(counts)
    of.counts["added"], of.counts["actions_added"] = writing.added, writing.actions_added
    of.counts["new"] = writing.names
    of.made, of.imported_at = writing.made, writing.at
    of.touched_at = writing.at
    of.save(update_fields=["counts", "made", "imported_at", "touched_at"])
    detail = {
        "added": writing.added,
        "actions": writing.actions_added,
        "there already": counts[RowKind.THERE],
        "repeated": counts[RowKind.REPEATED],
        "rejected": counts[RowKind.REJECTED],
        "left out": counts[RowKind.LEFT_OUT],
        "new_teams": writing.names["teams"],
        "new_agencies": writing.names["agencies"],
        "new_themes": writing.names["themes"],
    }
    audit.record("tracker.imported", by=of.made_by, subject=of, detail=detail, at=writing.at)


class _Numbers:
    """The references of an import's rows.

    They are set apart in a transaction of their own, before the long one: nobody who sends a referral waits for it.
    What is given out and then not used stays a gap.
    """

    def __init__(self, of: TrackerImport) -> None:
        self.next: dict[str, Iterator[int]] = {}
        wanted: Counter[str] = Counter()
        highest: dict[str, int] = {}
        rows = of.rows.filter(kind__in=TAKEN_IN, part=ImportRow.Part.REFERRALS)
        kept = set()
        for some in batched(rows.order_by("number").values_list("values", flat=True).iterator(AT_ONCE), AT_ONCE):
            given = {reference for values in some if (reference := values.get("reference"))}
            taken = set(Referral.objects.filter(reference__in=given).values_list("reference", flat=True)) | kept
            for values in some:
                reference = values.get("reference", "")
                if reference and reference not in taken:
                    kept.add(reference)
                    taken.add(reference)
                    if found := _OURS.fullmatch(reference):
                        highest[found[1]] = max(highest.get(found[1], 0), int(found[2]))
                else:
                    wanted[_series(values)] += 1
        self.kept = kept
        with transaction.atomic():
            for series, number in highest.items():
                raise_series(series, number)
            for series, count in wanted.items():
                first = next_in_series(series, count)
                self.next[series] = iter(range(first, first + count))

    def reference(self, values: dict[str, Any]) -> str:
        """The reference of one row: its own where that is free, else the next of its year."""
        if (given := values.get("reference", "")) in self.kept:
            self.kept.discard(given)
            if not Referral.objects.filter(reference=given).exists():
                return given
        series = _series(values)
        number = next(self.next.get(series, iter(())), None) or next_in_series(series)
        return f"{series}-{number:04d}"


def _series(values: dict[str, Any]) -> str:
    return f"CS-{values['received_on'].year}"


class _Writing:
    """One import while it is written."""

    def __init__(self, of: TrackerImport, held: Callable[[], None], pulse: jobs.Pulse, numbers: _Numbers) -> None:
        self.of, self.by, self.held, self.pulse, self.numbers = of, of.made_by, held, pulse, numbers
        self.at = timezone.now()
        self.review_on = access.review_by(self.at)
        self.added = self.actions_added = 0
        self.made: dict[str, list] = {"agencies": [], "teams": [], "themes": [], "people": []}
        self.names: dict[str, list[str]] = {"agencies": [], "teams": [], "themes": []}
        self.agencies = {agency.name.casefold(): agency for agency in Agency.objects.all()}
        self.teams = {(team.name.casefold(), team.agency_id): team for team in Team.objects.all()}
        themes.hold_still()  # nobody merges one of them away while rows are tagged with it
        by_id, ends = Theme.objects.in_bulk(), themes.ends()
        self.themes = {theme.name.casefold(): by_id[ends[theme.pk]] for theme in by_id.values()}
        wanted = [ListName.HARM, ListName.GENDER, ListName.INTERVENTION]
        self.items = {(item.list, item.label.casefold()): item for item in ListItem.objects.filter(list__in=wanted)}

    def referrals(self) -> None:
        young_people.one_at_a_time()  # nobody merges one of them while referrals are put to it
        rows = self.of.rows.filter(kind__in=TAKEN_IN, part=ImportRow.Part.REFERRALS).order_by("number")
        named = self.of.rows.filter(part=ImportRow.Part.REFERRALS, values__has_key="reference")
        here = Here(named.values_list("values__reference", flat=True))
        for some in batched(rows.iterator(AT_ONCE), AT_ONCE):
            self.held()
            there, _ = here.among(row.values for row in some)
            late = [row.pk for row in some if row.values["key"] in there]
            ImportRow.objects.filter(pk__in=late).update(kind=RowKind.THERE)
            fresh = [row for row in some if row.values["key"] not in there]
            self._write(fresh)
            self.added += len(fresh)
            self.pulse.done += len(some)

    def _write(self, rows: list[ImportRow]) -> None:
        people = self._young_people(rows)
        referrals, harms, entries, tags, consultations, grants, messages = [], [], [], [], [], [], []
        for row in rows:
            values = row.values
            referral = self._referral(values, people)
            referrals.append((row, referral))
            harms += [(referral, self._item(ListName.HARM, name)) for name in values.get("harms", [])]
            entry = self._entry(referral, values)
            entries.append(entry)
            tags += [(entry, theme) for theme in dict.fromkeys(self._theme(name) for name in values["themes"])]
            if values.get("held_on") or values.get("planned_for"):
                consultations.append(
                    Consultation(
                        referral=referral,
                        held_on=values.get("held_on"),
                        planned_for=values.get("planned_for"),
                        created_at=self.at,
                    )
                )
            if referral.restricted_at:
                grants.append(
                    AccessGrant(
                        referral=referral,
                        user=self.by,
                        by=self.by,
                        at=self.at,
                        reason=RESTRICTION,
                        until=self.review_on,
                    )
                )
            if referral.state == ReferralState.INFORMATION:
                question = {"kind": MessageKind.QUESTION, "body": QUESTION, "by": self.by, "at": self.at}
                messages.append(ReferralMessage(referral=referral, **question))
        Referral.objects.bulk_create(referral for _, referral in referrals)
        ImportedReferral.objects.bulk_create(
            ImportedReferral(of=self.of, referral=referral, number=row.number) for row, referral in referrals
        )
        TrackerEntry.objects.bulk_create(entries)
        Consultation.objects.bulk_create(consultations)
        AccessGrant.objects.bulk_create(grants)
        ReferralMessage.objects.bulk_create(messages)
        link = Referral.harms.through
        link.objects.bulk_create(link(referral=referral, listitem=item) for referral, item in harms)
        link = TrackerEntry.themes.through
        link.objects.bulk_create(link(trackerentry=entry, theme=theme) for entry, theme in tags)

    def _referral(self, values: dict[str, Any], people: dict[str, YoungPerson]) -> Referral:
        agency = self._agency(values.get("agency", ""))
        screened_on, restricted = values.get("screened_on"), values.get("restricted")
        gender = values.get("gender")
        return Referral(
            reference=self.numbers.reference(values),
            state=values["state"],
            imported=True,
            made_by=self.by,
            created_at=self.at,
            young_person=people.get(values["case_number"].upper()),
            case_number=values["case_number"],
            name=values.get("name", ""),
            date_of_birth=values.get("date_of_birth"),
            gender=self._item(ListName.GENDER, gender) if gender else None,
            arrival=values.get("arrival", ""),
            referrer_name=values.get("referrer_name", ""),
            team=self._team(values.get("team", ""), agency),
            agency=agency,
            received_on=values["received_on"],
            screened_at=_midday(screened_on) if screened_on else None,
            screened_by=self.by if screened_on else None,
            signposted_to=values.get("signposted_to", ""),
            restricted_at=self.at if restricted else None,
            restricted_by=self.by if restricted else None,
            restriction_reason=RESTRICTION if restricted else "",
            restriction_review_on=self.review_on if restricted else None,
        )

    def _entry(self, referral: Referral, values: dict[str, Any]) -> TrackerEntry:
        completed_at = values.get("completed_at")
        return TrackerEntry(
            referral=referral,
            import_key=values["key"],
            completed_at=completed_at,
            completed_by=self.by if completed_at else None,
            **{name: values.get(name, "") for name in _TEXTS},
        )

    def _young_people(self, rows: list[ImportRow]) -> dict[str, YoungPerson]:
        """By their case numbers as capitals; who is not here yet is made, with what the first row that has it says."""
        given: dict[str, dict[str, Any]] = {}
        for row in rows:
            if number := row.values["case_number"].upper():
                known = given.setdefault(number, {"name": "", "date_of_birth": None})
                for name in known:
                    known[name] = known[name] or row.values.get(name) or known[name]
        here = YoungPerson.objects.annotate(number=Upper("case_number")).filter(number__in=given)
        people = {person.number: young_people.kept_of(person) for person in here}
        missing = [
            # The keys are given here: bulk_create does not call YoungPerson.save, which keeps them.
            YoungPerson(
                case_number=number,
                created_at=self.at,
                name_key=name_key(values["name"]),
                case_key=case_key(number),
                **values,
            )
            for number, values in given.items()
            if number not in people
        ]
        YoungPerson.objects.bulk_create(missing)
        self.made["people"] += [str(person.pk) for person in missing]
        return people | {person.case_number: person for person in missing}

    def actions(self) -> None:
        rows = self.of.rows.filter(kind__in=TAKEN_IN, part=ImportRow.Part.ACTIONS).order_by("number")
        given = dict(
            self.of.rows.filter(part=ImportRow.Part.REFERRALS, values__has_key="reference").values_list(
                "values__reference", "number"
            )
        )
        for some in batched(rows.iterator(AT_ONCE), AT_ONCE):
            self.held()
            wanted = {given.get(row.values["reference"].strip()) for row in some}
            found = self.of.referrals.filter(number__in=wanted - {None}).select_related("referral__consultation")
            consultations = {link.number: link.referral.consultation for link in found}
            actions, interventions = [], []
            for row in some:
                consultation = consultations.get(given.get(row.values["reference"].strip()))
                if consultation is None:  # its referral was made here meanwhile
                    ImportRow.objects.filter(pk=row.pk).update(kind=RowKind.THERE)
                    continue
                action = self._action(consultation, row.values, order=self.actions_added)
                self.actions_added += 1
                actions.append(action)
                interventions += [
                    (action, self._item(ListName.INTERVENTION, name)) for name in row.values["interventions"]
                ]
            ConsultationAction.objects.bulk_create(actions)
            link = ConsultationAction.interventions.through
            link.objects.bulk_create(link(consultationaction=one, listitem=item) for one, item in interventions)
            self.pulse.done += len(some)

    def _action(self, consultation: Consultation, values: dict[str, Any], *, order: int) -> ConsultationAction:
        closed = values["status"] != ActionStatus.OPEN
        return ConsultationAction(
            consultation=consultation,
            space=values["space"],
            what=values["what"],
            owner_name=values["who"],
            owner_agency=values["agency"],
            due=values["due"],
            context_name=values["context"],
            status=values["status"],
            outcome=values["outcome"],
            closed_at=(_midday(values["closed_on"]) if values["closed_on"] else self.at) if closed else None,
            closed_by=self.by if closed else None,
            created_by=self.by,
            created_at=self.at + timedelta(microseconds=order),  # in the order of the file
        )

    # The names that rows use

    def _agency(self, name: str) -> Agency | None:
        if name and name.casefold() not in self.agencies:
            made = self.agencies[name.casefold()] = Agency.objects.create(name=name)
            self._note("agencies", made)
        return self.agencies.get(name.casefold())

    def _team(self, name: str, agency: Agency | None) -> Team | None:
        if not name or agency is None:
            return None
        if (name.casefold(), agency.pk) not in self.teams:
            made = self.teams[name.casefold(), agency.pk] = Team.objects.create(name=name, agency=agency)
            self._note("teams", made)
        return self.teams[name.casefold(), agency.pk]

    def _theme(self, name: str) -> Theme:
        if name.casefold() not in self.themes:
            agreed = name in self.of.counts.get("new_themes", [])  # else it was one of ours, and was renamed since
            if not agreed or not can(self.by, Permission.THEMES_MANAGE):
                raise ActRefused(f"There is no theme “{name}” any more. Match the columns of the file again.")
            made = self.themes[name.casefold()] = themes.add({"name": name}, by=self.by, at=self.at)
            self._note("themes", made)
        return self.themes[name.casefold()]

    def _note(self, what: str, made: Agency | Team | Theme) -> None:
        self.made[what].append(made.pk)
        self.names[what].append(made.name)

    def _item(self, list_name: str, label: str) -> ListItem:
        item = self.items.get((list_name, label.casefold()))
        if item is None:
            raise ActRefused(f"“{label}” is not in our list any more. Match the words of the file again.")
        return item


def _midday(day) -> datetime:
    """The middle of a day, London time: a date without a time stays the same date."""
    return timezone.make_aware(datetime.combine(day, time(12)))
