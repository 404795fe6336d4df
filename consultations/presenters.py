"""How a referral is set out on pages: facts under headings, and the colour of each state."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format

from .choices import MessageKind, ReferralAct, ReferralState
from .models import Referral, ReferralMessage
from .services.known import Known

# The colour of a state's tag; its words stand on it too.
STATE_COLOURS = {
    ReferralState.DRAFT: "draft",
    ReferralState.SCREENING: "waiting",
    ReferralState.INFORMATION: "warning",
    ReferralState.PLANNED: "active",
    ReferralState.HELD: "good",
    ReferralState.SIGNPOSTED: "purple",
    ReferralState.WITHDRAWN: "closed",
}

# What a decision is called once it is made; its own words, if it has any, say to where, to whom or for which day.
DECISIONS = {
    ReferralAct.ACCEPT: ("Found suitable for a consultation", " on "),
    ReferralAct.SIGNPOST: ("Signposted", " to "),
    ReferralAct.WITHDRAW: ("Withdrawn", ""),
    ReferralAct.REOPEN: ("Reopened", ""),
    ReferralAct.ALLOCATE: ("Allocated", " to "),
    ReferralAct.RESCHEDULE: ("Date, time or place of the consultation changed", ": "),
}
# Of an imported referral that was decided elsewhere: which decision led to its state.
OUTCOMES = {ReferralState.SIGNPOSTED: ReferralAct.SIGNPOST, ReferralState.WITHDRAWN: ReferralAct.WITHDRAW}
SAID = {MessageKind.QUESTION: "More information asked for", MessageKind.ANSWER: "Question answered"}


def facts(referral: Referral, *, change: bool = False) -> list[dict]:
    """What the referrer gave, as [{"title", "rows"}] for `components/summary_list.html`; with links to change it."""

    def rows(step: str, *pairs: tuple[str, object]) -> list[dict]:
        link = f"{reverse('consultations:step', args=[referral.pk, step])}?back=check" if change else ""
        return [{"key": key, "value": value, "change_url": link} for key, value in pairs]

    age = f" (age {referral.age})" if referral.age is not None else ""
    born = f"{date_format(referral.date_of_birth, 'DATE_FORMAT')}{age}" if referral.date_of_birth else ""
    return [
        {
            "title": "The young person",
            "rows": rows(
                "young-person",
                (settings.CASE_NUMBER_NAME, referral.case_number),
                ("Name of Young Person", referral.name),
                ("Date of birth", born),
                ("Gender", str(referral.gender or "")),
                ("Ethnicity", str(referral.ethnicity or "")),
                ("Disability", [str(item) for item in referral.disabilities.all()]),
                ("Legal status", str(referral.legal_status or "")),
                ("Education", str(referral.education or "")),
            ),
        },
        {
            "title": "Who is referring",
            "rows": rows(
                "referrer",
                ("Referrer", referral.referrer_name),
                ("Team", str(referral.team or "")),
                ("Agency", str(referral.agency or "")),
                *([("Made on their behalf by", referral.made_by.name)] if on_behalf(referral) else []),
                ("How it arrived", referral.get_arrival_display()),
                ("Date received", date_format(referral.received_on, "DATE_FORMAT") if referral.received_on else ""),
            ),
        },
        {
            "title": "What the worry is",
            "rows": rows(
                "worry",
                ("What are you worried about?", referral.worry),
                ("Kinds of extra-familial harm", [str(item) for item in referral.harms.all()]),
            ),
        },
    ]


def known_rows(person: Known) -> list[dict]:
    """A young person who is here already, as rows of a summary list, for who makes another referral of them."""
    born = person.date_of_birth
    sent = [
        f"{one.reference}, received {date_format(one.received_on, 'DATE_FORMAT')}: {one.get_state_display()}"
        for one in person.referrals
    ]
    return [
        {"key": "Name of Young Person", "value": person.name},
        {"key": "Date of birth", "value": date_format(born, "DATE_FORMAT") if born else ""},
        {"key": settings.CASE_NUMBER_NAME, "value": person.case_number},
        {"key": "Referrals", "value": sent},
    ]


def on_behalf(referral: Referral) -> bool:
    """Whether somebody else made the referral for the referrer; an imported one was nobody's to make."""
    return referral.referrer_id != referral.made_by_id and not referral.imported


def answer_rows(referral: Referral, answers: list[tuple[str, str]], *, change: bool = False) -> list[dict]:
    """The six suitability questions and their answers as rows of a summary list."""
    link = f"{reverse('consultations:step', args=[referral.pk, 'suitability'])}?back=check" if change else ""
    return [{"key": question, "value": body, "change_url": link} for question, body in answers]


def history(referral: Referral, said: Iterable[ReferralMessage] | None = None) -> list[dict]:
    """What has happened so far, first things first, as events of `components/timeline.html`.

    `said` is the conversation about the referral where it has been read already.
    """
    events = []
    if referral.imported:
        events.append({"title": "Imported from an earlier tracker", "by": referral.made_by, "at": referral.created_at})
    if referral.sent_at:
        events.append({"title": "Referral sent", "by": referral.made_by, "at": referral.sent_at})
    decisions = list(referral.decisions.select_related("by"))
    for decision in decisions:
        title = _decided(decision.act, decision.words)
        events.append({"title": title, "by": decision.by, "at": decision.at, "text": decision.reason})
    if referral.screened_at and not decisions:
        title = _decided(OUTCOMES.get(referral.state, ReferralAct.ACCEPT), referral.signposted_to)
        why = referral.screening_reason
        events.append({"title": title, "by": referral.screened_by, "at": referral.screened_at, "text": why})
    for message in referral.messages.select_related("by") if said is None else said:
        events.append({"title": SAID[message.kind], "by": message.by, "at": message.at})
    consultation = getattr(referral, "consultation", None)
    if consultation and consultation.held_recorded_at:
        title = f"Consultation held on {date_format(consultation.held_on, 'DATE_FORMAT')}"
        events.append({"title": title, "by": consultation.held_recorded_by, "at": consultation.held_recorded_at})
    return sorted(events, key=lambda event: event["at"])


def _decided(act: str, words: str) -> str:
    title, joint = DECISIONS.get(act, (ReferralAct(act).label, ": "))
    return f"{title}{joint}{words}" if words and joint else title
