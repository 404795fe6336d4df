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
from consultations.models import ConsultationAction, Feedback, Referral, TakeAway
from consultations.services import access, feedback, waiting
from consultations.services.referrals import DRAFT_KEY_NEW
from contexts import plan_sight
from contexts import waiting as contexts_waiting
from contexts.models import PlanAction
from contexts.services.referring import DRAFT_KEY_NEW as DRAFT_KEY_NEW_CONTEXT
from core import drafts
from core.models.actions import ActionStatus
from reviews import waiting as reviews_waiting
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
    others: tuple[tuple[str, str], ...] = ()  # the words and addresses of several pages that have all of them together


def work_for(user) -> list[Work]:
    """What waits for this person, most pressing kinds first; kinds without anything waiting are left out."""
    today = timezone.localdate()
    found: list[Work | None] = []
    if can(user, Permission.ACTION_UPDATE_OWN):
        found.append(_actions(user, today))
        found.append(_take_aways(user))
    if can(user, Permission.REFERRAL_ANSWER):
        found.append(_to_answer(user))
    if can(user, Permission.REFERRAL_SCREEN):
        found.append(_answered(user))
        found.append(_to_screen(user))
    if can(user, Permission.CONTEXT_SEE):
        found += [_context_work(work) for work in contexts_waiting.for_person(user, today)]
    if can(user, Permission.CONTEXT_WORK):
        found.append(_plan_actions_left(user))
    found += [_review_work(work) for work in reviews_waiting.for_person(user, today, SHOWN)]
    if can(user, Permission.REFERRAL_SEE):
        found.append(_coming_up(user, today))
    if can(user, Permission.REFERRAL_RESTRICT):
        found.append(_restrictions(user, today))
    if can(user, Permission.DATA_ENTRY_COMPLETE):
        found.append(_data_entry(user))
    if can(user, Permission.FEEDBACK_GIVE):
        found.append(_feedback_to_give(user))
    if can(user, Permission.CONSULTATION_WRITE):
        found.append(_actions_left(user))
        found.append(_feedback_outstanding(user))
    if can(user, Permission.REFERRAL_MAKE):
        found.append(_drafts(user))
    return [work for work in found if work is not None]


def _work(heading: str, rows: QuerySet, line, all_url: str = "", *, told=None) -> Work | None:
    first: Iterable = list(rows[: SHOWN + 1])
    if not first:
        return None
    if told is not None:
        told(first[:SHOWN])
    count = len(first) if len(first) <= SHOWN else rows.count()
    return Work(heading, [line(row) for row in first[:SHOWN]], count, all_url)


def _actions(user, today: date) -> Work | None:
    """What is theirs to do, of consultations and of plans, overdue first."""
    by_due = (F("due").asc(nulls_last=True), "created_at")
    agreed = ConsultationAction.objects.open().of_owner(user).select_related("consultation__referral")
    planned = PlanAction.objects.open().of_owner(user).select_related("context", "goal")
    agreed, planned = agreed.order_by(*by_due), planned.order_by(*by_due)
    first, second = list(agreed[: SHOWN + 1]), list(planned[: SHOWN + 1])
    lines = [(action, _action_line(action, today)) for action in first]
    lines += [(row.action, _plan_line(row)) for row in plan_sight.shown(user, second)]
    if not lines:
        return None
    lines.sort(key=lambda pair: (pair[0].due or date.max, pair[0].created_at))
    count = sum(
        len(rows) if len(rows) <= SHOWN else every.count() for rows, every in ((first, agreed), (second, planned))
    )
    all_url = f"{reverse('consultations:actions')}?mine=on&status={ActionStatus.OPEN}"
    plans_url = f"{reverse('contexts:plan-actions')}?mine=on&status={ActionStatus.OPEN}"
    if not first:
        all_url = plans_url
    others = (("All of consultations", all_url), ("All of plans", plans_url)) if first and second else ()
    return Work("Your actions", [line for _, line in lines[:SHOWN]], count, all_url, others)


