"""Fictional demo data, so that a newcomer sees a working system. Refuses where DEBUG is off."""

import random
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import Agency, RoleGrant, Team, User
from accounts.permissions import Role
from consultations.choices import (
    AdviceUsed,
    Arrival,
    HarmMark,
    ReferralState,
    Space,
    StrengthMark,
    WhatHappened,
)
from consultations.models import ConsultationAction, Feedback, Referral, SuitabilityAnswer
from consultations.services import (
    access,
    actions,
    feedback,
    framework,
    marks,
    notes,
    participants,
    referrals,
    screening,
    take_aways,
)
from contexts.services import patterns
from core import notices
from core.models import CaseworkSettings, FormSection, ListItem
from core.models.actions import ActionStatus
from core.models.lists import FormName, ListName
from tracker.choices import PrimaryConcern
from tracker.models import Theme
from tracker.services import publishing
from tracker.services.entries import complete_entry

from ...demo import (
    contexts,
    contexts_conference,
    contexts_panel,
    contexts_peers,
    contexts_plan,
    contexts_safety,
    reviews,
    training,
)
from ...demo.tracker import FurtherReferrals

# What each slice of the contexts adds to them: act({name: context}, people, now), in order.
DEMO_SLICES: list = [
    contexts_plan.load,
    contexts_safety.load,
    contexts_conference.load,
    contexts_peers.load,
    contexts_panel.load,
]
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
QUESTION = "Who are the older young people, as far as anybody knows? And does the school see the group too?"
ANSWER = (
    "Two of them are known to the youth centre by nickname only. The school sees four of the group at its own gate, "
    "and has started to write down when."
)
NOTES = {
    "history": "Known to early help for two years. One earlier referral, from school, about attendance.",
    "home": "Lives with mother and two younger brothers. Mother is open to help and wants to know the other parents.",
    "peer-groups": "A group of five or six, two of whom are 17. More a follower than a leader. Strength: a long "
    "friendship with a boy from football, who is not part of this.",
    "school": "The pastoral lead is the most important adult. Feels safe in lessons, not at the gate after school.",
    "neighbourhood": "{place} comes up in three other consultations this term. The kiosk owner keeps an eye out.",
    "social-media": "Group chats on two phones. The unit knows one of them.",
}
# Of each action: space, what, days until it is due, its intervention option, and the name of the place it concerns.
ACTIONS = [
    (
        Space.PEER_GROUP, "Map the peer group with the youth worker: who is linked to whom, and where they meet.", 14,
        "peer-mapping", "",
    ),
    (
        Space.SCHOOL, "Agree who is at the gate between 15:15 and 16:00 for the next four weeks.", 7, "agencies",
        "Marlow Road Academy",
    ),
    (Space.NEIGHBOURHOOD, "Ask community safety about lighting and patrols at {place}.", 21, "agencies", "{place}"),
]  # fmt: skip
PROGRESS = [
    (4, "The first half is on paper. Two names are known by nickname only, so the youth worker asks at the centre."),
    (9, "Seen together again, three of them. A cousin is new in the group and seems to hold it together."),
]
# What was found in each space: harm and strength. Nothing was said about the young person alone.
MARKS = {
    Space.HOME: (HarmMark.NONE, StrengthMark.STRONG),
    Space.PEER_GROUP: (HarmMark.SERIOUS, StrengthMark.SOME),
    Space.SCHOOL: (HarmMark.SOME, StrengthMark.SOME),
    Space.NEIGHBOURHOOD: (HarmMark.SERIOUS, StrengthMark.NONE),
    Space.ONLINE: (HarmMark.SOME, ""),
}

