"""Importing the results tool as councils fill it in: columns in any order, bands as rows, several things in a cell."""

import io
from datetime import date, timedelta
from time import process_time

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core.models import AuditEvent
from reviews.choices import Level, Part, Stage
from reviews.importing.words import actions_in, items, overall_of, plain, target_of
from reviews.models import Review, ReviewAction, ReviewImport
from reviews.services import imports
from reviews.worked_example import OVERALL, STATEMENTS
from tests.factories import a_person
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db
TOOL = [
    "RED Traffic Light Rating", "Action Plan to get to amber", "Traffic Light Rating", "Action Plan to get to green",
    "GREEN Traffic Light\nRating", "Action Plan to sustain performance",
]  # fmt: skip


@pytest.fixture
def keeper():
    return a_person(Role.LEAD)


def book_of(*sheets) -> bytes:
    """A workbook of (name, rows)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def plan_of(one) -> str:
    """The plan as the tool's own example has it: one after the other, each with its lead behind it."""
    said = []
    for number, action in enumerate(one.actions):
        dash = ("— ", " - ", " -")[number % 3]
        verb = "follow up" if one.words.startswith("Work is underway") else "lead"
        said.append(f"{action.what}{dash}{action.lead} to {verb}." if action.lead else action.what)
    return " ".join(said)


def the_tool(order=(0, 1, 2, 3, 4, 5), headings=TOOL) -> list[list]:
    """The worked example as one sheet: both levels below each other, the stages as bands."""
    rows = [["CONTEXTUAL SAFEGUARDING SYSTEM REVIEW RESULTS"]]
    for level in Level:
        rows += [[f"LEVEL {level}"], ["System response to …"], [headings[place] for place in order]]
        for stage in Stage:
            part = Part.of(level, stage)
            rated = OVERALL[part].label if part in OVERALL else ""
            rows.append([stage.label.upper(), None, f"Current Overall Rating Level {level}: {rated}"])
            cells = [""] * 6
            for one in STATEMENTS:
                if one.part == part:
                    place = ["red", "amber", "green"].index(one.rating) * 2
                    cells[place], cells[place + 1] = one.words, plan_of(one)
            rows.append([cells[place] for place in order])
    return rows


def upload(browser, content: bytes, name="tool.xlsx"):
    return browser.post(reverse("reviews:import-upload"), {"file": SimpleUploadedFile(name, content)})


def send(browser, of, **more):
    sent = {"area": "The borough", **date_parts("on", date(2026, 11, 22)), "version": of.version}
    return browser.post(of.get_absolute_url(), sent | more)


def taken_in(browser, content) -> Review:
    answer = upload(browser, content)
    assert answer.status_code == 302, answer.content.decode()
    of = ReviewImport.objects.get()
    assert answer.url == of.get_absolute_url()
    assert "choice below" not in browser.get(of.get_absolute_url()).content.decode()
    answer = send(browser, of)
    assert answer.status_code == 302, answer.content.decode()
    return Review.objects.get()


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (4, 5, 3, 2, 1, 0), (5, 2, 0, 1, 3, 4)], ids=str)
def test_the_worked_example_as_a_council_fills_it_in(keeper, signed_in, order):
    headings = TOOL if order[0] == 0 else [*TOOL[:2], "Amber Traffic Light Rating", *TOOL[3:]]
    review = taken_in(signed_in(keeper), book_of(("Target", the_tool(order, headings))))
    have = {one.words.body: one for one in review.statements.all()}
    assert len(have) == 14
    for one in STATEMENTS:
        made = have[one.words]
        assert (made.part, made.rating, made.domain) == (one.part, one.rating, "target")
        told = [(a.what.rstrip("."), a.owner_name, a.timescale) for a in made.actions.all()]
        assert told == [(a.what.rstrip("."), a.lead, a.timescale) for a in one.actions]
    actions = ReviewAction.objects.filter(statement__review=review)
    assert actions.count() == 20
    assert [one.what[:7] for one in actions.without_lead()] == ["Arrange"]
    assert {a.due for a in actions if a.timescale} == {date(2027, 2, 22)}
    assert actions.get(what__startswith="See actions").points_to == ["2:assessment", "2:response"]
    rated = {one.part: one.rating for one in review.overall_ratings.current()}
    assert rated == {str(part): str(rating) for part, rating in OVERALL.items()}


