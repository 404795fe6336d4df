"""Where the records of each slice stand, what they are about, and what their texts are called. Read once, at start."""

from accounts.permissions import Permission

from .. import models
from ..assessing import titles_of
from ..services.panel import TEXTS as PANEL_TEXTS
from . import ABOUT, FIELD_TITLES, NEEDS, PLACES, TEXT_TITLES, own_page, page_named, words_of


def _bring(label: str, *, place=None, about: str = "", text: str = "") -> None:
    model = getattr(models, label, None)
    if model is None:
        raise LookupError(f"contexts has no model {label}")
    kind = model._meta.label_lower
    if place is not None:
        PLACES[kind] = place
    if about:
        ABOUT[kind] = words_of(model, about)
    if text:
        TEXT_TITLES[kind] = words_of(model, text)


_bring("PlanGoal", place=page_named("contexts:plan"), about="words")
_bring("GoalReading", place=page_named("contexts:plan"))
_bring("PlanAction", place=own_page("contexts:plan-action"), about="what")
_bring("PackPart", text="title")
_bring("AssessmentText", place=page_named("contexts:latest-assessment"))
TEXT_TITLES[models.AssessmentText._meta.label_lower] = titles_of
TEXT_TITLES[models.Conference._meta.label_lower] = lambda ids: dict.fromkeys(ids, "Decisions of the conference")
_bring("LinkedPerson", place=page_named("contexts:people"))
_bring("PeerTie", place=page_named("contexts:people"), about="detail")
_bring("PanelItem", place=own_page("contexts:panel-item"), about="reason")
_bring("PanelAction", place=own_page("contexts:panel-action"), about="what")
for _model in (models.PanelItem, models.PanelAction):
    NEEDS[_model._meta.label_lower] = Permission.PANEL_HOLD
for _name, _title in PANEL_TEXTS.items():
    FIELD_TITLES[models.PanelItem._meta.label_lower, _name] = f"Panel: {_title.lower()}"
