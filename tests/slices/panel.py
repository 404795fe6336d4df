"""The panel: meetings, agenda, actions, minutes.

Rows: `ours` is about a context that cs and manager read, `hidden` about the restricted referral, whom nobody here
sees. The action of each is the colleague's to do. Of `nowhere` there is none. `empty` has nothing written, in `done`
the action is done; both of a planned panel.
"""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts.models import Panel, PanelItem
from contexts.services import panel, panel_actions, panel_people
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World
from tests.slices.contexts import context_of, date_parts

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:panels                      GET  -        -          in   403  403  403  200  200  403  403  403  in   403
contexts:panel-plan                  GET  -        -          in   403  403  403  200  200  403  403  403  in   403
contexts:panel-plan                  POST -        -          in   403  403  403  302  302  403  403  403  in   403
contexts:panel-put                   GET  -        -          in   403  403  403  200  200  403  403  403  in   403
contexts:panel-put                   POST -        -          in   403  403  403  302  302  403  403  403  in   403
contexts:panel                       GET  ours     planned    in   403  403  403  200  200  403  403  403  in   403
contexts:panel                       GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-change                GET  ours     planned    in   403  403  403  200  200  403  403  403  in   403
contexts:panel-change                POST ours     planned    in   403  403  403  302  302  403  403  403  in   403
contexts:panel-change                GET  ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-change                POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-change                GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-change                POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-hold                  GET  ours     planned    in   403  403  403  200  200  403  403  403  in   403
contexts:panel-hold                  POST ours     planned    in   403  403  403  302  302  403  403  403  in   403
contexts:panel-hold                  GET  ours     held       in   403  403  403  409  409  403  403  403  in   403
contexts:panel-hold                  POST ours     held       in   403  403  403  409  409  403  403  403  in   403
contexts:panel-hold                  GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-hold                  POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-agree                 GET  ours     held       in   403  403  403  200  200  403  403  403  in   403
contexts:panel-agree                 POST ours     held       in   403  403  403  302  302  403  403  403  in   403
contexts:panel-agree                 GET  ours     planned    in   403  403  403  409  409  403  403  403  in   403
contexts:panel-agree                 POST ours     planned    in   403  403  403  409  409  403  403  403  in   403
contexts:panel-agree                 GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-agree                 POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-correct               GET  ours     agreed     in   403  403  403  200  200  403  403  403  in   403
contexts:panel-correct               POST ours     agreed     in   403  403  403  302  302  403  403  403  in   403
contexts:panel-correct               GET  ours     held       in   403  403  403  409  409  403  403  403  in   403
contexts:panel-correct               POST ours     held       in   403  403  403  409  409  403  403  403  in   403
contexts:panel-correct               GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-correct               POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-people                GET  ours     planned    in   403  403  403  200  200  403  403  403  in   403
contexts:panel-people                POST ours     planned    in   403  403  403  302  302  403  403  403  in   403
contexts:panel-people                GET  ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-people                POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-people                GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-people                POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-attendance            POST ours     held       in   403  403  403  302  302  403  403  403  in   403
contexts:panel-attendance            POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-attendance            POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-remove-person         POST ours     held       in   403  403  403  302  302  403  403  403  in   403
contexts:panel-remove-person         POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-remove-person         POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-minutes               GET  ours     held       in   403  403  403  200  200  403  403  403  in   403
contexts:panel-minutes               GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-make-minutes          POST ours     held       in   403  403  403  302  302  403  403  403  in   403
contexts:panel-make-minutes          POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-item                  GET  ours     planned    in   403  403  403  200  200  403  403  403  in   403
contexts:panel-item                  GET  hidden   planned    in   403  403  403  404  404  403  403  403  in   403
contexts:panel-item                  GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-change-item           GET  ours     planned    in   403  403  403  200  200  403  403  403  in   403
contexts:panel-change-item           POST ours     planned    in   403  403  403  302  302  403  403  403  in   403
contexts:panel-change-item           GET  ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-change-item           POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-change-item           GET  hidden   planned    in   403  403  403  404  404  403  403  403  in   403
contexts:panel-change-item           POST hidden   planned    in   403  403  403  404  404  403  403  403  in   403
contexts:panel-change-item           GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-change-item           POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-move-item             POST ours     planned    in   403  403  403  302  302  403  403  403  in   403
contexts:panel-move-item             POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-move-item             POST hidden   planned    in   403  403  403  404  404  403  403  403  in   403
contexts:panel-move-item             POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-remove-item           GET  ours     empty      in   403  403  403  200  200  403  403  403  in   403
contexts:panel-remove-item           POST ours     empty      in   403  403  403  302  302  403  403  403  in   403
contexts:panel-remove-item           GET  ours     held       in   403  403  403  409  409  403  403  403  in   403
contexts:panel-remove-item           POST ours     held       in   403  403  403  409  409  403  403  403  in   403
contexts:panel-remove-item           GET  hidden   empty      in   403  403  403  404  404  403  403  403  in   403
contexts:panel-remove-item           POST hidden   empty      in   403  403  403  404  404  403  403  403  in   403
contexts:panel-remove-item           GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-remove-item           POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-carry-over            POST ours     held       in   403  403  403  302  302  403  403  403  in   403
contexts:panel-carry-over            POST ours     planned    in   403  403  403  409  409  403  403  403  in   403
contexts:panel-carry-over            POST hidden   held       in   403  403  403  404  404  403  403  403  in   403
contexts:panel-carry-over            POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-save-item             POST ours     planned    in   403  403  403  302  302  403  403  403  in   403
contexts:panel-save-item             POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-save-item             POST hidden   planned    in   403  403  403  404  404  403  403  403  in   403
contexts:panel-save-item             POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-add-action            GET  ours     planned    in   403  403  403  200  200  403  403  403  in   403
contexts:panel-add-action            POST ours     planned    in   403  403  403  302  302  403  403  403  in   403
contexts:panel-add-action            GET  ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-add-action            POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-add-action            GET  hidden   planned    in   403  403  403  404  404  403  403  403  in   403
contexts:panel-add-action            POST hidden   planned    in   403  403  403  404  404  403  403  403  in   403
contexts:panel-add-action            GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-add-action            POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-save-text             POST ours     planned    in   403  403  403  200  200  403  403  403  in   403
contexts:panel-save-text             POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-save-text             POST hidden   planned    in   403  403  403  404  404  403  403  403  in   403
contexts:panel-save-text             POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-action                GET  ours     planned    in   404  200  404  200  200  403  403  403  in   403
contexts:panel-action                GET  hidden   planned    in   404  200  404  404  404  403  403  403  in   403
contexts:panel-action                GET  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:panel-action-progress       GET  ours     planned    in   404  200  404  200  200  403  403  403  in   403
contexts:panel-action-progress       GET  hidden   planned    in   404  200  404  404  404  403  403  403  in   403
contexts:panel-action-progress       GET  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:panel-action-progress       POST ours     planned    in   404  302  404  302  302  403  403  403  in   403
contexts:panel-action-progress       POST hidden   planned    in   404  302  404  404  404  403  403  403  in   403
contexts:panel-action-progress       POST nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:panel-close-action          GET  ours     planned    in   404  200  404  200  200  403  403  403  in   403
contexts:panel-close-action          GET  hidden   planned    in   404  200  404  404  404  403  403  403  in   403
contexts:panel-close-action          GET  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:panel-close-action          POST ours     planned    in   404  302  404  302  302  403  403  403  in   403
contexts:panel-close-action          POST hidden   planned    in   404  302  404  404  404  403  403  403  in   403
contexts:panel-close-action          POST nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:panel-change-action         GET  ours     planned    in   403  403  403  200  200  403  403  403  in   403
contexts:panel-change-action         POST ours     planned    in   403  403  403  302  302  403  403  403  in   403
contexts:panel-change-action         POST ours     agreed     in   403  403  403  409  409  403  403  403  in   403
contexts:panel-change-action         GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-change-action         POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-reopen-action         GET  ours     done       in   403  403  403  200  200  403  403  403  in   403
contexts:panel-reopen-action         POST ours     done       in   403  403  403  302  302  403  403  403  in   403
contexts:panel-reopen-action         POST ours     planned    in   403  403  403  409  409  403  403  403  in   403
contexts:panel-reopen-action         GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-reopen-action         POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-paper                 GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-download-paper        GET  nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:panel-cancel-paper          POST nowhere  -          in   403  403  403  404  404  403  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("contexts:")}
WITHOUT_RECORD = {"contexts:panels", "contexts:panel-plan", "contexts:panel-put"}
OF_PANEL = {f"contexts:panel{end}" for end in ("", "-change", "-hold", "-agree", "-correct", "-minutes")}
OF_PANEL |= {"contexts:panel-make-minutes", "contexts:panel-people", "contexts:panel-attendance"}
OF_ACTION = {
    f"contexts:panel-{name}" for name in ("action", "change-action", "action-progress", "close-action", "reopen-action")
}


