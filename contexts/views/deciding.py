"""Screening a context, asking and answering, who works on it, closing and reopening it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts
from core.workflow import EditConflict

from .. import presenters, workflow
from ..called import tell
from ..choices import ContextAct, ContextState
from ..forms.deciding import (
    READ_BY_TELLERS,
    ChangeContextForm,
    CloseContextForm,
    ContextScreeningForm,
    ReasonForm,
    ReviewDayForm,
    WorkersForm,
)
from ..models import Context
from ..services import assessments, referring, screening, steps, work
from ..sight import Sight
from .common import casework_for, context_for, note_view, refusals_show_the_context

# What a context is called, as the form for changing it says.
NAMED = {"name": "Its name", "place": "Where it is"}


@requires(Permission.CONTEXT_SCREEN)
@refusals_show_the_context
def screen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was told of the context beside the decision."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.ACCEPT, found.state)
    said = list(found.messages.select_related("by"))
    page = drafts.open_form(
        request, steps.draft_key(found, "screen"), lambda data: ContextScreeningForm(data, initial={"heard": len(said)})
    )
    if page.draft:
        page.form.data["heard"] = str(len(said))  # this page shows what was said since it was kept
    status = 200
    if request.method == "POST" and page.form.is_valid():
        try:
            _decide(request, found, page.form.cleaned_data)
        except EditConflict as conflict:
            said = list(found.messages.select_related("by"))
            page.form.data = page.form.data.copy()
            page.form.data["heard"] = str(len(said))
            page.form.add_error(None, f"{conflict.reason} Read the conversation below, then decide again.")
            status = 409
        else:
            return redirect(found)
    note_view(request, found, "screening")
    sight = Sight(request.user, found)
    told = found.referrals.select_related("team", "agency").prefetch_related("harms").order_by("-received_on", "-at")
    same = referring.same_name(found.name, by=request.user)
    drawn = {
        "page": page,
        "found": found,
        "said": [{"message": message, "body": sight.words(message.body)} for message in said],
        "referrals": [presenters.told(referral, sight.words) for referral in told],
        "same": tell(request.user, (one for one in same if one.pk != found.pk)),
    }
    return render(request, "contexts/screen.html", drawn, status=status)


def _decide(request: HttpRequest, found: Context, sent: dict) -> None:
    """Do what the screening form says, and tell the person what that was."""
    decision, by, heard, reason = sent["decision"], request.user, sent["heard"], sent["reason"]
    if decision == ContextScreeningForm.ACCEPT:
        meant = {"lead": sent["lead"], "review_on": sent["review_on"]}
        screening.accept(found, **meant, reason=reason, heard=heard, by=by)
        led = f"{sent['lead'].name} leads the assessment." if sent["lead"] else "Nobody leads the assessment yet."
        messages.success(request, f"The threshold is met. {led}")
    elif decision == ContextScreeningForm.ASK:
        screening.ask(found, question=sent["question"], heard=heard, by=by)
        messages.success(request, "Your question is in the record. You are told when it is answered.")
    elif decision == ContextScreeningForm.DECLINE:
        screening.decline(found, reason=reason, to=sent["signposted_to"], heard=heard, by=by)
        messages.success(request, "The threshold is not met. Whoever referred the context is told.")
    else:
        screening.withdraw(found, reason=reason, heard=heard, by=by)
        messages.success(request, "The referral is withdrawn. It can be referred again.")


@requires(Permission.CONTEXT_REFER)
@refusals_show_the_context
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer what the CS practitioner asked."""
    found = _tellers(request, pk, ContextAct.ANSWER)
    asks = {"label": "Your answer", "empty": "Enter your answer"}
    page = drafts.open_form(request, steps.draft_key(found, "answer"), lambda data: ReasonForm(data, **asks))
    if request.method == "POST" and page.form.is_valid():
        screening.answer(found, body=page.form.cleaned_data["reason"], by=request.user)
        messages.success(request, "Your answer is in the record. A CS practitioner screens the context next.")
        return redirect(found)
    note_view(request, found, "answer")
    sight = Sight(request.user, found)
    said = [{"message": one, "body": sight.words(one.body)} for one in found.messages.select_related("by")]
    return render(request, "contexts/answer.html", {"page": page, "found": found, "said": said})


