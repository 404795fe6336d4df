"""What holds everywhere: views say what they need, pages write nothing, templates carry no code, lists stay cheap."""

import re
from datetime import date
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.permissions import Permission, Role
from consultations.models import Feedback, Referral, YoungPerson
from consultations.services import access, feedback, marks, notes, papers, participants, people
from core import audit, notices
from core.models import FormDraft, FormSection, Job
from core.models.lists import FormName
from tests import slices
from tests.factories import (
    a_champion,
    a_course,
    a_draft,
    a_person,
    a_referral,
    a_take_away,
    a_team,
    an_action,
    an_attendance,
    an_entry,
)
from tests.imports import a_profile, an_import
from tests.permissions import requests
from tests.permissions.checking import all_routes, writes_noted
from tests.permissions.table import cells
from tests.permissions.world import World
from tracker import columns, exports, training_export
from tracker.models import ImportRow, Report, Tagging, Theme, TrackerImport, TrainingAttendance, TrainingCourse
from tracker.models.imports import Stage
from tracker.services import other_texts, reports, saved_views, tagging, themes, training

ROOT = settings.BASE_DIR
OURS = [config for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
# Open to everybody, signed in or not: each says so itself, and this list says that it is meant.
PUBLIC = {"session", "accessibility", "livez", "readyz", "reviews:shared"}
# Open to everybody signed in: a signed token says which draft, and that it is theirs.
BY_TOKEN = {"core:keep-draft", "core:discard-draft"}
# What goes with a person who is deleted: no record of a child, and no trace of who did what.
GOES_WITH_A_PERSON = {
    "accounts.RoleGrant.user",
    "core.FormDraft.user",
    "core.Notice.user",
    "consultations.Presence.user",
}


def our_views() -> dict:
    return {name: pattern.callback for name, pattern in all_routes().items() if not name.startswith("account_")}


@pytest.mark.parametrize("name", our_views())
def test_every_view_says_who_may_open_it(name):
    view = our_views()[name]
    if name in PUBLIC:
        assert view.login_required is False
        assert not hasattr(view, "permissions")
        return
    assert getattr(view, "login_required", True)
    if name not in BY_TOKEN:
        assert view.permissions <= set(Permission)


def test_every_permission_is_asked_for_somewhere():
    asked = set().union(*(getattr(view, "permissions", set()) for view in our_views().values()))
    assert set(Permission) - asked == {
        *(Permission.REFERRAL_SEE_ALL, Permission.CONTEXT_SEE_ALL),  # these widen `visible_to`
    }


def test_names_of_routes_stand_once():
    found = []

    def walk(patterns, prefix):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, f"{prefix}{pattern.namespace or ''}:")
            else:
                found.append(f"{prefix}{pattern.name}")

    walk(get_resolver().url_patterns, "")
    assert len(found) == len(set(found))
    assert not [name for name in found if name.endswith("None")]


@pytest.mark.django_db
def test_reading_a_page_writes_nothing_but_the_audit_log():
    world = World().fill()
    read = 0
    for cell in cells():
        if cell.method != "GET" or cell.route.startswith("account_"):
            continue
        url = reverse(cell.route, args=requests.arguments(world, cell))
        for identity in [name for name, answer in cell.answers.items() if answer == "200"][:1]:
            with writes_noted() as written:
                response = world.browser(identity).get(url)
            assert response.status_code == 200
            assert written <= {"core_auditevent"}, f"{cell.route} as {identity}"
            read += 1
    assert read > 25


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_template_compiles_and_carries_no_code(path):
    get_template(str(path.relative_to(ROOT / "templates")))
    source = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source), "an inline script"
    assert not re.search(r"<style\b", source), "an inline style sheet"
    assert not re.search(r"\sstyle\s*=", source), "an inline style"
    assert not re.search(r"\son[a-z]+\s*=", source), "an inline handler"
    assert "javascript:" not in source
    assert not re.search(r"\b(?:src|action)\s*=\s*[\"'](?:https?:)?//", source), "another site"


def test_text_of_people_is_never_marked_as_safe():
    for path in TEMPLATES:
        source = path.read_text()
        assert "|safe" not in source, path
        assert "autoescape off" not in source or path.suffix == ".txt", path
    for path in our_files(".py"):
        if "tests" not in path.parts:
            assert "mark_safe" not in path.read_text(), path


