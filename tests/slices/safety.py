"""Safety maps. Each context of the matrix has one with two pins, one of them about somebody hidden from all."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts import safety_exports
from contexts.models import Context, SafetyLayer, SafetyMap, SafetyPicture, SafetyPin
from contexts.services import safety
from core.jobs import run as run_job
from core.models import Job, JobFile
from tests.context_factories import a_context, a_linked_person
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World
from tests.safety_factories import a_map, a_pin, a_png, pin_values, whose
from tests.slices.contexts import READS_CASEWORK, context_of, date_parts, of_the_one

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:safety-maps                 GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-maps                 GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-maps                 GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map                  GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-map                  GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-map                  GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-picture          GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-map-picture          GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-map-picture          GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-compare          GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-map-compare          GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-map-compare          GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-heat             GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-map-heat             GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-map-heat             GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-pin                  GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-pin                  GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-pin                  GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-new              GET    worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:safety-map-new              POST   worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:safety-map-new              POST   ours     assessing  in   404  404  404  302  403  403  403  403  in   403
contexts:safety-map-new              POST   worked   closed     in   404  404  404  409  403  403  403  403  in   403
contexts:safety-map-new              GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-map-new              POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-map-area             GET    worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:safety-map-area             POST   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:safety-map-area             POST   ours     assessing  in   404  404  404  200  403  403  403  403  in   403
contexts:safety-map-area             POST   worked   closed     in   404  404  404  409  403  403  403  403  in   403
contexts:safety-map-area             GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-map-area             POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-map-change           GET    worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:safety-map-change           POST   worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:safety-map-change           POST   ours     assessing  in   404  404  404  302  403  403  403  403  in   403
contexts:safety-map-change           POST   worked   closed     in   404  404  404  409  403  403  403  403  in   403
contexts:safety-map-change           GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-map-change           POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-map-remove           GET    worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:safety-map-remove           POST   worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:safety-map-remove           POST   ours     assessing  in   404  404  404  302  403  403  403  403  in   403
contexts:safety-map-remove           POST   worked   closed     in   404  404  404  409  403  403  403  403  in   403
contexts:safety-map-remove           GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-map-remove           POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-pin-add              GET    worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:safety-pin-add              POST   worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:safety-pin-add              POST   ours     assessing  in   404  404  404  302  403  403  403  403  in   403
contexts:safety-pin-add              POST   worked   closed     in   404  404  404  409  403  403  403  403  in   403
contexts:safety-pin-add              GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-pin-add              POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-pin-change           GET    worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:safety-pin-change           POST   worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:safety-pin-change           POST   ours     assessing  in   404  404  404  302  403  403  403  403  in   403
contexts:safety-pin-change           POST   worked   closed     in   404  404  404  409  403  403  403  403  in   403
contexts:safety-pin-change           GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-pin-change           POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-pin-end              GET    worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:safety-pin-end              POST   worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:safety-pin-end              POST   ours     assessing  in   404  404  404  302  403  403  403  403  in   403
contexts:safety-pin-end              POST   worked   closed     in   404  404  404  409  403  403  403  403  in   403
contexts:safety-pin-end              GET    nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-pin-end              POST   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:safety-map-print            GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-map-print            GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-map-print            GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-png              GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-map-png              GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-map-png              GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-make             POST   worked   assessing  in   302  404  404  302  302  403  403  403  in   403
contexts:safety-map-make             POST   ours     closed     in   404  404  404  302  302  403  403  403  in   403
contexts:safety-map-make             POST   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-heat-print           GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-heat-print           GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-heat-print           GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-heat-png             GET    worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:safety-heat-png             GET    ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:safety-heat-png             GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-heat-make            POST   worked   assessing  in   302  404  404  302  302  403  403  403  in   403
contexts:safety-heat-make            POST   ours     closed     in   404  404  404  302  302  403  403  403  in   403
contexts:safety-heat-make            POST   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-file             GET    worked   queued     in   200  404  404  404  404  403  403  403  in   403
contexts:safety-map-file             GET    worked   done       in   200  404  404  404  404  403  403  403  in   403
contexts:safety-map-file             GET    theirs   done       in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-file             GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-download         GET    worked   done       in   200  404  404  404  404  403  403  403  in   403
contexts:safety-map-download         GET    worked   queued     in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-download         GET    theirs   done       in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-download         GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-cancel           POST   worked   queued     in   302  404  404  404  404  403  403  403  in   403
contexts:safety-map-cancel           POST   worked   done       in   409  404  404  404  404  403  403  403  in   403
contexts:safety-map-cancel           POST   theirs   queued     in   404  404  404  404  404  403  403  403  in   403
contexts:safety-map-cancel           POST   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("contexts:")}
OF_PINS = {"contexts:safety-pin", "contexts:safety-pin-change", "contexts:safety-pin-end"}
OF_JOBS = {"contexts:safety-map-file", "contexts:safety-map-download", "contexts:safety-map-cancel"}
OF_CONTEXT = {"contexts:safety-maps", "contexts:safety-map-new", "contexts:safety-map-area"}


def made(world: World) -> dict:
    """The maps of this world so far, each with its first pin."""
    return world.__dict__.setdefault("safety", {})


def map_of(world: World, row: str, state: str) -> tuple[SafetyMap, SafetyPin]:
    """The map of the context `row` in `state`; written straight, as nothing may be pinned in a closed one."""
    if (row, state) not in made(world):
        context, by, now = context_of(world, row, state), world.screener, timezone.now()
        tag, day = f"{row}{state}", timezone.localdate()
        given = {"made_by": by, "made_at": now}
        found = SafetyMap.objects.create(
            context=context, title=f"map-of-{tag}", drawn_on=day, width=300, height=200, digest="0", **given
        )
        SafetyPicture.objects.create(map=found, content_type="image/png", content=a_png())
        layer = SafetyLayer.objects.create(context=context, name=f"drawn-by-{tag}", held_on=day, people=4, **given)
        hidden = context.people.get(young_person=world.record("restricted", "held")["referral"].young_person)
        pins = [
            SafetyPin.objects.create(
                map=found, number=number, x=20 * number, y=30, layer=layer, **given,
                **pin_values(what=f"pin-of-{tag}-{number}", account=f"said-in-{tag}", person=person),
            )
            for number, person in ((1, None), (2, hidden))
        ]  # fmt: skip
        made(world)[row, state] = (found, pins[0])
    return made(world)[row, state]


def job_of(world: World, row: str, status: str) -> Job:
    """A PDF asked for by the maker, of `theirs` by somebody else; one that is `done` has a file."""
    asked = world.__dict__.setdefault("safety_jobs", {})
    if (row, status) not in asked:
        found, now = map_of(world, row, "assessing")[0], timezone.now()
        by = world.screener if row == "theirs" else world.people["maker"]
        job = asked[row, status] = safety_exports.ask_for(found, QueryDict(), by=by)
        if status == "done":
            run_job(job.pk)
            content = f"pin-of-{row}assessing".encode()  # in the clear, so that it is found in the answers
            JobFile.objects.filter(job=job).update(content=content, size=len(content))
        Job.objects.filter(pk=job.pk).update(created_at=now - timedelta(hours=1))
    return asked[row, status]


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.row == "nowhere":
        return [NOWHERE] if cell.route in OF_CONTEXT | OF_JOBS else [NOWHERE] * (3 if cell.route in OF_PINS else 2)
    if cell.route in OF_JOBS:
        return [job_of(world, cell.row, cell.state).pk]
    found, pin = map_of(world, cell.row, cell.state)
    if cell.route in OF_CONTEXT:
        return [found.context_id]
    return [found.context_id, found.pk, *([pin.pk] if cell.route in OF_PINS else [])]


def forbidden(world: World, identity: str) -> list[str]:
    """What is pinned, by whom and on what, for who does not read the casework."""
    return [
        word
        for row, state in made(world)
        if identity not in READS_CASEWORK[row]
        for word in (f"map-of-{row}{state}", f"pin-of-{row}{state}", f"drawn-by-{row}{state}", f"said-in-{row}{state}")
    ]


def fill(world: World) -> None:
    for row in ("ours", "theirs", "worked"):
        map_of(world, row, "assessing")


def _picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("plan of Kai's school.png", a_png(), content_type="image/png")


def _pinned(world: World, cell) -> dict:
    today = timezone.localdate()
    given = {name: value for name, value in pin_values(exact_time="15:30").items() if value is not None}
    del given["noted_on"]
    new = {"layer": "new", "name": "Year 8", "people": "3", "square": "d5", "version": "1"}
    return given | new | date_parts("noted_on", today) | date_parts("held_on", today)


def _titled(world: World, cell) -> dict:
    return {"title": "Another title", "version": "1", **date_parts("drawn_on", timezone.localdate())}


FORMS = {
    "contexts:safety-map-make": lambda world, cell: {},
    "contexts:safety-heat-make": lambda world, cell: {},
    "contexts:safety-map-cancel": lambda world, cell: {},
    "contexts:safety-map-new": lambda world, cell: _titled(world, cell) | {"picture": _picture()},
    "contexts:safety-map-area": _titled,
    "contexts:safety-map-change": _titled,
    "contexts:safety-map-remove": lambda world, cell: {},
    "contexts:safety-pin-add": _pinned,
    "contexts:safety-pin-change": _pinned,
    "contexts:safety-pin-end": lambda world, cell: {
        "reason": "It is lit now", **date_parts("ended_on", timezone.localdate())
    },
}  # fmt: skip


def _the_one(by) -> Context:
    return Context.objects.filter(name="The one").first() or a_context("assessing", by=by, cs=by, name="The one")


def _many_maps(by, number):
    context = _the_one(by)
    for _ in range(number):
        found = a_map(context, by=by)
        for kind in ("harm", "safety"):
            a_pin(found, by=by, kind=kind)


def _many_pins(by, number):
    context = _the_one(by)
    found = SafetyMap.objects.first() or a_map(context, by=by)
    for each in range(number):
        person = a_linked_person(context, by=by)
        pin = a_pin(
            found, by=by, square=f"C{each + 1}", person=person, layer=whose(f"Group {each}", held_on=_ago(each))
        )
        if each % 3 == 0:
            safety.end_pin(pin, ended_on=timezone.localdate(), reason="Lit", by=by)


def _ago(days: int):
    return timezone.localdate() - timedelta(days=days)


def _of_map(name: str, **query):
    return lambda browser: browser.get(
        reverse(name, args=[SafetyMap.objects.get().context_id, SafetyMap.objects.get().pk]), query
    )


LISTS = {
    "safety maps": (_many_maps, of_the_one("contexts:safety-maps")),
    "context with safety maps": (_many_maps, of_the_one("contexts:context")),
    "a safety map": (_many_pins, _of_map("contexts:safety-map")),
    "a safety map filtered": (_many_pins, _of_map("contexts:safety-map", kind="harm", ended="on", time="after-school")),
    "two dates of a safety map": (_many_pins, _of_map("contexts:safety-map-compare")),
    "heat of a safety map": (_many_pins, _of_map("contexts:safety-map-heat")),
    "heat of a safety map to print": (_many_pins, _of_map("contexts:safety-heat-print")),
    "a safety map to print": (_many_pins, _of_map("contexts:safety-map-print")),
    "a pin to add": (_many_pins, _of_map("contexts:safety-pin-add")),
}


def prepare(world, role: Role) -> None:
    """A map with pins of three groups, in the context that everybody here works on."""
    cs = world.somebody
    world.safety_map = a_map(world.c_assessed, by=cs, title="Ground floor")
    world.safety_empty = a_map(world.c_assessed, by=cs, title="First floor")
    for number in range(6):
        world.safety_pin = a_pin(
            world.safety_map, by=cs, square=("B2", "F6", "J10", "N14", "R3", "C17")[number],
            layer=whose(f"Year {7 + number % 3}"), kind=["harm", "safety"][number % 2], noted_on=_ago(30 * number),
        )  # fmt: skip
    world.safety_ended = safety.end_pin(
        a_pin(world.safety_map, by=cs, square="R9"), ended_on=timezone.localdate(), reason="It is lit now.", by=cs
    )
    world.safety_job = safety_exports.ask_for(world.safety_map, QueryDict(), by=world.me)


_MAP = "/contexts/{safety_map.context_id}/safety-map/{safety_map.pk}/"
_PAGES = [
    Look("contexts:safety-maps", "/contexts/{c_assessed.pk}/safety-map/"),
    Look("contexts:safety-maps", "/contexts/{c_agreed.pk}/safety-map/", "none"),
    Look("contexts:safety-map", _MAP),
    Look("contexts:safety-map", f"{_MAP}?kind=harm&ended=on", "filtered"),
    Look("contexts:safety-map", f"{_MAP}?kind=harm&time=night", "nothing found"),
    Look("contexts:safety-map-compare", f"{_MAP}compare/"),
    Look("contexts:safety-map-heat", f"{_MAP}heat/"),
    Look("contexts:safety-heat-print", f"{_MAP}heat/print/"),
    Look("contexts:safety-map-print", f"{_MAP}print/?kind=harm"),
    Look("contexts:safety-map-file", "/contexts/safety-map-files/{safety_job.pk}/"),
    Look("contexts:safety-pin", f"{_MAP}pin/{{safety_pin.pk}}/"),
    Look("contexts:safety-pin", f"{_MAP}pin/{{safety_ended.pk}}/", "ended"),
]
_WORKING = [
    Look("contexts:safety-map-new", "/contexts/{c_assessed.pk}/safety-map/new/"),
    Look("contexts:safety-map-new", "/contexts/{c_assessed.pk}/safety-map/new/", "wrong", pressing("Add"), error=True),
    Look("contexts:safety-map-area", "/contexts/{c_assessed.pk}/safety-map/area/"),
    Look("contexts:safety-map-change", f"{_MAP}change/"),
    Look("contexts:safety-map-remove", f"{_MAP}remove/"),
    Look("contexts:safety-pin-add", f"{_MAP}pin/"),
    Look("contexts:safety-pin-add", f"{_MAP}pin/", "wrong", pressing("Put the pin on the map"), error=True),
    Look("contexts:safety-pin-change", f"{_MAP}pin/{{safety_pin.pk}}/change/"),
    Look("contexts:safety-pin-end", f"{_MAP}pin/{{safety_pin.pk}}/end/"),
    Look("contexts:safety-pin-end", f"{_MAP}pin/{{safety_pin.pk}}/end/", "wrong", pressing("End the pin"), error=True),
]
LOOKS = {
    Role.PRACTITIONER: [*_PAGES, *_WORKING],
    Role.CS_PRACTITIONER: [*_PAGES, *_WORKING],
    Role.MANAGER: _PAGES,
}
NO_PAGE = {"contexts:safety-map-picture", "contexts:safety-heat-png", "contexts:safety-heat-make"} | {
    f"contexts:safety-map-{name}" for name in ("png", "make", "download", "cancel")
}
