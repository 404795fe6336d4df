"""Whatever a client sends, no answer is a failure of ours; and a form that is refused keeps what was typed."""

import copy
import uuid
from urllib.parse import quote, unquote_to_bytes

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from accounts.permissions import Role
from core.models import FormSection
from core.models.lists import FormName
from tests.factories import a_draft, a_person, a_referral, a_team, an_action, an_entry
from tests.imports import a_profile, an_import
from tests.made_once import made_once
from tests.permissions import requests
from tests.permissions.checking import all_routes
from tests.permissions.table import cells, named_routes
from tests.permissions.world import World

pytestmark = pytest.mark.django_db
HUGE = "9" * 40
BOXES = ["received_on_day", "received_on_month", "received_on_year"]
LONG = "x" * 100_000
VALUES = {
    "NUL": "a\x00b",
    "huge number": HUGE,
    "negative": "-1",
    "half a character": "\ufffd\ud7ff",
    "long": LONG,
    "markup": "<script>'\"%s{{7*7}}${7}",
    "not a number": "NaN",
    "nothing": "",
}
NAMES = [
    "page", "sort", "q", "state", "mine", "team", "agency", "themes", "match", "concern", "entry", "space", "back",
    "received_from_day", "received_from_month", "received_from_year", "received_to_year", "who", "act", "about",
    "held_from_day", "held_from_month", "held_from_year", "held_to_year", "kind", "need",
    "day_from_day", "day_from_month", "day_from_year", "day_to_year", "next", "version", "decision", "email", "login",
]  # fmt: skip


@pytest.fixture
def anybody(everything):
    """A person who may open every page."""
    return copy.deepcopy(everything[0])


@pytest.fixture
def addresses(everything):
    """The address of every route, of records of that person."""
    return everything[1]


@pytest.fixture
def browser(signed_in, anybody):
    return signed_in(anybody, raise_request_exception=False)


def urls(by) -> dict[str, str]:
    """The address of every route, of records in the state that the route is about."""
    draft, screening = a_draft(by), a_referral(by=by)
    held = a_referral("held", by=by)
    an_entry(held)
    planned = a_referral("planned", by=by)
    action = an_action(planned, owner=by)
    job = World.job
    world = World()
    found = {}
    for cell in cells():
        name, pk = cell.route, None
        if name in found:
            continue
        if name in ("consultations:step", "consultations:check", "consultations:discard"):
            pk = draft.pk
        elif name in ("consultations:referral", "tracker:data-entry"):
            pk = held.pk
        elif name == "consultations:screen":
            pk = screening.pk
        elif name == "consultations:answer":
            pk = a_referral("information", by=by).pk
        elif name == "consultations:reopen":
            pk = a_referral("signposted", by=by).pk
        elif name in requests.OF_ACTIONS:
            pk = action.pk
        elif name.startswith("consultations:") and cell.row != "-":
            pk = planned.pk
        elif name in ("tracker:export-job", "tracker:download", "tracker:cancel-export"):
            made = job(world, "ours", "done")
            made.requested_by = by
            made.save()
            pk = made.pk
        elif name == "tracker:import-forget":
            pk = a_profile(by).pk
        elif name == "tracker:import" or (name.startswith("tracker:import-") and cell.row != "-"):
            pk = an_import(by, cell.state).pk
        arguments = requests._rest(name, pk) if pk else requests.arguments(world, cell)
        found[name] = reverse(name, args=arguments)
    return found


def somebody_with_everything() -> tuple[User, dict[str, str]]:
    person = a_person(*Role, team=a_team())
    return person, urls(person)


everything = made_once(somebody_with_everything)


def sound(response, what: str) -> None:
    assert response.status_code < 500, f"{what}: {response.status_code}"


@pytest.mark.parametrize("kind", VALUES)
def test_no_value_in_an_address_breaks_a_page(browser, addresses, kind):
    value = VALUES[kind] if kind != "long" else LONG[:8000]
    query = dict.fromkeys(NAMES, value)
    for name, url in addresses.items():
        if name not in ("account_logout",):
            sound(browser.get(url, query), f"GET {name}")


