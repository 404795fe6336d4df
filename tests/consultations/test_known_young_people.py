"""Case number first: who is known to the reader is offered, and nobody learns of anybody else."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.models import Referral, YoungPerson
from consultations.services import access, known, people, referrals
from consultations.services.referrals import SENT_TWICE
from core.models import AuditEvent, ListItem
from core.models.lists import ListName
from tests.factories import a_draft, a_person, a_referral, a_team

pytestmark = pytest.mark.django_db
NEW = "/referrals/new/"
OFFERED = "is here already"


@pytest.fixture
def author():
    return a_person(Role.PRACTITIONER, team=a_team())


@pytest.fixture
def browser(signed_in, author):
    return signed_in(author)


def words(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def say(browser, number, who, **more):
    return browser.post(NEW, {"case_number": number, "offered": number, "who": str(who), **more})


def item(name: str, number: int = 0) -> ListItem:
    return ListItem.objects.of(name)[number]


@pytest.mark.parametrize("typed", ["AB-0815", "ab 0815", "AB0815", "  ab/0815 "])
def test_somebody_known_is_offered_whatever_the_spelling(browser, author, typed):
    one = a_referral(by=author, case_number="AB-0815", name="Siân O'Brien-Zielińska", date_of_birth=date(2011, 5, 4))
    page = browser.post(NEW, {"case_number": typed})
    assert page.status_code == 200
    for shown in (OFFERED, "Siân O'Brien-Zielińska", "4 May 2011", one.reference, "Is this the young person?"):
        assert shown in words(page)
    assert "There is a problem" not in words(page)
    same_number = typed.strip().upper() == "AB-0815"
    assert ("somebody else with a similar number" in words(page)) == (not same_number)
    assert not Referral.objects.filter(state="draft").exists()
    assert AuditEvent.objects.filter(act="viewed", subject_id=str(one.pk), actor_id=author.pk).exists()


def test_yes_takes_over_what_is_known_and_says_where_it_comes_from(browser, author):
    old = {"gender": item(ListName.GENDER), "legal_status": item(ListName.LEGAL_STATUS)}
    a_referral(by=author, case_number="815", name="Kai", date_of_birth=date(2011, 5, 4), **old)
    switched_off = item(ListName.EDUCATION)
    now = {"gender": item(ListName.GENDER, 1), "education": switched_off, "date_of_birth": None}
    latest = a_referral(by=author, case_number="815", name="Kai Mensah", **now)
    latest.disabilities.set(ListItem.objects.of(ListName.DISABILITY)[1:3])
    ListItem.objects.filter(pk=switched_off.pk).update(active=False)
    answer = say(browser, "815", latest.young_person_id)
    draft = Referral.objects.get(state="draft")
    assert answer.headers["Location"] == reverse("consultations:step", args=[draft.pk, "young-person"])
    assert (draft.case_number, draft.name, draft.date_of_birth) == ("815", "Kai Mensah", date(2011, 5, 4))
    assert (draft.gender, draft.education, draft.legal_status) == (item(ListName.GENDER, 1), None, None)
    assert list(draft.disabilities.all()) == list(ListItem.objects.of(ListName.DISABILITY)[1:3])
    step = browser.get(answer.headers["Location"])
    assert f'These details are as they stand in referral <a class="govuk-link" href="{latest.get_absolute_url()}">' in (
        words(step)
    )
    sent = {"case_number": "815", "name": "Kai M.", "version": "1"}
    assert browser.post(answer.headers["Location"], sent).status_code == 302
    assert "These details are as they stand" not in words(browser.get(answer.headers["Location"]))  # theirs now
    assert latest.reference in AuditEvent.objects.get(act="referral.drafted", subject_id=str(draft.pk)).detail.values()


def test_no_answer_and_an_answer_that_was_not_offered(browser, author):
    a_referral(by=author, case_number="815")
    stranger = a_referral(case_number="816")
    for who in ("", "nonsense", stranger.young_person_id):
        page = say(browser, "815", who)
        assert page.status_code == 200
        assert "There is a problem" in words(page)
    assert not Referral.objects.filter(state="draft").exists()


def test_a_wrong_number_comes_back_to_be_corrected_and_another_one_asks_anew(browser, author):
    a_referral(by=author, case_number="815", name="Kai")
    other = a_referral(by=author, case_number="816", name="Leah")
    page = say(browser, "815", "wrong-number")
    assert page.status_code == 200
    assert 'value="815"' in words(page)
    assert OFFERED not in words(page)
    # what stands in the hidden field of an old page decides nothing
    page = browser.post(NEW, {"case_number": "816", "offered": "815", "who": str(other.young_person_id)})
    assert OFFERED in words(page)
    assert "Leah" in words(page)
    assert not Referral.objects.filter(state="draft").exists()


def test_somebody_else_with_a_similar_number_gets_a_draft_of_their_own(browser, author):
    a_referral(by=author, case_number="0815", name="Kai")
    assert say(browser, "815", "somebody-else").status_code == 302
    draft = Referral.objects.get(state="draft")
    assert (draft.case_number, draft.name) == ("815", "")
    assert say(browser, "0815", "somebody-else").status_code == 200  # nobody else can have that very number


@pytest.mark.parametrize("hidden", ["another team's", "restricted", "a draft", "nobody's"])
def test_who_may_not_be_known_of_is_as_unknown(signed_in, hidden):
    reader = a_person(Role.CS_PRACTITIONER if hidden == "restricted" else Role.PRACTITIONER, team=a_team())
    if hidden == "a draft":
        a_draft(a_person(Role.PRACTITIONER, team=reader.team), case_number="815", name="Zebedee")
    elif hidden != "nobody's":
        one = a_referral(case_number="815", name="Zebedee")
        if hidden == "restricted":
            access.restrict(one, reason="Family member works here.", people=[], by=a_person(Role.MANAGER))
    browser = signed_in(reader)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.post(NEW, {"case_number": "815"})
    asked = [query["sql"] for query in queries.captured_queries if '"consultations_youngperson"' in query["sql"]]
    assert len(asked) == 1, asked  # hidden or unknown: one look
    draft = Referral.objects.get(state="draft", made_by=reader)
    assert answer.headers["Location"] == reverse("consultations:step", args=[draft.pk, "young-person"])
    step = browser.get(answer.headers["Location"])
    assert "Zebedee" not in words(step)
    assert "These details" not in words(step)
    assert not AuditEvent.objects.filter(act="viewed", actor_id=reader.pk).exclude(subject_id=str(draft.pk)).exists()


def test_a_referral_of_a_hidden_young_person_does_not_open_their_record(signed_in, browser, author):
    """Whoever guesses a number and refers "somebody" with it is offered their own words again, not the record's."""
    a_referral(case_number="815", name="Zebedee Quince", date_of_birth=date(2011, 5, 4))
    mine = a_referral(by=author, case_number="815", name="Guessed", date_of_birth=None)
    assert mine.young_person.name == "Zebedee Quince"
    page = browser.post(NEW, {"case_number": "815"})
    assert "Guessed" in words(page)
    assert "Zebedee" not in words(page)
    assert "4 May 2011" not in words(page)
    say(browser, "815", mine.young_person_id)
    draft = Referral.objects.get(state="draft")
    assert (draft.name, draft.date_of_birth) == ("Guessed", None)


