"""What the acts of the audit log are called in the chronology of a context, and which of their details are shown.

Each slice brings its own with `tell`. An act that is not here is shown by its code in plain letters, without details.
"""

from dataclasses import dataclass

from django.db import models

from ..presenters import DECISIONS


class Kind(models.TextChoices):
    """What a chronology may be narrowed to."""

    CONTEXT = "context", "Referrals and decisions"
    PEOPLE = "people", "People and links"
    ASSESSMENT = "assessment", "Assessments and methods"
    MAPS = "maps", "Safety map"
    PLAN = "plan", "Plan"
    MEETINGS = "meetings", "Conferences and panel"
    WORDS = "words", "What was written"


@dataclass(frozen=True)
class Act:
    """How one act reads: its words, its kind, and {detail: label} of what is shown of it, in that order.

    Details are words, ISO days, or [before, after]. One that is not `shown` is told by other rows.
    """

    words: str
    kind: str
    shows: tuple[tuple[str, str], ...] = ()
    shown: bool = True


ACTS: dict[str, Act] = {}
# The beginnings of codes that are not listed one by one: the kind that they belong to.
PREFIXES: dict[str, str] = {"context.": Kind.CONTEXT}


def tell(kind: str, acts: dict[str, Act | str], *prefixes: str) -> None:
    """Bring the words of acts, {code: words or Act}, and the beginnings of codes whose others belong to `kind`."""
    for code, act in acts.items():
        ACTS[code] = act if isinstance(act, Act) else Act(act, kind)
    for prefix in prefixes:
        PREFIXES[prefix] = kind


def act_for(code: str) -> Act:
    """How the act with this code reads."""
    if found := ACTS.get(code):
        return found
    words = code.rpartition(".")[2].replace("-", " ")
    return Act(f"{words[:1].upper()}{words[1:]}", kind_for(code))


def kind_for(code: str) -> str:
    """The kind that an act belongs to, by its own line or by the longest beginning that is known."""
    if found := ACTS.get(code):
        return found.kind
    known = [prefix for prefix in PREFIXES if code.startswith(prefix)]
    return PREFIXES[max(known, key=len)] if known else Kind.CONTEXT


