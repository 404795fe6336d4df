"""What the acts of the audit log are called in a chronology, and which of their details are shown there.

The audit log keeps codes and values; people read words. An act that is not here is shown by its code in plain letters
and without any detail: default is no.
"""

from dataclasses import dataclass

from django.db import models

from accounts.permissions import Permission


class Kind(models.TextChoices):
    """What a chronology may be narrowed to."""

    REFERRAL = "referral", "The referral and decisions"
    CONSULTATION = "consultation", "The consultation"
    WORDS = "words", "What was written"
    ACTIONS = "actions", "Actions and take-away questions"
    AFTERWARDS = "afterwards", "Data entry and feedback"
    PAPERS = "papers", "Prints and copies"
    ACCESS = "access", "Restriction and access"


@dataclass(frozen=True)
class Act:
    """How one act reads.

    `shows` names the details that are shown, in that order; of one that `changes` fields, what changed is shown too.
    Where there is a `why_for`, only who holds that permission reads the reason (or, of a restriction, has a grant).
    An `unsent` act is about a draft, which is its maker's alone; `narrow` ones are for who may see every referral.
    One that is not `shown` is told by other rows: the versions of texts.
    """

    words: str
    kind: str
    shows: tuple[str, ...] = ()
    why_for: Permission | None = None
    changes: bool = False
    unsent: bool = False
    narrow: bool = False
    shown: bool = True


ACTS: dict[str, Act] = {
    "referral.drafted": Act("Draft begun", Kind.REFERRAL, ("known from",), unsent=True),
    "referral.draft-saved": Act("Draft changed", Kind.REFERRAL, changes=True, unsent=True),
    "referral.discarded": Act("Draft discarded", Kind.REFERRAL, unsent=True),
    "referral.sent": Act("Referral sent", Kind.REFERRAL),
    "referral.allocated": Act("Allocated", Kind.REFERRAL, ("to", "reason")),
    "referral.asked": Act("More information asked for", Kind.REFERRAL, ("question",)),
    "referral.answered": Act("Question answered", Kind.REFERRAL, ("answer",)),
    "referral.accepted": Act("Found suitable for a consultation", Kind.REFERRAL, ("planned_for", "reason")),
    "referral.signposted": Act("Signposted elsewhere", Kind.REFERRAL, ("to", "reason")),
    "referral.withdrawn": Act("Referral withdrawn", Kind.REFERRAL, ("reason",)),
    "referral.reopened": Act("Referral reopened", Kind.REFERRAL, ("reason",)),
    "referral.young-person-merged": Act(
        "Moved to another record of the same young person", Kind.REFERRAL, ("reason",), Permission.YOUNG_PEOPLE_MERGE
    ),
    "referral.young-person-merge-undone": Act(
        "Moved back to the young person’s own record", Kind.REFERRAL, ("reason",), Permission.YOUNG_PEOPLE_MERGE
    ),
    "referral.rescheduled": Act("Consultation rescheduled", Kind.CONSULTATION, ("reason",), changes=True),
    "consultation.participant-added": Act("Participant added", Kind.CONSULTATION, ("who",)),
    "consultation.participant-removed": Act("Participant removed", Kind.CONSULTATION, ("who",)),
    "consultation.participant-came": Act("Who came was noted", Kind.CONSULTATION, ("who",), changes=True),
    "consultation.marked": Act("Harm and strength marked", Kind.CONSULTATION, ("space",), changes=True),
    "consultation.held": Act("Consultation marked as held", Kind.CONSULTATION, ("on",)),
    "consultation.written": Act("Written", Kind.WORDS, shown=False),
    "consultation.set-aside": Act("Written at the same time", Kind.WORDS, shown=False),
    "consultation.put-back": Act("Earlier version put back", Kind.WORDS, ("section", "put back")),
    "framework.written": Act("Written in the framework", Kind.WORDS, shown=False),
    "framework.set-aside": Act("Written at the same time in the framework", Kind.WORDS, shown=False),
    "framework.place-added": Act("Column added to the framework", Kind.CONSULTATION, ("factor",)),
    "framework.place-renamed": Act("Column of the framework renamed", Kind.CONSULTATION, ("factor",)),
    "framework.place-removed": Act("Empty column of the framework removed", Kind.CONSULTATION, ("factor",)),
    "framework.sent": Act("Link to the framework sent", Kind.CONSULTATION, ("to",)),
    "action.added": Act("Action added", Kind.ACTIONS, ("space",)),
    "action.changed": Act("Action changed", Kind.ACTIONS, changes=True),
    "action.progress": Act("Note on the progress of an action", Kind.ACTIONS, ("note",)),
    "action.done": Act("Action done", Kind.ACTIONS, ("outcome",)),
    "action.dropped": Act("Action dropped", Kind.ACTIONS, ("outcome",)),
    "action.reopened": Act("Action reopened", Kind.ACTIONS, ("was", "reason")),
    "take-away.added": Act("Take-away question added", Kind.ACTIONS, ("section",)),
    "take-away.changed": Act("Take-away question changed", Kind.ACTIONS, changes=True),
    "take-away.done": Act("Take-away question answered", Kind.ACTIONS, ("outcome",)),
    "take-away.dropped": Act("Take-away question dropped", Kind.ACTIONS, ("outcome",)),
    "data-entry.completed": Act("Data entry form completed", Kind.AFTERWARDS, changes=True),
    "data-entry.changed": Act("Data entry form changed", Kind.AFTERWARDS, changes=True),
    "data-entry.tagged": Act("Themes changed in the tracker", Kind.AFTERWARDS, changes=True),
    "data-entry.other-made-theme": Act("The text of “Other” made a theme", Kind.AFTERWARDS, changes=True),
    "data-entry.tagging-undone": Act("A change of themes undone", Kind.AFTERWARDS, changes=True),
    "data-entry.theme-merged": Act("Two themes merged into one", Kind.AFTERWARDS, changes=True),
    "data-entry.theme-merge-undone": Act("The merge of two themes undone", Kind.AFTERWARDS, changes=True),
    "feedback.asked": Act("Feedback asked for", Kind.AFTERWARDS),
    "feedback.chased": Act("Reminded of the feedback", Kind.AFTERWARDS),
    "feedback.given": Act("Feedback given", Kind.AFTERWARDS, changes=True),
    "feedback.changed": Act("Feedback changed", Kind.AFTERWARDS, changes=True),
    "consultation.redacted": Act("Copy without other people’s names ordered", Kind.PAPERS),
    "consultations.paper.asked": Act("Copy asked for", Kind.PAPERS, ("form",)),
    "consultations.paper.finished": Act("Copy made", Kind.PAPERS, shown=False),
    "consultations.paper.failed": Act("Copy could not be made", Kind.PAPERS),
    "consultations.paper.cancelled": Act("Copy cancelled", Kind.PAPERS),
    "consultations.paper.downloaded": Act("Copy downloaded", Kind.PAPERS),
    "referral.restricted": Act(
        "Record restricted", Kind.ACCESS, ("access", "review", "reason"), Permission.REFERRAL_RESTRICT, narrow=True
    ),
    "referral.access-given": Act(
        "Access given", Kind.ACCESS, ("to", "until", "reason"), Permission.REFERRAL_RESTRICT, narrow=True
    ),
    "referral.access-ended": Act(
        "Access ended", Kind.ACCESS, ("to", "reason"), Permission.REFERRAL_RESTRICT, narrow=True
    ),
    "referral.restriction-kept": Act(
        "Restriction reviewed and kept", Kind.ACCESS, ("access", "review", "reason"), Permission.REFERRAL_RESTRICT,
        narrow=True,
    ),
    "referral.restriction-lifted": Act(
        "Restriction lifted", Kind.ACCESS, ("reason",), Permission.REFERRAL_RESTRICT, narrow=True
    ),
}  # fmt: skip

