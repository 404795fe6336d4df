"""Assessments of a context: begun, written by several people at once, finished."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.permissions import Permission, can
from core import audit, drafts, texts
from core.models import Text
from core.workflow import ActRefused, EditConflict

from .. import assessing, workflow
from ..choices import ContextAct
from ..models import Assessment, AssessmentText, Context
from ..sight import Sight
from . import steps

HIDDEN = "It names somebody whom you may not see, so you can read it but not change it."


def latest(context: Context) -> Assessment | None:
    """The assessment that was begun last; None before there is one."""
    return context.assessments.select_related("lead", "begun_by", "finished_by").order_by("begun_at", "pk").last()


def begin(context: Context, *, by, at: datetime | None = None) -> Assessment:
    """The first assessment, or the next one at a review. One that is not finished yet is given back as it is."""
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(context)
        workflow.CONTEXT.check(ContextAct.WORK, current.state)
        last = latest(current)
        if last and not last.finished_at:
            return last
        made = Assessment.objects.create(context=current, lead=current.lead, begun_by=by, begun_at=at)
        standing = current.people.standing()
        made.people.set(standing)
        if last:
            made.agencies.set(last.agencies.all())
        record(made, "begun", by=by, at=at)
    return made


def save_typed(
    visible: QuerySet[Context], pk: UUID, one: UUID, key: str, *, body: str, base_version: int, by,
    at: datetime | None = None, **page,
) -> texts.SaveResult:  # fmt: skip
    """Save what is written under one heading, as `core.texts.save` does.

    Raises ObjectDoesNotExist where there is no such assessment in a `visible` context, or no such heading, ActRefused
    where the context's state does not allow it or the writer may not read all that stands there.
    """
    at = at or timezone.now()
    with transaction.atomic():
        row = _locked(visible, pk, one, key)
        context = row.assessment.context
        workflow.CONTEXT.check(ContextAct.WORK, context.state)
        _refuse_hidden(Sight(by, context), row.text)
        result = texts.save_locked(row.text, body=body, base_version=base_version, by=by, at=at, **page)
        if result.new_aside:
            record(row.assessment, "set-aside", by=by, at=at, section=key, on_version=base_version)
        elif result.new_version:
            record(row.assessment, "written", by=by, at=at, section=key, version=result.text.version)
    return result


def save_section(
    assessment: Assessment, key: str, *, body: str, base_version: int, by, at: datetime | None = None, **page
) -> texts.SaveResult:
    """The same for an assessment that was found already."""
    visible = Context.objects.filter(pk=assessment.context_id)
    return save_typed(
        visible, assessment.context_id, assessment.pk, key, body=body, base_version=base_version, by=by, at=at, **page
    )


def put_back(
    assessment: Assessment, key: str, *, version: int, base_version: int, by, at: datetime | None = None
) -> Text:
    """Make an earlier version the text again, as a version of its own; what stood there stays kept.

    Raises EditConflict where somebody wrote after `base_version`, ActRefused where it may not be written, or where the
    version is not there any more, having been added to since.
    """
    at = at or timezone.now()
    with transaction.atomic():
        row = _locked(Context.objects.filter(pk=assessment.context_id), assessment.context_id, assessment.pk, key)
        workflow.CONTEXT.check(ContextAct.WORK, row.assessment.context.state)
        text = row.text
        wanted = text.versions.filter(version=version).first()
        if wanted is None:
            raise ActRefused("This version has been added to since. Look at the versions again.")
        if not Sight(by, row.assessment.context).is_whole(wanted.body):
            raise ActRefused(HIDDEN)
        if text.body == wanted.body:
            return text
        if text.version != base_version:
            raise EditConflict("Somebody changed this section after you opened this page.", text)
        _refuse_hidden(Sight(by, row.assessment.context), text)
        texts.save_locked(text, body=wanted.body, base_version=base_version, by=by, at=at, gather=False)
        record(assessment, "put-back", by=by, at=at, section=key, put_back=version, version=text.version)
    return text


def change(
    assessment: Assessment, *, lead, agencies: Iterable, people: Iterable, version: int, by, at: datetime | None = None
) -> Assessment:
    """Who leads it, which agencies take part, which young people are considered together.

    Raises ActRefused for a lead who cannot work on contexts, EditConflict where somebody changed it meanwhile.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(assessment)
        drafts.drop(draft_key(current, "about"), by)
        new = {
            "lead": lead,
            "agencies": sorted(agencies, key=lambda agency: agency.name),
            "people": sorted((person.pk for person in people), key=str),
        }
        before = about(current)
        if new == before:
            return current  # the same form sent twice
        if current.version != version:
            raise EditConflict("Somebody changed this after you opened this page.", current)
        if lead and lead != current.lead and not can(lead, Permission.CONTEXT_WORK):
            raise ActRefused(f"{lead.name} cannot work on contexts.")
        current.lead = lead
        current.version += 1
        current.save()
        current.agencies.set(new["agencies"])
        current.people.set(new["people"])
        record(current, "changed", by=by, at=at, changed=[name for name in new if new[name] != before[name]])
    return current