def a_panel(by, *, days: int = 7) -> Panel:
    """A panel, as a service makes it."""
    given = {"on": timezone.localdate() + timedelta(days=days), "starts_at": None, "place": "Town hall"}
    return panel.plan(given | {"chair": "Ann Miller, Police"}, by=by)


def an_item(found: Panel, subject, by, **values) -> PanelItem:
    """An item of an agenda, as a service makes it."""
    return panel.put(found, subject, {"reason": "Two fights", "presented_by": "Bo, Health"} | values, by=by)


def made(world: World) -> dict:
    """The items of this world so far."""
    return world.__dict__.setdefault("panel_items", {})


def item_of(world: World, row: str, state: str) -> PanelItem:
    """The item `row` of a panel in `state`."""
    if (row, state) not in made(world):
        by, tag = world.screener, f"{row}{state}"
        found = Panel.objects.create(on=timezone.localdate(), chair="Ann, Police", made_by=by, made_at=timezone.now())
        about = (
            world.record("restricted", "held")["referral"]
            if row == "hidden"
            else context_of(world, "ours", "assessing")
        )
        item = an_item(found, about, by, reason=f"reason-of-item-{tag}")
        if state != "empty":
            panel.save_text(item, "decision", body=f"decision-of-item-{tag}", base_version=0, by=by)
            action = {"what": f"action-of-item-{tag}", "owner": world.people["colleague"]}
            one = panel_actions.add(item, action, by=by)
            if state == "done":
                panel_actions.close(one, status="done", outcome="Done", by=by)
        panel_people.invite(found, {"agency": "Police", "person": None, "name": "Ann"}, by=by)
        if state in ("held", "agreed"):
            panel.hold(found, attendance_note="Ann", by=by)
        if state == "agreed":
            panel.agree(found, by=by)
        made(world)[row, state] = PanelItem.objects.get(pk=item.pk)
        if not Panel.objects.filter(place="The next one").exists():
            later = {"on": timezone.localdate() + timedelta(days=900), "starts_at": None, "place": "The next one"}
            panel.plan(later | {"chair": "Ann"}, by=by)
    return made(world)[row, state]


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.route in WITHOUT_RECORD:
        return []
    text = ["decision"] if cell.route == "contexts:panel-save-text" else []
    if cell.route == "contexts:panel-remove-person":
        found = None if cell.row == "nowhere" else item_of(world, cell.row, cell.state).panel
        return [found.pk, found.people.get().pk] if found else [NOWHERE, NOWHERE]
    if cell.row == "nowhere":
        return [NOWHERE, *text]
    item = item_of(world, cell.row, cell.state)
    if cell.route in OF_PANEL:
        return [item.panel_id]
    if cell.route in OF_ACTION:
        return [item.actions.get().pk]
    return [item.pk, *text]


