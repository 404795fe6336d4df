"""The methods of an assessment: their facts, the figures of surveys from hostile input too, observation logs."""

from datetime import time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.services import access
from contexts import surveys
from contexts.models import MethodUsed, Observation, SurveyFigure
from contexts.services import assessments, methods
from core.workflow import ActRefused, EditConflict
from tests.context_factories import a_context, a_linked_person, an_assessment
from tests.factories import a_person, a_referral
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs(db):
    return a_person(Role.CS_PRACTITIONER, name="Amina Rahman")


@pytest.fixture
def found(cs):
    return an_assessment(a_context("assessing", cs=cs, kind="school"), by=cs)


def at(route: str, found, *more) -> str:
    return reverse(f"contexts:{route}", args=[found.context_id, found.pk, *more])


def form(**more) -> dict:
    return {"by_whom": "School nurse", "number": "12", "who": "Year 9", "found": "The gate"} | more | day()


def day(name: str = "begun_on", back: int = 0) -> dict:
    return date_parts(name, timezone.localdate() - timedelta(days=back))


def a_method(assessment, kind: str, by, **values) -> MethodUsed:
    given = {"title": "", "begun_on": timezone.localdate(), "ended_on": None, "by_whom": "Nurse", "number": 3}
    return methods.add(assessment, kind, given | {"who": "", "found": ""} | values, by=by)


@pytest.mark.parametrize("kind", [kind for kind, _ in MethodUsed._meta.get_field("kind").choices])
def test_each_method_is_added_once_and_shown(signed_in, cs, found, kind):
    browser = signed_in(cs)
    for _ in range(2):
        assert browser.post(at("add-method", found, kind), form(found=f"What {kind} told")).status_code == 302
    assert found.methods.count() == 1
    page = browser.get(at("assessment", found)).content.decode()
    assert f"What {kind} told" in page
    assert "12 took part: Year 9" in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"by_whom": ""}, "Enter who did it"),
        ({"number": "many"}, "must be a whole number"),
        ({"number": "-1"}, "must be 0 or more"),
        ({"number": "99999999999999999999"}, "or fewer"),
        ({"begun_on_year": "2999"}, "today or in the past"),
        ({"ended_on_day": "1", "ended_on_month": "1", "ended_on_year": "2020"}, "on or after the first day"),
        ({"found": "a\x00b"}, "There is a problem"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(signed_in, cs, found, wrong, words):
    answer = signed_in(cs).post(at("add-method", found, "survey"), form() | {"found": "Kept words"} | wrong)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not found.methods.exists()


def test_two_who_change_a_method_meet_and_a_removed_one_is_kept(signed_in, cs, found):
    row = a_method(found, "policy", cs, found="Old")
    browser = signed_in(cs)
    assert browser.post(at("change-method", found, row.pk), form(version="1", found="New")).status_code == 302
    stale = browser.post(at("change-method", found, row.pk), form(version="1", found="Stale"))
    assert stale.status_code == 409
    assert "New" in stale.content.decode()
    assert browser.get(at("remove-method", found, row.pk)).status_code == 200
    for _ in range(2):
        assert browser.post(at("remove-method", found, row.pk)).status_code in (302, 404)
    row.refresh_from_db()
    assert (row.found, row.removed_by) == ("New", cs)
    assert f"method-{row.pk}" not in browser.get(at("assessment", found)).content.decode()
    with pytest.raises(ActRefused):
        methods.change(row, {"found": "Later"}, version=row.version, by=cs)


def test_a_method_that_names_somebody_hidden_is_read_only(signed_in, cs, found):
    referral, manager = a_referral("screening", name="Zebedee Quince"), a_person(Role.MANAGER)
    row = a_method(found, "interviews", cs, found="Zebedee Quince told us.")
    survey = a_method(found, "survey", cs)
    methods.set_figures(survey, [("Who decides?", "Zebedee Quince", 4)], version=1, by=cs)
    access.restrict(referral, reason="Known", people=[manager], by=manager)
    a_linked_person(found.context, referral.young_person)
    browser = signed_in(cs)
    assert "Zebedee" not in browser.get(at("assessment", found)).content.decode()
    for route, pk in (("change-method", row.pk), ("survey-figures", survey.pk), ("remove-method", row.pk)):
        answer = browser.post(at(route, found, pk), form(version="1", lines="a,b,1"))
        assert answer.status_code == 409, route
        assert "Zebedee" not in answer.content.decode()
    with pytest.raises(ActRefused):
        methods.set_figures(survey, [("a", "b", 1)], version=2, by=cs)
    assert assessments.HIDDEN in browser.post(at("change-method", found, row.pk), form(version="1")).content.decode()


# ---------------------------------------------------------------- surveys
LINES = "Question,Answer,How many\nWhere is it unsafe?,The gate,30\nWhere is it unsafe?,Nowhere,10\n"


def test_figures_are_checked_then_saved_and_shown_with_bars(signed_in, cs, found):
    survey = a_method(found, "survey", cs)
    browser = signed_in(cs)
    checked = browser.post(at("survey-figures", found, survey.pk), {"lines": LINES, "version": "1"}).content.decode()
    assert "The first line was taken as headings" in checked
    assert "Save these figures" in checked
    assert not SurveyFigure.objects.exists()
    sent = {"lines": LINES, "version": "1", "save": "yes"}
    assert browser.post(at("survey-figures", found, survey.pk), sent).status_code == 302
    assert list(survey.figures.values_list("answer", "number")) == [("The gate", 30), ("Nowhere", 10)]
    page = browser.get(at("assessment", found)).content.decode()
    assert "75%" in page
    assert '<rect width="300"' in page
    assert '<rect width="100"' in page
    stale = browser.post(at("survey-figures", found, survey.pk), sent | {"lines": "a,b,1"})
    assert stale.status_code == 409
    with pytest.raises(EditConflict):
        methods.set_figures(survey, [("a", "b", 1)], version=1, by=cs)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])  # as spreadsheets write them
