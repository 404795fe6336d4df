"""What a conference pack is made of: its parts, each written by the slice that knows about it, then edited by people.

A part's words are proposed once, when the pack is begun, with every name of the context's people already replaced.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.formats import date_format

from . import assessing
from .choices import ConferenceKind, ConferenceStatus
from .kinds import kind_of
from .models import Conference, SafetyPin


@dataclass(frozen=True)
class Source:
    """One part: its key and title, where it stands, what helps to write it, and what proposes its first words.

    One whose `propose` gives None is no part of that conference's pack.
    """

    key: str
    title: str
    order: int
    hint: str = ""
    propose: Callable[[Conference], str | None] | None = None


def _what(conference: Conference) -> str:
    context = conference.context
    place = f"\n{context.place}" if context.place else ""
    referred = [f"{told.worry}" for told in context.referrals.order_by("received_on", "at")]
    return "\n\n".join([f"{context.name} ({context.kind_label.lower()}){place}", *referred])


def _why(conference: Conference) -> str:
    told = conference.context.referrals.order_by("received_on", "at")
    lines = [one.why_it_matters for one in told if one.why_it_matters]
    harms = sorted({str(harm) for one in told.prefetch_related("harms") for harm in one.harms.all()})
    if harms:
        lines.append(f"Kinds of harm: {', '.join(harms)}.")
    return "\n\n".join([*lines, conference.context.screening_reason]).strip()


def _found(conference: Conference) -> str:
    """What the last assessment wrote, under its own headings; what stayed empty is left out."""
    last = conference.context.assessments.order_by("begun_at", "pk").last()
    if last is None:
        return ""
    written = dict(last.texts.exclude(text__body="").values_list("key", "text__body"))
    headings = assessing.headings(kind_of(conference.context.kind))
    return "\n\n".join(f"{one.whole_title}\n{written[one.key]}" for one in headings if one.key in written)


def _strengths(conference: Conference) -> str:
    return "\n\n".join(told.strengths for told in conference.context.referrals.all() if told.strengths)


def _plan(conference: Conference) -> str:
    lines = []
    for goal in conference.context.goals.prefetch_related("readings", "actions"):
        readings = [_reading(one) for one in goal.readings.all()]
        shown = [readings[0], *([readings[-1]] if len(readings) > 1 else [])] if readings else []
        values = f" ({'; '.join(shown)})" if shown else ""
        lines.append(f"Goal: {goal.words}\nMeasure: {goal.measure}{values}. {goal.get_status_display()}.")
    for action in conference.context.plan_actions.select_related("owner"):
        due = f", by {date_format(action.due, 'DATE_FORMAT')}" if action.due else ""
        lines.append(f"Action: {action.what} ({action.who}{due}; {action.get_status_display().lower()})")
    return "\n\n".join(lines)


def _reading(reading) -> str:
    number = f"{reading.value.normalize():f}" if reading.value is not None else ""
    return f"{date_format(reading.on, 'DATE_FORMAT')}: {', '.join(filter(None, [number, reading.words.rstrip('.')]))}"


def _map(conference: Conference) -> str:
    """The pins that stand on the safety maps of today, harm first; by whose account is not for the pack."""
    pins = SafetyPin.objects.filter(map__context=conference.context, map__archived_at=None, ended_on=None)
    lines = [
        f"{pin.get_kind_display()}, {pin.get_time_of_day_display().lower()}: {pin.what}"
        for pin in pins.order_by("kind", "map", "number")
    ]
    return "\n".join(lines)


def _decided(conference: Conference) -> str | None:
    if conference.kind != ConferenceKind.REVIEW:
        return None
    held = conference.context.conferences.filter(status=ConferenceStatus.HELD).select_related("decisions")
    last = held.exclude(pk=conference.pk).first()
    if last is None:
        return ""
    return f"Conference of {date_format(last.on, 'DATE_FORMAT')}\n\n{last.decisions.body}".strip()


# Each slice adds its own, or gives a part that stands here its `propose`; a pack has them in their order.
PARTS: dict[str, Source] = {
    source.key: source
    for source in (
        Source("what", "What the context is", 10, "Where it is, who spends time there, what happens there.", _what),
        Source("why", "Why it matters", 20, "Why it takes more than work with each young person.", _why),
        Source("found", "What the assessment found", 30, "What harms, what helps, and how you know.", _found),
        Source(
            "strengths", "What keeps young people safe", 40, "Guardians, places and habits to build on.", _strengths
        ),
        Source(
            "map", "Where harm and safety lie", 50, "What the safety map shows: where, and at what time of day.", _map
        ),
        Source("plan", "The plan so far", 60, "What is agreed already, and how far it has come.", _plan),
        Source("decided", "What was decided last time", 70, "Of a review conference.", _decided),
        Source("questions", "Questions for the meeting", 80, "What the agencies have to answer or decide together."),
    )
}


# With which the proposed words begin their lines: nobody's names.
WORDS = ("Goal", "Measure", "Action", "Kinds of harm", "Conference", "Working on it", "Met", "Given up")


def brings(source: Source) -> None:
    """Add a part, or put one that stands there in its place: the slice that knows the words proposes them."""
    PARTS[source.key] = source


def proposed(conference: Conference) -> list[tuple[Source, str]]:
    """Every part in its order, with the words proposed for it; as they stand in the record, names and all."""
    sources = sorted(PARTS.values(), key=lambda source: source.order)
    said = [(source, source.propose(conference) if source.propose else "") for source in sources]
    return [(source, words) for source, words in said if words is not None]
