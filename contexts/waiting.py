"""What waits for somebody about contexts: the lines of their home page. Each slice brings its own to KINDS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format

from accounts.permissions import Permission, can

from .called import tell
from .choices import WORKED_ON, ContextState
from .models import Context


@dataclass(frozen=True)
class Waiting:
    """One kind of work: its heading, its rows in order, and what a row's line says.

    `line(row)` gives the words, the address, a note and a word of warning ("" for none). `told` is
    asked once with the rows that are shown, before their lines: contexts are told who reads them.
    """

    heading: str
    rows: QuerySet
    line: Callable[[object], tuple[str, str, str, str]]
    all_url: str = ""
    told: Callable[[list], object] | None = None


def _to_answer(user, today: date) -> Waiting | None:
    if not can(user, Permission.CONTEXT_REFER):
        return None
    rows = Context.objects.visible_to(user).filter(state=ContextState.INFORMATION, referrals__made_by=user).distinct()

    def line(context: Context) -> tuple[str, str, str, str]:
        return _named(context), reverse("contexts:answer", args=[context.pk]), context.kind_label, ""

    return Waiting("Questions about contexts to answer", rows.order_by("received_on"), line, told=partial(tell, user))


def _to_screen(user, today: date) -> Waiting | None:
    if not can(user, Permission.CONTEXT_SCREEN):
        return None
    rows = Context.objects.casework_of(user).filter(state=ContextState.REFERRED).order_by("received_on")

    def line(context: Context) -> tuple[str, str, str, str]:
        note = f"{context.kind_label}. Received {date_format(context.received_on, 'DATE_FORMAT')}"
        return _named(context), reverse("contexts:screen", args=[context.pk]), note, ""

    return Waiting(
        "Contexts to screen", rows, line, f"{reverse('contexts:contexts')}?state={ContextState.REFERRED}",
        partial(tell, user),
    )  # fmt: skip


def _to_review(user, today: date) -> Waiting | None:
    if not can(user, Permission.CONTEXT_WORK):
        return None
    rows = Context.objects.casework_of(user).filter(lead=user, state__in=WORKED_ON, review_on__lte=today)

    def line(context: Context) -> tuple[str, str, str, str]:
        note = f"{context.kind_label}. Review by {date_format(context.review_on, 'DATE_FORMAT')}"
        return _named(context), context.get_absolute_url(), note, "Overdue" if context.review_on < today else ""

    all_url = f"{reverse('contexts:contexts')}?lead=me&review=due"
    return Waiting("Contexts to review", rows.order_by("review_on"), line, all_url, partial(tell, user))


def _without_lead(user, today: date) -> Waiting | None:
    if not can(user, Permission.CONTEXT_ALLOCATE):
        return None
    rows = Context.objects.casework_of(user).filter(lead=None, state__in=WORKED_ON).order_by("received_on")

    def line(context: Context) -> tuple[str, str, str, str]:
        url = reverse("contexts:workers", args=[context.pk])
        return _named(context), url, f"{context.kind_label}. {context.get_state_display()}", ""

    all_url = f"{reverse('contexts:contexts')}?lead=nobody&open=on"
    return Waiting("Contexts that nobody leads", rows, line, all_url, partial(tell, user))


def _named(context: Context) -> str:
    return f"{context.shown_name}, {context.reference}"


# What may wait for somebody, most pressing first: (the person, today) -> the work, None where it is not theirs to do.
KINDS: list[Callable[[object, date], Waiting | None]] = [_to_answer, _to_screen, _to_review, _without_lead]


def for_person(user, today: date) -> Iterator[Waiting]:
    """The kinds of work about contexts that this person may have."""
    for kind in KINDS:
        if (waiting := kind(user, today)) is not None:
            yield waiting
