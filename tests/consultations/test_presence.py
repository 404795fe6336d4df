"""Who else is on a consultation page, and what they saved meanwhile."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.models import Consultation, Presence, Referral
from consultations.services import notes, presence
from core.models import AuditEvent, FormSection
from core.models.lists import FormName
from tests.factories import a_person, a_referral

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def referral():
    return a_referral("planned")


@pytest.fixture
def ann():
    return a_person(Role.CS_PRACTITIONER, name="Ann")


@pytest.fixture
def ben():
    return a_person(Role.CS_PRACTITIONER, name="Ben")


def here(referral, by, client="page", **values) -> presence.Around:
    return presence.here(Referral.objects.visible_to(by), referral.pk, by=by, client=client, **values)


def write(referral, key, body, version, by) -> None:
    section = FormSection.objects.get(form=FormName.CONSULTATION, key=key)
    notes.save_section(referral.consultation, section, body=body, base_version=version, by=by)


def ping(browser, referral, **values):
    sent = {"token": presence.token(referral.pk), "client": "page-1"} | values
    return browser.post(reverse("consultations:presence", args=[referral.pk]), sent, headers=JSON)


def test_each_sees_where_the_others_are(referral, ann, ben):
    assert here(referral, ann, section="home").others == []
    assert here(referral, ben, section="school").others == [("Ann", False, "home")]
    assert here(referral, ann, section="home").others == [("Ben", False, "school")]
    here(referral, ben, section="home")
    assert here(referral, ann, section="home").others == [("Ben", False, "home")]
    assert Presence.objects.count() == 2


def test_ones_own_other_window_is_told_apart(referral, ann):
    here(referral, ann, "one", section="home")
    assert here(referral, ann, "two").others == [("Ann", True, "home")]


def test_nobody_is_seen_on_another_consultation(referral, ann, ben):
    here(a_referral("planned"), ann)
    assert here(referral, ben).others == []


def test_who_is_silent_for_half_a_minute_is_gone_and_forgotten(referral, ann, ben):
    now = timezone.now()
    here(referral, ann, at=now)
    assert here(referral, ben, at=now + presence.GONE_AFTER).others == [("Ann", False, "")]
    assert here(referral, ben, at=now + presence.GONE_AFTER + timedelta(seconds=1)).others == []
    assert Presence.objects.get().user == ben


def test_leaving_says_so_and_sweeps_up_behind_others(referral, ann, ben):
    here(a_referral("planned"), ben, at=timezone.now() - timedelta(hours=1))
    here(referral, ann, "mine")
    here(referral, ann, "other")
    presence.leave(referral.pk, by=ann, client="mine")
    assert [row.client for row in Presence.objects.all()] == ["other"]


def test_nobody_sends_another_away(referral, ann, ben):
    here(referral, ann, "page")
    presence.leave(referral.pk, by=ben, client="page")
    assert Presence.objects.get().user == ann


def test_what_others_saved_is_given_once_it_is_newer(referral, ann, ben):
    write(referral, "home", "Ben's words", 0, ben)
    write(referral, "school", "More", 0, ben)
    around = here(referral, ann, known={"home": 0, "school": 1, "neighbourhood": 0})
    assert [(note.section.key, note.text.body, note.text.version) for note in around.changed] == [
        ("home", "Ben's words", 1)
    ]
    assert here(referral, ann).changed == []  # what the page does not show is not sent


def test_the_answer_for_the_page(referral, signed_in, ann, ben):
    here(referral, ben, section="home")
    write(referral, "home", "Ben's words", 0, ben)
    answer = ping(signed_in(ann), referral, section="home", **{"version-home": "0", "version-school": "x"})
    said = answer.json()
    assert (answer.status_code, said["status"]) == (200, "here")
    assert said["others"] == [{"name": "Ben", "you": False, "section": "home"}]
    (change,) = said["changed"]
    assert (change["key"], change["version"], change["body"], change["by"]) == ("home", 1, "Ben's words", "Ben")
    assert change["saved_line"].startswith("Saved by Ben")
    assert ping(signed_in(ann), referral, left="1").json() == {"status": "left"}
    assert Presence.objects.get().user == ben


def test_a_reader_is_seen_too(referral, signed_in, ann):
    ping(signed_in(a_person(Role.MANAGER, name="Reader")), referral)
    assert here(referral, ann).others == [("Reader", False, "")]


@pytest.mark.parametrize(
    "sent",
    [
        {"token": ""},
        {"token": "forged"},
        {"token": presence.token("00000000-0000-4000-8000-000000000000")},
        {"client": ""},
        {"client": "<b>"},
        {"client": "x" * 65},
        {"section": "no slug!"},
        {"section": "x" * 61},
        {"section": "\x00"},
    ],
    ids=str,
)
def test_what_no_page_sends_is_refused(referral, signed_in, ann, sent):
    answer = ping(signed_in(ann), referral, **sent)
    assert (answer.status_code, answer.json()["status"]) == (400, "refused")
    assert not Presence.objects.exists()


def test_nobody_reads_along_without_having_opened_the_page(referral, signed_in, ann):
    """The words of a record are given to those only whose view of it the audit log has."""
    other = a_referral("planned")
    browser = signed_in(ann)
    page = browser.get(reverse("consultations:consultation", args=[other.pk])).content.decode()
    assert f'data-token="{presence.token(other.pk)}"' in page
    assert ping(browser, referral, token=presence.token(other.pk), **{"version-home": "0"}).status_code == 400


def test_a_record_that_one_may_not_see_is_not_there(referral, signed_in):
    stranger = a_person(Role.PRACTITIONER)
    assert ping(signed_in(stranger), referral).status_code == 404
    assert not Presence.objects.exists()
    with pytest.raises(Consultation.DoesNotExist):
        here(referral, stranger)


def test_being_there_is_no_view_of_the_record(referral, signed_in, ann):
    browser = signed_in(ann)
    before = AuditEvent.objects.count()
    for _ in range(3):
        ping(browser, referral)
    assert AuditEvent.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_it_costs_six_queries_at_most(referral, signed_in, ann, ben):
    """Counted with whatever surrounds them: the session, the person, BEGIN and COMMIT."""
    known = {f"version-{note.section.key}": "0" for note in referral.consultation.notes.select_related("section")}

    def cost(browser, **values) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ping(browser, referral, **(known | values)).status_code == 200
        return len(queries.captured_queries)

    browser = signed_in(ann)
    assert cost(browser) == 5  # arriving
    assert cost(browser, section="home") == 5
    for number in range(10):
        here(referral, a_person(Role.CS_PRACTITIONER), f"page-{number}")
        write(referral, "home", f"Words {number}", number, ben)
    assert cost(browser) == 5
    Presence.objects.exclude(user=ann).update(at=timezone.now() - timedelta(minutes=5))
    assert cost(browser) == 6  # the silent ones go
    assert cost(browser, left="1") == 5
