"""The training register: courses, and who was on them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from consultations.services.referrals import SENT_TWICE
from core import audit, drafts
from core.workflow import ActRefused, EditConflict

from ..choices import AttendanceStatus
from ..models import TrainingAttendance, TrainingCourse

FIELDS = ["title", "kind", "held_on", "hours", "trainer", "place", "notes"]
NEW_COURSE = "training:course:new"


@dataclass(frozen=True)
class Who:
    """Somebody to put on a list: `person` with an account here, or `name` with the team or agency they belong to.

    Of an account holder the team is the one that they belong to today, unless another is given.
    """

    person: Any = None
    name: str = ""
    team: Any = None
    agency: Any = None

    def columns(self) -> dict[str, Any]:
        """The values of the row: an agency goes with its team, and an account holder's team with them."""
        team = self.team or (self.person.team if self.person and not self.agency else None)
        agency = team.agency if team else self.agency
        return {"person": self.person, "name": "" if self.person else self.name, "team": team, "agency": agency}

    @property
    def label(self) -> str:
        """The name."""
        return self.person.name if self.person else self.name

    @property
    def from_where(self) -> str:
        """The team, else the agency, that will stand beside the name."""
        columns = self.columns()
        return str(columns["team"] or columns["agency"] or "")


def add_course(values: Mapping[str, Any], *, by, at: datetime | None = None) -> TrainingCourse:
    """A new course; `values` by the names in FIELDS. The same form sent twice makes one."""
    at = at or timezone.now()
    given = {name: values[name] for name in FIELDS}
    with transaction.atomic():
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        twice = TrainingCourse.objects.filter(**given, added_by=by, added_at__range=just_now).first()
        if twice:
            return twice
        course = TrainingCourse.objects.create(added_by=by, added_at=at, **given)
        _record("training-course.added", course, by=by, at=at, detail={"kind": course.kind, "on": _day(course)})
        drafts.drop(NEW_COURSE, by)
    return course


def change_course(
    course: TrainingCourse, values: Mapping[str, Any], *, version: int, by, at: datetime | None = None
) -> TrainingCourse:
    """Change a course. Raises EditConflict where somebody changed it meanwhile (not where they saved the same)."""
    at = at or timezone.now()
    wanted = {name: values[name] for name in FIELDS}
    with transaction.atomic():
        current = _locked(course)
        changed = audit.changes(audit.state_of(current, FIELDS), wanted)
        if changed and current.version != version:
            raise EditConflict("Somebody changed this course after you opened it.", current)
        if changed:
            for name, value in wanted.items():
                setattr(current, name, value)
            current.version += 1
            current.save()
            _record("training-course.changed", current, by=by, at=at, detail=changed)
        drafts.drop(draft_key(current, "change"), by)
    return current


def delete_course(course: TrainingCourse, *, by, at: datetime | None = None) -> None:
    """Delete a course that nobody attended, with who was booked. Raises ActRefused where somebody attended."""
    with transaction.atomic():
        current = _locked(course)
        there = current.people.there()
        if there.filter(status=AttendanceStatus.ATTENDED).exists():
            raise ActRefused("Somebody attended this course, so it stays in the register.")
        detail = {"kind": current.kind, "on": _day(current), "people": there.count()}
        _record("training-course.deleted", current, by=by, at=at, detail=detail)
        drafts.drop_all(f"training:course:{current.pk}:", by)
        current.delete()


def add_person(course: TrainingCourse, who: Who, *, status: str, by, at: datetime | None = None) -> TrainingAttendance:
    """Put one person on the list of a course. Raises ActRefused for somebody who is there already."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(course)
        there = _on_the_list(current).get(_key(who))
        if there and there.added_by_id == by.pk and abs(at - there.added_at) <= SENT_TWICE:
            return there  # the same form, sent twice
        if there:
            raise ActRefused(f"{who.label} is on the list already: {there.get_status_display().lower()}.")
        [made] = _put(current, [who], status=status, by=by, at=at)
        detail = {"who": who.label, "status": status}
        _record("training-course.person-added", current, by=by, at=at, detail=detail)
        drafts.drop(draft_key(current, "person"), by)
    return made


def add_people(
    course: TrainingCourse, people: Iterable[Who], *, status: str, by, at: datetime | None = None
) -> list[TrainingAttendance]:
    """Put many on the list of a course at once; who is there already, or stands twice among them, is put there once."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(course)
        there = set(_on_the_list(current))
        new = list({_key(who): who for who in reversed(list(people)) if _key(who) not in there}.values())[::-1]
        made = _put(current, new, status=status, by=by, at=at)
        if made:
            detail = {"who": [who.label for who in new], "status": status}
            _record("training-course.people-added", current, by=by, at=at, detail=detail)
        drafts.drop(draft_key(current, "paste"), by)
    return made


