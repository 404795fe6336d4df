"""How a context is set out on pages: facts, what has happened, and the colour of each state."""

from collections.abc import Iterable

from django.utils.formats import date_format

from consultations.choices import MessageKind

from .choices import ContextAct, ContextState
from .models import Context, ContextMessage, ContextReferral

# The colour of a state's tag; its words stand on it too.
STATE_COLOURS = {
    ContextState.REFERRED: "waiting",
    ContextState.INFORMATION: "warning",
    ContextState.DECLINED: "purple",
    ContextState.WITHDRAWN: "closed",
    ContextState.ASSESSING: "active",
    ContextState.PLANNED: "active",
    ContextState.CONFERENCE: "active",
    ContextState.REVIEWING: "good",
    ContextState.CLOSED: "closed",
}
# What a decision is called once it is made; its own words, if it has any, say to where, to whom or for which day.
DECISIONS = {
    ContextAct.ACCEPT: ("Threshold met, to be assessed", ", led by "),
    ContextAct.DECLINE: ("Threshold not met", ". Who can help instead: "),
    ContextAct.WITHDRAW: ("Referral withdrawn", ""),
    ContextAct.REFER: ("Referred again", ""),
    ContextAct.ALLOCATE: ("Worked on by", " "),
    ContextAct.CHANGE: ("Name or place changed", ": "),
    ContextAct.PLAN: ("Assessment finished", ""),
    ContextAct.CONFER: ("Conference arranged", " for "),
    ContextAct.CALL_OFF: ("Conference called off", ""),
    ContextAct.HOLD: ("Conference held", " on "),
    ContextAct.REVIEW: ("Plan under review", ", looked at again on "),
    ContextAct.MOVE_REVIEW: ("Review date moved", " to "),
    ContextAct.CLOSE: ("Closed", ""),
    ContextAct.REOPEN: ("Reopened", ""),
}
SAID = {MessageKind.QUESTION: "More information asked for", MessageKind.ANSWER: "Question answered"}
# They stand in the history as what was asked and answered.
_SAID_ELSEWHERE = {ContextAct.ASK, ContextAct.ANSWER}


def told(referral: ContextReferral, words) -> list[dict]:
    """What one referral of a context says, as rows of a summary list; `words` takes out what is hidden."""
    who = [referral.referrer_name, *(str(each) for each in (referral.team, referral.agency) if each)]
    return [
        {"key": "What the worry is", "value": words(referral.worry)},
        {"key": "Why it matters now", "value": words(referral.why_it_matters)},
        {"key": "What keeps young people safe", "value": words(referral.strengths)},
        {"key": "Kinds of extra-familial harm", "value": [str(item) for item in referral.harms.all()]},
        {"key": "Who referred it", "value": ", ".join(who)},
        {"key": "How it arrived", "value": referral.get_arrival_display()},
        {"key": "Date received", "value": date_format(referral.received_on, "DATE_FORMAT")},
    ]


def history(
    context: Context, referrals: Iterable[ContextReferral], said: Iterable[ContextMessage], words
) -> list[dict]:
    """What was decided so far, first things first, as events of `components/timeline.html`."""
    events = []
    for number, referral in enumerate(referrals):
        title = "Referred again" if number else "Referred"
        events.append({"title": title, "by": referral.made_by, "at": referral.at})
    for decision in context.decisions.select_related("by"):
        if decision.act in _SAID_ELSEWHERE or decision.act == ContextAct.REFER:
            continue
        title, joint = DECISIONS.get(decision.act, (ContextAct(decision.act).label, ": "))
        # Whoever leads is staff here; everything else is typed, the name of the context too.
        added = decision.words if decision.act == ContextAct.ALLOCATE else words(decision.words)
        title = f"{title}{joint}{added}" if decision.words and joint else title
        events.append({"title": title, "by": decision.by, "at": decision.at, "text": words(decision.reason)})
    for message in said:
        events.append({"title": SAID[message.kind], "by": message.by, "at": message.at})
    return sorted(events, key=lambda event: event["at"])
