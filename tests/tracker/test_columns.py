"""The columns of the tracker's list: which are shown, what stands in them, and that no more is read than they need."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.permissions import Role
from consultations.models import Feedback, Referral
from consultations.services import access
from core.models import ListItem
from core.models.lists import ListName
from tests.factories import a_person, a_referral, a_team, an_action, an_entry
from tracker import columns
from tracker.models import Theme, TrackerEntry

pytestmark = pytest.mark.django_db
ALL = list(columns.BY_KEY)


@pytest.fixture
def browser(signed_in):
    return signed_in(a_person(Role.MANAGER))


def table(browser, *keys: str, **query) -> list[dict]:
    """The rows of the list, each as {column: Cell}."""
    context = browser.get(reverse("tracker:tracker"), {"columns": keys, **query}).context
    return [{column.key: cell for column, cell in row["cells"]} for row in context["table"]]


def test_each_column_shows_what_is_recorded(browser):
    by = a_person(Role.PRACTITIONER, name="Rowan Ellis", team=a_team("Near team", agency="Police"))
    cs = a_person(Role.CS_PRACTITIONER, name="Amina Rahman")
    received = timezone.localdate() - timedelta(days=3)
    referral = a_referral(
        "held", by=by, cs=cs, name="Jordan O'Brien", case_number="388s", received_on=received,
        date_of_birth=date(received.year - 15, received.month, 1),
    )  # fmt: skip
    Referral.objects.filter(pk=referral.pk).update(allocated_to=cs, signposted_to="Early Help hub")
    referral.harms.set(ListItem.objects.of(ListName.HARM)[:2])
    other = Theme.objects.get(needs_text=True)
    themes = [Theme.objects.first(), other]
    an_entry(
        referral, by=cs, detail="Canal towpath", primary_concern="peer-group", themes=themes, other_theme="Cuckooing"
    )
    an_action(referral, due=received)
    an_action(referral, due=timezone.localdate() + timedelta(days=9))
    Feedback.objects.create(referral=referral, asked_at=timezone.now())
    today = date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    cells = table(browser, *ALL)[0]
    assert {key: (cell.text, cell.below) for key, cell in cells.items()} == {
        "received": (date_format(received, "SHORT_DATE_FORMAT"), ""),
        "case_number": ("388s", ""),
        "name": ("Jordan O'Brien", ""),
        "age": ("15", ""),
        "referrer": ("Rowan Ellis", ""),
        "team": ("Near team", ""),
        "agency": ("Police", ""),
        "harms": (", ".join(kind.label for kind in referral.harms.all()), ""),
        "concern": ("Peer Group", ""),
        "detail": ("Canal towpath", ""),
        "themes": (f"{Theme.objects.first()}, Other: Cuckooing", ""),
        "outcome": ("Consultation held", today),
        "consultation": (today, ""),
        "signposted": ("Early Help hub", ""),
        "feedback": ("", "Asked for"),
        "entry": ("Completed", ""),
        "allocated": ("Amina Rahman", ""),
        "actions": ("2 open", "1 overdue"),
    }


def test_each_column_is_empty_where_nothing_is_recorded(browser):
    made = a_referral()
    Referral.objects.filter(pk=made.pk).update(
        team=None, agency=None, date_of_birth=None, name="", case_number="", referrer_name=""
    )
    cells = table(browser, *ALL)[0]
    filled = {key for key, cell in cells.items() if cell.text or cell.below}
    assert filled == {"received", "outcome"}


def test_what_feedback_and_data_entry_say_as_time_goes_on(browser):
    referral = a_referral("held")
    assert table(browser, "entry", "feedback")[0]["entry"].text == "To be completed"
    asked = Feedback.objects.create(referral=referral, asked_at=timezone.now(), chased_at=timezone.now())
    assert table(browser, "feedback")[0]["feedback"].below == "Outstanding"
    asked.answered_at, asked.answered_by, asked.useful, asked.used = timezone.now(), referral.made_by, 4, "yes"
    asked.context = "Lights mended. " * 10
    asked.save()
    cell = table(browser, "feedback")[0]["feedback"]
    assert (cell.text, len(cell.below), cell.below[-1]) == ("4 of 5", 80, "…")
    an_entry(referral)
    TrackerEntry.objects.update(feedback="From the old tracker.")
    cells = table(browser, "entry", "feedback")[0]
    assert (cells["entry"].text, cells["feedback"].text) == ("Completed", "From the old tracker.")


def test_a_planned_consultation_is_told_from_one_that_was_held(browser):
    a_referral("planned")
    assert table(browser, "consultation")[0]["consultation"].below == "Planned"


def test_the_usual_columns_stand_where_none_or_none_known_is_asked_for(browser):
    a_referral()
    for asked in ([], ["x", "\x00", "9" * 3000]):
        assert list(table(browser, *asked)[0]) == list(columns.DEFAULT)
    assert list(table(browser, "team", "x", "received")[0]) == ["received", "team"]  # in the table's order
    page = browser.get(reverse("tracker:tracker")).content.decode()
    assert settings.CASE_NUMBER_NAME in page


def test_a_restricted_referral_is_marked_whatever_columns_are_shown(signed_in):
    manager = a_person(Role.MANAGER)
    access.restrict(a_referral(), reason="Known to the team.", people=[manager], by=manager)
    page = signed_in(manager).get(reverse("tracker:tracker"), {"columns": "age"}).content.decode()
    assert page.count("Restricted</strong>") == 1


def test_only_what_is_shown_is_read(browser):
    referral = a_referral("held")
    an_entry(referral)

    def read(*keys) -> str:
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("tracker:tracker"), {"columns": keys})
        return " ".join(query["sql"] for query in queries.captured_queries)

    few, many = read("age"), read(*ALL)
    for name in ("worry", "screening_reason", "restriction_reason", "how_long_known", "previous_referrals"):
        assert f'"{name}"' not in many
    for name in ("detail", "referrer_name", "useful", "name_key"):
        assert f'."{name}"' not in few
    assert '"date_of_birth"' in few
    assert few.count('FROM "consultations_consultationaction"') == 0


def test_the_log_has_what_was_searched_for_and_how_much_was_found(browser):
    from core.models import AuditEvent

    a_referral(name="Zebedee")
    browser.get(reverse("tracker:tracker"), {"q": "zebedee", "context": "canal"})
    assert AuditEvent.objects.get(act="searched").detail == {
        "in": "tracker", "words": "zebedee", "context": "canal", "found": 0,
    }  # fmt: skip