def nullable_pairs() -> list[tuple[type[models.Model], str]]:
    """(model, stem) wherever both <stem>_at and <stem>_by may be empty."""
    found = []
    for config in OURS:
        for model in config.get_models():
            fields = {field.name: field for field in model._meta.local_fields}
            for name, field in fields.items():
                other = fields.get(f"{name[:-3]}_by")
                if name.endswith("_at") and other is not None and field.null and other.null:
                    found.append((model, name[:-3]))
    return found


def test_when_and_by_whom_stand_together_or_not_at_all():
    pairs = nullable_pairs()
    assert len(pairs) >= 4
    for model, stem in pairs:
        names = {f"{stem}_at", f"{stem}_by"}
        bound = [
            constraint
            for constraint in model._meta.constraints
            if isinstance(constraint, models.CheckConstraint)
            and names <= set(re.findall(r"\w+?_(?:at|by)(?=\b|__)", str(constraint.condition)))
        ]
        assert bound, f"{model._meta.label}: nothing binds {stem}_at to {stem}_by"


def test_deleting_a_person_takes_no_record_along():
    found = {
        f"{model._meta.label}.{field.name}"
        for config in OURS
        for model in config.get_models()
        for field in model._meta.local_fields
        if field.remote_field
        and field.related_model is apps.get_model(settings.AUTH_USER_MODEL)
        and field.remote_field.on_delete is models.CASCADE
    }
    assert found == GOES_WITH_A_PERSON


def our_files(*endings: str) -> list[Path]:
    """The project's own source files."""
    folders = [ROOT / name for name in ("tests", "bin", "templates", "static", "docs")]
    places = [*(Path(config.path) for config in OURS), *folders]
    files = {path for place in places for path in place.rglob("*") if path.is_file() and path.suffix in endings}
    return sorted(path for path in files if "__pycache__" not in path.parts and "vendor" not in path.parts)


def test_no_file_is_longer_than_600_lines():
    written = [
        path for path in our_files(".py", ".html", ".scss") if path.parent.name != "migrations"
    ]  # those are made
    long = {str(path.relative_to(ROOT)): lines for path in written
            if (lines := len(path.read_text().splitlines())) > 600}  # fmt: skip
    assert long == {}


def test_nothing_is_left_to_be_done():
    words = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]))
    left = [str(path) for path in our_files(".py", ".html", ".js", ".scss") if words.search(path.read_text())]
    assert left == []


def test_views_find_rows_as_far_as_they_may_be_seen():
    views = [path for path in our_files(".py") if path.name == "views.py" or path.parent.name == "views"]
    assert len(views) > 5
    for path in views:
        source = path.read_text()
        assert ".objects.get(" not in source, path
        for found in re.findall(r"get_object_or_404\(([^,)]+(?:\([^)]*\))?)", source):
            assert "objects.filter" not in found, path


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


# Lists: (name, what makes `n` more of what it lists, the request).
def _many_referrals(by, number):
    states = ["screening", "planned", "held", "signposted", "withdrawn"]
    for each in range(number):
        referral = a_referral(states[each % 5], by=by, cs=by, name="Zebedee")
        if states[each % 5] == "held":
            an_entry(referral, by=by)
        if states[each % 5] == "planned":
            an_action(referral, by=by, owner=by)


def _many_views_saved(by, number):
    _many_referrals(by, number)
    for _ in range(number):
        owner = a_person(Role.MANAGER)
        saved_views.save(name=uuid4().hex, query="state=held", shared=True, by=owner)


def _many_jobs(by, number):
    for _ in range(number):
        exports.ask_for("state=held&q=canal", by=by)
        training_export.ask_for("", by=by)


def _many_reports(by, number):
    for _ in range(number):
        values = {"title": f"Report {next(_numbers)}", "introduction": ""}
        report = reports.create(values | {"first": date(2025, 4, 1), "last": date(2026, 3, 31)}, by=by)
        reports.ask_for(report, form="docx", by=by)


def _many_report_files(by, number):
    values = {"title": "The one", "introduction": "", "first": date(2025, 4, 1), "last": date(2026, 3, 31)}
    report = Report.objects.filter(title="The one").first() or reports.create(values, by=by)
    _many_referrals(by, number)
    for version in range(number):
        report.version = version + 1
        reports.ask_for(report, form="docx", by=by)


def _many_imports(by, number):
    for each in range(number):
        an_import(by, [Stage.CHECKED, Stage.IMPORTED, Stage.UNDONE, Stage.SHEET, Stage.CHECKING][each % 5])
        a_profile(by, headings=[uuid4().hex])


