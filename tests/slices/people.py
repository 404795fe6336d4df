"""People linked to a context, what connects them, and the peer map."""

from django.utils import timezone

from accounts.permissions import Role
from contexts import peer_papers
from contexts.models import Context, LinkedPerson
from core import jobs
from core.models import Job
from tests.context_factories import a_linked_person, a_tie
from tests.factories import a_referral
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World
from tests.slices.contexts import _much_of_one, context_of, date_parts, of_the_one

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:people                      GET   worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:people                      GET   ours     closed     in   404  404  404  200  200  403  403  403  in   403
contexts:people                      GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:add-person                  GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:add-person                  POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:add-person                  POST  ours     closed     in   404  404  404  409  403  403  403  403  in   403
contexts:add-person                  GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:add-person                  POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:change-person               GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:change-person               POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:change-person               POST  ours     closed     in   404  404  404  409  403  403  403  403  in   403
contexts:change-person               GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:change-person               POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:renew-person                GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:renew-person                POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:renew-person                GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:renew-person                POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:end-person                  GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:end-person                  POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:end-person                  GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:end-person                  POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:add-tie                     GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:add-tie                     POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:add-tie                     GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:add-tie                     POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:change-tie                  GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:change-tie                  POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:change-tie                  GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:change-tie                  POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:renew-tie                   GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:renew-tie                   POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:renew-tie                   GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:renew-tie                   POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:end-tie                     GET   worked   assessing  in   200  404  404  200  403  403  403  403  in   403
contexts:end-tie                     POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:end-tie                     GET   nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:end-tie                     POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:peer-map                    GET   worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:peer-map                    GET   theirs   closed     in   404  404  404  200  200  403  403  403  in   403
contexts:peer-map                    GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:move-on-peer-map            POST  worked   assessing  in   302  404  404  302  403  403  403  403  in   403
contexts:move-on-peer-map            JSON  worked   assessing  401  200  404  404  200  403  403  403  403  401  403
contexts:move-on-peer-map            POST  nowhere  -          in   404  404  404  404  403  403  403  403  in   403
contexts:print-peer-map              GET   worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:print-peer-map              GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:peer-map-picture            GET   worked   assessing  in   200  404  404  200  200  403  403  403  in   403
contexts:peer-map-picture            GET   ours     assessing  in   404  404  404  200  200  403  403  403  in   403
contexts:peer-map-picture            GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:make-peer-map               POST  worked   assessing  in   302  404  404  302  302  403  403  403  in   403
contexts:make-peer-map               POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:peer-map-file               GET   ours     done       in   404  404  404  200  404  403  403  403  in   403
contexts:peer-map-file               GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:download-peer-map           GET   ours     done       in   404  404  404  200  404  403  403  403  in   403
contexts:download-peer-map           GET   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:cancel-peer-map             POST  ours     queued     in   404  404  404  302  404  403  403  403  in   403
contexts:cancel-peer-map             POST  nowhere  -          in   404  404  404  404  404  403  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("contexts:")}
OF_PERSON = {f"contexts:{act}-person" for act in ("change", "renew", "end")}
OF_TIE = {f"contexts:{act}-tie" for act in ("change", "renew", "end")}
OF_FILES = {"contexts:peer-map-file", "contexts:download-peer-map", "contexts:cancel-peer-map"}


def _of(world: World, cell) -> Context:
    return context_of(world, cell.row, cell.state)


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    if cell.route in OF_FILES:
        return [NOWHERE if cell.row == "nowhere" else _file(world, cell.state).pk]
    nowhere = cell.row == "nowhere"
    pk = NOWHERE if nowhere else _of(world, cell).pk
    if cell.route in OF_PERSON:
        return [pk, NOWHERE if nowhere else _of(world, cell).people.get(name__startswith="peer-of").pk]
    if cell.route in OF_TIE:
        return [pk, NOWHERE if nowhere else _of(world, cell).ties.earliest("made_at").pk]
    return [pk, "svg"] if cell.route == "contexts:peer-map-picture" else [pk]


def _file(world: World, state: str) -> Job:
    """A PDF of the context `ours`, which the CS practitioner asked for."""
    files = world.__dict__.setdefault("peer_map_files", {})
    if state not in files:
        asked = {"all_of_them": True, "natures": [], "names": state == "done"}
        job = peer_papers.ask_for(context_of(world, "ours", "assessing"), asked, by=world.people["cs"])
        if state == "done":
            jobs.run(job.pk)
        Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timezone.timedelta(hours=1))
        files[state] = job
    return files[state]


def fill(world: World) -> None:
    """Every context of the world has its people."""


def forbidden(world: World, identity: str) -> list[str]:
    return []


