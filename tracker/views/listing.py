"""The tracker list."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission, can
from core import audit, paging

from .. import columns, rows
from ..forms.columns import ColumnsForm
from ..models import SavedView

PAGE_SIZE = 50


@require_safe
@requires(Permission.TRACKER_SEE)
def tracker(request: HttpRequest) -> HttpResponse:
    """Every referral as a row: filtered, sorted, and with the columns that the URL names."""
    form = rows.filter_from(request.GET)
    chosen = form.chosen()
    sort = rows.sort_from(request.GET)
    shown = columns.chosen(request.GET.getlist("columns"))
    seen = rows.seen_by(request.user)
    page = paging.page_of(
        rows.narrowed(seen, chosen),
        rows.order_of(sort),
        request.GET,
        size=PAGE_SIZE,
        seen=seen,
        fetch=lambda found: columns.fetched(found, shown),
        dense=rows.narrowed(seen, chosen, densely=True),
    )
    note_search(request, chosen, page.count.number, more=page.count.more)
    context = {
        "form": form,
        "chosen": chosen,
        "page": page,
        "count": page.count,
        "table": [{"referral": row, "cells": columns.cells(row, shown)} for row in page],
        "sort": sort,
        "headings": _headings(shown, tick=can(request.user, Permission.THEMES_TAG)),
        "may_tag": can(request.user, Permission.THEMES_TAG),
        "columns_form": ColumnsForm(initial={"columns": [column.key for column in shown]}),
        "may_export": can(request.user, Permission.TRACKER_EXPORT),
        "filters": _without_page(request.GET),
        **_views(request),
    }
    return render(request, "tracker/tracker.html", context)


def note_search(
    request: HttpRequest, chosen: dict[str, Any], found: int, *, where: str = "tracker", more: bool = False
) -> None:
    """Words that were searched for are recorded, with how much was found; on every page that says so."""
    words = {name: chosen[name] for name in ("q", "context") if name in chosen}
    if words:
        detail = {"in": where, "words": words.pop("q", ""), **words, "found": found}
        audit.record("searched", by=request.user, detail=detail | ({"more": True} if more else {}))


def _headings(shown: list[columns.Column], *, tick: bool) -> list[dict[str, Any]]:
    first = [{"label": "Tick", "hidden": True, "on_screen": True}] if tick else []
    first.append({"label": "Reference", "key": "reference"})
    return [*first, *({"label": column.label} | ({"key": column.sort} if column.sort else {}) for column in shown)]


def _views(request: HttpRequest) -> dict[str, Any]:
    """The saved views, which of them is open, and what the forms on this page carry along."""
    saved = list(SavedView.objects.visible_to(request.user).select_related("owner"))
    now = rows.view_of(request.GET)
    opened = next((view for view in saved if str(view.pk) == request.GET.get("view")), None)
    current = opened if opened and opened.query == now else None
    links = [
        {
            "label": view.name,
            "by": view.owner.name if view.owner_id != request.user.pk else "",
            "shared": view.shared,
            "url": address_of(view),
            "current": view == current,
        }
        for view in saved
    ]
    mine = opened if opened and opened.owner_id == request.user.pk else None
    asked = QueryDict(mutable=True)
    asked.update(QueryDict(now))
    if opened:
        asked["view"] = str(opened.pk)
    kept = {name: values for name, values in asked.lists() if name in ("sort", "columns", "view")}
    return {
        "saved_views": links,
        "all_current": not now,
        "opened": opened,
        "mine": mine,
        "differs": opened is not None and current is None,
        "may_save": bool(now),
        "now": now,
        "keep": kept,
        "keep_beside_columns": {name: values for name, values in asked.lists() if name != "columns"},
    }


def address_of(view: SavedView) -> str:
    """The address of the list as this view shows it."""
    query = QueryDict(mutable=True)
    query["view"] = str(view.pk)
    return f"{reverse('tracker:tracker')}?{query.urlencode()}{'&' if view.query else ''}{view.query}"


def _without_page(query: QueryDict) -> str:
    query = query.copy()
    for name in (paging.AFTER, paging.BEFORE, "view"):
        query.pop(name, None)
    return query.urlencode()
