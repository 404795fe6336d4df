"""The papers: Appendix A, B and C blank, the framework as prepared, and the completed consultation.

Headings and prompts are the authority's own (`FormSection`, `FormPrompt`). Toolkit 2018, Appendices A to C.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date

from django.utils.formats import date_format

from core.models import FormSection, ListItem
from core.models.lists import FormName, ListName

from .. import rings
from ..choices import Space
from ..models import Consultation
from ..services.screening import PRESENT

FRAMEWORK, GUIDED, BLANK = "appendix-a", "appendix-b", "appendix-c"
PREPARED, CONSULTATION, REDACTED = "framework", "consultation", "redacted"
TITLES = {
    FRAMEWORK: "Appendix A: Contextual Safeguarding Framework",
    GUIDED: "Appendix B: Contextual Safeguarding Case Consultation Form (with guidance)",
    BLANK: "Appendix C: Contextual Safeguarding Case Consultation Form",
    PREPARED: "Contextual Safeguarding Framework",
    CONSULTATION: "Contextual Safeguarding Case Consultation",
    REDACTED: "Contextual Safeguarding Case Consultation: other people’s names left out",
}
BLANKS = (FRAMEWORK, GUIDED, BLANK)
HEADER = ("Date", "Name of Young Person", "Age")  # of Appendix B; the rest of its header is in `FormSection`
INVITED = "Practitioners invited"
# Lines to write on by hand, 8.5 mm each. Two sections fill a page of A4; the first shares its page with the header,
# one that is left over with the actions.
LINES, LINES_WITH_GUIDANCE = 13, 10
FIRST_LINES, FIRST_LINES_WITH_GUIDANCE, LAST_LINES = 9, 7, 8
# The framework and the actions are tables while they can be read as such; beyond that, one thing after the other.
MOST_COLUMNS, MOST_LETTERS = 6, 700


@dataclass(frozen=True)
class Box:
    """One heading with its prompts, and what is written under it or, on a blank form, lines to write on."""

    title: str
    text: str = ""
    prompts: tuple[str, ...] = ()
    lines: int = 0


@dataclass(frozen=True)
class SpaceLine:
    """What was found in one space."""

    space: str
    harm: str
    strength: str
    actions: str


@dataclass(frozen=True)
class ActionLine:
    """One agreed action, or one question that somebody took away (`space` is then the section it comes from)."""

    space: str
    what: str
    who: str
    due: str
    status: str
    outcome: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matrix:
    """The framework: points for discussion down, factors across; `rows` has a cell for each factor."""

    corner: str
    factors: tuple[str, ...]
    rows: tuple[Box, ...]
    cells: tuple[tuple[str, ...], ...]
    as_table: bool = True

    def lines(self) -> list[tuple[Box, tuple[str, ...]]]:
        """Each point with its cells."""
        return list(zip(self.rows, self.cells, strict=True))

    def columns(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each factor with what is written in it: (point, text), empty cells left out."""
        return [
            (factor, [(row.title, cells[at]) for row, cells in self.lines() if cells[at].strip()])
            for at, factor in enumerate(self.factors)
        ]


@dataclass(frozen=True)
class Choice:
    """A box to tick; `state` has a line after it, to say what."""

    label: str
    state: bool = False


@dataclass(frozen=True)
class DataEntry:
    """The data entry form at the end of Appendix B and C."""

    instruction: str
    fields: tuple[Box, ...]
    concern: str
    concern_hint: str
    concerns: tuple[Choice, ...]
    detail: str
    themes_title: str
    themes: tuple[Choice, ...]


@dataclass(frozen=True)
class Paper:
    """All that stands on one paper, as strings."""

    key: str
    title: str
    reference: str = ""
    made_on: str = ""
    note: str = ""
    facts: tuple[Box, ...] = ()
    parts: tuple[Box, ...] = ()
    marks: tuple[SpaceLine, ...] = ()
    checks: tuple[str, ...] = ()
    drawing: rings.Rings | None = None
    agreed: Box | None = None
    actions: tuple[ActionLine, ...] = ()
    take_aways: tuple[ActionLine, ...] = ()
    spaces: tuple[str, ...] = ()
    framework: Matrix | None = None
    data_entry: DataEntry | None = None

    @property
    def wide(self) -> bool:
        """Whether it is printed landscape."""
        return self.key in (FRAMEWORK, PREPARED)

    @property
    def short(self) -> bool:
        """Whether the actions and questions are short enough to be read in a table."""
        return all(len(line.what) + len(line.outcome) <= MOST_LETTERS for line in (*self.actions, *self.take_aways))

    def digest(self) -> str:
        """A fingerprint of what stands on it, whatever day it is made."""
        content = asdict(replace(self, drawing=None)) | {"made_on": "", "key": ""}
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:32]

    def size(self) -> int:
        """How many characters stand on it."""
        return len(json.dumps(asdict(replace(self, drawing=None)), ensure_ascii=False))