def _many_rows(by, number):
    of = TrackerImport.objects.order_by("created_at").first() or an_import(by)
    for _ in range(number):
        last = of.rows.order_by("number").last().number
        ImportRow.objects.create(of=of, number=last + 1, kind="rejected", problems=[["Wrong", True]])


def _many_papers(by, number):
    for _ in range(number):
        papers.ask_for("consultation", by=by, referral=a_referral("held", by=by))


def _many_people(by, number):
    for _ in range(number):
        a_person(Role.PRACTITIONER, Role.MANAGER, team=a_team())


def _many_questions(by, number):
    for _ in range(number):
        a_take_away(a_referral("planned", by=by, cs=by), by=by, owner=by)


def _many_events(by, number):
    for _ in range(number):
        audit.record("viewed", by=by, label="CS-2026-0001", detail={"page": "referral"})


_numbers = count(10)


def _many_feedbacks(by, number):
    for each in range(number):
        referral = a_referral("held", by=by, cs=by)
        Feedback.objects.create(referral=referral, asked_at=timezone.now())
        if each % 2:
            said = {"used": "yes", "useful": 4, "young_person": "Better.", "context": "", "actions": {}}
            feedback.give(referral, said, version=1, by=by)


def _many_notices(by, number):
    for _ in range(number):
        notices.tell([by], "Something waits.", key=uuid4().hex, url="/referrals/")


def _many_restricted(by, number):
    for _ in range(number):
        access.restrict(a_referral("held"), reason="Known to the team.", people=[by], by=by)


def _many_twice(by, number):
    for each in range(number):
        unlike = f"{next(_numbers)}99"
        for mark in ("", "-"):
            one, other = (a_referral(case_number=f"4{mark}{zeros}{unlike}{each}").young_person for zeros in ("-", "--"))
            if mark:
                plan = people.plan(one, other, keep=one, choices={})
                people.merge(one, other, keep=one, choices={}, mark=plan.mark, reason="The same", by=by)


def _many_of_one(by, number):
    for _ in range(number):
        an_action(a_referral("planned", by=by, cs=by, case_number="777"), owner=by, context_name="Lock 4")


def _many_views(by, number):
    _many_of_one(by, 1)
    referral = Referral.objects.filter(case_number="777").earliest("created_at")
    for _ in range(number):
        reader = a_person(Role.PRACTITIONER, team=a_team())
        audit.record("viewed", by=reader, subject=referral, label=referral.reference, detail={"page": "referral"})


def _many_themes(by, number):
    for _ in range(number):
        made = themes.add({"name": f"Theme {next(_numbers)}", "new_group": f"Group {next(_numbers) % 3}"}, by=by)
        an_entry(by=by, themes=[made])
    themes.switch(made, active=False, version=1, by=by)


def _many_other_texts(by, number):
    other = Theme.objects.get(needs_text=True)
    for each in range(number):
        an_entry(by=by, themes=[other], other_theme=f"Text number {next(_numbers)}; knife crime{'s' * (each % 2)}")


def _many_taggings(by, number):
    for _ in range(number):
        _tag_anew(by, [a_referral("held", by=by)])


def _tag_anew(by, referrals):
    made = tagging.prepare([referral.pk for referral in referrals], by=by)
    tagging.choose(made, adds=[themes.add({"name": f"Theme {next(_numbers)}"}, by=by)], removes=[], by=by)
    return tagging.apply(made, mark=tagging.plan(made, by).mark, by=by)


def _many_tagged_at_once(by, number):
    _tag_anew(by, [a_referral("held", by=by) for _ in range(number)])
    ids = Tagging.objects.first().changes.values_list("referral", flat=True)
    tagging.choose(
        tagging.prepare(ids, by=by), adds=[themes.add({"name": f"Theme {next(_numbers)}"}, by=by)], removes=[], by=by
    )


def _of_newest_tagging(name, *, applied):
    def ask(browser):
        newest = Tagging.objects.filter(applied_at__isnull=not applied).latest("made_at")
        return browser.get(reverse(f"tracker:{name}", args=[newest.pk]))

    return ask


def _of_knife_crime(browser):
    return browser.get(reverse("tracker:other-text", args=[other_texts.code_of("knife crime")]))


def _much_training(by, number):
    team = a_team("Trained team")
    for each in range(number):
        course = a_course(by=by)
        for person in (a_person(Role.PRACTITIONER, team=a_team()), None):
            an_attendance(course, by=by, person=person, team=None if person else team)
            a_champion(by=by, person=person, team=a_team())
        an_attendance(TrainingCourse.objects.earliest("added_at"), by=by, team=team)
        training.remove(an_attendance(TrainingCourse.objects.earliest("added_at"), by=by, team=team), by=by)
        a_champion(by=by, name=f"Champion {next(_numbers)}", team=team)
        a_referral("signposted" if each % 2 else "held", by=a_person(Role.PRACTITIONER, team=a_team()), cs=by)


