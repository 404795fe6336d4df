"""The words of a filled-in results tool: its headings, its bands, and leads and timescales within actions."""

import re
from dataclasses import dataclass

from ..choices import Domain, Level, Overall, Part, Rating, Stage
from ..timescales import said_in
from .found import FoundAction

# A cell that is longer than this is one action, as it stands: no plan for one statement is, and dividing takes time.
MOST_TO_DIVIDE = 20_000
# In so much of an action a timescale is looked for.
LONGEST = 5_000
# What a column can hold.
PLAN = "-plan"
TARGETS = {
    "red": "Red statements", "red-plan": "Action plan to get to amber", "amber": "Amber statements",
    "amber-plan": "Action plan to get to green", "green": "Green statements",
    "green-plan": "Action plan to sustain performance", "level": "Level", "stage": "Stage", "domain": "Domain",
    "overall": "Current overall rating",
}  # fmt: skip

_LEVEL = re.compile(r"\blevel\s*(?P<number>\d+)\b", re.I)
_OVERALL = re.compile(
    r"(?:current\s+)?overall\s+rating\s*(?:\(?level\s*(?P<level>\d+)\)?)?\s*[:=–—-]?\s*(?P<rating>[^\n]*)", re.I
)
_STAGE = re.compile(r"^\W*(?:stage\s*:?\s*)?(?P<word>referrals?|assessments?|planning|plans?|responses?)\b", re.I)
_STAGES = {"ref": Stage.REFERRAL, "ass": Stage.ASSESSMENT, "pla": Stage.PLANNING, "res": Stage.RESPONSE}
_NOT_RATED = re.compile(r"^(?:not rated(?: yet)?|tbc|n/?a|-)?$", re.I)

# A dash with a space beside it, or a long one: a hyphen within a word is none.
_DASH = r"(?:\s{1,3}[-‐‑‒−]{1,3}\s{0,3}|\s{0,3}[–—]{1,3}\s{0,3}|-{1,3}\s{1,3})"
_ACTS = r"(?:lead(?:\s+on\s+this)?|follow\s+up|take\s+(?:this\s+)?forward|progress|action)\b"
# "— Malik to lead", "-Rebecca to lead": whatever stands between the dash and "to lead".
_AFTER_DASH = rf"{_DASH}(?P<dashed>(?:(?!\s-|-\s)[^\n.;:—–]){{1,80}}?)\s+to\s+{_ACTS}"
# "Rebecca to lead" without a dash: capitalised words where a sentence or line begins, or after a comma or bracket.
_NAME = r"[A-Z][\w'’]*(?:[ -](?:[A-Z][\w'’]*|and|of|for|the|&))*"
_BARE = rf"(?:(?<=[.;,(\n])\s*|^\s*)(?P<bare>{_NAME})\s+to\s+{_ACTS}"
_NOBODY = rf"{_DASH}(?P<none>[Nn]o lead yet)"
_LEAD = re.compile(rf"(?:{_AFTER_DASH}|{_BARE}|{_NOBODY})(?P<rest>[^\n.]{{0,200}})\)?\s*\.?", re.M)
_SEE = re.compile(
    r"^\s*(?P<see>see\s+(?:the\s+)?(?:actions?\s+)?(?:in|under|for|at|of)?\s*level\s*(?P<level>[12])\b[^.\n]*)\.?\s*",
    re.I,
)
_ITEM = re.compile(
    r"^\s*(?:[•·▪■●◦‣⁃*]|\(?\d{1,2}[.)]|[a-z]\))\s+|"
    r"^\s*[-–—]\s+(?=[A-Z])(?!(?:(?!\s[-–—])[^\n.–—]){1,60}\s+to\s+(?:lead|follow))",
    re.M,
)
_ENDED = re.compile(r"^(?P<status>done|dropped)\b:?\s*(?P<outcome>.*)$", re.I | re.S)


@dataclass(frozen=True)
class Band:
    """What a row that is a band says; what it does not say is "" (None: something that does not exist)."""

    level: str | None = ""
    stage: str | None = ""
    domain: str = ""
    overall: str | None = ""  # a rating; None for one that does not exist
    rated: bool = False  # whether it speaks of an overall rating at all
    said: str = ""


def target_of(heading: str) -> str:
    """What a column with this heading holds; "" where that cannot be told."""
    words = " ".join(heading.casefold().split())
    if not words or len(words) > 80:
        return ""
    colours = [colour for colour in Rating.values if re.search(rf"\b{colour}\b", words)]
    if re.search(r"\b(?:plan|plans|actions?)\b", words):
        if re.search(r"\b(?:to|get|reach|move)\b.*\bamber\b", words):
            return "red-plan"
        if re.search(r"\b(?:to|get|reach|move)\b.*\bgreen\b", words):
            return "amber-plan"
        if re.search(r"\b(?:sustain|maintain|performance)", words):
            return "green-plan"
        return f"{colours[0]}-plan" if len(colours) == 1 else ""
    if "overall" in words:
        return "overall"
    if len(colours) == 1:
        return colours[0]
    return next((name for name in ("stage", "level", "domain") if re.fullmatch(rf"{name}s?", words)), "")


def rating_alone(heading: str) -> bool:
    """Whether a heading is that of a rating column whose colour is shown and not written."""
    return bool(re.search(r"\b(?:traffic light|rating|rag)\b", heading, re.I)) and "overall" not in heading.casefold()


def overall_of(words: str) -> str | None:
    """The overall rating that these words name; "" where they name none, None for one that does not exist."""
    plain = "/".join(part for part in re.split(r"[^a-z]+", words.casefold()) if part not in ("", "and", "to"))
    if _NOT_RATED.match(words.strip()):
        return ""
    known = {label.casefold(): value for value, label in Overall.choices}
    turned = {"/".join(reversed(label.split("/"))): value for label, value in known.items()}
    return known.get(plain) or turned.get(plain)