def _provenance(**values) -> dict:
    today = timezone.localdate()
    given = {"source": "police", "reliability": "likely", "purpose": "The new purpose", "nature": "harmed"}
    return given | date_parts("noted_on", today) | date_parts("review_on", today) | {"version": "1"} | values


def _tie(world: World, cell) -> dict:
    values = {"nature": "conflict", "direction": "one-way"}
    if cell.route == "contexts:add-tie" and cell.row != "nowhere":
        people = _of(world, cell).people.order_by("made_at")
        values |= {"first": str(people[0].pk), "second": str(people[1].pk)}
    return _provenance(**values)


def _move(world: World, cell) -> dict:
    if cell.row == "nowhere":
        return {"person": str(NOWHERE), "to": "left"}
    person = _of(world, cell).people.first()
    return {"person": str(person.pk), "to": "left", f"place-{person.pk}": "10,20"}


FORMS = {
    "contexts:add-person": lambda world, cell: _provenance(who="named", name="Somebody new"),
    "contexts:change-person": lambda world, cell: _provenance(),
    "contexts:renew-person": lambda world, cell: _provenance(),
    "contexts:end-person": lambda world, cell: {"reason": "The new reason"},
    "contexts:add-tie": _tie,
    "contexts:change-tie": _tie,
    "contexts:renew-tie": lambda world, cell: _provenance(),
    "contexts:end-tie": lambda world, cell: {"reason": "The new reason"},
    "contexts:move-on-peer-map": _move,
}


def _many_people(by, number):
    _much_of_one(by, number)
    context = Context.objects.get(name="The one")
    for _ in range(number):
        person = a_linked_person(context, a_referral().young_person, by=by)
        a_tie(person, context.people.earliest("made_at"), by=by, nature="harm", mutual=False)


LISTS = {
    "people of a context": (_many_people, of_the_one("contexts:people")),
    "a peer map": (_many_people, of_the_one("contexts:peer-map")),
}


def prepare(world, role: Role) -> None:
    """Somebody to look at again, and the PDF of a map."""
    past = timezone.localdate() - timezone.timedelta(days=1)
    LinkedPerson.objects.filter(context=world.c_assessed, name="Kofi").update(noted_on=past, review_on=past)
    world.people_named = world.c_assessed.people.get(name="Kofi")
    world.people_tie = world.c_assessed.ties.get()
    asked = {"all_of_them": True, "natures": [], "names": True}
    world.people_file = peer_papers.ask_for(world.c_assessed, asked, by=world.me)
    jobs.run(world.people_file.pk)


_ONE = "/contexts/{c_assessed.pk}/people/{people_named.pk}"
_TIE = "/contexts/{c_assessed.pk}/people/ties/{people_tie.pk}"
_ADD = "/contexts/{c_assessed.pk}/people/add/"
_ADD_TIE = "/contexts/{c_assessed.pk}/people/ties/add/"
_READING = [
    Look("contexts:people", "/contexts/{c_assessed.pk}/people/"),
    Look("contexts:people", "/contexts/{c_fresh.pk}/people/", "nobody"),
    Look("contexts:peer-map", "/contexts/{c_assessed.pk}/peer-map/"),
    Look("contexts:peer-map", "/contexts/{c_assessed.pk}/peer-map/?show=current&nature=harm", "filtered"),
    Look("contexts:peer-map-file", "/contexts/peer-map-files/{people_file.pk}/"),
]
_WORKING = [
    Look("contexts:add-person", "/contexts/{c_assessed.pk}/people/add/"),
    Look(
        "contexts:add-person", "/contexts/{c_assessed.pk}/people/add/", "wrong", pressing("Save the link"), error=True
    ),
    Look("contexts:change-person", f"{_ONE}/change/"),
    Look("contexts:renew-person", f"{_ONE}/still/"),
    Look("contexts:end-person", f"{_ONE}/end/"),
    Look("contexts:end-person", f"{_ONE}/end/", "wrong", pressing("End the link"), error=True),
    Look("contexts:add-tie", "/contexts/{c_assessed.pk}/people/ties/add/"),
    Look(
        "contexts:add-tie", "/contexts/{c_assessed.pk}/people/ties/add/", "wrong", pressing("Save the link"), error=True
    ),
    Look("contexts:change-tie", f"{_TIE}/change/"),
    Look("contexts:renew-tie", f"{_TIE}/still/"),
    Look("contexts:end-tie", f"{_TIE}/end/"),
]
LOOKS = {
    Role.PRACTITIONER: [look for look in (*_READING, *_WORKING) if look.state != "nobody"],
    Role.CS_PRACTITIONER: [*_READING, *_WORKING],
    Role.MANAGER: _READING,
}
NO_PAGE = {
    "contexts:move-on-peer-map", "contexts:print-peer-map", "contexts:make-peer-map", "contexts:peer-map-picture",
    "contexts:download-peer-map", "contexts:cancel-peer-map",
}  # fmt: skip
