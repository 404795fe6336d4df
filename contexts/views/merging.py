"""Making one context of two, after a preview; and taking that back."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import audit, drafts
from core.workflow import ActRefused, EditConflict

from ..called import tell
from ..forms.deciding import ReasonForm
from ..forms.merging import MergeChoiceForm, MergeForm
from ..models import Context, ContextMerge
from ..services import merging as services
from ..sight import Sight
from .common import context_for, note_view

PAGE_SIZE = 25
HEADINGS = [{"label": label} for label in ("When", "Stays", "Merged into it", "Why", "State")]
WHY = {"label": "How do you know that they are one?", "empty": "Enter how you know that they are one"}


@require_safe
@requires(Permission.CONTEXT_MERGE)
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose the context that this one is one with, and which of the two stays."""
    found = context_for(request, pk)
    others = Context.objects.visible_to(request.user).exclude(pk=pk).order_by("name", "reference")
    asked = "see" in request.GET
    # A list of possible pairs leads here with the other one chosen.
    initial = {"other": request.GET.get("other", "")[:40], "keep": MergeChoiceForm.THIS}
    form = MergeChoiceForm(
        request.GET if asked else None, initial=initial, context=found, others=others, reader=request.user
    )
    if asked and form.is_valid():
        other = form.cleaned_data["other"]
        stays = form.cleaned_data["keep"] == MergeChoiceForm.THIS
        return redirect("contexts:merge", pk=other.pk if stays else pk, into=pk if stays else other.pk)
    note_view(request, found, "merge")
    drawn = {"form": form, "found": found, "buttons": [{"label": "See what a merge does", "name": "see", "value": "1"}]}
    return render(request, "contexts/merge_choose.html", drawn)


@requires(Permission.CONTEXT_MERGE)
def merge(request: HttpRequest, pk: UUID, into: UUID) -> HttpResponse:
    """What a merge would do; sent, it is done."""
    kept = context_for(request, into)
    done = ContextMerge.objects.filter(gone=pk, kept=into, undone_at=None).exists()
    if done:  # the same form sent twice
        return redirect(kept)
    gone = context_for(request, pk)
    plan = services.plan(gone, kept)
    key = services.merge_key(gone, kept)
    page = drafts.open_form(request, key, lambda data: MergeForm(data, initial={"mark": plan.mark}, **WHY))
    if page.draft:  # the words were kept, and the preview is drawn anew
        page.form.data["mark"] = plan.mark
    status, refusal = 200, ""
    if request.method == "POST" and page.form.is_valid():
        try:
            services.merge(gone, kept, **page.form.cleaned_data, by=request.user)
        except EditConflict as conflict:
            status, refusal = 409, f"{conflict.reason} Check the preview again."
            page.form.data = page.form.data.copy()
            page.form.data["mark"] = plan.mark
        except ActRefused as refused:
            status, refusal = 409, refused.reason
        else:
            messages.success(request, "The two contexts are one. You can undo that while nothing is built on it.")
            return redirect(kept)
    for context in (gone, kept):
        note_view(request, context, "merge")
    drawn = {"page": page, "plan": plan, "found": kept, "refusal": refusal, "refused": status == 409}
    drawn["back"] = reverse("contexts:merge-choose", args=[kept.pk])
    return render(request, "contexts/merge.html", drawn, status=status)


@require_safe
@requires(Permission.CONTEXT_MERGE)
def merges(request: HttpRequest) -> HttpResponse:
    """What was merged, the latest first."""
    rows = ContextMerge.objects.visible_to(request.user).select_related("kept", "gone", "by", "undone_by")
    page = Paginator(rows.order_by("-at", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    sight = Sight(request.user, *{pk for done in page for pk in (done.kept_id, done.gone_id)})
    tell(request.user, [context for done in page for context in (done.kept, done.gone)])
    for done in page:
        done.reason = sight.words(done.reason)  # for the page alone, never saved
    return render(request, "contexts/merges.html", {"page": page, "headings": HEADINGS})


@requires(Permission.CONTEXT_MERGE)
def undo_merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a merge back, while nothing was built on it."""
    rows = ContextMerge.objects.visible_to(request.user).select_related("kept", "gone", "by")
    done = get_object_or_404(rows, pk=pk)
    asks = {"label": "Why are they two?", "empty": "Enter why they are two"}
    page = drafts.open_form(request, f"context-merge:{done.pk}:undo", lambda data: ReasonForm(data, **asks))
    status, refusal = 200, services.built_on(done)
    if request.method == "POST" and page.form.is_valid():
        try:
            services.undo(done, reason=page.form.cleaned_data["reason"], by=request.user)
        except ActRefused as refused:
            status, refusal = 409, refused.reason
        else:
            messages.success(request, "The merge is undone. The two contexts stand for themselves again.")
            return redirect("contexts:merges")
    audit.record("viewed", by=request.user, subject=done.kept, label=done.kept.reference, detail={"page": "merge"})
    done.reason = Sight(request.user, done.kept_id, done.gone_id).words(done.reason)  # for the page alone
    tell(request.user, [done.kept, done.gone])
    drawn = {"page": page, "done": done, "refusal": refusal, "refused": status == 409}
    return render(request, "contexts/undo_merge.html", drawn, status=status)
