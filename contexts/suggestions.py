"""What is offered beside a field in which somebody types a place, a school or a group (product.md, Contexts 8).

By name only contexts that the reader may see. How many other referrals name it counts those that they may not see where
these are not a few, so that it tells of none of them (ADR 32).
"""

from dataclasses import dataclass

from .called import tell
from .models import Context, ContextMention, ContextName
from .place_names import Known, place_key
from .search import named
from .services import mentions, patterns

OFFERED = 8
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
    known = Known((row.shown_name, row.pk) for row in tell(user, seen.order_by("-created_at")[:2000]))
    meant = known.find(key)
    offered = list(
        named(seen, text, user).order_by("name")[:OFFERED] or named(seen, key, user).order_by("name")[:OFFERED]
    )
    if meant and all(one.pk != meant[0] for one in offered):
        offered = [*seen.filter(pk=meant[0]), *offered][:OFFERED]
    return Suggestion(tell(user, offered), _line(key, user, but))


def meant_by(mention: ContextMention, user) -> list[Context]:
    """The contexts that a mention may mean, of those that `user` may see: the one it means, and those called so."""
    names = ContextName.objects.filter(context__in=Context.objects.visible_to(user).values("pk"))
    called = {row.context_id for row in names if Known([(row.name, row)]).find(mention.key)}
    rows = Context.objects.visible_to(user).filter(pk__in={*called, mention.context_id} - {None})
    return list(rows.order_by("-created_at")[:OFFERED])


def _line(key: str, user, but) -> str:
    number = others_naming(key, user, but=but)
    if number == 0:
        return ""
    return f"{number} other referral{'' if number == 1 else 's'} this term name{'s' if number == 1 else ''} it."


def others_naming(key: str, user, *, but=None) -> int:
    """How many other referrals of the period name what this key names, as far as `user` may be told.

    So written, or meaning the same context.
    """
    rows = ContextMention.objects.filter(received_on__gte=patterns.since())
    mine = rows.filter(key=key)
    contexts = mentions.known_names().find(key)
    found = mine | rows.filter(context=contexts[0]) if contexts else mine
    return mentions.number_told(found.exclude(referral=but), user)
