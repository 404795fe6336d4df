"""Assessments: written, rated, with the methods that were used."""

from datetime import time

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts.models import Assessment, Context
from contexts.services import assessments, methods, work
from tests.context_factories import a_context, a_linked_person, an_assessment
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World
from tests.slices.contexts import READS_CASEWORK, context_of, date_parts

_READ = "in   200  404  404  200  200  403  403  403  in   403"
_READ_THEIRS = "in   404  404  404  200  200  403  403  403  in   403"
_WRITE = "in   {0}  404  404  {0}  403  403  403  403  in   403"
_READ_NOWHERE = "in   404  404  404  404  404  403  403  403  in   403"
_WRITE_NOWHERE = "in   404  404  404  404  403  403  403  403  in   403"
_WRITE_THEIRS = "in   404  404  404  {0}  403  403  403  403  in   403"
READS = ("latest-assessment", "assessment", "print-assessment", "assessment-versions")
ONE_WAY = {"begin-assessment": 302, "save-assessment": 302, "finish-assessment": 302, "save-assessment-section": 200}
BOTH_WAYS = (
    "about-assessment", "put-assessment-back", "rate-area", "add-method", "change-method", "remove-method",
    "survey-figures", "add-observation", "remove-observation",
)  # fmt: skip


def _lines():
    for route in READS:
        yield f"contexts:{route} GET worked assessing {_READ}"
        yield f"contexts:{route} GET theirs planned {_READ_THEIRS}"
        yield f"contexts:{route} GET nowhere - {_READ_NOWHERE}"
    for route, done in ONE_WAY.items():
        typed = route == "save-assessment-section"
        lines = (
            f"worked assessing {_WRITE.format(done)}", f"theirs planned {_WRITE_THEIRS.format(done)}",
            f"nowhere - {_WRITE_NOWHERE}",
        )  # fmt: skip
        for line in lines:
            yield f"contexts:{route} JSON {line.replace('in ', '401 ')}" if typed else f"contexts:{route} POST {line}"
    for route in BOTH_WAYS:
        posted = 200 if route == "survey-figures" else 302
        yield f"contexts:{route} GET worked assessing {_WRITE.format(200)}"
        yield f"contexts:{route} POST worked assessing {_WRITE.format(posted)}"
        yield f"contexts:{route} POST theirs planned {_WRITE_THEIRS.format(posted)}"
        yield f"contexts:{route} GET nowhere - {_WRITE_NOWHERE}"
        yield f"contexts:{route} POST nowhere - {_WRITE_NOWHERE}"


TABLE = "\n".join(_lines())
ROUTES = {line.split()[0] for line in TABLE.splitlines()}


def _made(world: World) -> dict:
    return world.__dict__.setdefault("assess_made", {})


def _school(world: World, row: str, state: str) -> Context:
    by = world.people["maker"] if row == "ours" else world.stranger
    school = a_context(state, kind="school", name=f"context-{row}{state}", by=by, cs=world.screener)
    return work.give(school, lead=world.people["maker"], by=world.screener) if row == "worked" else school


def _filled(context: Context, tag: str, by) -> dict:
    """An assessment with something of everything in it."""
    today = timezone.localdate()
    given = {"title": "", "begun_on": today, "ended_on": None, "by_whom": "School nurse", "number": 12, "who": "Year 9"}
    found = an_assessment(context, by=by, texts={"analysis": f"first-analysis-of-{tag}"})
    other = {"conclusion": f"conclusion-of-{tag}", "analysis": f"analysis-of-{tag}"}
    an_assessment(context, by=by, texts=other)
    found.context = context
    survey = methods.add(found, "survey", given | {"found": f"survey-of-{tag}"}, by=by)
    methods.set_figures(survey, [(f"Where is it safe, {tag}?", "At the gate", 3)], version=1, by=by)
    log = methods.add(found, "observation", given | {"found": f"log-of-{tag}"}, by=by)
    line = {"day": today, "clock": time(15, 20), "place": "The gate", "seen": f"seen-at-{tag}"}
    seen = methods.observe(log, line, by=by)
    if context.kind == "school":
        methods.rate(found, "prevention", light="red", reason=f"rated-in-{tag}", seen=None, by=by)
    found.people.set(context.people.all())
    return {"context": context, "assessment": found, "survey": survey, "log": log, "line": seen}


