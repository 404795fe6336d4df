"""Every page of the product, in its normal states and when something is wrong, with who looks at it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import ConsultationAction
from consultations.services import actions, notes
from core import audit, jobs
from core.models import FormSection, Job
from core.models.actions import ActionStatus
from tests.factories import PASSPHRASE, a_draft, a_person, a_referral, a_team, an_action, an_entry
from tests.journeys import steps
from tracker import exports

World = SimpleNamespace


@dataclass(frozen=True)
class Look:
    """A page in one state: its route, its path (formatted with the world), what is done there, what comes of it."""

    route: str
    path: str
    state: str = ""
    act: Callable[[Page, World], None] | None = None
    status: int = 200
    error: bool = False

    def __str__(self) -> str:
        return f"{self.route} ({self.state})" if self.state else self.route


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
    world.planned = a_referral(ReferralState.PLANNED, by=author, cs=somebody)
    world.held = a_referral(ReferralState.HELD, by=author, cs=somebody)
    world.due = a_referral(ReferralState.HELD, by=author, cs=somebody)
    world.signposted = a_referral(ReferralState.SIGNPOSTED, by=author, cs=somebody)
    an_entry(world.held, by=somebody)
    long_ago = timezone.localdate() - timedelta(days=3)
    world.action = an_action(world.planned, owner=author, by=somebody, due=long_ago)
    world.closed = an_action(world.planned, owner=author, by=somebody)
    actions.close(world.closed, status=ActionStatus.DONE, outcome="It worked.", by=somebody)
    if role == Role.AUDITOR:
        for number in range(120):
            audit.record("viewed", by=somebody, subject=world.held, label=world.held.reference, detail={"page": number})
    if role == Role.MANAGER:
        world.job, world.done, world.failed, world.expired = (exports.ask_for("state=held", by=me) for _ in range(4))
        jobs.run(world.done.pk)
        jobs.run(world.expired.pk)
        Job.objects.filter(pk=world.expired.pk).update(expires_at=timezone.now() - timedelta(days=1))
        jobs.sweep()
        Job.objects.filter(pk=world.failed.pk).update(
            status="failed", failure="It was interrupted too often.", finished_at=timezone.now()
        )
    return world


def pressing(words: str) -> Callable[[Page, World], None]:
    """Press a button and wait for the page that comes."""

    def act(page: Page, world: World) -> None:
        with page.expect_navigation():
            page.get_by_role("main").get_by_role("button", name=words).click()

    return act


def choosing(*labels: str, then: str) -> Callable[[Page, World], None]:
    """Tick these, then press a button."""

    def act(page: Page, world: World) -> None:
        for label in labels:
            page.get_by_label(label, exact=True).check()
        pressing(then)(page, world)

    return act


def searching(words: str) -> Callable[[Page, World], None]:
    """Search from the header."""

    def act(page: Page, world: World) -> None:
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("searchbox").press("Enter")
        steps.heading(page, "Search")

    return act


def open_filters(page: Page, world: World) -> None:
    page.locator("details.app-filter summary").click()


def wrong_passphrase(page: Page, world: World) -> None:
    page.get_by_label("E-mail address").fill("nobody@example.org")
    page.get_by_label("Passphrase", exact=True).fill("not the passphrase")
    pressing("Sign in")(page, world)


def begin_to_type(page: Page, world: World) -> None:
    page.get_by_label("Name of Young Person").fill("Half")
    expect(page.locator("[data-draft-state]")).to_contain_text("Kept")
    page.goto(page.url)
    expect(page.get_by_text("did not send is in this form again")).to_be_visible()


def reveal_who(page: Page, world: World) -> None:
    page.get_by_label("Somebody with an account here").check()
    expect(page.get_by_label("Person", exact=True)).to_be_visible()


def _somebody_writes(world: World, version: int, body: str) -> None:
    home = FormSection.objects.get(form="consultation", key="home")
    notes.save_section(world.planned.consultation, home, body=body, base_version=version, by=world.somebody)


def meet_a_conflict(page: Page, world: World) -> None:
    _somebody_writes(world, 0, "Somebody's text.")
    steps.write(page, "home", "My text.")
    expect(page.get_by_role("group", name="Somebody else changed")).to_be_visible()


def meet_a_conflict_without_scripts(page: Page, world: World) -> None:
    _somebody_writes(world, 1, "Somebody's text, again.")
    page.locator("#id_text-home").evaluate("field => { field.value = 'Mine, again.'; }")
    with page.expect_navigation():
        page.locator("form[data-slot-form]").evaluate("form => form.submit()")


def be_signed_out(page: Page, world: World) -> None:
    """The last look of a role: nobody is signed in afterwards."""
    Session.objects.all().delete()
    steps.write(page, "school", "Typed after the session had ended.")
    expect(page.get_by_role("alert").filter(has_text="You have been signed out.")).to_be_visible()


def somebody_changes_the_action(page: Page, world: World) -> None:
    now = ConsultationAction.objects.get(pk=world.action.pk)
    values = {name: getattr(now, name) for name in actions.FIELDS} | {"what": "Changed meanwhile."}
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
    Look("consultations:new", "/referrals/new/", "wrong", pressing("Save and continue"), error=True),
    Look("consultations:new", "/referrals/new/", "begun", begin_to_type),
    *[Look("consultations:step", f"/referrals/{{draft.pk}}/edit/{step}/", step)
      for step in ("young-person", "referrer", "worry", "suitability")],
    Look("consultations:step", "/referrals/{bare.pk}/edit/referrer/", "wrong", pressing("Save and"), error=True),
    Look("consultations:step", "/referrals/{bare.pk}/edit/worry/", "wrong", pressing("Save and"), error=True),
    Look("consultations:check", "/referrals/{draft.pk}/check/"),
    Look("consultations:check", "/referrals/{bare.pk}/check/", "not complete"),
    Look("consultations:discard", "/referrals/{draft.pk}/discard/"),
    Look("consultations:referral", "/referrals/{waiting.pk}/", "waiting"),
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/", "read only"),
    Look("consultations:close-action", "/referrals/actions/{action.pk}/close/"),
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
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/"),
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/", "conflict", meet_a_conflict),
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/", "set aside"),
    Look(
        "consultations:save-all", "/referrals/{planned.pk}/consultation/", "conflict without scripts",
        meet_a_conflict_without_scripts, status=409,
    ),
    Look("consultations:hold", "/referrals/{planned.pk}/consultation/held/"),
    Look(
        "consultations:hold", "/referrals/{planned.pk}/consultation/held/", "wrong",
        lambda page, world: (page.get_by_label("Day").fill("40"), pressing("Mark as held")(page, world)), error=True,
    ),
    Look("consultations:add-action", "/referrals/{planned.pk}/actions/add/?space=school", "somebody here", reveal_who),
    Look("consultations:add-action", "/referrals/{planned.pk}/actions/add/", "wrong", pressing("Save the"), error=True),
    Look("consultations:change-action", "/referrals/actions/{action.pk}/"),
    Look(
        "consultations:change-action", "/referrals/actions/{action.pk}/", "changed meanwhile",
        somebody_changes_the_action, status=409, error=True,
    ),
    Look("consultations:close-action", "/referrals/actions/{action.pk}/close/", "wrong", pressing("Save"), error=True),
    Look("consultations:close-action", "/referrals/actions/{closed.pk}/close/", "closed"),
    Look("tracker:data-entry", "/tracker/{due.pk}/data-entry/"),
    Look("tracker:data-entry", "/tracker/{signposted.pk}/data-entry/", "short"),
    Look("tracker:data-entry", "/tracker/{held.pk}/data-entry/", "complete"),
    Look(
        "tracker:data-entry", "/tracker/{due.pk}/data-entry/", "wrong",
        choosing("Other [state]", then="Complete the form"), error=True,
    ),
    Look("consultations:consultation", "/referrals/{planned.pk}/consultation/", "signed out", be_signed_out),
]  # fmt: skip
MANAGER = [
    Look("home", "/", "manager"),
    Look("tracker:tracker", "/tracker/?state=held&state=signposted", "filtered", open_filters),
    Look("tracker:tracker", "/tracker/?q=zzzz", "nothing found"),
    Look("tracker:tracker", "/tracker/?received_from_day=31&received_from_month=2&received_from_year=2026", error=True),
    Look("tracker:exports", "/exports/"),
    *[Look("tracker:export-job", f"/exports/{{{name}.pk}}/", name) for name in ("job", "done", "failed", "expired")],
]  # fmt: skip
ADMINISTRATOR = [
    Look("home", "/", "nothing waits"),
    Look("accounts:people", "/administration/people/"),
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
    Role.ADMINISTRATOR: ADMINISTRATOR,
    Role.AUDITOR: AUDITOR,
}
# Routes without a page of their own: they answer JSON, text or a file, or lead to a page that is in the lists above.
NO_PAGE = {
    "session", "livez", "readyz", "core:keep-draft", "core:discard-draft", "tracker:export", "tracker:download",
    "tracker:cancel-export", "account_set_password", "consultations:save-section",
}  # fmt: skip
# One page at two routes: the first step, before and after there is a draft.
SAME_PAGE = {"consultations:new": "consultations:step"}
# Pages of what went wrong, which no route has.
WRONG = {"403", "404"}
