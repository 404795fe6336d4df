"""The auditor's page: who did, saw or was refused what."""

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import audit
from core.forms import DateField, GovukForm
from core.models import AuditEvent

from .access import requires
from .permissions import Permission


class AuditFilter(GovukForm):
    """Whose acts, which acts, on what, when."""

    mark_optional = False

    who = forms.CharField(label="Who", required=False, max_length=200)
    act = forms.CharField(label="Act", required=False, max_length=60, help_text="For example: viewed, denied, export.")
    about = forms.CharField(
        label="About", required=False, max_length=100, help_text="A reference, or the id of a record."
    )
    day_from = DateField(label="From", required=False)
    day_to = DateField(label="To", required=False)


@require_safe
@requires(Permission.AUDIT_SEE)
def events(request: HttpRequest) -> HttpResponse:
    """The audit log, newest first. Reading it is recorded too."""
    form = AuditFilter(request.GET)
    form.is_valid()
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    found = AuditEvent.objects.all()
    if who := chosen.get("who"):
        found = found.filter(actor_name__icontains=who)
    if act := chosen.get("act"):
        found = found.filter(act__icontains=act)
    if about := chosen.get("about"):
        found = found.filter(Q(subject_label__iexact=about) | Q(subject_id=about))
    if first := chosen.get("day_from"):
        found = found.filter(at__date__gte=first)
    if last := chosen.get("day_to"):
        found = found.filter(at__date__lte=last)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    audit.record(
        "audit.read",
        by=request.user,
        detail={name: str(value) for name, value in chosen.items()} | {"page": page.number},
    )
    headings = [{"label": label} for label in ("When", "Who", "Act", "About", "Details")]
    return render(request, "accounts/audit.html", {"form": form, "page": page, "headings": headings})
