"""Actions of a consultation: the list of them, one of them, and what is done to it; and the rings that show them."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, F, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import conflicts, drafts
from core.actions import with_owners
from core.models.actions import ActionStatus
from core.workflow import ActRefused, EditConflict

from .. import rings as ring_figure
from .. import workflow
from ..choices import ReferralAct, Space
from ..forms import ActionFilter, ActionForm, CloseActionForm, ProgressForm, ReopenActionForm
from ..models import ConsultationAction
from ..services import actions as services
from ..services import referrals
from .action_pages import ActionPages, say
from .back import back_to
from .common import action_for, consultation_for, note_view
from .referrals import refusals_show_the_record

PAGE_SIZE = 50
SORTS = {
    "reference": "consultation__referral__reference",
    "space": "space",
    "due": "due",
    "status": "status",
}
HEADINGS = [
    {"label": "Action"},
    {"label": "Reference", "key": "reference"},
    {"label": "Space", "key": "space"},
    {"label": "Who"},
    {"label": "By when", "key": "due"},
    {"label": "Status", "key": "status"},
]


@require_safe
@requires(Permission.ACTION_UPDATE_OWN)
def actions(request: HttpRequest) -> HttpResponse:
    """Every action that you may see, across referrals: open ones first, the most pressing at the top."""
    form = ActionFilter(request.GET, person=request.user)
    rows = with_owners(form.narrow(ConsultationAction.objects.visible_to(request.user)))
    sort = request.GET.get("sort", "")
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        sort = ""
        order = [Case(When(status=ActionStatus.OPEN, then=Value(0)), default=Value(1)), F("due").asc(nulls_last=True)]
    elif sort.startswith("-"):
        order = [F(column).desc(nulls_last=True)]
    else:
        order = [F(column).asc(nulls_last=True)]
    rows = rows.select_related("consultation__referral").order_by(*order, "created_at", "pk")
    context = {
        "form": form,
        "chosen": form.chosen(),
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "sort": sort,
        "keep": {"sort": sort},
        "headings": HEADINGS,
    }
    return render(request, "consultations/actions.html", context)


@require_safe
@requires(Permission.ACTION_UPDATE_OWN)
def action(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One action, for everybody who may see it. Its owner may not see the referral: then no more than the action."""
    return _show(request, action_for(request, pk))


@requires(Permission.CONSULTATION_WRITE)
@refusals_show_the_record
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree an action, against the space in `?space=`."""
    found = consultation_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.WRITE, found.referral.state)
    back = back_to(request, f"{reverse('consultations:consultation', args=[pk])}#actions")
    space = request.GET.get("space")
    initial = {"space": space} if space in Space.values else {}
    page = drafts.open_form(
        request,
        referrals.draft_key(found.referral, "action:new"),
        lambda data: ActionForm(data, initial=initial),
    )
    if request.method == "POST" and page.form.is_valid():
        made = services.add(found, page.form.cleaned_data, by=request.user)
        say(request, "The action is added.", made.due)
        return redirect(back)
    note_view(request, found.referral, "action")
    context = {"page": page, "referral": found.referral, "title": "Add an action", "back": back}
    context["contexts"] = services.known_contexts(request.user)
    return render(request, "consultations/change_action.html", context)


@requires(Permission.CONSULTATION_WRITE)
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an action that is still open, or hand it over."""
    found = action_for(request, pk)
    if not _may_read(request, found):
        raise PermissionDenied
    back = back_to(request, services.page_of(found))
    if request.method == "GET" and not (found.is_open and ReferralAct.WRITE in _acts(request, found)):
        return redirect(services.page_of(found))  # which says how it stands
    page = drafts.open_form(request, services.draft_key(found), lambda data: ActionForm(data, instance=found))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        values = page.form.cleaned_data
        try:
            changed = services.change(found, values, version=values["version"] or 0, by=request.user)
        except EditConflict as conflict:
            now, version = services.values_of(conflict.current), conflict.current.version
            conflicts.show_on(page.form, conflict, now, version)
            status = 409
        except ActRefused as refused:
            return PAGES.refuse(request, pk, refused, values["what"])
        else:
            say(request, "The action is changed.", changed.due)
            return redirect(back)
    note_view(request, found.consultation.referral, "action")
    context = {"page": page, "referral": found.consultation.referral, "action": found, "title": "Change an action"}
    context |= {"back": back, "contexts": services.known_contexts(request.user)}
    return render(request, "consultations/change_action.html", context, status=status)


