"""Fictional contexts: a school, a place, two peer groups and an online space, in every state of their journey."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from consultations.choices import Arrival
from consultations.models import YoungPerson
from contexts.choices import ClosingOutcome, ContextState, LinkNature, Reliability, Source, TieNature
from contexts.models import Context, LinkedPerson, PeerTie
from contexts.services import referring, screening, work
from core.models import ListItem
from core.models.lists import ListName

from .contexts_assess import assess

# Days ago, kind, name, place, who told of it, how far it has come, what the worry is.
CONTEXTS = [
    (240, "neighbourhood", "Hartley Park skate ramp", "Hartley Park, north gate", "youth", ContextState.REVIEWING,
     "Older young people meet younger ones here between 3.30 and 6. Three were offered phones and trainers. The lights "
     "by the north gate have not worked since the summer."),
    (190, "school", "Marlow Road Academy", "Marlow Road", "teacher", ContextState.PLANNED,
     "Girls in Year 9 avoid the corridor by the sports hall. Images were shared in two year groups. Staff deal with "
     "each incident by itself."),
    (120, "peer-group", "Penrose boys", "Penrose estate, and the arcade on Friday evenings", "referrer",
     ContextState.ASSESSING,
     "Seven boys from three schools spend every evening together. Two carry knives, they say because of the other "
     "estate. The youngest is twelve and does what he is told."),
    (60, "online", "Group chat “Ends”", "Snapchat", "teacher", ContextState.INFORMATION,
     "A group chat with about forty members in which fights are announced and filmed."),
    (12, "neighbourhood", "Canal towpath by Lock 4", "Lock 4", "referrer", ContextState.REFERRED,
     "Named in three consultations this term. Young people are met there by adults on bicycles."),
    (330, "neighbourhood", "Arcade on Bridge Street", "Bridge Street", "youth", ContextState.CLOSED,
     "The back room was used to meet girls after school."),
]  # fmt: skip
# Name, how they belong to the peer group, the part they play: beside the young people who have a record.
PEERS = [("Dario", LinkNature.HARMING, "leader"), ("Kofi", LinkNature.PRESENT, "follower")]


def load(people: dict[str, User], now: datetime, more: list[Callable] | None = None) -> None:
    """The contexts as far as their states say; `more` are called with ({name: context}, people, now)."""
    harms = list(ListItem.objects.of(ListName.HARM))
    made = {}
    for number, (days, kind, name, place, who, state, worry) in enumerate(CONTEXTS):
        at = now - timedelta(days=days)
        by = people[who]
        told = {
            "kind": kind, "name": name, "place": place, "worry": worry,
            "why_it_matters": "Several young people are named by different referrers.",
            "strengths": "A youth worker and the kiosk owner know most of them by name.",
            "referrer_name": by.name, "team": by.team, "agency": by.team.agency, "arrival": Arrival.ONLINE,
            "received_on": timezone.localdate(at), "harms": harms[number % 3 : number % 3 + 2],
        }  # fmt: skip
        context = referring.refer(told, by=by, at=at).context
        made[name] = _taken_to(context, state, people, at)
        if state not in (ContextState.REFERRED, ContextState.INFORMATION):
            _link(made[name], people["cs"], at + timedelta(days=9))
    for act in more or []:
        act(made, people, now)


def _taken_to(context: Context, state: str, people: dict[str, User], at: datetime) -> Context:
    cs, cs2, youth = people["cs"], people["cs2"], people["youth"]
    if state == ContextState.REFERRED:
        return context
    if state == ContextState.INFORMATION:
        screening.ask(context, question="Which schools do the members go to?", by=cs2, at=at + timedelta(days=2))
        return context
    screening.accept(
        context, reason="Several young people come to harm there, and work with each of them does not change it.",
        lead=cs, review_on=timezone.localdate(at + timedelta(days=120)), by=cs2, at=at + timedelta(days=3),
    )  # fmt: skip
    context = work.give(context, lead=cs, people=[youth], by=cs2, at=at + timedelta(days=4))
    assess(context, people, at)
    if state == ContextState.ASSESSING:
        return context
    finished = "More guardianship, better lighting, and one adult whom young people trust."
    context = work.finish_assessing(context, reason=finished, by=cs, at=at + timedelta(days=40))
    if state == ContextState.PLANNED:
        return context
    review_on = timezone.localdate(at + timedelta(days=270))
    few = "Two agencies work there and have agreed the plan."
    context = work.begin_reviewing(context, reason=few, review_on=review_on, by=cs, at=at + timedelta(days=60))
    if state == ContextState.REVIEWING:
        return context
    words = "The back room is closed, the owner was trained, and no young person has named it for six months."
    return work.close(context, outcome=ClosingOutcome.SAFER, words=words, by=cs, at=at + timedelta(days=250))


def _link(context: Context, by: User, at: datetime) -> None:
    """Some of the young people of the demo's referrals, and ties between them where it is a peer group."""
    day = timezone.localdate(at)
    given = {
        "source": Source.PROFESSIONAL, "reliability": Reliability.LIKELY, "noted_on": day,
        "review_on": day + timedelta(days=180), "purpose": "So that one plan meets the needs of all of them.",
        "made_by": by, "made_at": at,
    }  # fmt: skip
    natures = [LinkNature.HARMED, LinkNature.BOTH, LinkNature.PRESENT, LinkNature.HARMED]
    young = YoungPerson.objects.order_by("created_at")[: 4 if context.kind == "peer-group" else 3]
    linked = [
        LinkedPerson.objects.create(context=context, young_person=person, nature=nature, **given)
        for person, nature in zip(young, natures, strict=False)
    ]
    if context.kind != "peer-group":
        return
    linked += [
        LinkedPerson.objects.create(context=context, name=name, nature=nature, standing=standing, **given)
        for name, nature, standing in PEERS
    ]
    first, *others = linked
    for number, other in enumerate(others):
        nature = list(TieNature)[number % len(TieNature)]
        PeerTie.objects.create(
            context=context, first=first, second=other, nature=nature, mutual=number % 2 == 0, **given
        )
