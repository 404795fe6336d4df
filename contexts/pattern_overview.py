"""Which referrals name a context, on its page; which contexts a referral names, on its own."""

from consultations.models import Referral

from .called import tell
from .models import Context, ContextMention
from .overview import Part
from .services.mentions import number_told
from .sight import Sight

SHOWN = 10


def part(context: Context, user, sight: Sight) -> Part | None:
    """How many referrals name it, and those among them that the reader may see; None where none does."""
    named = ContextMention.objects.filter(context=context)
    number = number_told(named, user)
    if not number:
        return None
    seen = Referral.objects.visible_to(user).filter(pk__in=named.values("referral")).order_by("-received_on")[:SHOWN]
    title = f"Named in {number} referral{'' if number == 1 else 's'}"
    return Part(title, "contexts/patterns/_part.html", {"referrals": list(seen)})


def of_referral(referral: Referral, user) -> list[dict]:
    """What a referral names, with the context that is meant as far as the reader may see it."""
    rows = list(ContextMention.objects.filter(referral=referral).select_related("context"))
    wanted = [row.context_id for row in rows if row.context_id]
    seen = set(Context.objects.visible_to(user).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    tell(user, [row.context for row in rows if row.context_id in seen])
    return [
        {
            "row": row,
            "text": row.text,
            "where": row.get_source_display(),
            "context": row.context if row.context_id in seen else None,
        }
        for row in rows
    ]