REASON = ("reason", "Reason")
_DECIDED = {f"context.{act}": Act(words, Kind.CONTEXT, (REASON,)) for act, (words, _) in DECISIONS.items()}
tell(
    Kind.CONTEXT,
    _DECIDED
    | {
        "context.referred": "Referred",
        "context.merged": Act("Merged into another context", Kind.CONTEXT, (("into", "Into"), REASON)),
        "context.took-in": Act("Another context merged into it", Kind.CONTEXT, (("other", "Which"), REASON)),
        "context.merge-undone": Act("Merge undone", Kind.CONTEXT, (REASON,)),
        "context.refer": Act("Referred again", Kind.CONTEXT, shown=False),  # the line of the referral says it
        "context.allocate": "Who leads the work changed",
        "context.ask": "More information asked for",
        "context.answer": "Question answered",
        "context.members": Act("Who works on it changed", Kind.CONTEXT, shown=False),
    },
)
tell(
    Kind.PLAN,
    {
        "plan.goal-added": "Goal added",
        "plan.goal-changed": "Goal changed",
        "plan.goal-moved": Act("Goal moved", Kind.PLAN, shown=False),
        "plan.goal-met": Act("Goal met", Kind.PLAN, (REASON,)),
        "plan.goal-given-up": Act("Goal given up", Kind.PLAN, (REASON,)),
        "plan.goal-taken-up": Act("Goal taken up again", Kind.PLAN, (REASON,)),
        "plan.goal-measured": Act(
            "Goal measured", Kind.PLAN, (("on", "On"), ("value", "Value"), ("words", "In words"))
        ),
        "plan.goal-value-taken-away": "Value of a goal taken away",
        "plan-action.added": "Action agreed",
        "plan-action.changed": "Action changed",
        "plan-action.progress": "Progress noted",
        "plan-action.done": Act("Action done", Kind.PLAN, (("outcome", "What came of it"),)),
        "plan-action.dropped": Act("Action dropped", Kind.PLAN, (("outcome", "Why"),)),
        "plan-action.reopened": Act("Action opened again", Kind.PLAN, (REASON,)),
    },
    "plan.",
    "plan-action.",
)
tell(
    Kind.MEETINGS,
    {
        "context.decisions-written": Act("Decisions written", Kind.MEETINGS, shown=False),
        "context.decisions-set-aside": Act("Decisions set aside", Kind.MEETINGS, shown=False),
        "context.pack-written": Act("Pack written", Kind.MEETINGS, shown=False),
        "context.pack-set-aside": Act("Pack set aside", Kind.MEETINGS, shown=False),
        "context.conference-arranged": Act("Conference arranged", Kind.MEETINGS, shown=False),  # its decision says it
        "context.conference-invited": "Agency invited to the conference",
        "context.conference-uninvited": "Invitation to the conference taken back",
        "context.conference-attendance": "Attendance at the conference noted",
        "context.conference-agreed": "Plan agreed at the conference noted",
        "context.pack-begun": "Conference pack begun",
        "context.pack-names-replaced": "Names in the conference pack replaced",
        "context.pack-issued": "Conference pack issued",
        "context.pack-withdrawn": "Conference pack withdrawn",
    },
    "context.conference",
    "context.pack",
    "context.confer",
    "context.call-off",
    "context.hold",
    "panel",
)
tell(
    Kind.MEETINGS,
    {
        "panel.item-added": "Put on the panel’s agenda",
        "panel.item-removed": "Taken off the panel’s agenda",
        "panel.item-changed": "Item of the panel changed",
        "panel.item-moved": Act("Item of the panel moved", Kind.MEETINGS, shown=False),
        "panel.item-carried": "Carried over to the next panel",
        "panel.text-written": Act("Item of the panel written", Kind.MEETINGS, shown=False),
        "panel-action.added": "Action agreed by the panel",
        "panel-action.changed": "Action of the panel changed",
        "panel-action.progress": "Progress of an action of the panel noted",
        "panel-action.done": Act("Action of the panel done", Kind.MEETINGS, (("outcome", "What came of it"),)),
        "panel-action.dropped": Act("Action of the panel dropped", Kind.MEETINGS, (("outcome", "Why"),)),
        "panel-action.reopened": Act("Action of the panel opened again", Kind.MEETINGS, (REASON,)),
    },
)
tell(
    Kind.PEOPLE,
    {
        "link.added": Act("Linked to the context", Kind.PEOPLE, (("nature", "How"), ("source", "Known from"))),
        "link.changed": "Link changed",
        "link.looked-at": Act("Link looked at again", Kind.PEOPLE, (("review_on", "Again on"),)),
        "link.ended": Act("Link ended", Kind.PEOPLE, (REASON,)),
        "tie.added": Act("Two people linked", Kind.PEOPLE, (("nature", "How"), ("source", "Known from"))),
        "tie.changed": "Link between two people changed",
        "tie.looked-at": Act("Link between two people looked at again", Kind.PEOPLE, (("review_on", "Again on"),)),
        "tie.ended": Act("Link between two people ended", Kind.PEOPLE, (REASON,)),
        "context.peer-map-arranged": Act("Peer map arranged", Kind.PEOPLE, shown=False),
    },
    "link.",
    "tie.",
    "context.peer",
)
tell(
    Kind.ASSESSMENT,
    {
        "assessment.begun": "Assessment begun",
        "assessment.finished": "Assessment finished",
        "assessment.changed": "Lead, agencies or young people of the assessment changed",
        "assessment.rated": Act("Area of the assessment rated", Kind.ASSESSMENT, (("area", "Area"), ("after", "Now"))),
        "assessment.method-added": "Method added",
        "assessment.method-changed": "Method changed",
        "assessment.method-removed": "Method taken away",
        "assessment.figures": "Figures of a survey saved",
        "assessment.observed": "Observation added",
        "assessment.observation-removed": "Observation taken away",
        "assessment.set-aside": "Written at the same time as somebody else",
        "assessment.written": Act("Section written", Kind.WORDS, shown=False),  # its version says it
        "assessment.put-back": Act("Earlier version put back", Kind.WORDS, (("section", "Section"),)),
    },
    "assessment",
)
tell(
    Kind.MAPS,
    {"context.pin-added": "Pin put on the safety map", "context.pin-ended": Act("Pin ended", Kind.MAPS, (REASON,))},
    "context.safety",
    "context.pin",
)
