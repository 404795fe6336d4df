"""What is offered beside a field in which somebody types a place, a school or a group (product.md, Contexts 8).

By name only contexts that the reader may see. How many other referrals name it is a number over all of them, told from
a few on to who does not see every referral, so that it says nothing of any single one (ADR 32).
"""

from dataclasses import dataclass

from accounts.permissions import Permission, can

from .models import Context, ContextMention
from .place_names import Known, place_key
from .search import named
from .services import mentions, patterns

OFFERED = 8
# So few are not told to who does not see every referral.
FEW = 3
SHORTEST = 3


@dataclass(frozen=True)
class Suggestion:
    """Contexts that may be meant, and what to say of how often the name stands in other referrals."""

    contexts: list[Context]
    line: str = ""


def suggest(text: str, user, *, but=None) -> Suggestion:
    """What to offer `user` for `text`; `but` is the id of the referral that they are writing."""
    key = place_key(text)
    if len(key) < SHORTEST:
        return Suggestion([])
    seen = Context.objects.visible_to(user)
    known = Known((row.name, row.pk) for row in seen.order_by("-created_at")[:2000])
    meant = known.find(key)
    offered = list(named(seen, text).order_by("name")[:OFFERED] or named(seen, key).order_by("name")[:OFFERED])
    if meant and all(one.pk != meant[0] for one in offered):
        offered = [*seen.filter(pk=meant[0]), *offered][:OFFERED]
    return Suggestion(offered, _line(key, user, but))


def _line(key: str, user, but) -> str:
    number = others_naming(key, but=but)
    if number == 0 or (number < FEW and not can(user, Permission.REFERRAL_SEE_ALL)):
        return ""
    return f"{number} other referral{'' if number == 1 else 's'} this term name{'s' if number == 1 else ''} it."


def others_naming(key: str, *, but=None) -> int:
    """How many other referrals of the period name what this key names: so written, or meaning the same context."""
    rows = ContextMention.objects.filter(received_on__gte=patterns.since())
    mine = rows.filter(key=key)
    contexts = mentions.known_names().find(key)
    found = mine | rows.filter(context=contexts[0]) if contexts else mine
    return found.exclude(referral=but).values("referral").distinct().count()
