"""Makers of contexts and what belongs to them, through the services, so that what they make could really exist."""

import itertools
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from accounts.permissions import Role
from consultations.choices import Arrival
from consultations.models import YoungPerson
from contexts.choices import ClosingOutcome, ContextState
from contexts.kinds import kind_of
from contexts.models import Assessment, Context, LinkedPerson, PeerTie
from contexts.services import assessments, referring, screening, work
from tests.factories import a_person, a_team

_numbers = itertools.count(1)


def telling(by: User, **values) -> dict:
    """What somebody tells of a context: what `referring.refer` takes."""
    number = next(_numbers)
    given = {
        "kind": "neighbourhood",
        "name": f"Canal towpath {number}",
        "place": "Between Lock 3 and Lock 4",
        "worry": "Young people are met there after school by adults on bicycles.",
        "why_it_matters": "Three referrals this month.",
        "strengths": "The kiosk owner knows them by name.",
        "referrer_name": by.name,
        "team": by.team,
        "agency": (by.team or a_team()).agency,
        "arrival": Arrival.ONLINE,
        "received_on": timezone.localdate(),
    }
    return given | values


def a_context(
    state: str = ContextState.ASSESSING,
    *,
    by: User | None = None,
    cs: User | None = None,
    lead: User | None = None,
    assessed: bool = True,
    **values,
) -> Context:
    """A context taken to `state` by the acts that lead there; `values` are of what was told.

    One that is assessed has the least of which an assessment can consist, unless `assessed` says no.
    """
    by = by or a_person(Role.PRACTITIONER, team=a_team())
    context = referring.refer(telling(by, **values), by=by).context
    if state == ContextState.REFERRED:
        return context
    cs = cs or a_person(Role.CS_PRACTITIONER, team=a_team())
    if state == ContextState.INFORMATION:
        screening.ask(context, question="How often?", by=cs)
        return _now(context)
    if state == ContextState.DECLINED:
        return screening.decline(context, reason="Too little is known.", to="Community safety", by=cs)
    if state == ContextState.WITHDRAWN:
        return screening.withdraw(context, reason="Made in error.", by=by)
    context = screening.accept(context, reason="Several young people come to harm there.", lead=lead, by=cs)
    if assessed or state != ContextState.ASSESSING:
        an_assessment(context, by=cs)
    if state == ContextState.ASSESSING:
        return _now(context)
    context = work.finish_assessing(context, reason="Lighting and guardianship.", by=cs)
    if state == ContextState.PLANNED:
        return context
    if state == ContextState.CONFERENCE:
        from contexts.choices import ContextAct
        from contexts.services import steps

        return steps.take(context, ContextAct.CONFER, by=cs, words="1 January 2027")
    context = work.begin_reviewing(
        context, reason="Few agencies.", review_on=timezone.localdate() + timedelta(days=90), by=cs
    )
    if state == ContextState.REVIEWING:
        return context
    return work.close(context, outcome=ClosingOutcome.SAFER, words="Lit, and visited by youth workers.", by=cs)


def an_assessment(context: Context, *, by: User | None = None, texts: dict[str, str] | None = None) -> Assessment:
    """The assessment that is under way, with the least of which one can consist, or with `texts` by their headings."""
    by = by or a_person(Role.CS_PRACTITIONER)
    found = assessments.begin(context, by=by)
    kind = kind_of(context.kind)
    first = f"{kind.sections[0].key}-strengths" if kind.sections else "conclusion"
    for key, body in (texts or {first: "Adults who stay.", "analysis": "Nobody looks after it."}).items():
        there = found.texts.select_related("text").filter(key=key).first()
        version = there.text.version if there else 0
        assessments.save_section(found, key, body=body, base_version=version, by=by)
    return found


def _now(context: Context) -> Context:
    return Context.objects.get(pk=context.pk)


def provenance(**values) -> dict:
    """Where a link comes from: made today, to be looked at in three months."""
    today = timezone.localdate()
    given = {
        "source": "professional",
        "reliability": "likely",
        "noted_on": today,
        "review_on": today + timedelta(days=90),
        "purpose": "To keep them safe there.",
    }
    return given | values


def a_linked_person(
    context: Context, young_person: YoungPerson | None = None, *, name: str = "", by: User | None = None, **values
) -> LinkedPerson:
    """A person of a context: a young person with a record, else one of whom no more than a name is known."""
    by = by or a_person(Role.CS_PRACTITIONER)
    given = {
        "young_person": young_person,
        "name": "" if young_person else name or f"Peer {next(_numbers)}",
        "nature": "harmed",
    }
    return LinkedPerson.objects.create(
        context=context, made_by=by, made_at=timezone.now(), **given | provenance() | values
    )


def a_tie(first: LinkedPerson, second: LinkedPerson, *, by: User | None = None, **values) -> PeerTie:
    """What connects two people of one context."""
    by = by or a_person(Role.CS_PRACTITIONER)
    given = {"nature": "friend"} | provenance() | values
    return PeerTie.objects.create(
        context=first.context, first=first, second=second, made_by=by, made_at=timezone.now(), **given
    )


def long_ago(days: int) -> date:
    """The day so many days before today, London."""
    return timezone.localdate() - timedelta(days=days)
