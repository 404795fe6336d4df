"""An administrator's pages: people, their teams and roles."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from core import audit
from core.workflow import ActRefused

from . import services
from .access import requires
from .forms import PersonForm
from .models import User
from .permissions import Permission, Role


@require_safe
@requires(Permission.PEOPLE_MANAGE)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who has or had an account, by name."""
    everybody = User.objects.select_related("team__agency").prefetch_related("role_grants")
    state = request.GET.get("state", "")
    if state in {"active", "left"}:
        everybody = everybody.filter(is_active=state == "active")
    page = Paginator(everybody, 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "roles": list(Role),
        "headings": [{"label": label} for label in ("Name", "E-mail address", "Team", "Roles", "State")],
        "tabs": [
            {"label": label, "url": f"{request.path}?state={value}", "current": state == value}
            for value, label in [("", "Everybody"), ("active", "May sign in"), ("left", "Left")]
        ],
    }
    return render(request, "accounts/people.html", context)


@requires(Permission.PEOPLE_MANAGE)
def add_person(request: HttpRequest) -> HttpResponse:
    """Make an account."""
    form = PersonForm(request.POST or None, initial={"is_active": True})
    if request.method == "POST" and form.is_valid():
        try:
            person = services.add_person(**form.cleaned_data, by=request.user)
        except ActRefused as refusal:
            form.add_error("email", refusal.reason)
        else:
            messages.success(request, f"{person.name} has been added. They set their passphrase on the sign-in page.")
            return redirect("accounts:people")
    return render(request, "accounts/person.html", {"form": form, "title": "Add a person"})


@requires(Permission.PEOPLE_MANAGE)
def change_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a person's team, roles, and whether they may sign in."""
    person = get_object_or_404(User.objects.prefetch_related("role_grants"), pk=pk)
    initial = {
        "name": person.name,
        "email": person.email,
        "team": person.team_id,
        "roles": [grant.role for grant in person.role_grants.all()],
        "is_active": person.is_active,
    }
    form = PersonForm(request.POST or None, initial=initial, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_person(person, **form.cleaned_data, by=request.user)
        except ActRefused as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, f"The changes to {person.name} have been saved.")
            return redirect("accounts:people")
    if request.method == "GET":
        audit.record("person.viewed", by=request.user, subject=person)
    return render(request, "accounts/person.html", {"form": form, "person": person, "title": "Change a person"})
