"""Conferences: who arranges and records them, who chairs or is invited and sees the conference alone, their packs.

Rows: on `worked` the maker works; `theirs` is foreign. Of `chaired` the maker is the chair, to `invited` they are
invited: they read the conference, its pack and its minutes, and nothing else of the context. Each context has a linked
young person whom nobody here sees; their name is in what was decided. The state is the context's; of a file, the job's.
"""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts.conference_papers import MINUTES, PACK
from contexts.models import Conference, ConferencePack, Context, PlanAction, PlanGoal
from contexts.services import conference as services
from contexts.services import conference_papers, conference_people, work
from contexts.services.packs import look_through
from core.jobs import run as run_job
from core.models import Job, JobFile, Text
from tests.conference_factories import a_conference, a_pack, arranging, invited, written
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person
from tests.journeys.looks import Look, pressing
from tests.permissions.world import NOWHERE, World

TABLE = """
# route                              method row      state      anon make coll outs cs   mgr  lead adm  aud  left demo
contexts:conferences                 GET    worked   conference in   200  404  404  200  200  403  403  403  in   403
contexts:conferences                 GET    theirs   conference in   404  404  404  200  200  403  403  403  in   403
contexts:conferences                 GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:conferences                 GET    chaired  conference in   404  404  404  200  200  403  403  403  in   403
contexts:conference-arrange          GET    worked   planned    in   403  403  403  200  200  403  403  403  in   403
contexts:conference-arrange          GET    theirs   assessing  in   403  403  403  409  409  403  403  403  in   403
contexts:conference-arrange          GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-arrange          POST   worked   planned    in   403  403  403  302  302  403  403  403  in   403
contexts:conference-arrange          POST   theirs   conference in   403  403  403  409  409  403  403  403  in   403
contexts:conference-arrange          POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference                  GET    worked   conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference                  GET    theirs   conference in   404  404  404  200  200  403  403  403  in   403
contexts:conference                  GET    chaired  conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference                  GET    invited  conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference                  GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:conference                  GET    worked   reviewing  in   200  404  404  200  200  403  403  403  in   403
contexts:conference                  GET    theirs   reviewing  in   404  404  404  200  200  403  403  403  in   403
contexts:conference                  GET    chaired  reviewing  in   200  404  404  200  200  403  403  403  in   403
contexts:conference                  GET    invited  reviewing  in   200  404  404  200  200  403  403  403  in   403
contexts:conference-change           GET    worked   conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-change           GET    chaired  conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-change           GET    theirs   reviewing  in   403  403  403  409  409  403  403  403  in   403
contexts:conference-change           GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-change           POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-change           POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-change           POST   theirs   reviewing  in   403  403  403  409  409  403  403  403  in   403
contexts:conference-change           POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-call-off         GET    worked   conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-call-off         GET    chaired  conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-call-off         GET    theirs   reviewing  in   403  403  403  409  409  403  403  403  in   403
contexts:conference-call-off         GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-call-off         POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-call-off         POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-call-off         POST   theirs   reviewing  in   403  403  403  409  409  403  403  403  in   403
contexts:conference-call-off         POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-hold             GET    worked   conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-hold             GET    chaired  conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-hold             GET    theirs   reviewing  in   403  403  403  409  409  403  403  403  in   403
contexts:conference-hold             GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-hold             POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-hold             POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-hold             POST   theirs   reviewing  in   403  403  403  409  409  403  403  403  in   403
contexts:conference-hold             POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-agreed           GET    worked   conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-agreed           GET    chaired  conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-agreed           GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-agreed           POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-agreed           POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-agreed           POST   theirs   closed     in   403  403  403  409  409  403  403  403  in   403
contexts:conference-agreed           POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-calendar         GET    worked   conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference-calendar         GET    theirs   conference in   404  404  404  200  200  403  403  403  in   403
contexts:conference-calendar         GET    chaired  conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference-calendar         GET    invited  conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference-calendar         GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:conference-save             POST   worked   reviewing  in   403  403  403  302  302  403  403  403  in   403
contexts:conference-save             POST   chaired  reviewing  in   403  403  403  302  302  403  403  403  in   403
contexts:conference-save             POST   theirs   closed     in   403  403  403  409  409  403  403  403  in   403
contexts:conference-save             POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-save-decisions   JSON   worked   reviewing  401  403  403  403  200  200  403  403  403  401  403
contexts:conference-save-decisions   JSON   chaired  reviewing  401  403  403  403  200  200  403  403  403  401  403
contexts:conference-save-decisions   JSON   theirs   closed     401  403  403  403  409  409  403  403  403  401  403
contexts:conference-save-decisions   JSON   nowhere  -          401  403  403  403  404  404  403  403  403  401  403
contexts:conference-invite           GET    worked   conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-invite           GET    chaired  conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-invite           GET    theirs   closed     in   403  403  403  409  409  403  403  403  in   403
contexts:conference-invite           GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-invite           POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-invite           POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-invite           POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-uninvite         GET    worked   conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-uninvite         GET    chaired  conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-uninvite         GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-uninvite         POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-uninvite         POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-uninvite         POST   theirs   closed     in   403  403  403  409  409  403  403  403  in   403
contexts:conference-uninvite         POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-attendance       POST   worked   reviewing  in   403  403  403  302  302  403  403  403  in   403
contexts:conference-attendance       POST   chaired  reviewing  in   403  403  403  302  302  403  403  403  in   403
contexts:conference-attendance       POST   theirs   closed     in   403  403  403  409  409  403  403  403  in   403
contexts:conference-attendance       POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-pack             GET    worked   conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-pack             GET    chaired  conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-pack             GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-begin-pack       POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-begin-pack       POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-begin-pack       POST   theirs   reviewing  in   403  403  403  409  409  403  403  403  in   403
contexts:conference-begin-pack       POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-save-pack        POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-save-pack        POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-save-pack        POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-save-part        JSON   worked   conference 401  403  403  403  200  200  403  403  403  401  403
contexts:conference-save-part        JSON   chaired  conference 401  403  403  403  200  200  403  403  403  401  403
contexts:conference-save-part        JSON   nowhere  -          401  403  403  403  404  404  403  403  403  401  403
contexts:conference-pack-check       GET    worked   conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-pack-check       GET    chaired  conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-pack-check       GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-pack-check       POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-pack-check       POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-pack-check       POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-pack-replace     POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-pack-replace     POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-pack-replace     POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-issued-pack      GET    worked   conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference-issued-pack      GET    theirs   conference in   404  404  404  200  200  403  403  403  in   403
contexts:conference-issued-pack      GET    chaired  conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference-issued-pack      GET    invited  conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference-issued-pack      GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:conference-make-pack        POST   worked   conference in   302  404  404  302  302  403  403  403  in   403
contexts:conference-make-pack        POST   theirs   conference in   404  404  404  302  302  403  403  403  in   403
contexts:conference-make-pack        POST   chaired  conference in   302  404  404  302  302  403  403  403  in   403
contexts:conference-make-pack        POST   invited  conference in   302  404  404  302  302  403  403  403  in   403
contexts:conference-make-pack        POST   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:conference-withdraw-pack    GET    worked   conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-withdraw-pack    GET    chaired  conference in   403  403  403  200  200  403  403  403  in   403
contexts:conference-withdraw-pack    GET    nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-withdraw-pack    POST   worked   conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-withdraw-pack    POST   chaired  conference in   403  403  403  302  302  403  403  403  in   403
contexts:conference-withdraw-pack    POST   theirs   closed     in   403  403  403  409  409  403  403  403  in   403
contexts:conference-withdraw-pack    POST   nowhere  -          in   403  403  403  404  404  403  403  403  in   403
contexts:conference-minutes          GET    worked   conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference-minutes          GET    theirs   conference in   404  404  404  200  200  403  403  403  in   403
contexts:conference-minutes          GET    chaired  conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference-minutes          GET    invited  conference in   200  404  404  200  200  403  403  403  in   403
contexts:conference-minutes          GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:conference-make-minutes     POST   worked   reviewing  in   302  404  404  302  302  403  403  403  in   403
contexts:conference-make-minutes     POST   theirs   reviewing  in   404  404  404  302  302  403  403  403  in   403
contexts:conference-make-minutes     POST   chaired  reviewing  in   302  404  404  302  302  403  403  403  in   403
contexts:conference-make-minutes     POST   invited  reviewing  in   302  404  404  302  302  403  403  403  in   403
contexts:conference-make-minutes     POST   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:conference-paper            GET    chaired  queued     in   200  404  404  404  404  403  403  403  in   403
contexts:conference-paper            GET    chaired  done       in   200  404  404  404  404  403  403  403  in   403
contexts:conference-paper            GET    theirs   done       in   404  404  404  404  404  403  403  403  in   403
contexts:conference-paper            GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:conference-download-paper   GET    chaired  done       in   200  404  404  404  404  403  403  403  in   403
contexts:conference-download-paper   GET    invited  done       in   200  404  404  404  404  403  403  403  in   403
contexts:conference-download-paper   GET    chaired  queued     in   404  404  404  404  404  403  403  403  in   403
contexts:conference-download-paper   GET    theirs   done       in   404  404  404  404  404  403  403  403  in   403
contexts:conference-download-paper   GET    nowhere  -          in   404  404  404  404  404  403  403  403  in   403
contexts:conference-cancel-paper     POST   chaired  queued     in   302  404  404  404  404  403  403  403  in   403
contexts:conference-cancel-paper     POST   chaired  done       in   409  404  404  404  404  403  403  403  in   403
contexts:conference-cancel-paper     POST   theirs   queued     in   404  404  404  404  404  403  403  403  in   403
contexts:conference-cancel-paper     POST   nowhere  -          in   404  404  404  404  404  403  403  403  in   403
"""
ROUTES = {line.split()[0] for line in TABLE.splitlines() if line.startswith("contexts:")}
OF_CONTEXT = {"contexts:conferences", "contexts:conference-arrange"}
OF_DRAFT = {f"contexts:conference-{name}" for name in ("pack", "save-pack", "save-part", "pack-check", "pack-replace")}
OF_ISSUED = {f"contexts:conference-{name}" for name in ("issued-pack", "make-pack", "withdraw-pack")}
OF_JOB = {f"contexts:conference-{name}" for name in ("paper", "download-paper", "cancel-paper")}
# Who reads a conference, and who the casework of its context.
READS = {
    "worked": {"maker", "cs", "manager"},
    "theirs": {"cs", "manager"},
    "chaired": {"maker", "cs", "manager"},
    "invited": {"maker", "cs", "manager"},
}
READS_CASEWORK = READS | {"chaired": {"cs", "manager"}, "invited": {"cs", "manager"}}


