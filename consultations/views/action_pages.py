"""The pages of one action that every kind of action shares: a form about it, and what is said once it is saved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format

from core import drafts
from core.actions import Actions
from core.models import ActionBase
from core.workflow import ActRefused

from .back import back_to


@dataclass(frozen=True)
class ActionPages:
    """How one kind of action is found (404 where it is not yours), shown, and noted in the audit log as seen.

    `template` draws a form about one, with what `about` gives of it.
    """

    kind: Actions
    find: Callable[[HttpRequest, UUID], ActionBase]
    show: Callable[..., HttpResponse]
    about: Callable[[HttpRequest, ActionBase], dict[str, Any]]
    note_view: Callable[[HttpRequest, ActionBase], None]
    template: str

    def form(
        self,
        request: HttpRequest,
        pk: UUID,
        name: str,
        form_class: type,
        *,
        allowed: Callable[[ActionBase], bool],
        do: Callable[..., Any],
        done: str,
        typed: str,
        title: str,
        button: str,
        wanted_open: bool = True,
    ) -> HttpResponse:
        """A page with the action and one form about it, whose values `do` takes by their names."""
        found = self.find(request, pk)
        if not allowed(found):
            raise PermissionDenied
        back = back_to(request, self.kind.page_of(found))
        if request.method == "GET" and found.is_open != wanted_open:
            return redirect(self.kind.page_of(found))  # which says how it stands
        page = drafts.open_form(request, self.kind.draft_key(found, name), form_class)
        if request.method == "POST" and page.form.is_valid():
            try:
                do(found, **page.form.cleaned_data, by=request.user)
            except ActRefused as refused:
                return self.refuse(request, pk, refused, page.form.cleaned_data[typed])
            messages.success(request, done)
            return redirect(back)
        self.note_view(request, found)
        drawn = {"page": page, "action": found, "title": title, "button": button, "back": back}
        return render(request, self.template, drawn | self.about(request, found))

    def refuse(self, request: HttpRequest, pk: UUID, refused: ActRefused, typed: str) -> HttpResponse:
        """The action as it stands, why the act was not possible, and what was typed: nobody's words are lost."""
        return self.show(request, self.find(request, pk), status=409, refusal=refused.reason, typed=typed)


def say(request: HttpRequest, done: str, due: date | None) -> None:
    """That it is saved; and that its date has passed, which is allowed: it may be written up afterwards."""
    messages.success(request, done)
    if due and due < timezone.localdate():
        day = date_format(due, "DATE_FORMAT")
        messages.warning(request, f"Its date, {day}, has passed already, so it shows as overdue until it is closed.")