# Details and fields: what they are called, and how their values are read (see `chronology.Names.word`).
DETAILS: dict[str, tuple[str, str]] = {
    "access": ("With access", "names"),
    "agency": ("Agency", "agency"),
    "answer": ("Answer", "message"),
    "allocated_to": ("Allocated to", "person"),
    "arrival": ("How it arrived", "choice"),
    "came": ("Was there", "plain"),
    "case_number": ("Case number", "plain"),
    "context": ("What changed in the context", "text"),
    "context_name": ("Context", "plain"),
    "date_of_birth": ("Date of birth", "day"),
    "detail": ("Detail", "text"),
    "disabilities": ("Disability", "items"),
    "due": ("By when", "day"),
    "education": ("Education", "item"),
    "ethnicity": ("Ethnicity", "item"),
    "factor": ("Factor", "factor"),
    "form": ("As", "plain"),
    "gender": ("Gender", "item"),
    "harm": ("Harm", "choice"),
    "harms": ("Kinds of extra-familial harm", "items"),
    "how_long_known": ("How long known", "text"),
    "interventions": ("Intervention options", "items"),
    "known from": ("Details taken from", "plain"),
    "legal_status": ("Legal status", "item"),
    "name": ("Name", "plain"),
    "note": ("Note", "message"),
    "on": ("On", "day"),
    "other_theme": ("Other theme", "text"),
    "outcome": ("What came of it", "text"),
    "owner": ("Who", "person"),
    "owner_agency": ("Their agency", "plain"),
    "owner_name": ("Who", "plain"),
    "place": ("Place", "plain"),
    "planned_for": ("Planned for", "day"),
    "previous_referrals": ("Previous referrals", "text"),
    "primary_concern": ("Primary concern", "choice"),
    "put back": ("Version put back", "plain"),
    "question": ("Question", "message"),
    "reason": ("Reason", "text"),
    "received_on": ("Date received", "day"),
    "referrer": ("Referrer", "person"),
    "referrer_name": ("Referrer", "plain"),
    "review": ("To be reviewed by", "day"),
    "section": ("Section", "section"),
    "space": ("Space", "choice"),
    "starts_at": ("Starts at", "time"),
    "strength": ("Strength", "choice"),
    "team": ("Team", "team"),
    "themes": ("Themes", "names"),
    "to": ("To", "whom"),
    "until": ("Until", "day"),
    "used": ("Advice used", "choice"),
    "useful": ("Useful (1 to 5)", "plain"),
    "was": ("It was", "plain"),
    "what": ("What", "text"),
    "who": ("Who", "plain"),
    "worry": ("What the worry is", "text"),
    "young_person": ("What changed for the young person", "text"),
}


def act_for(code: str) -> Act:
    """How an act reads; one that is not known by its code in plain letters, with nothing of its details."""
    if code in ACTS:
        return ACTS[code]
    words = code.replace(".", " ").replace("-", " ")
    return Act(words[:1].upper() + words[1:], "")