def about(assessment: Assessment) -> dict:
    """Who leads it, which agencies take part, and the ids of the young people, as `change` compares them."""
    return {
        "lead": assessment.lead,
        "agencies": sorted(assessment.agencies.all(), key=lambda agency: agency.name),
        "people": sorted(assessment.people.values_list("pk", flat=True), key=str),
    }


def missing(context: Context) -> list[str]:
    """What the assessment of this context still needs before it can be finished; empty where nothing."""
    last = latest(context)
    if last is None:
        return ["an assessment: begin it, and write what you found"]
    written = set(last.texts.exclude(text__body="").values_list("key", flat=True))
    ends = {assessing.ANALYSIS, assessing.CONCLUSION}
    lacks = []
    if not written & ends:
        lacks.append("an analysis or a conclusion")
    if not written - ends and not last.methods.filter(removed_at=None).exists():
        lacks.append("at least one section or one method that was used")
    return lacks


def refuse_unfinished(context: Context) -> None:
    """Raises ActRefused with what is missing where the assessment of this context cannot be finished yet."""
    if lacks := missing(context):
        raise ActRefused(f"The assessment cannot be finished yet. It needs {', and '.join(lacks)}.")


def finish(assessment: Assessment, *, by, at: datetime | None = None) -> Assessment:
    """It is finished; finishing it again does nothing. Raises ActRefused where something is missing."""
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(assessment)
        if current.finished_at:
            return current
        refuse_unfinished(current.context)
        current.finished_at, current.finished_by = at, by
        current.version += 1
        current.save()
        record(current, "finished", by=by, at=at)
    return current


def locked(assessment: Assessment) -> Assessment:
    """The assessment as it stands now, its context locked. Raises ActRefused where the context is not worked on."""
    context = steps.locked(assessment.context)
    workflow.CONTEXT.check(ContextAct.WORK, context.state)
    current = Assessment.objects.select_for_update(of=("self",)).select_related("lead").get(pk=assessment.pk)
    current.context = context
    return current


def draft_key(assessment: Assessment, form: str) -> str:
    """The key under which what is typed into a form of this assessment is kept."""
    return f"context:{assessment.context_id}:assessment:{assessment.pk}:{form}"


def record(assessment: Assessment, act: str, *, by, at: datetime, **detail) -> None:
    """Write an event about an assessment into the audit log, under the context's reference."""
    context = assessment.context
    audit.record(
        f"assessment.{act}", by=by, subject=context, label=context.reference,
        detail={"assessment": str(assessment.pk)} | detail, at=at,
    )  # fmt: skip


def _locked(visible: QuerySet[Context], pk: UUID, one: UUID, key: str) -> AssessmentText:
    """The row of a heading with its text locked; of each heading alone, so that writers do not wait for each other."""
    rows = AssessmentText.objects.select_related("text__updated_by", "assessment__context")
    rows = rows.select_for_update(of=("text",)).filter(assessment=one, assessment__context=pk, key=key).order_by()
    row = rows.filter(assessment__context__in=visible).first()
    if row is None:
        assessment = Assessment.objects.select_related("context").get(pk=one, context=pk, context__in=visible)
        if assessing.heading_of(assessment.context.kind, key) is None:
            raise ObjectDoesNotExist(key)
        Assessment.objects.select_for_update().get(pk=one)  # two first saves at once get the same row
        if not AssessmentText.objects.filter(assessment=one, key=key).exists():
            AssessmentText.objects.create(assessment=assessment, key=key, text=Text.objects.create())
        row = rows.get()
    if assessing.heading_of(row.assessment.context.kind, key) is None:
        raise ObjectDoesNotExist(key)
    return row


def _refuse_hidden(sight: Sight, text: Text) -> None:
    """Who may not read all of a text, or of what waits to be merged into it, does not write there."""
    bodies = [text.body, *text.set_aside.filter(resolved_at=None).values_list("body", flat=True)]
    if not all(sight.is_whole(body) for body in bodies):
        raise ActRefused(HIDDEN)
