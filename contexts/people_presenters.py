"""How the people of a context are set out on pages: links and ties as rows, each with how it stands."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from .models import Context, LinkedPerson, Provenance
from .overview import Part
from .peer_map import people_of
from .sight import Sight

Everybody = list[tuple[int, str, LinkedPerson]]
# How a link stands → the words and colour of its tag; one that counts has none.
TAGS = {"faded": ("Look at it again", "warning"), "ended": ("Ended", "closed"), "current": ("", "")}


def state_of(row: Provenance) -> str:
    """ "current", "faded" (nobody looked at it again in time) or "ended"."""
    if row.ended_at:
        return "ended"
    return "current" if row.is_current() else "faded"


def person_rows(everybody: Everybody, sight: Sight) -> list[dict[str, Any]]:
    """Each linked person as a row of the table."""
    twice = _twice(everybody)
    return [
        _row(person, sight)
        | {
            "number": number,
            "name": name,
            "meets_at": sight.words(person.meets_at),
            "twice": person.pk in twice,
        }
        for number, name, person in everybody
    ]


def tie_rows(context: Context, everybody: Everybody, sight: Sight, *, only: set | None = None) -> list[dict[str, Any]]:
    """Each tie that stands, or each of `only`, as a row of the table."""
    names = {person.pk: f"{number}. {name}" for number, name, person in everybody}
    return [
        _row(tie, sight)
        | {"first": names[tie.first_id], "second": names[tie.second_id], "detail": sight.words(tie.detail)}
        for tie in context.ties.standing()
        if only is None or tie.pk in only
    ]


def counted(rows: Iterable[dict[str, Any]]) -> int:
    """How many people count today; somebody linked twice, under two records that were merged since, counts once."""
    current = [row["row"] for row in rows if row["state"] == "current"]
    return len({person.who or person.pk for person in current})


def _twice(everybody: Everybody) -> set:
    """The links that stand of somebody who has two of them: their records were merged after they were linked."""
    standing = [person for _, _, person in everybody if person.who and not person.ended_at]
    often = Counter(person.who for person in standing)
    return {person.pk for person in standing if often[person.who] > 1}


def _row(row: Provenance, sight: Sight) -> dict[str, Any]:
    state = state_of(row)
    words, colour = TAGS[state]
    return {
        "row": row, "state": state, "tag": words, "colour": colour, "purpose": sight.words(row.purpose),
        "ended_because": sight.words(row.ended_because),
    }  # fmt: skip


def named(everybody: Everybody, wanted: Iterable) -> list[dict[str, Any]]:
    """The people with these ids, by the name that the reader may know."""
    pks = set(wanted)
    return [{"name": name, "row": person} for _, name, person in everybody if person.pk in pks]


def part(context: Context, user, sight: Sight) -> Part | None:
    """Who is linked, as the page of the context says it; None before anybody is."""
    everybody = people_of(context, user)
    rows = [row for row in person_rows(everybody, sight) if row["state"] != "ended"]
    if not rows:
        return None
    data = {
        "rows": rows[:12], "more": len(rows) - 12, "counted": counted(rows),
        "faded": sum(row["state"] == "faded" for row in rows),
    }  # fmt: skip
    return Part("People", "contexts/people/_part.html", data, reverse("contexts:people", args=[context.pk]), "See all")
