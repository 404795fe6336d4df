"""The two rounds before the worked example: how its statements came to be what they are, with movements of every sort.

Statements are named by their place in `reviews.worked_example.STATEMENTS`; those that the example does not have, by a
letter. All of it is made up.
"""

from typing import NamedTuple

from reviews.choices import Overall, Part, Rating
from reviews.worked_example import STATEMENTS

RED, AMBER, GREEN = Rating.RED, Rating.AMBER, Rating.GREEN


class Earlier(NamedTuple):
    """A statement as it was first written: in which round, where, how it was rated."""

    round: int
    part: Part
    rating: Rating
    words: str


class Move(NamedTuple):
    """Another rating within a round; `words` is what is so from then on, where that changed too."""

    round: int
    rating: Rating
    reason: str
    words: str = ""


class Planned(NamedTuple):
    """An action: in which round it was agreed, and what came of it there; an open one is carried on."""

    round: int
    what: str
    lead: str
    days: int | None = None  # from the day of the review
    status: str = "open"
    outcome: str = ""


EARLIER: dict[int | str, Earlier] = {
    0: Earlier(
        2, Part.L1_REFERRAL, RED,
        STATEMENTS[0].words,
    ),
    1: Earlier(1, Part.L1_REFERRAL, RED, "Peer, school and location information is not recorded when referrals are processed."),
    "a": Earlier(1, Part.L1_REFERRAL, RED, "Nobody leads contextual safeguarding work in the service."),
    3: Earlier(1, Part.L1_ASSESSMENT, RED, "Parenting capacity is assessed without looking at the contexts that young people spend their time in."),
    4: Earlier(
        1, Part.L1_PLANNING, AMBER,
        "Some individual practitioners have introduced context weighting conversations into child in need review meetings.",
    ),
    5: Earlier(1, Part.L1_PLANNING, RED, "Child protection conferences and strategy discussions do not weigh contexts."),
    6: Earlier(
        1, Part.L1_RESPONSE, RED,
        STATEMENTS[6].words,
    ),
    7: Earlier(1, Part.L1_RESPONSE, RED, "Young people and parents are not asked about the impact of context on their lives."),
    8: Earlier(1, Part.L2_REFERRAL, RED, "There is no formal route to refer/identify contexts into our system."),
    9: Earlier(2, Part.L2_REFERRAL, RED, "Contexts are named in meetings about individual children, and nothing follows from it."),
    10: Earlier(1, Part.L2_ASSESSMENT, RED, STATEMENTS[10].words),
    11: Earlier(1, Part.L2_ASSESSMENT, RED, "No peer or location assessments have been made."),
    "b": Earlier(1, Part.L2_ASSESSMENT, AMBER, "Police and community safety share what they know of places when they are asked."),
    13: Earlier(1, Part.L2_RESPONSE, AMBER, "Detached youth work reaches two of the places that young people name most."),
}  # fmt: skip

MOVES: dict[int | str, list[Move]] = {
    1: [Move(2, AMBER, "Two of four teams record it since the spring.")],
    3: [
        Move(2, AMBER, "Every social worker has been trained in context weighting.", "Social workers have been trained in context weighting; how they use it has not been looked at."),
        Move(3, GREEN, "The dip-sampling shows it in 34 of 40 assessments."),
    ],
    4: [Move(3, RED, "Two of the practitioners have left, and nobody has taken it up.")],
    5: [Move(2, AMBER, "All chairs have been trained and ask about contexts.")],
    7: [Move(2, AMBER, "The first parent support group has met, and heat-mapping has begun.")],
    9: [Move(3, AMBER, "Four panels list contexts now.")],
    11: [Move(2, AMBER, "Two location assessments and a peer assessment were piloted.")],
    13: [Move(3, RED, "Detached youth work was decommissioned in the summer.")],
}  # fmt: skip

LEFT_OUT: dict[int | str, tuple[int, str]] = {
    "a": (2, "A lead was appointed in the autumn."),
    "b": (3, "It is part of the statement on location assessments now."),
}

ACTIONS: dict[int | str, list[Planned]] = {
    1: [Planned(1, STATEMENTS[1].actions[0].what, "Lorna")],
    "a": [Planned(1, "Appoint a lead for contextual safeguarding", "Nneka", 90, "done", "The lead began in the autumn.")],
    3: [
        Planned(1, "Train every social worker in context weighting", "Mike", 150, "done", "All but two new starters have been trained."),
        Planned(2, "Dip-sample child and family assessments", "Josie", 120, "done", "34 of 40 assessments weigh contexts."),
    ],
    4: [Planned(2, STATEMENTS[4].actions[0].what, "")],
    5: [Planned(1, "Train the chairs of conferences", "Sarah", 120, "done", "All nine chairs came.")],
    6: [Planned(1, "Collect what each partner can offer in one list", "Jason", 100, "dropped", "A list was out of date at once. A partnership meeting is planned instead.")],
    7: [Planned(2, "Set up a second parent support group", "LaTisha", 90, "done", "It has met four times.")],
    8: [Planned(2, STATEMENTS[8].actions[0].what, "Jason")],
    10: [Planned(2, STATEMENTS[10].actions[0].what, "Marion")],
    11: [Planned(1, "Pilot two location assessments", "Nneka", 160, "done", "Two were made, and a peer assessment.")],
    "b": [Planned(1, "Agree with the police how places are told of", "", 60, "dropped", "Nobody took it up. It is part of the pathway now.")],
    13: [Planned(1, STATEMENTS[13].actions[0].what, "Jason")],
}  # fmt: skip

RATINGS: dict[int, dict[Part, tuple[Overall, str]]] = {
    1: {
        Part.L1_REFERRAL: (Overall.RED, "Nothing is recorded of contexts."),
        Part.L1_ASSESSMENT: (Overall.RED, "Contexts are not weighed."),
        Part.L1_PLANNING: (Overall.RED, "It depends on single practitioners."),
        Part.L1_RESPONSE: (Overall.RED, "We do not know what partners offer."),
        Part.L2_REFERRAL: (Overall.RED, "There is no route."),
        Part.L2_ASSESSMENT: (Overall.RED, "Nothing has been assessed."),
        Part.L2_RESPONSE: (Overall.AMBER, "Youth work is there, if only in two places."),
    },
    2: {
        Part.L1_REFERRAL: (Overall.AMBER_RED, "Two teams record contexts, partners do not yet."),
        Part.L1_ASSESSMENT: (Overall.AMBER, "Training is done, its use is not known."),
        Part.L1_PLANNING: (Overall.AMBER, "Conferences weigh contexts, reviews partly."),
        Part.L1_RESPONSE: (Overall.AMBER_RED, "Parents are reached, partners are not."),
        Part.L2_REFERRAL: (Overall.RED, "There is still no route."),
        Part.L2_ASSESSMENT: (Overall.AMBER_RED, "The pilots went well, schools are missing."),
        Part.L2_PLANNING: (Overall.RED, "No plan for a place has been reviewed."),
        Part.L2_RESPONSE: (Overall.AMBER_RED, "The youth work is to be cut."),
    },
}  # fmt: skip
