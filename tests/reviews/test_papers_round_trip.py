"""Excel out, in, out: the same cell by cell; and what of a workbook of ours cannot be taken in as it is."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.permissions import Role
from core.models.notices import Notice
from core.workflow import ActRefused
from reviews.choices import Domain, Rating
from reviews.exporting import excel
from reviews.models import Review, ReviewAction, ReviewImport, Statement
from reviews.services import actions, example, imports, ratings
from reviews.timescales import counted_from
from tests.factories import a_person
from tests.review_factories import a_review, a_review_action, a_statement, an_overall
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper():
    return a_person(Role.LEAD)


@pytest.fixture
def full(keeper):
    """The worked example and, beside it, everything that can stand in a round."""
    review = a_review(by=keeper, area="The whole borough", next_on=date(2027, 5, 1))
    example.add_to(review, by=keeper)
    for number, domain in enumerate(Domain):
        words = f'=HYPERLINK("x")\n+{domain}, “quoted”; _x0041_ \U0001f600\n\n- a bullet'
        one = a_statement(review, by=keeper, domain=domain, rating=list(Rating)[number % 3], level="2", words=words)
        here = a_person(Role.PRACTITIONER, name=f"Sam {number}")
        a_review_action(one, by=keeper, owner=here, what="@do this", due=date(2027, 3, 1), timescale="by spring")
    a_review_action(one, by=keeper, owner_name="Lorna Reid", owner_agency="Police, +team", due=None)
    a_review_action(one, by=keeper, owner_name="", due=None, points_to=["1:planning", "2:response"])
    words = "in three months' time"
    a_review_action(one, by=keeper, timescale=words, due=counted_from(words, review.on), due_counted=True)
    for status in ("done", "dropped"):
        ended = a_review_action(one, by=keeper)
        actions.close(ended, status=status, outcome=f"=Ended\n{status}", by=keeper)
    a_statement(review, by=keeper, words="long " * 20_000 + "\U0001f600" * 500 + " end")
    a_review_action(one, by=keeper, what="what " * 10_000)
    an_overall(review, "1:response", "green", by=keeper)
    now = review.overall_ratings.current().get(part="2:planning")
    ratings.rate(review, "2:planning", rating="amber", reason="-because\n=1+1", seen=now.pk, by=keeper)
    return review


@pytest.fixture
def small(keeper):
    """A statement of each rating with an action that somebody here leads."""
    review = a_review(by=keeper, area="The east")
    here = a_person(Role.PRACTITIONER, name="Sam Reed")
    for rating in Rating:
        a_review_action(a_statement(review, by=keeper, rating=rating), by=keeper, owner=here)
    return review


def cells(content: bytes) -> dict:
    """Every cell of every sheet, but when it was made."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = {
        (page.title, cell.coordinate): (cell.value, cell.data_type)
        for page in book for row in page.iter_rows() for cell in row
    }  # fmt: skip
    made = next(key for key, (value, _) in found.items() if value == "Made on")
    del found[(made[0], made[1].replace("A", "B"))]
    return found


def upload(browser, content: bytes, name="tool.xlsx"):
    file = SimpleUploadedFile(name, content)
    return browser.post(reverse("reviews:import-upload"), {"file": file})


def send(browser, of: ReviewImport, **more):
    sent = {"into": "new", "area": "The copy", **date_parts("on", date(2026, 11, 20)), "version": of.version}
    return browser.post(of.get_absolute_url(), sent | more)


def taken_in(browser, content: bytes, **more) -> Review:
    """The round that this file becomes, through the pages."""
    answer = upload(browser, content)
    assert answer.status_code == 302, answer.content.decode()
    of = ReviewImport.objects.latest("created_at")
    assert browser.get(of.get_absolute_url()).status_code == 200
    before = set(Review.objects.values_list("pk", flat=True))
    answer = send(browser, of, **more)
    assert answer.status_code == 302, answer.content.decode()
    (made,) = set(Review.objects.values_list("pk", flat=True)) - before
    assert answer.url == reverse("reviews:review", args=[made])
    return Review.objects.get(pk=made)


def the_same(review: Review) -> dict:
    """What the form says, so that the copy is of the same day and lead."""
    return {
        "area": review.area, **date_parts("on", review.on), "lead": str(review.lead_id),
        **date_parts("next_on", review.next_on),
    }  # fmt: skip


def test_out_in_and_out_again_is_the_same_cell_by_cell(full, keeper, signed_in):
    out = excel.make(full, by=keeper)
    copy = taken_in(signed_in(keeper), out, **the_same(full))
    again = excel.make(copy, by=keeper)
    first, second = cells(out), cells(again)
    assert first.keys() == second.keys()
    assert {key: (first[key], second[key]) for key in first if first[key] != second[key]} == {}
    assert len(first) > 600
    assert copy.statements.count() == full.statements.count() == 19
    texts = [sorted(review.statements.values_list("words__body", flat=True)) for review in (full, copy)]
    assert texts[0] == texts[1]
    assert any(len(text) > 100_000 for text in texts[1])
    whats = [
        sorted(ReviewAction.objects.filter(statement__review=review).values_list("what", "owner", "outcome"), key=str)
        for review in (full, copy)
    ]
    assert whats[0] == whats[1]


