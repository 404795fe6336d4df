"""Makers of people and records for tests, through the services, so that what they make could really exist."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Agency, RoleGrant, Team, User
from accounts.permissions import Role
from consultations.choices import Arrival, ReferralState, Space
from consultations.models import ConsultationAction, Referral, SuitabilityAnswer, TakeAway
from consultations.services import actions, notes, referrals, screening, take_aways
from core.models import FormSection
from core.models.lists import FormName
from tracker.choices import PrimaryConcern
from tracker.models import Champion, Theme, TrackerEntry, TrainingAttendance, TrainingCourse
from tracker.services import champions, training
from tracker.services.entries import complete_entry

_numbers = itertools.count(1)
PASSPHRASE = "a long enough passphrase"


def a_team(name: str = "", agency: str = "Children's social care") -> Team:
    """A team, new unless its name is there already."""
    owner, _ = Agency.objects.get_or_create(name=agency)
    return Team.objects.get_or_create(name=name or f"Team {next(_numbers)}", agency=owner)[0]


def a_person(*roles: Role, team: Team | None = None, name: str = "", active: bool = True, passphrase: str = "") -> User:
    """A person with these roles; without `passphrase` they are signed in by the test client only."""
    number = next(_numbers)
    user = User.objects.create_user(
        f"person{number}@example.org", name=name or f"Person {number}", team=team, is_active=active,
        password=passphrase or None,
    )  # fmt: skip
    now = timezone.now()
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role, given_at=now) for role in roles)
    return user


def a_draft(by: User | None = None, **values) -> Referral:
    """A complete draft that has not been sent."""
    by = by or a_person(Role.PRACTITIONER, team=a_team())
    number = next(_numbers)
    given = {
        "case_number": f"7{number:06d}",
        "name": f"Young Person {number}",
        "date_of_birth": date(2010, 1, 15),
        "arrival": Arrival.ONLINE,
        "worry": "Seen with older peers by the canal after school.",
        "agency": (by.team or a_team()).agency,
    }
    draft = referrals.start(given | values, by=by)
    question = FormSection.objects.of(FormName.SUITABILITY).first()
    SuitabilityAnswer.objects.create(referral=draft, question=question, body="They are worried.")
    return draft


def a_referral(
    state: str = ReferralState.SCREENING, *, by: User | None = None, cs: User | None = None, **values
) -> Referral:
    """A referral taken to `state` by the acts that lead there."""
    draft = a_draft(by, **values)
    if state == ReferralState.DRAFT:
        return draft
    sent = referrals.send(draft, by=draft.made_by)
    if state == ReferralState.SCREENING:
        return sent
    cs = cs or a_person(Role.CS_PRACTITIONER, team=a_team())
    if state == ReferralState.INFORMATION:
        return screening.ask(sent, question="Who else is there?", by=cs).referral
    if state == ReferralState.SIGNPOSTED:
        return screening.signpost(sent, to="Early Help hub", reason="Fits better.", by=cs)
    if state == ReferralState.WITHDRAWN:
        return screening.withdraw(sent, reason="Made in error.", by=cs)
    today = timezone.localdate()
    planned = screening.accept(
        sent, planned_for=today, attending="Referrer, CS practitioner", reason="Suitable.", by=cs
    )
    if state == ReferralState.PLANNED:
        return planned
    return notes.hold(planned.consultation, held_on=today, by=cs)


def an_action(
    referral: Referral | None = None, *, owner: User | None = None, by: User | None = None, **values
) -> ConsultationAction:
    """An open action of a referral's consultation; without `owner` somebody elsewhere does it."""
    by = by or a_person(Role.CS_PRACTITIONER)
    referral = referral or a_referral(ReferralState.PLANNED)
    given = {
        "space": Space.PEER_GROUP,
        "what": "Map the peer group.",
        "owner": owner,
        "owner_name": "" if owner else "PC Stone",
        "owner_agency": "" if owner else "Police",
        "due": timezone.localdate() + timedelta(days=14),
    }
    return actions.add(referral.consultation, given | values, by=by)


def a_take_away(
    referral: Referral | None = None, *, owner: User | None = None, by: User | None = None, **values
) -> TakeAway:
    """An open question of a referral's consultation; without `owner` somebody elsewhere takes it away."""
    by = by or a_person(Role.CS_PRACTITIONER)
    referral = referral or a_referral(ReferralState.PLANNED)
    given = {
        "what": "Does the YP feel safe at school?",
        "owner": owner,
        "owner_name": "" if owner else "PC Stone",
        "owner_agency": "" if owner else "Police",
        "due": timezone.localdate() + timedelta(days=14),
    }
    section = FormSection.objects.get(form=FormName.CONSULTATION, key="school")
    return take_aways.add(referral.consultation, given | values, section=section, by=by)


def an_entry(referral: Referral | None = None, *, by: User | None = None, **values) -> TrackerEntry:
    """A completed data entry form with two themes."""
    by = by or a_person(Role.CS_PRACTITIONER)
    referral = referral or a_referral(ReferralState.HELD)
    given = {
        "how_long_known": "2 years",
        "previous_referrals": "None",
        "primary_concern": PrimaryConcern.NEIGHBOURHOOD,
        "detail": "Canal towpath by Lock 4",
        "themes": list(Theme.objects.in_use()[:2]),
        "other_theme": "",
    }
    return complete_entry(referral, given | values, version=0, by=by)


def a_course(*, by: User | None = None, days_ago: int = 30, **values) -> TrainingCourse:
    """A course in the training register, held so many days ago."""
    by = by or a_person(Role.MANAGER)
    given = {
        "title": f"Course {next(_numbers)}",
        "kind": "Consultation skills",
        "held_on": timezone.localdate() - timedelta(days=days_ago),
        "hours": Decimal("3.0"),
        "trainer": "Amina Rahman",
        "place": "Civic Centre",
        "notes": "",
    }
    return training.add_course(given | values, by=by)


def an_attendance(
    course: TrainingCourse | None = None,
    *,
    by: User | None = None,
    person: User | None = None,
    name: str = "",
    team: Team | None = None,
    status: str = "attended",
) -> TrainingAttendance:
    """Somebody on the list of a course: an account holder, else a name, new unless given."""
    by = by or a_person(Role.MANAGER)
    name = "" if person else name or f"Trainee {next(_numbers)}"
    who = training.Who(person=person, name=name, team=team)
    return training.add_person(course or a_course(by=by), who, status=status, by=by)


def a_champion(*, by: User | None = None, person: User | None = None, name: str = "", **values) -> Champion:
    """A Champion since a year ago, of a new team unless one is given."""
    by = by or a_person(Role.MANAGER)
    given = {
        "person": person,
        "name": "" if person else name or f"Champion {next(_numbers)}",
        "team": values.get("team") or a_team(),
        "since": timezone.localdate() - timedelta(days=365),
        "until": None,
    }
    return champions.add(given | values, by=by)