def test_a_sheet_for_each_level_and_the_stage_in_a_column(keeper, signed_in):
    rows = [["Stage", *TOOL], ["Referral", "Bad", "Mend it - Jo to lead", "Fair", "", "", ""],
            [None, "Worse", "Mend that", "", "", "", ""],
            ["Response", "", "", "", "", "Good", "Keep it up"]]  # fmt: skip
    content = book_of(("Level 1", rows), ("Level 2 (places)", rows), ("Notes", [["Nothing"]]))
    review = taken_in(signed_in(keeper), content)
    have = {(one.part, one.rating, one.words.body) for one in review.statements.all()}
    assert have == {
        (f"{level}:{stage}", rating, words)
        for level in "12"
        for stage, rating, words in [
            ("referral", "red", "Bad"), ("referral", "amber", "Fair"), ("referral", "red", "Worse"),
            ("response", "green", "Good"),
        ]
    }  # fmt: skip
    assert ReviewAction.objects.count() == 6


def test_several_statements_and_actions_in_one_cell():
    assert items("First is so.\nSecond is so.") == ["First is so.", "Second is so."]
    assert items("• First\n• Second") == ["First", "Second"]
    assert items("One thing that\ngoes on here") == ["One thing that goes on here"]
    assert items("1. First\n2) Second") == ["First", "Second"]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Map panels - Sarah to lead. Ask them — Jason to lead", [("Map panels", "Sarah"), ("Ask them", "Jason")]),
        ("Map panels -Rebecca to lead.\nAsk schools", [("Map panels", "Rebecca"), ("Ask schools", "")]),
        ("Dip-sample youth justice assessments -\nSarah to lead.", [("Dip-sample youth justice assessments", "Sarah")]),
        ("Dip-sample youth justice\n- Sarah Anne-Marie to lead", [("Dip-sample youth justice", "Sarah Anne-Marie")]),
        ("Ask the schools. Rebecca to lead", [("Ask the schools.", "Rebecca")]),
        ("Heat mapping – Sarah to follow up.", [("Heat mapping", "Sarah")]),
        ("Two things. In one action — Jason to lead", [("Two things. In one action", "Jason")]),
        ("Agree it — Head of Service and Police to lead", [("Agree it", "Head of Service and Police")]),
        ("Nobody has it yet", [("Nobody has it yet", "")]),
        ("Mend it — No lead yet", [("Mend it", "")]),
    ],
)  # fmt: skip
def test_the_lead_is_taken_out_of_an_action(said, wanted):
    assert [(one.what, one.lead) for one in actions_in(said)] == wanted


def test_timescales_and_other_parts_within_an_action():
    (one,) = actions_in("Repeat dip-sampling — Josie to lead, in three months’ time")
    assert (one.what, one.lead, one.timescale) == ("Repeat dip-sampling", "Josie", "in three months' time")
    (one,) = actions_in("Ask — Josie to lead with the police")
    assert (one.what, one.lead) == ("Ask (with the police)", "Josie")
    see, other = actions_in("See actions in Level 2 assessment and response. Meet – Jason to lead.")
    assert see.points_to == ["2:assessment", "2:response"]
    assert (other.what, other.lead) == ("Meet", "Jason")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("Amber/Red", "amber-red"), ("red/amber", "amber-red"), ("Green / Amber", "green-amber"), ("RED", "red"),
     ("Amber-Red.", "amber-red"), ("Purple", None), ("", ""), ("not rated yet", ""), ("Green/Red", None)],
)  # fmt: skip
def test_overall_ratings_in_their_ways_of_being_written(words, wanted):
    assert overall_of(words) == wanted


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [("RED", "red"), ("Red - what is not there", "red"), ("Actions to reach amber", "red-plan"),
     ("Action Plan to get\nto green", "amber-plan"), ("Plan to maintain performance", "green-plan"),
     ("Stage", "stage"), ("Current overall rating", "overall"), ("Name", "")],
)  # fmt: skip
def test_headings_in_their_ways_of_being_written(heading, wanted):
    assert target_of(heading) == wanted