@pytest.mark.parametrize("kind", VALUES)
def test_no_value_in_a_form_breaks_a_page(browser, addresses, kind):
    """Every field of every form at once."""
    fields = {
        "body", "version", "client", "seq", "resolves", "parked", "draft_key", "force", "next", "q", "filters", "login",
        "password", "email", "roles", "team", "name", "is_active", "case_number", "gender", "ethnicity", "disabilities",
        "date_of_birth_day", "date_of_birth_month", "date_of_birth_year", "received_on_day", "received_on_year",
        "planned_for_day", "planned_for_month", "planned_for_year", "held_on_day", "due_day", "due_year", "arrival",
        "agency", "harms", "worry", "decision", "reason", "signposted_to", "attending", "space", "what", "who", "owner",
        "owner_name", "owner_agency", "status", "outcome", "primary_concern", "themes", "other_theme", "detail",
        "how_long_known", "text-home", "version-home", "resolves-home", "question-parents", "section", "oldpassword",
        "password1", "password2", "referrer_name", "legal_status", "education", "referral", "offered", "starts_at",
        "title", "kind", "held_on_month", "held_on_year", "hours", "trainer", "notes", "people", "confirm",
        "since_day", "since_month", "since_year", "until_day", "until_year",
        "place", "question", "to", "was", "heard", "invitation", "own_agency", "referrer",
    }  # fmt: skip
    value = VALUES[kind]
    if kind == "long":  # 70 fields of it would be refused as too much at once
        fields = {"body", "worry", "reason", "what", "name", "q", "draft_key", "text-home", "filters", "outcome"}
        fields |= {"people", "who", "title"}
    data = dict.fromkeys(fields, value)
    for name, url in addresses.items():
        if name.startswith("account_log"):
            continue
        sound(browser.post(url, data), f"POST {name}")
        if name in ("core:keep-draft", "consultations:save-section"):  # what our script sends
            sound(browser.post(url, data, headers={"accept": "application/json"}), f"JSON {name}")


@pytest.mark.parametrize("kind", VALUES)
def test_signing_in_with_anything(kind):
    browser = Client(raise_request_exception=False)
    sound(browser.post("/accounts/login/", {"login": VALUES[kind], "password": VALUES[kind]}), "sign in")
    sound(browser.post("/accounts/login/", {"login": "somebody@example.org", "password": VALUES[kind]}), "passphrase")
    sound(browser.post("/accounts/password/reset/", {"email": VALUES[kind]}), "reset")


def test_no_name_of_a_field_breaks_a_page(browser, addresses):
    """All of them at once: what a page does not know it leaves alone, so none hides another."""
    names = ["a\x00b", "\ufffd", "x" * 2000, "version\r\nSet-Cookie: a=b"]
    for route, url in addresses.items():
        if not route.startswith("account_log"):
            sound(browser.get(url, dict.fromkeys(names, "x")), f"GET {route}")
            sound(browser.post(url, dict.fromkeys([*names, "x" * 5000], "x")), f"POST {route}")


@pytest.mark.parametrize("raw", ["%00", "%ff%fe", "%c0%af", "%2e%2e%2f", "%F0%9F%98%80", "%", "%zz", "%0d%0aX:%20y"])
def test_no_bytes_in_an_address_break_a_page(browser, raw):
    for url in (
        f"/{raw}", f"/referrals/{raw}/", f"/referrals/?q={raw}&page={raw}&state={raw}", f"/tracker/?q={raw}&sort={raw}",
        f"/tracker/?team={raw}&themes={raw}", f"/audit/?who={raw}&about={raw}", f"/?{raw}",
        f"/administration/people/{raw}/",
        f"/accounts/password/reset/key/{raw}/", f"/accounts/password/reset/key/1-{raw}/",
        f"/accounts/password/reset/key/zzzzzzzzzzzzzzzz-{raw}/", f"/accounts/login/?next={raw}",
        f"/referrals/{uuid.uuid4()}/edit/{raw}/", f"/referrals/{uuid.uuid4()}/consultation/sections/{raw}/",
    ):  # fmt: skip
        response = _raw(browser, url)
        sound(response, url)
        if url.startswith(("/referrals/?", "/tracker/?", "/audit/?")):
            assert response.status_code == 200


