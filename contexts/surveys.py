"""Reading the figures of a survey: lines of question, answer and number, typed or from a CSV file."""

import codecs
import csv
import io
from dataclasses import dataclass, field

from .models.assessments import MOST_PEOPLE

MOST_LINES = 500
MOST_BYTES = 200 * 1024
LONGEST_QUESTION, LONGEST_ANSWER = 300, 200
MOST_PROBLEMS = 20


class Unreadable(Exception):
    """A file that is no CSV file, with what to do about it."""


@dataclass
class Figures:
    """What was read: (question, answer, number) a line, what is wrong by line, and whether headings were skipped."""

    rows: list[tuple[str, str, int]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    headings: bool = False


def text_of(content: bytes) -> str:
    """The text of an uploaded file. Raises Unreadable where it is too large, or no text."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The file must be smaller than {MOST_BYTES // 1024} KB")
    if content.startswith(b"PK"):
        raise Unreadable("This is an Excel workbook. Save the sheet as CSV, then choose that file")
    if not content.strip():
        raise Unreadable("The file is empty")
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # "Unicode text" of a spreadsheet
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise Unreadable("This is not a CSV file. Save the sheet as CSV, then choose that file")
    return text


def read(text: str) -> Figures:
    """The figures in `text`. Empty lines are passed over; the first may be headings."""
    found, seen = Figures(), set()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    try:
        for row in lines:
            cells = [" ".join(cell.split()) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            if len(found.rows) >= MOST_LINES:
                found.problems.append(f"There are more than {MOST_LINES} lines; the survey can hold no more.")
                break
            _take(cells, lines.line_num, found, seen)
            if len(found.problems) >= MOST_PROBLEMS:
                found.problems.append("What comes after that was not looked at.")
                break
    except csv.Error:
        found.problems.append(f"Line {lines.line_num + 1} cannot be read. Look for a quotation mark that never ends.")
    if not found.rows and not found.problems:
        found.problems.append("There is no line with a question, an answer and how many.")
    return found


def written(figures) -> str:
    """Figures as lines, with tabs between: what the box shows of those that are saved."""
    return "\n".join(f"{one.question}\t{one.answer}\t{one.number}" for one in figures)


def _take(cells: list[str], line: int, found: Figures, seen: set) -> None:
    if not found.rows and not found.headings and not found.problems and len(cells) == 3 and _is_heading(cells[2]):
        found.headings = True
        return
    problem, number = "", 0
    if len(cells) != 3:
        problem = f"has {len(cells)} part{'' if len(cells) == 1 else 's'}; it needs a question, an answer, how many"
    elif not cells[0] or not cells[1]:
        problem = "has no question" if not cells[0] else "has no answer"
    elif len(cells[0]) > LONGEST_QUESTION or len(cells[1]) > LONGEST_ANSWER:
        problem = f"is too long: a question may have {LONGEST_QUESTION} characters, an answer {LONGEST_ANSWER}"
    elif (number := _number(cells[2])) is None:
        problem = f"says “{cells[2][:30]}”; how many must be a whole number up to {MOST_PEOPLE:,}"
    elif (cells[0], cells[1]) in seen:
        problem = "gives the same answer to the same question as a line before"
    if problem:
        found.problems.append(f"Line {line} {problem}.")
        return
    seen.add((cells[0], cells[1]))
    found.rows.append((cells[0], cells[1], number))


def _number(text: str) -> int | None:
    plain = text.replace(" ", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= len(str(MOST_PEOPLE))):
        return None
    number = int(plain)
    return number if number <= MOST_PEOPLE else None


def _is_heading(text: str) -> bool:
    return text.casefold() in {"number", "how many", "count", "n", "total", "responses", "answers", "frequency"}


def _delimiter(text: str) -> str:
    first = next((line for line in text.split("\n") if line.strip()), "")
    return "\t" if "\t" in first else ";" if first.count(";") >= 2 else ","
