"""The dashboard of who may see no row: the figures of one year, as they were published (ADR 20)."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..models import PublishedFigures
from ..public_figures import PublicFigures
from ..suppression import LEAST, LEAST_BASE, NOT_SHOWN, STEP


def lead_dashboard(request: HttpRequest) -> HttpResponse:
    """The year that `?year=` names by its first calendar year, else the newest. The page takes nothing else."""
    published = PublishedFigures.objects.first()
    years = [PublicFigures.from_json(year) for year in published.years] if published else []
    chosen = next((year for year in years if str(year.first.year) == request.GET.get("year")), None)
    if chosen is None and years:
        chosen = years[0]
    context = {
        "published": published,
        "chosen": chosen,
        "next_on": (published.month + timedelta(days=32)).replace(day=1) if published else None,
        "items": [
            {"label": year.name, "url": f"?year={year.first.year}", "current": year is chosen} for year in years
        ],
        "before": next((year for year in years if chosen and year.last < chosen.first), None),
        "least": LEAST, "least_base": LEAST_BASE, "step": STEP, "not_shown": NOT_SHOWN,
    }  # fmt: skip
    return render(request, "tracker/lead_dashboard.html", context)