def _action_line(action: ConsultationAction, today: date) -> Line:
    url = f"{reverse('consultations:action', args=[action.pk])}?next={reverse('home')}"
    by_when = f", by {_day(action.due)}" if action.due else ""
    note = f"{action.consultation.referral.reference}, {action.get_space_display()}{by_when}"
    return Line(action.what, url, note, "Overdue" if action.due and action.due < today else "")


def _plan_line(row: plan_sight.ShownAction) -> Line:
    """An action of a plan, in words that this reader may read."""
    action = row.action
    url = f"{reverse('contexts:plan-action', args=[action.pk])}?next={reverse('home')}"
    by_when = f", by {_day(action.due)}" if action.due else ""
    note = f"{action.context.reference}, {row.context}{by_when}"
    return Line(row.what, url, note, "Overdue" if action.is_overdue else "")


def _plan_actions_left(user) -> Work | None:
    """Actions of plans that wait for somebody to take them, for who works on the context."""
    rows = PlanAction.objects.visible_to(user).open().without_owner().select_related("owner", "context", "goal")
    rows = rows.order_by(F("due").asc(nulls_last=True), "created_at")
    first = list(rows[: SHOWN + 1])
    if not first:
        return None
    count = len(first) if len(first) <= SHOWN else rows.count()
    lines = [_plan_line(row) for row in plan_sight.shown(user, first[:SHOWN])]
    url = f"{reverse('contexts:plan-actions')}?unowned=on"
    return Work("Actions of plans that nobody does", lines, count, url)


def _context_work(waiting: contexts_waiting.Waiting) -> Work | None:
    """One kind of work about contexts, as the contexts bring it."""

    def line(row) -> Line:
        words, url, note, warning = waiting.line(row)
        return Line(words, url, note, warning)

    return _work(waiting.heading, waiting.rows, line, waiting.all_url, told=waiting.told)


def _review_work(waiting: reviews_waiting.Waiting) -> Work:
    """One kind of work about system reviews, as the reviews bring it."""
    return Work(waiting.heading, [Line(*line) for line in waiting.lines], waiting.count, waiting.all_url)


def _take_aways(user) -> Work | None:
    rows = TakeAway.objects.open().of_owner(user).select_related("consultation__referral")
    rows = rows.order_by(F("due").asc(nulls_last=True), "created_at")

    def line(question: TakeAway) -> Line:
        url = f"{reverse('consultations:take-away', args=[question.pk])}?next={reverse('home')}"
        by_when = f", by {_day(question.due)}" if question.due else ""
        note = f"{question.consultation.referral.reference}{by_when}"
        return Line(question.what, url, note, "Overdue" if question.is_overdue else "")

    return _work("Questions that you took away", rows, line)


def _actions_left(user) -> Work | None:
    rows = ConsultationAction.objects.visible_to(user).open().filter(owner__is_active=False)
    rows = rows.select_related("owner", "consultation__referral").order_by(F("due").asc(nulls_last=True), "created_at")

    def line(action: ConsultationAction) -> Line:
        url = f"{reverse('consultations:action', args=[action.pk])}?next={reverse('home')}"
        note = f"{action.consultation.referral.reference}, {action.get_space_display()}. {action.owner.name} has left"
        return Line(action.what, url, note, "Overdue" if action.is_overdue else "")

    all_url = f"{reverse('consultations:actions')}?left=on&status={ActionStatus.OPEN}"
    return _work("Actions whose owner has left", rows, line, all_url)


def _to_answer(user) -> Work | None:
    def line(referral: Referral) -> Line:
        url = reverse("consultations:answer", args=[referral.pk])
        return Line(_who(referral), url, f"Asked on {_day(timezone.localdate(referral.asked_at))}")

    all_url = f"{reverse('consultations:referrals')}?state={ReferralState.INFORMATION}&mine=on"
    return _work("Questions to answer", waiting.to_answer(user), line, all_url)


def _answered(user) -> Work | None:
    def line(referral: Referral) -> Line:
        url = reverse("consultations:screen", args=[referral.pk])
        return Line(_who(referral), url, f"Answered on {_day(timezone.localdate(referral.answered_at))}")

    return _work("Answers that came in", waiting.answered(user), line)


