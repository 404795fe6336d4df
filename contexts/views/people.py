"""The people of a context: links and ties made, changed, looked at again, ended."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import conflicts, drafts
from core.forms import GovukForm
from core.workflow import ActRefused, EditConflict

from .. import peer_map, people_presenters, workflow
from ..choices import ContextAct
from ..forms.deciding import ReasonForm
from ..forms.links import LinkForm, PersonForm, RenewForm, TieForm
from ..models import Context, LinkedPerson, PeerTie, Provenance
from ..services import links, steps
from ..sight import Sight
from .common import casework_for, note_view, refusals_show_the_context

# What the titles of pages say of a link that is there, as they name nobody.
WHOSE = {LinkedPerson: "of a person", PeerTie: "between two people"}


@require_safe
@requires(Permission.CONTEXT_SEE)
def people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everybody linked, and what connects them; what fades, what is ended, what nothing has come of."""
    found = casework_for(request, pk)
    note_view(request, found, "people")
    sight = Sight(request.user, found)
    everybody = peer_map.people_of(found, request.user)
    rows = people_presenters.person_rows(everybody, sight)
    drawn = {
        "found": found,
        "rows": [row for row in rows if row["state"] != "ended"],
        "ended": [row for row in rows if row["state"] == "ended"],
        "ties": people_presenters.tie_rows(found, everybody, sight),
        "unused": people_presenters.named(everybody, links.unused(found).values_list("pk", flat=True)),
        "counted": people_presenters.counted(rows),
        "may_work": (may_work := steps.may_work_on(request.user, found)),
        "names_somebody": may_work and sight.somebody_named_in(found.name, found.place),
    }
    return render(request, "contexts/people/people.html", drawn)


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Link somebody to the context."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.WORK, found.state)
    return _form(
        request, found, key=steps.draft_key(found, "link"), title="Link somebody to this context",
        make=lambda data: LinkForm(data, context=found, person=request.user),
        do=lambda form: links.link(found, form.values(), **form.somebody(), by=request.user),
        said="Linked. Say what connects them with others, or agree an action.", button="Save the link",
    )  # fmt: skip


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def add_tie(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what connects two people."""
    found = casework_for(request, pk)
    workflow.CONTEXT.check(ContextAct.WORK, found.state)
    everybody = [(f"{number}. {name}", one) for number, name, one in _standing(found, request.user)]
    if len(everybody) < 2:
        messages.warning(request, "Link at least two people to the context first.")
        return redirect("contexts:people", pk=found.pk)
    return _form(
        request, found, key=steps.draft_key(found, "tie"), title="What connects two of them?",
        make=lambda data: TieForm(data, people=everybody, person=request.user),
        do=lambda form: links.tie(*form.ends(), form.values(), by=request.user),
        said="Saved.", button="Save the link",
    )  # fmt: skip


def _standing(found: Context, user) -> list[tuple[int, str, LinkedPerson]]:
    return [each for each in peer_map.people_of(found, user) if each[2].ended_at is None]


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def change_person(request: HttpRequest, pk: UUID, person: UUID) -> HttpResponse:
    """How somebody belongs to the context, and where that comes from."""
    row, title = _person_for(request, pk, person)
    return _change(request, row, lambda data, **known: PersonForm(data, **known), f"Change the link of {title}")


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def change_tie(request: HttpRequest, pk: UUID, tie: UUID) -> HttpResponse:
    """What connects two people, and where that comes from."""
    row, title = _tie_for(request, pk, tie)
    return _change(request, row, lambda data, **known: TieForm(data, people=[], **known), f"Change the link {title}")


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def renew_person(request: HttpRequest, pk: UUID, person: UUID) -> HttpResponse:
    """Somebody looked at a link again, and it holds."""
    row, title = _person_for(request, pk, person)
    return _renew(request, row, f"Does the link of {title} still hold?")


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def renew_tie(request: HttpRequest, pk: UUID, tie: UUID) -> HttpResponse:
    """Somebody looked at a tie again, and it holds."""
    row, title = _tie_for(request, pk, tie)
    return _renew(request, row, f"Does the link {title} still hold?")


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def end_person(request: HttpRequest, pk: UUID, person: UUID) -> HttpResponse:
    """A link does not hold any more."""
    row, title = _person_for(request, pk, person)
    return _end(request, row, f"End the link of {title}?", ["what connects them with others here ends too"])


@requires(Permission.CONTEXT_WORK)
@refusals_show_the_context
def end_tie(request: HttpRequest, pk: UUID, tie: UUID) -> HttpResponse:
    """A tie does not hold any more."""
    row, title = _tie_for(request, pk, tie)
    return _end(request, row, f"End the link {title}?", [])


def _person_for(request: HttpRequest, pk: UUID, person: UUID) -> tuple[LinkedPerson, str]:
    """The link with its context, and what the reader may call its person; 404 where it is not theirs to see."""
    found = casework_for(request, pk)
    seen = {one.pk: name for _, name, one in peer_map.people_of(found, request.user)}
    row = get_object_or_404(LinkedPerson.objects.of_casework(request.user), pk=person, context=found)
    row.context = found
    return row, seen[row.pk]


def _tie_for(request: HttpRequest, pk: UUID, tie: UUID) -> tuple[PeerTie, str]:
    found = casework_for(request, pk)
    seen = {one.pk: name for _, name, one in peer_map.people_of(found, request.user)}
    row = get_object_or_404(PeerTie.objects.visible_to(request.user), pk=tie, context=found)
    row.context = found
    return row, f"between {seen[row.first_id]} and {seen[row.second_id]}"


def _change(request: HttpRequest, row: Provenance, make: Callable[..., GovukForm], title: str) -> HttpResponse:
    workflow.CONTEXT.check(ContextAct.WORK, row.context.state)
    if row.ended_at:
        raise ActRefused(links.ENDED)
    sight = Sight(request.user, row.context)

    def do(form) -> None:
        if any(request.POST.get(name) for name in links.WORDS if name in form.fields_of and name not in form.fields):
            raise ActRefused(links.HIDDEN)  # the form was opened before somebody hidden was named there
        links.change(row, form.values(), version=form.cleaned_data["version"] or 0, by=request.user)

    return _form(
        request, row.context, row=row, key=links.draft_key(row, "change"),
        title=title, button="Save the link", said="Saved.",
        make=lambda data: make(data, row=row, sight=sight), do=do, now=lambda form, current: form.now(current, sight),
        hidden=[name for name in links.WORDS if hasattr(row, name) and not sight.is_whole(getattr(row, name))],
    )  # fmt: skip


def _renew(request: HttpRequest, row: Provenance, title: str) -> HttpResponse:
    workflow.CONTEXT.check(ContextAct.WORK, row.context.state)
    if row.ended_at:
        raise ActRefused(links.ENDED)
    return _form(
        request, row.context, row=row, key=links.draft_key(row, "renew"),
        title=title, button="Yes, it still holds",
        said="It counts until the day that you entered.", make=lambda data: RenewForm(data, row=row),
        do=lambda form: links.renew(row, **form.cleaned_data, by=request.user),
        now=lambda form, current: {name: getattr(current, name) for name in ("reliability", "review_on")},
    )  # fmt: skip


def _end(request: HttpRequest, row: Provenance, title: str, happens: list[str]) -> HttpResponse:
    workflow.CONTEXT.check(ContextAct.WORK, row.context.state)
    if row.ended_at:
        raise ActRefused(links.ENDED)
    return _form(
        request, row.context, row=row, key=links.draft_key(row, "end"),
        title=title, button="End the link", warning=True,
        said="The link is ended. It stays in the chronology.", make=ReasonForm,
        do=lambda form: links.end(row, reason=form.cleaned_data["reason"], by=request.user),
        happens=[*happens, "it counts no more, and its history stays"],
    )  # fmt: skip


def _form(
    request: HttpRequest,
    found: Context,
    *,
    key: str,
    make,
    do,
    said: str,
    title: str,
    button: str,
    now: Callable[..., dict[str, Any]] | None = None,
    happens: list[str] | None = None,
    warning: bool = False,
    hidden: list[str] | None = None,
    row: Provenance | None = None,
) -> HttpResponse:
    """One form about the people of a context, kept while it is typed; done, it leads back to the people."""
    page = drafts.open_form(request, key, make)
    status = 200
    back = reverse("contexts:people", args=[found.pk])
    if request.method == "POST" and page.form.is_valid():
        try:
            do(page.form)
        except EditConflict as conflict:
            conflicts.show_on(page.form, conflict, now(page.form, conflict.current), conflict.current.version)
            status = 409
        else:
            messages.success(request, said)
            return redirect(back)
    note_view(request, found, "people")
    drawn = {
        "page": page, "found": found, "title": title, "button": button, "happens": happens, "warning": warning,
        "back": back, "hidden": hidden, "whose": WHOSE.get(type(row), ""),
    }  # fmt: skip
    return render(request, "contexts/people/form.html", drawn, status=status)
