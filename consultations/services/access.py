"""Who may see a restricted referral: restricting it, giving and ending access, keeping and lifting the restriction.

All of it is a manager's, with a reason, and shows in the record's history (product.md, "Who uses it").
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from accounts.permissions import Permission, can
from core import audit, drafts, notices
from core.models import AuditEvent, CaseworkSettings
from core.workflow import ActRefused, EditConflict

from ..choices import ReferralState
from ..models import AccessGrant, Participant, Referral
from . import referrals

# No grant is given for longer: it would outlive what it was given for.
LONGEST = timedelta(days=365)
# The acts in the audit log, with what the record's history says of each.
RESTRICTED, GIVEN, ENDED = "referral.restricted", "referral.access-given", "referral.access-ended"
KEPT, LIFTED = "referral.restriction-kept", "referral.restriction-lifted"


def review_by(at: datetime | None = None) -> date:
    """The last day on which a restriction decided now is looked at again."""
    return timezone.localdate(at) + timedelta(days=CaseworkSettings.current().restriction_review_days)


def who_could_see(referral: Referral) -> QuerySet:
    """The people who would see this referral if it were not restricted, and see it only by a grant while it is.

    Who made it and whose it is are not among them: they always see it.
    """
    people = User.objects
    some = Q(pk=referral.allocated_to_id)
    if referral.team_id:
        some |= Q(team=referral.team_id)
    everything = people.holding(Permission.REFERRAL_SEE_ALL).values("pk")
    theirs = people.holding(Permission.REFERRAL_SEE).filter(some).values("pk")
    always = [referral.referrer_id] if referral.imported else [referral.referrer_id, referral.made_by_id]
    return people.filter(Q(pk__in=everything) | Q(pk__in=theirs)).exclude(pk__in=[one for one in always if one])


def proposed(referral: Referral, by) -> list[tuple]:
    """Who probably keeps access when `by` restricts this referral: [(person, why)], each once."""
    taking_part = Participant.objects.filter(
        consultation__referral=referral, consultation__referral__state__in=[ReferralState.PLANNED, ReferralState.HELD]
    )
    reasons = dict.fromkeys(
        taking_part.exclude(person=None).values_list("person", flat=True), "Takes part in the consultation"
    )
    reasons[referral.allocated_to_id] = "The referral is allocated to them"
    reasons[by.pk] = "You"
    found = who_could_see(referral).filter(pk__in=[pk for pk in reasons if pk]).select_related("team")
    return sorted(((person, reasons[person.pk]) for person in found), key=lambda pair: (pair[1] != "You", str(pair[0])))


def may_be_kept(referral: Referral) -> list[AccessGrant]:
    """The grants that a review may go on with: those in force, and those that ran out under this restriction."""
    grants = referral.grants.filter(ended_at=None, at__gte=referral.restricted_at).select_related("user", "user__team")
    last = {grant.user_id: grant for grant in grants.order_by("until", "at")}
    able = set(who_could_see(referral).filter(pk__in=last).values_list("pk", flat=True))
    return sorted((grant for pk, grant in last.items() if pk in able), key=lambda grant: grant.user.name)


def restrict(referral: Referral, *, reason: str, people: Iterable, by, at: datetime | None = None) -> Referral:
    """Restrict a sent referral; each of `people` keeps access until the review.

    Raises ActRefused for a draft, for one that is restricted already, and for somebody who could not see it anyway.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = referrals.locked(referral)
        if current.restricted_at and _just_done(RESTRICTED, current, by=by, at=at):
            return current
        if current.state == ReferralState.DRAFT:
            raise ActRefused("This referral has not been sent yet, so only who makes it can see it.")
        if current.restricted_at:
            raise ActRefused("This referral is already restricted.")
        people = _able(current, people)
        current.restricted_at, current.restricted_by, current.restriction_reason = at, by, reason
        current.restriction_review_on = review_by(at)
        current.version += 1
        current.save()
        for person in people:
            _give(current, person, until=current.restriction_review_on, reason=reason, by=by, at=at)
        names, review = [person.name for person in people], current.restriction_review_on.isoformat()
        _record(RESTRICTED, current, by=by, at=at, reason=reason, review=review, access=names)
        drafts.drop(referrals.draft_key(current, "restrict"), by)
    return current


