"""The methods of an assessment, the figures of surveys, the lines of observation logs; and how its areas stand."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import audit, drafts
from core.actions import SENT_TWICE
from core.workflow import ActRefused, EditConflict

from ..choices import Method
from ..models import AreaRating, Assessment, MethodUsed, Observation, SurveyFigure
from ..sight import Sight
from . import assessments

FIELDS = ["title", "begun_on", "ended_on", "by_whom", "number", "who", "found"]
WORDS = ["title", "by_whom", "who", "found"]
MOST_OBSERVATIONS = 500


def rate(
    assessment: Assessment, area: str, *, light: str, reason: str, seen: int | None, by, at: datetime | None = None
) -> AreaRating:
    """Say how an area stands, and why. `seen` is the last rating that the page showed, 0 where it showed none.

    The same form sent twice makes one. Raises EditConflict where somebody rated it meanwhile.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = assessments.locked(assessment)
        drafts.drop(assessments.draft_key(current, f"rating:{area}"), by)
        last = current.ratings.filter(area=area).select_related("by").order_by("at", "pk").last()
        if last and (last.light, last.reason, last.by_id) == (light, reason, by.pk):
            return last
        if seen is not None and seen != (last.pk if last else 0):
            raise EditConflict("Somebody rated this area after you opened this page.", last)
        made = AreaRating.objects.create(assessment=current, area=area, light=light, reason=reason, by=by, at=at)
        before = last.light if last else ""
        assessments.record(current, "rated", by=by, at=at, area=area, before=before, after=light)
    return made


def add(assessment: Assessment, kind: str, values: dict[str, Any], *, by, at: datetime | None = None) -> MethodUsed:
    """A method that was used; `values` by the names in FIELDS. The same form sent twice makes one."""
    at = at or timezone.now()
    with transaction.atomic():
        current = assessments.locked(assessment)
        drafts.drop(assessments.draft_key(current, f"method:new:{kind}"), by)
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        if twice := current.methods.filter(**values, kind=kind, made_by=by, made_at__range=just_now).first():
            return twice
        made = MethodUsed.objects.create(assessment=current, kind=kind, made_by=by, made_at=at, **values)
        _record("method-added", made, by=by, at=at, kind=kind)
    return made


def change(method: MethodUsed, values: dict[str, Any], *, version: int, by, at: datetime | None = None) -> MethodUsed:
    """Other facts, or more of what was found. Raises EditConflict, or ActRefused where it names somebody hidden."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(method)
        drafts.drop(draft_key(current, "change"), by)
        changed = {name: value for name, value in values.items() if getattr(current, name) != value}
        if not changed:
            return current
        _refuse_hidden(current, by, *(getattr(current, name) for name in WORDS))
        if current.version != version:
            raise EditConflict("Somebody changed this method after you opened this page.", current)
        before = audit.state_of(current, FIELDS)
        for name, value in changed.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        after = audit.changes(before, audit.state_of(current, FIELDS))
        _record("method-changed", current, by=by, at=at, changed=after)
    return current


def remove(method: MethodUsed, *, by, at: datetime | None = None) -> None:
    """Take a method away that should not be there; it is kept out of sight. Once gone, nothing more happens."""
    at = at or timezone.now()
    with transaction.atomic():
        assessments.locked(method.assessment)
        current = MethodUsed.objects.select_for_update().get(pk=method.pk)
        if current.removed_at:
            return
        current.assessment = method.assessment
        _refuse_hidden(current, by, *(getattr(current, name) for name in WORDS))
        current.removed_at, current.removed_by = at, by
        current.save()
        _record("method-removed", current, by=by, at=at)


def set_figures(
    method: MethodUsed, rows: list[tuple[str, str, int]], *, version: int, by, at: datetime | None = None
) -> None:
    """Put these figures in the place of those that a survey has.

    Raises EditConflict where somebody changed it meanwhile, ActRefused where what stands there names somebody hidden.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(method)
        if current.kind != Method.SURVEY:
            raise ActRefused("Only a survey has figures.")
        drafts.drop(draft_key(current, "figures"), by)
        before = list(current.figures.values_list("question", "answer", "number"))
        if before == rows:
            return
        _refuse_hidden(current, by, *(words for row in before for words in row[:2]))
        if current.version != version:
            raise EditConflict("Somebody changed this survey after you opened this page.", current)
        current.figures.all().delete()
        SurveyFigure.objects.bulk_create(
            SurveyFigure(method=current, place=place, question=question, answer=answer, number=number)
            for place, (question, answer, number) in enumerate(rows)
        )
        current.version += 1
        current.save(update_fields=["version"])
        _record("figures", current, by=by, at=at, before=len(before), after=len(rows))


def observe(method: MethodUsed, values: dict[str, Any], *, by, at: datetime | None = None) -> Observation:
    """A line of an observation log: day, clock, place, seen. The same form sent twice makes one."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(method)
        if current.kind != Method.OBSERVATION:
            raise ActRefused("Only an observation log has observations.")
        drafts.drop(draft_key(current, "observation:new"), by)
        just_now = (at - SENT_TWICE, at + SENT_TWICE)
        if twice := current.observations.filter(**values, made_by=by, made_at__range=just_now).first():
            return twice
        if current.observations.count() >= MOST_OBSERVATIONS:
            raise ActRefused(f"A log holds {MOST_OBSERVATIONS} observations. Begin another one.")
        made = Observation.objects.create(method=current, made_by=by, made_at=at, **values)
        _record("observed", current, by=by, at=at, observation=str(made.pk))
    return made


def forget_observation(observation: Observation, *, by, at: datetime | None = None) -> None:
    """Take a line out of a log that should not be there; the audit log keeps what it said."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(observation.method)
        row = Observation.objects.select_for_update().filter(pk=observation.pk).first()
        if row is None:
            return
        _refuse_hidden(current, by, row.place, row.seen)
        before = {name: str(getattr(row, name)) for name in ("day", "clock", "place", "seen")}
        row.delete()
        _record("observation-removed", current, by=by, at=at, before=before)


def draft_key(method: MethodUsed, form: str) -> str:
    """The key under which what is typed into a form of this method is kept."""
    return assessments.draft_key(method.assessment, f"method:{method.pk}:{form}")


def _locked(method: MethodUsed) -> MethodUsed:
    assessment = assessments.locked(method.assessment)
    current = MethodUsed.objects.select_for_update().get(pk=method.pk)
    if current.removed_at:
        raise ActRefused("This method was taken away.")
    current.assessment = assessment
    return current


def _refuse_hidden(method: MethodUsed, by, *bodies: str) -> None:
    sight = Sight(by, method.assessment.context)
    if not all(sight.is_whole(body) for body in bodies):
        raise ActRefused(assessments.HIDDEN)


def _record(act: str, method: MethodUsed, *, by, at: datetime, **detail) -> None:
    assessments.record(method.assessment, act, by=by, at=at, method=str(method.pk), **detail)
