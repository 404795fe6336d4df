"""What waits for whom before a referral is screened: to be screened, to be answered, to be read."""

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from ..choices import MessageKind, ReferralAct, ReferralState
from ..models import Referral, ReferralDecision, ReferralMessage


def to_screen(user) -> QuerySet[Referral]:
    """The referrals that this person may be expected to screen: theirs first, then nobody's, the oldest first.

    Those allocated to somebody else are theirs to screen; those whose answer is for `user` are in `answered`.
    """
    waiting = Referral.objects.visible_to(user).filter(state=ReferralState.SCREENING)
    mine = Case(When(allocated_to=user, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = waiting.filter(Q(allocated_to=user) | Q(allocated_to=None)).exclude(pk__in=answered(user).values("pk"))
    return rows.with_names().annotate(mine=mine).order_by("-mine", "received_on", "reference")


def answered(user) -> QuerySet[Referral]:
    """The referrals with an answer that nobody has acted on: allocated to this person, or asked about by them.

    Each has `answered_at`. One that was decided and reopened since waits to be screened like any other.
    """
    said = ReferralMessage.objects.filter(referral=OuterRef("pk")).order_by("-at")
    asked = said.filter(kind=MessageKind.QUESTION)
    since = ReferralDecision.objects.filter(referral=OuterRef("pk"), act=ReferralAct.REOPEN)
    rows = Referral.objects.visible_to(user).filter(state=ReferralState.SCREENING)
    rows = rows.annotate(
        last_kind=Subquery(said.values("kind")[:1]),
        answered_at=Subquery(said.values("at")[:1]),
        asked_by=Subquery(asked.values("by")[:1]),
    )
    rows = rows.filter(last_kind=MessageKind.ANSWER).exclude(Exists(since.filter(at__gt=OuterRef("answered_at"))))
    mine = Q(allocated_to=user) | Q(allocated_to=None, asked_by=user.pk)
    return rows.filter(mine).with_names().order_by("answered_at")


def to_answer(user) -> QuerySet[Referral]:
    """The referrals with a question to this person: as the referrer, or as who made the referral. The oldest first.

    Each has `asked_at`.
    """
    asked = ReferralMessage.objects.filter(referral=OuterRef("pk"), kind=MessageKind.QUESTION).order_by("-at")
    rows = Referral.objects.visible_to(user).filter(state=ReferralState.INFORMATION)
    rows = rows.filter(Q(referrer=user) | Q(made_by=user, imported=False))
    return rows.with_names().annotate(asked_at=Subquery(asked.values("at")[:1])).order_by("asked_at")