def test_who_was_merged_away_is_found_as_the_other(author):
    kept, gone = a_referral(by=author, case_number="111-X"), a_referral(by=author, case_number="222")
    YoungPerson.objects.filter(pk=gone.young_person_id).update(merged_into=kept.young_person)
    Referral.objects.filter(pk=gone.pk).update(young_person=kept.young_person)
    for number in ("222", "111x"):
        (found,) = known.known(number, by=author)
        assert found.id == kept.young_person_id
        assert {one.pk for one in found.referrals} == {kept.pk, gone.pk}
    again = referrals.send(a_draft(author, case_number="222"), by=author)
    assert again.young_person_id == kept.young_person_id


def test_a_real_merge_is_followed(author):
    first, second = a_referral(by=author, case_number="333"), a_referral(by=author, case_number="333-")
    one, two = first.young_person, second.young_person
    assert len(known.known("333", by=author)) == 2
    plan = people.plan(one, two, keep=one, choices={})
    people.merge(one, two, keep=one, choices={}, mark=plan.mark, reason="The same", by=a_person(Role.MANAGER))
    (found,) = known.known("333-", by=author)
    assert found.id == one.pk
    assert len(found.referrals) == 2


def test_several_with_one_number_are_told_apart(browser, author):
    one, two = (a_referral(by=author, case_number=number, name=name) for number, name in [("7-7", "A"), ("77", "B")])
    page = words(browser.post(NEW, {"case_number": "07/7"}))
    assert "Yes, it is A:" in page
    assert "Yes, it is B:" in page
    say(browser, "07/7", two.young_person_id)
    assert Referral.objects.get(state="draft").case_number == "77"
    assert one.young_person_id != two.young_person_id