# What the referrer's side wrote into Appendix A before the meeting: (factor, point, words).
PREPARED = [
    ("individual", "works-well", "Turns up for football, and talks on the way home."),
    ("peer-groups", "concerns", "Two of the group are 17 and not at school. Nobody knows where they live."),
    ("schools", "situation", "In lessons most days. The trouble starts at the gate."),
    ("neighbourhood", "barriers", "Nobody feels that {place} is theirs to look after."),
]
CHANGED = [
    ("Back in lessons most days, and home by nine on school nights.", "The gate is calmer; staff stay until four."),
    ("Still sees the older group, though less often.", "The lights were mended, and the group has moved elsewhere."),
    ("", "The youth team comes by on Thursdays now."),
    ("Talks to the pastoral lead every week.", ""),
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
        further = FurtherReferrals(now)
        self.themes = list(Theme.objects.in_use())
        self.questions = list(FormSection.objects.of(FormName.SUITABILITY))
        self.sections = {section.key: section for section in FormSection.objects.of(FormName.CONSULTATION)}
        self.harms = list(ListItem.objects.of(ListName.HARM))
        self.interventions = list(ListItem.objects.of(ListName.INTERVENTION))
        makers = [people["referrer"], people["teacher"], people["youth"]]
        for number in range(24):
            self.referral(number, chance, now - timedelta(days=150 - 6 * number), makers[number % 3], people)
        self.somebody_leaves(people, now)
        self.restricted(people, now)
        self.twice(people, now)
        self.feedback(now)
        further.load(people)
        training.load(people, now)
        contexts.load(people, now, DEMO_SLICES)
        patterns.read_what_changed(now)
        reviews.load(people, now)
        publishing.publish(now)
        referrals.start(
            {"case_number": "482913", "name": "Ellis Varga", "date_of_birth": date(2010, 5, 2)},
            by=people["referrer"],
            at=now,
        )

    def restricted(self, people: dict[str, User], now: datetime) -> None:
        """One referral is restricted, and its review is overdue by a few days."""
        referral = Referral.objects.filter(state=ReferralState.SIGNPOSTED).order_by("reference").first()
        why = "A relative works in one of the teams that would see it."
        keep = [people["manager"], people["cs2"]]
        at = now - timedelta(days=CaseworkSettings.current().restriction_review_days + 4)
        access.restrict(referral, reason=why, people=keep, by=people["manager"], at=at)

    def twice(self, people: dict[str, User], now: datetime) -> None:
        """A young person stands here twice: the case number was typed with a hyphen, the name in another way."""
        there = Referral.objects.filter(state=ReferralState.HELD).order_by("reference").first()
        by = people["teacher"]
        values = {
            "case_number": f"{there.case_number[:3]}-{there.case_number[3:]}",
            "name": ", ".join(reversed(there.name.split(" ", 1))),
            "date_of_birth": there.date_of_birth,
            "worry": WORRY.format(place="Hartley Park skate ramp"),
        }
        draft = referrals.start(values, by=by, at=now - timedelta(hours=3))
        referrals.send(draft, by=by, at=now - timedelta(hours=2))

    def somebody_leaves(self, people: dict[str, User], now: datetime) -> None:
        """One action is somebody's who has left since, so it waits to be taken over."""
        team = people["referrer"].team
        leaver = User.objects.create_user("left@demo.example", name="Josephine Marsden", team=team)
        RoleGrant.objects.create(user=leaver, role=Role.PRACTITIONER, given_at=now)
        action = ConsultationAction.objects.open().filter(space=Space.SCHOOL).order_by("created_at").first()
        at = action.created_at + timedelta(days=1)
        values = actions.values_of(action) | {"owner": leaver}
        actions.change(action, values, version=action.version, by=action.created_by, at=at)
        leaver.is_active = False
        leaver.save()

    def feedback(self, now: datetime) -> None:
        """Most has been given, one was chased in vain, one is waited for; older notices have been read."""
        for days in (50, 5):
            at = now - timedelta(days=days)
            feedback.ask_due(at)
            waiting = Feedback.objects.outstanding().filter(chased_at=None).select_related("referral__referrer")
            *giving, _ = waiting.order_by("referral__consultation__held_on")
            for number, row in enumerate(giving):
                self.answer(row.referral, number, at + timedelta(days=1 + number % 3))
            feedback.chase(min(at + timedelta(weeks=2), now))
        for person in User.objects.all():
            notices.read_all(person, upto=now - timedelta(days=25), at=now)

    def answer(self, referral: Referral, number: int, at: datetime) -> None:
        """What a referrer says some weeks later; now and then the CS practitioner writes it down for them."""
        happened = [WhatHappened.DONE, WhatHappened.DONE, WhatHappened.STARTED, WhatHappened.NOT_KNOWN]
        asked = feedback.actions_to_ask_about(referral, None)
        values = {
            "used": AdviceUsed.PARTLY if number % 3 == 1 else AdviceUsed.YES,
            "useful": (4, 5, 3, 5, 4, 2)[number % 6],
            "young_person": CHANGED[number % len(CHANGED)][0],
            "context": CHANGED[number % len(CHANGED)][1],
            "actions": {action.pk: (happened[(number + i) % 4], "") for i, action in enumerate(asked)},
        }
        by = referral.screened_by if number % 5 == 2 else referral.referrer
        feedback.give(referral, values, version=1, by=by, at=at)

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
        sent = self.sent(number, chance, at, maker, place, by=people["cs"] if number == 22 else maker)
        cs = people["cs" if number % 2 else "cs2"]
        screened = at + timedelta(days=2)
        if number >= 21:
            self.waits(number, sent, maker, people, screened)
            return
        if number % 7 == 3:
            why = "The worry lies at home; early help fits better."
            closed = screening.signpost(sent, to="Early Help hub", reason=why, by=cs, at=screened)
            if number == 17:
                why = "Seen twice at the skate ramp since, with the older group: it is not the home alone."
                screening.reopen(closed, reason=why, by=cs, at=screened + timedelta(days=9))
                return
            self.entry(closed, concern, place, chance, cs, screened)
            return
        comes = number == 20
        meeting = timezone.localdate(at + timedelta(days=39 if comes else 10))
        planned = screening.accept(
            sent,
            planned_for=meeting,
            starts_at=time(14, 30) if comes else None,
            place="Meeting room 2, Civic Centre" if comes else "",
            attending="Helen Marsh, Marlow Road Academy",
            reason="Extra-familial harm in a place that several young people share.",
            by=cs,
            at=screened,
        )
        if comes:
            return
        self.consultation(planned, place, meeting, maker, cs, done=number < 15)
        if number >= 19:
            return
        held = notes.hold(planned.consultation, held_on=meeting, by=cs, at=at + timedelta(days=10))
        if number < 17:
            self.entry(held, concern, place, chance, cs, at + timedelta(days=11))

    def waits(self, number: int, sent: Referral, maker: User, people: dict[str, User], at: datetime) -> None:
        """What is not screened: one waits for an answer, one for whoever takes it, one is allocated and answered."""
        cs, manager = people["cs"], people["manager"]
        if number == 21:
            screening.ask(sent, question=QUESTION, by=people["cs2"], at=at)
        if number == 23:
            screening.allocate(sent, to=cs, by=manager, reason="Knows the young people there.", at=at)
            screening.ask(sent, question=QUESTION, by=cs, at=at + timedelta(hours=1))
            screening.answer(sent, body=ANSWER, by=maker, at=at + timedelta(days=1))

    def sent(self, number: int, chance: random.Random, at: datetime, maker: User, place: str, *, by: User) -> Referral:
        """A referral of `maker` that was made by `by` and sent. The last four young people were referred before."""
        person = number % 20
        draft = referrals.start(
            {
                "case_number": str(300100 + 37 * person),
                "name": YOUNG_PEOPLE[person % len(YOUNG_PEOPLE)],
                "date_of_birth": date(2008 + person % 4, 1 + person % 12, 1 + person),
                "gender": chance.choice(ListItem.objects.of(ListName.GENDER)[:2]),
                "ethnicity": chance.choice(ListItem.objects.of(ListName.ETHNICITY)[:18]),
                "legal_status": chance.choice(ListItem.objects.of(ListName.LEGAL_STATUS)[:4]),
                "education": ListItem.objects.of(ListName.EDUCATION)[number % 3],
                "referrer": maker,
                "referrer_name": maker.name,
                "team": maker.team,
                "agency": maker.team.agency,
                "arrival": Arrival.ONLINE if by == maker else Arrival.TELEPHONE,
                "worry": WORRY.format(place=place),
                "harms": chance.sample(self.harms, 2),
            },
            by=by,
            at=at,
        )
        SuitabilityAnswer.objects.bulk_create(
            SuitabilityAnswer(referral=draft, question=question, body=answer.format(place=place))
            for question, answer in zip(self.questions, ANSWERS, strict=True)
        )
        return referrals.send(draft, by=by, at=at)

    def consultation(self, planned: Referral, place: str, meeting: date, maker: User, cs: User, *, done: bool) -> None:
        """What was written and agreed in one consultation."""
        at = timezone.make_aware(datetime.combine(meeting, datetime.min.time())) + timedelta(hours=14)
        for key, words in NOTES.items():
            body = words.format(place=place)
            notes.save_section(planned.consultation, self.sections[key], body=body, base_version=0, by=cs, at=at)
        self.around(planned, place, maker, cs, at, done=done)
        owners = {Space.PEER_GROUP: maker, Space.SCHOOL: cs}
        for space, (harm, strength) in MARKS.items():
            marks.save(planned.consultation, space, harm=harm, strength=strength, version=0, by=cs, at=at)
        for space, what, days, option, context in ACTIONS:
            owner = owners.get(space)
            values = {
                "space": space,
                "what": what.format(place=place),
                "owner": owner,
                "owner_name": "" if owner else "PC Nicola Stone",
                "owner_agency": "" if owner else "Police",
                "due": meeting + timedelta(days=days),
                "interventions": [item for item in self.interventions if item.code == option],
                "context_name": context.format(place=place),
            }
            action = actions.add(planned.consultation, values, by=cs, at=at)
            for later, words in PROGRESS if space == Space.PEER_GROUP else ():
                if (noted := at + timedelta(days=later)) < timezone.now():
                    actions.note(action, body=words, by=owner or cs, at=noted)
            if done:
                ended = at + timedelta(days=20)
                actions.close(action, status=ActionStatus.DONE, outcome="Done as agreed.", by=cs, at=ended)

    def around(self, planned: Referral, place: str, maker: User, cs: User, at: datetime, *, done: bool) -> None:
        """What was prepared, who came, and a question that was taken away."""
        consultation = planned.consultation
        columns = {one.factor.key: one for one in consultation.framework_places.select_related("factor")}
        points = {one.key: one for one in FormSection.objects.of(FormName.FRAMEWORK_POINTS)}
        for factor, point, words in PREPARED:
            column, body = columns[factor], words.format(place=place)
            column.consultation = consultation
            framework.save_cell(column, points[point], body=body, base_version=0, by=maker, at=at - timedelta(days=2))
        if at < timezone.now():
            came = {one.pk: (None, True) for one in participants.of(consultation)}
            participants.mark(consultation, came, by=cs, at=at)
        home = self.sections["home"]
        values = {
            "what": home.prompt_texts()[1],
            "owner": maker,
            "owner_name": "",
            "owner_agency": "",
            "due": timezone.localdate(at + timedelta(days=10)),
        }
        question = take_aways.add(consultation, values, section=home, by=cs, at=at)
        if done:
            words = "Family support came six times last year, about school. Never about what happens outside."
            later = at + timedelta(days=8)
            take_aways.answer(question, status=ActionStatus.DONE, outcome=words, by=maker, at=later)

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
