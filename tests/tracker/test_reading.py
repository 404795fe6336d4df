"""Reading other people's files: what arrives, and what each hostile one costs (ten seconds and 300 MB at most)."""

import json
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime, time
from itertools import zip_longest

import pytest
from django.conf import settings
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from core import workbook
from core.workbook import Column
from tracker import reading
from tracker.reading import Formula, NotATracker

NOON = datetime(2024, 2, 29, 12)  # noqa: DTZ001  (a cell of a workbook has no time zone)
PRACTICE = settings.BASE_DIR.parent / "shared" / "practice"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>Date received</t></is></c><c r="B1"><v>7</v></c></row>'
# Run in a Python of its own, so that what is measured is its one child: the process that opens the file.
MEASURE = """
import json, resource, sys
from pathlib import Path
from tracker import reading
said = {}
for name, read in [("look", reading.look), ("rows", lambda path: list(reading.rows(path)))]:
    try:
        said[name] = len(read(Path(sys.argv[1])))
    except reading.NotATracker as problem:
        said[name] = str(problem)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([said, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def a_sheet(rows: str) -> str:
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


@pytest.fixture
def path(tmp_path):
    """A sound workbook of one row, to be damaged."""
    book = Workbook()
    book.active.append(["Date received", 7])
    book.save(tmp_path / "tracker.xlsx")
    book.close()
    return tmp_path / "tracker.xlsx"


def with_parts(path, parts: dict[str, str | bytes]):
    """`path`, where the workbook now has these parts in the place of its own."""
    with zipfile.ZipFile(path) as book:
        kept = {name: book.read(name) for name in book.namelist()}
    if STRINGS in parts and STRINGS not in kept:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        override = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'
        kept["[Content_Types].xml"] = kept["[Content_Types].xml"].replace(b"</Types>", override.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in (kept | parts).items():
            book.writestr(name, content)
    return path


def has(**parts):
    """A file whose parts (named by the constants, in small letters) are these."""
    names = {"sheet": SHEET, "strings": STRINGS, "book": BOOK}
    return lambda path: with_parts(path, {names.get(name, name): content for name, content in parts.items()})


def read(path, sheet=None) -> list:
    return list(reading.rows(path, sheet=sheet))


# What hurts


def zip_bomb(path):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book, book.open("xl/media/image1.png", "w") as part:
        for _ in range(300):
            part.write(b"\0" * reading.MB)


def zip_bomb_that_lies(path):
    """300 MB in the sheet, and a directory that says 1,000 bytes."""
    with zipfile.ZipFile(path) as book:
        kept = {name: book.read(name) for name in book.namelist() if name != SHEET}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in kept.items():
            book.writestr(name, content)
        with book.open(SHEET, "w") as part:
            part.write(f"<worksheet {MAIN}><sheetData>{ROW}".encode())
            for _ in range(300):
                part.write(b" " * reading.MB)
        book.getinfo(SHEET).file_size = 1000


def many_parts(path):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as book:
        for number in range(40_000):
            book.writestr(f"xl/{number}", b"")


def truncated(path):
    path.write_bytes(path.read_bytes()[:-200])


def another_kind_within(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")


def open_document(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office:document-content/>")


def binary_workbook(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"\x83\x01\x00")


def strict(path):
    with_parts(path, {BOOK: '<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheets/></workbook>'})


def wrong_types(path):
    with_parts(
        path, {"[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"}
    )


def out_of_the_archive(path):
    """A sheet whose part is a file outside the archive, and a part that would be unpacked there."""
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="../../../../../../etc/passwd"/></Relationships>'
    )
    with_parts(path, {"xl/_rels/workbook.xml.rels": relations, "../../../../tmp/outside.txt": "x"})


def bytes_of(content: bytes):
    return lambda path: path.write_bytes(content)


BILLION = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
LAUGHS = f'<!DOCTYPE x [<!ENTITY a "ha">{BILLION}]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
WIDE_ROW = "<row>" + '<c t="inlineStr"><is><t>x</t></is></c>' * 16_384 + "</row>"
MANY_STRINGS = "".join(f"<si><t>word {number}</t></si>" for number in range(100_000))
STRING = a_sheet('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>')
BEFORE_FIRST = '0</v></c><c t="s"><v>-1</v></c>'
ENDLESS_ROW = a_sheet("<row>" + "<c><v>1</v></c>" * 3_000_000 + "</row>")
HOSTILE = {
    "zip bomb": (zip_bomb, "unpacks to more"),
    "zip bomb that lies": (zip_bomb_that_lies, "is not an Excel workbook"),
    "many parts": (many_parts, 1),
    "far corner": (has(sheet=a_sheet(ROW + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), 2),
    "a million empty rows": (has(sheet=a_sheet(ROW + "<row/>" * 1_000_000)), 2),
    "a million empty cells": (has(sheet=a_sheet(ROW + f"<row>{'<c/>' * 1000}</row>" * 1_000)), 1),
    "rows without end": (has(sheet=a_sheet("<row><c><v>1</v></c></row>" * 1_000_000)), "has more than 60,000 rows"),
    "one row without end": (has(sheet=ENDLESS_ROW), "takes too much memory|more than 200 filled columns"),
    "password": (bytes_of(reading.OLD_FORMAT + b"\0" * 600 + reading.ENCRYPTED), "is protected by a password"),
    "xls": (bytes_of(reading.OLD_FORMAT + b"\0" * 600), r"is of an old kind \(\.xls\)"),
    "xlsb": (binary_workbook, r"binary workbook \(\.xlsb\): save it as \.xlsx"),
    "ods": (open_document, r"OpenDocument file \(\.ods\): save it as \.xlsx"),
    "docx": (another_kind_within, "is not an Excel workbook"),
    "strict": (strict, "“Strict Open XML” workbook: save it as an Excel workbook"),
    "picture": (bytes_of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20), "is not an Excel workbook"),
    "pdf": (bytes_of(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\x00<<>>"), "is not an Excel workbook"),
    "web page": (bytes_of(b"<html><table><tr><td>Date"), "is a web page or another kind of document"),
    "xml": (bytes_of(b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>'), "is a web page or another kind of document"),
    "nothing": (bytes_of(b""), "is empty"),
    "spaces": (bytes_of(b"\n \t\r\n" * 10), "is empty"),
    "truncated": (truncated, "is not an Excel workbook"),
    "wrong content types": (wrong_types, "is not an Excel workbook"),
    "out of the archive": (out_of_the_archive, "has no sheet with rows"),
    "billion laughs in the sheet": (has(sheet=LAUGHS + a_sheet(ROW.replace("7", "&j;"))), "is not an Excel workbook"),
    "billion laughs in the strings": (
        has(strings=f"{LAUGHS}<sst {MAIN}><si><t>&j;</t></si></sst>", sheet=STRING.replace("99999", "0")),
        "is not an Excel workbook",
    ),
    "billion laughs in the book": (has(book=f"{LAUGHS}<workbook {MAIN}>&j;</workbook>"), "is not an Excel|no sheet"),
    "a file by an entity": (has(sheet=OUTSIDE + a_sheet(ROW.replace("7", "&a;"))), "is not an Excel workbook"),
    "deep": (has(sheet=a_sheet("<row>" + "<c>" * 100_000)), "is not an Excel workbook"),
    "16,384 columns": (has(sheet=a_sheet(WIDE_ROW)), "has more than 200 filled columns"),
    "100,000 strings": (has(strings=f"<sst {MAIN}>{MANY_STRINGS}</sst>", sheet=STRING), 1),
    "rows that go back": (has(sheet=a_sheet('<row r="5"/><row r="4"/>')), "is not an Excel workbook"),
    "a row beyond the last": (has(sheet=a_sheet('<row r="1048577"/>')), "is not an Excel workbook"),
    "a string before the first": (
        has(strings=f"<sst {MAIN}><si><t>a</t></si></sst>", sheet=STRING.replace("99999</v></c>", BEFORE_FIRST)),
        "is not an Excel workbook",
    ),
    "many styles": (
        has(**{"xl/styles.xml": f"<styleSheet {MAIN}><cellXfs>{'<xf/>' * 500_000}</cellXfs></styleSheet>"}),
        "takes too|is not an Excel workbook",
    ),
    "a CSV without end": (bytes_of(b"a,b\n" * 100_000), "has more than 60,000 rows"),
    "a CSV of one cell": (bytes_of(b"a,b\n" + b"x" * 5 * reading.MB), "cannot be read below row 1"),
    "a CSV with a quotation mark": (bytes_of(b'a,b\n1,2\n"' + b"x,y\n" * 50_000), "mark is opened and not closed"),
    "a CSV that is too wide": (bytes_of(b"x," * 5_000), "has more than 200 filled columns"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_costs_little_and_is_answered_in_one_line(path, what):
    change, expected = HOSTILE[what]
    change(path)
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    said, seconds, megabytes = json.loads(run.stdout)
    print(f"{what}: {seconds:.1f} s, {megabytes:.0f} MB: {said}")
    if isinstance(expected, int):
        assert said["rows"] == expected
    else:
        with pytest.raises(NotATracker, match=expected) as refused:
            raise NotATracker(said["rows"])
        assert "\n" not in str(refused.value)
        assert str(path.parent) not in str(refused.value)
    assert seconds < 10  # the look and the reading of all together
    assert megabytes < 300


@pytest.mark.parametrize("what", ["password", "xls", "ods", "web page", "truncated", "zip bomb", "16,384 columns"])
def test_a_first_look_refuses_it_as_well(path, what):
    change, expected = HOSTILE[what]
    change(path)
    with pytest.raises(NotATracker, match=expected):
        reading.look(path)


# What arrives


def test_each_sheet_is_looked_at_and_can_be_chosen(tmp_path):
    path = tmp_path / "several.xlsx"
    book = Workbook()
    book.active.title = "Notes"
    hidden = book.create_sheet("Old & new")
    hidden.sheet_state = "hidden"
    for number in range(1, 51):
        hidden.cell(number * 2, 2, f"row {number}")
    book.create_sheet("Empty")
    book.save(path)
    looks = reading.look(path)
    assert [(each.name, each.hidden, each.rows_seen) for each in looks] == [
        ("Notes", False, 0), ("Old & new", True, 30), ("Empty", False, 0),
    ]  # fmt: skip
    assert looks[1].sample[0] == (2, [None, "row 1"])
    assert looks[1].sample[-1] == (60, [None, "row 30"])
    assert len(read(path, "Old & new")) == 51
    assert read(path) == [(1, [])]
    with pytest.raises(NotATracker, match="has no sheet of the name"):
        read(path, "Nowhere")


def test_formulas_are_what_they_last_came_to_or_are_told(path):
    cells = (
        '<c r="A1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c r="B1"><f>1+1</f><v>2</v></c>'
        '<c r="C1"><f>COUNTA(A1:A9)</f></c><c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="E1" t="str"><f>A9</f><v></v></c>'
    )
    with_parts(path, {SHEET: a_sheet(f'<row r="1">{cells}</row>')})
    ((_, arrived),) = read(path)
    assert arrived == ["ab", 2, "=COUNTA(A1:A9)", "#DIV/0!"]
    assert isinstance(arrived[2], Formula)
    assert not isinstance(arrived[0], Formula)


def test_a_link_to_elsewhere_and_dde_are_words_and_nothing_more(path):
    formulas = ['=HYPERLINK("http://127.0.0.1/","click")', "=[1]Sheet1!$A$1", "=cmd|'/c calc'!A0", "=WEBSERVICE(A1)"]
    cells = "".join(f"<c><f>{formula[1:]}</f></c>" for formula in formulas)
    link = f'<externalLink {MAIN}><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    with_parts(path, {SHEET: a_sheet(f"<row>{cells}</row>"), "xl/externalLinks/externalLink1.xml": link})
    assert read(path) == [(1, formulas)]


def test_runs_of_a_text_are_joined_and_hints_for_reading_it_aloud_are_left_out(path):
    rich = "<r><t>Marlow </t></r><r><rPr><b/></rPr><t>Road</t></r><rPh sb='0' eb='1'><t>aloud</t></rPh>"
    strings = f"<sst {MAIN}><si>{rich}</si><si><t>plain</t></si></sst>"
    row = f'<row><c t="s"><v>1</v></c><c t="s"><v>0</v></c><c t="inlineStr"><is>{rich}</is></c></row>'
    with_parts(path, {STRINGS: strings, SHEET: a_sheet(row)})
    assert read(path) == [(1, ["plain", "Marlow Road", "Marlow Road"])]


def test_what_excel_writes_for_characters_that_xml_cannot_hold_is_read_as_those(path):
    strings = f"<sst {MAIN}><si><t>one_x000D_\ntwo _x005F_x0041_ _x12_</t></si></sst>"
    row = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>a_x0007_b</t></is></c></row>'
    with_parts(path, {STRINGS: strings, SHEET: a_sheet(row)})
    assert read(path) == [(1, ["one\r\ntwo _x0041_ _x12_", "a\x07b"])]


def test_words_that_excel_would_take_for_a_character_go_out_and_come_back(tmp_path):
    words = ["_x0041_", "__x005F_x0041_", "a_x000d_x000D_b"]
    with (tmp_path / "export.xlsx").open("wb") as file, workbook.writing(file) as book:
        table = book.table("Sheet", [Column("Words", lambda row: row)])
        for each in words:
            table.add(each)
    with zipfile.ZipFile(tmp_path / "export.xlsx") as archive:
        assert b"<t>_x005F_x0041_</t>" in archive.read(SHEET)
    assert read(tmp_path / "export.xlsx")[1:] == [(number, [each]) for number, each in enumerate(words, start=2)]


def test_what_openpyxl_reads_is_what_we_read(tmp_path):
    path = tmp_path / "varied.xlsx"
    book = Workbook()
    values = [
        "text", " spaces ", "two\nlines", "☃ Zielińska 𝄞", "=1+1 as text", 0, 7, -3.25, 1e300, 12345678901234,
        True, False, date(1999, 12, 31), NOON, None, "#N/A", "x" * 32_767,
    ]  # fmt: skip
    for start in range(40):
        book.active.append([*values[start % len(values) :], None, *values[: start % len(values)]])
    for row in book.active.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.data_type = "s"
    book.save(path)
    assert_same_as_openpyxl(path)


def test_days_are_counted_from_1904_where_the_workbook_says_so(tmp_path):
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append([NOON])
    book.save(tmp_path / "mac.xlsx")
    assert read(tmp_path / "mac.xlsx") == [(1, [NOON])]


@pytest.mark.parametrize("name", ["legacy-tracker-clean.xlsx", "legacy-tracker-messy.xlsx"])
def test_the_sample_trackers_arrive_as_openpyxl_reads_them(name):
    if not (PRACTICE / name).exists():
        pytest.skip(f"the practice's own file {name} is not at hand")
    assert_same_as_openpyxl(PRACTICE / name)


def assert_same_as_openpyxl(path) -> None:
    book = load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        ours = dict(read(path, sheet.title))
        for number, theirs in enumerate(sheet.iter_rows(values_only=True), start=1):
            theirs = [str(cell) if isinstance(cell, time) else cell for cell in theirs]
            mine = [None if isinstance(cell, Formula) else cell for cell in ours.get(number, [])]
            for place, (one, other) in enumerate(zip_longest(mine, theirs), start=1):
                assert (type(one), one) == (type(other), other), f"{get_column_letter(place)}{number}"
    book.close()


CSV = (
    "Date received,Mosaic ID,Detail\r\n05/09/2024,754341,Zoë’s house\r\n\r\n"
    '06/09/2024,754342,"two\nlines, “quoted”"\r\n'
)
CSV_ROWS = [
    (1, ["Date received", "Mosaic ID", "Detail"]),
    (2, ["05/09/2024", "754341", "Zoë’s house"]),
    (4, ["06/09/2024", "754342", "two\nlines, “quoted”"]),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_of_any_usual_kind_is_read(tmp_path, encoding, delimiter):
    path = tmp_path / "tracker.csv"
    text = re.sub(r"(?<=\w),", delimiter, CSV).replace(f"lines{delimiter}", "lines,")
    path.write_bytes(text.encode(encoding))
    assert read(path) == CSV_ROWS
    (only,) = reading.look(path)
    assert (only.name, only.hidden, only.sample) == ("CSV", False, CSV_ROWS)
    assert read(path, "CSV") == CSV_ROWS


def test_a_file_is_what_it_holds_and_not_what_it_is_called(tmp_path, path):
    as_csv = path.rename(tmp_path / "tracker.csv")
    assert read(as_csv) == [(1, ["Date received", 7])]
    (tmp_path / "tracker.xlsx").write_text(CSV, encoding="utf-8", newline="")
    assert read(tmp_path / "tracker.xlsx") == CSV_ROWS


def test_the_apostrophe_that_guards_a_csv_is_taken_off(tmp_path):
    path = tmp_path / "tracker.csv"
    path.write_text("'=1+1,'+44,'-2,'@x,'388s','Lock 4',''=1,\"'\n=2\"\n", encoding="utf-8")
    assert read(path) == [(1, ["=1+1", "+44", "-2", "@x", "'388s'", "'Lock 4'", "''=1", "\n=2"])]
