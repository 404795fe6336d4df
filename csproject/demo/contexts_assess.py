"""Fictional assessments of the demo's contexts: one for each kind, with the methods that were used."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import Agency, User
from contexts.models import Assessment, Context
from contexts.services import assessments, methods

TEXTS = {
    "Hartley Park skate ramp": {
        "young-people-harms": "About thirty young people come after school, in three groups. The youngest, 11 and 12, "
        "are met by older ones at the north gate and asked to carry things.",
        "young-people-strengths": "Skaters look out for each other and teach beginners. They asked for a mirror at the "
        "bend so that they can see who comes.",
        "guardianship-harms": "Between 4 and 6 no adult has the ramp in sight. The warden’s round ends at 3.30.",
        "guardianship-strengths": "The kiosk owner knows many by name and would stay later if the light worked.",
        "environment-harms": "The lights by the north gate have been out since the summer. The hedge hides the gate.",
        "analysis": "Harm happens where three things meet: no light, no adult, and younger children who wait for a "
        "lift. None of them is about a single child.",
        "conclusion": "Light at the gate, the hedge cut, the kiosk open until six, and youth workers on two evenings. "
        "It is safer when younger children say that they wait there without being asked for anything.",
    },
    "Marlow Road Academy": {
        "students-harms": "Girls in Years 9 and 10 go round the corridor by the sports hall. Most of those who told "
        "somebody told a friend.",
        "students-strengths": "Year 11 mentors are trusted, and were the first to say where it happens.",
        "staff-and-parents-harms": "Lunchtime staff see it and do not write it down: they think that nothing follows.",
        "environment-strengths": "The library is full at lunch because the librarian is there.",
        "records-harms": "Forty entries of “banter” in the behaviour log are about touching or images.",
        "analysis": "The school answers each incident and does not see that two corridors and one year group return.",
        "conclusion": "Write it down as safeguarding, put an adult into the corridor, and teach with the mentors.",
    },
    "Penrose boys": {
        "functioning-harms": "One of the older boys decides where they go. Whoever does not come along is laughed "
        "at in the group chat.",
        "functioning-strengths": "Three of them have been friends since primary school and get each other home.",
        "guardianship-strengths": "The football coach is trusted by most; the arcade’s owner rings when it is late.",
        "families-harms": "The parents do not know each other. Each thinks that it is the other boys.",
        "analysis": "They carry because the others do. What protects them is the three who get each other home.",
    },
    "Arcade on Bridge Street": {
        "guardianship-harms": "The owner let older men use the back room and asked nobody.",
        "environment-strengths": "The front is bright, busy and well liked.",
        "analysis": "It was the back room, not the arcade.",
        "conclusion": "The back room closed, and the owner trained.",
    },
}  # fmt: skip
SURVEY = [
    ("Where do you feel unsafe in school?", "Corridor by the sports hall", 64),
    ("Where do you feel unsafe in school?", "Toilets", 51),
    ("Where do you feel unsafe in school?", "At the gate after school", 38),
    ("Where do you feel unsafe in school?", "Nowhere", 47),
    ("Whom would you tell?", "A friend", 112),
    ("Whom would you tell?", "A Year 11 mentor", 40),
    ("Whom would you tell?", "A teacher", 21),
    ("Whom would you tell?", "Nobody", 27),
]
RATINGS = [
    (2, "structures", "red", "The policy does not mention harm between students, and nobody leads on it."),
    (3, "prevention", "amber", "Lessons in Year 8 only; the mentors are good, and few."),
    (4, "identification", "red", "Most students tell a friend. What staff see is logged as banter."),
    (5, "response", "amber", "Those who were harmed get support. Nothing has changed in the corridor."),
    (30, "structures", "amber", "The deputy head leads on it since October, and the policy is being written."),
]
LOG = [
    (2, time(8, 20), "North gate", "Parents and younger children. Calm."),
    (2, time(16, 10), "Ramp and north gate", "Twenty young people. Two on bicycles talk to the youngest and leave."),
    (9, time(20, 45), "North gate", "Dark. Six older ones by the hedge; nobody else crosses the park."),
]


def assess(context: Context, people: dict[str, User], at: datetime) -> None:
    """The assessment of a context that was accepted at `at`, as far as its kind has one here."""
    texts = TEXTS.get(context.name)
    if not texts:
        return
    cs, youth = people["cs"], people["youth"]
    found = assessments.begin(context, by=cs, at=at + timedelta(days=5))
    found.context = context
    agencies = Agency.objects.filter(name__in=["School/education", "Voluntary sector", "Police"])
    assessments.change(
        found, lead=cs, agencies=agencies, people=found.people.all(), version=1, by=cs, at=at + timedelta(days=5)
    )
    for number, (key, body) in enumerate(texts.items()):
        by = youth if number % 3 == 1 else cs
        assessments.save_section(found, key, body=body, base_version=0, by=by, at=at + timedelta(days=6 + number))
    day = timezone.localdate(at) + timedelta(days=7)
    if context.kind == "school":
        _school(found, people, day, at)
    elif context.name == "Hartley Park skate ramp":
        _log(found, people, day, at)
    elif context.kind == "peer-group":
        words = "Two evenings at the youth centre, with seven of them. They drew where they feel safe."
        _method(found, "focus-group", youth, day, at, number=7, who="Boys aged 12 to 16", found=words)


def _school(found: Assessment, people: dict[str, User], day, at: datetime) -> None:
    words = "Unsafe places are few and known to everybody. Students tell friends, not staff."
    survey = _method(
        found, "survey", people["teacher"], day, at, title="Years 9 and 10", number=200, who="Students", found=words
    )
    methods.set_figures(survey, SURVEY, version=1, by=people["cs"], at=at + timedelta(days=12))
    words = "Forty of 310 entries in a year were safeguarding and dealt with as behaviour."
    _method(found, "records", people["cs"], day, at, title="Behaviour log", number=310, who="Entries", found=words)
    for days, area, light, reason in RATINGS:
        methods.rate(
            found, area, light=light, reason=reason, seen=None, by=people["cs"], at=at + timedelta(days=8 + days)
        )


def _log(found: Assessment, people: dict[str, User], day, at: datetime) -> None:
    log = _method(found, "observation", people["youth"], day, at, found="It is three places: morning, afternoon, dark.")
    for days, clock, place, seen in LOG:
        line = {"day": day + timedelta(days=days), "clock": clock, "place": place, "seen": seen}
        methods.observe(log, line, by=people["youth"], at=at + timedelta(days=8 + days))


def _method(assessment: Assessment, kind: str, by: User, day, at: datetime, **values):
    given = {"title": "", "begun_on": day, "ended_on": None, "by_whom": by.name, "number": None, "who": "", "found": ""}
    return methods.add(assessment, kind, given | values, by=by, at=at + timedelta(days=8))
