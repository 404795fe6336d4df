"""Files that are no tracker, are damaged or mean harm: one line each, soon, and nothing is imported."""

import zipfile
from dataclasses import replace
from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook
from openpyxl.chart import BarChart

from accounts.models import Agency, Team
from accounts.permissions import Role
from consultations.models import Referral, YoungPerson
from core import child as processes
from core.models import AuditEvent
from tests.factories import a_person
from tracker import reading
from tracker.models import TrackerEntry
from tracker.reading import NotATracker
from tracker.services.imports_at_once import import_tracker

HEADINGS = ["Date received", "Mosaic ID", "Primary Concern", "Outcome"]
DAY = datetime(2024, 9, 5)  # noqa: DTZ001  (a cell of a workbook has no time zone)
ROW = [DAY, "1", "School", "Awaiting"]
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
FIRST_ROW = (
    '<row r="1">'
    + "".join(
        f'<c r="{column}1" t="inlineStr"><is><t>{heading}</t></is></c>'
        for column, heading in zip("ABCD", HEADINGS, strict=True)
    )
    + "</row>"
)


def a_sheet(rows: str) -> str:
    return f"<worksheet {MAIN}><sheetData>{FIRST_ROW}{rows}</sheetData></worksheet>"


def one_cell(value: str, kind: str = "n") -> str:
    return a_sheet(f'<row r="2"><c r="A2" t="{kind}"><v>{value}</v></c></row>')


@pytest.fixture
def path(tmp_path):
    """A sound tracker of one row, to be damaged."""
    book = Workbook()
    for row in (HEADINGS, ROW):
        book.active.append(row)
    book.save(tmp_path / "tracker.xlsx")
    book.close()
    return tmp_path / "tracker.xlsx"