def _made(world: World) -> dict:
    return world.__dict__.setdefault("conference_made", {})


def _context(world: World, row: str, state: str) -> Context:
    """The context `row`, ready for a conference or after it; its people are one whom nobody sees and one by name."""
    tag = f"{row}{state}"
    first = state if state in ("assessing", "planned") else "planned"
    words = {"worry": f"told-before-conference-{tag}", "name": f"conferred-on-{tag}"}
    context = a_context(first, by=world.stranger, cs=world.screener, **words)
    if row == "worked":
        context = work.give(context, lead=world.people["maker"], by=world.screener)
    hidden = world.record("restricted", "held")["referral"].young_person
    a_linked_person(context, hidden, by=world.screener)
    a_linked_person(context, name=f"peerat{tag}", by=world.screener)
    return context


def conference_of(world: World, row: str, state: str) -> dict:
    """{"context", "conference", "issued", "draft", "invitee"} of a row; without a conference before it is arranged."""
    if (row, state) in _made(world):
        return _made(world)[row, state]
    tag = f"{row}{state}"
    made = _made(world)[row, state] = {"context": _context(world, row, state)}
    if state in ("assessing", "planned"):
        return made
    maker, by = world.people["maker"], world.screener
    chair = {"chair": maker} if row == "chaired" else {}
    conference = a_conference(made["context"], by=by, purpose=f"purpose-of-{tag}", **chair)
    invitee = invited(conference, maker if row == "invited" else None, by=by, agency=f"agency-of-{tag}")
    made |= {"conference": conference, "invitee": invitee}
    made["issued"] = a_pack(conference, by=by, questions=f"asked-in-pack-{tag}")
    made["draft"] = a_pack(conference, by=by, issued=False, questions=f"drafted-in-pack-{tag}")
    name = world.record("restricted", "held")["referral"].young_person.name
    decided = f"decided-at-{tag} with {name} and peerat{tag}"
    if state == "conference":
        decided = f"decided-at-{tag}"
    services.save_decisions(conference, body=decided, base_version=0, by=by)
    if state in ("reviewing", "closed"):
        today = timezone.localdate()
        conference = services.hold(conference, held_on=today, review_on=today + timedelta(days=60), by=by)
        Text.objects.filter(pk=conference.decisions_id).update(body=f"decided-at-{tag}")
    if state == "closed":
        work.close(conference.context, outcome="safer", words="Lit.", by=by)
    made["conference"] = Conference.objects.get(pk=conference.pk)
    return made