def test_what_does_not_exist_is_said_and_can_be_chosen(keeper, signed_in):
    rows = [
        ["Level 1"], TOOL, ["REFERRAL", "Current Overall Rating Level 1: Purple"], ["Bad", "Mend it"],
        ["DISRUPTION"], ["Odd", "Mend that"], ["", "An action beside nothing"], ["Level 5"], ["Odder"],
    ]  # fmt: skip
    browser = signed_in(keeper)
    upload(browser, book_of(("Tool", rows)))
    of = ReviewImport.objects.get()
    page = browser.get(of.get_absolute_url()).content.decode()
    for words in ("Purple", "There is no such stage: “DISRUPTION”", "There is no such level: “Level 5”"):
        assert words in page, words
    assert not Review.objects.exists()
    answer = send(browser, of, **{"part-1": "2:planning"})
    assert answer.status_code == 302
    have = {(one.words.body, one.part) for one in Review.objects.get().statements.all()}
    assert have == {("Bad", "1:referral"), ("Odd", "2:planning")}
    assert [one.what for one in ReviewAction.objects.order_by("what")] == [
        "An action beside nothing",
        "Mend it",
        "Mend that",
    ]


def test_columns_that_are_not_known_are_asked_for(keeper, signed_in):
    rows = [
        ["Where", "Not yet", "What we do", "Fine"],
        ["Referral", "Bad", "Mend it", ""],
        ["Response", "", "", "Good"],
    ]
    browser = signed_in(keeper)
    answer = upload(browser, book_of(("Level 2", rows)))
    of = ReviewImport.objects.get()
    assert answer.url == reverse("reviews:import-columns", args=[of.pk])
    assert browser.get(answer.url).status_code == 200
    wrong = browser.post(answer.url, {"version": 1, "column-0-1": "red", "column-0-3": "red"})
    assert "Two columns cannot both be" in wrong.content.decode()
    none = browser.post(answer.url, {"version": 1, "column-0-2": "red-plan"})
    assert "Choose which column holds" in none.content.decode()
    sent = {"column-0-0": "stage", "column-0-1": "red", "column-0-2": "red-plan", "column-0-3": "green"}
    assert browser.post(answer.url, sent | {"version": 1}).url == of.get_absolute_url()
    assert browser.post(answer.url, sent | {"version": 1}).status_code == 409
    of.refresh_from_db()
    assert send(browser, of, version=1).status_code == 409
    assert send(browser, of).status_code == 302
    have = {(one.words.body, one.part, one.rating) for one in Review.objects.get().statements.all()}
    assert have == {("Bad", "2:referral", "red"), ("Good", "2:response", "green")}