def fill(world: World) -> None:
    for row in ("ours", "hidden"):
        item_of(world, row, "planned")


def forbidden(world: World, identity: str) -> list[str]:
    """An item is for who may see what it is about; an action is its owner's too."""
    words = []
    for row, state in made(world):
        tag = f"{row}{state}"
        reads = row == "ours" and identity in ("cs", "manager")
        if not reads:
            words += [f"reason-of-item-{tag}", f"decision-of-item-{tag}"]
            if identity != "colleague":
                words.append(f"action-of-item-{tag}")
    return words


def _planned(world: World, cell) -> dict:
    return {**date_parts("on", timezone.localdate()), "chair": "Ann, Police", "version": "1"}


def _put(world: World, cell) -> dict:
    about = context_of(world, "ours", "planned")
    return {"panel": a_panel(world.screener, days=30).pk, "reference": about.reference, "reason": "Fights"}


def _action(world: World, cell) -> dict:
    return {"what": "Mend the lights", "who": "elsewhere", "owner_name": "Parks team", "version": "1"}


FORMS = {
    "contexts:panel-plan": _planned,
    "contexts:panel-put": _put,
    "contexts:panel-change": lambda world, cell: _planned(world, cell) | {"attendance_note": "Ann"},
    "contexts:panel-hold": lambda world, cell: {"attendance_note": "Ann, Police"},
    "contexts:panel-people": lambda world, cell: {"agency": "Health", "who": "elsewhere", "name": "Bo Lind"},
    "contexts:panel-attendance": lambda world, cell: {},
    "contexts:panel-remove-person": lambda world, cell: {},
    "contexts:panel-agree": lambda world, cell: {},
    "contexts:panel-correct": lambda world, cell: {"reason": "The wrong day"},
    "contexts:panel-make-minutes": lambda world, cell: {"form": "docx"},
    "contexts:panel-change-item": lambda world, cell: {"reason": "Another reason", "version": "1"},
    "contexts:panel-move-item": lambda world, cell: {"up": "1"},
    "contexts:panel-remove-item": lambda world, cell: {},
    "contexts:panel-carry-over": lambda world, cell: {},
    "contexts:panel-save-item": lambda world, cell: {"text-decision": "Other", "digest-decision": "x",
                                                     "version-decision": "1"},
    "contexts:panel-save-text": lambda world, cell: {"body": "Other", "version": "1"},
    "contexts:panel-add-action": _action,
    "contexts:panel-change-action": _action,
    "contexts:panel-action-progress": lambda world, cell: {"body": "Half of it"},
    "contexts:panel-close-action": lambda world, cell: {"status": "done", "outcome": "It helped"},
    "contexts:panel-reopen-action": lambda world, cell: {"reason": "Not enough"},
    "contexts:panel-cancel-paper": lambda world, cell: {},
}  # fmt: skip


