"""What a reader may know of the items and actions of panels. An item that they may not see has no words at all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from consultations.models import Referral
from consultations.papers.redaction import Redactor
from core.models import Text

from .models import Context, LinkedPerson, Panel, PanelAction, PanelItem
from .models.panel import TEXTS
from .sight import OutsideSight, Sight, names_of

UNSEEN = "An item that you may not see"


@dataclass(frozen=True)
class ShownItem:
    """One item as one reader may read it; of an item that is not `seen`, nothing but its place."""

    number: int
    seen: bool
    item: PanelItem | None = None
    title: str = UNSEEN
    url: str = ""
    kind: str = ""
    categories: list[str] = field(default_factory=list)
    reason: str = ""
    presented_by: str = ""
    carried: bool = False
    carried_on: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    actions: list[dict] = field(default_factory=list)

    @property
    def discussion(self) -> str:
        return self.texts.get("discussion", "")

    @property
    def decision(self) -> str:
        return self.texts.get("decision", "")

    @property
    def outcome(self) -> str:
        return self.texts.get("outcome", "")


def agenda(user, panel: Panel) -> list[ShownItem]:
    """The items of one panel in order, as `user` may read them; the same queries whatever their number."""
    every = list(panel.items.values_list("pk", flat=True))
    seen = {row.item.pk: row for row in shown(user, panel.items.filter(pk__in=seen_of(user, panel.items.all())))}
    return [
        _numbered(seen[pk], number) if pk in seen else ShownItem(number, False)
        for number, pk in enumerate(every, start=1)
    ]


def seen_of(user, items) -> list[UUID]:
    """The ids of those of `items` that `user` may see: asked by ids alone, so that no query joins what others do."""
    rows = list(items.values_list("pk", "referral", "context"))
    referrals = Referral.objects.visible_to(user).filter(pk__in=[row[1] for row in rows if row[1]])
    contexts = Context.objects.casework_of(user).filter(pk__in=[row[2] for row in rows if row[2]])
    known = {*referrals.order_by().values_list("pk", flat=True), *contexts.order_by().values_list("pk", flat=True)}
    return [pk for pk, referral, context in rows if (referral or context) in known]


def shown(user, items) -> list[ShownItem]:
    """`items`, each of which `user` may see (the caller has asked), in their order."""
    # Each thing by its ids, joined to nothing: in new tables the database takes every pair of rows of such a join.
    rows = list(items.prefetch_related("panel", "referral", "context", "categories", "actions__owner"))
    owned = {getattr(row, f"{name}_id") for row in rows for name in TEXTS}
    bodies = dict(Text.objects.filter(pk__in=owned).values_list("pk", "body")) if owned else {}
    sight = Sight(user, *{row.context_id for row in rows if row.context_id})
    near = _near(user, [row.referral for row in rows if row.referral_id])
    onwards = set(PanelItem.objects.filter(carried_from__in=rows).order_by().values_list("carried_from", flat=True))
    return [_shown(row, bodies, sight.words if row.context_id else near, row.pk in onwards) for row in rows]


def item_words(user, item: PanelItem) -> Callable[[str], str]:
    """What takes out of the words of one item, which `user` may see, whatever they may not know."""
    return Sight(user, item.context_id).words if item.context_id else _near(user, [item.referral])


def _near(user, referrals: Iterable[Referral]) -> Callable[[str], str]:
    """What takes out the names of hidden people who are linked to a context together with one of these young people."""
    sight = _sight_near(user, referrals)
    return sight.words if sight else str


def _sight_near(user, referrals: Iterable[Referral]) -> Sight | None:
    people = [one.young_person_id for one in referrals if one.young_person_id]
    links = LinkedPerson.objects.filter(young_person__in=people).order_by()
    contexts = list(links.values_list("context", flat=True).distinct()) if people else []
    return Sight(user, *contexts) if contexts else None


def of_referral(user, referral: Referral) -> list[ShownItem]:
    """What panels said of one referral, the latest first, for who sees that referral."""
    return shown(user, referral.panel_items.order_by("-panel__on"))


def of_context(user, context: Context) -> list[ShownItem]:
    """What panels said of one context, the latest first, for who reads its casework."""
    return shown(user, context.panel_items.order_by("-panel__on"))


def action_words(user, actions: Iterable[PanelAction]) -> dict:
    """By id of an action the function that takes out of its words whatever `user` may not know.

    An owner who does not see what the item is about is told no name of it.
    """
    actions = list(actions)
    items = {action.item_id for action in actions}
    seen = set(seen_of(user, PanelItem.objects.filter(pk__in=items)))
    inside = Sight(user, *{one.item.context_id for one in actions if one.item_id in seen and one.item.context_id})
    outside = OutsideSight(
        user, *{one.item.context_id for one in actions if one.item_id not in seen and one.item.context_id}
    )
    near = _near(user, [one.item.referral for one in actions if one.item.referral_id])
    found: dict = {}
    for action in actions:
        if action.item.context_id:
            found[action.pk] = (inside if action.item_id in seen else outside).words
        else:
            found[action.pk] = near if action.item_id in seen else _both(_without_names(action.item.referral), near)
    return found


def _both(one: Callable[[str], str], other: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: other(one(text))


def panel_words(user, *panels: Panel) -> Callable[[str], str]:
    """What takes out of words about whole panels the names of young people on their agendas whom `user` may not see."""
    hidden, kept = _of_whole(user, panels)
    return Redactor(names=hidden, kept=kept).apply if hidden else str


def hidden_of(user, panel: Panel) -> list[str]:
    """Every name that is hidden from `user` in a paper about a panel: of its whole, and beside one of its referrals."""
    referrals = Referral.objects.visible_to(user).filter(panel_items__panel=panel)
    near = _sight_near(user, list(referrals.order_by().distinct()))
    return sorted({*_of_whole(user, [panel])[0], *(near.hidden if near else ())})


def _of_whole(user, panels: Iterable[Panel]) -> tuple[list[str], list[str]]:
    """The names that are hidden in words about whole panels, and those that stay."""
    items = PanelItem.objects.filter(panel__in=panels)
    sight = Sight(user, *items.exclude(context=None).values_list("context", flat=True).distinct())
    unseen = Referral.objects.filter(panel_items__in=items).exclude(pk__in=Referral.objects.visible_to(user))
    rows = list(unseen.values_list("name", "case_number", "young_person"))
    names = {name for row in rows for name in row[:2] if name} | set(names_of(row[2] for row in rows if row[2]))
    return sorted({*sight.hidden, *names}), sight.seen


def _without_names(referral: Referral) -> Callable[[str], str]:
    names = {referral.name, referral.case_number}
    if referral.young_person_id:
        names |= set(names_of([referral.young_person_id]))
    return Redactor(names=sorted(name for name in names if name)).apply


def _shown(row: PanelItem, bodies: dict[UUID, str], words: Callable[[str], str], onwards: bool) -> ShownItem:
    about = row.referral
    title = (
        f"{about.reference}, {about.name or 'name not recorded'}"
        if about
        else (f"{row.context.reference}, {words(row.context.name)}")
    )
    return ShownItem(
        number=row.order,
        seen=True,
        item=row,
        title=title,
        url=row.subject.get_absolute_url(),
        kind="Referral" if about else row.context.kind_label,
        categories=[str(one) for one in row.categories.all()],
        reason=words(row.reason),
        presented_by=words(row.presented_by),
        carried=row.carried_from_id is not None,
        carried_on=onwards,
        texts={name: words(bodies[getattr(row, f"{name}_id")]) for name in TEXTS},
        actions=[
            {"pk": one.pk, "row": one, "what": words(one.what), "who": one.who, "due": one.due,
             "status": one.get_status_display()}
            for one in row.actions.all()
        ],
    )  # fmt: skip


def _numbered(row: ShownItem, number: int) -> ShownItem:
    return ShownItem(**{**row.__dict__, "number": number})