def _job(world: World, row: str, status: str) -> Job:
    """Minutes or a pack, asked for by the maker, of `theirs` by somebody else; one that is `done` has a file."""
    jobs = world.__dict__.setdefault("conference_jobs", {})
    if (row, status) not in jobs:
        made = conference_of(world, row, "conference")
        by = world.screener if row == "theirs" else world.people["maker"]
        paper, found = (PACK, made["issued"]) if row == "invited" else (MINUTES, made["conference"])
        job = jobs[row, status] = conference_papers.ask_for(paper, found, by=by)
        now = timezone.now()
        if status == "done":
            run_job(job.pk)
            content = f"decided-at-{row}conference".encode()  # in the clear, so that it is found in the answers
            JobFile.objects.filter(job=job).update(content=content, size=len(content))
        Job.objects.filter(pk=job.pk).update(created_at=now - timedelta(hours=1))
    return jobs[row, status]


def arguments(world: World, cell) -> list | None:
    route = cell.route
    if route not in ROUTES:
        return None
    nowhere = cell.row == "nowhere"
    if route in OF_JOB:
        return [NOWHERE] if nowhere else [_job(world, cell.row, cell.state).pk]
    made = {} if nowhere else conference_of(world, cell.row, cell.state)
    context = NOWHERE if nowhere else made["context"].pk
    if route in OF_CONTEXT:
        return [context]
    found = [context, NOWHERE if nowhere else made["conference"].pk]
    if route in OF_ISSUED:
        return [*found, NOWHERE if nowhere else made["issued"].pk]
    if route == "contexts:conference-uninvite":
        return [*found, NOWHERE if nowhere else made["invitee"].pk]
    return [*found, "questions"] if route == "contexts:conference-save-part" else found


