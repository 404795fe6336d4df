"""A section of the consultation over HTTP: the script's protocol, the plain form, and two people at once."""

import pytest
from django.urls import reverse

from accounts.permissions import Role
from consultations.models import ConsultationNote
from core import texts
from core.models import AuditEvent, FormSection, SetAsideText
from core.models.lists import FormName
from tests.factories import a_person, a_referral

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def referral():
    return a_referral("planned")


@pytest.fixture
def browsers(signed_in):
    return [signed_in(a_person(Role.CS_PRACTITIONER, name=name)) for name in ("Ann", "Ben")]


def url(referral, key: str = "home") -> str:
    return reverse("consultations:save-section", args=[referral.pk, key])


def save(browser, referral, body, version, **values):
    return browser.post(url(referral), {"body": body, "version": version, **values}, headers=JSON)


def body_of(referral) -> str:
    return ConsultationNote.objects.get(consultation=referral.consultation, section__key="home").text.body


def test_a_save_says_what_it_saved(referral, browsers):
    answer = save(browsers[0], referral, "Two lines\r\nof text", 0, client="p", seq=1).json()
    assert (answer["status"], answer["version"]) == ("saved", 1)
    assert answer["digest"] == texts.digest("Two lines\nof text")
    assert answer["saved_line"].startswith("Saved by Ann, ")
    assert body_of(referral) == "Two lines\nof text"


def test_blank_ends_are_the_writers_own(referral, browsers):
    save(browsers[0], referral, "  indented \n", 0)
    assert body_of(referral) == "  indented \n"


def test_a_conflict_gives_both_texts_and_a_merge_ends_it(referral, browsers):
    ann, ben = browsers
    save(ann, referral, "Ann's", 0, client="a", seq=1)
    answer = save(ben, referral, "Ben's", 0, client="b", seq=1)
    assert answer.status_code == 409
    said = answer.json()
    assert (said["status"], said["version"]) == ("conflict", 1)
    assert (said["theirs"]["body"], said["theirs"]["by"]) == ("Ann's", "Ann")
    parked = said["yours"]["id"]
    again = save(ben, referral, "Ben's more", 0, client="b", seq=2, parked=parked)
    assert (again.status_code, again.json()["yours"]["id"]) == (409, parked)
    page = ann.get(reverse("consultations:consultation", args=[referral.pk])).content.decode()
    assert "Ben&#x27;s more" in page
    assert "Written at the same time by Ben" in page
    assert save(ben, referral, "Ann's and Ben's more", 1, client="b", seq=3, resolves=parked).json()["version"] == 2
    assert not texts.waiting([ConsultationNote.objects.get(section__key="home").text])
    assert body_of(referral) == "Ann's and Ben's more"


def test_a_conflict_without_scripts_shows_both_texts_on_the_page(referral, browsers):
    ann, ben = browsers
    everything = reverse("consultations:save-all", args=[referral.pk])
    ann.post(everything, {"text-home": "Ann's words", "version-home": "0"})
    answer = ben.post(everything, {"text-home": "Ben's words", "version-home": "0"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Ann&#x27;s words" in page
    assert "Ben&#x27;s words" in page
    aside = SetAsideText.objects.get()
    merged = {"text-home": "Both", "version-home": "1", "resolves-home": str(aside.pk), "section": "home"}
    answer = ben.post(everything, merged)
    assert (answer.status_code, answer.headers["Location"].endswith("/consultation/#section-home")) == (302, True)
    aside.refresh_from_db()
    assert aside.resolved_by.name == "Ben"


def test_without_scripts_one_button_saves_every_changed_section_and_no_other(referral, browsers):
    ann, ben = browsers
    save(ben, referral, "Ben's home", 0)
    everything = reverse("consultations:save-all", args=[referral.pk])
    sent = {
        "section": "school",
        "text-school": "Ann's school",
        "version-school": "0",
        "digest-school": texts.digest(""),
        "text-neighbourhood": "Ann's\r\nneighbourhood",
        "version-neighbourhood": "0",
        "digest-neighbourhood": texts.digest(""),
        "text-home": "",  # as it was when Ann opened the page: not hers to change
        "version-home": "0",
        "digest-home": texts.digest(""),
    }
    assert ann.post(everything, sent).headers["Location"].endswith("#section-school")
    written = {note.section.key: note.text.body for note in ConsultationNote.objects.select_related("section", "text")}
    assert written["school"] == "Ann's school"
    assert written["neighbourhood"] == "Ann's\nneighbourhood"
    assert written["home"] == "Ben's home"
    assert not SetAsideText.objects.exists()


def test_two_sections_do_not_touch_each_other(referral, browsers):
    ann, ben = browsers
    for browser, key in [(ann, "home"), (ben, "school")]:
        answer = browser.post(url(referral, key), {"body": key, "version": 0}, headers=JSON)
        assert answer.status_code == 200
    assert not SetAsideText.objects.exists()


@pytest.mark.parametrize("key", ["no-such-section", "are-the-parents", "journey"])
def test_what_is_no_section_of_the_consultation(referral, browsers, key):
    assert browsers[0].post(url(referral, key), {"body": "x", "version": 0}, headers=JSON).status_code == 404


def test_a_section_that_was_switched_off_takes_nothing(referral, browsers):
    FormSection.objects.filter(form=FormName.CONSULTATION, key="home").update(active=False)
    assert save(browsers[0], referral, "x", 0).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"body": "a\x00b", "version": "0"},
        {"body": "x" * (texts.MAX_LENGTH + 1), "version": "0"},
        {"body": "x"},
        {"body": "x", "version": "-1"},
        {"body": "x", "version": "99999999999999999999"},
        {"body": "x", "version": "one"},
        {"body": "x", "version": "0", "client": "no spaces"},
        {"body": "x", "version": "0", "seq": "99999999999999999999"},
        {"body": "x", "version": "0", "resolves": "not-an-id"},
        {"body": "x", "version": "0", "parked": "\x00"},
    ],
    ids=["NUL", "too long", "no version", "negative", "huge", "words", "client", "seq", "resolves", "parked"],
)
def test_what_cannot_be_saved_is_refused_with_words(referral, browsers, sent):
    answer = browsers[0].post(url(referral), sent, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["status"] == "refused"
    assert answer.json()["message"]
    assert not ConsultationNote.objects.filter(section__key="home").exists()


def test_signed_out_nothing_is_saved_and_the_way_back_is_given(referral, client):
    answer = save(client, referral, "x", 0)
    assert (answer.status_code, answer.json()["status"]) == (401, "signed-out")
    assert answer.json()["sign_in_url"] == "/accounts/login/?next=/signed-in/"


def test_typing_makes_one_audit_event_for_each_version_kept(referral, browsers):
    for seq, body in enumerate(["We", "We met", "We met them"], start=1):
        save(browsers[0], referral, body, seq - 1, client="p", seq=seq)
    assert AuditEvent.objects.filter(act="consultation.written").count() == 1


def test_what_is_known_of_the_referral_is_there_already():
    referral = a_referral("planned")
    notes = dict(referral.consultation.notes.values_list("section__key", "text__body"))
    assert notes == {"practitioners-present": "Referrer, CS practitioner"}
