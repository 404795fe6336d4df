"""The registry of kinds of context: what each is called, and what its assessment is made of."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Section:
    """One section of an assessment: its heading, and the prompts that may be shown beside it."""

    key: str
    title: str
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Area:
    """One area of an assessment that is given red, amber or green, with what each of them means."""

    key: str
    title: str
    words: str = ""
    red: str = ""
    amber: str = ""
    green: str = ""

    def means(self, light: str) -> str:
        """What this colour means in this area; "" where its kind does not say."""
        return {"red": self.red, "amber": self.amber, "green": self.green}.get(light, "")


@dataclass(frozen=True)
class Kind:
    """One kind of context.

    `key` is stored with each context; `label` and `sentence` (as "a school") are what people read. `sections`,
    `methods` (keys of `contexts.choices.Method`) and `areas` are those of its assessment; `template` draws what is
    particular to it. `mapped` says which maps it has: "people", "place".
    """

    key: str
    label: str
    sentence: str
    hint: str
    place_label: str = "Where it is"
    sections: tuple[Section, ...] = ()
    methods: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()
    template: str = "contexts/kinds/plain.html"
    order: int = 100
    mapped: frozenset[str] = field(default_factory=lambda: frozenset({"people", "place"}))


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Bring a kind; raises ValueError for a key that is there already."""
    if kind.key in _KINDS:
        raise ValueError(f"kind {kind.key!r} stands twice")
    _KINDS[kind.key] = kind
    return kind


def forget(key: str) -> None:
    """Take a kind away again: for who brings one for a while, as a test does."""
    _KINDS.pop(key, None)


def kinds() -> Iterator[Kind]:
    """Every kind, in the order in which people choose among them."""
    return iter(sorted(_KINDS.values(), key=lambda kind: kind.order))


def kind_of(key: str) -> Kind:
    """The kind with this key. One that no module brings any more is called by its key, and has nothing to assess."""
    return _KINDS.get(key) or Kind(key, key.replace("-", " ").capitalize(), f"a {key.replace('-', ' ')}", "")


def choices() -> list[tuple[str, str]]:
    """(key, label) pairs for form fields."""
    return [(kind.key, kind.label) for kind in kinds()]
