"""Saved views of the tracker: saving one, renaming, sharing, saving over, deleting."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.permissions import Permission
from core.workflow import ActRefused

from .. import columns, rows
from ..forms.saved_views import SavedViewForm
from ..models import SavedView
from ..services import saved_views as services
from .listing import address_of


@requires(Permission.TRACKER_SEE)
def save_view(request: HttpRequest) -> HttpResponse:
    """Save what the list shows under a name; the filters, order and columns are those of the address."""
    query = rows.view_of(request.GET)
    form = SavedViewForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.save(query=query, **form.values(), by=request.user)
        except services.NameTaken:
            form.refuse_name()
        except ActRefused as refused:
            form.add_error(None, refused.reason)
        else:
            messages.success(request, f"The view “{made.name}” is saved.")
            return redirect(address_of(made))
    back = f"{reverse('tracker:tracker')}?{query}"
    return render(request, "tracker/save_view.html", {"form": form, "words": _words(query), "back": back})


@requires(Permission.TRACKER_SEE)
def change_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rename one of your views, share it, or keep it to yourself again."""
    view = _own(request, pk)
    form = SavedViewForm(request.POST or None, person=request.user, view=view)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.change(view, **form.values(), by=request.user)
        except services.NameTaken:
            form.refuse_name()
        else:
            messages.success(request, f"The view “{changed.name}” is changed.")
            return redirect(address_of(changed))
    context = {"form": form, "view": view, "words": _words(view.query), "back": address_of(view)}
    return render(request, "tracker/change_view.html", context)


@require_POST
@requires(Permission.TRACKER_SEE)
def save_over_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let one of your views show what the list shows now, which the address says."""
    changed = services.save_over(_own(request, pk), rows.view_of(request.GET), by=request.user)
    messages.success(request, f"The view “{changed.name}” shows this list now.")
    return redirect(address_of(changed))


@requires(Permission.TRACKER_SEE)
def delete_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete one of your views, after asking."""
    view = _own(request, pk)
    if request.method == "POST":
        services.delete(view, by=request.user)
        messages.success(request, f"The view “{view.name}” is deleted.")
        return redirect("tracker:tracker")
    return render(request, "tracker/delete_view.html", {"view": view, "back": address_of(view)})


def _own(request: HttpRequest, pk: UUID) -> SavedView:
    """The view, for its owner; somebody else's shared one may be used but not changed."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    if view.owner_id != request.user.pk:
        raise PermissionDenied
    return view


def _words(query: str) -> list[dict]:
    """What a view shows, as rows of a summary list."""
    asked = QueryDict(query)
    words = rows.filter_from(asked).words()
    if "sort" in asked:
        words["Sorted by"] = columns.words_of_sort(rows.sort_from(asked))
    if "columns" in asked:
        words["Columns"] = ", ".join(column.label for column in columns.chosen(asked.getlist("columns")))
    return [{"key": label, "value": value} for label, value in words.items()]