_data_entry: list[Callable[[], DataEntry]] = []


def brings_data_entry(make: Callable[[], DataEntry]) -> Callable[[], DataEntry]:
    """Decorator for the app above that owns the data entry form: it says what stands on the paper one."""
    _data_entry[:] = [make]
    return make


def blank(key: str) -> Paper:
    """One of the toolkit's forms without anything filled in. Raises KeyError for another key."""
    if key == FRAMEWORK:
        return Paper(key=key, title=TITLES[key], framework=_blank_framework())
    guided = {GUIDED: True, BLANK: False}[key]
    facts, parts, longs = [], [], []
    for section in FormSection.objects.of(FormName.CONSULTATION):
        prompts = tuple(section.prompt_texts()) if guided else ()
        if section.short and section.key != PRESENT:
            facts.append(Box(section.title, prompts=prompts))
        elif section.key == PRESENT:
            parts.append(Box(section.title, prompts=prompts, lines=3))
        else:
            longs.append(Box(section.title, prompts=prompts, lines=LINES_WITH_GUIDANCE if guided else LINES))
    if longs:
        if len(longs) % 2 == 0:
            longs[-1] = replace(longs[-1], lines=LAST_LINES)
        longs[0] = replace(longs[0], lines=FIRST_LINES_WITH_GUIDANCE if guided else FIRST_LINES)
    agreed = FormSection.objects.of(FormName.ACTIONS).first()
    return Paper(
        key=key,
        title=TITLES[key],
        facts=(*(Box(title) for title in HEADER), *facts),
        parts=(*parts, *longs),
        agreed=Box(agreed.title, prompts=tuple(agreed.prompt_texts()) if guided else ()) if agreed else None,
        spaces=tuple(label for value, label in Space.choices if value != Space.ONLINE),  # Appendix B has five
        data_entry=_data_entry[0]() if _data_entry else None,
    )


def framework(consultation: Consultation, *, on: date) -> Paper:
    """Appendix A as prepared for one consultation."""
    return Paper(
        key=PREPARED,
        title=TITLES[PREPARED],
        reference=consultation.referral.reference,
        made_on=_day(on),
        facts=_header(consultation),
        framework=_matrix(consultation),
    )


def consultation(found: Consultation, *, on: date, prompts: bool, framework: bool = False, key: str = "") -> Paper:
    """The consultation as it was written up, in every section that has text, whether or not it is still in use."""
    notes = {note.section_id: note for note in found.notes.select_related("text", "section").exclude(text__body="")}
    sections = {section.pk: section for section in FormSection.objects.of(FormName.CONSULTATION)}
    sections |= {pk: note.section for pk, note in notes.items() if pk not in sections}
    facts, parts = list(_header(found)), []
    for section in sorted(sections.values(), key=lambda section: section.order):
        text = notes[section.pk].text.body.strip() if section.pk in notes else ""
        if not text or section.key == PRESENT:
            continue
        asked = tuple(section.prompt_texts()) if prompts and section.active else ()
        (facts if section.short else parts).append(Box(section.title, text, asked))
    agreed = FormSection.objects.of(FormName.ACTIONS).first()
    actions = list(found.actions.select_related("owner").prefetch_related("interventions"))
    drawn = rings.of(found.marks.all(), actions)
    return Paper(
        key=key or CONSULTATION,
        title=TITLES[key or CONSULTATION],
        reference=found.referral.reference,
        made_on=_day(on),
        facts=(*facts, _present(found)),
        parts=tuple(parts),
        marks=_marks(drawn),
        checks=tuple(drawn.remarks) if drawn.anything_marked else (),
        drawing=drawn if drawn.anything_marked else None,
        agreed=Box(agreed.title, prompts=tuple(agreed.prompt_texts()) if prompts else ()) if agreed else None,
        actions=tuple(_action(action) for space in Space for action in actions if action.space == space),
        take_aways=tuple(
            ActionLine(
                space=question.section.title if question.section_id else "",
                what=question.what,
                who=question.who,
                due=_day(question.due),
                status=question.get_status_display(),
                outcome=question.outcome,
            )
            for question in found.take_aways.select_related("owner", "section")
        ),
        framework=_matrix(found) if framework else None,
    )


def professionals(found: Consultation) -> list[str]:
    """The names of those who work with the young person as the record holds them, each once; then their agencies.

    Somebody elsewhere without an agency may be an aunt who does an action: they are not among them.
    """
    names, agencies = [found.referral.referrer_name], []
    for participant in found.participants.select_related("person__team"):
        if participant.person_id or participant.agency.strip():
            names.append(participant.person.name if participant.person_id else participant.name)
        agencies.append(participant.agency)
    for row in [*found.actions.select_related("owner"), *found.take_aways.select_related("owner")]:
        if row.owner_id or row.owner_agency.strip():
            names.append(row.owner.name if row.owner_id else row.owner_name)
        agencies.append(row.owner_agency)
    return list(dict.fromkeys(name.strip() for name in [*names, *agencies] if name.strip()))


