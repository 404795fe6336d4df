"""Questions to take away: put down from a prompt, given to somebody, answered by them, and seen in the record."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.models import TakeAway
from consultations.services import screening, take_aways
from core.models import AuditEvent, FormDraft, FormSection, Notice
from core.models.actions import ActionStatus
from core.models.lists import FormName
from core.workflow import ActRefused, EditConflict
from tests.factories import a_person, a_referral, a_take_away, a_team
from tests.permissions.requests import date_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, name="Ann")


@pytest.fixture
def owner():
    """Of another team: sees the question that is theirs, and nothing of the referral."""
    return a_person(Role.PRACTITIONER, team=a_team(), name="Olive Owner")


@pytest.fixture
def referral(cs):
    return a_referral("planned", cs=cs, name="Zebedee")


def add_url(referral, query="") -> str:
    return f"{reverse('consultations:add-take-away', args=[referral.pk])}{query}"


def url(question, name="take-away") -> str:
    return reverse(f"consultations:{name}", args=[question.pk])


def test_each_prompt_leads_to_a_form_with_its_words(referral, cs, signed_in):
    browser = signed_in(cs)
    shown = browser.get(reverse("consultations:consultation", args=[referral.pk])).content.decode()
    section = FormSection.objects.of(FormName.CONSULTATION).get(key="school")
    for number, words in enumerate(section.prompt_texts(), start=1):
        query = f"?section=school&prompt={number}"
        assert add_url(referral, query).replace("&", "&amp;") in shown
        assert browser.get(add_url(referral, query)).context["page"].form.initial["what"] == words


@pytest.mark.parametrize(
    "query",
    ["", "?section=moon&prompt=1", "?section=school&prompt=99", "?section=school&prompt=0", "?section=school&prompt=-1",
     "?section=school&prompt=²", "?section=school&prompt=one", "?section=école", "?section=%00"],
)  # fmt: skip
def test_a_link_that_no_page_has_gives_an_empty_form(referral, cs, signed_in, query):
    response = signed_in(cs).get(add_url(referral, query))
    assert response.status_code == 200
    assert response.context["page"].form.initial["what"] == ""


def test_a_question_is_given_to_somebody_here_who_is_told(referral, cs, owner, signed_in):
    sent = {"what": "Who is the older boy?", "who": "here", "owner": owner.pk} | date_parts("due")
    answer = signed_in(cs).post(add_url(referral, "?section=school&prompt=1"), sent)
    assert answer.headers["Location"].endswith("/consultation/#section-school")
    question = TakeAway.objects.get()
    assert (question.section.key, question.owner, question.due) == ("school", owner, timezone.localdate())
    notice = Notice.objects.get(user=owner)
    assert notice.url == url(question)
    assert "older boy" not in notice.words
    assert AuditEvent.objects.get(act="take-away.added").subject_label == referral.reference


def test_the_same_form_twice_makes_one(referral, cs):
    first = a_take_away(referral, by=cs)
    assert a_take_away(referral, by=cs) == first
    assert a_take_away(referral, by=cs, what="Another question?") != first


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"what": "", "who": "elsewhere", "owner_name": "PC Stone"}, "Enter the question"),
        ({"what": "Who?"}, "Select who takes it away"),
        ({"what": "Who?", "who": "here"}, "Choose who takes it away"),
        ({"what": "Who?", "who": "elsewhere"}, "Enter the name of the person who takes it away"),
    ],
)
def test_what_is_missing_is_said(referral, cs, signed_in, sent, said):
    response = signed_in(cs).post(add_url(referral), sent)
    assert said in response.content.decode()
    assert not TakeAway.objects.exists()


def test_what_is_typed_for_one_prompt_is_kept_apart_from_another(referral, cs, signed_in):
    browser = signed_in(cs)
    page = browser.get(add_url(referral, "?section=school&prompt=1")).context["page"]
    browser.post(reverse("core:keep-draft"), {"draft_key": page.draft_key, "client": "p", "what": "Half"})
    assert "Half" in browser.get(add_url(referral, "?section=school&prompt=1")).content.decode()
    assert "Half" not in browser.get(add_url(referral, "?section=school&prompt=2")).content.decode()
    sent = {"what": "Half a question", "who": "elsewhere", "owner_name": "PC Stone"}
    browser.post(add_url(referral, "?section=school&prompt=1"), sent)
    assert not FormDraft.objects.exists()


def test_its_owner_answers_it_and_comes_back_to_their_work(referral, cs, owner, signed_in):
    question = a_take_away(referral, owner=owner, by=cs, due=timezone.localdate() - timedelta(days=1))
    browser = signed_in(owner)
    home = browser.get("/")
    (work,) = [one for one in home.context["work"] if one.heading == "Questions that you took away"]
    assert work.lines[0].url == f"{url(question)}?next=/"
    assert work.lines[0].warning == "Overdue"
    shown = browser.get(work.lines[0].url).content.decode()
    assert "Zebedee" not in shown
    assert reverse("consultations:consultation", args=[referral.pk]) not in shown
    answer = browser.post(work.lines[0].url, {"status": "done", "outcome": "Yes, since May."})
    assert answer.headers["Location"] == "/"
    question.refresh_from_db()
    assert (question.status, question.outcome, question.closed_by) == (ActionStatus.DONE, "Yes, since May.", owner)
    assert Notice.objects.get(user=cs, key__endswith=":closed").url == url(question)
    assert "Yes, since May." in browser.get(url(question)).content.decode()


def test_from_the_consultation_one_comes_back_to_it(referral, cs, owner, signed_in):
    question = a_take_away(referral, owner=owner, by=cs)
    browser = signed_in(cs)
    page = reverse("consultations:consultation", args=[referral.pk])
    link = f"{url(question)}?next={page}%23take-aways"
    assert link in browser.get(page).content.decode()
    answer = browser.post(link, {"status": "done", "outcome": "Yes."})
    assert answer.headers["Location"] == f"{page}#take-aways"
    shown = browser.get(page).content.decode()
    assert "Answered" in shown
    assert link not in shown


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/accounts/logout/", "javascript:x"])
def test_an_answer_never_leads_to_another_site(referral, cs, owner, signed_in, elsewhere):
    question = a_take_away(referral, owner=owner, by=cs)
    answer = signed_in(owner).post(f"{url(question)}?next={elsewhere}", {"status": "done", "outcome": "Yes."})
    assert answer.headers["Location"] == "/"


def test_whoever_only_reads_sees_it_and_does_not_answer(referral, cs, owner, signed_in):
    question = a_take_away(referral, owner=owner, by=cs)
    reader = signed_in(referral.made_by)
    shown = reader.get(url(question)).content.decode()
    assert "Not answered yet." in shown
    assert "<textarea" not in shown
    assert reader.post(url(question), {"status": "done", "outcome": "x"}).status_code == 403


def test_an_answer_is_given_once(referral, cs, owner, signed_in):
    question = a_take_away(referral, owner=owner, by=cs)
    given = {"status": "done", "outcome": "Yes."}
    take_aways.answer(question, **given, by=owner)
    assert take_aways.answer(question, **given, by=owner).version == 2  # the same form, sent twice
    with pytest.raises(ActRefused, match="answered already"):
        take_aways.answer(question, status="dropped", outcome="No.", by=cs)
    response = signed_in(cs).post(url(question), {"status": "dropped", "outcome": "My own words"})
    assert response.status_code == 409
    assert "My own words" in response.content.decode()
    with pytest.raises(ActRefused):
        take_aways.change(question, _values(question), version=2, by=cs)
    assert AuditEvent.objects.filter(act="take-away.done").count() == 1


def test_an_answer_needs_its_words(referral, cs, owner, signed_in):
    question = a_take_away(referral, owner=owner, by=cs)
    shown = signed_in(owner).post(url(question), {}).content.decode()
    assert "Select whether you found out" in shown
    assert "Enter what you found out, or why it is dropped" in shown


def test_it_can_be_answered_after_the_referral_was_closed(referral, cs, owner):
    question = a_take_away(referral, owner=owner, by=cs)
    screening.withdraw(referral, reason="Not needed.", by=cs)
    assert take_aways.answer(question, status="done", outcome="Yes.", by=owner).status == "done"
    with pytest.raises(ActRefused):
        a_take_away(referral, by=cs, what="One more?")


def _values(question, **changed) -> dict:
    return {name: getattr(question, name) for name in take_aways.FIELDS} | changed


def test_two_people_change_it_and_the_second_is_shown_both(referral, cs, owner, signed_in):
    question = a_take_away(referral, owner=owner, by=cs)
    take_aways.change(question, _values(question, what="Changed by Ben?"), version=1, by=cs)
    with pytest.raises(EditConflict):
        take_aways.change(question, _values(question, what="Mine?"), version=1, by=cs)
    sent = {"what": "Mine?", "who": "here", "owner": owner.pk, "version": "1"}
    response = signed_in(cs).post(url(question, "change-take-away"), sent)
    assert response.status_code == 409
    assert "Saved meanwhile: Changed by Ben?" in response.content.decode()


def test_who_gets_it_from_somebody_else_is_told(referral, cs, owner):
    question = a_take_away(referral, by=cs)
    values = _values(question, owner=owner, owner_name="", owner_agency="")
    take_aways.change(question, values, version=1, by=cs)
    assert Notice.objects.filter(user=owner).count() == 1


def test_an_answered_question_is_shown_instead_of_its_form(referral, cs, owner, signed_in):
    question = a_take_away(referral, owner=owner, by=cs)
    take_aways.answer(question, status="done", outcome="Yes.", by=owner)
    answer = signed_in(cs).get(url(question, "change-take-away"))
    assert answer.headers["Location"] == url(question)


def test_a_question_with_markup_is_words(referral, cs, signed_in):
    a_take_away(referral, by=cs, what="<script>alert(1)</script>")
    shown = signed_in(cs).get(reverse("consultations:consultation", args=[referral.pk])).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown
