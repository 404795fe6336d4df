"""Three years of fictional referrals for the tracker, its dashboard and report; made in bulk, the same everywhere."""

import random
from collections import Counter
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.models import Agency, Team, User
from consultations.choices import AdviceUsed, Arrival, ReferralAct, ReferralState, Space
from consultations.models import (
    Consultation,
    ConsultationAction,
    Feedback,
    Referral,
    ReferralDecision,
    YoungPerson,
)
from consultations.models.people import case_key, name_key
from core.models import ListItem
from core.models.actions import ActionStatus
from core.models.lists import ListName
from core.numbers import next_in_series
from tracker.choices import PrimaryConcern
from tracker.models import Theme, TrackerEntry

HOW_MANY = 150
# Of the last months a few are not finished: of these the data entry form waits, an action is overdue, and so on.
NO_ENTRY_YET, OVERDUE, NO_FEEDBACK_YET = {138, 144, 148}, {118, 127, 136, 141}, {121, 126, 131, 134}
FURTHER_TEAMS = {
    "Children's social care": ["Assessment Team", "Early Help North"],
    "School/education": ["Hazelmere School"],
    "Health": ["School Nursing"],
    "Police": ["Missing Persons Team"],
}
# Each team that refers: how often, how many of a hundred are signposted, and who refers. Eastfields College, Service
# Development and Information Governance never refer; Youth Justice has not for more than a year.
REFERRING = {
    "Assessment Team": (30, 12, ["Ines Duarte", "Tom Avery"]),
    "CIN Unit 1": (28, 10, ["Rowan Ellis", "Beth Calder"]),
    "CIN Unit 4": (22, 15, ["Marcus Bell", "Joy Adeyemi"]),
    "Marlow Road Academy": (20, 20, ["Samuel Brandt", "Helen Marsh"]),
    "Hazelmere School": (14, 25, ["Clare Novak"]),
    "Early Help North": (12, 75, ["Dylan Frost", "Asha Patel"]),
    "Riverbank Youth Trust": (11, 10, ["Lena Kowalczyk"]),
    "Missing Persons Team": (7, 15, ["PC Nicola Stone"]),
    "Youth Justice": (4, 25, ["Ruth Amadi"]),
    "School Nursing": (5, 80, ["Grace Lim"]),
}
GONE_QUIET = "Youth Justice"
# Which place, what lies there: the concern, how often, and the themes and harms that go together there.
STORIES = [
    (PrimaryConcern.NEIGHBOURHOOD, "Hartley Park skate ramp", 16,
     ["Drugs (selling)", "County Lines", "Missing episodes", "Gangs"]),
    (PrimaryConcern.NEIGHBOURHOOD, "Canal towpath by Lock 4", 12, ["Gangs", "Offending (YP)", "Drugs (Using)"]),
    (PrimaryConcern.NEIGHBOURHOOD, "Station forecourt", 10, ["County Lines", "Missing episodes", "School Exclusion"]),
    (PrimaryConcern.SCHOOL, "Marlow Road Academy", 14, ["HSB", "Online", "Poor school attendance"]),
    (PrimaryConcern.SCHOOL, "The Lanes PRU", 9, ["School Exclusion", "Gangs", "Drugs (selling)", "SEN"]),
    (PrimaryConcern.SCHOOL, "Hazelmere School", 7, ["HSB", "Online", "SEN"]),
    (PrimaryConcern.PEER_GROUP, "Penrose boys", 13, ["Gangs", "Offending (YP)", "Drugs (selling)", "County Lines"]),
    (PrimaryConcern.PEER_GROUP, "Year 10 group, Hazelmere", 9, ["HSB", "CSE", "Online"]),
    (PrimaryConcern.INDIVIDUAL, "", 8, ["CSE", "Missing episodes", "Mental Health (YP)", "Online"]),
    (PrimaryConcern.HOME, "", 5, ["DV In home", "Mental Health (Parental)", "CFS History", "CP Plan"]),
]  # fmt: skip
# Seen beside anything, in no place more than in another.
ALSO = [
    "CFS History",
    "SEN",
    "Mental Health (YP)",
    "DV In home",
    "Unauthorised Absences",
    "Disability",
    "Radicalisation",
]
OTHERS = [
    "Cuckooing", "cuckooing", "Cuckooing of a neighbour's flat", "Knife carrying", "knife carrying", "Knives",
    "Young carer", "Housing", "Young Carer", "E-scooter theft", "Vaping", "Cuckoo-ing",
]  # fmt: skip
FIRST_NAMES = [
    "Ada", "Ben", "Chloe", "Dario", "Elif", "Finn", "Gia", "Hamza", "Isla", "Jamal", "Kira", "Luca", "Maya", "Noor",
    "Owen", "Pia", "Quinn", "Rosa", "Seb", "Tara",
]  # fmt: skip
LAST_NAMES = ["Abbott", "Bianchi", "Carver", "Dhillon", "Eze", "Falk", "Grant"]
FORUMS = ["Early Help hub", "Family group conference", "School pastoral team", "CAMHS", "Youth centre"]
WORRY = "Seen with older young people at {place}, more often since the holidays. Nobody knows who all of them are."
REASONS = {
    ReferralAct.ACCEPT: "The harm lies in a place or group that several young people share.",
    ReferralAct.SIGNPOST: "The worry lies elsewhere; somebody is there for it already.",
    ReferralAct.WITHDRAW: "The family has moved away.",
}
ACTIONS = {
    Space.PEER_GROUP: "Map the peer group: who is linked to whom, and where they meet.",
    Space.SCHOOL: "Agree who is at the gate after school for the next four weeks.",
    Space.NEIGHBOURHOOD: "Ask community safety for lighting and a walk with the young people.",
    Space.HOME: "Invite the parents to the parents' group.",
}
CHANGED = [
    "Home on time most school nights.", "Fewer missing episodes, none overnight.", "Still sees the older group.", "",
]  # fmt: skip


class FurtherReferrals:
    """Referrals of three years, besides those that are told in full; older ones first, so that references rise."""

    def __init__(self, now: datetime) -> None:
        self.chance = random.Random(11)  # noqa: S311  (the same story on every machine)
        self.now = now
        today = timezone.localdate(now)
        # More of them from year to year, and none of the last weeks, which belong to the stories told in full.
        ages = sorted((int(60 + 1030 * self.chance.random() ** 1.3) for _ in range(HOW_MANY)), reverse=True)
        self.days = [today - timedelta(days=age) for age in ages]
        self.references = self._reserved()

    def _reserved(self) -> list[str]:
        firsts = {year: next_in_series(f"CS-{year}", n) for year, n in Counter(day.year for day in self.days).items()}
        found = []
        for day in self.days:
            found.append(f"CS-{day.year}-{firsts[day.year]:04d}")
            firsts[day.year] += 1
        return found

    def load(self, people: dict[str, User]) -> None:
        """Write all of it: a few statements, whatever their number."""
        self.people = people
        self.teams = self._teams()
        self.themes = {theme.name: theme for theme in Theme.objects.in_use()}
        self.lists = {name: list(ListItem.objects.of(name)) for name in (
            ListName.GENDER, ListName.ETHNICITY, ListName.LEGAL_STATUS, ListName.EDUCATION, ListName.HARM,
        )}  # fmt: skip
        self.young_people: list[YoungPerson] = []
        self.referrals: list[Referral] = []
        self.decisions: list[ReferralDecision] = []
        self.consultations: list[Consultation] = []
        self.actions: list[ConsultationAction] = []
        self.feedbacks: list[Feedback] = []
        self.entries: list[TrackerEntry] = []
        self.tags: list[tuple[TrackerEntry, Theme]] = []
        for number, (day, reference) in enumerate(zip(self.days, self.references, strict=True)):
            self._referral(number, day, reference)
        for model, rows in (
            (YoungPerson, self.young_people), (Referral, self.referrals), (ReferralDecision, self.decisions),
            (Consultation, self.consultations), (ConsultationAction, self.actions), (Feedback, self.feedbacks),
            (TrackerEntry, self.entries),
        ):  # fmt: skip
            model.objects.bulk_create(rows)
        link, harm = TrackerEntry.themes.through, Referral.harms.through
        link.objects.bulk_create(link(trackerentry=entry, theme=theme) for entry, theme in self.tags)
        harm.objects.bulk_create(
            harm(referral=referral, listitem=item)
            for number, referral in enumerate(self.referrals)
            for item in random.Random(number).sample(self.lists[ListName.HARM][:6], 1 + number % 2)  # noqa: S311
        )

    @staticmethod
    def _teams() -> dict[str, Team]:
        for agency_name, names in FURTHER_TEAMS.items():
            agency, _ = Agency.objects.get_or_create(name=agency_name)
            Team.objects.bulk_create(Team(name=name, agency=agency) for name in names)
        return {team.name: team for team in Team.objects.select_related("agency")}

    def _referral(self, number: int, day: date, reference: str) -> None:
        chance, at = self.chance, self._at(day, 9 + number % 8)
        names = [name for name in REFERRING if name != GONE_QUIET or day < self.days[HOW_MANY // 2]]
        team_name = chance.choices(names, [REFERRING[name][0] for name in names])[0]
        _, signposted, referrers = REFERRING[team_name]
        story = chance.choices(STORIES, [weight for _, _, weight, _ in STORIES])[0]
        cs = self.people["cs" if number % 2 else "cs2"]
        team = self.teams[team_name]
        person = self._young_person(number, at)
        rolled = chance.random() * 100
        state = ReferralState.SIGNPOSTED if rolled < signposted else ReferralState.HELD
        if rolled > 96:
            state = ReferralState.WITHDRAWN
        screened = at + timedelta(days=chance.choice([1, 1, 2, 2, 3, 4, 6, 9]), hours=2)
        referral = Referral(
            reference=reference,
            state=state,
            made_by=cs,
            created_at=at,
            sent_at=at,
            young_person=person,
            case_number=person.case_number,
            name=person.name,
            date_of_birth=person.date_of_birth,
            gender=chance.choice(self.lists[ListName.GENDER][:2]),
            ethnicity=chance.choice(self.lists[ListName.ETHNICITY][:18]),
            legal_status=chance.choice(self.lists[ListName.LEGAL_STATUS][:4]),
            education=chance.choice(self.lists[ListName.EDUCATION][:4]),
            referrer_name=chance.choice(referrers),
            team=team,
            agency=team.agency,
            arrival=chance.choice([Arrival.EMAIL, Arrival.TELEPHONE, Arrival.MEETING]),
            received_on=day,
            worry=WORRY.format(place=story[1] or "a friend's home"),
            screened_at=screened,
            screened_by=cs,
            signposted_to=chance.choice(FORUMS) if state == ReferralState.SIGNPOSTED else "",
        )
        act = {
            ReferralState.HELD: ReferralAct.ACCEPT,
            ReferralState.SIGNPOSTED: ReferralAct.SIGNPOST,
            ReferralState.WITHDRAWN: ReferralAct.WITHDRAW,
        }[state]
        referral.screening_reason = REASONS[act]
        self.referrals.append(referral)
        self.decisions.append(
            ReferralDecision(
                referral=referral, act=act, by=cs, at=screened, reason=REASONS[act], words=referral.signposted_to
            )
        )
        done = screened
        if state == ReferralState.HELD:
            done = self._consultation(number, referral, cs, screened)
        if number not in NO_ENTRY_YET:
            self._entry(number, referral, story, cs, done + timedelta(days=1))

    def _young_person(self, number: int, at: datetime) -> YoungPerson:
        """Mostly somebody new; now and then one who was referred before."""
        if number % 11 == 10:
            return self.young_people[number // 2]
        known = len(self.young_people)
        name = f"{FIRST_NAMES[known % len(FIRST_NAMES)]} {LAST_NAMES[known // len(FIRST_NAMES) % len(LAST_NAMES)]}"
        case_number = str(512_003 + 61 * known)
        born = date(at.year - 13 - known % 5, 1 + known % 12, 1 + known % 27)
        person = YoungPerson(
            case_number=case_number, name=name, date_of_birth=born, created_at=at,
            name_key=name_key(name), case_key=case_key(case_number),
        )  # fmt: skip
        self.young_people.append(person)
        return person

    def _consultation(self, number: int, referral: Referral, cs: User, screened: datetime) -> datetime:
        """The meeting, its actions and what came of them; gives when it was written up."""
        chance = self.chance
        at = self._at(timezone.localdate(screened) + timedelta(days=chance.choice([5, 8, 9, 12, 14, 19, 27])), 15)
        meeting = timezone.localdate(at)
        consultation = Consultation(
            referral=referral, planned_for=meeting, held_on=meeting, held_recorded_at=at, held_recorded_by=cs,
            created_at=screened,
        )  # fmt: skip
        self.consultations.append(consultation)
        for space in chance.sample(list(ACTIONS), 1 + number % 3):
            overdue = number in OVERDUE
            closed = {} if overdue else {"closed_at": at + timedelta(days=25), "closed_by": cs}
            self.actions.append(
                ConsultationAction(
                    consultation=consultation, space=space, what=ACTIONS[space],
                    owner_name=chance.choice(["Helen Marsh", "PC Nicola Stone", "Dylan Frost"]),
                    owner_agency=referral.agency.name, due=meeting + timedelta(days=21),
                    status=ActionStatus.OPEN if overdue else ActionStatus.DONE,
                    outcome="" if overdue else "Done as agreed.", created_by=cs, created_at=at, **closed,
                )
            )  # fmt: skip
        asked = at + timedelta(weeks=6)
        if asked < self.now:
            waits = number in NO_FEEDBACK_YET
            said = {"chased_at": asked + timedelta(weeks=2)} if waits and asked + timedelta(weeks=2) < self.now else {}
            if not waits:
                said = {
                    "answered_at": min(asked + timedelta(days=4), self.now),
                    "answered_by": cs,
                    "used": chance.choice([AdviceUsed.YES, AdviceUsed.YES, AdviceUsed.PARTLY, AdviceUsed.NO]),
                    "useful": chance.choice([2, 3, 4, 4, 5, 5]),
                    "young_person": chance.choice(CHANGED),
                }
            self.feedbacks.append(Feedback(referral=referral, asked_at=asked, **said))
        return at

    def _entry(self, number: int, referral: Referral, story: tuple, cs: User, at: datetime) -> None:
        concern, place, _, themes = story
        chosen = [*self.chance.sample(themes, 2 + number % 2), self.chance.choice(ALSO)]
        other = OTHERS[number // 9 % len(OTHERS)] if number % 9 == 0 else ""
        entry = TrackerEntry(
            referral=referral, how_long_known=f"{1 + number % 4} years", previous_referrals=f"{number % 3} previous",
            primary_concern=concern, detail=place, other_theme=other, completed_at=at, completed_by=cs,
        )  # fmt: skip
        self.entries.append(entry)
        tagged = [self.themes[name] for name in dict.fromkeys(chosen)]
        tagged += [theme for theme in self.themes.values() if theme.needs_text] if other else []
        self.tags += [(entry, theme) for theme in tagged]

    @staticmethod
    def _at(day: date, hour: int) -> datetime:
        return timezone.make_aware(datetime.combine(day, time(hour)))
