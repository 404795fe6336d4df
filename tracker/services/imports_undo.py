"""Undoing an import while nothing was built on its rows: they go, and what was made for them alone."""

from collections.abc import Iterator

from django.db import models, transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from accounts.models import Agency, Team
from consultations.models import AccessGrant, Consultation, ConsultationAction, Referral, ReferralMessage, YoungPerson
from consultations.services import people as young_people
from consultations.services.referrals import draft_key
from contexts.models import ContextMention
from core import audit, jobs
from core.batches import batched
from core.models import AuditEvent, FormDraft, Job
from core.workflow import ActRefused

from ..models import ImportedReferral, Theme, TrackerEntry, TrackerImport
from .imports_writing import QUESTION, RESTRICTION

AT_ONCE = 500
EVERY = 2.0  # seconds between two reports of how far it is
# What an import makes around a referral, and the way from there to the referral. Whatever else points to one of these,
# today or in a model that is added later, was built on it.
_MADE: dict[type[models.Model], str] = {
    Referral: "",
    Consultation: "referral__",
    TrackerEntry: "referral__",
    ConsultationAction: "consultation__referral__",
}
_MADE_BESIDES = (
    ContextMention,  # read from what the import made
    ImportedReferral,
    AccessGrant,
    ReferralMessage,
    Referral.harms.through,
    TrackerEntry.themes.through,
    ConsultationAction.interventions.through,
)
# Events in the audit log that change nothing.
_READING = ("viewed", "denied")


def in_the_way(of: TrackerImport) -> list[str]:
    """The references of this import's referrals on which something was built since, in order."""
    found: set[str] = set()
    for references in _built_on(of):
        found.update(references)
    return sorted(found)


def named(references: list[str], user) -> list[str]:
    """Of these `references` those of referrals that `user` may see."""
    seen = Referral.objects.visible_to(user).filter(reference__in=references)
    return list(seen.order_by("reference").values_list("reference", flat=True))


def undo(of: TrackerImport, job: Job, step: jobs.Step) -> None:
    """Take an import's referrals away again, and the young people, teams, agencies and themes that nothing else uses.

    All or nothing: raises ActRefused where something was built on one of them. References are not given out again.
    """
    total = of.referrals.count()
    step(0, total)
    with transaction.atomic():
        with jobs.kept_alive(step, 0, total, every=EVERY) as pulse:
            young_people.one_at_a_time()
            current = TrackerImport.objects.select_for_update(of=("self",)).get(pk=of.pk)
            if current.undone_at:
                return
            # Whoever is at work on one of them is waited for, and whoever comes now waits.
            rows = Referral.objects.select_for_update(of=("self",)).filter(came_by__of=current).order_by("pk")
            pks = list(rows.values_list("pk", flat=True))
            if references := in_the_way(current):
                number = f"{len(references)} of its referrals" if references[1:] else "one of its referrals"
                # Every manager may read this, also who may not see those referrals: none is named.
                raise ActRefused(f"Something was done since with {number}, so nothing was taken back.")
            for some in batched(pks, AT_ONCE):
                jobs.still_held(job)
                _delete(some)
                pulse.done += len(some)
            gone = _delete_what_was_made(current)
        step(total, total)  # the last word: whoever took the job away has taken all of this back
        current.undone_at, current.undone_by, current.made = timezone.now(), job.requested_by, {}
        current.save(update_fields=["undone_at", "undone_by", "made"])
        detail = {"referrals": len(pks)} | gone
        audit.record("tracker.import-undone", by=job.requested_by, subject=current, detail=detail)


def _built_on(of: TrackerImport) -> Iterator[QuerySet]:
    """References, by one query for each way of building something on a referral."""
    rows = Referral.objects.filter(came_by__of=of)
    changed = Q(version__gt=1) | Q(allocated_to__isnull=False) | Q(entry__version__gt=1)
    changed |= Q(consultation__actions__version__gt=1)
    yield rows.filter(changed).values_list("reference", flat=True)
    yield _references(AccessGrant.objects.exclude(reason=RESTRICTION), "referral__", of)
    yield _references(ReferralMessage.objects.exclude(body=QUESTION), "referral__", of)
    for model, way in _MADE.items():
        for relation in _pointing_to(model):
            if relation.related_model not in (*_MADE, *_MADE_BESIDES):
                name = relation.field.name
                yield _references(relation.related_model._base_manager.all(), f"{name}__{way}", of)
        made = model.objects.filter(**{f"{way}came_by__of": of})
        ids = made.annotate(text=Cast("pk", CharField())).values("text")
        events = AuditEvent.objects.filter(subject_type=model._meta.label_lower, subject_id__in=ids)
        touched = events.exclude(act__in=_READING).values("subject_id")
        yield (
            made.annotate(text=Cast("pk", CharField()))
            .filter(text__in=touched)
            .values_list(f"{way}reference", flat=True)
        )
    # What somebody typed about one of them and has not sent yet.
    start = len(draft_key(Referral(pk=""), "").rstrip(":")) + 2  # after "referral:"
    typed = FormDraft.objects.filter(key__startswith="referral:").values(referral=Substr("key", start, 36))
    yield rows.annotate(text=Cast("pk", CharField())).filter(text__in=typed).values_list("reference", flat=True)


def _references(rows: QuerySet, way: str, of: TrackerImport) -> QuerySet:
    """The references of the referrals of `of` to which `rows` lead by `way`."""
    return rows.filter(**{f"{way}came_by__of": of}).order_by().values_list(f"{way}reference", flat=True).distinct()


def _pointing_to(model: type[models.Model]) -> list:
    """Every foreign key to `model`, those without a name from here and of many-to-many tables among them."""
    fields = model._meta.get_fields(include_hidden=True)
    return [field for field in fields if field.auto_created and not field.concrete and not field.many_to_many]


def _delete(pks: list) -> None:
    """These referrals, with what the import made around them."""
    ConsultationAction.objects.filter(consultation__referral__in=pks).delete()
    TrackerEntry.objects.filter(referral__in=pks).delete()
    Consultation.objects.filter(referral__in=pks).delete()
    ImportedReferral.objects.filter(referral__in=pks).delete()
    Referral.objects.filter(pk__in=pks).delete()


def _delete_what_was_made(of: TrackerImport) -> dict[str, int]:
    """Of what was made for the import's referrals, that to which nothing points any more; how many those were."""
    gone = {}
    for name, model in [("people", YoungPerson), ("teams", Team), ("agencies", Agency), ("themes", Theme)]:
        gone[name] = 0
        for some in batched(of.made.get(name, []), AT_ONCE):
            rows = model._base_manager.filter(pk__in=some)
            for relation in _pointing_to(model):
                pointing = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
                rows = rows.exclude(Exists(pointing))
            gone[name] += rows.delete()[1].get(model._meta.label, 0)
    return gone
