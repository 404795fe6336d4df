"""Fictional demo data, so that a newcomer sees a working system. Refuses where DEBUG is off."""

import random
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import Agency, RoleGrant, Team, User
from accounts.permissions import Role
from consultations.choices import Arrival, Space
from consultations.models import Referral, SuitabilityAnswer
from consultations.services import actions, notes, referrals, screening
from core.models import FormSection, ListItem
from core.models.actions import ActionStatus
from core.models.lists import FormName, ListName
from tracker.choices import PrimaryConcern
from tracker.models import Theme
from tracker.services import complete_entry

PASSPHRASE = "contextual-demo-1"  # noqa: S105  (printed in the README; never loaded where DEBUG is off)
PEOPLE = [
    ("referrer", "Rowan Ellis", "CIN Unit 1", [Role.PRACTITIONER]),
    ("cs", "Amina Rahman", "Contextual Safeguarding", [Role.CS_PRACTITIONER]),
    ("cs2", "Daniel Osei", "Contextual Safeguarding", [Role.CS_PRACTITIONER]),
    ("manager", "Frances Whitlock", "Contextual Safeguarding", [Role.MANAGER]),
    ("lead", "Malik Thornton", "Service Development", [Role.LEAD]),
    ("admin", "Priya Nair", "Service Development", [Role.ADMINISTRATOR]),
    ("auditor", "Gwen Holloway", "Information Governance", [Role.AUDITOR]),
    ("teacher", "Samuel Brandt", "Marlow Road Academy", [Role.PRACTITIONER]),
    ("youth", "Lena Kowalczyk", "Riverbank Youth Trust", [Role.PRACTITIONER]),
]
TEAMS = {
    "Children's social care": ["CIN Unit 1", "CIN Unit 4", "Contextual Safeguarding", "Service Development"],
    "School/education": ["Marlow Road Academy", "Eastfields College"],
    "Voluntary sector": ["Riverbank Youth Trust"],
    "Youth justice": ["Youth Justice"],
    "Council": ["Information Governance"],
}
YOUNG_PEOPLE = [
    "Kai Mensah", "Leah Brook", "Tomasz Zielińska", "Aisha Farouk", "Jordan O'Brien", "Mia Castellanos",
    "Reuben Achebe", "Sofia Lindqvist", "Callum Drake", "Nadia Yılmaz", "Ethan Pereira", "Grace Okafor",
]  # fmt: skip
PLACES = [
    (PrimaryConcern.SCHOOL, "Marlow Road Academy"),
    (PrimaryConcern.NEIGHBOURHOOD, "Hartley Park skate ramp"),
    (PrimaryConcern.PEER_GROUP, "Penrose boys"),
    (PrimaryConcern.NEIGHBOURHOOD, "Canal towpath by Lock 4"),
    (PrimaryConcern.PEER_GROUP, "Year 10 group, Hazelmere"),
    (PrimaryConcern.SCHOOL, "The Lanes PRU"),
]
WORRY = (
    "Has been seen after school at {place} with older young people who are not from the school. New trainers and a "
    "second phone, which nobody can explain. Missing twice in the last month, both times found near there."
)
ANSWERS = [
    "They think it is ordinary teenage behaviour, and are worried about school more than about the group.",
    "Going missing, coming home with unexplained money, becoming secretive about the phone.",
    "At {place}, mostly between 4 and 7 in the evening.",
    "Older peers, a place that no adult looks after, and pressure to carry things for others.",
    "Home is warm and stable. What has changed is where time is spent, and with whom.",
    "School pastoral lead; a youth worker met them twice at the centre.",
]
NOTES = {
    "history": "Known to early help for two years. One earlier referral, from school, about attendance.",
    "home": "Lives with mother and two younger brothers. Mother is open to help and wants to know the other parents.",
    "peer-groups": "A group of five or six, two of whom are 17. More a follower than a leader. Strength: a long "
    "friendship with a boy from football, who is not part of this.",
    "school": "The pastoral lead is the most important adult. Feels safe in lessons, not at the gate after school.",
    "neighbourhood": "{place} comes up in three other consultations this term. The kiosk owner keeps an eye out.",
    "social-media": "Group chats on two phones. The unit knows one of them.",
}
ACTIONS = [
    (Space.PEER_GROUP, "Map the peer group with the youth worker: who is linked to whom, and where they meet.", 14),
    (Space.SCHOOL, "Agree who is at the gate between 15:15 and 16:00 for the next four weeks.", 7),
    (Space.NEIGHBOURHOOD, "Ask community safety about lighting and patrols at {place}.", 21),
]


