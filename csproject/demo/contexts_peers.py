"""Fictional links: some to look at again, one ended, some unconfirmed; a map that somebody has arranged in part."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from contexts.choices import LinkNature, Reliability, Source, Standing, TieNature
from contexts.models import Context
from contexts.services import links

# Further people of the peer group, who are known by no more than a name: how they belong, their part, whose account.
PEERS = [
    ("Big Sam", LinkNature.HARMING, Standing.LEADER, Source.POLICE, Reliability.UNCONFIRMED),
    ("Theo", LinkNature.HARMED, "", Source.YOUNG_PERSON, Reliability.LIKELY),
    ("Coach at the boxing club", LinkNature.STRENGTH, "", Source.PROFESSIONAL, Reliability.CONFIRMED),
]
# Between whom, counted from the first of the young people on record: nature, both ways, how sure, days since it was to
# be looked at again.
TIES = [
    (4, 5, TieNature.INFLUENCE, False, Reliability.LIKELY, 0),
    (6, 4, TieNature.INFLUENCE, False, Reliability.UNCONFIRMED, 0),
    (6, 7, TieNature.HARM, False, Reliability.UNCONFIRMED, 0),
    (1, 2, TieNature.FAMILY, True, Reliability.CONFIRMED, 0),
    (2, 3, TieNature.CONFLICT, True, Reliability.LIKELY, 12),
    (8, 7, TieNature.SUPPORT, False, Reliability.CONFIRMED, 0),
    (8, 1, TieNature.SUPPORT, False, Reliability.CONFIRMED, 0),
]


def load(contexts: dict[str, Context], people: dict[str, User], now: datetime) -> None:
    """More people and links of the peer group, as the days have left them."""
    context, cs = contexts["Penrose boys"], people["cs"]
    at = now - timedelta(days=100)
    for name, nature, standing, source, reliability in PEERS:
        about = {"nature": nature, "standing": standing, "meets_at": "The arcade, Friday evenings"}
        links.link(context, about | _from(at, source, reliability), name=name, by=cs, at=at)
    everybody = list(context.people.exclude(young_person=None).order_by("young_person__created_at"))
    named = {person.name: person for person in context.people.filter(young_person=None)}
    everybody += [named[name] for name in ("Dario", "Kofi", *(peer[0] for peer in PEERS))]
    for first, second, nature, mutual, reliability, late in TIES:
        about = {"nature": nature, "mutual": mutual, "detail": ""} | _from(at, Source.PROFESSIONAL, reliability)
        if late:
            about["review_on"] = timezone.localdate() - timedelta(days=late)
        links.tie(everybody[first], everybody[second], about, by=cs, at=at)
    there = {"nature": LinkNature.PRESENT} | _from(at, Source.OPEN_SOURCE, Reliability.UNCONFIRMED)
    gone = links.link(context, there, name="Jay", by=cs, at=at)
    links.end(gone, reason="He moved away in the summer.", by=cs, at=now - timedelta(days=8))


def _from(at: datetime, source: str, reliability: str) -> dict:
    day = timezone.localdate(at)
    return {
        "source": source, "reliability": reliability, "noted_on": day, "review_on": day + timedelta(days=180),
        "purpose": "So that one plan meets the needs of all of them.",
    }  # fmt: skip
