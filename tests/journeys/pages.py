"""Every page of the product, in its normal states and when something is wrong, with who looks at it."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import ConsultationAction
from consultations.papers import documents
from consultations.services import (
    access,
    actions,
    feedback,
    framework,
    marks,
    notes,
    papers,
    participants,
    people,
    take_aways,
)
from core import audit, jobs
from core.models import FormSection, Job
from core.models.actions import ActionStatus
from core.models.lists import FormName
from tests import slices
from tests.factories import (
    PASSPHRASE,
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
from tests.journeys import import_pages, steps
from tests.journeys.looks import Look, choosing, pressing
from tests.journeys.pages_of_figures import LEAD, REPORTS, publish, report
from tests.journeys.pages_of_themes import THEMES, tag
from tracker import columns, exports, training_export
from tracker.services import saved_views, training

World = SimpleNamespace
CASEWORK = (Role.PRACTITIONER, Role.CS_PRACTITIONER, Role.MANAGER)


def a_world(role: Role | None) -> World:
    """The records that the pages show, and `me` with `role`."""
    team = a_team("CIN Unit 1")
    me = a_person(role, team=team, name="Rowan Ellis", passphrase=PASSPHRASE) if role else None
    somebody = a_person(Role.CS_PRACTITIONER, team=team, name="Daniel Osei", passphrase=PASSPHRASE)
    author = me if role in (Role.PRACTITIONER, Role.CS_PRACTITIONER) else somebody
    world = World(me=me, somebody=somebody, uid=user_pk_to_url_str(somebody))
    world.key = default_token_generator.make_token(somebody)
    world.draft = a_draft(author, name="Kai Mensah")
    world.bare = a_draft(author, name="Bare Draft", worry="", arrival="")
    world.waiting = a_referral(ReferralState.SCREENING, by=author)
    world.questioned = a_referral(
        ReferralState.INFORMATION, by=author, cs=somebody, case_number=world.waiting.case_number, name="Another Name"
    )
    world.planned = a_referral(ReferralState.PLANNED, by=author, cs=somebody)
    world.held = a_referral(ReferralState.HELD, by=author, cs=somebody)
    world.due = a_referral(ReferralState.HELD, by=author, cs=somebody)
    world.signposted = a_referral(ReferralState.SIGNPOSTED, by=author, cs=somebody)
    an_entry(world.held, by=somebody)
    home = FormSection.objects.get(form="consultation", key="home")
    for number, words in enumerate(["Lives with his mother.", "Lives with his aunt."]):
        notes.save_section(world.held.consultation, home, body=words, base_version=number, by=somebody)
    notes.save_section(world.held.consultation, home, body="Lives alone.", base_version=1, by=author)
    column = world.held.consultation.framework_places.first()
    point = FormSection.objects.of("framework-points").first()
    framework.save_cell(column, point, body="Known for two years.", base_version=0, by=somebody)
    world.cell = f"{column.pk}/{point.key}"
    long_ago = timezone.localdate() - timedelta(days=3)
    world.action = an_action(world.planned, owner=author, by=somebody, due=long_ago)
    world.closed = an_action(world.planned, owner=author, by=somebody)
    actions.close(world.closed, status=ActionStatus.DONE, outcome="It worked.", by=somebody)
    _prepare(world, author)
    for module in slices.modules():
        if role in CASEWORK or role in getattr(module, "LOOKS", {}):
            module.prepare(world, role)
    if role == Role.PRACTITIONER:
        world.asked = papers.ask_for(documents.GUIDED, by=me)
        world.made = papers.ask_for(documents.CONSULTATION, by=me, referral=world.held)
        jobs.run(world.made.pk)
    if role == Role.CS_PRACTITIONER:
        world.answered = a_referral(ReferralState.HELD, by=somebody, cs=somebody)
        spoken_of = an_action(world.answered, owner=me, by=somebody)
        said = {"used": "partly", "useful": 4, "young_person": "Back at school.", "context": ""}
        feedback.give(world.answered, said | {"actions": {spoken_of.pk: ("done", "")}}, version=0, by=me)
    if role == Role.AUDITOR:
        for number in range(120):
            audit.record("viewed", by=somebody, subject=world.held, label=world.held.reference, detail={"page": number})
    if role == Role.LEAD:
        publish()
    if role == Role.MANAGER:
        _train(world, me)
        import_pages.prepare(world, me)
        world.hidden = access.restrict(world.signposted, reason="Known to the team.", people=[me], by=me)
        world.grant = world.hidden.grants.get(user=me)
        pairs = [a_referral(case_number=number, name=f"Kai {number}").young_person for number in ("4711", "47-11")]
        world.one, world.other = sorted(pairs, key=lambda person: person.pk)
        first, second = (a_referral(case_number=number, name="Leah").young_person for number in ("0815", "08-15"))
        mark = people.plan(first, second, keep=first, choices={}).mark
        world.merge = people.merge(first, second, keep=first, choices={}, mark=mark, reason="The same", by=me)
        world.view = saved_views.save(name="Held, by team", query="state=held", shared=True, by=me)
        asked = ("state=held", "state=held&concern=home", "", "sort=team")  # the same twice in a moment would be one
        world.job, world.done, world.failed, world.expired = (exports.ask_for(filters, by=me) for filters in asked)
        tag(world)
        report(world)
        jobs.run(world.done.pk)
        jobs.run(world.expired.pk)
        Job.objects.filter(pk=world.expired.pk).update(expires_at=timezone.now() - timedelta(days=1))
        jobs.sweep()
        Job.objects.filter(pk=world.failed.pk).update(
            status="failed", failure="It was interrupted too often.", finished_at=timezone.now()
        )
    return world


def _prepare(world: World, author) -> None:
    """Around the planned consultation: what was prepared, who comes, questions, harm and strength."""
    consultation = world.planned.consultation
    schools = FormSection.objects.get(form=FormName.FRAMEWORK_FACTORS, key="schools")
    situation = FormSection.objects.get(form=FormName.FRAMEWORK_POINTS, key="situation")
    world.place = framework.add_place(consultation, schools, name="Marlow Road Academy", by=author)
    world.full = framework.add_place(consultation, schools, name="Eastfields College", by=author)
    framework.save_cell(world.full, situation, body="In lessons most days.", base_version=0, by=author)
    framework.send_link(consultation, by=author)
    stone = {"person": None, "name": "PC Stone", "agency": "Police", "email": "stone@police.example"}
    world.participant = participants.add(consultation, stone, by=world.somebody)
    world.question = a_take_away(world.planned, owner=author, by=world.somebody, due=date(2026, 1, 5))
    world.found_out = a_take_away(world.planned, owner=author, by=world.somebody, what="Who is the older boy?")
    take_aways.answer(world.found_out, status=ActionStatus.DONE, outcome="A cousin.", by=author)
    marks.save(consultation, "school", harm="serious", strength="some", version=0, by=world.somebody)


def _train(world: World, me) -> None:
    """The training register: a course that was, one to come, a Champion, and its export."""
    world.course, world.to_come = a_course(by=me), a_course(by=me, days_ago=-30)
    world.attendance = an_attendance(world.course, by=me, person=world.somebody)
    training.remove(an_attendance(world.course, by=me, name="Oona Blake", team=world.somebody.team), by=me)
    world.champion = a_champion(by=me, person=world.somebody)
    a_champion(by=me, name="Oona Blake", until=timezone.localdate() - timedelta(days=9))
    world.register_asked, world.register_made = (training_export.ask_for("kind=&q=", by=me) for _ in range(2))
    jobs.run(world.register_made.pk)


def searching(words: str) -> Callable[[Page, World], None]:
    """Search from the header."""

    def act(page: Page, world: World) -> None:
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("searchbox").press("Enter")
        steps.heading(page, "Search")

    return act


def leave_out(words: str) -> Callable[[Page, World], None]:
    """Add names to what a copy leaves out, and look at it."""

    def act(page: Page, world: World) -> None:
        page.get_by_label("Other names or words to leave out").fill(words)
        pressing("Show the copy below")(page, world)

    return act


def open_details(page: Page, world: World) -> None:
    page.locator("details.govuk-details summary").first.click()


def open_filters(page: Page, world: World) -> None:
    page.locator("details.app-filter summary").first.click()


def open_tables(page: Page, world: World) -> None:
    for table in page.locator("details.app-chart__table summary").all():
        table.click()


def wrong_passphrase(page: Page, world: World) -> None:
    page.get_by_label("E-mail address").fill("nobody@example.org")
    page.get_by_label("Passphrase", exact=True).fill("not the passphrase")
    pressing("Sign in")(page, world)


def begin_to_type(page: Page, world: World) -> None:
    page.get_by_label("Mosaic ID", exact=True).fill("Half")
    expect(page.locator("[data-draft-state]")).to_contain_text("Kept")
    page.goto(page.url)
    expect(page.get_by_text("did not send is in this form again")).to_be_visible()


def type_a_known_number(page: Page, world: World) -> None:
    page.get_by_label("Mosaic ID", exact=True).fill(world.held.case_number)
    pressing("Continue")(page, world)
    steps.heading(page, "This Mosaic ID is here already")


def answer_nothing(page: Page, world: World) -> None:
    if page.get_by_label("Mosaic ID", exact=True).is_visible():
        type_a_known_number(page, world)
    pressing("Continue")(page, world)


def reveal_who(page: Page, world: World) -> None:
    page.get_by_label("Somebody with an account here").check()
    expect(page.get_by_label("Person", exact=True)).to_be_visible()


def _somebody_writes(world: World, body: str) -> None:
    """Somebody else writes on top of what stands there now, whatever the looks before have left."""
    home = FormSection.objects.get(form="consultation", key="home")
    version = world.planned.consultation.notes.get(section=home).text.version
    notes.save_section(world.planned.consultation, home, body=body, base_version=version, by=world.somebody)


def meet_a_conflict(page: Page, world: World) -> None:
    steps.alone(page)  # a page that heard of the other text in time would show it, and there were no conflict
    page.reload()
    _somebody_writes(world, "Somebody's text.")
    steps.write(page, "home", "My text.")
    expect(page.get_by_role("group", name="Somebody else changed")).to_be_visible()
    page.unroute("**/consultation/presence/")


def meet_a_conflict_without_scripts(page: Page, world: World) -> None:
    _somebody_writes(world, "Somebody's text, again.")
    page.locator("#id_text-home").evaluate("field => { field.value = 'Mine, again.'; }")
    with page.expect_navigation():
        page.locator("form[data-slot-form]").evaluate("form => form.submit()")


def be_signed_out(page: Page, world: World) -> None:
    """The last look of a role: nobody is signed in afterwards."""
    Session.objects.all().delete()
    steps.write(page, "school", "Typed after the session had ended.")
    expect(page.get_by_role("alert").filter(has_text="You have been signed out.")).to_be_visible()


def paste_names(page: Page, world: World) -> None:
    """A list of which one team is not known."""
    page.get_by_label("Names", exact=True).fill("Samuel Brandt, CIN Unit 1\nHelen Marsh, The Wharf\nDaniel Osei")
    pressing("See what")(page, world)
    steps.heading(page, "Check the list of names")


def somebody_changes_the_action(page: Page, world: World) -> None:
    now = ConsultationAction.objects.get(pk=world.action.pk)
    values = actions.values_of(now) | {"what": "Changed meanwhile."}
    actions.change(now, values, version=now.version, by=world.somebody)
    page.get_by_label("What will be done?").fill("Changed by me.")
    pressing("Save the action")(page, world)


VISITOR = [
    Look("account_login", "/accounts/login/"),
    Look("account_login", "/accounts/login/", "nothing typed", pressing("Sign in"), error=True),
    Look("account_login", "/accounts/login/", "wrong", wrong_passphrase, error=True),
    Look("account_inactive", "/accounts/inactive/"),
    Look("account_signup", "/accounts/signup/"),
    Look("account_reset_password", "/accounts/password/reset/"),
    Look("account_reset_password", "/accounts/password/reset/", "wrong", pressing("Send"), error=True),
    Look("account_reset_password_done", "/accounts/password/reset/done/"),
    Look("account_reset_password_from_key", "/accounts/password/reset/key/1-x-y/", "old link"),
    Look("account_reset_password_from_key", "/accounts/password/reset/key/{uid}-{key}/"),
    Look(
        "account_reset_password_from_key", "/accounts/password/reset/key/{uid}-{key}/", "wrong",
        pressing("Save passphrase"), error=True,
    ),
    Look("account_reset_password_from_key_done", "/accounts/password/reset/key/done/"),
    Look("accessibility", "/accessibility/"),
    Look("404", "/nothing/", status=404),
]  # fmt: skip
PRACTITIONER = [
    Look("home", "/"),
    Look("signed-in", "/signed-in/"),
    Look("account_logout", "/accounts/logout/"),
    Look("account_change_password", "/accounts/password/change/"),
    Look("account_change_password", "/accounts/password/change/", "wrong", pressing("Change"), error=True),
    Look("account_reauthenticate", "/accounts/reauthenticate/"),
    Look("account_reauthenticate", "/accounts/reauthenticate/", "wrong", pressing("Go on"), error=True),
    Look("403", "/tracker/", status=403),
    Look("consultations:referrals", "/referrals/"),
    Look("consultations:referrals", "/referrals/?state=withdrawn", "nothing found"),
    Look("search", "/", "found", searching("Kai")),
    Look("search", "/", "nothing found", searching("zzzz")),
    Look("consultations:new", "/referrals/new/"),
    Look("consultations:new", "/referrals/new/", "wrong", pressing("Continue"), error=True),
    Look("consultations:new", "/referrals/new/", "known", type_a_known_number),
    Look("consultations:new", "/referrals/new/", "known, not answered", answer_nothing, error=True),
    Look("consultations:new", "/referrals/new/", "begun", begin_to_type),
    *[Look("consultations:step", f"/referrals/{{draft.pk}}/edit/{step}/", step)
      for step in ("young-person", "referrer", "worry", "suitability")],
    Look("consultations:step", "/referrals/{bare.pk}/edit/referrer/", "wrong", pressing("Save and"), error=True),
    Look("consultations:step", "/referrals/{bare.pk}/edit/worry/", "wrong", pressing("Save and"), error=True),
    Look("consultations:check", "/referrals/{draft.pk}/check/"),
    Look("consultations:check", "/referrals/{bare.pk}/check/", "not complete"),
    Look("consultations:discard", "/referrals/{draft.pk}/discard/"),
    Look("consultations:referral", "/referrals/{waiting.pk}/", "waiting"),
    Look("consultations:referral", "/referrals/{questioned.pk}/", "asked"),
    Look("consultations:answer", "/referrals/{questioned.pk}/answer/"),
    Look("consultations:answer", "/referrals/{questioned.pk}/answer/", "wrong", pressing("Send the"), error=True),
    Look("consultations:withdraw", "/referrals/{waiting.pk}/withdraw/"),
    Look("consultations:withdraw", "/referrals/{planned.pk}/withdraw/", "wrong", pressing("Withdraw"), error=True),
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/", "read only"),
    Look("consultations:prepare", "/referrals/{planned.pk}/prepare/"),
    Look("consultations:participants", "/referrals/{planned.pk}/participants/", "read only"),
    Look("consultations:take-away", "/referrals/take-aways/{question.pk}/"),
    Look("consultations:take-away", "/referrals/take-aways/{question.pk}/", "wrong", pressing("Save"), error=True),
    Look("notices", "/notices/"),
    Look("notices", "/notices/", "all read", pressing("Mark all as read")),
    Look("consultations:feedback", "/referrals/{held.pk}/feedback/"),
    Look("consultations:feedback", "/referrals/{held.pk}/feedback/", "wrong", pressing("Save the"), error=True),
    Look("consultations:feedback-list", "/referrals/feedback/", "none yet"),
    Look("consultations:actions", "/referrals/actions/"),
    Look("consultations:actions", "/referrals/actions/?status=dropped", "nothing found"),
    Look("consultations:action", "/referrals/actions/{action.pk}/", "mine"),
    Look("consultations:action-progress", "/referrals/actions/{action.pk}/progress/"),
    Look("consultations:close-action", "/referrals/actions/{action.pk}/close/"),
    Look("consultations:forms", "/referrals/forms/"),
    *[Look("consultations:blank-form", f"/referrals/forms/{paper}/", paper) for paper in documents.BLANKS],
    Look("consultations:print", "/referrals/{planned.pk}/print/consultation/?prompts=1", "with prompts"),
    Look("consultations:print", "/referrals/{held.pk}/print/framework/", "framework"),
    *[Look("consultations:paper", f"/referrals/papers/{{{name}.pk}}/", name) for name in ("asked", "made")],
]  # fmt: skip
CS_PRACTITIONER = [
    Look("home", "/", "work waits"),
    Look("consultations:referrals", "/referrals/?state=held", "filtered", open_filters),
    *[Look("consultations:referral", f"/referrals/{{{name}.pk}}/", name)
      for name in ("waiting", "planned", "held", "signposted")],
    Look("consultations:screen", "/referrals/{waiting.pk}/screen/"),
    Look("consultations:screen", "/referrals/{waiting.pk}/screen/", "wrong", pressing("Save the"), error=True),
    Look(
        "consultations:screen", "/referrals/{waiting.pk}/screen/", "no date",
        choosing("Suitable: plan a consultation", then="Save the decision"), error=True,
    ),
    Look("consultations:screen", "/referrals/{held.pk}/screen/", "too late", status=409),
    Look("consultations:screen", "/referrals/{questioned.pk}/screen/", "another name, and a question"),
    Look("consultations:reopen", "/referrals/{signposted.pk}/reopen/"),
    Look("consultations:reopen", "/referrals/{signposted.pk}/reopen/", "wrong", pressing("Reopen"), error=True),
    Look("consultations:allocate", "/referrals/{waiting.pk}/allocate/"),
    Look("consultations:reschedule", "/referrals/{planned.pk}/reschedule/"),
    Look(
        "consultations:reschedule", "/referrals/{planned.pk}/reschedule/", "wrong",
        lambda page, world: (page.get_by_label("Start time").fill("noon"), pressing("Save the")(page, world)),
        error=True,
    ),
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/"),
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/", "conflict", meet_a_conflict),
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/", "set aside"),
    Look(
        "consultations:save-all", "/referrals/{planned.pk}/consultation/", "conflict without scripts",
        meet_a_conflict_without_scripts, status=409,
    ),
    Look("consultations:prepare", "/referrals/{planned.pk}/prepare/", "with the link", open_details),
    Look("consultations:add-place", "/referrals/{planned.pk}/prepare/places/add/schools/"),
    Look(
        "consultations:add-place", "/referrals/{planned.pk}/prepare/places/add/home/", "wrong", pressing("Add"),
        error=True,
    ),
    Look("consultations:rename-place", "/referrals/{planned.pk}/prepare/places/{place.pk}/"),
    Look("consultations:remove-place", "/referrals/{planned.pk}/prepare/places/{place.pk}/remove/"),
    Look("consultations:remove-place", "/referrals/{planned.pk}/prepare/places/{full.pk}/remove/", "stays"),
    Look("consultations:participants", "/referrals/{planned.pk}/participants/"),
    Look("consultations:participants", "/referrals/{planned.pk}/participants/", "wrong", pressing("Add"), error=True),
    Look("consultations:remove-participant", "/referrals/{planned.pk}/participants/{participant.pk}/remove/"),
    Look("consultations:add-take-away", "/referrals/{planned.pk}/take-away/?section=home&prompt=1"),
    Look(
        "consultations:add-take-away", "/referrals/{planned.pk}/take-away/", "wrong", pressing("Save the"), error=True,
    ),
    Look("consultations:change-take-away", "/referrals/take-aways/{question.pk}/change/"),
    Look("consultations:take-away", "/referrals/take-aways/{found_out.pk}/", "answered"),
    Look("consultations:hold", "/referrals/{planned.pk}/consultation/held/"),
    Look(
        "consultations:hold", "/referrals/{planned.pk}/consultation/held/", "wrong",
        lambda page, world: (page.get_by_label("Day").fill("40"), pressing("Mark as held")(page, world)), error=True,
    ),
    Look("consultations:add-action", "/referrals/{planned.pk}/actions/add/?space=school", "somebody here", reveal_who),
    Look("consultations:add-action", "/referrals/{planned.pk}/actions/add/", "wrong", pressing("Save the"), error=True),
    Look("consultations:change-action", "/referrals/actions/{action.pk}/change/"),
    Look(
        "consultations:change-action", "/referrals/actions/{action.pk}/change/", "changed meanwhile",
        somebody_changes_the_action, status=409, error=True,
    ),
    Look("consultations:close-action", "/referrals/actions/{action.pk}/close/", "wrong", pressing("Save"), error=True),
    Look(
        "consultations:action-progress", "/referrals/actions/{action.pk}/progress/", "wrong", pressing("Add the"),
        error=True,
    ),
    Look("consultations:action", "/referrals/actions/{closed.pk}/", "closed"),
    Look("consultations:reopen-action", "/referrals/actions/{closed.pk}/reopen/"),
    Look("consultations:actions", "/referrals/actions/?overdue=on", "filtered", open_filters),
    Look("consultations:rings", "/referrals/{planned.pk}/rings/"),
    Look("consultations:redact", "/referrals/{held.pk}/redact/"),
    Look("consultations:redact", "/referrals/{planned.pk}/redact/", "with a name more", leave_out("Somebody\nZuzu")),
    Look("consultations:redact", "/referrals/{held.pk}/redact/", "wrong", leave_out("x" * 400), error=True),
    Look("consultations:feedback", "/referrals/{answered.pk}/feedback/", "given, to be changed"),
    Look("consultations:referral", "/referrals/{answered.pk}/", "with feedback"),
    Look("consultations:feedback-list", "/referrals/feedback/?useful=4", "filtered", open_filters),
    Look("tracker:data-entry", "/tracker/{due.pk}/data-entry/"),
    Look("tracker:data-entry", "/tracker/{signposted.pk}/data-entry/", "short"),
    Look("tracker:data-entry", "/tracker/{held.pk}/data-entry/", "complete"),
    Look(
        "tracker:data-entry", "/tracker/{due.pk}/data-entry/", "wrong",
        choosing("Other [state]", then="Complete the form"), error=True,
    ),
    Look("consultations:chronology", "/referrals/{held.pk}/chronology/", "filters", open_filters),
    Look("consultations:chronology", "/referrals/{held.pk}/chronology/?kinds=papers", "nothing found"),
    Look("consultations:young-person-chronology", "/referrals/young-people/{held.young_person_id}/chronology/"),
    Look("consultations:versions", "/referrals/{held.pk}/consultation/sections/home/versions/?from=1&to=2&version=1"),
    Look("consultations:versions", "/referrals/{held.pk}/consultation/sections/school/versions/", "nothing written"),
    Look("consultations:cell-versions", "/referrals/{held.pk}/prepare/{cell}/versions/"),
    Look("consultations:put-back", "/referrals/{held.pk}/consultation/sections/home/versions/1/put-back/"),
    Look("consultations:views", "/referrals/{held.pk}/views/", "filters", open_filters),
    Look("consultations:views", "/referrals/{held.pk}/views/?what=copied", "nothing found"),
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/", "signed out", be_signed_out),
]  # fmt: skip
TRAINING = [
    Look("tracker:training", "/tracker/training/", "filters", open_filters),
    Look("tracker:training", "/tracker/training/?q=zzzz", "nothing found"),
    Look(
        "tracker:training",
        "/tracker/training/?held_from_day=31&held_from_month=2&held_from_year=2026",
        "wrong filter",
        error=True,
    ),
    Look("tracker:training-add-course", "/tracker/training/courses/add/"),
    Look(
        "tracker:training-add-course", "/tracker/training/courses/add/", "wrong", pressing("Save the course"),
        error=True,
    ),
    Look("tracker:training-course", "/tracker/training/courses/{course.pk}/", "with people"),
    Look("tracker:training-course", "/tracker/training/courses/{to_come.pk}/", "nobody yet"),
    Look("tracker:training-course", "/tracker/training/courses/{course.pk}/", "wrong", pressing("Add to"), error=True),
    Look("tracker:training-change-course", "/tracker/training/courses/{course.pk}/change/"),
    Look("tracker:training-delete-course", "/tracker/training/courses/{to_come.pk}/delete/"),
    Look("tracker:training-delete-course", "/tracker/training/courses/{course.pk}/delete/", "attended"),
    Look("tracker:training-paste", "/tracker/training/courses/{course.pk}/people/"),
    Look(
        "tracker:training-paste", "/tracker/training/courses/{course.pk}/people/", "wrong", pressing("See what"),
        error=True,
    ),
    Look("tracker:training-paste", "/tracker/training/courses/{course.pk}/people/", "preview", paste_names),
    Look(
        "tracker:training-paste", "/tracker/training/courses/{course.pk}/people/", "not answered",
        lambda page, world: (paste_names(page, world), pressing("Add ")(page, world)), error=True,
    ),
    Look("tracker:training-person", "/tracker/training/people/{attendance.pk}/"),
    Look("tracker:training-remove", "/tracker/training/people/{attendance.pk}/remove/"),
    Look("tracker:training-teams", "/tracker/training/teams/", "filters", open_filters),
    Look("tracker:training-teams", "/tracker/training/teams/?sort=-signposted", "sorted"),
    Look("tracker:training-team", "/tracker/training/teams/{champion.team_id}/"),
    Look("tracker:training-champions", "/tracker/training/champions/", "filters", open_filters),
    Look("tracker:training-add-champion", "/tracker/training/champions/add/"),
    Look(
        "tracker:training-add-champion", "/tracker/training/champions/add/", "wrong", pressing("Save the Champion"),
        error=True,
    ),
    Look("tracker:training-change-champion", "/tracker/training/champions/{champion.pk}/"),
    Look("tracker:training-delete-champion", "/tracker/training/champions/{champion.pk}/delete/"),
    *[Look("tracker:training-export-job", f"/tracker/training/exports/{{{name}.pk}}/", name)
      for name in ("register_asked", "register_made")],
]  # fmt: skip
MANAGER = [
    Look("home", "/", "manager"),
    Look("tracker:tracker", "/tracker/?state=held&state=signposted", "filtered", open_filters),
    Look("tracker:tracker", "/tracker/?view={view.pk}&state=held&sort=team", "a view that was changed", open_filters),
    Look("tracker:tracker", f"/tracker/?{'&'.join(f'columns={column.key}' for column in columns.ALL)}", "all columns"),
    Look("tracker:save-view", "/tracker/views/save/?state=held&sort=team&columns=name"),
    Look("tracker:save-view", "/tracker/views/save/", "wrong", pressing("Save the view"), error=True),
    Look("tracker:change-view", "/tracker/views/{view.pk}/change/"),
    Look("tracker:delete-view", "/tracker/views/{view.pk}/delete/"),
    Look("tracker:tracker", "/tracker/?q=zzzz", "nothing found"),
    Look("tracker:tracker", "/tracker/?received_from_day=31&received_from_month=2&received_from_year=2026", error=True),
    Look("tracker:export", "/tracker/export/"),
    Look("tracker:export", "/tracker/export/?state=held&sort=reference", "filtered"),
    Look("tracker:export", "/tracker/export/?q=zzzz", "nothing found"),
    Look("tracker:export", "/tracker/export/?received_from_day=31", "left out"),
    Look("tracker:export", "/tracker/export/", "wrong", choosing("CSV file", then="Make the export"), error=True),
    Look("tracker:dashboard", "/tracker/dashboard/?period=all", "all, tables open", open_tables),
    Look("tracker:dashboard", "/tracker/dashboard/?state=held&themes=none", "filtered", open_filters),
    Look("tracker:dashboard", "/tracker/dashboard/?q=zzzz", "nothing found"),
    Look(
        "tracker:dashboard", "/tracker/dashboard/?received_to_day=31&received_to_month=2&received_to_year=2026",
        error=True,
    ),
    Look("tracker:exports", "/tracker/exports/"),
    Look("tracker:delete-export", "/tracker/exports/{done.pk}/delete/"),
    *REPORTS,
    *THEMES,
    *[
        Look("tracker:export-job", f"/tracker/exports/{{{name}.pk}}/", name)
        for name in ("job", "done", "failed", "expired")
    ],
    *TRAINING,
    *[
        Look(f"tracker:{name}", path, state, pressing(button) if button else None, error=error)
        for name, path, state, button, error in import_pages.PAGES
    ],
    Look("consultations:restricted", "/referrals/restricted/"),
    Look("consultations:restricted", "/referrals/restricted/?review=due", "nothing found", open_filters),
    Look("consultations:access", "/referrals/{hidden.pk}/access/", "restricted"),
    Look("consultations:access", "/referrals/{planned.pk}/access/", "not restricted"),
    Look("consultations:restrict", "/referrals/{planned.pk}/access/restrict/"),
    Look(
        "consultations:restrict", "/referrals/{planned.pk}/access/restrict/", "wrong", pressing("Restrict"), error=True,
    ),
    Look("consultations:grant-access", "/referrals/{hidden.pk}/access/give/"),
    Look("consultations:grant-access", "/referrals/{hidden.pk}/access/give/", "wrong", pressing("Give"), error=True),
    Look("consultations:grant-access", "/referrals/{planned.pk}/access/give/", "refused", status=409),
    Look("consultations:keep-restriction", "/referrals/{hidden.pk}/access/keep/"),
    Look("consultations:lift-restriction", "/referrals/{hidden.pk}/access/lift/"),
    Look("consultations:end-access", "/referrals/access/{grant.pk}/end/"),
    Look("consultations:young-person", "/referrals/young-people/{held.young_person_id}/"),
    Look("consultations:duplicates", "/referrals/young-people/duplicates/"),
    Look("consultations:duplicates", "/referrals/young-people/duplicates/?kind=name", "filtered", open_filters),
    Look("consultations:duplicate", "/referrals/young-people/duplicates/{one.pk}/{other.pk}/"),
    Look(
        "consultations:duplicate", "/referrals/young-people/duplicates/{one.pk}/{other.pk}/", "wrong",
        pressing("See what"), error=True,
    ),
    Look("consultations:merge", "/referrals/young-people/duplicates/{one.pk}/{other.pk}/merge/?keep=first&name=first"),
    Look("consultations:separate", "/referrals/young-people/duplicates/{one.pk}/{other.pk}/separate/"),
    Look("consultations:merges", "/referrals/young-people/merges/"),
    Look("consultations:undo-merge", "/referrals/young-people/merges/{merge.pk}/undo/"),
]  # fmt: skip
ADMINISTRATOR = [
    Look("home", "/", "nothing waits"),
    Look("accounts:people", "/administration/people/"),
    Look("accounts:settings", "/administration/settings/"),
    Look(
        "accounts:settings",
        "/administration/settings/",
        "wrong",
        lambda page, world: (
            page.get_by_label("Weeks from a consultation").fill("0"),
            pressing("Save the settings")(page, world),
        ),
        error=True,
    ),
    Look("notices", "/notices/", "none"),
    Look("tracker:themes", "/tracker/themes/", "without counts"),
    Look("accounts:add-person", "/administration/people/add/"),
    Look("accounts:add-person", "/administration/people/add/", "wrong", pressing("Save"), error=True),
    Look("accounts:change-person", "/administration/people/{somebody.pk}/"),
]
AUDITOR = [
    Look("audit", "/audit/", "filters", open_filters),
    Look("audit", "/audit/?page=2", "a page of many"),
    Look("audit", "/audit/?about=nothing", "nothing found"),
]
BY_ROLE: dict[Role | None, list[Look]] = {
    None: VISITOR,
    Role.PRACTITIONER: PRACTITIONER,
    Role.CS_PRACTITIONER: CS_PRACTITIONER,
    Role.MANAGER: MANAGER,
    Role.LEAD: LEAD,
    Role.ADMINISTRATOR: ADMINISTRATOR,
    Role.AUDITOR: AUDITOR,
}
for _role, _looks in slices.looks().items():
    BY_ROLE[_role][:0] = _looks  # before the looks that end the session
# Routes without a page of their own: they answer JSON, text or a file, or lead to a page that is in the lists above.
NO_PAGE = import_pages.NO_PAGE | set(slices.joined("NO_PAGE")) | {
    "consultations:make-form", "consultations:make-paper", "consultations:download-paper",
    "consultations:cancel-paper",
    "consultations:save-framework", "consultations:send-framework", "consultations:save-cell",
    "consultations:mark-space", "consultations:mark-participants", "consultations:calendar-file",
    "open-notice", "read-notices",
    "session", "livez", "readyz", "core:keep-draft", "core:discard-draft", "tracker:download",
    "tracker:save-over-view",
    "tracker:cancel-export", "tracker:move-theme", "tracker:move-theme-group", "tracker:remove-theme-group",
    "tracker:switch-theme", "tracker:tag", "account_set_password", "consultations:save-section",
    "tracker:training-mark", "tracker:training-put-back", "tracker:training-export", "tracker:training-download",
    "tracker:training-cancel-export",
    "consultations:presence",
    "tracker:make-report", "tracker:download-report", "tracker:cancel-report",
}  # fmt: skip
# One page at two routes: the first step, before and after there is a draft.
SAME_PAGE = {"consultations:new": "consultations:step"}
# Pages of what went wrong, which no route has.
WRONG = {"403", "404"}