class Command(BaseCommand):
    help = "Loads fictional people and referrals into an empty database; does nothing where there are people already."

    def handle(self, *args, **options) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data is never loaded where DEBUG is off.")
        if User.objects.exists():
            self.stdout.write("There are people already; nothing was loaded.")
            return
        with transaction.atomic():
            self.load(random.Random(7), timezone.now())  # noqa: S311  (the same story on every machine)
        self.stdout.write(f"Loaded {User.objects.count()} people and {Referral.objects.count()} referrals.")

    def load(self, chance: random.Random, now: datetime) -> None:
        """Everything, at times that lie before `now`."""
        people = self.people(now)
        self.themes = list(Theme.objects.in_use())
        self.questions = list(FormSection.objects.of(FormName.SUITABILITY))
        self.sections = {section.key: section for section in FormSection.objects.of(FormName.CONSULTATION)}
        self.harms = list(ListItem.objects.of(ListName.HARM))
        makers = [people["referrer"], people["teacher"], people["youth"]]
        for number in range(24):
            self.referral(number, chance, now - timedelta(days=150 - 6 * number), makers[number % 3], people)
        referrals.start(
            {"case_number": "482913", "name": "Ellis Varga", "date_of_birth": date(2010, 5, 2)},
            by=people["referrer"],
            at=now,
        )

    def people(self, now: datetime) -> dict[str, User]:
        """Agencies, teams and the people who sign in, by the first part of their address."""
        teams = {}
        for agency_name, names in TEAMS.items():
            agency = Agency.objects.create(name=agency_name)
            teams |= {name: Team.objects.create(name=name, agency=agency) for name in names}
        found = {}
        for short, name, team, roles in PEOPLE:
            user = User.objects.create_user(f"{short}@demo.example", name=name, password=PASSPHRASE, team=teams[team])
            RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role, given_at=now) for role in roles)
            found[short] = user
        return found

    def referral(self, number: int, chance: random.Random, at: datetime, maker: User, people: dict[str, User]) -> None:
        """One referral, taken as far along as its number says: the older, the further."""
        concern, place = PLACES[number % len(PLACES)]
        sent = self.sent(number, chance, at, maker, place)
        cs = people["cs" if number % 2 else "cs2"]
        screened = at + timedelta(days=2)
        if number >= 21:
            return
        if number % 7 == 3:
            why = "The worry lies at home; early help fits better."
            closed = screening.signpost(sent, to="Early Help hub", reason=why, by=cs, at=screened)
            self.entry(closed, concern, place, chance, cs, screened)
            return
        meeting = timezone.localdate(at + timedelta(days=10))
        planned = screening.accept(
            sent,
            planned_for=meeting,
            attending=f"{maker.name}, {cs.name}, school pastoral lead",
            reason="Extra-familial harm in a place that several young people share.",
            by=cs,
            at=screened,
        )
        self.consultation(planned, place, meeting, maker, cs, done=number < 15)
        if number >= 19:
            return
        held = notes.hold(planned.consultation, held_on=meeting, by=cs, at=at + timedelta(days=10))
        if number < 17:
            self.entry(held, concern, place, chance, cs, at + timedelta(days=11))

    def sent(self, number: int, chance: random.Random, at: datetime, maker: User, place: str) -> Referral:
        """A referral that was made and sent."""
        draft = referrals.start(
            {
                "case_number": str(300100 + 37 * (number % 20)),
                "name": YOUNG_PEOPLE[number % len(YOUNG_PEOPLE)],
                "date_of_birth": date(2008 + number % 4, 1 + number % 12, 1 + number),
                "gender": chance.choice(ListItem.objects.of(ListName.GENDER)[:2]),
                "ethnicity": chance.choice(ListItem.objects.of(ListName.ETHNICITY)[:18]),
                "legal_status": chance.choice(ListItem.objects.of(ListName.LEGAL_STATUS)[:4]),
                "education": ListItem.objects.of(ListName.EDUCATION)[number % 3],
                "arrival": Arrival.ONLINE,
                "worry": WORRY.format(place=place),
                "harms": chance.sample(self.harms, 2),
            },
            by=maker,
            at=at,
        )
        SuitabilityAnswer.objects.bulk_create(
            SuitabilityAnswer(referral=draft, question=question, body=answer.format(place=place))
            for question, answer in zip(self.questions, ANSWERS, strict=True)
        )
        return referrals.send(draft, by=maker, at=at)

    def consultation(self, planned: Referral, place: str, meeting: date, maker: User, cs: User, *, done: bool) -> None:
        """What was written and agreed in one consultation."""
        at = timezone.make_aware(datetime.combine(meeting, datetime.min.time())) + timedelta(hours=14)
        for key, words in NOTES.items():
            body = words.format(place=place)
            notes.save_section(planned.consultation, self.sections[key], body=body, base_version=0, by=cs, at=at)
        owners = {Space.PEER_GROUP: maker, Space.SCHOOL: cs}
        for space, what, days in ACTIONS:
            owner = owners.get(space)
            values = {
                "space": space,
                "what": what.format(place=place),
                "owner": owner,
                "owner_name": "" if owner else "PC Nicola Stone",
                "owner_agency": "" if owner else "Police",
                "due": meeting + timedelta(days=days),
            }
            action = actions.add(planned.consultation, values, by=cs, at=at)
            if done:
                ended = at + timedelta(days=20)
                actions.close(action, status=ActionStatus.DONE, outcome="Done as agreed.", by=cs, at=ended)

    def entry(
        self, referral: Referral, concern: str, place: str, chance: random.Random, by: User, at: datetime
    ) -> None:
        """A completed data entry form with a few themes."""
        values = {
            "how_long_known": "2 years",
            "previous_referrals": "1 previous, school",
            "primary_concern": concern,
            "detail": place,
            "themes": chance.sample([theme for theme in self.themes if not theme.needs_text], 4),
            "other_theme": "",
        }
        complete_entry(referral, values, version=0, by=by, at=at)