@pytest.mark.parametrize(
    "content",
    [b"", b"not a workbook", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", b"<html>x</html>"],
    ids=["empty", "text", "broken", "old", "web"],
)
def test_a_file_that_is_none_is_refused_beside_the_field(keeper, signed_in, content):
    browser = signed_in(keeper)
    answer = upload(browser, content)
    page = answer.content.decode()
    if answer.status_code == 302:  # a text is a CSV file of one cell: it holds no statement
        page = browser.get(ReviewImport.objects.get().get_absolute_url()).content.decode()
        assert "There is no statement" in page
    else:
        assert answer.status_code == 200
        assert "govuk-error-message" in page
        assert "referral tracker" not in page
    assert not Review.objects.exists()


def test_a_file_that_holds_too_much_is_refused(keeper, signed_in, monkeypatch):
    monkeypatch.setattr(imports, "MOST_ROWS", 40)
    rows = [TOOL, *([f"Statement {number}"] for number in range(60))]
    answer = upload(signed_in(keeper), book_of(("Level 1", rows)))
    assert "more than a results tool does" in answer.content.decode()
    assert not ReviewImport.objects.exists()


def test_a_statement_that_is_too_long_is_not_taken_in(keeper, signed_in, monkeypatch):
    monkeypatch.setattr("core.texts.MAX_LENGTH", 100)
    rows = [TOOL, ["REFERRAL"], ["Bad"], ["long " * 50]]
    review = taken_in(signed_in(keeper), book_of(("Level 1", rows)))
    assert [one.words.body for one in review.statements.all()] == ["Bad"]


def test_a_file_is_its_uploaders_alone_and_goes_after_a_week(keeper, signed_in):
    browser = signed_in(keeper)
    upload(browser, book_of(("Level 1", [TOOL, ["REFERRAL"], ["Bad"]])))
    of = ReviewImport.objects.get()
    other = signed_in(a_person(Role.LEAD))
    assert other.get(of.get_absolute_url()).status_code == 404
    assert other.post(reverse("reviews:import-discard", args=[of.pk])).status_code == 404
    assert imports.drop_expired(timezone.now() + timedelta(days=6)) == 0
    assert imports.drop_expired(timezone.now() + timedelta(days=8)) == 1
    assert not ReviewImport.objects.exists()


def test_a_file_can_be_discarded_and_nothing_of_it_stays(keeper, signed_in):
    browser = signed_in(keeper)
    upload(browser, book_of(("Level 1", [TOOL, ["REFERRAL"], ["Bad"]])))
    of = ReviewImport.objects.get()
    browser.post(reverse("reviews:import-discard", args=[of.pk]))
    assert not ReviewImport.objects.exists()
    assert AuditEvent.objects.filter(act="review-import.discarded").count() == 1
    assert not Review.objects.exists()


def test_an_import_is_recorded_and_its_cells_are_deleted(keeper, signed_in):
    review = taken_in(signed_in(keeper), book_of(("Target", the_tool())))
    of = ReviewImport.objects.get()
    assert (of.sheets, of.blocks, of.file_name, of.review) == ([], [], "", review)
    event = AuditEvent.objects.get(act="review.imported")
    assert (event.detail["statements"], event.detail["actions"], event.detail["ratings"]) == (14, 20, 7)
    assert "Malik" not in str(event.detail)


@pytest.mark.parametrize(
    "text",
    ["a" + " " * 1_000_000 + "b", "-" * 1_000_000, "a\n" * 300_000, " -A" * 300_000, "— A to lead" * 90_000,
     "In in a " * 120_000, "• " * 500_000, "\n \n" * 300_000, "A to lead " * 100_000],
    ids=["spaces", "dashes", "lines", "leads", "long leads", "timescales", "bullets", "blank lines", "names"],
)  # fmt: skip
def test_a_cell_of_a_million_characters_is_read_at_once(text):
    started = process_time()
    actions_in(plain(text))
    actions_in(plain(text)[:20_000])
    items(plain(text))
    assert process_time() - started < 15  # it takes about a second; what is gone through again and again, hours


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "=cmd()", "\x00\x01", "\ud7ff\ufffe"], ids=["long", "formula", "nul", "odd"]
)
def test_any_cell_is_shown_or_refused(keeper, signed_in, text):
    browser = signed_in(keeper)
    rows = f'"{TOOL[0]}","{TOOL[1]}","Green"\nReferral\n"{text}","{text}"\n'
    answer = upload(browser, rows.encode(), "tool.csv")
    if answer.status_code == 302:
        of = ReviewImport.objects.get()
        browser.post(reverse("reviews:import-columns", args=[of.pk]), {"version": 1, "column-0-0": "red"})
        of.refresh_from_db()
        assert browser.get(of.get_absolute_url()).status_code == 200
        assert send(browser, of, **{"part-0": "1:referral"}).status_code in (302, 409)
    else:
        assert answer.status_code == 200