def grant(referral: Referral, *, person, until: date, reason: str, by, at: datetime | None = None) -> AccessGrant:
    """Give one person access until the end of a day; it takes the place of what they had.

    Raises ActRefused where the referral is not restricted, for a day that is past or more than a year away, and for
    somebody who could not see it anyway. A manager who gives access to themselves: the other managers are told.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _restricted(referral)
        held = current.grants.current(timezone.localdate(at)).filter(user=person)
        if twice := held.filter(until=until, reason=reason, by=by).first():
            return twice
        _check_day(until, at)
        _able(current, [person])
        held.update(ended_at=at, ended_by=by)
        given = _give(current, person, until=until, reason=reason, by=by, at=at)
        _record(GIVEN, current, by=by, at=at, to=person.name, until=until.isoformat(), reason=reason)
        if person.pk == by.pk:
            _tell_managers(
                current,
                f"A manager has given themselves access to restricted referral {current.reference}.",
                key=f"referral:{current.pk}:own-access:{given.pk}",
                but=by,
                at=at,
            )
        drafts.drop(referrals.draft_key(current, "grant"), by)
    return given


def end(given: AccessGrant, *, reason: str, by, at: datetime | None = None) -> AccessGrant:
    """End a person's access before its day. Raises ActRefused where it has ended or run out."""
    at = at or timezone.now()
    with transaction.atomic():
        current = referrals.locked(given.referral)
        row = current.grants.select_for_update(of=("self",)).select_related("user").get(pk=given.pk)
        if row.ended_at and _just_done(ENDED, current, by=by, at=at):
            return row
        if row.ended_at or row.until < timezone.localdate(at):
            raise ActRefused("This access has already ended.")
        row.ended_at, row.ended_by = at, by
        row.save()
        _record(ENDED, current, by=by, at=at, to=row.user.name, reason=reason)
        drafts.drop(end_key(row), by)
    return row