def _raw(browser, url: str):
    """Ask for an address as it stands, without the test client's own quoting."""
    path, _, query = url.partition("?")
    return browser.get("/", PATH_INFO=unquote_to_bytes(path).decode("latin-1"), QUERY_STRING=query)


@pytest.mark.parametrize("path", ["0", "999999999999999", "9" * 30, "-1", "1.5", "٣"])
def test_no_number_in_an_address_breaks_the_page_of_a_person(browser, path):
    assert browser.get(f"/administration/people/{quote(path)}/").status_code == 404


@pytest.mark.parametrize("page", ["999999", "abc", "-1", "0", HUGE, "1.5", "\x00", ""])
def test_a_page_that_is_not_there_is_the_nearest_one(browser, anybody, page):
    a_referral(by=anybody)
    names = ["consultations:referrals", "tracker:tracker", "tracker:exports", "tracker:imports", "accounts:people"]
    for name in (*names, "audit"):
        assert browser.get(reverse(name), {"page": page}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"team": "abc"}, {"team": HUGE}, {"agency": "\x00"}, {"themes": HUGE}, {"themes": ["1", "x", HUGE]},
        {"match": "most"}, {"state": "draft"}, {"state": ["held", "nonsense"]}, {"concern": "x"}, {"entry": "maybe"},
        {"sort": "made_by__password"}, {"sort": "--received"}, {"sort": ""}, {"q": "%_\\' \""}, {"q": "x" * 300},
        {"received_from_day": "31", "received_from_month": "2", "received_from_year": "2024"},
        {"received_from_year": "0000"}, {"received_to_day": "1", "received_to_month": "1", "received_to_year": "99999"},
    ],
    ids=str,
)  # fmt: skip
def test_a_filter_that_makes_no_sense_leaves_the_list_whole(browser, anybody, query):
    made = a_referral(by=anybody)
    response = browser.get(reverse("tracker:tracker"), query)
    assert response.status_code == 200
    if "q" not in query and query.get("state") != ["held", "nonsense"]:
        assert made.reference in response.content.decode()


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [("31", "2", "2024"), ("29", "2", "2023"), ("0", "1", "2024"), ("1", "13", "2024"), ("1", "1", "24"),
     ("x", "y", "z"), ("1", "", ""), (HUGE, HUGE, HUGE), ("1", "1", "0001"), ("1", "1", "9999"), ("١", "١", "٢٠٢٤")],
)  # fmt: skip
def test_a_date_that_is_none_is_refused_and_shown_again(browser, anybody, day, month, year):
    referral = a_referral("planned", by=anybody)
    url = reverse("consultations:hold", args=[referral.pk])
    response = browser.post(url, {"held_on_day": day, "held_on_month": month, "held_on_year": year})
    page = response.content.decode()
    assert response.status_code == 200
    assert "There is a problem" in page
    assert f'value="{day}"' in page
    referral.refresh_from_db()
    assert referral.state == "planned"


def test_every_route_was_tried(addresses):
    assert set(addresses) == set(all_routes()) == set(named_routes())