def test_a_csv_file_is_read_into_the_box(signed_in, cs, found, encoding):
    survey = a_method(found, "survey", cs)
    content = "Wo?;Am Tor;3\nWo?;Café – Nord;2\n".encode(encoding)
    answer = signed_in(cs).post(
        at("survey-figures", found, survey.pk), {"version": "1", "file": SimpleUploadedFile("s.csv", content)}
    )
    page = answer.content.decode()
    assert "Café – Nord" in page
    assert "Save these figures" in page
    assert not SurveyFigure.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04" + b"x" * 50, "Excel workbook"),
        (b"a,b\x00,1", "not a CSV file"),
        (b"\xff\xfea\x00,\x00\x00", "not a CSV file"),
        (b"", "empty"),
        (b"a,b,1\n" * 50_000, "smaller than 200 KB"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a CSV file"),
    ],
)
def test_a_file_that_is_no_csv_is_refused_in_words(signed_in, cs, found, content, words):
    survey = a_method(found, "survey", cs)
    sent = {"version": "1", "save": "yes", "file": SimpleUploadedFile("s.csv", content)}
    answer = signed_in(cs).post(at("survey-figures", found, survey.pk), sent)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not SurveyFigure.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Q,A,many", "“many”"),
        ("Q,A,1.5", "whole number"),
        ("Q,A,-3", "whole number"),
        ("Q,A,²", "whole number"),
        ("Q,A,99999999999999999999", "whole number"),
        ("Q,A", "has 2 parts"),
        ("Q,A,1,2", "has 4 parts"),
        (",A,1", "has no question"),
        ("Q,,1", "has no answer"),
        (f"{'Q' * 301},A,1", "too long"),
        ("Q,A,1\nQ,A,2", "Line 2 gives the same answer"),
        ("\n".join(f"Q,A{number},1" for number in range(600)), "more than 500 lines"),
        ("\n".join("Q,A" for _ in range(600)), "was not looked at"),
        ('"' + "x" * 140_000, "quotation mark"),
        (" \n \n", "no line"),
    ],
)
def test_each_wrong_line_is_named(text, words):
    assert words in " ".join(surveys.read(text).problems)


def test_formulas_and_markup_are_only_words(signed_in, cs, found):
    survey = a_method(found, "survey", cs)
    sent = {"lines": "=cmd|'/C calc'!A0,<script>alert(1)</script>,1", "version": "1", "save": "yes"}
    browser = signed_in(cs)
    assert browser.post(at("survey-figures", found, survey.pk), sent).status_code == 302
    page = browser.get(at("assessment", found)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_only_surveys_have_figures_and_only_logs_observations(signed_in, cs, found):
    row = a_method(found, "policy", cs)
    browser = signed_in(cs)
    assert browser.get(at("survey-figures", found, row.pk)).status_code == 404
    assert browser.get(at("add-observation", found, row.pk)).status_code == 404
    with pytest.raises(ActRefused):
        methods.set_figures(row, [("a", "b", 1)], version=1, by=cs)


# ---------------------------------------------------------------- observation logs
def test_a_log_asks_for_another_time_of_day(signed_in, cs, found):
    log = a_method(found, "observation", cs)
    browser = signed_in(cs)
    sent = {"clock": "3.20pm", "place": "The gate", "seen": "Calm"} | day("day")
    for _ in range(2):
        assert browser.post(at("add-observation", found, log.pk), sent).status_code == 302
    assert Observation.objects.get().clock == time(15, 20)
    page = browser.get(at("assessment", found)).content.decode()
    assert "made in the afternoon" in page
    browser.post(at("add-observation", found, log.pk), sent | {"clock": "9pm", "seen": "Dark"})
    assert "made in the afternoon" not in browser.get(at("assessment", found)).content.decode()


@pytest.mark.parametrize("clock", ["25:00", "noon-ish", "", "\x00", "9" * 500])
def test_a_time_that_is_none_is_refused(signed_in, cs, found, clock):
    log = a_method(found, "observation", cs)
    sent = {"clock": clock, "place": "The gate", "seen": "Kept words"} | day("day")
    answer = signed_in(cs).post(at("add-observation", found, log.pk), sent)
    assert answer.status_code == 200
    assert "Kept words" in answer.content.decode()
    assert not Observation.objects.exists()


def test_an_observation_is_taken_away_once(signed_in, cs, found):
    log = a_method(found, "observation", cs)
    values = {"day": timezone.localdate(), "clock": time(8), "place": "Gate", "seen": "Calm"}
    line = methods.observe(log, values, by=cs)
    browser = signed_in(cs)
    address = at("remove-observation", found, log.pk, line.pk)
    assert "Calm" in browser.get(address).content.decode()
    assert browser.post(address).status_code == 302
    assert browser.post(address).status_code == 404
    methods.forget_observation(line, by=cs)
    assert not Observation.objects.exists()
