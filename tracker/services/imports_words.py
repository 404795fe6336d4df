"""What the database knows, as the import's engine needs it: plain names."""

from django.conf import settings

from accounts.models import Agency, Team
from core.models import ListItem
from core.models.lists import ListName

from ..importing import Mapping, Vocabulary
from ..importing.words import FREE
from ..models import Theme


def vocabulary() -> Vocabulary:
    """Every name that a word in a file can stand for, those that are switched off included: old rows use them."""
    items: dict[str, list[str]] = {}
    wanted = [ListName.HARM, ListName.GENDER, ListName.INTERVENTION]
    for name, label in ListItem.objects.filter(list__in=wanted).order_by("order", "pk").values_list("list", "label"):
        items.setdefault(name, []).append(label)
    themes = list(Theme.objects.all())
    return Vocabulary(
        case_number_name=settings.CASE_NUMBER_NAME,
        themes=tuple(theme.name for theme in themes),
        other_theme=next((theme.name for theme in themes if theme.needs_text), ""),
        harms=tuple(items.get(ListName.HARM, ())),
        genders=tuple(items.get(ListName.GENDER, ())),
        interventions=tuple(items.get(ListName.INTERVENTION, ())),
        agencies=tuple(Agency.objects.values_list("name", flat=True)),
        teams=tuple(dict.fromkeys(Team.objects.values_list("name", flat=True))),
    )


def suggested(words: dict[str, dict[str, dict]], remembered: Mapping) -> Mapping:
    """What each word of theirs is taken for until somebody says otherwise: as remembered, else as suggested.

    A team or agency that is not ours is taken as it stands.
    """
    found: Mapping = {}
    for name, of_field in words.items():
        for key, word in of_field.items():
            value = remembered.get(name, {}).get(key)
            if value is None and name not in FREE:
                value = word["suggestion"]
            if value is not None:
                found.setdefault(name, {})[key] = value
    return found


def undecided(words: dict[str, dict[str, dict]], remembered: Mapping) -> bool:
    """Whether somebody has to look at these words: not all of them are remembered."""
    return any(key not in remembered.get(name, {}) for name, of_field in words.items() for key in of_field)
