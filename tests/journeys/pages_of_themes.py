"""The pages of themes and tagging, in their normal states and when something is wrong."""

from types import SimpleNamespace

from tests.factories import an_entry
from tests.journeys.looks import Look, choosing, pressing
from tracker.models import Theme
from tracker.services import other_texts, tagging, theme_merges, themes

World = SimpleNamespace


def tag(world: World) -> None:
    """Themes that were kept, and taggings in each state, of the one who looks."""
    world.theme = themes.add({"name": "Cuckooing", "new_group": "Exploitation"}, by=world.me)
    world.into = themes.add({"name": "Criminal exploitation", "new_group": "Exploitation"}, by=world.me)
    world.merged = themes.add({"name": "Taken over home"}, by=world.me)
    mark = theme_merges.plan(world.merged, world.into, world.me).mark
    world.merge_of_themes = theme_merges.merge(world.merged, world.into, mark=mark, by=world.me)
    other = Theme.objects.get(needs_text=True)
    for words in ("Knife crime", "knife-crimes", "Knife crime; debts"):
        an_entry(by=world.somebody, themes=[other], other_theme=words)
    world.text = other_texts.groups_for(world.me)[0].code
    ids = [world.held.pk, world.planned.pk]
    world.chosen, world.ready, world.tagged = (tagging.prepare(ids, by=world.me) for _ in range(3))
    for one in (world.ready, world.tagged):
        tagging.choose(one, adds=[world.theme], removes=[], by=world.me)
    world.tagged = tagging.apply(world.tagged, mark=tagging.plan(world.tagged, world.me).mark, by=world.me)
    tagging.choose(world.ready, adds=[world.into], removes=[other], by=world.me)


THEMES = [
    Look("tracker:themes", "/tracker/themes/"),
    Look("tracker:add-theme", "/tracker/themes/add/"),
    Look("tracker:add-theme", "/tracker/themes/add/", "wrong", choosing("A new group", then="Add the"), error=True),
    Look("tracker:theme", "/tracker/themes/{theme.pk}/"),
    Look("tracker:theme", "/tracker/themes/{merged.pk}/", "merged"),
    Look("tracker:change-theme", "/tracker/themes/{theme.pk}/change/"),
    Look("tracker:change-theme-group", "/tracker/themes/groups/{theme.group_id}/"),
    Look("tracker:merge-theme", "/tracker/themes/{theme.pk}/merge/"),
    Look("tracker:merge-theme", "/tracker/themes/{theme.pk}/merge/", "not chosen", pressing("See what"), error=True),
    Look("tracker:merge-theme", "/tracker/themes/{theme.pk}/merge/?into={into.pk}", "preview"),
    Look("tracker:undo-tagging", "/tracker/taggings/{merge_of_themes.pk}/undo/", "merge"),
    Look("tracker:other-texts", "/tracker/themes/other/"),
    Look("tracker:other-text", "/tracker/themes/other/{text}/"),
    Look(
        "tracker:other-text", "/tracker/themes/other/{text}/", "wrong",
        choosing("A theme that there is already", then="See what follows"), error=True,
    ),
    Look("tracker:taggings", "/tracker/taggings/"),
    Look("tracker:tagging", "/tracker/taggings/{tagged.pk}/"),
    Look("tracker:tag-themes", "/tracker/taggings/{chosen.pk}/themes/"),
    Look("tracker:tag-themes", "/tracker/taggings/{chosen.pk}/themes/", "wrong", pressing("Continue"), error=True),
    Look("tracker:tag-preview", "/tracker/taggings/{ready.pk}/preview/"),
    Look("tracker:undo-tagging", "/tracker/taggings/{tagged.pk}/undo/", "tagging"),
]  # fmt: skip