def band_of(texts: list[str], *, few: bool) -> Band | None:
    """What a row says as a band, of the texts of its filled cells; None for a row that is none.

    `few` says that hardly any of its cells are filled, so that it may be a band with words that nobody knows.
    """
    said = "\n".join(texts)
    if len(said) > 400:
        return None
    found = Band(said=said)
    overall = _OVERALL.search(said)
    rest = said
    changes: dict = {}
    if overall:
        changes |= {"rated": True, "overall": overall_of(overall["rating"])}
        if overall["level"]:
            changes["level"] = overall["level"] if overall["level"] in Level.values else None
        rest = said[: overall.start()] + said[overall.end() :]
    lines = [line.strip() for line in rest.split("\n") if line.strip()]
    for line in lines:
        if len(line) <= 40 and (stage := _STAGE.match(line)):
            changes["stage"] = _STAGES[stage["word"][:3].casefold()]
        elif level := _LEVEL.search(line):
            if len(line) <= 120:
                changes["level"] = level["number"] if level["number"] in Level.values else None
        elif domain := _domain(line):
            changes["domain"] = domain
    if changes:
        known = any(changes.get(name) for name in ("stage", "level", "domain")) or "level" in changes
        if not overall and not (few and known):
            return None
        if overall and lines and not changes.get("stage") and "level" in changes and few:
            # "DISRUPTION  Current overall rating Level 1: Red": a stage that does not exist
            unknown = [line for line in lines if not _LEVEL.search(line) and not _domain(line)]
            if unknown:
                changes["stage"] = None
        return Band(**{**found.__dict__, **changes})
    if few and len(lines) == 1 and len(lines[0]) <= 40 and lines[0].isupper() and not lines[0].endswith("."):
        return Band(stage=None, said=said)
    return None


def _domain(line: str) -> str:
    words = re.sub(r"^domain\s*:?\s*|\s*domain$", "", line.casefold()).strip(" :.")
    return next((value for value, label in Domain.choices if words in (value, label.casefold())), "")


def is_level_words(text: str) -> bool:
    """Whether a line is the tool's own below the heading of a level: "System response to children, …"."""
    return len(text) <= 120 and text.casefold().startswith("system response to")


def level_in(words: str) -> str | None:
    """The level that these words name; "" where they name none, None for one that does not exist."""
    found = _LEVEL.search(words)
    return "" if not found else found["number"] if found["number"] in Level.values else None


def stage_in(words: str) -> str | None:
    """The same for a stage, where the words are of one."""
    found = _STAGE.match(words)
    return _STAGES[found["word"][:3].casefold()] if found else None if words.strip() else ""


def plain(text: str) -> str:
    """The text of a cell with one space between words and one blank line between paragraphs.

    It comes before all that is looked for in it: a long run of spaces would be gone through again and again.
    """
    text = re.sub(r" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def items(text: str) -> list[str]:
    """The paragraphs of a cell: bullets and numbers, blank lines, and lines after the end of a sentence divide them."""
    marked = _ITEM.sub("\n\n", text)
    divided = re.sub(r"(?<=[.!?])[ \t]*\n", "\n\n", marked)
    return [" ".join(part.split("\n")).strip() for part in re.split(r"\n\s*\n", divided) if part.strip()]


def actions_in(text: str) -> list[FoundAction]:
    """The actions of a cell, each with its lead where one is named."""
    if len(text) > MOST_TO_DIVIDE:
        return [FoundAction(what=text)]
    found: list[FoundAction] = []
    for paragraph in items(_lines_of_actions(text)):
        if found and (ended := _ENDED.match(paragraph)) and found[-1].status == "open":
            found[-1].status, found[-1].outcome = ended["status"].casefold(), ended["outcome"].strip()
            continue
        found += _of_paragraph(paragraph)
    return found


def _lines_of_actions(text: str) -> str:
    """A line that ends with a lead ends an action, with or without a full stop."""
    text = re.sub(rf"(to\s+{_ACTS}[^\n]*)\n", r"\1\n\n", text, flags=re.I)
    return re.sub(r"\n(?=(?:done|dropped)\b)", "\n\n", text, flags=re.I)


def _of_paragraph(text: str) -> list[FoundAction]:
    found = []
    rest = text
    if see := _SEE.match(rest):
        found.append(FoundAction(what=see[0].strip(), points_to=_parts(see)))
        rest = rest[see.end() :]
    while named := _LEAD.search(rest):
        lead = (named["dashed"] or named["bare"] or "").strip()
        what, after = rest[: named.start()].strip(), named["rest"].strip(" ,;)")
        if not what:  # "Rebecca to lead a meeting": the words after it are the action
            what, after = after, ""
        if not what:
            what, lead = rest[: named.end()].strip(), ""
        found.append(_action(what, lead, after))
        rest = rest[named.end() :]
    if rest.strip(" .–—-"):
        found.append(_action(rest.strip(), "", ""))
    return found


def _action(what: str, lead: str, after: str) -> FoundAction:
    timescale = said_in(after) or said_in(what[:LONGEST])
    if after and not timescale:
        what = f"{what} ({after})"  # nothing that somebody wrote is lost
    return FoundAction(what=what.rstrip(" ,;"), lead=lead, timescale=timescale)


def _parts(see: re.Match) -> list[str]:
    named = [stage for stage in Stage if re.search(rf"\b{stage.value}", see["see"], re.I)]
    return [str(Part.of(see["level"], stage)) for stage in named]
