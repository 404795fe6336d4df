"""The page before sending tells of what was typed into a step and not saved."""

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from core import drafts
from tests.factories import a_draft

pytestmark = pytest.mark.django_db


def test_what_is_typed_and_not_saved_is_pointed_out_before_sending(signed_in):
    referral = a_draft()
    browser = signed_in(referral.made_by)
    url = reverse("consultations:check", args=[referral.pk])
    assert "not among these answers yet" not in browser.get(url).content.decode()
    key = f"referral:{referral.pk}:worry"
    drafts.keep(key, user=referral.made_by, data=QueryDict("worry=More"), client="tab", at=timezone.now())
    page = browser.get(url).content.decode()
    assert "not among these answers yet" in page
    assert reverse("consultations:step", args=[referral.pk, "worry"]) in page