def _first_of(name, rows):
    """The page of the first of `rows`, whatever is added to it later."""
    return lambda browser: browser.get(reverse(name, args=[rows().earliest("added_at").pk]))


def _first(name, field):
    """The page of the first referral of the young person whom `_many_of_one` makes many of."""

    def ask(browser):
        referral = Referral.objects.filter(case_number="777").earliest("created_at")
        return browser.get(reverse(name, args=[getattr(referral, field)]))

    return ask


def _rows_of_first(browser):
    """The check of the first import, of whose rows `_many_rows` makes many."""
    return browser.get(reverse("tracker:import-preview", args=[TrackerImport.objects.earliest("created_at").pk]))


def _get(name, **query):
    return lambda browser: browser.get(reverse(name), query)


LISTS = {
    "themes": (_many_themes, _get("tracker:themes")),
    "other texts": (_many_other_texts, _get("tracker:other-texts")),
    "one text of other": (_many_other_texts, _of_knife_crime),
    "taggings": (_many_taggings, _get("tracker:taggings")),
    "one tagging": (_many_tagged_at_once, _of_newest_tagging("tagging", applied=True)),
    "themes to tag with": (_many_tagged_at_once, _of_newest_tagging("tag-themes", applied=False)),
    "preview of a tagging": (_many_tagged_at_once, _of_newest_tagging("tag-preview", applied=False)),
    "undoing a tagging": (_many_tagged_at_once, _of_newest_tagging("undo-tagging", applied=True)),
    "referrals": (_many_referrals, _get("consultations:referrals")),
    "referrals filtered": (_many_referrals, _get("consultations:referrals", allocated="nobody", sort="-status")),
    "actions": (_many_referrals, _get("consultations:actions")),
    "actions filtered": (_many_referrals, _get("consultations:actions", mine="on", status="open", sort="-due")),
    "tracker": (_many_referrals, _get("tracker:tracker")),
    "tracker filtered": (_many_referrals, _get("tracker:tracker", q="canal", state="held", sort="team")),
    "tracker, all columns": (
        _many_referrals,
        _get("tracker:tracker", columns=[column.key for column in columns.ALL], sort="-concern"),
    ),
    "tracker by words": (
        _many_referrals,
        _get("tracker:tracker", q="canal", context="lock", harm="none", themes="none"),
    ),
    "tracker with views": (_many_views_saved, _get("tracker:tracker")),
    "home": (_many_referrals, _get("home")),
    "home with questions": (_many_questions, _get("home")),
    "search": (_many_referrals, lambda browser: browser.post(reverse("search"), {"q": "Zebedee"}, follow=True)),
    "feedback": (_many_feedbacks, _get("consultations:feedback-list")),
    "feedback filtered": (_many_feedbacks, _get("consultations:feedback-list", show="given", useful="4", sort="held")),
    "home with feedback": (_many_feedbacks, _get("home")),
    "tracker with feedback": (_many_feedbacks, _get("tracker:tracker")),
    "notices": (_many_notices, _get("notices")),
    "restricted": (_many_restricted, _get("consultations:restricted")),
    "duplicates": (_many_twice, _get("consultations:duplicates")),
    "merges": (_many_twice, _get("consultations:merges")),
    "young person": (
        _many_of_one,
        lambda browser: browser.get(YoungPerson.objects.filter(case_number="777").first().get_absolute_url()),
    ),
    "dashboard": (_many_referrals, _get("tracker:dashboard")),
    "dashboard filtered": (_many_referrals, _get("tracker:dashboard", q="Zebedee", period="all", entry="due")),
    "imports": (_many_imports, _get("tracker:imports")),
    "rows of an import": (_many_rows, _rows_of_first),
    "exports": (_many_jobs, _get("tracker:exports")),
    "training": (_much_training, _get("tracker:training")),
    "training filtered": (_much_training, _get("tracker:training", q="Amina", sort="-attended")),
    "training course": (_much_training, _first_of("tracker:training-course", TrainingCourse.objects.all)),
    "training person": (_much_training, _first_of("tracker:training-person", TrainingAttendance.objects.all)),
    "training teams": (_much_training, _get("tracker:training-teams")),
    "training teams filtered": (_much_training, _get("tracker:training-teams", need="on", sort="-signposted")),
    "training team": (
        _much_training,
        lambda browser: browser.get(reverse("tracker:training-team", args=[a_team("Trained team").pk])),
    ),
    "training champions": (_much_training, _get("tracker:training-champions")),
    "reports": (_many_reports, _get("tracker:reports")),
    "report": (
        _many_report_files,
        lambda browser: browser.get(reverse("tracker:report", args=[Report.objects.get(title="The one").pk])),
    ),
    "papers": (_many_papers, _get("consultations:forms")),
    "people": (_many_people, _get("accounts:people")),
    "audit": (_many_events, _get("audit")),
    "chronology": (_many_of_one, _first("consultations:chronology", "pk")),
    "young person's chronology": (_many_of_one, _first("consultations:young-person-chronology", "young_person_id")),
    "who viewed": (_many_views, _first("consultations:views", "pk")),
    **slices.merged("LISTS"),
}


