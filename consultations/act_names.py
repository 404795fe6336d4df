"""Turning the values that the audit log keeps (ids, codes, dates) into words, each kind looked up once a page."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime

from accounts.models import Agency, Team, User
from core.models import AuditEvent, FormSection, ListItem
from core.models.lists import FormName

from .act_words import DETAILS, act_for
from .models import ActionProgress, ReferralMessage

# How a value is read → the table whose ids it holds. A person's name is given whatever became of their account.
_TABLES = {"person": User, "team": Team, "agency": Agency, "item": ListItem, "items": ListItem}
# Fields whose names hold a key or an id: answers to the suitability questions, feedback on single actions.
_QUESTION, _ACTION = "question-", "action "
_FORMS = {"section": FormName.CONSULTATION, "factor": FormName.FRAMEWORK_FACTORS}


class Names:
    """Words for the values in the details of some events; at most a query a kind, however many events there are.

    `about` has the words of actions and take-away questions by their kind and id.
    """

    def __init__(self, events: Iterable[AuditEvent], about: dict[tuple[str, str], str]):
        events = list(events)
        self._about = about
        wanted: dict[Any, set] = {}
        for event in events:
            for name, values in _values(event):
                table = _TABLES.get(DETAILS.get(name, ("", ""))[1])
                if table:
                    wanted.setdefault(table, set()).update(_ids(values))
        self._found = {table: {row.pk: str(row) for row in _rows(table, ids)} for table, ids in wanted.items() if ids}
        self._sections = self._section_titles(events)
        self._messages = self._said(events)

    def field(self, name: str) -> tuple[str, str]:
        """What a changed field is called, and how its values are read; ("", "") for one that is not shown."""
        if name.startswith(_QUESTION):
            return self._sections.get((FormName.SUITABILITY, name.removeprefix(_QUESTION)), ""), "text"
        if name.startswith(_ACTION):
            about = self._about.get(("consultations.consultationaction", name.removeprefix(_ACTION)), "An action")
            return about.rstrip(".") if len(about) <= 100 else f"{about[:99]}…", "happened"
        return DETAILS.get(name, ("", ""))

    def word(self, how: str, value: Any) -> str:
        """One value in words; "" for nothing."""
        if value in (None, "", []):
            return ""
        if how in _TABLES:
            found = self._found.get(_TABLES[how], {})
            return ", ".join(sorted(found.get(one, "no longer known") for one in _ids([value])))
        if how in _FORMS:
            return self._sections.get((_FORMS[how], value), str(value))
        if how == "whom" and isinstance(value, int):
            return "1 person" if value == 1 else f"{value} people"
        if how == "happened":
            return ". ".join(filter(None, [self.word("choice", value[0]), str(value[1])]))
        if how == "choice":
            return str(value).replace("-", " ").capitalize()
        if how in ("day", "time", "moment"):
            return _when(str(value))
        if how == "names" or isinstance(value, list):
            return ", ".join(str(one) for one in value)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        return str(value)

    def message(self, event: AuditEvent) -> str:
        """What was said in the act itself: a question, an answer, a note on progress. The log does not hold it."""
        return self._messages.get((event.subject_id, event.at), "")

    @staticmethod
    def _section_titles(events: list[AuditEvent]) -> dict[tuple[str, str], str]:
        keys = {str(event.detail[name]) for event in events for name in _FORMS if event.detail.get(name)}
        for event in events:
            changed = event.detail.get("changed")
            if isinstance(changed, dict):
                keys |= {name.removeprefix(_QUESTION) for name in changed if name.startswith(_QUESTION)}
        if not keys:
            return {}
        return {(section.form, section.key): section.title for section in FormSection.objects.filter(key__in=keys)}

    @staticmethod
    def _said(events: list[AuditEvent]) -> dict[tuple[str, Any], str]:
        """Words that stand in rows of their own, written in the same moment as the event about them."""
        spoken = [event for event in events if any(DETAILS[name][1] == "message" for name in act_for(event.act).shows)]
        found = {}
        for subject_type, model, owner in (
            ("consultations.referral", ReferralMessage, "referral"),
            ("consultations.consultationaction", ActionProgress, "action"),
        ):
            mine = [event for event in spoken if event.subject_type == subject_type]
            if mine:
                rows = model.objects.filter(
                    **{f"{owner}__in": {event.subject_id for event in mine}}, at__in={event.at for event in mine}
                )
                found |= {(str(getattr(row, f"{owner}_id")), row.at): row.body for row in rows}
        return found


def _values(event: AuditEvent) -> Iterable[tuple[str, list]]:
    """(name, values) of everything in an event's detail, the values of a change before and after."""
    changed = event.detail.get("changed")
    for source in (event.detail, changed if isinstance(changed, dict) else {}):
        for name, value in source.items():
            yield name, value if isinstance(value, list) else [value]


def _ids(values: Iterable) -> list:
    """The ids among values that may be ids, or lists of them."""
    found = []
    for value in values:
        found += _ids(value) if isinstance(value, list) else [value]
    return [value for value in found if isinstance(value, int) and not isinstance(value, bool)]


def _rows(table, ids: set) -> Iterable:
    rows = table.objects.filter(pk__in=ids)
    return rows.only("name") if table is User else rows


def _when(value: str) -> str:
    """A date, time or moment as ISO in words, London time; anything else as it is."""
    found = parse_time(value) if "-" not in value else parse_datetime(value) if "T" in value else parse_date(value)
    if isinstance(found, time):
        return time_format(found, "TIME_FORMAT")
    if type(found) is date:
        return date_format(found, "DATE_FORMAT")
    return date_format(localtime(found), "DATETIME_FORMAT") if found else value
