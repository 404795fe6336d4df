"""Fixed choices of contexts: those that code decides on. Kinds of context are a registry, in `kinds`."""

from django.db import models


class ContextState(models.TextChoices):
    """Where a context stands. Labels are what people read."""

    REFERRED = "referred", "Waiting to be screened"
    INFORMATION = "information", "More information needed"
    DECLINED = "declined", "Threshold not met"
    WITHDRAWN = "withdrawn", "Withdrawn"
    ASSESSING = "assessing", "Assessing"
    PLANNED = "planned", "Planned"
    CONFERENCE = "conference", "Conference arranged"
    REVIEWING = "reviewing", "Reviewing"
    CLOSED = "closed", "Closed"


class ContextAct(models.TextChoices):
    """What may be done to a context; the audit log knows them by these values."""

    ACCEPT = "accept", "Threshold met: assess the context"
    ASK = "ask", "Ask for more information"
    ANSWER = "answer", "Answer the question"
    DECLINE = "decline", "Threshold not met"
    WITHDRAW = "withdraw", "Withdraw the referral"
    REFER = "refer", "Refer it again"
    ALLOCATE = "allocate", "Choose the lead and who works on it"
    CHANGE = "change", "Change what it is"
    WORK = "work", "Work on the context"
    PLAN = "plan", "Assessment is finished: agree the plan"
    CONFER = "confer", "Arrange a conference"
    CALL_OFF = "call-off", "Call the conference off"
    HOLD = "hold", "Record the conference"
    REVIEW = "review", "Begin reviewing the plan"
    MOVE_REVIEW = "move-review", "Move the review date"
    CLOSE = "close", "Close the context"
    REOPEN = "reopen", "Reopen the context"


# While it stands there people work on it: write assessments, link people, draw maps, agree a plan.
WORKED_ON = frozenset({ContextState.ASSESSING, ContextState.PLANNED, ContextState.CONFERENCE, ContextState.REVIEWING})
# What counts as open: somebody waits for something to be decided or done.
OPEN = WORKED_ON | {ContextState.REFERRED, ContextState.INFORMATION}


class ConferenceKind(models.TextChoices):
    """Whether a conference is the first about a context, or looks at what came of an earlier one."""

    INITIAL = "initial", "Initial conference"
    REVIEW = "review", "Review conference"


class ConferenceStatus(models.TextChoices):
    """How a conference stands."""

    ARRANGED = "arranged", "Arranged"
    HELD = "held", "Held"
    OFF = "off", "Called off"


class Attendance(models.TextChoices):
    """Whether somebody who was invited to a conference was there; empty until it is known."""

    CAME = "came", "Came"
    APOLOGIES = "apologies", "Sent apologies"
    ABSENT = "absent", "Did not come"


class PackStatus(models.TextChoices):
    """How a conference pack stands."""

    DRAFT = "draft", "Being written"
    ISSUED = "issued", "Issued"
    WITHDRAWN = "withdrawn", "Withdrawn"


class PanelState(models.TextChoices):
    """How a meeting of the panel stands."""

    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    AGREED = "agreed", "Minutes agreed"


class PanelAct(models.TextChoices):
    """What may be done to a meeting of the panel."""

    PLAN = "plan", "Change the day, place, chair or agenda"
    WRITE = "write", "Write what was said and decided"
    HOLD = "hold", "Record it as held"
    AGREE = "agree", "Agree the minutes"
    CORRECT = "correct", "Correct the minutes"


class ClosingOutcome(models.TextChoices):
    """What came of the work on a context."""

    SAFER = "safer", "Safer: what was harmful has changed"
    PARTLY = "partly", "Partly safer: some harm remains, and others look after it"
    SAME = "same", "Not changed by our work"
    GONE = "gone", "The context no longer exists"
    ELSEWHERE = "elsewhere", "Passed on to somebody else"


class Source(models.TextChoices):
    """Whose account a link or a pin rests on."""

    YOUNG_PERSON = "young-person", "Young person’s own account"
    PROFESSIONAL = "professional", "Professional"
    POLICE = "police", "Police"
    FAMILY = "family", "Family"
    OPEN_SOURCE = "open-source", "Open source (public pages, social media)"


class Reliability(models.TextChoices):
    """How far an account can be relied on, so that association does not harden into fact."""

    CONFIRMED = "confirmed", "Confirmed by more than one source"
    LIKELY = "likely", "Likely"
    UNCONFIRMED = "unconfirmed", "Not confirmed"


class LinkNature(models.TextChoices):
    """How a young person belongs to a context."""

    HARMED = "harmed", "Harmed or at risk there"
    HARMING = "harming", "Causes harm there"
    BOTH = "both", "Both harmed and causing harm"
    PRESENT = "present", "Spends time there"
    STRENGTH = "strength", "A strength: helps keep others safe"


class TieNature(models.TextChoices):
    """What connects two people of a context."""

    FRIEND = "friend", "Friends"
    FAMILY = "family", "Family"
    PARTNER = "partner", "In a relationship"
    SUPPORT = "support", "Supports or protects"
    INFLUENCE = "influence", "Leads or influences"
    CONFLICT = "conflict", "In conflict"
    HARM = "harm", "Harms or exploits"


class Standing(models.TextChoices):
    """The part somebody plays among the others."""

    LEADER = "leader", "Leads"
    FOLLOWER = "follower", "Follows"
    EDGE = "edge", "At the edge"
    GUARDIAN = "guardian", "Looks out for others"


class GoalStatus(models.TextChoices):
    """How a goal of a plan stands."""

    WORKING = "working", "Working on it"
    MET = "met", "Met"
    GIVEN_UP = "given-up", "Given up"


class PinKind(models.TextChoices):
    """What a pin on a safety map marks."""

    HARM = "harm", "Harm"
    SAFETY = "safety", "Safety"


class TimeOfDay(models.TextChoices):
    """When of a day something is so at a place."""

    MORNING = "morning", "Morning"
    DAY = "day", "During the day"
    AFTER_SCHOOL = "after-school", "After school"
    EVENING = "evening", "Evening"
    NIGHT = "night", "Night"
    ALWAYS = "always", "At any time"
    UNKNOWN = "unknown", "Not known"


class Method(models.TextChoices):
    """How something was found out about a context (practice.md §2)."""

    SURVEY = "survey", "Survey"
    FOCUS_GROUP = "focus-group", "Focus group"
    OBSERVATION = "observation", "Observation log"
    INTERVIEWS = "interviews", "Interviews"
    RECORDS = "records", "Record review"
    POLICY = "policy", "Policy review"
    SAFETY_MAPPING = "safety-mapping", "Safety mapping"


class Light(models.TextChoices):
    """How an area of an assessment stands: the three colours of a traffic light."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"


class MentionSource(models.TextChoices):
    """Where a referral names a place, a school or a group."""

    DETAIL = "detail", "Detail of the data entry form"
    ACTION = "action", "Action"
    FRAMEWORK = "framework", "Framework"


class NamedAs(models.TextChoices):
    """How a context was found in what a referral says."""

    EXACT = "exact", "By its name"
    VARIANT = "variant", "By a variant of its name"
    SAID = "said", "As somebody said"
