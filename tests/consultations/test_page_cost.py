"""The consultation page costs the same number of queries whatever is on it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import Space
from consultations.models import Participant
from consultations.services import notes, presence
from core import texts
from core.models import FormSection, Text
from core.models.lists import FormName
from tests.factories import a_person, a_referral, an_action

MOST = 20  # queries, with the session, the person and the line in the audit log


@pytest.mark.django_db(transaction=True)
def test_ten_actions_thirty_versions_and_six_people_cost_no_more_than_none(signed_in):
    person = a_person(Role.CS_PRACTITIONER)
    referral = a_referral("planned", cs=person)
    browser = signed_in(person)
    url = reverse("consultations:consultation", args=[referral.pk])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries.captured_queries)

    empty = cost()
    home = FormSection.objects.get(form=FormName.CONSULTATION, key="home")
    for number in range(30):
        by = a_person(Role.CS_PRACTITIONER)
        notes.save_section(referral.consultation, home, body=f"Version {number}", base_version=number, by=by)
    for number in range(10):
        owner = a_person(Role.PRACTITIONER) if number % 2 else None
        an_action(referral, owner=owner, by=person, space=Space.values[number % len(Space)])
    for _ in range(6):
        Participant.objects.create(
            consultation=referral.consultation, person=a_person(Role.PRACTITIONER), added_by=person,
            added_at=timezone.now(),
        )  # fmt: skip
    for number in range(3):
        late = notes.save_section(
            referral.consultation, home, body=f"Late {number}", base_version=number, by=person, client=f"page-{number}"
        )
        assert late.conflict
    assert len(texts.waiting(Text.objects.all())) == 1
    visible = type(referral).objects.filter(pk=referral.pk)
    presence.here(visible, referral.pk, by=person, client="page")
    assert cost() <= empty + 1  # what belongs to actions is asked for where there is one
    assert empty < MOST
