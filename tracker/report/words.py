"""Figures in plain sentences. Only what is shown is spoken of; a hidden number leaves its clause out."""

from collections.abc import Sequence

from consultations.choices import ReferralState

from ..figures import NONE, Period
from ..public_figures import CONCERNS, HARMS, MONTHS, OUTCOMES, QUARTERS, THEMES, Line, PublicFigures, Table
from ..suppression import LEAST, LEAST_BASE

MOST_NAMED = 3
BECAME = {
    ReferralState.HELD: "led to a consultation that was held",
    ReferralState.SIGNPOSTED: "were signposted elsewhere",
    ReferralState.PLANNED: "had a consultation planned",
    ReferralState.WITHDRAWN: "were withdrawn",
}


def summary(figures: PublicFigures, earlier: Period | None, before: int | None) -> tuple[str, ...]:
    """What came in, what became of it, and how long that took."""
    if figures.received is None:
        return (f"Fewer than {LEAST} referrals were received in this period, so there are no figures to report.",)
    said = [_received(figures, earlier, before)]
    outcomes = figures.table(OUTCOMES)
    became = [
        f"about {outcomes.count(state)} {words}" for state, words in BECAME.items() if outcomes.count(state) is not None
    ]
    if became:
        said.append(f"Of these, {listed(became)}.")
    if figures.days_to_screening is not None:
        said.append(f"Half of those screened were screened within {days(figures.days_to_screening)}.")
    if figures.days_to_consultation is not None:
        took = days(figures.days_to_consultation)
        said.append(f"Half of the consultations were held within {took} of the referral.")
    if not figures.broken_down:
        said.append(f"They are not broken down: there are fewer than {LEAST_BASE}, or the groups would be too small.")
    return tuple(said)


def about_table(table: Table, figures: PublicFigures) -> tuple[str, ...]:
    """What stands out in a table."""
    named = _most(table)
    if not named:
        return ("The groups are too small to be shown.",)
    if table.key in (MONTHS, QUARTERS):
        said = _time(table, named)
    elif table.key == OUTCOMES:
        said = f"The most common outcome so far is “{named[0].label}” (about {named[0].count})."
    elif table.key == CONCERNS:
        said = _concern(table, named)
    elif table.key == HARMS:
        said = f"The kinds of harm named most often were {counted(named)}."
    elif table.key == THEMES:
        said = f"The themes identified most often were {counted(named)}."
    else:
        raise KeyError(table.key)
    if len(named) == 1:
        said = said.replace("kinds of harm named most often were", "kind of harm named most often was")
        said = said.replace("themes identified most often were", "theme identified most often was")
    return (said,)


def about_agencies(figures: PublicFigures) -> tuple[str, ...]:
    """Where the referrals came from."""
    if not figures.agencies:
        return ("The groups are too small to be shown.",)
    first = figures.agencies[0]
    said = f"The most referrals came from {first.label} (about {first.count})"
    if first.teams and first.teams[0].count != first.count:
        said += f", there from {first.teams[0].label} (about {first.teams[0].count})"
    return (f"{said}.",)


def listed(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(lines: Sequence[Line]) -> str:
    """Values with their counts, as a list in words."""
    return listed([f"{line.label} (about {line.count})" for line in lines])


def days(number: int) -> str:
    """A number of days, or that it was the day itself."""
    return "one day" if number <= 1 else f"{number} days"


def _received(figures: PublicFigures, earlier: Period | None, before: int | None) -> str:
    said = f"About {figures.received} referrals were received"
    if earlier is None:
        return f"{said}."
    if before is None:
        return f"{said}; in the period before ({earlier}) it was fewer than {LEAST}."
    if before == figures.received:
        return f"{said}, about as many as in the period before ({earlier})."
    more = "more" if figures.received > before else "fewer"
    return f"{said}: {more} than in the period before ({earlier}), when it was about {before}."


def _most(table: Table) -> list[Line]:
    """The values with the highest counts, but for "Not recorded"."""
    lines = [line for line in table.shown if line.key != NONE]
    return sorted(lines, key=lambda line: -line.count)[:MOST_NAMED]


def _time(table: Table, named: list[Line]) -> str:
    highest = [line.label for line in table.shown if line.count == named[0].count]
    if len(table.lines) == 1:
        return f"All of them fall into {table.lines[0].label}."
    if len(highest) > MOST_NAMED:
        return f"They were spread over the period; no part of it stands out (at most about {named[0].count})."
    each = " each" if len(highest) > 1 else ""
    return f"The most were received in {listed(highest)} (about {named[0].count}{each})."


def _concern(table: Table, named: list[Line]) -> str:
    said = f"The primary concern was most often {named[0].label} (about {named[0].count})"
    if len(named) > 1:
        said += f", followed by {counted(named[1:])}"
    missing = table.count(NONE)
    return f"{said}. It was not recorded for about {missing}." if missing else f"{said}."