def forbidden(world: World, identity: str) -> list[str]:
    """What stands in the conference, for who does not see it; what stands in the casework, for who is only invited."""
    words = []
    for row, state in _made(world):
        tag = f"{row}{state}"
        told = {"maker": False, "outsider": True}.get(identity, False)  # of the stranger's team, who told of it
        if identity not in READS[row]:
            words += [f"decided-at-{tag}", f"asked-in-pack-{tag}", f"purpose-of-{tag}", f"agency-of-{tag}"]
            if not told:
                words.append(f"conferred-on-{tag}")
        if identity not in READS_CASEWORK[row]:
            words += [f"drafted-in-pack-{tag}", f"peerat{tag}"]
            if not told and row not in ("chaired", "invited"):
                words.append(f"told-before-conference-{tag}")
    return words


def fill(world: World) -> None:
    for row in ("worked", "theirs", "chaired", "invited"):
        conference_of(world, row, "conference")


def _day(name: str, days: int = 0) -> dict[str, str]:
    from tests.slices.contexts import date_parts

    return date_parts(name, timezone.localdate() + timedelta(days=days))


def _arranging(world: World, cell) -> dict:
    given = arranging()
    given |= {"kind": "initial", "who": "elsewhere", "place": "Another place", "chair": "", "starts_at": ""}
    del given["on"]
    return given | _day("on", 20)