def keep(
    referral: Referral,
    *,
    review_on: date,
    seen: date | None,
    reason: str,
    people: Iterable,
    by,
    at: datetime | None = None,
) -> Referral:
    """At the review: the restriction stays until the next one, and so does the access of `people`.

    `seen` is the day of the review that the page showed. Raises EditConflict where somebody else has reviewed it
    since, ActRefused where it is not restricted, or for a day that is past or further away than a review may be.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = _restricted(referral)
        if current.restriction_review_on != seen:
            if current.restriction_review_on == review_on and _just_done(KEPT, current, by=by, at=at):
                return current
            raise EditConflict("Somebody else has reviewed this restriction since you opened the page.", current)
        if not timezone.localdate(at) < review_on <= review_by(at):
            last = date_format(review_by(at), "DATE_FORMAT")
            raise ActRefused(f"The next review must be after today, and by {last}.")
        people = _able(current, people)
        notices.forget(_review_key(current))
        current.restriction_review_on = review_on
        current.version += 1
        current.save()
        longer = current.grants.current(timezone.localdate(at)).filter(until__gte=review_on)
        covered = set(longer.values_list("user", flat=True))
        for person in people:
            if person.pk not in covered:
                current.grants.filter(user=person, ended_at=None).update(ended_at=at, ended_by=by)
                _give(current, person, until=review_on, reason=reason, by=by, at=at)
        names = [person.name for person in people]
        _record(KEPT, current, by=by, at=at, reason=reason, review=review_on.isoformat(), access=names)
        drafts.drop(referrals.draft_key(current, "keep-restriction"), by)
    return current


def lift(referral: Referral, *, reason: str, by, at: datetime | None = None) -> Referral:
    """Take the restriction away: whoever saw the referral before sees it again. Raises ActRefused without one."""
    at = at or timezone.now()
    with transaction.atomic():
        current = referrals.locked(referral)
        if not current.restricted_at and _just_done(LIFTED, current, by=by, at=at):
            return current
        if not current.restricted_at:
            raise ActRefused("This referral is not restricted.")
        notices.forget(_review_key(current))
        current.restricted_at = current.restricted_by = current.restriction_review_on = None
        current.restriction_reason = ""
        current.version += 1
        current.save()
        current.grants.filter(ended_at=None).update(ended_at=at, ended_by=by)
        _record(LIFTED, current, by=by, at=at, reason=reason)
        drafts.drop(referrals.draft_key(current, "lift"), by)
    return current


def end_key(given: AccessGrant) -> str:
    """The key under which what is typed into the form that ends this grant is kept."""
    return f"access:{given.pk}:end"


def history(referral: Referral, reader) -> list[dict]:
    """What was decided about the access to this referral, as events of `components/timeline.html`, first first.

    Who may restrict, or was given access at some time, reads why and for whom; others who see the referral read that
    it was restricted, reviewed or lifted, and no more.
    """
    events = []
    whole = can(reader, Permission.REFERRAL_RESTRICT) or referral.grants.filter(user=reader).exists()
    acts = _TITLES if whole else (RESTRICTED, KEPT, LIFTED)
    for event in _events(referral).filter(act__in=acts).order_by("at", "pk"):
        detail = event.detail if whole else {}
        title = _TITLES[event.act].format(to=detail.get("to", ""), until=day_words(detail.get("until")))
        lines = [detail.get("reason", "")]
        if names := detail.get("access"):
            lines.append(f"With access: {', '.join(names)}")
        if review := detail.get("review"):
            lines.append(f"To be reviewed by {day_words(review)}")
        events.append(
            {"title": title, "by": event.actor_name, "at": event.at, "text": [line for line in lines if line]}
        )
    return events


def due_for_review(rows: QuerySet[Referral], on: date | None = None) -> QuerySet[Referral]:
    """Of `rows`, the restricted ones whose day of review has come (today, London)."""
    return rows.filter(restricted_at__isnull=False, restriction_review_on__lte=on or timezone.localdate())


def bring_up_reviews(at: datetime) -> int:
    """Part of a round: tell the managers of every restriction that is to be reviewed; how many notices that made."""
    told = 0
    for referral in due_for_review(Referral.objects.sent(), timezone.localdate(at)).order_by("restriction_review_on"):
        words = f"The restriction of referral {referral.reference} is due for review."
        told += len(_tell_managers(referral, words, key=_review_key(referral), at=at))
    return told


def closed_since(user, *, since: datetime, until: datetime) -> bool:
    """Whether `user` may no longer see a referral that they could see at some time between `since` and `until`.

    For a file that was made from what they saw then: it may hold that referral. Counts restrictions and the end of
    grants. Errs towards yes, as a filter may have left the referral out.
    """
    held = AccessGrant.objects.filter(
        referral=OuterRef("pk"), user=user, at__lte=until, until__gte=timezone.localdate(since)
    ).exclude(ended_at__lt=since)
    gone = Referral.objects.filter(restricted_at__isnull=False, created_at__lte=until)
    gone = gone.exclude(pk__in=Referral.objects.visible_to(user))
    return gone.filter(Q(restricted_at__gte=since) | Exists(held)).exists()


_TITLES = {
    RESTRICTED: "Restricted",
    GIVEN: "Access given to {to} until {until}",
    ENDED: "Access of {to} ended",
    KEPT: "Restriction reviewed and kept",
    LIFTED: "Restriction lifted",
}


def _restricted(referral: Referral) -> Referral:
    current = referrals.locked(referral)
    if not current.restricted_at:
        raise ActRefused("This referral is not restricted, so nobody needs to be given access.")
    return current


def _able(referral: Referral, people: Iterable) -> list:
    """`people`, each once. Raises ActRefused for one whose roles and team do not let them see this referral anyway."""
    wanted = {person.pk: person for person in people}
    able = set(who_could_see(referral).filter(pk__in=wanted).values_list("pk", flat=True))
    for pk, person in wanted.items():
        if pk not in able:
            raise ActRefused(
                f"{person.name} cannot be given access: they always have it, have left, or may not see this referral "
                "by their role and team."
            )
    return list(wanted.values())


def _check_day(until: date, at: datetime) -> None:
    today = timezone.localdate(at)
    if not today <= until <= today + LONGEST:
        raise ActRefused("Access is given until a day from today on, and for a year at most.")


def _give(referral: Referral, person, *, until: date, reason: str, by, at: datetime) -> AccessGrant:
    given = AccessGrant.objects.create(referral=referral, user=person, by=by, at=at, reason=reason, until=until)
    if person.pk != by.pk:
        words = f"You have access to restricted referral {referral.reference} until {day_words(until)}."
        key = f"referral:{referral.pk}:access:{given.pk}"
        notices.tell([person], words, key=key, url=referral.get_absolute_url(), at=at)
    return given


def _tell_managers(referral: Referral, words: str, *, key: str, at: datetime, but=None) -> list:
    managers = User.objects.holding(Permission.REFERRAL_RESTRICT)
    url = reverse("consultations:access", args=[referral.pk])
    return notices.tell(managers.exclude(pk=but.pk) if but else managers, words, key=key, url=url, at=at)


def _review_key(referral: Referral) -> str:
    return f"referral:{referral.pk}:restriction:{referral.restriction_review_on:%Y-%m-%d}"


def _just_done(act: str, referral: Referral, *, by, at: datetime) -> bool:
    """Whether the same person did the same a moment ago: the same form, sent twice."""
    just_now = (at - referrals.SENT_TWICE, at + referrals.SENT_TWICE)
    return _events(referral).filter(act=act, actor_id=by.pk, at__range=just_now).exists()


def _events(referral: Referral) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(subject_type=Referral._meta.label_lower, subject_id=str(referral.pk))


def day_words(day: date | str | None) -> str:
    """A day, also in ISO form, as people read it; "" for none."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return date_format(day, "DATE_FORMAT") if day else ""


def _record(act: str, referral: Referral, *, by, at: datetime, **detail) -> None:
    audit.record(act, by=by, subject=referral, label=referral.reference, detail=detail, at=at)
