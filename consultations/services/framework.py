"""Appendix A, the Contextual Safeguarding Framework: what the practitioner thinks about before the meeting.

Six points for discussion by five factors. A factor may have several columns: two schools, three places. Nobody has to
fill it in (the toolkit, "Case consultation meeting").
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission, can
from core import audit, drafts, notices, texts
from core.models import AuditEvent, FormSection, Text
from core.models.lists import FormName
from core.workflow import ActRefused

from .. import workflow
from ..choices import ReferralAct, ReferralState
from ..models import Consultation, FrameworkCell, FrameworkPlace, Referral
from . import referrals

SENT = "framework.sent"


class NameTaken(ActRefused):
    """Another column of the same factor has this name."""


@dataclass
class Column:
    """One place of a factor with its texts, by the point's id; a cell that nobody has begun is not there."""

    place: FrameworkPlace
    texts: dict[int, Text] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The factor, with the name of the place: "School(s): Marlow Road Academy"."""
        return f"{self.place.factor.title}: {self.place.name}" if self.place.name else self.place.factor.title


@dataclass
class Matrix:
    """The whole framework of a consultation: the points, and every factor with its columns."""

    points: list[FormSection]
    factors: list[tuple[FormSection, list[Column]]]

    @property
    def columns(self) -> Iterator[Column]:
        """All columns in their order."""
        return (column for _, columns in self.factors for column in columns)

    @property
    def written(self) -> list[tuple[Column, list[tuple[FormSection, str]]]]:
        """The columns that have text, each with its points and what is written about them."""
        found = []
        for column in self.columns:
            cells = [(point, column.texts[point.pk].body) for point in self.points if point.pk in column.texts]
            if cells := [(point, body) for point, body in cells if body.strip()]:
                found.append((column, cells))
        return found


def matrix(consultation: Consultation) -> Matrix:
    """The framework as it stands, in three queries. What was switched off since stays where something is written."""
    columns = {
        place.pk: Column(place)
        for place in consultation.framework_places.select_related("factor").order_by("factor__order", "order")
    }
    used = set()
    cells = FrameworkCell.objects.filter(place__consultation=consultation).select_related("text__updated_by")
    for cell in cells:
        columns[cell.place_id].texts[cell.point_id] = cell.text
        if cell.text.version:
            used.add(cell.point_id)
    forms = FormSection.objects.filter(form__in=[FormName.FRAMEWORK_POINTS, FormName.FRAMEWORK_FACTORS])
    points, factors = [], []
    for section in forms.order_by("order"):
        if section.form == FormName.FRAMEWORK_POINTS and (section.active or section.pk in used):
            points.append(section)
        elif section.form == FormName.FRAMEWORK_FACTORS:
            own = [column for column in columns.values() if column.place.factor_id == section.pk]
            if section.active or any(text.version for column in own for text in column.texts.values()):
                factors.append((section, own))
    return Matrix(points, factors)


def save_cell(
    place: FrameworkPlace,
    point: FormSection,
    *,
    body: str,
    base_version: int,
    by,
    at: datetime | None = None,
    **page,
) -> texts.SaveResult:
    """Save one cell as `core.texts.save` does.

    Raises ActRefused where the referral's state does not allow it, and where the column was taken away meanwhile.
    """
    at = at or timezone.now()
    referral = place.consultation.referral
    workflow.REFERRAL.check(ReferralAct.PREPARE, referral.state)
    with transaction.atomic():
        cell = _cell(place, point)
        result = texts.save(cell.text_id, body=body, base_version=base_version, by=by, at=at, **page)
        where = {"place": str(place.pk), "factor": place.factor.key, "point": point.key}
        if result.new_aside:
            _record(referral, "framework.set-aside", by=by, at=at, **where, on_version=base_version)
        elif result.new_version:
            _record(referral, "framework.written", by=by, at=at, **where, version=result.text.version)
    return result


def add_place(
    consultation: Consultation, factor: FormSection, *, name: str, by, at: datetime | None = None
) -> FrameworkPlace:
    """Another column of a factor, as a second school. One that has this name already is given back as it is."""
    at = at or timezone.now()
    with transaction.atomic():
        referral = _locked(consultation)
        columns = consultation.framework_places.filter(factor=factor)
        drafts.drop(place_key(referral, "new"), by)
        if there := columns.filter(name__iexact=name).first():
            return there
        last = columns.aggregate(last=Max("order"))["last"] or 0
        place = FrameworkPlace.objects.create(consultation=consultation, factor=factor, name=name, order=last + 1)
        _record(referral, "framework.place-added", by=by, at=at, place=str(place.pk), factor=factor.key)
    return place


def rename_place(place: FrameworkPlace, *, name: str, by, at: datetime | None = None) -> FrameworkPlace:
    """Give a column another name. Raises NameTaken where another one of its factor has it."""
    at = at or timezone.now()
    with transaction.atomic():
        referral = _locked(place.consultation)
        current = FrameworkPlace.objects.select_for_update().get(pk=place.pk)
        others = FrameworkPlace.objects.filter(consultation=place.consultation_id, factor=place.factor_id)
        if name and others.exclude(pk=place.pk).filter(name__iexact=name).exists():
            raise NameTaken(f"There is a column for {name} already")
        drafts.drop(place_key(referral, str(place.pk)), by)
        if current.name == name:
            return current
        current.name = name
        current.save(update_fields=["name"])
        _record(referral, "framework.place-renamed", by=by, at=at, place=str(place.pk), factor=place.factor.key)
    return current


def why_it_stays(place: FrameworkPlace) -> str:
    """Why a column cannot be taken away, "" where it can: words of a record, and their history, never go."""
    if place.cells.filter(text__version__gt=0).exists() or place.cells.filter(text__set_aside__isnull=False).exists():
        return "Something was written in this column, so it stays. You can give it another name."
    others = FrameworkPlace.objects.filter(consultation=place.consultation_id, factor=place.factor_id)
    if not others.exclude(pk=place.pk).exists():
        return "This is the only column of its kind, so it stays. You can leave it empty."
    return ""


def remove_place(place: FrameworkPlace, *, by, at: datetime | None = None) -> None:
    """Take an empty column away. Raises ActRefused where something was ever written there, or it is the only one."""
    at = at or timezone.now()
    with transaction.atomic():
        referral = _locked(place.consultation)
        current = FrameworkPlace.objects.select_for_update().filter(pk=place.pk).first()
        if current is None:
            return
        if reason := why_it_stays(current):
            raise ActRefused(reason)
        unused = list(current.cells.values_list("text", flat=True))
        current.delete()
        Text.objects.filter(pk__in=unused).delete()
        _record(referral, "framework.place-removed", by=by, at=at, place=str(place.pk), factor=place.factor.key)


def readers(consultation: Consultation, *, but) -> list:
    """Who is sent the link: the referrer and those who take part, as far as they have an account; not `but`."""
    people = [consultation.referral.referrer] if consultation.referral.referrer_id else []
    people += [one.person for one in consultation.participants.select_related("person") if one.person_id]
    return [person for person in {one.pk: one for one in people}.values() if person.pk != but.pk and person.is_active]


def send_link(consultation: Consultation, *, by, at: datetime | None = None) -> tuple[list, list]:
    """Tell `readers` where the framework is: (who was told, who was not, as they may not read the record).

    Raises ActRefused once the meeting was held: preparing comes before it.
    """
    at = at or timezone.now()
    with transaction.atomic():
        referral = _locked(consultation)
        if referral.state != ReferralState.PLANNED:
            raise ActRefused("The consultation has been held, so there is nothing to prepare any more.")
        told, not_told = [], []
        for person in readers(consultation, but=by):
            (told if can(person, Permission.REFERRAL_SEE, referral) else not_told).append(person)
        last = last_sent(consultation)
        if last and last.actor_id == by.pk and abs(at - last.at) <= referrals.SENT_TWICE:
            return told, not_told  # the same button, pressed twice
        if told:
            words = f"The framework for the case consultation {referral.reference} is there to read or to fill in."
            key = f"consultation:{consultation.pk}:prepare:{at:%Y%m%d%H%M%S}"
            url = reverse("consultations:prepare", args=[referral.pk])
            notices.tell(told, words, key=key, url=url, at=at)
            _record(referral, SENT, by=by, at=at, to=len(told))
    return told, not_told


def last_sent(consultation: Consultation) -> AuditEvent | None:
    """When the link was last sent, and by whom; None where it never was."""
    sent = AuditEvent.objects.filter(
        subject_type=Referral._meta.label_lower, subject_id=str(consultation.referral_id), act=SENT
    )
    return sent.order_by("-at").first()


def place_key(referral: Referral, which: str) -> str:
    """The key under which what is typed into the form of a column is kept."""
    return referrals.draft_key(referral, f"framework:{which}")


def _cell(place: FrameworkPlace, point: FormSection) -> FrameworkCell:
    """The cell, begun at its first save. The column is locked: two first saves at once get the same cell, and a column
    is not taken away while somebody writes in it."""
    if not FrameworkPlace.objects.select_for_update().filter(pk=place.pk).first():
        raise ActRefused("Somebody took this column away while you wrote. Copy your text into another one.")
    cell = FrameworkCell.objects.filter(place=place, point=point).first()
    return cell or FrameworkCell.objects.create(place=place, point=point, text=Text.objects.create())


def _locked(consultation: Consultation) -> Referral:
    referral = referrals.locked(consultation.referral)
    workflow.REFERRAL.check(ReferralAct.PREPARE, referral.state)
    return referral


def _record(referral: Referral, act: str, *, by, at: datetime, **detail) -> None:
    audit.record(act, by=by, subject=referral, label=referral.reference, detail=detail, at=at)