def with_parts(path, parts: dict[str, str]):
    """`path`, where the workbook now has these parts in the place of its own."""
    with zipfile.ZipFile(path) as book:
        kept = {name: book.read(name) for name in book.namelist()}
    if STRINGS in parts and STRINGS not in kept:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        override = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'
        kept["[Content_Types].xml"] = kept["[Content_Types].xml"].replace(b"</Types>", override.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in (kept | parts).items():
            book.writestr(name, content)
    return path


def read(path) -> list:
    return list(reading.rows(path))


def text(path):
    path.write_text("Date received,Mosaic ID\n2024-01-01,1\n")


def binary(path):
    path.write_bytes(bytes(range(256)) * 20)


def cut_off(path):
    path.write_bytes(path.read_bytes()[:2000])


def another_archive(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")


def zip_damaged(path):
    with zipfile.ZipFile(path) as book:
        start = book.getinfo(SHEET).header_offset + 30 + len(SHEET)
    content = bytearray(path.read_bytes())
    content[start + 10 : start + 60] = b"\xff" * 50
    path.write_bytes(content)


def only_a_chart(path):
    book = Workbook()
    book.remove(book.active)
    book.create_chartsheet().add_chart(BarChart())
    book.save(path)


def no_sheet(path):
    with_parts(path, {"xl/workbook.xml": f"<workbook {MAIN}><sheets/></workbook>"})


def has(part, content):
    return lambda path: with_parts(path, {part: content})


DAMAGED = r"This file is not an Excel workbook \(\.xlsx\) or a CSV file, or it is damaged\."
OLD = reading.OLD_FORMAT + b"\0" * 600
FILES = {
    "text": (text, "no heading for “Primary Concern”, “Outcome”"),  # read as the CSV that it is
    "nothing": (lambda path: path.write_bytes(b""), "is empty, or it is damaged"),
    "binary": (binary, DAMAGED),
    "cut off": (cut_off, DAMAGED),
    "another archive": (another_archive, DAMAGED),
    "zip damaged": (zip_damaged, DAMAGED),
    "broken": (has(SHEET, "<worksheet><sheetData><row>"), DAMAGED),
    "breaks off late": (has(SHEET, f'<worksheet {MAIN}><sheetData>{FIRST_ROW}<row r="2"><c r="A2"'), DAMAGED),
    "entity": (has(SHEET, f'<!DOCTYPE a [<!ENTITY b "c">]>{one_cell("&d;")}'), DAMAGED),
    "no such string": (has(SHEET, one_cell("999", "s")), DAMAGED),
    "no number": (has(SHEET, one_cell("1e")), DAMAGED),
    "very long number": (has(SHEET, one_cell("9" * 5000)), DAMAGED),
    "no row number": (has(SHEET, a_sheet('<row r="x"/>')), DAMAGED),
    "no style": (has("xl/styles.xml", "<styleSheet"), DAMAGED),
    "password": (lambda path: path.write_bytes(OLD + reading.ENCRYPTED), "is protected by a password: save it without"),
    "old": (lambda path: path.write_bytes(OLD), r"is of an old kind \(\.xls\)"),
    "chart": (only_a_chart, "has no sheet with rows"),
    "no sheet": (no_sheet, "has no sheet with rows"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_none_or_is_damaged_is_refused_in_one_line(path, what):
    change, why = FILES[what]
    change(path)
    manager = a_person(Role.MANAGER)
    with pytest.raises(NotATracker, match=why) as refused:
        import_tracker(path, by=manager)
    assert "\n" not in str(refused.value)
    for model in (Referral, YoungPerson, TrackerEntry, Team, Agency):
        assert not model.objects.exists()
    assert not AuditEvent.objects.filter(act="tracker.imported").exists()


def test_a_folder_and_nothing_at_all(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere.xlsx", tmp_path / "tracker.xlsx" / "below"):
        with pytest.raises(NotATracker, match="There is no file"):
            read(path)


@pytest.mark.django_db
def test_the_command_says_it_without_a_traceback(path):
    zip_damaged(path)
    a_person(Role.MANAGER)
    with pytest.raises(CommandError, match=DAMAGED):
        call_command("import_tracker", path)


BOUNDS = {
    "file": ({"file": 100}, "is larger than"),
    "all parts": ({"unpacked": 100}, "unpacks to more"),
    "sheet": ({"sheet": 100}, "unpacks to more"),
    "another part": ({"part": 100}, "unpacks to more"),
    "rows": ({"rows": 0}, "has more than 0 rows: divide it"),
    "answer": ({"answer": 100}, "holds more than 0 MB of text"),
    "wall clock": ({"seconds": 0}, "takes too long to read"),
}


@pytest.mark.parametrize("what", BOUNDS)
def test_each_bound(path, monkeypatch, what):
    limits, why = BOUNDS[what]
    assert len(read(path)) == 2  # within the bounds as they are
    monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, **limits))
    with pytest.raises(NotATracker, match=why):
        read(path)


def test_the_bound_on_memory(path, monkeypatch):
    strings = f"<sst {MAIN}><si><t>{'x' * 9 * reading.MB}</t></si></sst>"
    with_parts(path, {STRINGS: strings, SHEET: one_cell("0", "s")})
    assert len(read(path)) == 2
    monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, memory=64 * reading.MB))
    with pytest.raises(NotATracker, match="takes too much memory"):
        read(path)


def test_the_bound_on_processor_time(path, monkeypatch):
    with_parts(path, {SHEET: a_sheet("".join(f'<row r="{number}"/>' for number in range(2, 1_000_000)))})
    limits = replace(reading.LIMITS, empty_rows=2_000_000, cpu_seconds=1)
    monkeypatch.setattr(reading, "LIMITS", limits)
    with pytest.raises(NotATracker, match="takes too long to read"):
        read(path)


def test_what_cells_hold_arrives_as_it_is(path):
    book = Workbook()
    cells = ["text\n☃", "", 7, 7.5, True, None, DAY, date(2024, 9, 6), DAY.replace(hour=9), "#N/A", "=1+1", "end"]
    book.active.append(cells)
    book.save(path)
    ((number, arrived),) = read(path)
    assert number == 1
    expected = [*cells[:7], datetime(2024, 9, 6), *cells[8:10], reading.Formula("=1+1"), "end"]  # noqa: DTZ001
    expected[1] = None
    assert arrived == expected
    assert [type(cell) for cell in arrived] == [type(cell) for cell in expected]


@pytest.mark.parametrize("claimed", ["A1", "A1:XFD1048576", "nonsense", None])
def test_what_a_sheet_says_of_its_own_size_is_not_believed(path, claimed):
    size = f'<dimension ref="{claimed}"/>' if claimed else ""
    rows = '<row r="2"><c r="A2"><v>5</v></c></row>'
    with_parts(path, {SHEET: f"<worksheet {MAIN}>{size}<sheetData>{FIRST_ROW}{rows}</sheetData></worksheet>"})
    assert read(path) == [(1, HEADINGS), (2, [5])]


@pytest.mark.django_db
def test_a_cell_in_the_far_corner_is_not_walked_to_and_where_reading_stopped_is_said(path):
    rows = '<row r="2"><c r="A2"><v>5</v></c><c r="XFD2"><v>6</v></c></row>'
    with_parts(path, {SHEET: a_sheet(rows + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')})
    assert read(path) == [(1, HEADINGS), (2, [5]), (1003, None)]
    a_person(Role.MANAGER)
    said = StringIO()
    call_command("import_tracker", path, stdout=said)
    assert "1 rows read: 0 added" in said.getvalue()
    assert "Reading stopped at row 1003, below 1,000 empty ones" in said.getvalue()


def test_rows_after_a_gap_are_read_and_a_million_empty_ones_are_not(path):
    rows = '<row r="900"><c r="A900"><v>5</v></c></row>'
    with_parts(path, {SHEET: a_sheet(rows + '<row><c s="0"/></row>' * 1_000_000)})
    assert read(path) == [(1, HEADINGS), (900, [5]), (1901, None)]


def test_the_reading_process_knows_no_secrets_and_ends_with_its_reader(path, monkeypatch):
    started = []
    popen = processes.subprocess.Popen

    def noted(*args, **kwargs):
        started.append((popen(*args, **kwargs), kwargs["env"]))
        return started[0][0]

    monkeypatch.setattr(processes.subprocess, "Popen", noted)
    monkeypatch.setenv("SECRET_KEY", "a secret")
    lines = reading.rows(path)
    next(lines)
    lines.close()
    ((child, env),) = started
    assert set(env) <= {"PATH", "LD_LIBRARY_PATH"}
    assert child.returncode is not None