@requires(Permission.CONTEXT_REFER)
@refusals_show_the_context
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw the referral of a context, after saying what happens then."""
    found = _tellers(request, pk, ContextAct.WITHDRAW)
    page = drafts.open_form(request, steps.draft_key(found, "withdraw"), ReasonForm)
    if request.method == "POST" and page.form.is_valid():
        screening.withdraw(found, reason=page.form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The referral is withdrawn. The context can be referred again.")
        return redirect(found)
    happens = ["nobody has to screen it any more", "what was told of it is kept", "it can be referred again"]
    drawn = {"page": page, "found": found, "title": "Withdraw this referral?", "happens": happens}
    return render(request, "contexts/step.html", drawn | {"button": "Withdraw the referral", "warning": True})


def _tellers(request: HttpRequest, pk: UUID, act: str) -> Context:
    """The context, for an act of who told of it or who screens; 403 for anybody else who sees it."""
    found = context_for(request, pk)
    workflow.CONTEXT.check(act, found.state)
    if act not in steps.acts_for(found, request.user):
        raise PermissionDenied
    return found


@requires(Permission.CONTEXT_ALLOCATE)
@refusals_show_the_context
def workers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say who leads the work, and who works on it."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.ALLOCATE, found.state)
    page = drafts.open_form(request, steps.draft_key(found, "people"), lambda data: WorkersForm(data, context=found))
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            work.give(found, lead=sent["lead"], people=sent["people"], seen_version=sent["version"], by=request.user)
        except EditConflict as conflict:
            now = {"lead": conflict.current.lead, "people": [one.user for one in conflict.current.members.all()]}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "Saved. Whoever is new to it is told.")
            return redirect(found)
    return render(request, "contexts/workers.html", {"page": page, "found": found}, status=status)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another name or place."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.CHANGE, found.state)
    sight = Sight(request.user, found)
    page = drafts.open_form(
        request, steps.draft_key(found, "change"), lambda data: ChangeContextForm(data, context=found, sight=sight)
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            work.change(
                found, name=sent.get("name"), place=sent.get("place"), seen_version=sent["version"], by=request.user
            )
        except EditConflict as conflict:
            now = {name: sight.words(getattr(conflict.current, name)) for name in ("name", "place") if name in sent}
            conflicts.show_on(page.form, conflict, now, conflict.current.version)
            status = 409
        else:
            messages.success(request, "Saved.")
            return redirect(found)
    drawn = {"page": page, "found": found, "title": "Change its name or place", "button": "Save"}
    drawn["hidden"] = [label for name, label in NAMED.items() if name not in page.form.fields]
    return render(request, "contexts/step.html", drawn, status=status)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def finish_assessing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The assessment is finished; the plan comes next."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.PLAN, found.state)
    assessments.refuse_unfinished(found)
    asks = {"label": "What follows from the assessment?", "empty": "Enter what follows from the assessment"}
    asks["hint"] = f"{READ_BY_TELLERS} Name no child."
    page = drafts.open_form(request, steps.draft_key(found, "next"), lambda data: ReasonForm(data, **asks))
    if request.method == "POST" and page.form.is_valid():
        work.finish_assessing(found, reason=page.form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The assessment is finished. Agree the plan next.")
        return redirect(found)
    happens = ["the plan is agreed next, and a conference may be arranged", "the assessment can still be added to"]
    drawn = {"page": page, "found": found, "title": "Finish the assessment", "happens": happens}
    return render(request, "contexts/step.html", drawn | {"button": "Finish the assessment"})


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def begin_reviewing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The plan is in force without a conference; or it was looked at again, and the next review is set."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.REVIEW, found.state)
    again = found.state == ContextState.REVIEWING
    asks = {"label": "Why is no conference needed?", "empty": "Enter why no conference is needed"}
    if again:
        asks = {"label": "What did the review find?", "empty": "Enter what the review found"}
    asks["hint"] = f"{READ_BY_TELLERS} Name no child."
    page = drafts.open_form(request, steps.draft_key(found, "next"), lambda data: ReviewDayForm(data, **asks))
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        work.begin_reviewing(found, reason=sent["reason"], review_on=sent["review_on"], by=request.user)
        said = "The review is recorded, with the day of the next." if again else "The plan is being reviewed."
        messages.success(request, said)
        return redirect(found)
    happens = ["the plan’s actions are followed up until the review date", "a conference can still be arranged"]
    title, button = ("Record a review", "Record the review") if again else (ContextAct.REVIEW.label, "Begin reviewing")
    drawn = {"page": page, "found": found, "title": title, "happens": happens}
    return render(request, "contexts/step.html", drawn | {"button": button})


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def move_review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The work is looked at on another day than was set."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.MOVE_REVIEW, found.state)
    asks = {"label": "Why this day?", "empty": "Enter why it is this day", "hint": f"{READ_BY_TELLERS} Name no child."}
    page = drafts.open_form(request, steps.draft_key(found, "move-review"), lambda data: ReviewDayForm(data, **asks))
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        work.move_review(found, reason=sent["reason"], review_on=sent["review_on"], by=request.user)
        messages.success(request, "The review date is set.")
        return redirect(found)
    was = f"the review is no longer on {date_format(found.review_on, 'DATE_FORMAT')}" if found.review_on else ""
    happens = [line for line in (was, "the day and your reason are kept with the context") if line]
    title = ContextAct.MOVE_REVIEW.label if found.review_on else "Set a review date"
    drawn = {"page": page, "found": found, "title": title, "happens": happens, "button": "Save the review date"}
    return render(request, "contexts/step.html", drawn)


@requires(Permission.CONTEXT_SCREEN)
@refusals_show_the_context
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close the context with what came of the work."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.CLOSE, found.state)
    waiting = found.plan_actions.open().count()
    page = drafts.open_form(
        request,
        steps.draft_key(found, "close"),
        lambda data: CloseContextForm(data, context=found, open_actions=waiting),
    )
    status = 200
    if request.method == "POST" and page.form.is_valid():
        sent = page.form.cleaned_data
        try:
            work.close(
                found,
                outcome=sent["outcome"],
                words=sent["words"],
                drop_actions=page.form.drops(),
                seen_version=sent["version"],
                by=request.user,
            )
        except EditConflict as conflict:
            conflicts.show_on(page.form, conflict, {}, conflict.current.version)
            status = 409
        else:
            messages.success(request, "The context is closed. You can reopen it.")
            return redirect(found)
    happens = [
        "nothing in it can be changed until somebody reopens it",
        "whoever referred it and works on it is told, and can read what came of it",
    ]
    if waiting:
        left = "1 action of its plan is" if waiting == 1 else f"{waiting} actions of its plan are"
        happens.insert(0, f"{left} still open: say below what becomes of that")
    drawn = {"page": page, "found": found, "title": "Close this context?", "happens": happens}
    return render(
        request, "contexts/step.html", drawn | {"button": "Close the context", "warning": True}, status=status
    )


@requires(Permission.CONTEXT_SCREEN)
@refusals_show_the_context
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take up a closed context again."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.REOPEN, found.state)
    page = drafts.open_form(request, steps.draft_key(found, "reopen"), ReasonForm)
    if request.method == "POST" and page.form.is_valid():
        work.reopen(found, reason=page.form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The context is open again. Whoever works on it is told.")
        return redirect(found)
    happens = ["it is assessed again, with everything that is there", "whoever works on it is told"]
    drawn = {"page": page, "found": found, "title": "Reopen this context?", "happens": happens}
    return render(request, "contexts/step.html", drawn | {"button": "Reopen the context"})
