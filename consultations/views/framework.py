"""Appendix A, the framework to think through before the meeting: the matrix, its cells and columns, and the link."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.permissions import Permission
from core import drafts, text_requests, texts
from core.differences import Budget
from core.models import FormSection
from core.models.lists import FormName
from core.workflow import ActRefused

from .. import workflow
from ..choices import ReferralAct, ReferralState
from ..forms.participants import PlaceForm
from ..models import Consultation, FrameworkPlace
from ..services import framework, referrals
from .common import consultation_for, note_view
from .referrals import refusals_show_the_record

# What one column of a factor is called. There is one young person, so that factor has one column.
ONE_OF = {"home": "home", "peer-groups": "peer group", "schools": "school", "neighbourhood": "place"}
ALONE = {"individual"}


@require_safe
@requires(Permission.REFERRAL_SEE)
def prepare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The matrix."""
    found = consultation_for(request, pk)
    note_view(request, found.referral, "framework")
    return _show(request, found)


@require_POST
@requires(Permission.FRAMEWORK_WRITE)
@refusals_show_the_record
def save_all(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Without scripts: save every cell that was changed, whichever button was pressed."""
    found = consultation_for(request, pk)
    matrix = framework.matrix(found)
    asides = texts.waiting(text for column in matrix.columns for text in column.texts.values())
    saved, conflicts, newer = 0, [], []
    for column in matrix.columns:
        column.place.consultation = found
        for point in matrix.points:
            text = column.texts.get(point.pk)
            results = text_requests.save_form(
                request, slot_key(column.place, point), asides.get(text.pk, []) if text else [],
                partial(_save, column.place, point, by=request.user),
            )  # fmt: skip
            title = f"{column.title}: {point.title}"
            if any(result.newer for result in results):
                newer.append(title)
            elif results and results[-1].conflict:
                conflicts.append(title)
            elif results:
                saved += 1
    if conflicts:
        titles = "”, “".join(conflicts)
        messages.error(request, f"Somebody else changed “{titles}” while you wrote. Both texts are below.")
    if newer:
        titles = "”, “".join(newer)
        messages.error(request, f"The other text of “{titles}” was changed after you read it. Look at it again below.")
    if conflicts or newer:
        return _show(request, found, status=409)
    messages.success(request, "What you wrote is saved." if saved else "There was nothing new to save.")
    return redirect("consultations:prepare", pk=pk)


@require_POST
@requires(Permission.FRAMEWORK_WRITE)
def save_cell(request: HttpRequest, pk: UUID, place: UUID, point: str) -> HttpResponse:
    """Save one cell as it is typed; JSON, see `core.text_requests`."""
    column = _place_for(request, pk, place)
    section = get_object_or_404(FormSection, form=FormName.FRAMEWORK_POINTS, key=point, active=True)
    sent = text_requests.read(request)
    return text_requests.answer(_save(column, section, by=request.user, **sent), sent=sent)


@requires(Permission.FRAMEWORK_WRITE)
@refusals_show_the_record
def add_place(request: HttpRequest, pk: UUID, factor: str) -> HttpResponse:
    """Another school, peer group, home or place."""
    found = consultation_for(request, pk)
    workflow.REFERRAL.check(ReferralAct.PREPARE, found.referral.state)
    section = get_object_or_404(FormSection, form=FormName.FRAMEWORK_FACTORS, key=factor, active=True)
    if section.key in ALONE:
        raise Http404
    one = one_of(section)
    return _place_form(
        request, found, f"new:{section.key}", f"Add another {one}", f"Which {one} is it?", "Add",
        lambda name: framework.add_place(found, section, name=name, by=request.user),
    )  # fmt: skip


@requires(Permission.FRAMEWORK_WRITE)
@refusals_show_the_record
def rename_place(request: HttpRequest, pk: UUID, place: UUID) -> HttpResponse:
    """Say which school, peer group, home or place a column is about."""
    column = _place_for(request, pk, place)
    workflow.REFERRAL.check(ReferralAct.PREPARE, column.consultation.referral.state)
    if column.factor.key in ALONE:
        raise Http404
    one = one_of(column.factor)
    return _place_form(
        request, column.consultation, str(column.pk), f"Name this {one}", f"Which {one} is it?", "Save the name",
        lambda name: framework.rename_place(column, name=name, by=request.user), now=column.name,
    )  # fmt: skip


@requires(Permission.FRAMEWORK_WRITE)
@refusals_show_the_record
def remove_place(request: HttpRequest, pk: UUID, place: UUID) -> HttpResponse:
    """Take an empty column away, after asking; one that holds words stays, and the page says so."""
    column = _place_for(request, pk, place)
    workflow.REFERRAL.check(ReferralAct.PREPARE, column.consultation.referral.state)
    status = 200
    if request.method == "POST":
        try:
            framework.remove_place(column, by=request.user)
        except ActRefused:
            status = 409
        else:
            messages.success(request, "The column is removed.")
            return redirect("consultations:prepare", pk=pk)
    note_view(request, column.consultation.referral, "framework column")
    context = {
        "referral": column.consultation.referral,
        "column": framework.Column(column),
        "one": one_of(column.factor),
        "stays": framework.why_it_stays(column),
    }
    return render(request, "consultations/remove_place.html", context, status=status)


@require_POST
@requires(Permission.FRAMEWORK_WRITE)
@refusals_show_the_record
def send_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tell the referrer, and who takes part, where the framework is."""
    found = consultation_for(request, pk)
    told, not_told = framework.send_link(found, by=request.user)
    if told:
        messages.success(request, f"The link is sent to {_names(told)}.")
    else:
        messages.warning(request, "Nobody was sent the link. Copy the address below, or print the framework.")
    if not_told:
        messages.warning(request, f"Not sent to {_names(not_told)}: they may not read this record.")
    return redirect("consultations:prepare", pk=pk)


def one_of(factor: FormSection) -> str:
    """What one column of a factor is called: "school"."""
    return ONE_OF.get(factor.key, "column")


def slot_key(place: FrameworkPlace, point: FormSection) -> str:
    """The key of a cell on its page."""
    return f"{place.pk.hex}-{point.key}"


def _names(people: list) -> str:
    *most, last = [person.name for person in people]
    return f"{', '.join(most)} and {last}" if most else last


def _place_for(request: HttpRequest, pk: UUID, place: UUID) -> FrameworkPlace:
    found = consultation_for(request, pk)
    column = get_object_or_404(found.framework_places.select_related("factor"), pk=place)
    column.consultation = found
    return column


def _save(place: FrameworkPlace, point: FormSection, **sent) -> texts.SaveResult:
    try:
        return framework.save_cell(place, point, **sent)
    except ValidationError as problem:
        raise BadRequest(problem.messages[0]) from None


def _place_form(
    request: HttpRequest, found: Consultation, key: str, title: str, label: str, button: str, do, now: str = ""
) -> HttpResponse:
    page = drafts.open_form(
        request,
        framework.place_key(found.referral, key),
        lambda data: PlaceForm(data, label=label, initial={"name": now}),
    )
    if request.method == "POST" and page.form.is_valid():
        try:
            place = do(page.form.cleaned_data["name"])
        except framework.NameTaken as taken:
            page.form.add_error("name", taken.reason)
        else:
            return redirect(f"{reverse('consultations:prepare', args=[found.referral_id])}#place-{place.pk}")
    note_view(request, found.referral, "framework column")
    context = {"page": page, "referral": found.referral, "title": title, "button": button}
    return render(request, "consultations/place.html", context)


def _show(request: HttpRequest, found: Consultation, *, status: int = 200) -> HttpResponse:
    referral = found.referral
    may_write = ReferralAct.PREPARE in referrals.acts_for(referral, request.user)
    matrix = framework.matrix(found)
    asides = _asides(matrix)
    factors = []
    for factor, columns in matrix.factors:
        writes = may_write and factor.active
        drawn = []
        for column in columns:
            slots = [_slot(found, column, point, asides, may_write=writes) for point in matrix.points]
            untouched = not any(slot.version or slot.set_aside for slot in slots)
            drawn.append(
                {
                    "column": column,
                    "slots": slots,
                    "done": sum(bool(slot.body.strip()) for slot in slots),
                    "may_rename": writes and factor.key not in ALONE,
                    "may_remove": writes and untouched and len(columns) > 1,
                }
            )
        may_add = writes and factor.key not in ALONE
        factors.append({"factor": factor, "columns": drawn, "one": one_of(factor), "may_add": may_add})
    columns = [column for factor in factors for column in factor["columns"]]
    context = {
        "consultation": found,
        "referral": referral,
        "may_write": may_write,
        "may_send": may_write and referral.state == ReferralState.PLANNED,
        "points": matrix.points,
        "factors": factors,
        "columns": columns,
        "index": [_index_line(column, len(matrix.points)) for column in columns],
        "last_sent": framework.last_sent(found),
        "readers": framework.readers(found, but=request.user) if may_write else [],
        "address": request.build_absolute_uri(reverse("consultations:prepare", args=[referral.pk])),
    }
    return render(request, "consultations/framework.html", context, status=status)


def _asides(matrix: framework.Matrix) -> dict:
    """What waits to be merged, by the id of its text, with what only it has."""
    cells = {text.pk: text for column in matrix.columns for text in column.texts.values()}
    waiting, budget = texts.waiting(cells.values()), Budget()
    for text, asides in waiting.items():
        for aside in asides:
            _, aside.runs = text_requests.side_by_side(cells[text].body, aside.body, budget)
    return waiting


def _slot(
    found: Consultation, column: framework.Column, point: FormSection, asides: dict, *, may_write: bool
) -> texts.TextSlot:
    text = column.texts.get(point.pk)
    return texts.TextSlot(
        key=slot_key(column.place, point),
        label=point.title,
        of=column.title,
        url=reverse("consultations:save-cell", args=[found.referral_id, column.place.pk, point.key]),
        versions_url=reverse("consultations:cell-versions", args=[found.referral_id, column.place.pk, point.key]),
        text=text,
        read_only=not (may_write and point.active),
        set_aside=asides.get(text.pk, []) if text else [],
    )


def _index_line(column: dict, points: int) -> dict:
    """A line of the side index: the column, and how much of it is written."""
    done = column["done"]
    state = f"{done} of {points} written" if done else ""
    if any(slot.set_aside for slot in column["slots"]):
        state = "Two versions: merge them"
    place = column["column"].place
    return {"label": column["column"].title, "url": f"#place-{place.pk}", "state": state, "done": bool(done)}
