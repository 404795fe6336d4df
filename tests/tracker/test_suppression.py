"""Small numbers stay hidden: from linear algebra, and from somebody who knows the rules and tries every possible table.

Each attack is shown to succeed against a weaker rule, so that these tests can fail.
"""

from collections import defaultdict
from fractions import Fraction
from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import suppression
from tracker.suppression import LEAST, LEAST_BASE, Group, nested, overlapping, partition, rounded, total, typical


def small_alone(counts: dict) -> dict:
    """A weaker rule: hide the small cells and nothing else."""
    return {key: count if count >= LEAST else None for key, count in counts.items()}


def until_five(counts: dict) -> dict:
    """A weaker rule, common in publications: hide further cells until those hidden are five or more together."""
    shown = small_alone(counts)
    for key in sorted(counts, key=lambda key: (counts[key], key)):
        if sum(counts[key] for key, value in shown.items() if value is None) in range(1, LEAST):
            shown[key] = None
    return shown


class TestWhatIsShown:
    def test_a_table_without_small_cells_is_whole(self):
        counts = {"a": 5, "b": 90, "c": 12}
        assert partition(counts) == counts

    def test_a_small_cell_takes_the_smallest_large_one_along(self):
        assert partition({"a": 2, "b": 90, "c": 12}) == {"a": None, "b": 90, "c": None}

    def test_cells_as_large_as_that_one_go_too(self):
        assert partition({"a": 2, "b": 12, "c": 12, "d": 13}) == {"a": None, "b": None, "c": None, "d": 13}

    def test_nothing_is_hidden_as_a_small_number_is(self):
        assert partition({"a": 0, "b": 90}) == {"a": None, "b": 90}

    @pytest.mark.parametrize("counts", [{"a": 9}, {"a": 5, "b": 4}, {"a": 0}, {}])
    def test_few_referrals_are_not_broken_down(self, counts):
        assert partition(counts) == dict.fromkeys(counts)
        assert overlapping(counts, bases=[LEAST_BASE - 1]) == dict.fromkeys(counts)

    def test_teams_of_a_hidden_agency_are_hidden(self):
        found = nested({"police": {"x": 3}, "school": {"y": 12}, "social": {"z": 20, "w": 10, "v": 2}})
        assert found["police"] == Group(None, {"x": None})
        assert found["school"] == Group(None, {"y": None})
        assert found["social"] == Group(32, {"z": 20, "w": None, "v": None})

    def test_how_many_do_not_have_a_theme_is_protected_as_well(self):
        found = overlapping({"a": 40, "b": 38, "c": 30, "d": 20}, bases=[40])
        assert found == {"a": None, "b": None, "c": None, "d": 20}

    def test_each_base_counts(self):
        counts = {"a": 20, "b": 12}
        assert overlapping(counts, bases=[100]) == counts
        assert overlapping(counts, bases=[100, 22]) == {"a": None, "b": None}
        assert overlapping(counts, bases=[100, 15]) == {"a": 20, "b": None}

    def test_totals_medians_and_rounding(self):
        assert [total(count) for count in (0, 4, 5, 7)] == [None, None, 5, 7]
        assert [typical(3.4, of=10), typical(3.4, of=9), typical(None, of=20)] == [3, None, None]
        assert [rounded(count) for count in (None, 5, 7, 8, 12, 13, 100)] == [None, 5, 5, 10, 10, 15, 100]


# --- Somebody who knows the rules and goes through every table that gives the same page.


def leaks(tables, publish, totals) -> list:
    """The pages from which it can be known that some union of groups has between 1 and 4 members.

    `tables` are all that could be; `publish(table)` is the page; `totals(table)` = {union of groups: its count}.
    """
    possible = defaultdict(lambda: defaultdict(set))
    for table in tables:
        page = repr(publish(table))
        for union, count in totals(table).items():
            possible[page][union].add(count)
    small = set(range(1, LEAST))
    return [(page, union) for page, unions in possible.items() for union, counts in unions.items() if counts <= small]


def compositions(parts: int, whole: int):
    """All ways to make `whole` of so many counts."""
    if parts == 1:
        yield (whole,)
        return
    for first in range(whole + 1):
        for rest in compositions(parts - 1, whole - first):
            yield (first, *rest)


def subsets(keys) -> list[tuple]:
    """Every union of them but none and all."""
    keys = list(keys)
    return list(chain.from_iterable(combinations(keys, size) for size in range(1, len(keys))))


def unions(counts: dict) -> dict:
    return {union: sum(counts[key] for key in union) for union in subsets(counts)}


