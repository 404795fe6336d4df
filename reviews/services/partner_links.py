"""Links for people outside the council: made with an end date, ended early, opened; each time audited (ADR 38).

A link's token is made of the form that was sent, so that the same form sent twice gives one link; what is kept is a
hash of it. It is signed, so that one which nobody made is told without looking into the database.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.core import signing
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.crypto import salted_hmac

from contexts.every_name import EveryName
from core import drafts
from core.models import AuditEvent
from core.workflow import ActRefused

from ..models import PartnerLink, Review, ReviewAction, Statement
from . import steps
from .actions import page_of

OPENED = "review.link-opened"
SALT = "reviews.partner-link"
AT_MOST = relativedelta(years=1)
# So often in five minutes may one link be opened: a whole meeting at once, and no machine.
OFTEN, WITHIN = 120, timedelta(minutes=5)
NAMES_LEFT = (
    "A young person’s name or case number may stand in what this link would show. Look at the places below and write "
    "them without names, or ask a manager or CS practitioner, who may know the names. Nothing was made."
)
NOT_SAID = "Words that may be names were found. Say why none of them is a young person’s, or write without them."
ENDED = "This link has been ended. Make a new one."


@dataclass(frozen=True)
class Place:
    """Somewhere that a name may stand: what it is, its page, and whether it is a whole name or a number."""

    words: str
    url: str
    whole: bool


def latest_end(today: date) -> date:
    """The furthest end date of a link that is made today."""
    return today + AT_MOST


def make(
    review: Review,
    *,
    label: str,
    expires_on: date,
    shows_leads: bool,
    because: str = "",
    once: UUID,
    by,
    at: datetime | None = None,
) -> tuple[PartnerLink, str]:
    """A new link, and the token that opens it, which is said here and never again.

    `once` is of the form: the same one sent twice makes one link. Raises ActRefused where a name stands in the round's
    words, where words may be names and `because` says nothing of them, or where that link was ended.
    """
    at = at or timezone.now()
    token = _token(review, once, by)
    with transaction.atomic():
        current = steps.locked(review, None)
        if there := PartnerLink.objects.filter(token_hash=_hash(token)).first():
            if there.revoked_at:
                raise ActRefused(ENDED)
            return there, token  # the same form sent twice
        if not timezone.localdate(at) <= expires_on <= latest_end(timezone.localdate(at)):
            raise ActRefused("A link ends between today and a year from today.")
        found = places(current)
        if any(place.whole for place in found):
            raise ActRefused(NAMES_LEFT)
        if found and not because.strip():
            raise ActRefused(NOT_SAID)
        made = PartnerLink.objects.create(
            review=current, label=label, token_hash=_hash(token), expires_on=expires_on, shows_leads=shows_leads,
            passed_because=because if found else "", made_by=by, made_at=at,
        )  # fmt: skip
        steps.record(
            "review.link-made", made, current, by=by, at=at, until=expires_on.isoformat(), leads=shows_leads,
            passed=len(found),
        )  # fmt: skip
        drafts.drop(steps.draft_key(current, "link:new"), by)
    return made, token


def revoke(link: PartnerLink, *, by, at: datetime | None = None) -> PartnerLink:
    """End a link: it opens nothing from now on. Once ended it stays so."""
    at = at or timezone.now()
    with transaction.atomic():
        review = steps.locked(link.review, None)
        current = PartnerLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
        if current.revoked_at is None:
            current.revoked_at, current.revoked_by = at, by
            current.save(update_fields=["revoked_at", "revoked_by"])
            steps.record("review.link-ended", current, review, by=by, at=at)
    return current


def find(token: str) -> PartnerLink | None:
    """The link that this token opens or opened; None for one that nobody made."""
    try:
        signing.Signer(salt=SALT, sep=".").unsign(token)  # compares in constant time
    except signing.BadSignature:
        return None
    return PartnerLink.objects.filter(token_hash=_hash(token)).select_related("review").first()


def too_often(link: PartnerLink, *, at: datetime | None = None) -> bool:
    """Whether this link was opened so often just now that only a machine can be at it."""
    at = at or timezone.now()
    return _openings([link.pk]).filter(at__gt=at - WITHIN).count() >= OFTEN


def note_opening(link: PartnerLink, *, at: datetime | None = None) -> None:
    """Write into the audit log that this link was opened. By whom is not known."""
    steps.record(OPENED, link, link.review, by=None, at=at or timezone.now())


def uses(links: Iterable[PartnerLink]) -> dict[str, tuple[int, datetime]]:
    """How often each of these links was opened, and when last, by its id as text: as the audit log has it."""
    counted = _openings([link.pk for link in links]).order_by().values("subject_id")
    return {
        row["subject_id"]: (row["number"], row["last"]) for row in counted.annotate(number=Count("pk"), last=Max("at"))
    }


def places(review: Review) -> list[Place]:
    """Where in what a link would show a young person's name may stand. Which name is said to nobody here."""
    shown = _shown(review)
    names = EveryName(text for _, _, text in shown)
    return [Place(words, url, names.has_whole(text)) for words, url, text in shown if names.has_any(text)]


def _shown(review: Review) -> list[tuple[str, str, str]]:
    """All words that a link shows: (what it is, its page, its text)."""
    found = [("The name of what is reviewed", review.get_absolute_url(), review.area)]
    statements = Statement.objects.standing().filter(review=review).select_related("words")
    for one in statements:
        label = f"Statement: {one.part.label}, {one.get_domain_display()}, {one.get_rating_display().lower()}"
        found.append((label, one.get_absolute_url(), one.words.body))
    actions = ReviewAction.objects.standing().filter(statement__review=review).select_related("statement")
    for action in actions:
        said = "\n".join(filter(None, [action.what, action.timescale, action.outcome]))
        found.append((f"Action: {action.statement.part.label}", page_of(action), said))
    for rating in review.overall_ratings.current():
        found.append((f"Overall rating: {rating.get_part_display()}", review.get_absolute_url(), rating.reason))
    return found


def _openings(pks: Iterable[UUID]):
    ids = [str(pk) for pk in pks]
    return AuditEvent.objects.filter(subject_type=PartnerLink._meta.label_lower, subject_id__in=ids, act=OPENED)


def _token(review: Review, once: UUID, by) -> str:
    said = salted_hmac(SALT, f"{review.pk}:{by.pk}:{once}", algorithm="sha256").digest()
    return signing.Signer(salt=SALT, sep=".").sign(signing.b64_encode(said).decode())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
