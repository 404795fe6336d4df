"""A fictional training register: six courses over eighteen months, who was there, and eight Champions."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Team, User
from tracker.choices import AttendanceStatus
from tracker.services import champions, training
from tracker.services.training import Who

# How many days ago, title, kind, hours, trainer, place, and how many were there.
COURSES = [
    (530, "Introduction to Contextual Safeguarding", "Introduction to Contextual Safeguarding", "3",
     "Amina Rahman", "Civic Centre, room 2", 14),
    (395, "Consultation skills for Champions", "Consultation skills", "6", "Daniel Osei", "Civic Centre, room 2", 9),
    (290, "Assessing peer groups and places", "Assessing contexts", "6", "Amina Rahman", "Riverbank youth centre", 11),
    (180, "Introduction to Contextual Safeguarding", "Introduction to Contextual Safeguarding", "3",
     "Amina Rahman", "Online", 13),
    (75, "Mentors in Violence Prevention", "Bystander programme", "4.5",
     "Marlow Road Academy with community safety", "Marlow Road Academy", 8),
    (-18, "Introduction to Contextual Safeguarding", "Introduction to Contextual Safeguarding", "3",
     "Daniel Osei", "Civic Centre, room 2", 5),
]  # fmt: skip
# People without an account, by their team; teams that are not here have had nobody on a course.
NAMED = {
    "Assessment Team": ["Ines Duarte", "Tom Avery", "Petra Holm"],
    "CIN Unit 1": ["Beth Calder", "Omar Siddiqui", "Wendy Lane", "Paul Okoro"],
    "CIN Unit 4": ["Marcus Bell", "Joy Adeyemi", "Sinead Walsh"],
    "Marlow Road Academy": ["Helen Marsh", "Victor Sloane", "Anika Rao", "Lewis Tate"],
    "Hazelmere School": ["Clare Novak", "Ged Moran"],
    "Riverbank Youth Trust": ["Sam Whitaker", "Dee Olusoga"],
    "Missing Persons Team": ["PC Nicola Stone"],
    "School Nursing": ["Grace Lim"],
    "Eastfields College": ["Martin Fell"],
}
# Team, who (the first part of a demo address, or a name), since and until how many days ago.
CHAMPIONS = [
    ("CIN Unit 1", "referrer", 380, None),
    ("CIN Unit 1", "left", 520, None),
    ("CIN Unit 4", "Joy Adeyemi", 380, None),
    ("Assessment Team", "Ines Duarte", 270, None),
    ("Marlow Road Academy", "teacher", 390, None),
    ("Riverbank Youth Trust", "youth", 385, None),
    ("Hazelmere School", "Clare Novak", 500, 160),
    ("Missing Persons Team", "PC Nicola Stone", 60, None),
]


def load(people: dict[str, User], now: datetime) -> None:
    """Courses in their order, each with some of the people; 60 of them in all."""
    by, today = people["manager"], timezone.localdate(now)
    teams = {team.name: team for team in Team.objects.select_related("agency")}
    accounts = {user.email.partition("@")[0]: user for user in User.objects.select_related("team__agency")}
    pool = [Who(person=accounts[short]) for short in ("referrer", "cs", "cs2", "teacher", "youth", "left", "lead")]
    pool += [Who(name=name, team=teams[team]) for team, names in NAMED.items() for name in names]
    first = 0
    for ago, title, kind, hours, trainer, place, number in COURSES:
        at = now - timedelta(days=max(ago, 1) + 1)
        day: date = today - timedelta(days=ago)
        values = {"title": title, "kind": kind, "held_on": day, "hours": Decimal(hours), "trainer": trainer,
                  "place": place, "notes": ""}  # fmt: skip
        course = training.add_course(values, by=by, at=at)
        chosen = [pool[(first + 3 * step) % len(pool)] for step in range(number)]
        first += 5
        status = AttendanceStatus.BOOKED if ago < 0 else AttendanceStatus.ATTENDED
        made = training.add_people(course, chosen, status=status, by=by, at=at)
        if ago > 0:
            training.mark(course, {made[-1].pk: (status, AttendanceStatus.ABSENT)}, by=by, at=at + timedelta(days=2))
    for team, who, since, until in CHAMPIONS:
        person = accounts.get(who)
        values = {"person": person, "name": "" if person else who, "team": teams[team],
                  "since": today - timedelta(days=since),
                  "until": None if until is None else today - timedelta(days=until)}  # fmt: skip
        champions.add(values, by=by, at=now - timedelta(days=since))
