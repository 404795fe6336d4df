"""Names that several referrals give: kept up from the records, counted, and what is decided about them.

What referrals name is read again for whatever the audit log says has changed since, a round at a time; running it
twice changes nothing. A number counts hidden referrals only where they are not a few: it tells of none (ADR 32).
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from consultations.choices import Arrival, ReferralState
from consultations.models import Referral
from core import audit, drafts, notices
from core.models import AuditEvent, CaseworkSettings
from core.workflow import ActRefused

from ..choices import OPEN
from ..models import Context, ContextMention, PatternDecision, PatternReading
from ..place_names import Named, grouped
from . import referring
from .mentions import adopt, read_again, told

# Events that change no name that a referral gives.
_SAYS_NOTHING = ("viewed", "searched", "denied", "printed", "signed-in", "signed-out")


@dataclass(frozen=True)
class Pattern:
    """A name that several referrals gave within the period, which is no open context."""

    named: Named
    number: int
    first: date
    last: date
    context: Context | None = None
    dismissed: PatternDecision | None = None

    @property
    def code(self) -> str:
        """What stands for the name in an address: no name of a group is in one."""
        return code_of(self.named.key)


def keys_of(code: str) -> set[str]:
    """The keys of the name that this code stands for, with those that are one with it today; empty for none."""
    rows = ContextMention.objects.exclude(context__state__in=OPEN).order_by().values("key", "text")
    counted = rows.annotate(number=Count("referral", distinct=True))
    groups = grouped((row["key"], row["text"], row["number"]) for row in counted)
    return next((group.keys for group in groups if code in {code_of(key) for key in group.keys}), set())


def code_of(key: str) -> str:
    """A short code of a name's key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def read_what_changed(at: datetime | None = None) -> int:
    """A round: read again the referrals that the audit log tells of since the last one; say what passed the threshold.

    One round at a time: a second one finds the row locked and leaves it to the first.
    """
    with transaction.atomic():
        PatternReading.objects.get_or_create(pk=1)
        mark = PatternReading.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if mark is None:
            return 0
        events = AuditEvent.objects.filter(pk__gt=mark.event).exclude(act__in=_SAYS_NOTHING)
        last = AuditEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        labels = events.filter(pk__lte=last).order_by().values_list("subject_label", flat=True).distinct()
        if mark.event == 0 or events.filter(pk__lte=last, act__startswith="tracker.import").exists():
            ids = list(Referral.objects.exclude(state=ReferralState.DRAFT).values_list("pk", flat=True))
        else:
            ids = list(Referral.objects.filter(reference__in=labels).values_list("pk", flat=True))
        changed = read_again(ids)
        mark.event = last
        mark.save()
    _tell_of_new(at or timezone.now())
    return changed


def since(on: date | None = None, days: int | None = None) -> date:
    """The first day of the period that counts (the settings' days, to today, London)."""
    days = CaseworkSettings.current().pattern_days if days is None else days
    return (on or timezone.localdate()) - timedelta(days=days)


def found(user=None, *, on: date | None = None, least: int | None = None, days: int | None = None) -> list[Pattern]:
    """The names that enough referrals gave within the period and that are no open context, the most named first.

    With whatever was decided about each: one that was dismissed is there again when as many have come once more. For
    `user` a name is written as referrals write it that they may see; one that no such referral gives is not theirs to
    see. Hidden referrals are in the number where they are not a few (`mentions.told`). Without `user` it is for the
    rounds, which show nobody a name and count as for somebody who may see no restricted one.
    """
    settings = CaseworkSettings.current()
    least = settings.pattern_referrals if least is None else least
    rows = ContextMention.objects.filter(received_on__gte=since(on, days), received_on__lte=on or timezone.localdate())
    rows = rows.exclude(context__state__in=OPEN)
    counted = rows.order_by().values("key", "text", "context").annotate(number=Count("referral", distinct=True))
    groups = grouped((row["key"], row["text"], row["number"]) for row in counted)
    contexts = {row["key"]: row["context"] for row in counted if row["context"]}
    by_pk = Context.objects.in_bulk(list(set(contexts.values())))
    visible = Referral.objects.filter(restricted_at=None) if user is None else Referral.objects.visible_to(user)
    seen = rows.filter(referral__in=visible.values("pk"))
    spans = {
        row["key"]: row
        for row in seen.order_by().values("key").annotate(first=Min("received_on"), last=Max("received_on"))
    }
    numbers = _numbers(rows, seen, groups)
    groups = _as_seen(seen, groups)
    dismissed = {one.key: one for one in PatternDecision.objects.filter(accepted=False, undone_at=None)}
    patterns = []
    for group in groups:
        if numbers[group.key] < least:
            continue
        patterns.append(
            Pattern(
                group,
                numbers[group.key],
                min(spans[key]["first"] for key in group.keys & spans.keys()),
                max(spans[key]["last"] for key in group.keys & spans.keys()),
                next((by_pk[contexts[key]] for key in group.keys if key in contexts), None),
                next((dismissed[key] for key in group.keys if key in dismissed), None),
            )
        )
    return sorted(patterns, key=lambda one: (-one.number, one.named.words.casefold()))


def _as_seen(seen: QuerySet, groups: list[Named]) -> list[Named]:
    """`groups` in the spellings of the mentions `seen`; without those of which none is seen."""
    written: dict[str, dict[str, int]] = {}
    for row in seen.order_by().values("key", "text").annotate(number=Count("referral", distinct=True)):
        written.setdefault(row["key"], {})[row["text"].strip()] = row["number"]
    for group in groups:
        group.spellings = {text: number for key in sorted(group.keys) for text, number in written.get(key, {}).items()}
    return [group for group in groups if group.spellings]