@requires(Permission.ACTION_UPDATE_OWN, Permission.CONSULTATION_WRITE)
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a note on how an open action is going: its owner, or who records the consultation."""
    return PAGES.form(
        request, pk, "progress", ProgressForm,
        allowed=lambda found: services.may_work_on(request.user, found),
        do=services.note, done="Your note is added.", typed="body",
        title="Add a progress note", button="Add the note",
    )  # fmt: skip


@requires(Permission.ACTION_UPDATE_OWN, Permission.CONSULTATION_WRITE)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark an action as done or dropped: its owner, or who records the consultation."""
    return PAGES.form(
        request, pk, "close", CloseActionForm,
        allowed=lambda found: services.may_work_on(request.user, found),
        do=services.close, done="What came of the action is saved.", typed="outcome",
        title="How did the action end?", button="Save how it ended",
    )  # fmt: skip


@requires(Permission.CONSULTATION_WRITE)
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a closed action again, and why."""
    return PAGES.form(
        request, pk, "reopen", ReopenActionForm,
        allowed=lambda found: _may_read(request, found), wanted_open=False,
        do=services.reopen, done="The action is open again.", typed="reason",
        title="Reopen the action", button="Reopen the action",
    )  # fmt: skip


@require_safe
@requires(Permission.REFERRAL_SEE)
def rings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rings of one consultation with its actions, on a page that prints."""
    found = consultation_for(request, pk)
    agreed = services.agreed(found)
    context = {
        "consultation": found,
        "referral": found.referral,
        "rings": ring_figure.of(found.marks.all(), agreed),
        "spaces": [(space, [one for one in agreed if one.space == space]) for space in Space],
    }
    note_view(request, found.referral, "rings")
    return render(request, "consultations/rings.html", context)


def _show(request: HttpRequest, found: ConsultationAction, *, status: int = 200, **more: str) -> HttpResponse:
    referral = found.consultation.referral
    may_read = _may_read(request, found)
    acts = _acts(request, found) if may_read else set()
    home = f"{reverse('consultations:consultation', args=[referral.pk])}#actions" if may_read else reverse("home")
    back = back_to(request, home)
    context = {
        "action": found,
        "referral": referral,
        "facts": _facts(found),
        "progress": [{"title": "Note", "by": note.by, "at": note.at, "text": note.body}
                     for note in found.progress.select_related("by").order_by("-at")],
        "back": back,
        "here": quote(f"{services.page_of(found)}?next={quote(back)}"),
        "may_read": may_read,
        "may_work": found.is_open and services.may_work_on(request.user, found),
        "may_change": found.is_open and ReferralAct.WRITE in acts,
        "may_reopen": not found.is_open and ReferralAct.WRITE in acts,
        **more,
    }  # fmt: skip
    note_view(request, referral, "action")
    return render(request, "consultations/action.html", context, status=status)


def _facts(found: ConsultationAction) -> list[dict[str, Any]]:
    """What was agreed, as rows of a summary list."""
    agreed = timezone.localtime(found.created_at)
    return [
        {"key": "Space", "value": found.get_space_display()},
        {"key": "Who", "value": f"{found.who} (has left)" if found.owner_has_left else found.who},
        {"key": "By when", "value": date_format(found.due, "DATE_FORMAT") if found.due else ""},
        {"key": "Intervention options", "value": [str(option) for option in found.interventions.all()]},
        {"key": "Place, school or group", "value": found.context_name},
        {"key": "Agreed", "value": f"{date_format(agreed, 'DATE_FORMAT')}, recorded by {found.created_by.name}"},
    ]


def _may_read(request: HttpRequest, found: ConsultationAction) -> bool:
    """Whether this person may see the referral too, and not only the action that is theirs to do."""
    return can(request.user, Permission.REFERRAL_SEE, found.consultation.referral)


def _acts(request: HttpRequest, found: ConsultationAction) -> set[str]:
    return referrals.acts_for(found.consultation.referral, request.user)


PAGES = ActionPages(
    kind=services.KIND,
    find=action_for,
    show=_show,
    about=lambda request, found: {},
    note_view=lambda request, found: note_view(request, found.consultation.referral, "action"),
    template="consultations/action_form.html",
)
