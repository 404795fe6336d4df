"""A section of the consultation over HTTP: the script's protocol, the plain form, and two people at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.permissions import Role
from consultations.models import ConsultationNote
from consultations.services import notes
from consultations.services.screening import PRESENT
from core import texts
from core.models import AuditEvent, FormSection, ListItem, SetAsideText, Text
from core.models.lists import FormName, ListName
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
    assert '<mark class="app-only">Ben&#x27;s</mark> words' in page
    aside = SetAsideText.objects.get()
    assert f'name="aside-{aside.pk}" value="before"' in page
    merged = {
        "text-home": "Ann's words",
        "version-home": "1",
        "digest-home": texts.digest("Ann's words"),
        f"aside-{aside.pk}": "before",
        f"seen-{aside.pk}": aside.at.isoformat(),
        "section": "home",
    }
    answer = ben.post(everything, merged)
    assert (answer.status_code, answer.headers["Location"].endswith("/consultation/#section-home")) == (302, True)
    aside.refresh_from_db()
    assert aside.resolved_by.name == "Ben"
    assert body_of(referral) == "Ben's words\n\nAnn's words"


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


@pytest.mark.parametrize("key", ["no-such-section", "are-the-parents", "journey", PRESENT])
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
    assert body_of(referral) == ""
    assert not SetAsideText.objects.exists()


def test_signed_out_nothing_is_saved_and_the_way_back_is_given(referral, client):
    answer = save(client, referral, "x", 0)
    assert (answer.status_code, answer.json()["status"]) == (401, "signed-out")
    assert answer.json()["sign_in_url"] == "/accounts/login/?next=/signed-in/"


def test_typing_makes_one_audit_event_for_each_version_kept(referral, browsers):
    for seq, body in enumerate(["We", "We met", "We met them"], start=1):
        save(browsers[0], referral, body, seq - 1, client="p", seq=seq)
    assert AuditEvent.objects.filter(act="consultation.written").count() == 1


def test_what_is_known_of_the_referral_is_there_already():
    referral = a_referral("planned", gender=ListItem.objects.get(list=ListName.GENDER, label="Male"))
    known = dict(referral.consultation.notes.exclude(text__body="").values_list("section__key", "text__body"))
    assert known == {"gender": "Male"}


@pytest.mark.parametrize("way", texts.Way)
def test_without_scripts_one_says_what_becomes_of_a_set_aside_text(referral, browsers, way):
    ann, ben = browsers
    everything = reverse("consultations:save-all", args=[referral.pk])
    save(ann, referral, "Ann's", 0, client="a", seq=1)
    save(ben, referral, "Ben's", 0, client="b", seq=1)
    aside = SetAsideText.objects.get()
    sent = {
        "text-home": "Ann's and more",
        "version-home": "1",
        "digest-home": texts.digest("Ann's"),
        f"aside-{aside.pk}": way,
        f"seen-{aside.pk}": aside.at.isoformat(),
    }
    assert ann.post(everything, sent).status_code == 302
    made = {
        texts.Way.BEFORE: "Ben's\n\nAnn's and more",
        texts.Way.AFTER: "Ann's and more\n\nBen's",
        texts.Way.INSTEAD: "Ben's",
        texts.Way.DROP: "Ann's and more",
    }
    assert body_of(referral) == made[way]
    assert not texts.waiting(Text.objects.all())


def test_without_scripts_words_that_came_after_reading_are_not_taken_away(referral, browsers):
    ann, ben = browsers
    save(ann, referral, "Ann's", 0, client="a", seq=1)
    save(ben, referral, "Ben's", 0, client="b", seq=1)
    aside = SetAsideText.objects.get()
    save(ben, referral, "Ben's and more", 0, client="b", seq=2, parked=aside.pk)
    sent = {
        "text-home": "Ann's", "version-home": "1", "digest-home": texts.digest("Ann's"),
        f"aside-{aside.pk}": "drop", f"seen-{aside.pk}": aside.at.isoformat(),
    }  # fmt: skip
    answer = ann.post(reverse("consultations:save-all", args=[referral.pk]), sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "was changed after you read it" in page
    assert "and more" in page
    aside.refresh_from_db()
    assert (aside.resolved_at, aside.body) == (None, "Ben's and more")


def test_a_choice_that_is_none_does_nothing(referral, browsers):
    ann, ben = browsers
    save(ann, referral, "Ann's", 0, client="a", seq=1)
    save(ben, referral, "Ben's", 0, client="b", seq=1)
    aside = SetAsideText.objects.get()
    sent = {
        "text-home": "Ann's", "version-home": "1", "digest-home": texts.digest("Ann's"),
        f"aside-{aside.pk}": "burn", f"seen-{aside.pk}": "yesterday",
    }  # fmt: skip
    assert ann.post(reverse("consultations:save-all", args=[referral.pk]), sent).status_code == 302
    aside.refresh_from_db()
    assert aside.resolved_at is None
    assert ann.post(
        reverse("consultations:save-all", args=[referral.pk]), sent | {f"aside-{aside.pk}": "drop"}
    ).status_code == 400  # fmt: skip


def test_the_answer_to_a_conflict_says_which_words_only_one_text_has(referral, browsers):
    ann, ben = browsers
    save(ann, referral, "His mother is worried.", 0, client="a", seq=1)
    said = save(ben, referral, "His  mother is calm.", 0, client="b", seq=1).json()
    assert said["theirs"]["runs"] == [["His mother is ", False], ["worried", True], [".", False]]
    assert said["yours"]["runs"] == [["His  mother is ", False], ["calm", True], [".", False]]


def test_what_was_cleaned_is_in_the_answer_and_nothing_else_is(referral, browsers):
    answer = save(browsers[0], referral, "Two\u00a0lines\r\nof text", 0, client="p", seq=1).json()
    assert answer["body"] == "Two lines\nof text"
    assert "body" not in save(browsers[0], referral, "Two lines\r\nof text.", 1, client="p", seq=2).json()


def test_a_section_that_came_into_the_form_later_is_begun_at_its_first_save(referral, browsers):
    FormSection.objects.create(form=FormName.CONSULTATION, key="pets", title="Pets", order=99)
    for version, body in enumerate(["A dog", "A dog and a cat"]):
        answer = browsers[0].post(url(referral, "pets"), {"body": body, "version": version}, headers=JSON)
        assert answer.status_code == 200
    assert notes.written_in(referral.consultation, "pets") == "A dog and a cat"


class Page:
    """One person's open page, for counting what its saves cost."""

    def __init__(self, browser, referral, client):
        self.browser, self.referral, self.client, self.seq = browser, referral, client, 0

    def cost(self, body, version, status=200, **sent) -> tuple[int, dict]:
        self.seq += 1
        with CaptureQueriesContext(connection) as queries:
            answer = save(self.browser, self.referral, body, version, client=self.client, seq=self.seq, **sent)
        assert answer.status_code == status
        return len(queries.captured_queries), answer.json()


@pytest.mark.django_db(transaction=True)
def test_a_save_costs_eight_queries_at_most(referral, browsers):
    """All of them, with BEGIN and COMMIT; only merging two texts costs one more."""
    ann, ben = Page(browsers[0], referral, "a"), Page(browsers[1], referral, "b")
    assert ann.cost("We", 0)[0] == 8  # a version begins: with its line in the audit log
    assert ann.cost("We met", 1)[0] == 7  # typing on
    assert ann.cost("They met", 2)[0] == 8
    first, said = ben.cost("Ben's", 0, 409)
    parked = said["yours"]["id"]
    more, _ = ben.cost("Ben's own", 0, 409, parked=parked)
    other, _ = ben.cost("Something else", 0, 409, parked=parked)
    assert (first, more, other) == (8, 7, 8)
    assert ben.cost("They met. Something else", 3, resolves=parked)[0] == 9