def names_seen(decisions: list[PatternDecision], user) -> set[str]:
    """Of the keys of these decisions those that a referral gives which `user` may see."""
    rows = ContextMention.objects.filter(key__in=[one.key for one in decisions])
    rows = rows.filter(referral__in=Referral.objects.visible_to(user).values("pk"))
    return set(rows.order_by().values_list("key", flat=True).distinct())


def _numbers(rows: QuerySet, seen: QuerySet, groups: list[Named]) -> dict[str, int]:
    """How many referrals name each group, as far as it is told: one that names it twice counts once."""
    home = {key: group.key for group in groups for key in group.keys}
    every, visible = ({group.key: set() for group in groups} for _ in range(2))
    for found_in, kept in ((rows, every), (seen, visible)):
        for key, referral in found_in.order_by().values_list("key", "referral"):
            kept[home[key]].add(referral)
    return {key: told(len(visible[key]), len(every[key]) - len(visible[key])) for key in every}


def waits(pattern: Pattern, least: int) -> bool:
    """Whether somebody has to look at it: nobody dismissed it, or as many again have come since."""
    return pattern.dismissed is None or pattern.number >= pattern.dismissed.number + least


def with_code(code: str, user) -> Pattern | None:
    """The pattern of this code among those that are there today, as `user` may see it."""
    return next((one for one in found(user, least=1) if one.code == code), None)


def accept(pattern: Pattern, *, kind: str, name: str, reason: str, by, at: datetime | None = None) -> Context:
    """Refer what was named as a context, with all its spellings; one that is there and closed is referred again.

    Raises ActRefused where it has become an open context meanwhile.
    """
    at = at or timezone.now()
    with transaction.atomic():
        _one_at_a_time()
        present = with_code(pattern.code, by)
        if present is None:
            raise ActRefused("This name is an open context already, or no referral of this period gives it any more.")
        telling: dict[str, Any] = {
            "worry": reason, "why_it_matters": f"Named in {present.number} referrals since {present.first:%d/%m/%Y}.",
            "strengths": "", "referrer_name": by.name, "team": by.team,
            "agency": by.team.agency if by.team_id else None, "arrival": Arrival.ONLINE,
            "received_on": timezone.localdate(at),
        }  # fmt: skip
        if present.context is None:
            telling |= {"kind": kind, "name": name, "place": ""}
        made = referring.refer(telling, to=present.context, by=by, at=at).context
        for spelling in present.named.spellings:
            referring.name_it(made, spelling[:200], by=by, at=at)
        adopt(made)
        _decide(present, accepted=True, reason=reason, context=made, by=by, at=at)
    return made


def dismiss(pattern: Pattern, *, reason: str, by, at: datetime | None = None) -> PatternDecision:
    """It is no context, or not to be assessed; and why. It is pointed out again when as many have come once more."""
    at = at or timezone.now()
    with transaction.atomic():
        _one_at_a_time()
        PatternDecision.objects.filter(key__in=pattern.named.keys, accepted=False, undone_at=None).update(
            undone_at=at, undone_by=by
        )
        return _decide(pattern, accepted=False, reason=reason, context=None, by=by, at=at)


def _decide(pattern: Pattern, *, accepted: bool, reason: str, context: Context | None, by, at) -> PatternDecision:
    made = PatternDecision.objects.create(
        key=pattern.named.key, name=pattern.named.words[:500], accepted=accepted, reason=reason,
        number=pattern.number, context=context, by=by, at=at,
    )  # fmt: skip
    act = "pattern.accepted" if accepted else "pattern.dismissed"
    audit.record(act, by=by, subject=made, detail={"referrals": pattern.number, "reason": reason}, at=at)
    drafts.drop(draft_key(pattern.code, "accept" if accepted else "dismiss"), by)
    notices.forget(_notice_key(pattern.named.key))
    return made


def undo(decision: PatternDecision, *, by, at: datetime | None = None) -> PatternDecision:
    """Point it out again: it should not have been dismissed."""
    at = at or timezone.now()
    with transaction.atomic():
        current = PatternDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        if current.accepted:
            raise ActRefused("A context was referred from it. Close the context instead.")
        if current.undone_at is None:
            current.undone_at, current.undone_by = at, by
            current.save()
            audit.record("pattern.undone", by=by, subject=current, at=at)
    return current


def _one_at_a_time() -> None:
    """Two who decide about the same name: the second waits for the first."""
    PatternReading.objects.get_or_create(pk=1)
    PatternReading.objects.select_for_update().get(pk=1)


def draft_key(code: str, form: str) -> str:
    """The key under which what is typed into a form about a pattern is kept."""
    return f"pattern:{code}:{form}"


def _notice_key(key: str) -> str:
    return f"pattern:{code_of(key)}"


def _tell_of_new(at: datetime) -> None:
    """Tell whoever decides about patterns, once, of each that has passed the threshold; without its name."""
    least = CaseworkSettings.current().pattern_referrals
    people = None
    for pattern in found(on=timezone.localdate(at)):
        if waits(pattern, least):
            people = list(User.objects.holding(Permission.PATTERNS_DECIDE)) if people is None else people
            again = f":{pattern.dismissed.pk}" if pattern.dismissed else ""
            words = f"{pattern.number} referrals name the same place, school or group."
            key = f"{_notice_key(pattern.named.key)}{again}"
            notices.tell(people, words, key=key, url=reverse("contexts:patterns"), at=at)
