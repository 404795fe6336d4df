"""What is typed into a form and not sent: kept, shown again, thrown away, and nobody else's."""

import pytest
from django.core import signing
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.services.referrals import DRAFT_KEY_NEW
from core import drafts
from core.models import FormDraft
from tests.factories import a_draft, a_person, a_referral, a_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return a_person(Role.PRACTITIONER, team=a_team())


@pytest.fixture
def browser(signed_in, person):
    return signed_in(person)


def token(person, key: str = DRAFT_KEY_NEW) -> str:
    return drafts.sign(key, person)


def keep(browser, person, client="tab-1", key=DRAFT_KEY_NEW, **data):
    sent = {"draft_key": token(person, key), "client": client, **data}
    return browser.post(reverse("core:keep-draft"), sent, headers={"accept": "application/json"})


def test_typed_text_is_kept_and_comes_back_without_complaints(browser, person):
    draft = a_draft(person)
    typed = {"case_number": "12 ??", "name": "", "date_of_birth_day": "31", "date_of_birth_month": "2"}
    answer = keep(browser, person, key=f"referral:{draft.pk}:young-person", **typed)
    assert answer.json()["status"] == "kept"
    page = browser.get(reverse("consultations:step", args=[draft.pk, "young-person"]))
    html = page.content.decode()
    assert 'value="12 ??"' in html
    assert 'value="31"' in html
    assert "did not send is in this form again" in html
    assert "There is a problem" not in html
    assert "govuk-error-message" not in html


def test_home_leads_back_to_it(browser, person):
    keep(browser, person, name="Half a na")
    html = browser.get("/").content.decode()
    assert "A referral that you began to type" in html
    assert "Half a na" not in html


def test_sending_the_form_forgets_it(browser, person):
    keep(browser, person, name="Half a na")
    browser.post(reverse("consultations:new"), {"case_number": "7001", "name": "Half a name"})
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize(
    ("next_page", "leads_to"),
    [
        ("/referrals/new/", "/referrals/new/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("", "/"),
    ],
)
def test_discarding_forgets_it_and_goes_back_only_within_the_site(browser, person, next_page, leads_to):
    keep(browser, person, name="Half a na")
    answer = browser.post(reverse("core:discard-draft"), {"draft_key": token(person), "next": next_page})
    assert answer.headers["Location"] == leads_to
    assert not FormDraft.objects.exists()
    assert "Half a na" not in browser.get(reverse("consultations:new")).content.decode()


def test_nobody_else_can_use_a_pages_token(browser, person, signed_in):
    keep(browser, person, name="Mine")
    other = signed_in(a_person(Role.PRACTITIONER))
    for url in ("core:keep-draft", "core:discard-draft"):
        answer = other.post(reverse(url), {"draft_key": token(person), "client": "tab-2", "name": "Theirs"})
        assert answer.status_code == 400
    assert [draft.data["name"] for draft in FormDraft.objects.all()] == [["Mine"]]


@pytest.mark.parametrize("bad", ["", "x", "a:b:c", "☃", "\x00"])
def test_a_token_that_we_did_not_make(browser, bad):
    for url in ("core:keep-draft", "core:discard-draft"):
        assert browser.post(reverse(url), {"draft_key": bad}).status_code == 400


def test_a_token_of_another_purpose_is_no_token(browser, person):
    forged = signing.dumps([person.pk, DRAFT_KEY_NEW], salt="something else")
    assert browser.post(reverse("core:keep-draft"), {"draft_key": forged}).status_code == 400


def test_another_tab_is_not_written_over_unless_the_person_says_so(browser, person):
    keep(browser, person, client="tab-1", name="First tab")
    refused = keep(browser, person, client="tab-2", name="Second tab")
    assert (refused.status_code, refused.json()["status"]) == (409, "elsewhere")
    assert FormDraft.objects.get().data["name"] == ["First tab"]
    assert keep(browser, person, client="tab-2", name="Second tab", force="1").json()["status"] == "kept"
    assert FormDraft.objects.get().data["name"] == ["Second tab"]
    assert keep(browser, person, client="tab-1", name="First tab").status_code == 409


def test_a_page_opened_again_types_on(browser, person):
    keep(browser, person, client="tab-1", name="Half a")
    assert keep(browser, person, client="tab-2", name="Half a name").status_code == 200


def test_the_size_is_bounded(browser, person):
    longest = "x" * (drafts.MAX_BYTES - len("name"))
    fits = keep(browser, person, name=longest)
    assert fits.status_code == 200
    refused = keep(browser, person, name="é" * (drafts.MAX_BYTES // 2 + 1))
    assert (refused.status_code, refused.json()["status"]) == (413, "refused")
    assert FormDraft.objects.get().data["name"] == [longest]


def test_what_is_not_the_persons_words_is_not_kept(person):
    sent = QueryDict(mutable=True)
    sent.update({"name": "Kept", "password": "secret", "csrfmiddlewaretoken": "t", "client": "c", "force": "1"})
    drafts.keep("some:form", user=person, data=sent, client="c", at=timezone.now())
    assert FormDraft.objects.get().data == {"name": ["Kept"]}


def test_nul_is_taken_out_of_values_and_names(browser, person):
    answer = keep(browser, person, **{"name": "a\x00b", "case\x00number": "1"})
    assert answer.status_code == 200
    assert FormDraft.objects.get().data["name"] == ["ab"]


def test_a_script_signed_out_is_told_so_and_nothing_is_kept(client, person):
    answer = keep(client, person, name="Half a na")
    assert answer.status_code == 401
    assert answer.json()["status"] == "signed-out"
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize("client", ["tab 1", "x" * 65, "<script>", "\x00"])
def test_a_page_id_that_no_page_of_ours_makes(browser, person, client):
    assert keep(browser, person, client=client, name="x").status_code == 400


def test_each_form_and_person_has_its_own(signed_in):
    referral = a_referral()
    people = [a_person(Role.CS_PRACTITIONER) for _ in range(2)]
    key = f"referral:{referral.pk}:screen"
    for number, person in enumerate(people):
        keep(signed_in(person), person, key=key, reason=f"Reason {number}")
    html = signed_in(people[1]).get(reverse("consultations:screen", args=[referral.pk])).content.decode()
    assert "Reason 1" in html
    assert "Reason 0" not in html


def test_a_discarded_referral_leaves_no_typed_text_behind(browser, person):
    referral = a_referral("draft", by=person)
    keep(browser, person, key=f"referral:{referral.pk}:worry", worry="Typed and not sent")
    assert FormDraft.objects.count() == 1
    assert browser.post(reverse("consultations:discard", args=[referral.pk])).status_code == 302
    assert not FormDraft.objects.exists()


def test_a_referral_is_not_sent_over_what_was_typed_and_not_saved(browser, person):
    referral = a_referral("draft", by=person)
    keep(browser, person, key=f"referral:{referral.pk}:worry", worry="Typed and not sent")
    answer = browser.post(reverse("consultations:check", args=[referral.pk]))
    assert answer.status_code == 409
    assert "not among these answers yet" in answer.content.decode()
    assert FormDraft.objects.get().data["worry"] == ["Typed and not sent"]
    drafts.drop(f"referral:{referral.pk}:worry", person)
    assert browser.post(reverse("consultations:check", args=[referral.pk])).status_code == 302