def form_words() -> list[str]:
    """The forms' own headings, prompts and choices: what is written with a capital there is nobody's name."""
    sections = FormSection.objects.prefetch_related("prompts")
    words = [text for section in sections for text in (section.title, *section.prompt_texts())]
    words += ListItem.objects.exclude(list=ListName.ETHNICITY).values_list("label", flat=True)
    return [*words, *Space.labels, *FormName.labels, *TITLES.values(), *HEADER, INVITED]


def ethnicities() -> set[str]:
    """The labels of that list: where nothing else is written, no name is (White and Black are names as well)."""
    return set(ListItem.objects.filter(list=ListName.ETHNICITY).values_list("label", flat=True))


def _header(found: Consultation) -> tuple[Box, ...]:
    day = found.held_on or found.planned_for
    age = found.referral.age_on(day)
    written = (
        f"Held on {_day(day)}" if found.held_on else f"Planned for {_day(day)}",
        found.referral.name or "Not recorded",
        "Not known" if age is None else str(age),
    )
    return tuple(Box(title, text) for title, text in zip(HEADER, written, strict=True))


def _present(found: Consultation) -> Box:
    """Who was there; until that is known, who was invited."""
    people = list(found.participants.select_related("person__team"))
    there = [person for person in people if person.came]
    section = FormSection.objects.filter(form=FormName.CONSULTATION, key=PRESENT).first()
    title = section.title if section and (there or not people) else INVITED
    lines = [person.who for person in (there or people)]
    if there:
        lines += [f"{person.who} (could not come)" for person in people if person.came is False]
    return Box(title, "\n".join(lines) or "Not recorded")


def _marks(drawn: rings.Rings) -> tuple[SpaceLine, ...]:
    if not drawn.anything_marked:
        return ()
    return tuple(SpaceLine(one.label, one.harm_words, one.strength_words, one.actions_words) for one in drawn.spaces)


def _action(action) -> ActionLine:
    more = [f"Intervention: {item}" for item in action.interventions.all()]
    if action.context_name:
        more.append(f"Concerns: {action.context_name}")
    return ActionLine(
        space=action.get_space_display(),
        what=action.what,
        who=action.who,
        due=_day(action.due),
        status=action.get_status_display(),
        outcome=action.outcome,
        more=tuple(more),
    )


def _corner() -> str:
    """The words over the points and the factors: what comes before "(Appendix A)" in the names of the two lists."""
    names = (FormName.FRAMEWORK_POINTS.label, FormName.FRAMEWORK_FACTORS.label)
    return " / ".join(name.partition(" (")[0] for name in names)


def _blank_framework() -> Matrix:
    factors = tuple(section.title for section in FormSection.objects.of(FormName.FRAMEWORK_FACTORS))
    points = tuple(Box(section.title) for section in FormSection.objects.of(FormName.FRAMEWORK_POINTS))
    return Matrix(_corner(), factors, points, tuple(tuple("" for _ in factors) for _ in points))


def _matrix(found: Consultation) -> Matrix:
    places = list(found.framework_places.select_related("factor").prefetch_related("cells__text", "cells__point"))
    points = {section.pk: section for section in FormSection.objects.of(FormName.FRAMEWORK_POINTS)}
    written: dict[tuple, str] = {}
    for place in places:
        for cell in place.cells.all():
            if cell.text.body.strip():
                points.setdefault(cell.point_id, cell.point)
                written[place.pk, cell.point_id] = cell.text.body.strip()
    rows = sorted(points.values(), key=lambda point: point.order)
    cells = tuple(tuple(written.get((place.pk, row.pk), "") for place in places) for row in rows)
    longest = max((len(text) for text in written.values()), default=0)
    return Matrix(
        corner=_corner(),
        factors=tuple(_place(place) for place in places),
        rows=tuple(Box(row.title) for row in rows),
        cells=cells,
        as_table=len(places) <= MOST_COLUMNS and longest <= MOST_LETTERS,
    )


def _place(place) -> str:
    return f"{place.factor.title}: {place.name}" if place.name else place.factor.title


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def written_in(paper: Paper) -> list[str]:
    """Every string that stands on a paper but the reference: what people wrote, and the form's own words."""
    content = asdict(replace(paper, drawing=None)) | {"key": "", "reference": "", "made_on": ""}
    return [text for text in strings_of(content) if text]


def strings_of(value: object) -> Iterable[str]:
    """Every string in `value`, whatever it stands in."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings_of(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings_of(each)
