"""Fictional conferences: one that lies ahead with an issued pack, one that was held and decided something."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from contexts.choices import Attendance, ConferenceKind
from contexts.models import Conference, Context
from contexts.services import conference as conferences
from contexts.services import conference_people, packs

AHEAD, HELD = "Marlow Road Academy", "Hartley Park skate ramp"
# Agency, who comes for it here, who else, whether they came to the one that was held.
INVITED = [
    ("School", "teacher", "", Attendance.CAME),
    ("Youth provision", "youth", "", Attendance.CAME),
    ("Police: Safer Neighbourhood Team", "", "Sgt Imran Dale", Attendance.APOLOGIES),
    ("Health", "", "Beatriz Nunes", Attendance.ABSENT),
    ("Children’s social care", "referrer", "", Attendance.CAME),
]
FOUND = (
    "Half of the girls in Year 9 avoid the corridor by the sports hall. Staff deal with each incident by itself, and "
    "nobody had put them together. Images were shared in two year groups; reporting it is seen as making it worse."
)
QUESTIONS = (
    "Who is in the corridor at the change of lessons, and who could be?\n"
    "What would make reporting safe?\n"
    "What do parents need from us?"
)
DECIDED = (
    "The lights by the north gate come first; the park team reports every month.\n"
    "Detached youth work stays until the summer, Tuesday to Friday.\n"
    "The police tell the group what they see, and the group decides together what it means."
)


def load(contexts: dict[str, Context], people: dict[str, User], now: datetime) -> None:
    """A review of the skate ramp that was held a month ago, and an initial conference about the school next week."""
    _held(contexts[HELD], people, now - timedelta(days=60))
    _ahead(contexts[AHEAD], people, now)


def _arranged(context: Context, people: dict[str, User], kind: str, at: datetime, **values) -> Conference:
    given = {
        "kind": kind, "starts_at": time(14, 0), "place": "Town hall, room 2", "chair": people["manager"],
        "chair_name": "", "chair_agency": "",
    }  # fmt: skip
    made = conferences.arrange(context, given | values, by=people["cs"], at=at)
    for agency, who, name, _ in INVITED:
        person = people[who] if who else None
        invitee = {"agency": agency, "person": person, "name": name, "email": ""}
        conference_people.invite(made, invitee, by=people["cs"], at=at)
    return made


def _held(context: Context, people: dict[str, User], at: datetime) -> None:
    day = timezone.localdate(at + timedelta(days=21))
    purpose = "To look at what the plan has changed at the ramp, and what still has to."
    made = _arranged(context, people, ConferenceKind.REVIEW, at, on=day, purpose=purpose)
    later = at + timedelta(days=22)
    made = conferences.hold(
        made, held_on=day, review_on=timezone.localdate(at + timedelta(days=150)), by=people["cs"], at=later
    )
    conferences.save_decisions(made, body=DECIDED, base_version=0, by=people["cs"], at=later)
    came = {agency: how for agency, _, _, how in INVITED}
    marks = {one.pk: ("", came[one.agency]) for one in conference_people.of(made)}
    conference_people.mark(made, marks, by=people["cs"], at=later)
    goals, actions = context.goals.all()[:1], context.plan_actions.all()[:2]
    conferences.agree(made, goals=goals, actions=actions, by=people["cs"], at=later)


def _ahead(context: Context, people: dict[str, User], now: datetime) -> None:
    at, cs = now - timedelta(days=6), people["cs"]
    purpose = "To agree with the school, the police and the families what changes in the corridor and online."
    day = timezone.localdate(now + timedelta(days=8))
    made = _arranged(context, people, ConferenceKind.INITIAL, at, on=day, purpose=purpose)
    pack = packs.begin(made, by=cs, at=at)
    for key, words in {"found": FOUND, "questions": QUESTIONS}.items():
        part = pack.parts.select_related("text").get(key=key)
        part.pack = pack
        packs.save_part(part, body=words, base_version=part.text.version, by=cs, at=at + timedelta(hours=1))
    look = packs.look_through(pack, cs)
    because = "They are the year group, the programme and places; I know the pupils by name and none is among them."
    packs.issue(pack, digest=look.digest, because=because, by=cs, at=at + timedelta(hours=2))
