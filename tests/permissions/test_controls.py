"""The matrix notices when a defence is gone: each is taken away here, and the check has to complain."""

import pytest

from accounts import access
from consultations.models.actions import OfConsultationQuerySet
from consultations.models.referrals import ReferralQuerySet
from core.models.jobs import JobQuerySet

from .checking import check, complaints

pytestmark = pytest.mark.django_db


def everything(self, user):
    """`visible_to` as it must never be."""
    return self.all()


@pytest.mark.parametrize(
    "route", ["consultations:referral", "consultations:consultation", "consultations:check", "consultations:referrals"]
)
def test_referrals_shown_to_everybody_are_noticed(monkeypatch, world, route):
    check(world, route, ["maker", "outsider"])
    monkeypatch.setattr(ReferralQuerySet, "visible_to", everything)
    with pytest.raises(AssertionError, match="shows"):
        check(world, route, ["maker", "outsider"])


def test_actions_shown_to_everybody_are_noticed(monkeypatch, world):
    monkeypatch.setattr(OfConsultationQuerySet, "visible_to", everything)
    with pytest.raises(AssertionError, match="403 instead of 404"):
        check(world, "consultations:close-action", ["colleague"])


@pytest.mark.parametrize("route", ["tracker:export-job", "tracker:download", "tracker:exports"])
def test_exports_shown_to_everybody_are_noticed(monkeypatch, world, route):
    monkeypatch.setattr(JobQuerySet, "visible_to", everything)
    with pytest.raises(AssertionError, match="shows"):
        check(world, route, ["manager"])


def test_an_export_that_anybody_cancels_is_noticed(monkeypatch, world):
    monkeypatch.setattr(JobQuerySet, "visible_to", everything)
    with pytest.raises(AssertionError, match="302 instead of 404"):
        check(world, "tracker:cancel-export", ["manager"])


def test_permissions_that_nobody_asks_for_are_noticed(monkeypatch, world):
    """`requires` looks the permissions up when it is called, so that giving everybody all of them opens every page."""
    monkeypatch.setattr(access, "permissions_of", lambda user: frozenset(access.Permission))
    wrong = complaints(world, "consultations:screen", ["colleague"])
    assert any("200 instead of 403" in line for line in wrong)
    assert any("wrote to ['consultations_referral" in line for line in wrong)