def _many_panels(by, number):
    for each in range(number):
        an_item(a_panel(by, days=each), a_context("assessing", by=by, cs=by), by)


def _much_of_a_panel(by, number):
    found = Panel.objects.filter(place="Town hall").first() or a_panel(by)
    for each in range(number):
        context = a_context("assessing", by=by, cs=by)
        a_linked_person(context, by=by)
        item = an_item(found, context, by)
        owner = a_person(Role.PRACTITIONER)
        panel_people.invite(found, {"agency": f"Agency {each}", "person": owner}, by=by)
        panel_actions.add(item, {"what": f"Action {each}", "owner": owner}, by=by)


def _page(name):
    return lambda browser: browser.get(reverse(name, args=[Panel.objects.get(place="Town hall").pk]))


LISTS = {
    "panels": (_many_panels, lambda browser: browser.get(reverse("contexts:panels"))),
    "a panel": (_much_of_a_panel, _page("contexts:panel")),
    "minutes of a panel": (_much_of_a_panel, _page("contexts:panel-minutes")),
}


def prepare(world, role: Role) -> None:
    """A panel with items and an action; contexts.prepare has made the contexts."""
    by = world.somebody
    world.panel_one = a_panel(by)
    world.panel_item = an_item(world.panel_one, world.c_assessed, by)
    an_item(world.panel_one, world.c_agreed, by)
    panel_people.invite(world.panel_one, {"agency": "Health", "person": None, "name": "Bo Lind"}, by=by)
    panel_people.invite(world.panel_one, {"agency": "Police", "person": world.me}, by=by)
    world.panel_action = panel_actions.add(world.panel_item, {"what": "Mend the lights", "owner": world.me}, by=by)


_PAGES = [
    Look("contexts:panels", "/contexts/panel/"),
    Look("contexts:panels", "/contexts/panel/?state=agreed", "nothing found"),
    Look("contexts:panel-plan", "/contexts/panel/plan/"),
    Look("contexts:panel-plan", "/contexts/panel/plan/", "wrong", pressing("Plan the panel"), error=True),
    Look("contexts:panel-put", "/contexts/panel/put/"),
    Look("contexts:panel", "/contexts/panel/{panel_one.pk}/"),
    Look("contexts:panel-change", "/contexts/panel/{panel_one.pk}/change/"),
    Look("contexts:panel-people", "/contexts/panel/{panel_one.pk}/people/"),
    Look(
        "contexts:panel-people",
        "/contexts/panel/{panel_one.pk}/people/",
        "wrong",
        pressing("Add to the list"),
        error=True,
    ),
    Look("contexts:panel-hold", "/contexts/panel/{panel_one.pk}/hold/"),
    Look("contexts:panel-minutes", "/contexts/panel/{panel_one.pk}/minutes/"),
    Look("contexts:panel-item", "/contexts/panel/items/{panel_item.pk}/"),
    Look("contexts:panel-change-item", "/contexts/panel/items/{panel_item.pk}/change/"),
    Look("contexts:panel-add-action", "/contexts/panel/items/{panel_item.pk}/actions/add/"),
    Look("contexts:panel-change-action", "/contexts/panel/actions/{panel_action.pk}/change/"),
]
_MINE = [
    Look("contexts:panel-action", "/contexts/panel/actions/{panel_action.pk}/"),
    Look("contexts:panel-action-progress", "/contexts/panel/actions/{panel_action.pk}/progress/"),
    Look("contexts:panel-close-action", "/contexts/panel/actions/{panel_action.pk}/close/"),
]
LOOKS = {Role.PRACTITIONER: _MINE, Role.CS_PRACTITIONER: [*_PAGES, *_MINE], Role.MANAGER: [*_PAGES, *_MINE]}
NO_PAGE = {
    "contexts:panel-move-item", "contexts:panel-carry-over", "contexts:panel-save-item", "contexts:panel-save-text",
    "contexts:panel-make-minutes", "contexts:panel-paper", "contexts:panel-download-paper",
    "contexts:panel-cancel-paper", "contexts:panel-agree", "contexts:panel-correct", "contexts:panel-remove-item",
    "contexts:panel-reopen-action", "contexts:panel-attendance", "contexts:panel-remove-person",
}  # fmt: skip
