"""Fixed choices of system reviews: the parts of the results tool and its ratings (practice.md §3).

The words of levels, columns and ratings are the tool's own.
"""

from typing import NamedTuple

from django.db import models


class Level(models.TextChoices):
    """Whom the system responds to."""

    ONE = "1", "Level 1"
    TWO = "2", "Level 2"


LEVEL_WORDS = {
    Level.ONE: "System response to children, young people and families",
    Level.TWO: "System response to young people's peers, schools and public spaces",
}


class Stage(models.TextChoices):
    """The stages of a response, in order."""

    REFERRAL = "referral", "Referral"
    ASSESSMENT = "assessment", "Assessment"
    PLANNING = "planning", "Planning"
    RESPONSE = "response", "Response"


class Domain(models.TextChoices):
    """The four domains of the Contextual Safeguarding framework."""

    TARGET = "target", "Target"
    LEGISLATION = "legislation", "Legislation"
    PARTNERSHIPS = "partnerships", "Partnerships"
    OUTCOMES = "outcomes", "Outcomes"


DOMAIN_WORDS = {
    Domain.TARGET: "The social conditions of abuse",
    Domain.LEGISLATION: "Within child protection and welfare frameworks",
    Domain.PARTNERSHIPS: "With those who have a reach into contexts",
    Domain.OUTCOMES: "Contextual as well as individual change",
}


class Rating(models.TextChoices):
    """The traffic light of one statement."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"


class Column(NamedTuple):
    """Two columns of the tool: a rating and the action plan beside it."""

    rating: Rating
    heading: str
    plan: str


COLUMNS = [
    Column(Rating.RED, "Red traffic light rating", "Action plan to get to amber"),
    Column(Rating.AMBER, "Amber traffic light rating", "Action plan to get to green"),
    Column(Rating.GREEN, "Green traffic light rating", "Action plan to sustain performance"),
]


class Overall(models.TextChoices):
    """The current overall rating of a level and stage: a judgement in five steps, worst first."""

    RED = "red", "Red"
    AMBER_RED = "amber-red", "Amber/Red"
    AMBER = "amber", "Amber"
    GREEN_AMBER = "green-amber", "Green/Amber"
    GREEN = "green", "Green"


class Part(models.TextChoices):
    """A level and stage: what has an overall rating, and what an action may point to."""

    L1_REFERRAL = "1:referral", "Level 1, Referral"
    L1_ASSESSMENT = "1:assessment", "Level 1, Assessment"
    L1_PLANNING = "1:planning", "Level 1, Planning"
    L1_RESPONSE = "1:response", "Level 1, Response"
    L2_REFERRAL = "2:referral", "Level 2, Referral"
    L2_ASSESSMENT = "2:assessment", "Level 2, Assessment"
    L2_PLANNING = "2:planning", "Level 2, Planning"
    L2_RESPONSE = "2:response", "Level 2, Response"

    @property
    def level(self) -> Level:
        return Level(self.value.split(":")[0])

    @property
    def stage(self) -> Stage:
        return Stage(self.value.split(":")[1])

    @classmethod
    def of(cls, level: str, stage: str) -> "Part":
        """The part with this level and stage. Raises ValueError for one that does not exist."""
        return cls(f"{level}:{stage}")


class ReviewState(models.TextChoices):
    """Whether a round can still be written into."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class ReviewAct(models.TextChoices):
    """What may be done to a round; the audit log knows the acts by these values."""

    WRITE = "write", "Write into the review"
    CLOSE = "close", "Close the round"
    REOPEN = "reopen", "Open the round again"
    NEXT = "next", "Start the next round"