def record_of(world: World, row: str, state: str, kind: str = "") -> dict:
    """The assessment of the context `row` in `state`, with something of everything in it."""
    if (row, state, kind) not in _made(world):
        context = _school(world, row, state) if kind else context_of(world, row, state)
        _made(world)[row, state, kind] = _filled(context, f"{row}{state}{kind}", world.screener)
    return _made(world)[row, state, kind]


def _after(route: str, made: dict | None) -> list:
    """The arguments of a route after those of the context and the assessment."""
    survey, log, line = (made[name].pk if made else NOWHERE for name in ("survey", "log", "line"))
    return {
        "assessment-versions": ["analysis"],
        "save-assessment-section": ["analysis"],
        "put-assessment-back": ["analysis", 1],
        "rate-area": ["prevention"],
        "add-method": ["interviews"],
        "change-method": [survey],
        "remove-method": [survey],
        "survey-figures": [survey],
        "add-observation": [log],
        "remove-observation": [log, line],
    }.get(route, [])


def arguments(world: World, cell) -> list | None:
    if cell.route not in ROUTES:
        return None
    route = cell.route.removeprefix("contexts:")
    alone = route in ("latest-assessment", "begin-assessment")
    if cell.row == "nowhere":
        return [NOWHERE] if alone else [NOWHERE, NOWHERE, *_after(route, None)]
    made = record_of(world, cell.row, cell.state, "school" if route == "rate-area" else "")
    pk = made["context"].pk
    return [pk] if alone else [pk, made["assessment"].pk, *_after(route, made)]


def _method(world: World, cell) -> dict:
    return {"by_whom": "Youth worker", "found": "The new finding", **date_parts("begun_on", timezone.localdate())}


FORMS = {
    "contexts:begin-assessment": lambda world, cell: {},
    "contexts:save-assessment": lambda world, cell: {},
    "contexts:finish-assessment": lambda world, cell: {},
    "contexts:save-assessment-section": lambda world, cell: {"body": "New", "version": _version(world, cell)},
    "contexts:about-assessment": lambda world, cell: {"version": "1"},
    "contexts:put-assessment-back": lambda world, cell: {"base_version": _version(world, cell)},
    "contexts:rate-area": lambda world, cell: {"light": "green", "reason": "The new one", "seen": _seen(world, cell)},
    "contexts:add-method": _method,
    "contexts:change-method": lambda world, cell: _method(world, cell) | {"version": "2"},
    "contexts:remove-method": lambda world, cell: {},
    "contexts:survey-figures": lambda world, cell: {"lines": "Where?,At the gate,2", "version": "2"},
    "contexts:add-observation": lambda world, cell: {
        "clock": "9pm", "place": "Here", "seen": "The new sight", **date_parts("day", timezone.localdate())
    },
    "contexts:remove-observation": lambda world, cell: {},
}  # fmt: skip


def _version(world: World, cell) -> str:
    if cell.row == "nowhere":
        return "0"
    return str(record_of(world, cell.row, cell.state)["assessment"].texts.get(key="analysis").text.version)


def _seen(world: World, cell) -> str:
    if cell.row == "nowhere":
        return "0"
    return str(record_of(world, cell.row, cell.state, "school")["assessment"].ratings.last().pk)


def fill(world: World) -> None:
    for row in ("ours", "theirs", "worked"):
        record_of(world, row, "assessing")
    record_of(world, "worked", "assessing", "school")


