"""What the page of a context says of its assessment."""

from django.urls import reverse

from . import assessing, assessment_presenters
from .kinds import kind_of
from .models import Context
from .overview import Part
from .services import assessments, steps
from .sight import Sight


def part(context: Context, user, sight: Sight) -> Part | None:
    """Where the last assessment stands; None where there is none and none can be begun."""
    found = assessments.latest(context)
    url = reverse("contexts:latest-assessment", args=[context.pk])
    if found is None:
        if not steps.may_work_on(user, context):
            return None
        return Part("Assessment", "contexts/_assessment_part.html", {}, url, "Begin the assessment")
    found.context = context
    kind = kind_of(context.kind)
    written = dict(found.texts.exclude(text__body="").values_list("key", "text__body"))
    data = {
        "assessment": found,
        "written": len(written),
        "of": len(list(assessing.headings(kind))),
        "methods": found.methods.filter(removed_at=None).count(),
        "areas": assessment_presenters.areas(found, kind, sight),
        "conclusion": sight.words(written.get(assessing.CONCLUSION, "")),
    }
    return Part("Assessment", "contexts/_assessment_part.html", data, url, "Read the assessment")
