"""Exports of 50,000 referrals: against bare openpyxl, against django-import-export, and the memory that they take.

`against_openpyxl` and `against_import_export` are the `prepare` of a case each; `peaks` gives two figures and no act.
"""

import os
import resource
import subprocess
import sys
import tempfile
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import User
from accounts.permissions import Role
from core import jobs, workbook
from core.models import Job
from tests.factories import a_person
from tracker import exports

from . import sizes
from .sizes import Act

ROWS = 50_000
FEW, MANY = 10_000, 100_000  # for memory: ten times the rows should take no more of it
NAME = "Somebody who exports"


def against_openpyxl() -> tuple[Act, Act]:
    """openpyxl in write-only mode with the very cells in memory, no style; and a whole export from the database."""
    database = sizes.with_referrals(ROWS)
    with sizes.database(database):
        sheets = _cells()

    def floor() -> None:
        book = Workbook(write_only=True)
        for title, lines in sheets.items():
            page = book.create_sheet(title)
            for line in lines:
                page.append(line)
        with tempfile.TemporaryFile() as target:
            book.save(target)

    return floor, sizes.in_database(database, _export)


def against_import_export() -> tuple[Act, Act]:
    """The table of referrals alone through django-import-export; and a whole export, all sheets."""
    database = sizes.with_referrals(ROWS)

    def theirs() -> None:
        from .import_export import ReferralResource  # a development requirement, for this alone

        content = ReferralResource().export().xlsx
        assert len(content) > ROWS  # noqa: S101

    return sizes.in_database(database, theirs), sizes.in_database(database, _export)


def peaks() -> tuple[float, float]:
    """The most memory, in MB, that a process took which exported few referrals, and one that exported ten times as
    many.
    """
    return _peak(FEW), _peak(MANY)


def _peak(rows: int) -> float:
    code = "import sys, django; django.setup(); from benchmarks.export_cases import main; main(sys.argv[1])"
    command = [sys.executable, "-c", code, sizes.with_referrals(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)  # noqa: S603
    return float(done.stdout.split()[-1])


def _export() -> None:
    """One export, from the job's row to the file in the database."""
    job = _asked()
    jobs.run(job.pk)
    done = Job.objects.filter(pk=job.pk, status="done", file__size__gt=ROWS)
    assert done.exists()  # noqa: S101
    Job.objects.filter(pk=job.pk).delete()


def _asked() -> Job:
    now = timezone.now()
    params = {"filters": "", "sort": "-received", "words": {}, "format": "xlsx", "anonymous": False}
    return Job.objects.create(kind=exports.KIND, params=params, requested_by=_somebody(), created_at=now)


def _somebody() -> User:
    return User.objects.filter(name=NAME).first() or a_person(Role.MANAGER, name=NAME)


@cache
def _cells() -> dict[str, list[list[Any]]]:
    """Every value of every table of an export, as openpyxl takes it."""
    sheets: dict[str, list[list[Any]]] = {}
    add = workbook.Table.add

    def keep(table: workbook.Table, row: Any) -> None:
        values = [column.value(row) for column in table._columns]
        sheets.setdefault(table._title, []).append([_plain(value) for value in values])

    workbook.Table.add = keep
    try:
        job = _asked()
        exports.run(job, lambda done, total: None).close()
        job.delete()
    finally:
        workbook.Table.add = add
    return sheets


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    return None if value == "" else value


def main(database: str) -> None:
    """One export in a database; prints the most memory that this process has taken, in MB."""
    connection.settings_dict["NAME"] = database
    _export()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
