"""An outcome in somebody's words, alone or with its date or place: "Yes 08/10/22", "No - CAMHS duty"."""

import re
from dataclasses import dataclass
from datetime import date

from consultations.choices import ReferralState

from .fields import word_key
from .values import day, looks_like_a_day

KNOWN: dict[str, ReferralState] = {
    **{label.lower(): ReferralState(value) for value, label in ReferralState.choices if value != ReferralState.DRAFT},
    "held": ReferralState.HELD,
    "yes": ReferralState.HELD,
    "y": ReferralState.HELD,
    "consultation": ReferralState.HELD,
    "consultation took place": ReferralState.HELD,
    "attended": ReferralState.HELD,
    "signpost": ReferralState.SIGNPOSTED,
    "signposted elsewhere": ReferralState.SIGNPOSTED,
    "sign posted": ReferralState.SIGNPOSTED,
    "withdrew": ReferralState.WITHDRAWN,
    "cancelled": ReferralState.WITHDRAWN,
    "awaiting": ReferralState.SCREENING,
    "awaiting screening": ReferralState.SCREENING,
    "waiting": ReferralState.SCREENING,
    "pending": ReferralState.SCREENING,
    "booked": ReferralState.PLANNED,
    "planned": ReferralState.PLANNED,
    "arranged": ReferralState.PLANNED,
    "more info needed": ReferralState.INFORMATION,
    "information needed": ReferralState.INFORMATION,
}
_NO = re.compile(
    r"(?:no|n|not suitable|signposted|signpost)\s*(?:[-–—:,/]|\bto\b)\s*(?:to\s+)?(?P<rest>\S.*)", re.I | re.S
)
_DATED = re.compile(r"(?P<word>[^\d]*?)[\s:,\-–—]*(?:\bon\b)?\s*(?P<day>\d.*)", re.I | re.S)


LONGEST = 400  # characters; what is longer is no outcome but a story


@dataclass(frozen=True)
class Outcome:
    """What an outcome cell says. `word` is what a mapping knows it by where we do not; `no_day` a date that is none."""

    word: str
    state: ReferralState | None
    on: date | None = None
    signposted_to: str = ""
    no_day: str = ""


def alone(words: str) -> Outcome:
    """An outcome in a column of its own."""
    return Outcome(words, KNOWN.get(word_key(words)))


def read(words: str) -> Outcome:
    """An outcome with what stands beside it in the same cell."""
    words = " ".join(words.split())
    if len(words) > LONGEST:
        return Outcome(words, None)
    if (state := KNOWN.get(words.lower())) is not None:
        return Outcome(words, state)
    if (on := day(words)) is not None:
        return Outcome("", ReferralState.HELD, on)
    if found := _NO.fullmatch(words):
        rest = found["rest"]
        other = KNOWN.get(rest.lower())
        if other in (ReferralState.WITHDRAWN, ReferralState.SCREENING):
            return Outcome(words, other)
        return Outcome("No", ReferralState.SIGNPOSTED, signposted_to=rest)
    if found := _DATED.fullmatch(words):
        word, rest = found["word"].strip(), found["day"].strip()
        on = day(rest)
        if on or looks_like_a_day(rest):
            return Outcome(
                word, KNOWN.get(word_key(word)) if word else ReferralState.HELD, on, no_day="" if on else rest
            )
    return Outcome(words, None)


def has_both(words: str) -> bool:
    """Whether a cell holds an outcome together with its date or place."""
    found = read(words)
    return bool((found.on and found.word) or found.signposted_to or found.no_day)