def test_the_form_is_filled_from_about(small, keeper, signed_in):
    browser = signed_in(keeper)
    upload(browser, excel.make(small, by=keeper))
    page = browser.get(ReviewImport.objects.get().get_absolute_url())
    form = page.context["page"].form
    assert (form.initial["area"], form.initial["on"], form.initial["lead"]) == (small.area, small.on, keeper.pk)
    text = page.content.decode()
    assert "Sam Reed" in text
    assert "(here)" in text


def test_the_same_file_twice_adds_nothing(small, keeper, signed_in):
    browser = signed_in(keeper)
    out = excel.make(small, by=keeper)
    upload(browser, out)
    of = ReviewImport.objects.get()
    answers = [send(browser, of), send(browser, of)]
    assert answers[0].url == answers[1].url
    counts = (Review.objects.count(), Statement.objects.count(), ReviewAction.objects.count())
    ReviewImport.objects.update(created_at=of.created_at.replace(year=2025))
    upload(browser, excel.make(small, by=keeper))  # made anew: only its time is another
    again = ReviewImport.objects.get(imported_at=None)
    assert send(browser, again).url == answers[0].url
    assert (Review.objects.count(), Statement.objects.count(), ReviewAction.objects.count()) == counts


def test_into_an_open_and_empty_round(small, keeper, signed_in):
    browser = signed_in(keeper)
    empty = a_review(by=keeper, area="Empty one")
    upload(browser, excel.make(small, by=keeper))
    of = ReviewImport.objects.get()
    page = browser.get(of.get_absolute_url()).content.decode()
    assert "Empty one" in page
    assert f'value="{small.pk}"' not in page
    answer = send(browser, of, into=str(empty.pk), area="")
    assert answer.url == empty.get_absolute_url()
    assert empty.statements.count() == 3


def test_a_round_that_was_filled_meanwhile_is_refused(small, keeper, signed_in):
    browser = signed_in(keeper)
    empty = a_review(by=keeper, area="Empty one")
    of = imports.upload([excel.make(small, by=keeper)], file_name="x", by=keeper)
    a_statement(empty, by=keeper)
    with pytest.raises(ActRefused, match="holds something"):
        imports.carry_out(of, {}, into=empty, values=None, version=1, by=keeper)
    assert empty.statements.count() == 1
    assert browser.get(of.get_absolute_url()).status_code == 200


def changed(content: bytes, sheet: str, **values) -> bytes:
    """The workbook with other values in some cells, as somebody saves it in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for place, value in values.items():
        book[sheet][place] = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_what_cannot_be_read_is_asked_for_or_left_out(keeper, signed_in):
    review = a_review(by=keeper)
    for number in range(4):
        a_review_action(a_statement(review, by=keeper, words=f"No {number}"), by=keeper, what=f"Do {number}")
    out = excel.make(review, by=keeper)
    out = changed(out, "Statements", F2="Purple", D3="Disruption", C4="Level 7", E5="Somewhere")
    out = changed(out, "Actions", L2="Perhaps", I3="soon", A5=99)
    browser = signed_in(keeper)
    upload(browser, out)
    of = ReviewImport.objects.get()
    page = browser.get(of.get_absolute_url()).content.decode()
    for words in ("Purple", "Disruption", "Level 7", "Somewhere", "Perhaps", "soon", "there is no statement 99"):
        assert words in page, words
    assert Review.objects.count() == 1
    answer = send(browser, of)
    assert answer.status_code == 409
    assert "No statement of this file can be imported" in answer.content.decode()
    answer = send(browser, of, **{"rating-0": "red", "part-1": "2:response", "part-2": "1:planning", "out-2": "on"})
    made = Review.objects.exclude(pk=review.pk).get()
    assert answer.url == made.get_absolute_url()
    have = {(one.words.body, one.part, one.rating) for one in made.statements.all()}
    assert have == {("No 0", "1:referral", "red"), ("No 1", "2:response", "amber")}
    assert [one.what for one in ReviewAction.objects.filter(statement__review=made)] == ["Do 1"]


def test_a_lead_is_found_by_e_mail_alone_and_told_once(keeper, signed_in):
    review = a_review(by=keeper)
    here, gone = a_person(Role.PRACTITIONER), a_person(Role.PRACTITIONER)
    one = a_statement(review, by=keeper)
    for owner in (here, here, gone):
        a_review_action(one, by=keeper, owner=owner)
    a_review_action(one, by=keeper, owner_name=here.name)
    out = excel.make(review, by=keeper)
    gone.is_active = False
    gone.save()
    made = taken_in(signed_in(keeper), out)
    have = [
        (one.owner, one.owner_name) for one in ReviewAction.objects.filter(statement__review=made).order_by("order")
    ]
    assert have == [(here, ""), (here, ""), (None, gone.name), (None, here.name)]
    assert [one.words for one in Notice.objects.filter(user=here, key__contains="imported")] == [
        f"2 actions of Review of {made.on.day} November 2026 are yours to do."
    ]
