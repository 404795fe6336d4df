"""Referring a context: once, again, twice by mistake, with nothing, with what cannot be stored."""

import pytest
from django.urls import reverse

from accounts.permissions import Role
from contexts.models import Context, ContextReferral
from core.models import FormDraft
from tests.context_factories import a_context
from tests.factories import a_person, a_team
from tests.permissions.requests import an_agency
from tests.slices.contexts import _today, date_parts

pytestmark = pytest.mark.django_db
URL = "/contexts/refer/"


def sent(**values) -> dict:
    given = {
        "kind": "school", "name": "Marlow Road Academy", "worry": "Fights at the gate", "referrer_name": "Me",
        "agency": an_agency().pk, "arrival": "online", **date_parts("received_on", _today()),
    }  # fmt: skip
    return given | values


@pytest.fixture
def teller():
    return a_person(Role.PRACTITIONER, team=a_team())


def test_a_context_is_referred_and_waits_to_be_screened(signed_in, teller):
    cs = a_person(Role.CS_PRACTITIONER)
    answer = signed_in(teller).post(URL, sent(strengths="A kind caretaker"), follow=True)
    context = Context.objects.get()
    assert (context.state, context.kind, context.name) == ("referred", "school", "Marlow Road Academy")
    assert context.reference.startswith(f"CTX-{_today().year}-")
    assert "A CS practitioner screens it next." in answer.content.decode()
    home = signed_in(cs).get("/").content.decode()
    assert "Contexts to screen" in home
    assert context.reference in home


def test_the_same_form_sent_twice_makes_one(signed_in, teller):
    browser = signed_in(teller)
    for _ in range(2):
        assert browser.post(URL, sent()).status_code == 302
    assert Context.objects.count() == ContextReferral.objects.count() == 1


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(signed_in, teller):
    answer = signed_in(teller).post(URL, {"worry": "Kept words", "name": "!!!"})
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "Select what it is",
        "Its name must have a letter or a digit in it",
        "Select the agency",
        "Kept words",
    ):
        assert words in page
    assert not Context.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"worry": "a\x00b"}, {"name": "x" * 201}, {"worry": "x" * 1_000_000}, {"kind": "volcano"},
        {"harms": ["999999999999999999999"]}, {"agency": "nonsense"}, {"received_on_year": "99999999999999999999"},
        {"received_on_day": "31", "received_on_month": "2"}, {"which": "nonsense"}, {"arrival": "by-pigeon"},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_refused_and_never_an_error(signed_in, teller, wrong):
    answer = signed_in(teller).post(URL, sent(**wrong))
    if "which" in wrong:
        assert answer.status_code == 302  # it was not asked
        return
    assert answer.status_code in (200, 400)
    assert not Context.objects.exists()


def test_a_known_name_is_offered_and_never_made_twice(signed_in, teller):
    known = a_context("assessing", by=teller, kind="school", name="Marlow Road Academy")
    browser = signed_in(teller)
    asked = browser.post(URL, sent(name="marlow road ACADEMY."))
    assert asked.status_code == 200
    page = asked.content.decode()
    assert "Is it one of these?" in page
    assert known.reference in page
    assert browser.post(URL, sent(which=str(known.pk))).status_code == 302
    assert Context.objects.get().referrals.count() == 2
    assert browser.post(URL, sent(which="another", worry="Of another one")).status_code == 302
    assert Context.objects.count() == 2


def test_a_context_that_somebody_may_not_see_is_not_offered(signed_in, teller):
    a_context("assessing", name="Marlow Road Academy")  # told of by somebody else
    assert signed_in(teller).post(URL, sent()).status_code == 302
    assert Context.objects.count() == 2
    cs = signed_in(a_person(Role.CS_PRACTITIONER))
    newest = Context.objects.latest("created_at")
    page = cs.get(reverse("contexts:screen", args=[newest.pk])).content.decode()
    assert "Also known by this name" in page  # whoever screens it sees both


@pytest.mark.parametrize("state", ["closed", "declined", "withdrawn"])
def test_one_that_ended_is_screened_anew_when_it_is_referred_again(signed_in, teller, state):
    context = a_context(state, by=teller)
    answer = signed_in(teller).post(reverse("contexts:refer-again", args=[context.pk]), sent(worry="Again"))
    assert answer.status_code == 302
    now = Context.objects.get(pk=context.pk)
    assert (now.state, now.screened_by, now.outcome) == ("referred", None, "")
    assert now.referrals.count() == 2


def test_what_is_typed_is_kept_until_it_is_sent(signed_in, teller):
    browser = signed_in(teller)
    page = browser.get(URL)
    key = page.context["page"].draft_key
    browser.post(reverse("core:keep-draft"), {"draft_key": key, "client": "p", "worry": "Half a sentence"})
    assert "Half a sentence" in browser.get(URL).content.decode()
    assert "A context that you began to refer" in browser.get("/").content.decode()
    browser.post(URL, sent())
    assert not FormDraft.objects.exists()


def test_others_read_their_own_telling_and_not_what_others_told(signed_in):
    one, two = (a_person(Role.PRACTITIONER, team=a_team()) for _ in range(2))
    context = a_context("assessing", by=one, worry="What the first one told")
    ContextReferral.objects.create(
        context=context, made_by=two, at=context.created_at, referrer_name="Two", arrival="online",
        received_on=_today(), worry="What the second one told", team=two.team,
    )  # fmt: skip
    page = signed_in(two).get(context.get_absolute_url()).content.decode()
    assert "What the second one told" in page
    assert "What the first one told" not in page
    both = signed_in(a_person(Role.CS_PRACTITIONER)).get(context.get_absolute_url()).content.decode()
    assert "What the first one told" in both
    assert "What the second one told" in both