def forbidden(world: World, identity: str) -> list[str]:
    """Nothing of an assessment is for who does not read the casework."""
    kinds = ("analysis-of", "conclusion-of", "survey-of", "log-of", "seen-at", "rated-in", "first-analysis-of")
    closed = [key for key in _made(world) if identity not in READS_CASEWORK[key[0]]]
    return [f"{word}-{row}{state}{kind}" for row, state, kind in closed for word in kinds]


def _many_methods(by, number):
    """More methods, people and ratings in the one assessment."""
    context = Context.objects.filter(name="The assessed one").first()
    if context is None:
        context = a_context("assessing", kind="school", by=by, cs=by, name="The assessed one")
    found = Assessment.objects.get(context=context)
    for each in range(number):
        made = _filled(context, f"many{Assessment.objects.count()}-{each}", by)
        found.people.add(a_linked_person(context, by=by))
        if each % 5 == 0:
            methods.rate(found, "response", light="amber", reason=f"again {made['survey'].pk}", seen=None, by=by)


def _of_the_one(name: str):
    def ask(browser):
        found = Assessment.objects.get(context__name="The assessed one")
        return browser.get(reverse(name, args=[found.context_id, found.pk]))

    return ask


LISTS = {
    "an assessment": (_many_methods, _of_the_one("contexts:assessment")),
    "an assessment printed": (_many_methods, _of_the_one("contexts:print-assessment")),
}


def prepare(world, role: Role) -> None:
    """An assessment of a school with something of everything, and a peer group of which nothing is assessed."""
    me, cs = world.me, world.somebody
    by = me if role == Role.PRACTITIONER else None
    school = a_context("assessing", by=by, cs=cs, kind="school", name="Eastfields College")
    world.assess_none = a_context("assessing", by=by, cs=cs, kind="peer-group", name="Bus stop group", assessed=False)
    if role == Role.PRACTITIONER:
        for context in (school, world.assess_none):
            work.give(context, lead=me, by=cs)
    a_linked_person(school, world.held.young_person)
    world.assess = _filled(Context.objects.get(pk=school.pk), "looks", cs)
    world.assess_path = f"/contexts/{school.pk}/assessment/{world.assess['assessment'].pk}/"
    world.assess_survey = f"{world.assess_path}methods/{world.assess['survey'].pk}/"
    world.assess_log = f"{world.assess_path}methods/{world.assess['log'].pk}/"
    assert not assessments.missing(school)


_PAGES = [
    Look("contexts:latest-assessment", "/contexts/{assess_none.pk}/assessment/"),
    Look("contexts:assessment", "{assess_path}"),
    Look("contexts:assessment-versions", "{assess_path}sections/analysis/versions/"),
]
_WRITING = [
    Look("contexts:about-assessment", "{assess_path}about/"),
    Look("contexts:put-assessment-back", "{assess_path}sections/analysis/versions/1/put-back/"),
    Look("contexts:rate-area", "{assess_path}areas/prevention/"),
    Look("contexts:rate-area", "{assess_path}areas/response/", "wrong", pressing("Save the rating"), error=True),
    Look("contexts:add-method", "{assess_path}methods/add/interviews/"),
    Look("contexts:add-method", "{assess_path}methods/add/policy/", "wrong", pressing("Add it"), error=True),
    Look("contexts:change-method", "{assess_survey}change/"),
    Look("contexts:remove-method", "{assess_survey}remove/"),
    Look("contexts:survey-figures", "{assess_survey}figures/"),
    Look("contexts:survey-figures", "{assess_survey}figures/", "checked", pressing("Check the figures")),
    Look("contexts:add-observation", "{assess_log}observe/"),
    Look("contexts:remove-observation", "{assess_log}observations/{assess[line].pk}/remove/"),
]
LOOKS = {
    Role.PRACTITIONER: [*_PAGES, *_WRITING],
    Role.CS_PRACTITIONER: [*_PAGES, *_WRITING],
    Role.MANAGER: _PAGES,
}
NO_PAGE = {f"contexts:{route}" for route in ONE_WAY} | {"contexts:print-assessment"}