def mark(
    course: TrainingCourse, marks: Mapping[UUID, tuple[str, str]], *, by, at: datetime | None = None
) -> tuple[list[TrainingAttendance], list[TrainingAttendance]]:
    """Set who attended, by attendance id: (what the page showed, what it shall be).

    Gives those that were changed, and those that somebody else had set otherwise meanwhile, which stay as they are.
    """
    changed, meanwhile = [], []
    with transaction.atomic():
        current = _locked(course)
        for one in current.people.there().select_related("person"):
            was, now = marks.get(one.pk, (one.status, one.status))
            if now in (was, one.status):
                continue
            if one.status != was:
                meanwhile.append(one)
                continue
            one.status = now
            changed.append(one)
        TrainingAttendance.objects.bulk_update(changed, ["status"])
        if changed:
            detail = {status.value: [one.who for one in changed if one.status == status] for status in AttendanceStatus}
            _record("training-course.marked", current, by=by, at=at, detail=detail)
    return changed, meanwhile


def remove(attendance: TrainingAttendance, *, by, at: datetime | None = None) -> None:
    """Take somebody off the list of a course. Who is off it already stays off."""
    at = at or timezone.now()
    with transaction.atomic():
        course, one = _locked_one(attendance)
        if one.removed_at is None:
            one.removed_at, one.removed_by = at, by
            one.save(update_fields=["removed_at", "removed_by"])
            _record("training-course.person-removed", course, by=by, at=at, detail={"who": one.who})


def put_back(attendance: TrainingAttendance, *, by, at: datetime | None = None) -> None:
    """Put somebody back who was removed. Raises ActRefused where they were added again meanwhile."""
    at = at or timezone.now()
    with transaction.atomic():
        course, one = _locked_one(attendance)
        if one.removed_at is None:
            return
        one.removed_at = one.removed_by = None
        with once(f"{one.who} is on the list already."):
            one.save(update_fields=["removed_at", "removed_by"])
        _record("training-course.person-put-back", course, by=by, at=at, detail={"who": one.who})


def on_the_list(course: TrainingCourse, people: Iterable[Who]) -> list[bool]:
    """Of each of `people` whether they are on the list of the course now."""
    there = _on_the_list(course)
    return [_key(who) in there for who in people]


def draft_key(course: TrainingCourse, form: str) -> str:
    """The key under which what is typed into a form about this course is kept."""
    return f"training:course:{course.pk}:{form}"


@contextmanager
def once(words: str) -> Iterator[None]:
    """Refuse in `words` what the database knows to be there: it has the last say on which names are the same."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise ActRefused(words) from error


def _locked(course: TrainingCourse) -> TrainingCourse:
    current = TrainingCourse.objects.select_for_update().filter(pk=course.pk).first()
    if current is None:
        raise ActRefused("This course has been deleted meanwhile.")
    return current


def _locked_one(attendance: TrainingAttendance) -> tuple[TrainingCourse, TrainingAttendance]:
    course = _locked(attendance.course)
    return course, TrainingAttendance.objects.select_related("person").get(pk=attendance.pk)


def _key(who: Who) -> tuple:
    """By what two are told to be one on the same list: the account; or the name, team and agency."""
    if who.person:
        return ("person", who.person.pk)
    columns = who.columns()
    return ("name", who.name.lower(), *(columns[name] and columns[name].pk for name in ("team", "agency")))


def _on_the_list(course: TrainingCourse) -> dict[tuple, TrainingAttendance]:
    found = {}
    for one in course.people.there().annotate(lower_name=Lower("name")):
        same = ("person", one.person_id) if one.person_id else ("name", one.lower_name, one.team_id, one.agency_id)
        found[same] = one
    return found


def _put(course: TrainingCourse, people: list[Who], *, status: str, by, at: datetime) -> list[TrainingAttendance]:
    with once("Two of these names are the same, or one is on the list already."):
        return TrainingAttendance.objects.bulk_create(
            TrainingAttendance(course=course, status=status, added_by=by, added_at=at, **who.columns())
            for who in people
        )


def _day(course: TrainingCourse) -> str:
    return course.held_on.isoformat()


def _record(act: str, course: TrainingCourse, *, by, at: datetime | None, detail: dict[str, Any]) -> None:
    audit.record(act, by=by, subject=course, label=course.title, detail=detail, at=at)
