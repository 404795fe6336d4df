"""Actions of a consultation: add, change, close."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import requires
from accounts.permissions import Permission, can
from core import conflicts, drafts
from core.models.actions import ActionStatus
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ReferralAct, Space
from ..forms import ActionForm, CloseActionForm
from ..models import ConsultationAction
from ..services import actions as services
from ..services import referrals
from .common import action_for, consultation_for, note_view
from .referrals import refusals_show_the_record


@requires(Permission.CONSULTATION_WRITE)
@refusals_show_the_record
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree an action, against the space in `?space=`."""
    found = consultation_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.WRITE, found.referral.state)
    space = request.GET.get("space")
    initial = {"space": space} if space in Space.values else {}
    page = drafts.open_form(
        request,
        referrals.draft_key(found.referral, "action:new"),
        lambda data: ActionForm(data, initial=initial),
    )
    if request.method == "POST" and page.form.is_valid():
        services.add(found, page.form.cleaned_data, by=request.user)
        messages.success(request, "The action is added.")
        return _back_to(found.referral_id)
    note_view(request, found.referral, "action")
    context = {"page": page, "referral": found.referral, "title": "Add an action"}
    return render(request, "consultations/action.html", context)


@requires(Permission.CONSULTATION_WRITE)
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an action that is still open."""
    action = action_for(request, pk)
    referral = action.consultation.referral
    if request.method == "GET" and action.status != ActionStatus.OPEN:
        return redirect("consultations:close-action", pk=pk)  # which says how it ended
    page = drafts.open_form(request, services.draft_key(action), lambda data: ActionForm(data, instance=action))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            services.change(
                action, page.form.cleaned_data, version=page.form.cleaned_data["version"] or 0, by=request.user
            )
        except EditConflict as conflict:
            now = {name: getattr(conflict.current, name) for name in services.FIELDS}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "The action is changed.")
            return _back_to(referral.pk)
    note_view(request, referral, "action")
    context = {"page": page, "referral": referral, "action": action, "title": "Change an action"}
    return render(request, "consultations/action.html", context, status=status)


@requires(Permission.ACTION_UPDATE_OWN, Permission.CONSULTATION_WRITE)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark an action as done or dropped: its owner, or who records the consultation."""
    action = action_for(request, pk)
    if not may_close(request.user, action):
        raise PermissionDenied
    page = drafts.open_form(request, f"{services.draft_key(action)}:close", CloseActionForm)
    status, refusal = 200, ""
    if request.method == "POST" and page.form.is_valid():
        try:
            services.close(action, **page.form.cleaned_data, by=request.user)
        except ActRefused as refused:
            status, refusal, action = 409, refused.reason, action_for(request, pk)
        else:
            messages.success(request, "What came of the action is saved.")
            return redirect("home")
    note_view(request, action.consultation.referral, "action")
    context = {"page": page, "action": action, "refusal": refusal}
    context["may_read"] = can(request.user, Permission.REFERRAL_SEE, action.consultation.referral)
    return render(request, "consultations/close_action.html", context, status=status)


def may_close(user, action: ConsultationAction) -> bool:
    """Whether this person may say how the action ended: it is theirs, or they record consultations."""
    return action.owner_id == user.pk or can(user, Permission.CONSULTATION_WRITE)


def _back_to(referral_id: UUID) -> HttpResponse:
    response = redirect("consultations:consultation", pk=referral_id)
    response["Location"] += "#actions"
    return response
