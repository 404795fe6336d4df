"""The assessment and the joint plan of a context as papers: with the names that their reader may see, or with none."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from consultations.papers import pdf
from consultations.papers.documents import Box, Paper
from core.workflow import ActRefused

from . import assessment_presenters as assessed
from . import plan_presenters as planned
from .assessing import headings
from .kinds import kind_of
from .models import Assessment, Context, LinkedPerson
from .no_names import NoNames
from .services import plan as plans
from .sight import Sight

ASSESSMENT, PLAN = "assessment", "plan"
TITLES = {ASSESSMENT: "Assessment", PLAN: "Joint plan"}
WITHOUT = "without young people’s names"


class Nameless(Sight):
    """As a sight, for a copy without names: everybody of the context is "a young person" in it, whoever reads it."""

    def __init__(self, user, context: Context):
        super().__init__(user, context)
        self.names = NoNames.of(context, kept=professionals(context))

    def words(self, text: str) -> str:
        return self.names.replaced(text)


def professionals(context: Context) -> list[str]:
    """Who works on a context, its assessments or its plan, as far as they have an account; one query."""
    owners = context.plan_actions.exclude(owner=None).values("owner")
    leads = context.assessments.exclude(lead=None).values("lead")
    whom = Q(pk__in=owners) | Q(pk__in=leads) | Q(pk__in=context.members.values("user")) | Q(pk=context.lead_id)
    return sorted(set(User.objects.filter(whom).values_list("name", flat=True)))


def sight_for(user, context: Context, *, names: bool) -> Sight:
    """What the words of a paper go through."""
    return Sight(user, context) if names else Nameless(user, context)


def assessment(user, found: Assessment, *, names: bool) -> Paper:
    """An assessment as `user` may read it now; with `names` false without a young person's name."""
    context, kind = found.context, kind_of(found.context.kind)
    sight = sight_for(user, context, names=names)
    finished = f"{_day(found.finished_at)}, by {found.finished_by.name}" if found.finished_at else "Not yet"
    facts = [
        ("Context", f"{sight.words(context.name)}, {kind.label.lower()}"),
        ("Begun", f"{_day(found.begun_at)}, by {found.begun_by.name}"),
        ("Finished", finished),
        ("Lead", found.lead.name if found.lead else "Nobody yet"),
        ("Agencies", ", ".join(str(one) for one in found.agencies.all())),
    ]
    about = _people(sight.people(LinkedPerson.objects.filter(assessments=found).with_sight(user)), names=names)
    parts = [
        (f"Method: {each.method.get_kind_display().lower()}", _method(each)) for each in assessed.methods(found, sight)
    ]
    parts += [(f"Traffic light: {each.area.title}", _area(each)) for each in assessed.areas(found, kind, sight)]
    written = {row.key: row.text.body for row in found.texts.select_related("text")}
    parts += [(each.whole_title, sight.words(written.get(each.key, "").strip())) for each in headings(kind)]
    return _paper(
        ASSESSMENT, context, sight, names=names, facts=facts, parts=parts,
        more=[("Young people considered together", about)],
    )  # fmt: skip


def plan(user, context: Context, *, names: bool) -> Paper:
    """The joint plan as `user` may read it now; with `names` false without a young person's name."""
    sight = sight_for(user, context, names=names)
    agreed = plans.agreed(context, user)
    for action in agreed:
        sight.people(action.concerned)
    facts = [
        ("Context", f"{sight.words(context.name)}, {context.kind_label.lower()}"),
        ("Actions", _counts(planned.summary(agreed)) if agreed else "None agreed yet"),
    ]
    parts = [
        (f"Goal {number}: {row.words}", _goal(row, sight, names=names))
        for number, row in enumerate(planned.goal_rows(context, sight, agreed), 1)
    ]
    loose = [planned.action_row(each, sight) for each in agreed if each.goal_id is None]
    parts.append(("Actions without a goal", "\n\n".join(_action(row, sight, names=names) for row in loose)))
    return _paper(PLAN, context, sight, names=names, facts=facts, parts=parts)


def html(paper: Paper, request: HttpRequest | None = None, **context) -> str:
    """The paper as a page of its own."""
    known = {"paper": paper, "organisation": settings.ORGANISATION_NAME, "blank": False}
    return render_to_string("contexts/papers/casework.html", known | context, request)


