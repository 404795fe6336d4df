"""Who is on a consultation page just now, in which section, and what somebody else saved there meanwhile.

A page that is open says so every ten seconds. It is no record: rows go when their page does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..models import Consultation, ConsultationNote, Presence, Referral

# A page that was silent for so long is gone.
GONE_AFTER = timedelta(seconds=30)
# So many pages of one consultation one person is seen on at once; one more takes the place of the quietest. What a
# page calls itself is the page's own word: without this bound, anybody could fill the table, and everybody's answers.
MOST_PAGES = 20
_signer = Signer(salt="consultations.presence")


@dataclass(frozen=True)
class Around:
    """What a page needs to know: `others` as (who, section) in the order of their names, and notes that moved on."""

    others: list[tuple]
    changed: list[ConsultationNote]


def token(pk: UUID) -> str:
    """What the page of the referral `pk` carries, to show that it was opened, which the audit log has noted."""
    return _signer.sign(str(pk))


def opened(pk: UUID, sent: str) -> bool:
    """Whether `sent` is the token of a page of this very referral: nobody reads along without having opened it."""
    try:
        return _signer.unsign(sent) == str(pk)
    except BadSignature:
        return False


def here(
    visible: QuerySet[Referral],
    pk: UUID,
    *,
    by,
    client: str,
    section: str = "",
    known: dict[str, int] | None = None,
    at: datetime | None = None,
) -> Around:
    """The page `client` of `by` is open, with the cursor in `section` ("" for none), and shows the versions `known`.

    Gives the other pages, and the notes among `known` that somebody saved since. Raises Consultation.DoesNotExist
    where `pk` is no visible referral with a consultation. Four queries at most.
    """
    at = at or timezone.now()
    rows = list(
        Consultation.objects.filter(referral=pk, referral__in=visible).values_list(
            "pk", "presences", "presences__user", "presences__user__name", "presences__client", "presences__section",
            "presences__at", named=True,
        )
    )  # fmt: skip
    if not rows:
        raise Consultation.DoesNotExist
    there = [row for row in rows if row.presences is not None]
    own = [row.presences for row in there if (row.presences__user, row.presences__client) == (by.pk, client)]
    if own:
        Presence.objects.filter(pk=own[0]).update(section=section, at=at)
    else:
        mine = sorted((row.presences__at, row.presences) for row in there if row.presences__user == by.pk)
        _arrive(rows[0].pk, [pk for _, pk in mine], by=by, client=client, section=section, at=at)
    if any(row.presences__at < at - GONE_AFTER for row in there if row.presences not in own):
        _silent(at)._raw_delete(using="default")  # one statement, without a transaction of its own
    others = sorted(
        {
            (row.presences__user__name, row.presences__user == by.pk, row.presences__section)
            for row in there
            if row.presences not in own and row.presences__at >= at - GONE_AFTER
        }
    )
    return Around(others, _moved_on(rows[0].pk, known or {}))


def leave(pk: UUID, *, by, client: str, at: datetime | None = None) -> None:
    """The page is closed. Rows of pages that went without a word go as well."""
    mine = Q(consultation__referral=pk, user=by, client=client)
    Presence.objects.filter(mine | Q(pk__in=_silent(at or timezone.now()))).delete()


def _arrive(consultation_pk: UUID, mine: list[int], *, by, client: str, section: str, at: datetime) -> None:
    """A page that was not here yet; `mine` are the rows of this person's other pages, the quietest first."""
    try:
        if len(mine) >= MOST_PAGES:
            Presence.objects.filter(pk=mine[0]).update(client=client, section=section, at=at)
            return
        Presence.objects.create(consultation_id=consultation_pk, user=by, client=client, section=section, at=at)
    except IntegrityError:  # the same page at the same moment: it is here, which is all that counts
        return


def _silent(at: datetime) -> QuerySet[Presence]:
    return Presence.objects.filter(at__lt=at - GONE_AFTER)


def _moved_on(consultation_pk: UUID, known: dict[str, int]) -> list[ConsultationNote]:
    if not known:
        return []
    newer = reduce(or_, (Q(section__key=key, text__version__gt=version) for key, version in known.items()))
    rows = ConsultationNote.objects.select_related("text__updated_by", "section").order_by("section__order")
    return list(rows.filter(newer, consultation=consultation_pk))
