"""Making an export: one pass over the referrals, written as they come to a temporary file."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from accounts.permissions import Permission, can
from core import jobs, workbook
from core.models import Job
from core.workbook import Changes, Column

from .. import rows
from . import anonymous, csv_files, named, summary
from .asking import KIND, Format, still_theirs, telling
from .lines import AT_ONCE, Keys, lines

# Which parts of a filter are of our own lists. What else was chosen is not told in an anonymised export.
OPEN_FILTERS = {
    "Received from", "Received to", "Outcome", "Primary Concern", "Themes", "Match", "Kind of harm", "Agency",
    "Data entry form", "Feedback", "Screening", "Consultation", "Actions",
}  # fmt: skip
CUT_TO_NAME = 20
ANONYMISED = (
    "Without names, case numbers, references and anything that was typed. The same young person has the same pseudonym "
    "in every export from here. Who knows a young person may still recognise a small group: keep this file as your "
    "organisation’s rules say."
)
_ABOUT = [Column("About this export", lambda row: row[0], 30), Column(" ", lambda row: row[1], 70, wrap=True)]


@dataclass(frozen=True)
class Columns:
    """What stands on the sheets, with names or without."""

    referrals: list[Column]
    themes: list[Column]
    actions: list[Column]


@jobs.register(
    KIND, may=lambda user: can(user, Permission.TRACKER_EXPORT), may_have=still_theirs, telling=telling
)  # fmt: skip
def run(job: Job, step: jobs.Step) -> jobs.Output:
    """Make the file: a workbook with Referrals, Themes, Actions, Summary and About, or the Referrals as CSV."""
    hidden = job.params.get("anonymous", False)
    chosen = rows.filter_from(QueryDict(job.params["filters"])).chosen()
    found = rows.rows_for(job.requested_by, chosen, job.params["sort"]).select_related(None).prefetch_related(None)
    if hidden:  # the order of the list tells of references and teams; that of the random ids tells of nothing
        found = found.order_by("-received_on__year", "-received_on__month", "pk")
    keys = Keys(found)
    step(0, len(keys))
    wanted = _columns(hidden)
    coming = _counted(job, keys, step)
    name = f"referral-tracker-{'anonymised-' if hidden else ''}{timezone.localdate().isoformat()}"
    target = tempfile.TemporaryFile(prefix=workbook.SCRATCH)  # noqa: SIM115  (the job closes it)
    try:
        if job.params.get("format") == Format.CSV:
            csv_files.write(target, wanted.referrals, (line for line, _ in coming))
            return jobs.Output(f"{name}.csv", csv_files.CONTENT_TYPE, target)
        with ExitStack() as alive, workbook.writing(target) as book:
            tables = _fill(book, wanted, coming)
            alive.enter_context(jobs.kept_alive(step, len(keys), len(keys)))  # while it is summed up and saved
            summary.fill(book, found, hidden=hidden)
            _tell_about(book, job, tables, hidden=hidden)
        return jobs.Output(f"{name}.xlsx", workbook.CONTENT_TYPE, target)
    except BaseException:
        target.close()
        raise


def _columns(hidden: bool) -> Columns:
    themes = named.themes_to_show()
    if hidden:
        return Columns(anonymous.referral_columns(themes), anonymous.themes(themes), anonymous.action_columns())
    referrals = named.referral_columns(themes)
    return Columns(referrals, named.theme_columns(themes, referrals[0]), named.action_columns())


def _counted(job: Job, keys: Keys, step: jobs.Step) -> Iterator[tuple[Any, list[Any]]]:
    """The lines, with the progress told for every batch of them."""
    for number, line in enumerate(lines(job.requested_by, keys), start=1):
        yield line
        if number % AT_ONCE == 0:
            step(number, len(keys))


def _fill(book: workbook.Book, wanted: Columns, coming: Iterator[tuple[Any, list[Any]]]) -> dict[str, workbook.Table]:
    """Write the tables in one pass; they are given by their titles."""
    tables = {
        "Referrals": book.table("Referrals", wanted.referrals),
        "Themes": book.table("Themes", wanted.themes),
        "Actions": book.table("Actions", wanted.actions),
    }
    add_referral, add_themes, add_action = (table.add for table in tables.values())
    for line, actions in coming:
        add_referral(line)
        add_themes(line)
        for action in actions:
            add_action(action)
    return tables


def _tell_about(book: workbook.Book, job: Job, tables: dict[str, workbook.Table], *, hidden: bool) -> None:
    about = book.table("About", _ABOUT, as_table=False)
    for row in _about(job, {title: table.rows for title, table in tables.items()}, book.changes, hidden=hidden):
        about.add(row)


def _about(job: Job, counts: dict[str, int], changes: Changes, *, hidden: bool) -> Iterator[tuple[str, Any]]:
    if not hidden:
        yield "Made for", job.requested_by.name
    yield "Asked for at", job.created_at
    yield "Made at", timezone.now()
    for name, words in job.params["words"].items():
        yield f"Filter: {name}", words if name in OPEN_FILTERS or not hidden else "Chosen, and not told here"
    if not job.params["words"]:
        yield "Filter", "None: every referral that you may see" if not hidden else "None"
    for title, count in counts.items():
        yield f"Rows on the sheet {title}", count
    yield from _changed(changes)
    if hidden:
        yield "Anonymised", ANONYMISED
    else:
        yield "Please note", "This file holds personal data about children. Keep it as your organisation’s rules say."


def _changed(changes: Changes) -> Iterator[tuple[str, str]]:
    """What Excel could not hold as it is."""
    if cut := changes.cut:
        places = [f"{row}, {heading}" for _, row, heading in cut[:CUT_TO_NAME]]
        more = f"; and {len(cut) - CUT_TO_NAME} more" if len(cut) > CUT_TO_NAME else ""
        were = "1 cell was cut" if len(cut) == 1 else f"{len(cut)} cells were cut"
        limit = f"Excel holds {workbook.CELL_LIMIT:,} characters in a cell"
        yield "Cut", f"{were}: {'; '.join(places)}{more}. {limit}; a CSV file has them whole."
    if count := changes.pictured:
        cells = "In 1 cell a control character is" if count == 1 else f"In {count} cells control characters are"
        yield "Shown otherwise", f"{cells} shown as a picture (␇), as Excel cannot hold it."
