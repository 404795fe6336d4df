"""The auditor's page: who did what, and nobody's words about a case."""

import pytest
from django.urls import reverse

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.services import actions, referrals, screening
from core import audit
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


PLANTED = [
    ("referral.signposted", {"to": "Planted hub", "reason": "Planted reason"}),
    ("referral.asked", {"question": "Planted question"}),
    ("referral.answered", {"body": "Planted answer", "message": "Planted message"}),
    ("referral.restricted", {"reason": "Planted reason", "access": ["Amina Rahman"]}),
    ("referral.young-person-merged", {"reason": "Planted reason"}),
    ("young-person.merged", {"reason": "Planted", "merged": "an-id", "changed": {"name": ["Planted", "Planted"]}}),
    ("consultation.participant-added", {"who": "Planted Mother"}),
    ("consultation.marked", {"space": "home", "harm": ["", "serious"], "note": "Planted note"}),
    ("consultation.redacted", {"names": ["Planted", "Planted", "Planted"], "entries": 3}),
    ("framework.place-added", {"factor": "schools", "name": "Planted school"}),
    ("action.added", {"what": "Planted action", "context_name": "Planted place"}),
    ("action.reopened", {"was": "Done", "reason": "Planted reason"}),
    ("take-away.added", {"what": "Planted question"}),
    ("take-away.done", {"outcome": "Planted outcome"}),
    ("data-entry.completed", {"detail": [None, "Planted place"], "themes": [[], ["Drugs"]]}),
    ("feedback.given", {"useful": 4, "changed": {"young_person": ["", "Planted words"]}}),
    ("feedback.changed", {"context": ["Planted", "Planted words"]}),
]


@pytest.mark.parametrize(("act", "detail"), PLANTED)
def test_no_words_of_casework_are_shown_whatever_they_are_called(signed_in, act, detail):
    event = audit.record(act, by=a_person(Role.CS_PRACTITIONER), subject=a_referral(), detail=detail)
    page = signed_in(a_person(Role.AUDITOR)).get(reverse("audit"), {"act": event.act}).content.decode()
    assert act in page
    assert "Planted" not in page


def test_an_auditor_reads_to_whom_a_record_was_given(signed_in):
    cs = a_person(Role.CS_PRACTITIONER, name="Cass Bell")
    screening.allocate(a_referral(), to=cs, by=a_person(Role.MANAGER), reason="Planted reason")
    page = signed_in(a_person(Role.AUDITOR)).get(reverse("audit")).content.decode()
    assert "to: Cass Bell; reason given" in page
    assert "Planted" not in page