def _issuing(world: World, cell) -> dict:
    if cell.row == "nowhere":
        return {}
    made = conference_of(world, cell.row, cell.state)
    return {"digest": look_through(made["draft"], world.screener).digest, "because": "Ordinary words"}


FORMS = {
    "contexts:conference-arrange": _arranging,
    "contexts:conference-change": _arranging,
    "contexts:conference-call-off": lambda world, cell: {"reason": "Nobody can come"},
    "contexts:conference-hold": lambda world, cell: _day("held_on") | _day("review_on", 60),
    "contexts:conference-agreed": lambda world, cell: {},
    "contexts:conference-save": lambda world, cell: {
        "section": "decisions", "text-decisions": "New words", "version-decisions": "1", "digest-decisions": "x",
    },
    "contexts:conference-save-decisions": lambda world, cell: {"body": "New", "version": "1", "client": "a", "seq": 1},
    "contexts:conference-invite": lambda world, cell: {"agency": "Libraries", "who": "nobody"},
    "contexts:conference-uninvite": lambda world, cell: {},
    "contexts:conference-attendance": lambda world, cell: {},
    "contexts:conference-begin-pack": lambda world, cell: {},
    "contexts:conference-save-pack": lambda world, cell: {},
    "contexts:conference-save-part": lambda world, cell: {"body": "New", "version": "2", "client": "a", "seq": 1},
    "contexts:conference-pack-check": _issuing,
    "contexts:conference-pack-replace": lambda world, cell: {},
    "contexts:conference-make-pack": lambda world, cell: {},
    "contexts:conference-withdraw-pack": lambda world, cell: {"reason": "A slip"},
    "contexts:conference-make-minutes": lambda world, cell: {},
    "contexts:conference-cancel-paper": lambda world, cell: {},
}  # fmt: skip


def _much_of_one(by, number):
    """One conference with ever more agencies, goals and withdrawn packs; one of several of its context."""
    context = Context.objects.filter(name="Conferred on").first()
    if context is None:
        context = a_context("planned", by=by, cs=by, name="Conferred on")
        a_conference(context, by=by, held_on=timezone.localdate())
        a_pack(a_conference(context, by=by, kind="review"), by=by)
    conference = context.conferences.get(status="arranged")
    for _ in range(number):
        invited(conference, a_person(Role.PRACTITIONER), by=by)
        goal = PlanGoal.objects.create(context=context, words="Safe", measure="m", made_by=by, made_at=timezone.now())
        action = PlanAction.objects.create(
            context=context, goal=goal, what="Lights", owner=a_person(Role.PRACTITIONER), created_by=by,
            created_at=timezone.now(),
        )  # fmt: skip
        conference.goals.add(goal)
        conference.actions.add(action)
        a_linked_person(context, by=by)
        last, at = conference.packs.first(), timezone.now()
        ConferencePack.objects.create(
            conference=conference, number=last.number + 1, status="withdrawn", made_by=by, made_at=at, issued_by=by,
            issued_at=at, withdrawn_by=by, withdrawn_at=at,
        )  # fmt: skip
    a_pack(conference, by=by, issued=False)


def _ask(name: str):
    def ask(browser):
        conference = Conference.objects.get(context__name="Conferred on", status="arranged")
        pack = conference.packs.get(status="issued")
        args = {
            "conferences": [conference.context_id],
            "conference-issued-pack": [conference.context_id, conference.pk, pack.pk],
        }.get(name, [conference.context_id, conference.pk])
        return browser.get(reverse(f"contexts:{name}", args=args))

    return ask


LISTS = {
    f"page {name}": (_much_of_one, _ask(name))
    for name in (
        "conferences", "conference", "conference-invite", "conference-agreed", "conference-minutes", "conference-pack",
        "conference-pack-check", "conference-issued-pack",
    )
}  # fmt: skip


