"""The workbook writer: what goes in comes out again, and what Excel cannot hold is changed visibly."""

import io
import os
import tempfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from core import workbook
from core.workbook import Column, Sheet


def read_back(values: list) -> list:
    """The cells of one column after a round through a file."""
    content = workbook.write([Sheet("One", [Column("Value", lambda value: value)], values)])
    sheet = load_workbook(io.BytesIO(content)).active
    return [sheet.cell(row=number, column=1) for number in range(2, len(values) + 2)]


def test_text_that_looks_like_a_formula_stays_text():
    dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1+1", "{=1}"]
    for value, cell in zip(dangerous, read_back(dangerous), strict=True):
        assert (cell.value, cell.data_type) == (value, "s")


def test_dates_are_dates_and_times_are_shown_in_london():
    day, moment = read_back([date(2026, 11, 23), datetime(2026, 7, 1, 12, 30, tzinfo=UTC)])
    assert (day.value, day.is_date, day.number_format) == (datetime(2026, 11, 23), True, "dd/mm/yyyy")  # noqa: DTZ001
    assert moment.value == datetime(2026, 7, 1, 13, 30)  # noqa: DTZ001


def test_control_characters_become_their_pictures():
    cells = read_back(["bell\x07", "nul\x00", "\ufffe", "\ud800"])
    assert [cell.value for cell in cells] == ["bell␇", "nul␀", "\ufffd", "\ufffd"]


def test_a_text_longer_than_a_cell_says_how_much_is_missing():
    cell = read_back(["x" * 40_000])[0]
    assert len(cell.value) <= workbook.CELL_LIMIT
    assert cell.value.endswith("characters more than a cell can hold: see the record]")


def test_empty_values_are_empty_cells():
    assert [cell.value for cell in read_back([None, "", "x"])] == [None, None, "x"]


def test_headings_are_frozen_and_filtered():
    content = workbook.write([Sheet("One", [Column("A", str, width=30), Column("B", str)], ["x", "y"])])
    sheet = load_workbook(io.BytesIO(content))["One"]
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].width == 30
    [table] = sheet.tables.values()
    assert (table.ref, table.autoFilter.ref, table.column_names) == ("A1:B3", "A1:B3", ["A", "B"])
    assert sheet.auto_filter.ref is None, "a sheet's own filter beside a table's is a damaged file to Excel"
    assert table.tableStyleInfo.showRowStripes


def test_a_table_without_rows_has_one_empty_row_as_excel_wants():
    sheet = load_workbook(io.BytesIO(workbook.write([Sheet("One", [Column("A", str)], [])])))["One"]
    assert sheet.tables["One"].ref == "A1:A2"
    assert sheet.max_row == 1


def test_headings_that_stand_twice_are_told_apart():
    columns = [Column(heading, str) for heading in ("CSE", "Cse", "CSE (2)", "CSE")]
    sheet = load_workbook(io.BytesIO(workbook.write([Sheet("One", columns, ["x"])])))["One"]
    headings = [cell.value for cell in sheet[1]]
    assert headings == ["CSE", "Cse (2)", "CSE (2) (2)", "CSE (3)"]
    assert sheet.tables["One"].column_names == headings


def test_a_value_of_another_type_is_an_error_and_not_a_guess():
    with pytest.raises(ValueError, match="Value: no cell can hold a dict"):
        read_back([{}])


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr(workbook, "ROW_LIMIT", 3)
    two, one = [Column("A", str, width=30)], [Column("B", str)]
    book = load_workbook(io.BytesIO(workbook.write([Sheet("Two", two, "abcde"), Sheet("One", one, "x")])))
    assert book.sheetnames == ["Two", "Two (2)", "Two (3)", "One"]
    parts = [[cell.value for cell in book[name]["A"]] for name in book.sheetnames]
    assert parts == [["A", "a", "b"], ["A", "c", "d"], ["A", "e"], ["B", "x"]]
    names = [name for sheet in book for name in sheet.tables]
    assert names == ["Two", "Two_2", "Two_3", "One"]
    assert [sheet.freeze_panes for sheet in book] == ["A2"] * 4


def test_tables_that_are_filled_in_turn_keep_their_places_and_what_could_not_be_held_is_counted():
    target = io.BytesIO()
    with workbook.writing(target) as book:
        first = book.table("First", [Column("Key", lambda row: row[0]), Column("Text", lambda row: row[1])])
        second = book.table("Second", [Column("Key", lambda row: row[0])], as_table=False)
        for row in [("K1", "x" * 40_000), ("K2", "a\x07b"), ("K3", "\U0001f600" * 16_384), ("K4", "fits" * 8_000)]:
            first.add(row)
            second.add(row)
    read = load_workbook(target)
    assert read.sheetnames == ["First", "Second"]
    assert [cell.value for cell in read["Second"]["A"]] == ["Key", "K1", "K2", "K3", "K4"]
    assert read["Second"].tables == {}
    assert (first.rows, book.changes.pictured) == (4, 1)
    assert book.changes.cut == [("First", "K1", "Text"), ("First", "K3", "Text")]
    assert len(read["First"]["B4"].value.encode("utf-16-le")) // 2 <= workbook.CELL_LIMIT, "Excel counts UTF-16"


def test_numbers_and_days_before_excels_first():
    cells = read_back([True, 3, 2.5, date(1899, 5, 1), date(1900, 3, 1)])
    assert [cell.value for cell in cells] == [True, 3, 2.5, "01/05/1899", datetime(1900, 3, 1)]  # noqa: DTZ001


def test_spaces_at_the_ends_and_several_lines_stay():
    cells = read_back(["  two before", "one after ", "two\nlines", "\ttab"])
    assert [cell.value for cell in cells] == ["  two before", "one after ", "two\nlines", "\ttab"]


def test_nothing_is_left_behind_where_the_writing_stops(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def stop(written: int) -> None:
        assert list(tmp_path.iterdir()), "the control: something is there while it is written"
        raise InterruptedError

    with pytest.raises(InterruptedError):
        workbook.write([Sheet("One", [Column("A", str)], range(5))], step=stop, every=2)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_worker_left_is_deleted_and_what_is_being_written_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new, other = (tmp_path / name for name in ("openpyxl.old", "openpyxl.new", "something.old"))
    for path in (old, new, other):
        path.write_text("x")
    for path in (old, other):
        os.utime(path, (0, 0))
    assert workbook.forget_abandoned() == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["openpyxl.new", "something.old"]


def test_progress_is_told_as_rows_are_written():
    told: list[int] = []
    workbook.write([Sheet("One", [Column("A", str)], range(5))], step=told.append, every=2)
    assert told == [2, 4, 5]


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=200))
def test_any_text_can_be_written_and_read(text):
    cell = read_back([text + "."])[0]
    expected = workbook.cell_text(text + ".").replace("\r\n", "\n").replace("\r", "\n")
    assert cell.value.replace("_x000D_", "\n").replace("\r\n", "\n").replace("\r", "\n") == expected
