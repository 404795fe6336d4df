"""The auditor's page: who did what, and nobody's words about a case."""

import pytest
from django.urls import reverse

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.services import actions, referrals, screening
from core.models import AuditEvent
from core.models.actions import ActionStatus
from tests.factories import a_draft, a_person, a_referral, an_action

pytestmark = pytest.mark.django_db


def test_the_words_of_a_case_are_recorded_and_not_shown(signed_in):
    cs = a_person(Role.CS_PRACTITIONER)
    draft = a_draft()
    referrals.save_step(draft, {"worry": "Planted worry"}, version=0, step="worry", by=draft.made_by)
    screening.withdraw(a_referral(), reason="Planted reason", by=cs)
    action = an_action(a_referral(ReferralState.PLANNED), owner=cs)
    actions.close(action, status=ActionStatus.DONE, outcome="Planted outcome", by=cs)
    details = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert all(words in details for words in ("Planted worry", "Planted reason", "Planted outcome"))
    page = signed_in(a_person(Role.AUDITOR)).get(reverse("audit")).content.decode()
    assert "Planted" not in page
    assert all(words in page for words in ("changed: worry", "reason given", "outcome given"))
