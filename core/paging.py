"""Pages of a long list by key: each begins beside a row that the reader has seen, never by counting rows from the top.

A page costs the same wherever it lies. The address names a row by its id (`?after=…`, `?before=…`); the values that
the list is sorted by are looked up, so that none of them stands in an address. ADR 17 says why it is done like this.

First the ids of a few rows are read, in no order. Where that is all there is, they are sorted and cut into pages. Else
the rows lie densely, and a page is read along an index, from the row that the address names onwards.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Case, F, Model, Q, QuerySet, Value, When
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

AFTER, BEFORE = "after", "before"
FEW = 1000  # rows that are sorted at once; and the number beyond which a list says "more than"


class Group(NamedTuple):
    """The rows with one of these values (None where there is none) in a field of few values, and how to find them."""

    values: tuple[Any, ...]
    condition: Q


@dataclass(frozen=True)
class Key:
    """One step of an order: `fields` that go up together, or down together. None of them may be empty.

    groups    for one field, which may then be empty: its groups in the order of the list. A page looks for one after
              the other, so that an index on what comes after this key serves, whatever it says of the field
    by_field  the groups stand in the order of the field itself, what is empty last
    """

    fields: tuple[str, ...]
    descending: bool = False
    groups: Callable[[], list[Group]] | None = None
    by_field: bool = False

    def expressions(self) -> list:
        """What `order_by` takes."""
        if self.groups is None:
            return [f"-{name}" if self.descending else name for name in self.fields]
        if self.by_field:
            field = F(self.fields[0])
            return [field.desc(nulls_first=True) if self.descending else field.asc(nulls_last=True)]
        numbered = enumerate(self.groups())
        place = Case(*(When(group.condition, then=Value(number)) for number, group in numbered), default=Value(-1))
        return [place.desc() if self.descending else place.asc()]


Order = tuple[Key, ...]


class Count(NamedTuple):
    """How many rows there are, or, with `more`, the number that there are more than."""

    number: int
    more: bool

    def __str__(self) -> str:
        return f"More than {self.number:,}" if self.more else f"{self.number:,}"


@dataclass(frozen=True)
class KeysetPage:
    """The rows of one page, how many there are in all, and the ids by which its neighbours are asked for, if any."""

    rows: list[Model]
    count: Count
    previous: Any = None
    following: Any = None

    def __iter__(self) -> Iterator[Model]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page_of(
    found: QuerySet,
    order: Order,
    query: Mapping[str, str],
    *,
    size: int,
    seen: QuerySet,
    fetch: Callable[[QuerySet], QuerySet] = lambda rows: rows,
    dense: QuerySet | None = None,
    few: int = FEW,
) -> KeysetPage:
    """The page of `found`, in `order`, that `query` asks for; the first one where it asks for none that there is.

    The last key of `order` must tell all rows apart. The row that `query` names is looked up among `seen`, all that
    the reader may see: it may have left `found` since, as somebody changed it, and still says where the page begins.
    `fetch` adds to the page's rows what is shown with them. `dense` are the same rows as `found`, asked for so that
    each is looked at by itself: quicker where they lie densely, and far slower where there are few.
    """
    ids = list(found.order_by().values_list("pk", flat=True)[: few + 1])
    count = Count(min(len(ids), few), len(ids) > few)
    cut = _from_index(found if dense is None else dense, order, seen) if count.more else _from_few(ids, order, seen)
    keys, previous, following = _cut(cut, size, query)
    by_key = {row.pk: row for row in fetch(seen.model._default_manager.filter(pk__in=keys))}
    rows = [by_key[key] for key in keys if key in by_key]
    return KeysetPage(rows, count, previous, following)


def ordered(rows: QuerySet, order: Order) -> QuerySet:
    """All of `rows` in `order`, for who reads them from the first to the last."""
    return rows.order_by(*(part for key in order for part in key.expressions()))


def reversed_order(order: Order) -> Order:
    """`order` the other way round."""
    return tuple(replace(key, descending=not key.descending) for key in order)


# Reads ids: those after a row (None: from the beginning), backwards or not, as many as asked for. None: no such row.
_Read = Callable[[Any, bool, int], list | None]


def _cut(read: _Read, size: int, query: Mapping[str, str]) -> tuple[list, Any, Any]:
    """The ids of the page, and its neighbours."""
    if after := query.get(AFTER):
        found = read(after, False, size + 1)
        if found:
            return found[:size], found[0], found[size - 1] if len(found) > size else None
    elif before := query.get(BEFORE):
        found = read(before, True, size + 1)
        if found and len(found) > size:  # else it is the first page, which is read whole
            page = found[:size][::-1]
            return page, page[0], page[-1]
    found = read(None, False, size + 1)
    return found[:size], None, found[size - 1] if len(found) > size else None


def _from_few(ids: list, order: Order, seen: QuerySet) -> _Read:
    """Reading among a few rows that are known, all of which are sorted."""

    def read(mark: Any, backwards: bool, most: int) -> list | None:
        wanted = {*ids}
        if mark is not None:
            mark = _key_of(seen, mark)
            if mark is None:
                return None
            wanted.add(mark)
        keys = list(ordered(seen.filter(pk__in=wanted), order).values_list("pk", flat=True))
        if mark is not None and mark not in keys:
            return None
        if backwards:
            keys.reverse()
        start = keys.index(mark) + 1 if mark is not None else 0
        known = set(ids)
        return [key for key in keys[start:] if key in known][:most]

    return read


def _from_index(found: QuerySet, order: Order, seen: QuerySet) -> _Read:
    """Reading along an index among however many rows."""

    def read(mark: Any, backwards: bool, most: int) -> list | None:
        values = None
        if mark is not None:
            values = _values_of(seen, order, mark)
            if values is None:
                return None
        keys: list = []
        for condition, by in _stretches(reversed_order(order) if backwards else order, values):
            keys += found.filter(condition).order_by(*by).values_list("pk", flat=True)[: most - len(keys)]
            if len(keys) == most:
                break
        return keys

    return read


def _key_of(seen: QuerySet, asked: str) -> Any:
    """The id in `asked`, None where it is none."""
    try:
        return seen.model._meta.pk.to_python(asked)
    except ValidationError:
        return None


def _values_of(seen: QuerySet, order: Order, asked: str) -> list[tuple[Any, ...]] | None:
    """The sort values, key by key, of the row whose id was asked for; None where there is no such row."""
    if (key := _key_of(seen, asked)) is None:
        return None
    names = [name for step in order for name in step.fields]
    row = seen.order_by().filter(pk=key).values_list(*names).first()
    if row is None:
        return None
    values = iter(row)
    return [tuple(next(values) for _ in step.fields) for step in order]


def _stretches(order: Order, after: list[tuple[Any, ...]] | None) -> Iterator[tuple[Q, list]]:
    """Where to look, one place after the other, each with its order: what shares most with the values first."""
    key, rest = order[0], order[1:]
    more = [part for step in rest for part in step.expressions()]
    if key.groups is None:
        if after and rest:
            same = Q(**dict(zip(key.fields, after[0], strict=True)))
            yield from ((same & condition, by) for condition, by in _stretches(rest, after[1:]))
        yield (_beyond(key, after[0]) if after else Q()), [*key.expressions(), *more]
        return
    groups = key.groups()
    if key.descending:
        groups.reverse()
    if after:
        number = next((number for number, group in enumerate(groups) if after[0][0] in group.values), len(groups))
        if rest and number < len(groups):
            here = groups[number].condition
            yield from ((here & condition, by) for condition, by in _stretches(rest, after[1:]))
        groups = groups[number + 1 :]
    yield from ((group.condition, more) for group in groups)


def _beyond(key: Key, values: tuple[Any, ...]) -> Q:
    """The rows after these values."""
    if len(key.fields) == 1:
        return Q(**{f"{key.fields[0]}__{'lt' if key.descending else 'gt'}": values[0]})
    lookup = TupleLessThan if key.descending else TupleGreaterThan
    return Q(lookup(Tuple(*key.fields), values))