def as_pdf(paper: Paper) -> bytes:
    """The paper as a PDF. Raises ActRefused, in words, where this machine cannot or it is too long."""
    if reason := pdf.unavailable():
        raise ActRefused(reason)
    if paper.size() > pdf.MOST_CHARACTERS:
        raise ActRefused("This is more than a PDF is made of here. Print the page instead.")
    from consultations.papers import weasy

    return weasy.write(html(paper))


def title_of(paper: str, *, names: bool) -> str:
    """What a paper is called."""
    return TITLES[paper] if names else f"{TITLES[paper]} {WITHOUT}"


def _paper(key: str, context: Context, sight: Sight, *, names: bool, facts, parts, more=()) -> Paper:
    """`facts` go through the sight here; whatever is in `parts` and `more` has gone through it."""
    boxes = [(title, sight.words(text)) for title, text in facts] + list(more)
    return Paper(
        key=key if names else f"{key}-without-names",
        title=title_of(key, names=names),
        reference=context.reference,
        made_on=_day(timezone.localdate()),
        facts=tuple(Box(title, text) for title, text in boxes if text),
        parts=tuple(Box(title, text) for title, text in parts if text),
    )


def _counts(counted: dict[str, int]) -> str:
    return f"{counted['open']} open, {counted['done']} done, {counted['number']} in all"


def _people(people: Iterable[LinkedPerson], *, names: bool) -> str:
    """Who is meant, as far as their reader may know it; without names how many."""
    people = list(people)
    if names or not people:
        return ", ".join(person.shown_name for person in people)
    return f"{len(people)} young {'people' if len(people) > 1 else 'person'}"


def _method(shown: assessed.ShownMethod) -> str:
    method = shown.method
    ends = f" to {_day(method.ended_on)}" if method.ended_on and method.ended_on != method.begun_on else ""
    took_part = f"{method.number} took part" if method.number is not None else ""
    lines = [
        shown.title,
        f"{_day(method.begun_on)}{ends}, by {shown.by_whom}",
        ": ".join(words for words in (took_part, shown.who) if words),
        shown.found,
    ]
    for question in shown.questions:
        lines.append(question.words)
        lines += [f"– {one['answer']}: {one['number']} ({one['percent']}%)" for one in question.answers]
    for line in shown.observations:
        when = f"{_day(line['row'].day)}, {line['row'].clock:%H:%M}"
        lines.append(f"{when}, {line['place']}: {line['seen']}" if line["place"] else f"{when}: {line['seen']}")
    return "\n".join(line for line in lines if line)


def _area(shown: assessed.ShownArea) -> str:
    if not shown.ratings:
        return "Not rated yet."
    lines = []
    for place, one in enumerate(shown.ratings):
        rating = one["rating"]
        when = f"{rating.by.name}, {_day(rating.at)}"
        lines.append(f"{'Earlier: ' if place else ''}{rating.get_light_display()} ({when}). {one['reason']}")
    return "\n".join(lines)


def _goal(row: planned.GoalRow, sight: Sight, *, names: bool) -> str:
    lines = [
        f"{row.goal.get_status_display()}. {row.because}".strip() if row.because else row.goal.get_status_display(),
        f"What shows it: {row.measure}",
        f"How it is measured: {row.how}" if row.how else "",
        row.progress,
    ]
    for one in row.readings:
        said = ". ".join(words for words in (one["value"], one["words"]) if words)
        lines.append(f"{_day(one['reading'].on)}: {said}")
    whole = "\n".join(line for line in lines if line)
    return "\n\n".join([whole, *(_action(each, sight, names=names) for each in row.actions)])


def _action(row: dict[str, Any], sight: Sight, *, names: bool) -> str:
    action = row["action"]
    due = f", by {_day(action.due)}" if action.due else ""
    concerned = _people(action.concerned, names=names)
    lines = [
        f"Action: {row['what']}",
        f"{sight.words(action.who)}{due}. {action.get_status_display()}.",
        f"Concerns {concerned}." if concerned else "",
        "; ".join(str(each) for each in action.interventions.all()),
        row["outcome"],
    ]
    return "\n".join(line for line in lines if line)


def _day(moment) -> str:
    return date_format(timezone.localtime(moment) if hasattr(moment, "hour") else moment, "DATE_FORMAT")
