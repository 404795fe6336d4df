"""The practice's own two trackers, imported through the browser as they stand (issue 4, requirement 2)."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.permissions import Role
from consultations.models import Referral
from tests.factories import a_person
from tests.imports import Browser

pytestmark = pytest.mark.django_db
PRACTICE = settings.BASE_DIR.parent / "shared" / "practice"


@pytest.fixture
def browser(signed_in):
    return Browser(signed_in(a_person(Role.MANAGER)))


def sample(name: str) -> SimpleUploadedFile:
    path = PRACTICE / name
    if not path.exists():
        pytest.skip(f"the practice's own file {name} is not at hand")
    return SimpleUploadedFile(name, path.read_bytes())


def test_the_clean_tracker(browser):
    of = browser.imported(sample("legacy-tracker-clean.xlsx"))
    assert of.counts["added"] == Referral.objects.count() == 620
    assert of.counts["rest"] == 0
    again = browser.checked(sample("legacy-tracker-clean.xlsx"))
    assert again.counts["referrals"] == {"there": 620}


def test_the_messy_tracker_with_no_hand_editing(browser):
    of = browser.imported(sample("legacy-tracker-messy.xlsx"))
    # Counted by hand in the file: 387 filled rows below the headings; 9 with “tbc”, 7 without a number, 6 without a
    # concern; 5 that stand there twice; the totals and a stray row.
    assert of.counts["referrals"] == {"sound": 305, "remark": 53, "rejected": 22, "repeated": 5, "left-out": 2}
    assert of.counts["added"] == Referral.objects.count() == 358
    reasons = [words for row in of.rows.filter(kind="rejected") for words, fatal in row.problems if fatal]
    assert len([words for words in reasons if "“tbc” is no case number" in words]) == 9
    assert len([words for words in reasons if words.endswith("empty, and a referral needs it")]) == 7
    assert len([words for words in reasons if words.endswith("empty, and a referral needs its primary concern")]) == 6
    again = browser.checked(sample("legacy-tracker-messy.xlsx"))
    assert again.counts["referrals"].get("sound", 0) + again.counts["referrals"].get("remark", 0) == 0