def tables_of(parts: int, whole: int) -> list[dict]:
    return [dict(zip("abcdef", counts, strict=False)) for counts in compositions(parts, whole)]


SIZES = [(2, whole) for whole in range(LEAST, 41)] + [(3, whole) for whole in range(LEAST, 31)] + [
    (4, whole) for whole in range(LEAST, 23)
]  # fmt: skip


@pytest.mark.parametrize(("parts", "whole"), SIZES)
def test_no_partition_tells_of_a_small_group_to_who_knows_the_rules(parts, whole):
    assert leaks(tables_of(parts, whole), partition, unions) == []


@pytest.mark.parametrize("weaker", [small_alone, until_five])
def test_control_the_weaker_rules_tell_of_small_groups(weaker):
    assert leaks(tables_of(3, 22), weaker, unions)


def test_control_a_table_of_few_would_tell_of_small_groups(monkeypatch):
    monkeypatch.setattr(suppression, "LEAST_BASE", LEAST)
    assert leaks(tables_of(2, 5), partition, unions)


def test_control_hiding_but_one_of_two_that_are_equal_would_tell_them_apart():
    def one_of_them(counts):
        shown = small_alone(counts)
        if any(0 < count < LEAST for count in counts.values()):
            left = [key for key in sorted(counts) if shown[key] is not None]
            if left:
                shown[min(left, key=lambda key: (counts[key], key))] = None
        return shown

    assert leaks(tables_of(3, 16), one_of_them, unions)


@pytest.mark.parametrize("whole", range(LEAST_BASE, 25))
def test_no_nested_table_tells_of_a_small_group(whole):
    def grouped(table):
        return {"A": {"a": table["a"], "b": table["b"]}, "B": {"c": table["c"], "d": table["d"]}}

    assert leaks(tables_of(4, whole), lambda table: nested(grouped(table)), unions) == []


def test_control_teams_of_few_would_tell_of_small_groups():
    def loose(table):
        agencies = partition({"A": table["a"] + table["b"], "B": table["c"] + table["d"]})
        teams = small_alone(table)
        return agencies, teams

    assert leaks(tables_of(4, 20), loose, unions)


def with_or_without(whole: int):
    """Each value, and all without it: {(value, True or False): count}."""

    def totals(table: dict) -> dict:
        return {(key, True): count for key, count in table.items()} | {
            (key, False): whole - count for key, count in table.items()
        }

    return totals


def values_of(parts: int, whole: int, *, each_has_one: bool) -> list[dict]:
    found = [dict(zip("abc", counts, strict=False)) for counts in product(range(whole + 1), repeat=parts)]
    return [table for table in found if not each_has_one or sum(table.values()) >= whole]


@pytest.mark.parametrize("each_has_one", [False, True])
@pytest.mark.parametrize("whole", [10, 11, 13, 15, 18, 20])
def test_no_overlapping_table_tells_of_a_small_group(whole, each_has_one):
    tables = values_of(3, whole, each_has_one=each_has_one)
    assert leaks(tables, lambda table: overlapping(table, bases=[whole]), with_or_without(whole)) == []


def test_control_overlapping_values_without_their_companions_tell_of_small_groups():
    """Where everybody has one of three kinds of harm, those not shown are known to be at least so many together."""
    tables = values_of(3, 18, each_has_one=True)
    assert leaks(tables, small_alone, with_or_without(18))


def test_what_follows_from_two_tables_is_lost_in_the_rounding():
    """Nobody has a data entry form before the referral is closed: not recorded less still open are forms that lack."""
    pairs = [
        {"not recorded": still_open + lacking, "open": still_open} for still_open in range(80) for lacking in range(40)
    ]

    def page(pair, shown):
        return {key: shown(total(count)) for key, count in pair.items()}

    def lacking(pair):
        return {"lacking": pair["not recorded"] - pair["open"]}

    assert leaks(pairs, lambda pair: page(pair, rounded), lacking) == []
    assert leaks(pairs, lambda pair: page(pair, lambda count: count), lacking), "the control: without rounding"


# --- Linear algebra, over several tables of the same referrals.

RECORD = st.fixed_dictionaries(
    {
        "quarter": st.integers(1, 4),
        "outcome": st.sampled_from("shsppw"),
        "team": st.sampled_from(["A1", "A1", "A2", "A3", "B1", "B2", "C1", "none"]),
        "concern": st.sampled_from(["i", "h", "p", "p", "s", "n", "none"]),
        "themes": st.sets(st.integers(1, 5), max_size=3),
        "harms": st.sets(st.integers(1, 3), min_size=1, max_size=2),
    }
)
PARTITIONS = ("quarter", "outcome", "concern")


