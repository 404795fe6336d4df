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
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.column_dimensions["A"].width == 30


def test_a_value_of_another_type_is_an_error_and_not_a_guess():
    with pytest.raises(ValueError, match="Value: no cell can hold a dict"):
        read_back([{}])


def test_more_rows_than_a_sheet_holds_is_an_error(monkeypatch):
    monkeypatch.setattr(workbook, "ROW_LIMIT", 3)
    with pytest.raises(ValueError, match="More rows than an Excel sheet can hold"):
        read_back(["a", "b", "c"])


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
