"""People and what they may do: a change counts from the next request, and nobody locks themselves out."""

import pytest
from django.urls import reverse

from accounts.access import requires
from accounts.models import RoleGrant, User
from accounts.permissions import ROLE_PERMISSIONS, Permission, Role, can, permissions_of
from accounts.services import change_person
from core.workflow import ActRefused
from tests.factories import a_person, a_referral, a_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return a_person(Role.ADMINISTRATOR, name="Ada")


@pytest.fixture
def browser(signed_in, administrator):
    return signed_in(administrator)


def form_of(person, **changes) -> dict:
    given = {
        "name": person.name,
        "email": person.email,
        "team": person.team_id or "",
        "roles": [grant.role for grant in person.role_grants.all()],
        "is_active": "on",
    } | changes
    return {name: value for name, value in given.items() if value is not None}


def change(browser, person, **changes):
    return browser.post(reverse("accounts:change-person", args=[person.pk]), form_of(person, **changes))


def test_leaving_counts_from_the_next_request(signed_in, browser):
    person = a_person(Role.MANAGER)
    theirs = signed_in(person)
    assert theirs.get("/tracker/").status_code == 200
    assert change(browser, person, is_active=None).status_code == 302
    answer = theirs.get("/tracker/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/tracker/")
    assert theirs.get(reverse("session")).json()["signed_in"] is False
    assert theirs.post("/tracker/exports/", headers={"accept": "application/json"}).status_code == 401


def test_a_role_taken_away_counts_from_the_next_request(signed_in, browser):
    person = a_person(Role.MANAGER, Role.PRACTITIONER)
    theirs = signed_in(person)
    assert theirs.get("/tracker/").status_code == 200
    change(browser, person, roles=[Role.PRACTITIONER])
    assert theirs.get("/tracker/").status_code == 403
    assert theirs.get("/referrals/").status_code == 200


def test_a_role_given_counts_from_the_next_request(signed_in, browser, administrator):
    person = a_person(Role.LEAD)
    theirs = signed_in(person)
    assert theirs.get("/tracker/").status_code == 403
    change(browser, person, roles=[Role.LEAD, Role.MANAGER])
    assert theirs.get("/tracker/").status_code == 200
    assert RoleGrant.objects.get(user=person, role=Role.MANAGER).given_by == administrator


def test_another_team_counts_from_the_next_request(signed_in, browser):
    near, far = a_team(), a_team()
    referral = a_referral(by=a_person(Role.PRACTITIONER, team=far))
    person = a_person(Role.PRACTITIONER, team=near)
    theirs = signed_in(person)
    url = reverse("consultations:referral", args=[referral.pk])
    assert theirs.get(url).status_code == 404
    change(browser, person, team=far.pk)
    assert theirs.get(url).status_code == 200


@pytest.mark.parametrize(
    ("changes", "kept"), [({"is_active": None}, "is_active"), ({"roles": []}, "roles"), ({"roles": ["lead"]}, "roles")]
)
def test_administrators_do_not_lock_themselves_out(browser, administrator, changes, kept):
    answer = change(browser, administrator, **changes)
    assert answer.status_code == 200
    assert "You cannot take your own access away" in answer.content.decode()
    administrator = User.objects.get(pk=administrator.pk)
    assert administrator.is_active
    assert administrator.roles == {Role.ADMINISTRATOR}


def test_another_administrator_may(administrator):
    other = a_person(Role.ADMINISTRATOR)
    given = {"name": "Ada", "email": administrator.email, "team": None, "roles": [], "is_active": False}
    change_person(administrator, **given, by=other)
    assert not User.objects.get(pk=administrator.pk).is_active


def test_the_service_itself_refuses(administrator):
    given = {"name": "Ada", "email": administrator.email, "team": None, "roles": ["administrator"], "is_active": False}
    with pytest.raises(ActRefused):
        change_person(administrator, **given, by=administrator)


def test_an_administrator_may_change_their_own_name(browser, administrator):
    assert change(browser, administrator, name="Ada Lovelace").status_code == 302
    assert User.objects.get(pk=administrator.pk).name == "Ada Lovelace"


def test_adding_a_person_makes_an_account_without_a_passphrase(browser):
    sent = {"name": "New", "email": "New.Person@Example.org", "roles": ["practitioner", "manager"], "is_active": "on"}
    assert browser.post(reverse("accounts:add-person"), sent).status_code == 302
    person = User.objects.get(email="new.person@example.org")
    assert not person.has_usable_password()
    assert person.roles == {Role.PRACTITIONER, Role.MANAGER}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Enter the person&#x27;s name"),
        ({"email": ""}, "Enter an e-mail address"),
        ({"email": "not an address"}, "Enter an e-mail address, like name@example.org"),
        ({"roles": ["emperor"]}, "Choose"),
        ({"team": "999999"}, "Choose"),
    ],
)
def test_a_form_that_is_not_complete_says_so_and_keeps_what_was_typed(browser, changes, words):
    sent = {"name": "Typed Name", "email": "typed@example.org", "is_active": "on"} | changes
    answer = browser.post(reverse("accounts:add-person"), sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "There is a problem" in page
    assert words in page
    assert ("Typed Name" in page) == (changes.get("name") != "")
    assert not User.objects.filter(email="typed@example.org").exists()


@pytest.mark.parametrize("capitals", [False, True])
def test_an_address_stands_once(browser, capitals):
    there = a_person(Role.LEAD)
    email = there.email.upper() if capitals else there.email
    answer = browser.post(reverse("accounts:add-person"), {"name": "Other", "email": email, "is_active": "on"})
    assert answer.status_code == 200
    assert "already a person with this e-mail address" in answer.content.decode()


def test_people_by_state(browser):
    a_person(Role.LEAD, name="Here Stays")
    a_person(Role.LEAD, name="Gone Away", active=False)
    shown = browser.get(reverse("accounts:people"), {"state": "left"}).content.decode()
    assert "Gone Away" in shown
    assert "Here Stays" not in shown


def test_permissions_of_nobody_and_of_somebody_who_left():
    from django.contrib.auth.models import AnonymousUser

    assert permissions_of(AnonymousUser()) == frozenset()
    assert permissions_of(a_person(*Role, active=False)) == frozenset()
    assert permissions_of(a_person()) == frozenset()


def test_several_roles_add_up():
    person = a_person(Role.PRACTITIONER, Role.AUDITOR)
    assert permissions_of(person) == ROLE_PERMISSIONS[Role.PRACTITIONER] | ROLE_PERMISSIONS[Role.AUDITOR]


def test_can_asks_for_the_row_too():
    referral = a_referral()
    stranger = a_person(Role.PRACTITIONER, team=a_team())
    assert can(stranger, Permission.REFERRAL_SEE)
    assert not can(stranger, Permission.REFERRAL_SEE, referral)
    assert can(referral.made_by, Permission.REFERRAL_SEE, referral)


@pytest.mark.parametrize("role", [Role.LEAD, Role.ADMINISTRATOR, Role.AUDITOR])
def test_roles_without_casework_have_none(role):
    about_nobody = ("people", "audit", "settings", "training", "themes.manage", "dashboard", "review")
    casework = {permission for permission in Permission if not permission.startswith(about_nobody)}
    assert not ROLE_PERMISSIONS[role] & casework


def test_a_view_says_what_it_needs():
    @requires(Permission.AUDIT_SEE)
    def view(request):
        """Never called."""

    assert view.permissions == {Permission.AUDIT_SEE}
    assert view.__doc__ == "Never called."
