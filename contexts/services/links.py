"""Links of people to a context, and ties between them: made, changed, looked at again, ended (practice.md §2, §5).

Both carry where they come from and until when they count (`models.Provenance`); what is done to them is the same.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from consultations.models import YoungPerson
from consultations.models.people import case_key
from consultations.services.people import kept_of
from core import audit, drafts
from core.workflow import ActRefused, EditConflict

from .. import workflow
from ..choices import ContextAct
from ..models import Context, LinkedPerson, PeerTie, Provenance
from ..models.people import standing_record
from ..sight import Sight
from . import plan, referring, steps

# For so long a link counts unless somebody says otherwise; then it has to be looked at again.
REVIEW_AFTER = timedelta(days=90)
# A link of which nothing has come after this time is pointed out.
UNUSED_AFTER = timedelta(days=28)
SHARED = ("nature", "source", "reliability", "noted_on", "review_on", "purpose")
OF_PERSON = (*SHARED, "standing", "meets_at")
OF_TIE = (*SHARED, "mutual", "detail")
# So many records of one number, spaced differently, are looked through.
MOST_OF_A_NUMBER = 10
# The words among them, which may name somebody.
WORDS = ("purpose", "meets_at", "detail")
HIDDEN = "It names somebody whom you may not see, so you cannot change what it says."
ENDED = "This link is ended. Make a new one if it is known again."


def find(case_number: str, *, by) -> YoungPerson | None:
    """The young person with this case number, however it is spaced, among those that `by` may see.

    The number of a record that was merged away leads to the one that stays. One that exists and is hidden from them is
    not found, as one that does not exist.
    """
    key = case_key(case_number)
    if not key:
        return None
    rows = list(YoungPerson.objects.filter(case_key=key)[:MOST_OF_A_NUMBER])
    rows.sort(key=lambda row: row.case_number.casefold() != case_number.casefold())
    seen = YoungPerson.objects.visible_to(by)
    return next((kept for row in rows if (kept := seen.filter(pk=kept_of(row).pk).first())), None)


def link(
    context: Context,
    values: dict[str, Any],
    *,
    by,
    young_person: YoungPerson | None = None,
    name: str = "",
    at: datetime | None = None,
) -> LinkedPerson:
    """Link a young person with a record here, or somebody of whom no more than a name is known. See OF_PERSON.

    Raises ActRefused where the context is not worked on, or the young person is linked to it already.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(context)
        workflow.CONTEXT.check(ContextAct.WORK, current.state)
        drafts.drop(steps.draft_key(current, "link"), by)
        if there := _linked(current, young_person, name):
            if just_made(there, by=by, at=at):
                return there  # the same form sent twice
            if young_person:
                raise ActRefused("This young person is already linked to this context.")
        made = LinkedPerson.objects.create(
            context=current, young_person=young_person, name=name, made_by=by, made_at=at, **values
        )
        _record(made, "added", by=by, at=at, nature=made.get_nature_display(), source=made.get_source_display())
    return made


def _linked(context: Context, young_person: YoungPerson | None, name: str) -> LinkedPerson | None:
    """The link that stands of this young person, under whichever of their records; or of somebody of this name."""
    standing = LinkedPerson.objects.standing().filter(context=context)
    if young_person is None:
        return standing.filter(young_person=None, name=name).last()
    return standing.alias(who=standing_record()).filter(who=young_person.pk).first()


def tie(
    first: LinkedPerson, second: LinkedPerson, values: dict[str, Any], *, by, at: datetime | None = None
) -> PeerTie:
    """Say what connects two people of one context. See OF_TIE.

    Raises ActRefused for one to oneself, between two contexts, with somebody whose link is ended, or one that is there.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(first.context)
        workflow.CONTEXT.check(ContextAct.WORK, current.state)
        drafts.drop(steps.draft_key(current, "tie"), by)
        ends = LinkedPerson.objects.standing().filter(context=current, pk__in=[first.pk, second.pk])
        if first.pk == second.pk:
            raise ActRefused("Choose two different people.")
        if ends.count() != 2:
            raise ActRefused("Both people must be linked to this context now.")
        if there := same_tie(first, second, **{name: values[name] for name in ("nature", "mutual")}):
            if just_made(there, by=by, at=at):
                return there  # the same form sent twice
            raise ActRefused("This link is already there.")
        made = PeerTie.objects.create(context=current, first=first, second=second, made_by=by, made_at=at, **values)
        _record(made, "added", by=by, at=at, nature=made.get_nature_display(), source=made.get_source_display())
    return made


def same_tie(
    first: LinkedPerson, second: LinkedPerson, *, nature: str, mutual: bool, but: PeerTie | None = None
) -> PeerTie | None:
    """The tie of this nature that stands between the two; one without a direction is the same either way round."""
    ties = PeerTie.objects.standing().filter(nature=nature).exclude(pk=but.pk if but else None)
    straight, turned = Q(first=first, second=second), Q(first=second, second=first)
    return ties.filter(straight | turned if mutual else straight | (turned & Q(mutual=True))).first()


def change(row: Provenance, values: dict[str, Any], *, version: int, by, at: datetime | None = None) -> Provenance:
    """Other values of a link or a tie. Raises ActRefused where it is ended or names somebody hidden, EditConflict."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(row)
        _open(current)
        if all(getattr(current, name) == value for name, value in values.items()):
            drafts.drop(draft_key(current, "change"), by)
            return current  # the same form sent twice
        if current.version != version:
            raise EditConflict("Somebody changed this link after you opened this page.", current)
        _refuse_hidden(current, values, by)
        if isinstance(current, PeerTie) and same_tie(
            current.first, current.second, but=current, **{name: values[name] for name in ("nature", "mutual")}
        ):
            raise ActRefused("This link is already there.")
        before = audit.state_of(current, list(values))
        for name, value in values.items():
            setattr(current, name, value)
        changed = audit.changes(before, audit.state_of(current, list(values)))
        drafts.drop(draft_key(current, "change"), by)
        current.version += 1
        current.save()
        _record(current, "changed", by=by, at=at, changed=changed)
    return current


