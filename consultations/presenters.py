"""How a referral is set out on pages: facts under headings, and the colour of each state."""

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format

from .choices import ReferralState
from .models import Referral

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


def answer_rows(referral: Referral, answers: list[tuple[str, str]], *, change: bool = False) -> list[dict]:
    """The six suitability questions and their answers as rows of a summary list."""
    link = f"{reverse('consultations:step', args=[referral.pk, 'suitability'])}?back=check" if change else ""
    return [{"key": question, "value": body, "change_url": link} for question, body in answers]


def history(referral: Referral) -> list[dict]:
    """What has happened so far, first things first, as events of `components/timeline.html`."""
    events = []
    if referral.imported:
        events.append({"title": "Imported from an earlier tracker", "by": referral.made_by, "at": referral.created_at})
    if referral.sent_at:
        events.append({"title": "Referral sent", "by": referral.made_by, "at": referral.sent_at})
    if referral.screened_at:
        title = {
            ReferralState.SIGNPOSTED: f"Signposted to {referral.signposted_to}",
            ReferralState.WITHDRAWN: "Withdrawn",
        }.get(referral.state, "Found suitable for a consultation")
        events.append(
            {"title": title, "by": referral.screened_by, "at": referral.screened_at, "text": referral.screening_reason}
        )
    consultation = getattr(referral, "consultation", None)
    if consultation and consultation.held_recorded_at:
        title = f"Consultation held on {date_format(consultation.held_on, 'DATE_FORMAT')}"
        events.append({"title": title, "by": consultation.held_recorded_by, "at": consultation.held_recorded_at})
    return events