def forms_of(by) -> dict[str, tuple[str, dict, list[str], list[str]]]:
    """Forms with something missing: (address, what is sent, words of the errors, typed values that must stay)."""
    draft, screening = a_draft(by), a_referral(by=by)
    planned = a_referral("planned", by=by)
    action = an_action(planned, owner=by)
    held = a_referral("held", by=by)

    def at(name, *args):
        return reverse(f"consultations:{name}", args=args)

    return {
        "new": (at("new"), {"case_number": " "}, ["Enter the Mosaic ID"], []),
        "new, wrong": (at("new"), {"case_number": "?!"}, ["A case number has letters"], ["?!"]),
        "ask": (
            at("screen", screening.pk), {"decision": "ask", "reason": "Typed Reason"}, ["Enter what you need to know"],
            ["Typed Reason"],
        ),
        "reschedule": (
            at("reschedule", planned.pk), {"place": "Typed Place", "starts_at": "noon"},
            ["Enter the date of the consultation", "Enter a time, like 14:30"], ["Typed Place", 'value="noon"'],
        ),
        "withdraw": (at("withdraw", planned.pk), {"reason": " "}, ["Enter why you withdraw the referral"], []),
        "young person": (
            at("step", draft.pk, "young-person"), {"case_number": "?!", "name": "", "version": "1"},
            ["A case number has letters", "Enter the young person’s name"], ["?!"],
        ),
        "referrer": (
            at("step", draft.pk, "referrer"),
            {"who": "elsewhere", "referrer_name": "Typed Name"} | dict(zip(BOXES, ["32", "1", "2026"], strict=True)),
            ["Select the referrer’s agency", "Select how the referral arrived", "must be a real date"],
            ["Typed Name", 'value="32"'],
        ),
        "worry": (at("step", draft.pk, "worry"), {"worry": "   "}, ["Enter what you are worried about"], []),
        "screen": (
            at("screen", screening.pk), {"decision": "accept", "attending": "Typed People"},
            ["Enter the date of the consultation", "Enter the reason for your decision"], ["Typed People"],
        ),
        "signpost": (
            at("screen", screening.pk), {"decision": "signpost", "reason": "Typed Reason"},
            ["Enter the forum, agency or procedure"], ["Typed Reason"],
        ),
        "hold": (at("hold", planned.pk), {}, ["Enter the date the consultation was held"], []),
        "add action": (
            at("add-action", planned.pk), {"what": "Typed Action", "who": "elsewhere"},
            ["Select the space", "Enter the name of the person who will do it"], ["Typed Action"],
        ),
        "change action": (
            at("change-action", action.pk), {"what": "Typed Action", "who": "here", "version": "1"},
            ["Choose who will do it"], ["Typed Action"],
        ),
        "close action": (
            at("close-action", action.pk), {"outcome": "Typed Outcome"}, ["Select how it ended"], ["Typed Outcome"],
        ),
        "data entry": (
            reverse("tracker:data-entry", args=[held.pk]), {"detail": "Typed Detail", "how_long_known": "Typed Years"},
            ["Select the primary concern"], ["Typed Detail", "Typed Years"],
        ),
    }  # fmt: skip


FORMS = [
    "new", "new, wrong", "young person", "referrer", "worry", "screen", "ask", "signpost", "withdraw", "reschedule",
    "hold", "add action", "change action", "close action", "data entry",
]  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_form_with_something_missing_says_so_and_keeps_what_was_typed(browser, anybody, name):
    url, sent, errors, typed = forms_of(anybody)[name]
    response = browser.post(url, sent)
    page = response.content.decode()
    assert response.status_code == 200
    assert "There is a problem" in page
    assert "<title>Error: " in page
    for words in (*errors, *typed):
        assert words in page, words


def test_every_answer_of_the_suitability_questions_may_stay_open(browser, anybody):
    draft = a_draft(anybody)
    draft.answers.all().delete()
    key = FormSection.objects.of(FormName.SUITABILITY).first().key
    url = reverse("consultations:step", args=[draft.pk, "suitability"])
    response = browser.post(url, {f"question-{key}": "One answer", "version": "0"})
    assert response.status_code == 302
    assert [answer.body for answer in draft.answers.all() if answer.body] == ["One answer"]


def test_a_whole_referral_from_the_first_page_to_its_reference(signed_in):
    team = a_team()
    browser = signed_in(a_person(Role.PRACTITIONER, team=team))
    response = browser.post(reverse("consultations:new"), {"case_number": " 12  345 "})
    pk = response.headers["Location"].split("/")[2]
    agency = Agency.objects.get(name=team.agency.name)
    steps = {
        "young-person": {"case_number": "12 345", "name": "Zebedee Quince", "version": "1"},
        "referrer": {"who": "elsewhere", "referrer_name": "Me", "agency": agency.pk, "arrival": "email"}
        | requests.date_parts("received_on"),
        "worry": {"worry": "Seen by the canal."},
        "suitability": {},
    }
    for slug, values in steps.items():
        url = reverse("consultations:step", args=[pk, slug])
        assert browser.post(url, {"version": "0"} | values).status_code == 302, slug
    response = browser.post(reverse("consultations:check", args=[pk]), follow=True)
    page = response.content.decode()
    assert "Your referral has been sent. Its reference is CS-" in page
    assert "12 345" in page
    assert "Zebedee Quince" not in response.request["PATH_INFO"]