def renew(
    row: Provenance, *, review_on: date, reliability: str, by, at: datetime | None = None, version: int | None = None
) -> Provenance:
    """Somebody looked at it again and it still holds: it counts until another day. Raises ActRefused, EditConflict."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(row)
        _open(current)
        drafts.drop(draft_key(current, "renew"), by)
        if (current.review_on, current.reliability) == (review_on, reliability):
            return current
        if version is not None and current.version != version:
            raise EditConflict("Somebody changed this link after you opened this page.", current)
        current.review_on, current.reliability = review_on, reliability
        current.version += 1
        current.save()
        _record(current, "looked-at", by=by, at=at, review_on=review_on.isoformat())
    return current


def end(row: Provenance, *, reason: str, by, at: datetime | None = None) -> Provenance:
    """It does not hold any more, or should not be known: and why. A person's ties end with their link."""
    at = at or timezone.now()
    with transaction.atomic():
        current = _locked(row)
        if (current.ended_because, current.ended_by_id) == (reason, by.pk):
            return current  # the same form sent twice
        _open(current)
        _end(current, reason=reason, by=by, at=at)
        if isinstance(current, LinkedPerson):
            for one in PeerTie.objects.standing().filter(Q(first=current) | Q(second=current)):
                _end(one, reason="The link of one of the two people was ended.", by=by, at=at)
        drafts.drop(draft_key(current, "end"), by)
    return current


def _end(row: Provenance, *, reason: str, by, at: datetime) -> None:
    row.ended_at, row.ended_by, row.ended_because = at, by, reason
    row.version += 1
    row.save()
    _record(row, "ended", by=by, at=at, reason=reason)


def place(
    context: Context,
    places: dict[Any, tuple[float, float]],
    *,
    by,
    drawn_at: dict[Any, tuple[float, float]] | None = None,
    at: datetime | None = None,
) -> int:
    """Put people on the peer map, {link's id: (x, y) in hundredths}; gives how many. Of two moves the last one stays.

    `drawn_at` is where people stood whom nobody has moved: they keep it, unless somebody else has moved them meanwhile.
    Raises ActRefused where the context is not worked on.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = steps.locked(context)
        workflow.CONTEXT.check(ContextAct.WORK, current.state)
        rows = LinkedPerson.objects.filter(context=current)
        people = list(rows.filter(Q(pk__in=places) | Q(pk__in=drawn_at or {}, map_x=None)).only("pk", "map_x", "map_y"))
        places = (drawn_at or {}) | places
        for person in people:
            person.map_x, person.map_y = places[person.pk]
        LinkedPerson.objects.bulk_update(people, ["map_x", "map_y"])
        if people:
            steps.record(current, "context.peer-map-arranged", by=by, at=at, people=len(people))
    return len(people)


def unused(context: Context, on: date | None = None) -> QuerySet[LinkedPerson]:
    """People linked for a while whom no action of the plan concerns: is the link still needed?"""
    since = (on or timezone.localdate()) - UNUSED_AFTER
    return plan.unconcerned(context).filter(made_at__date__lte=since)


def just_made(row: Provenance | None, *, by, at: datetime | None = None) -> bool:
    """Whether `by` made this link a moment ago: then the form that makes it was sent twice."""
    return row is not None and row.made_by_id == by.pk and (at or timezone.now()) - row.made_at <= referring.SENT_TWICE


def draft_key(row: Provenance, form: str) -> str:
    """The key under which what is typed into a form about this link is kept."""
    return f"link:{row.pk}:{form}"


def _locked(row: Provenance) -> Provenance:
    context = steps.locked(row.context)  # the context first, as for every act on it
    workflow.CONTEXT.check(ContextAct.WORK, context.state)
    current = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    current.context = context
    return current


def _open(row: Provenance) -> None:
    if row.ended_at is not None:
        raise ActRefused(ENDED)


def _refuse_hidden(row: Provenance, values: dict[str, Any], by) -> None:
    """What names somebody hidden from the one who changes it stays as it is."""
    sight = Sight(by, row.context)
    for name in WORDS:
        if name in values and values[name] != getattr(row, name) and not sight.is_whole(getattr(row, name)):
            raise ActRefused(HIDDEN)


def _record(row: Provenance, act: str, *, by, at: datetime, **detail) -> None:
    kind = "tie" if isinstance(row, PeerTie) else "link"
    audit.record(f"{kind}.{act}", by=by, subject=row, label=row.context.reference, detail=detail, at=at)
