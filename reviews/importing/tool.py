"""Reading a results tool as councils fill it in: six columns in any order, bands as rows, several things in a cell."""

from dataclasses import asdict, dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from tracker.importing import values

from ..choices import Domain, Part, Rating
from . import words
from .found import Found, FoundOverall, FoundStatement, Sheet

# So many of its headings make a row one of headings.
ENOUGH = 3
MOST_COLUMNS = 30


@dataclass
class Block:
    """A row of headings and the columns below it, until the next one: a tool has one for each level, or one for all."""

    sheet: str
    row: int
    headings: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)  # what each column holds, "" for one that is not read

    @property
    def columns(self) -> list[tuple[int, str, str, str]]:
        """(place, letter, heading, target) of each column that has a heading or is read."""
        return [
            (place, get_column_letter(place + 1), heading, self.targets[place])
            for place, heading in enumerate(self.headings)
            if heading or self.targets[place]
        ]

    @property
    def sure(self) -> bool:
        """Whether all six columns of the tool were found."""
        return {f"{rating}{end}" for rating in Rating.values for end in ("", words.PLAN)} <= set(self.targets)

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def blocks_of(sheets: list[Sheet]) -> list[Block]:
    """The headings that are in these sheets; where none are known, the first row of the first sheet."""
    found = [block for sheet in sheets for number, cells in sheet.rows if (block := _block(sheet.name, number, cells))]
    if not found and sheets and sheets[0].rows:
        number, cells = sheets[0].rows[0]
        headings = _texts(cells)
        found = [Block(sheets[0].name, number, headings, [words.target_of(heading) for heading in headings])]
    return found


def read(sheets: list[Sheet], blocks: list[Block]) -> Found:
    """What these sheets hold, with the columns as `blocks` say."""
    found = Found()
    for sheet in sheets:
        if of_sheet := {block.row: block for block in blocks if block.sheet == sheet.name}:
            _Reader(sheet, of_sheet, found).read()
        elif sheet.rows:
            found.remarks.append(f"The sheet {values.shown(sheet.name)} has no such columns and is not read.")
    return found.check()


def _block(sheet: str, row: int, cells: list) -> Block | None:
    headings = _texts(cells)
    targets = [words.target_of(heading) for heading in headings]
    plans = sum(target.endswith(words.PLAN) for target in targets)
    # The colour of a rating may be shown and not written: it is the one whose plan stands beside it.
    for place, heading in enumerate(headings):
        if not targets[place] and plans and words.rating_alone(heading):
            for beside in (place + 1, place - 1):
                if 0 <= beside < len(targets) and targets[beside].endswith(words.PLAN):
                    colour = targets[beside].removesuffix(words.PLAN)
                    if colour not in targets:
                        targets[place] = colour
                        break
    known = [target for target in targets if target]
    if len(set(known)) < ENOUGH or not any(target in Rating.values for target in known):
        return None
    for place, target in enumerate(targets):
        if target in targets[:place]:
            targets[place] = ""  # the first of two alike is read
    return Block(sheet, row, headings, targets)


def _texts(cells: list) -> list[str]:
    return [words.plain(values.raw_text(cell)) for cell in cells[:MOST_COLUMNS]]


