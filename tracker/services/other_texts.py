"""The texts of Other: which there are, which are alike, and what making a theme of some of them changes."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.crypto import salted_hmac

from consultations.models import Referral

from .. import likeness
from ..choices import TaggingKind
from ..models import Tagging, TrackerEntry
from . import themes
from .retagging import Tagged, Wanted


@dataclass
class TextGroup:
    """Texts that are alike, with the referrals that each stands in; `code` names the group in an address."""

    code: str
    group: likeness.Group
    referrals: dict[str, list[tuple[UUID, str]]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return self.group.words

    @property
    def number(self) -> int:
        """How many referrals are in it; one that says it twice counts once."""
        return len({pk for rows in self.referrals.values() for pk, _ in rows})


def groups_for(user) -> list[TextGroup]:
    """The texts of Other in the referrals that `user` may see, in groups, the most frequent first; in three queries.

    A part of a text that has been made a theme already is left out where the referral has that theme.
    """
    rows = TrackerEntry.objects.filter(referral__in=Referral.objects.visible_to(user).sent()).exclude(other_theme="")
    rows = list(
        rows.order_by("referral__reference").values_list("pk", "referral", "referral__reference", "other_theme")
    )
    made = made_themes()
    tags: dict[int, set[int]] = defaultdict(set)
    if made:
        wanted = set().union(*made.values())
        through = TrackerEntry.themes.through.objects.filter(
            theme__in=wanted, trackerentry__in=[row[0] for row in rows]
        )
        for entry, theme in through.values_list("trackerentry", "theme"):
            tags[entry].add(theme)
    texts: dict[str, likeness.Text] = {}
    where: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    for entry, referral, reference, text in rows:
        for words in likeness.parts(text):
            key = likeness.key_of(words)
            if made.get(key, set()) & tags[entry]:
                continue
            spellings = texts.setdefault(key, likeness.Text(key)).spellings
            spellings[words] = spellings.get(words, 0) + 1
            if (referral, reference) not in where[key][-1:]:
                where[key].append((referral, reference))
    return [
        TextGroup(code_of(group.texts[0].key), group, {text.key: where[text.key] for text in group.texts})
        for group in likeness.grouped(texts.values())
    ]


def group_for(user, code: str) -> TextGroup | None:
    """The group in which the text of this code stands now; None where it does not stand anywhere any more."""
    return next(
        (group for group in groups_for(user) if code in [code_of(text.key) for text in group.group.texts]), None
    )


def code_of(key: str) -> str:
    """What stands for a text in an address, so that nobody's words do."""
    return salted_hmac("tracker.other-texts", key).hexdigest()[:20]


def made_themes() -> dict[str, set[int]]:
    """Keys of texts that were made a theme, and which."""
    found: dict[str, set[int]] = defaultdict(set)
    done = Tagging.objects.applied().filter(kind=TaggingKind.OTHER, undone_at=None).prefetch_related("adds")
    ends = themes.ends() if done else {}
    for tagging in done:
        for key in tagging.about.get("texts", ()):
            found[key].update(ends[theme.pk] for theme in tagging.adds.all())
    return found


def wanted(keys: set[str], adds: set[int], other: int | None) -> Callable[[Tagged], Wanted | None]:
    """What making a theme of the texts `keys` wants of a referral: the theme is added where one of them stands.

    Other and its text are taken away only where nothing else stands in the text, or what else stands there has been
    made a theme before which the referral has.
    """
    made = made_themes()

    def of(row: Tagged) -> Wanted | None:
        stands = {likeness.key_of(words) for words in likeness.parts(row.other)}
        if not stands & keys:
            return None
        has = row.themes | adds
        if all(key in keys or made.get(key, set()) & has for key in stands):
            return Wanted(adds, {other} if other else set(), "")
        return Wanted(adds)

    return of