def counted(records, of) -> dict:
    found = defaultdict(int)
    for record in records:
        for value in of(record):
            found[value] += 1
    return dict(found)


def all_counts(records) -> dict[tuple, int]:
    """{(table, value): count} of every innermost cell."""
    tables = {name: counted(records, lambda record, name=name: [record[name]]) for name in (*PARTITIONS, "team")}
    tables |= {name: counted(records, lambda record, name=name: record[name]) for name in ("themes", "harms")}
    return {(table, value): count for table, counts in tables.items() for value, count in counts.items()}


def published(records, hide=None) -> list[tuple[dict, int]]:
    """What pages show of these records: (sum of cells, its count). `hide` is a weaker rule to put in the place."""
    counts = all_counts(records)
    whole = len(records)
    parts = hide or partition

    def of(table):
        return {value: count for (name, value), count in counts.items() if name == table}

    shown = [({("all",): 1}, whole)] if total(whole) else []
    for table in PARTITIONS:
        shown += [({(table, value): 1}, count) for value, count in parts(of(table)).items() if count is not None]
    agencies = defaultdict(dict)
    for team, count in of("team").items():
        agencies[team[0]][team] = count
    if hide:
        outer = hide({agency: sum(teams.values()) for agency, teams in agencies.items()})
        groups = {agency: Group(outer[agency], hide(teams)) for agency, teams in agencies.items()}
    else:
        groups = nested(agencies)
    for group, teams in zip(groups.values(), agencies.values(), strict=True):
        if group.count is not None:
            shown.append(({("team", team): 1 for team in teams}, group.count))
        shown += [({("team", team): 1}, count) for team, count in group.inside.items() if count is not None]
    entered = whole - counts.get(("concern", "none"), 0)
    for table in ("themes", "harms"):
        values = hide(of(table)) if hide else overlapping(of(table), bases=[whole, entered])
        shown += [({(table, value): 1}, count) for value, count in values.items() if count is not None]
    return shown


def known_sums(records) -> list[dict]:
    """What everybody knows: the cells of a table that divides the referrals add up to all of them."""
    cells = all_counts(records)
    return [
        {cell: 1 for cell in cells if cell[0] == table} | {("all",): -1} for table in (*PARTITIONS, "team")
    ]  # fmt: skip


class Span:
    """Exact linear algebra: which sums of cells follow from those that are known."""

    def __init__(self, vectors) -> None:
        self.rows: dict[tuple, dict] = {}
        for vector in vectors:
            rest = self.reduced(vector)
            if rest:
                lead = min(rest)
                self.rows[lead] = {cell: value / rest[lead] for cell, value in rest.items()}

    def reduced(self, vector) -> dict:
        rest = {cell: Fraction(value) for cell, value in vector.items() if value}
        while lead := next((cell for cell in sorted(rest) if cell in self.rows), None):
            factor = rest[lead]
            for cell, value in self.rows[lead].items():
                rest[cell] = rest.get(cell, Fraction(0)) - factor * value
                if not rest[cell]:
                    del rest[cell]
        return rest

    def __contains__(self, vector) -> bool:
        return not self.reduced(vector)


def small_groups(records):
    """Every union of cells of one table with 1 to 4 members, and every group that lacks a value, as sums of cells."""
    counts = all_counts(records)
    for table in (*PARTITIONS, "team"):
        few = [cell for cell, count in counts.items() if cell[0] == table and count < LEAST]
        for size in range(1, len(few) + 1):
            for union in combinations(few, size):
                if sum(counts[cell] for cell in union) < LEAST:
                    yield dict.fromkeys(union, 1)
    for cell, count in counts.items():
        if 0 < count < LEAST:
            yield {cell: 1}
        if 0 < len(records) - count < LEAST:
            yield {("all",): 1, cell: -1}


def found_out(records, hide=None) -> list[dict]:
    shown = [vector for vector, _ in published(records, hide)]
    span = Span([*shown, *known_sums(records)])
    return [group for group in small_groups(records) if group in span]


@settings(max_examples=150, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=60))
def test_no_small_group_follows_from_all_that_is_shown(records):
    assert found_out(records) == []
    assert all(count >= LEAST for _, count in published(records))


def test_control_without_secondary_suppression_small_groups_follow():
    records = [
        {"quarter": 1, "outcome": "h", "team": "A1", "concern": "p", "themes": {1}, "harms": {1}} for _ in range(20)
    ]
    records += [{**records[0], "team": "A2"} for _ in range(3)]
    assert {("team", "A2"): 1} in found_out(records, hide=small_alone)
    assert found_out(records) == []