class _Reader:
    """Goes down one sheet, knowing in which part it is."""

    def __init__(self, sheet: Sheet, blocks: dict[int, Block], found: Found) -> None:
        self.sheet, self.blocks, self.found = sheet, blocks, found
        self.level: str | None = words.level_in(sheet.name)
        self.stage: str | None = ""
        self.domain = str(Domain.TARGET)
        self.stage_said, self.level_said = "", ""
        self.block: Block | None = None
        self.last: dict[str, FoundStatement] = {}

    def read(self) -> None:
        for number, cells in self.sheet.rows:
            if number in self.blocks:
                self.block = self.blocks[number]
                self.last = {}
                continue
            texts = _texts(cells)
            filled = [text for text in texts if text]
            if len(filled) == 1 and words.is_level_words(filled[0]):
                continue
            by_target = self._by_target(texts)
            self._note_places(number, by_target)
            band = words.band_of(filled, few=len(filled) <= 2) if self._may_be_band(by_target) else None
            if band:
                self._enter(band, number)
            elif self.block:
                self._row(number, by_target, texts)

    def _by_target(self, texts: list[str]) -> dict[str, str]:
        if not self.block:
            return {}
        return {
            target: texts[place]
            for place, target in enumerate(self.block.targets)
            if target and place < len(texts) and texts[place]
        }

    def _may_be_band(self, by_target: dict[str, str]) -> bool:
        """Not a row that has a plan beside a statement, or a statement beside the name of its stage in a column."""
        told = sum(target in Rating.values or target.endswith(words.PLAN) for target in by_target)
        return told <= 2 and not (told and {"stage", "level"} & by_target.keys())

    def _note_places(self, number: int, by_target: dict[str, str]) -> None:
        """The columns that say where a row belongs; a cell that is empty, or merged with the one above, goes on."""
        if text := by_target.get("level"):
            self.level, self.level_said = words.level_in(text) or None, text
        if text := by_target.get("stage"):
            band = words.band_of([text], few=True)
            self._enter(band or words.Band(stage=words.stage_in(text), said=text), number)
        if text := by_target.get("domain"):
            band = words.band_of([text], few=True)
            self.domain = band.domain if band and band.domain else ""
        if text := by_target.get("overall"):
            self._rate(words.overall_of(text), text, number)

    def _enter(self, band: words.Band, number: int) -> None:
        self.last = {}
        if band.level != "":
            if band.level != self.level and not band.rated:
                self.stage = ""
            self.level, self.level_said = band.level, band.said
        if band.domain:
            self.domain = band.domain
        if band.stage != "":
            self.stage, self.stage_said = band.stage, band.said
            if band.stage and not self.level and not band.level:
                self.level = self.level or ""
        if band.rated:
            self._rate(band.overall, band.said, number)

    def _rate(self, rating: str | None, said: str, number: int) -> None:
        if rating == "":
            return
        part = Part.of(self.level, self.stage) if self.level and self.stage else None
        one = FoundOverall(f"{self.sheet.name}, row {number}", part, rating or "")
        if part is None:
            one.problems.append("It stands in no level and stage that exist.")
        if rating is None:
            one.problems.append(f"There is no such overall rating: “{values.shown(said)}”.")
        self.found.overall.append(one)

    def _row(self, number: int, by_target: dict[str, str], texts: list[str]) -> None:
        where = f"{self.sheet.name}, row {number}"
        for rating in Rating.values:
            said, plan = by_target.get(rating, ""), by_target.get(f"{rating}{words.PLAN}", "")
            made = [self._statement(where, rating, text) for text in words.items(said)]
            self.found.statements += made
            if made:
                self.last[rating] = made[-1]
            if plan:
                self._plan(where, rating, plan, made)
        read = set(by_target.values())
        if left := [text for text in texts if text and text not in read]:
            self.found.remarks.append(f"{where}: not read: {values.shown('; '.join(left))}")

    def _statement(self, where: str, rating: str, text: str) -> FoundStatement:
        one = FoundStatement(where, text, self.level or "", self.stage or "", rating, self.domain)
        if not self.level:
            said = values.shown(self.level_said) if self.level is None else ""
            one.remarks.append(f"There is no such level: “{said}”." if said else "Its level is not said.")
        if not self.stage:
            said = values.shown(self.stage_said) if self.stage is None else ""
            one.remarks.append(f"There is no such stage: “{said}”." if said else "Its stage is not said.")
        if not self.domain:
            one.remarks.append("Its domain is not one of the four.")
        return one

    def _plan(self, where: str, rating: str, plan: str, made: list[FoundStatement]) -> None:
        """The actions of a cell go with the statement beside them; of several, each with its own where they match."""
        paragraphs = words.items(plan)
        if len(made) > 1 and len(paragraphs) == len(made):
            for one, text in zip(made, paragraphs, strict=True):
                one.actions += words.actions_in(text)
            return
        found = words.actions_in(plan)
        of = made[0] if made else self.last.get(rating)
        if of is None:
            column = words.TARGETS[f"{rating}{words.PLAN}"]
            self.found.remarks.append(f"{where}, {column}: no statement stands beside it, so it is not imported: "
                                      f"{values.shown(plan)}")  # fmt: skip
            return
        if len(made) > 1:
            of.remarks.append(f"{len(made)} statements stand in this cell: all its actions go with the first of them.")
        of.actions += found