def _to_screen(user) -> Work | None:
    def line(referral: Referral) -> Line:
        url = reverse("consultations:screen", args=[referral.pk])
        whose = "Allocated to you. " if referral.allocated_to_id == user.pk else ""
        return Line(_who(referral), url, f"{whose}Received {_day(referral.received_on)} from {_from(referral)}")

    all_url = f"{reverse('consultations:referrals')}?state={ReferralState.SCREENING}"
    return _work("Referrals to screen", waiting.to_screen(user), line, all_url)


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


def _restrictions(user, today: date) -> Work | None:
    rows = access.due_for_review(Referral.objects.to_restrict(user), today).order_by("restriction_review_on")

    def line(referral: Referral) -> Line:
        url = reverse("consultations:access", args=[referral.pk])
        review = referral.restriction_review_on
        return Line(referral.reference, url, f"Review by {_day(review)}", "Overdue" if review < today else "")

    return _work("Restrictions to review", rows, line, f"{reverse('consultations:restricted')}?review=due")


def _data_entry(user) -> Work | None:
    rows = entry_due(Referral.objects.visible_to(user)).with_names().order_by("received_on")

    def line(referral: Referral) -> Line:
        url = reverse("tracker:data-entry", args=[referral.pk])
        return Line(_who(referral), url, f"{referral.get_state_display()}. Referred by {_from(referral)}")

    return _work("Data entry forms to complete", rows, line, f"{reverse('tracker:tracker')}?entry=due")


def _feedback_to_give(user) -> Work | None:
    rows = feedback.to_give(user).select_related("referral__consultation").order_by("asked_at")

    def line(row: Feedback) -> Line:
        url = reverse("consultations:feedback", args=[row.referral_id])
        note = f"Consultation held on {_day(row.referral.consultation.held_on)}. About two minutes"
        return Line(_who(row.referral), url, note, "Reminded" if row.chased_at else "")

    return _work("Feedback to give", rows, line, f"{reverse('consultations:feedback-list')}?show=outstanding")


def _feedback_outstanding(user) -> Work | None:
    joined = ("referral__consultation", "referral__team", "referral__agency")
    rows = feedback.to_follow_up(user).select_related(*joined).order_by("asked_at")

    def line(row: Feedback) -> Line:
        url = reverse("consultations:feedback", args=[row.referral_id])
        asked = f"Asked of {_from(row.referral)} on {_day(timezone.localdate(row.asked_at))}"
        chased = f", reminded on {_day(timezone.localdate(row.chased_at))}" if row.chased_at else ""
        return Line(_who(row.referral), url, f"{asked}{chased}")

    return _work("Feedback outstanding", rows, line, f"{reverse('consultations:feedback-list')}?show=outstanding")


def _drafts(user) -> Work | None:
    rows = Referral.objects.visible_to(user).filter(state=ReferralState.DRAFT).order_by("-created_at")

    def line(referral: Referral) -> Line:
        made = date_format(timezone.localtime(referral.created_at), "DATETIME_FORMAT")
        return Line(
            referral.name or "Draft without a name", reverse("consultations:check", args=[referral.pk]), f"Begun {made}"
        )

    work = _work("Your drafts", rows, line, f"{reverse('consultations:referrals')}?state={ReferralState.DRAFT}")
    begun = drafts.kept([key for key, _, _ in _BEGUN], user)
    kept = [Line(words, reverse(url_name)) for key, words, url_name in _BEGUN if key in begun]
    if not kept:
        return work
    return Work("Your drafts", [*kept, *(work.lines if work else [])], len(kept) + (work.count if work else 0))


# What somebody may have begun to type of which there is no record yet: the key of its draft, its words, its page.
_BEGUN = [
    (DRAFT_KEY_NEW, "A referral that you began to type", "consultations:new"),
    (DRAFT_KEY_NEW_CONTEXT, "A context that you began to refer", "contexts:refer"),
]


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _who(referral: Referral) -> str:
    return f"{referral.name}, {referral.reference}" if referral.name else referral.reference


def _from(referral: Referral) -> str:
    return ", ".join(str(part) for part in (referral.referrer_name, referral.team or referral.agency) if part)
