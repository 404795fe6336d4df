"""References such as CS-2026-0042."""

from django.db import connection


def next_in_series(series: str, count: int = 1) -> int:
    """The next number of `series`, counting from 1; with `count` the first of so many in a row.

    The row is locked until the transaction ends: no number is given out twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (series, value) VALUES (%s, %s) "
            "ON CONFLICT (series) DO UPDATE SET value = core_counter.value + excluded.value RETURNING value",
            [series, count],
        )
        return cursor.fetchone()[0] - count + 1


def raise_series(series: str, to: int) -> None:
    """Numbers of `series` up to `to` are given out elsewhere: it goes on after them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (series, value) VALUES (%s, %s) "
            "ON CONFLICT (series) DO UPDATE SET value = greatest(core_counter.value, excluded.value)",
            [series, to],
        )
