"""Exports of ours that somebody changed by hand: what the database cannot hold is said in the preview."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from reviews.exporting.machine import ACTIONS, SHEETS, STATEMENTS
from reviews.models import ReviewAction, ReviewImport, Statement
from tests.factories import a_person
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db
SOUND = {"Statement": 1, "Level": "1", "Stage": "Referral", "Domain": "target", "Rating": "Red", "Words": "So it is"}


def imported(browser, statements: list[dict], actions: list[dict]) -> str:
    """The preview of an export with these rows; what is sound of them is in a round then."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in ((STATEMENTS, statements), (ACTIONS, actions)):
        sheet = book.create_sheet(name)
        for row in (dict(zip(SHEETS[name], SHEETS[name], strict=True)), *rows):
            sheet.append([row.get(heading) for heading in SHEETS[name]])
    content = io.BytesIO()
    book.save(content)
    sent = {"file": SimpleUploadedFile("tool.xlsx", content.getvalue())}
    preview = browser.post(reverse("reviews:import-upload"), sent, follow=True)
    of = ReviewImport.objects.get()
    sent = {"area": "The north", **date_parts("on", timezone.localdate()), "version": of.version, "into": "new"}
    assert browser.post(of.get_absolute_url(), sent).status_code == 302
    return preview.content.decode()


@pytest.fixture
def browser(signed_in):
    return signed_in(a_person(Role.LEAD))


def test_an_email_that_is_too_long_keeps_its_action_out(browser):
    row = {"Statement": 1, "What": "Ask", "Lead’s e-mail": f"{'x' * 300}@council.example"}
    page = imported(browser, [SOUND], [row, {"Statement": 1, "What": "Tell"}])
    assert "The lead’s e-mail is too long" in page
    assert ReviewAction.objects.get().what == "Tell"


def test_an_agency_without_a_name_is_the_lead(browser):
    imported(browser, [SOUND], [{"Statement": 1, "What": "Ask", "Lead’s agency": "Health"}])
    action = ReviewAction.objects.get()
    assert (action.who, action.has_nobody) == ("Health", False)


@pytest.mark.parametrize("words", ["\u200b", "\ufeff \u00a0"])
def test_words_that_nobody_can_see_are_none(browser, words):
    page = imported(browser, [SOUND, SOUND | {"Statement": 2, "Words": words}], [{"Statement": 1, "What": words}])
    assert "There are no words." in page
    assert Statement.objects.get().words.body == "So it is"
    assert not ReviewAction.objects.exists()