def prepare(world, role: Role) -> None:
    """The conferences that the pages show: one ahead, one held; for a practitioner one that they are invited to."""
    cs = world.somebody
    ahead = a_context("planned", cs=cs, name="The precinct")
    a_linked_person(ahead, name="Kofi")
    world.conference_ahead = a_conference(ahead, by=cs, chair=a_person(Role.MANAGER))
    invited(world.conference_ahead, world.me if role == Role.PRACTITIONER else None, by=cs, agency="School")
    world.conference_issued = a_pack(world.conference_ahead, by=cs, questions="What helps?")
    draft = a_pack(world.conference_ahead, by=cs, issued=False)
    written(draft, "questions", "What does Kofi need? Ask Ezekiel.", by=cs)
    world.conference_invitee = world.conference_ahead.invitees.get()
    world.conference_held = a_conference(
        a_context("planned", cs=cs, name="The station"), by=cs, held_on=timezone.localdate()
    )
    invitee = invited(world.conference_held, by=cs, agency="Health")
    conference_people.mark(world.conference_held, {invitee.pk: ("", "absent")}, by=cs)
    world.conference_clean = a_conference(a_context("planned", cs=cs, name="The market"), by=cs)
    a_pack(world.conference_clean, by=cs, issued=False, questions="Ask Ezekiel.")
    world.conference_planned = a_context("planned", cs=cs, name="The bridge")
    if role == Role.CS_PRACTITIONER:
        world.conference_job = conference_papers.ask_for(MINUTES, world.conference_held, by=world.me)


_OF = "/contexts/{conference_ahead.context_id}/conferences/{conference_ahead.pk}/"
_HELD = "/contexts/{conference_held.context_id}/conferences/{conference_held.pk}/"
_CLEAN = "/contexts/{conference_clean.context_id}/conferences/{conference_clean.pk}/"
_NEW = "/contexts/{conference_planned.pk}/conferences/"
LOOKS = {
    Role.PRACTITIONER: [
        Look("contexts:conference", _OF, "invited"),
        Look("contexts:conference-issued-pack", _OF + "packs/{conference_issued.pk}/"),
        Look("contexts:conference-minutes", _OF + "minutes/"),
    ],
    Role.CS_PRACTITIONER: [
        Look("contexts:conferences", "/contexts/{conference_ahead.context_id}/conferences/"),
        Look("contexts:conferences", _NEW, "none yet"),
        Look("contexts:conference-arrange", _NEW + "arrange/"),
        Look("contexts:conference-arrange", _NEW + "arrange/", "wrong", pressing("Arrange the conference"), error=True),
        Look("contexts:conference", _OF),
        Look("contexts:conference", _HELD, "held"),
        Look("contexts:conference-change", _OF + "change/"),
        Look("contexts:conference-change", _HELD + "change/", "too late", status=409),
        Look("contexts:conference-call-off", _OF + "call-off/"),
        Look("contexts:conference-hold", _OF + "hold/"),
        Look("contexts:conference-hold", _OF + "hold/", "wrong", pressing("Record it as held"), error=True),
        Look("contexts:conference-agreed", _OF + "agreed/"),
        Look("contexts:conference-invite", _OF + "invite/"),
        Look("contexts:conference-invite", _OF + "invite/", "wrong", pressing("Add to the list"), error=True),
        Look("contexts:conference-uninvite", _OF + "invited/{conference_invitee.pk}/remove/"),
        Look("contexts:conference-pack", _OF + "pack/"),
        Look("contexts:conference-pack-check", _OF + "pack/check/", "names"),
        Look("contexts:conference-pack-check", _CLEAN + "pack/check/"),
        Look("contexts:conference-pack-check", _CLEAN + "pack/check/", "wrong", pressing("Issue the pack"), error=True),
        Look("contexts:conference-issued-pack", _OF + "packs/{conference_issued.pk}/"),
        Look("contexts:conference-withdraw-pack", _OF + "packs/{conference_issued.pk}/withdraw/"),
        Look("contexts:conference-minutes", _HELD + "minutes/"),
        Look("contexts:conference-paper", "/contexts/conference-papers/{conference_job.pk}/"),
    ],
}  # fmt: skip
NO_PAGE = {
    f"contexts:conference-{name}"
    for name in (
        "calendar", "download-paper", "cancel-paper", "make-minutes", "make-pack", "begin-pack", "save-pack",
        "save-part", "pack-replace", "save", "save-decisions", "attendance",
    )
}  # fmt: skip