def test_the_same_form_sent_twice_makes_one_draft(browser, author):
    one = a_referral(by=author, case_number="815")
    first, second = (say(browser, "815", one.young_person_id).headers["Location"] for _ in range(2))
    assert first == second
    first, second = (browser.post(NEW, {"case_number": "900"}).headers["Location"] for _ in range(2))
    assert first == second
    assert Referral.objects.filter(state="draft").count() == 2


def test_the_back_button_later_offers_the_draft_that_was_begun(browser, author, signed_in):
    draft = a_draft(author, case_number="AB 12", name="Kai")
    long_ago = timezone.now() - SENT_TWICE - timedelta(minutes=1)
    Referral.objects.filter(pk=draft.pk).update(created_at=long_ago)
    page = browser.post(NEW, {"case_number": "ab12"})
    assert "You have begun this referral before" in words(page)
    answer = say(browser, "ab12", draft.pk)
    assert answer.headers["Location"] == reverse("consultations:step", args=[draft.pk, "young-person"])
    assert Referral.objects.count() == 1
    assert say(browser, "ab12", "somebody-else").status_code == 302
    assert Referral.objects.count() == 2
    other = signed_in(a_person(Role.PRACTITIONER, team=author.team))
    assert other.post(NEW, {"case_number": "AB 12"}).status_code == 302  # nobody else's draft is told of


def test_a_number_that_is_none_is_refused(browser):
    for number in ("", "   ", "\u200b", "9" * 41, "7\u202e001", "<b>", "n°7", "🙂"):
        page = browser.post(NEW, {"case_number": number})
        assert page.status_code == 200, number
        assert "There is a problem" in words(page), number
    assert not Referral.objects.exists()


def test_numbers_of_zeros_alone_are_compared_as_they_are(author):
    a_referral(by=author, case_number="000")
    assert known.known("0", by=author) == []
    assert len(known.known("000", by=author)) == 1


def test_the_check_page_points_out_another_name_with_the_same_number(browser, author):
    one = a_referral(by=author, case_number="815", name="Kai Mensah", date_of_birth=date(2011, 5, 4))
    for name, born, differs in [
        ("Mensah, Kai", date(2011, 5, 4), False),
        ("KAI  MENSAH", None, False),
        ("Leah Brook", date(2011, 5, 4), True),
        ("Kai Mensah", date(2011, 4, 5), True),
    ]:
        draft = a_draft(author, case_number="815", name=name, date_of_birth=born)
        page = words(browser.get(reverse("consultations:check", args=[draft.pk])))
        assert ("with another name or date of birth" in page) == differs, name
        assert (one.reference in page) == differs
        draft.answers.all().delete()
        draft.delete()


def test_the_screener_sees_the_other_referrals_and_is_warned(signed_in):
    cs = a_person(Role.CS_PRACTITIONER)
    first = a_referral("held", case_number="815", name="Kai Mensah", date_of_birth=date(2011, 5, 4))
    hidden = a_referral(case_number="815", name="Kay Mensah", date_of_birth=date(2012, 5, 4))
    access.restrict(hidden, reason="Family member works here.", people=[], by=a_person(Role.MANAGER))
    same = a_referral(case_number="815", name="Mensah, Kai", date_of_birth=date(2011, 5, 4))
    page = words(signed_in(cs).get(reverse("consultations:screen", args=[same.pk])))
    assert "Other referrals of this young person" in page
    assert first.reference in page
    assert "give another name or date of birth" not in page
    other = a_referral(case_number="815", name="Leah Brook", date_of_birth=date(2011, 5, 4))
    page = words(signed_in(cs).get(reverse("consultations:screen", args=[other.pk])))
    assert "give another name or date of birth" in page
    for page_of in (same, other):
        page = words(signed_in(cs).get(reverse("consultations:screen", args=[page_of.pk])))
        assert hidden.reference not in page
        assert "Kay Mensah" not in page