def queries_of(browser, ask) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert ask(browser).status_code == 200
    return [query["sql"] for query in queries.captured_queries]


_measured: dict[str, list[list[str]]] = {}


def measure(make, signed_in) -> None:
    """The queries of all lists of what `make` makes: of 5, 15 and 30. Making them takes longest."""
    person = a_person(*Role, team=a_team())
    browser = signed_in(person)
    asked = {name: ask for name, (maker, ask) in LISTS.items() if maker is make}
    found = {name: [] for name in asked}
    for number in (5, 10, 15):  # of 5 there is one of each kind, so that no query is left out
        make(person, number)
        for name, ask in asked.items():
            found[name].append(queries_of(browser, ask))
    _measured.update(found)


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_however_long_it_is(signed_in, name):
    if name not in _measured:
        measure(LISTS[name][0], signed_in)
    few, many, more = _measured[name]
    counts = 6 if name.startswith("home") else 0  # one for each kind of work that is longer than what is shown of it
    assert len(many) <= len(few) + counts, "\n".join(many)
    assert len(more) <= len(few) + counts, "\n".join(more)
    # home asks once for each kind of work that may wait, the page of a context once for each part of it
    most = 30 if name.startswith(("home", "a context", "context with")) else 25
    assert len(more) < most


@pytest.mark.django_db
def test_a_consultation_costs_the_same_whatever_was_written(signed_in):
    person = a_person(Role.CS_PRACTITIONER, team=a_team())
    referral = a_referral("planned", by=person)
    browser = signed_in(person)
    section = FormSection.objects.get(form=FormName.CONSULTATION, key="home")
    numbers = count()

    def write(times):
        for _ in range(times):
            version = next(numbers)
            body = f"Version {version}"
            notes.save_section(referral.consultation, section, body=body, base_version=version, by=person)

    def gather(times):
        for _ in range(times):
            somebody = a_person(Role.PRACTITIONER, team=a_team())
            values = {"person": somebody, "name": "", "agency": "", "email": ""}
            participants.add(referral.consultation, values, by=person)
            a_take_away(referral, by=person, owner=somebody)

    names = ("consultation", "referral", "participants", "prepare")
    pages = [reverse(f"consultations:{page}", args=[referral.pk]) for page in names]
    write(1)
    gather(1)
    marks.save(referral.consultation, "home", harm="some", strength="", version=0, by=person)
    an_action(referral, by=person, owner=person)
    before = [len(queries_of(browser, lambda browser, page=page: browser.get(page))) for page in pages]
    write(29)
    gather(5)
    for space in ("individual", "school", "online"):
        marks.save(referral.consultation, space, harm="some", strength="some", version=0, by=a_person())
    for _ in range(9):
        an_action(referral, by=person, owner=a_person(Role.PRACTITIONER))
    after = [len(queries_of(browser, lambda browser, page=page: browser.get(page))) for page in pages]
    assert after == before
    assert max(after) < 25


@pytest.mark.django_db
def test_titles_and_names_of_models_say_nothing_of_a_child():
    """What Django prints of a row, as in a log, has no name of a child in it."""
    referral = a_referral("held", name="Zebedee", case_number="990011")
    rows = [referral, referral.young_person, referral.consultation, an_entry(referral), a_draft(name="Zebedee")]
    rows += [an_action(a_referral("planned", name="Zebedee"))]
    rows += [FormDraft(user=referral.made_by, key="k", updated_at=timezone.now()), Job(kind="k")]
    for row in rows:
        assert "Zebedee" not in str(row)
        assert "990011" not in str(row)
