"""Home: the work that waits for you, each line leading straight to the thing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.permissions import Permission, can
from consultations.choices import ReferralState
from consultations.models import ConsultationAction, Referral
from consultations.services.referrals import DRAFT_KEY_NEW
from core import drafts
from tracker.rows import entry_due

SHOWN = 10  # lines of each kind; the rest is one click away


@dataclass(frozen=True)
class Line:
    """One thing to do: its words, where it is done, what else to know, and a word of warning if one is due."""

    words: str
    url: str
    note: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Work:
    """One kind of work: a heading, its first lines, how many there are, and the page with all of them."""

    heading: str
    lines: list[Line]
    count: int
    all_url: str = ""


def work_for(user) -> list[Work]:
    """What waits for this person, most pressing kinds first; kinds without anything waiting are left out."""
    today = timezone.localdate()
    found: list[Work | None] = []
    if can(user, Permission.ACTION_UPDATE_OWN):
        found.append(_actions(user, today))
    if can(user, Permission.REFERRAL_SCREEN):
        found.append(_to_screen(user))
    if can(user, Permission.REFERRAL_SEE):
        found.append(_coming_up(user, today))
    if can(user, Permission.DATA_ENTRY_COMPLETE):
        found.append(_data_entry(user))
    if can(user, Permission.REFERRAL_MAKE):
        found.append(_drafts(user))
    return [work for work in found if work is not None]


def _work(heading: str, rows: QuerySet, line, all_url: str = "") -> Work | None:
    first: Iterable = list(rows[: SHOWN + 1])
    if not first:
        return None
    count = len(first) if len(first) <= SHOWN else rows.count()
    return Work(heading, [line(row) for row in first[:SHOWN]], count, all_url)


def _actions(user, today: date) -> Work | None:
    rows = (
        ConsultationAction.objects.open()
        .of_owner(user)
        .select_related("consultation__referral")
        .order_by(F("due").asc(nulls_last=True), "created_at")
    )

    def line(action: ConsultationAction) -> Line:
        url = reverse("consultations:close-action", args=[action.pk])
        by_when = f", by {_day(action.due)}" if action.due else ""
        note = f"{action.consultation.referral.reference}, {action.get_space_display()}{by_when}"
        return Line(action.what, url, note, "Overdue" if action.due and action.due < today else "")

    return _work("Your actions", rows, line)


def _to_screen(user) -> Work | None:
    rows = Referral.objects.visible_to(user).filter(state=ReferralState.SCREENING).with_names().order_by("received_on")

    def line(referral: Referral) -> Line:
        url = reverse("consultations:screen", args=[referral.pk])
        return Line(_who(referral), url, f"Received {_day(referral.received_on)} from {_from(referral)}")

    all_url = f"{reverse('consultations:referrals')}?state={ReferralState.SCREENING}"
    return _work("Referrals to screen", rows, line, all_url)


def _coming_up(user, today: date) -> Work | None:
    rows = Referral.objects.visible_to(user).filter(state=ReferralState.PLANNED).with_names()
    rows = rows.order_by("consultation__planned_for")
    may_hold = can(user, Permission.CONSULTATION_WRITE)

    def line(referral: Referral) -> Line:
        planned = referral.consultation.planned_for
        url = reverse("consultations:consultation", args=[referral.pk])
        passed = ("The day has passed: mark as held?" if may_hold else "The day has passed") if planned < today else ""
        return Line(_who(referral), url, f"Planned for {_day(planned)}, with {_from(referral)}", passed)

    all_url = f"{reverse('consultations:referrals')}?state={ReferralState.PLANNED}"
    return _work("Consultations coming up", rows, line, all_url)


def _data_entry(user) -> Work | None:
    rows = entry_due(Referral.objects.visible_to(user)).with_names().order_by("received_on")

    def line(referral: Referral) -> Line:
        url = reverse("tracker:data-entry", args=[referral.pk])
        return Line(_who(referral), url, f"{referral.get_state_display()}. Referred by {_from(referral)}")

    return _work("Data entry forms to complete", rows, line, f"{reverse('tracker:tracker')}?entry=due")


def _drafts(user) -> Work | None:
    rows = Referral.objects.visible_to(user).filter(state=ReferralState.DRAFT).order_by("-created_at")

    def line(referral: Referral) -> Line:
        made = timezone.localtime(referral.created_at)
        return Line(
            "Draft referral", reverse("consultations:check", args=[referral.pk]), f"begun {made:%d/%m/%Y %H:%M}"
        )

    work = _work("Your drafts", rows, line, f"{reverse('consultations:referrals')}?state={ReferralState.DRAFT}")
    begun = drafts.of(DRAFT_KEY_NEW, user)
    if begun is None:
        return work
    kept = Line("A referral that you began to type", reverse("consultations:new"))
    return Work("Your drafts", [kept, *(work.lines if work else [])], 1 + (work.count if work else 0))


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _who(referral: Referral) -> str:
    return f"{referral.name}, {referral.reference}" if referral.name else referral.reference


def _from(referral: Referral) -> str:
    return ", ".join(str(part) for part in (referral.referrer_name, referral.team or referral.agency) if part)
