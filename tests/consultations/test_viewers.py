"""Who viewed a record: every view, copy and refusal of it, and of no other."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations import viewers
from consultations.choices import ReferralState
from consultations.services import papers
from core import audit
from core.models import AuditEvent, Job
from tests.factories import a_person, a_referral, a_team, an_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, name="Cass Bell")


@pytest.fixture
def referral():
    return a_referral(ReferralState.PLANNED, by=a_person(Role.PRACTITIONER, team=a_team(), name="Robin Ash"))


def url(referral) -> str:
    return reverse("consultations:views", args=[referral.pk])


def rows(browser, referral, **query) -> list[str]:
    """The lines of the table, latest first."""
    answer = browser.get(url(referral), query)
    assert answer.status_code == 200
    body = answer.content.decode().partition("<tbody")[2].partition("</tbody>")[0]
    lines = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", line))).strip() for line in lines]


def test_views_are_grouped_by_person_and_day(signed_in, referral, cs):
    reader = signed_in(referral.made_by)
    for _ in range(2):
        reader.get(referral.get_absolute_url())
    reader.get(reverse("consultations:consultation", args=[referral.pk]))
    yesterday = timezone.now() - timedelta(days=1)
    audit.record("viewed", by=cs, subject=referral, detail={"page": "consultation"}, at=yesterday)
    found = rows(signed_in(cs), referral)
    assert len(found) == 3
    assert "Cass Bell Viewed Who viewed this record" in found[0]
    assert "Robin Ash Viewed Referral, 2 times Consultation" in found[1]
    assert "Cass Bell Viewed Consultation" in found[2]


def test_who_was_refused_is_named_also_for_an_action_of_it(signed_in, referral, cs):
    action = an_action(referral)
    stranger = a_person(Role.PRACTITIONER, team=a_team(), name="Stran Ger")
    lead = a_person(Role.LEAD, name="Lena Lead")
    assert signed_in(stranger).get(referral.get_absolute_url()).status_code == 404
    assert signed_in(stranger).get(reverse("consultations:action", args=[action.pk])).status_code == 404
    assert signed_in(lead).get(url(referral)).status_code == 403
    other = a_referral()
    assert signed_in(stranger).get(other.get_absolute_url()).status_code == 404
    found = rows(signed_in(cs), referral, what="refused")
    assert len(found) == 2
    assert "Stran Ger Refused Referral Action" in " ".join(found) or "Stran Ger Refused Action Referral" in " ".join(
        found
    )
    assert "Lena Lead Refused Views" in " ".join(found)


def test_the_views_of_other_records_are_not_here(signed_in, referral, cs):
    other = a_referral(ReferralState.PLANNED)
    signed_in(other.made_by).get(other.get_absolute_url())
    audit.record("searched", by=other.made_by, detail={"words": referral.reference})
    assert len(rows(signed_in(cs), referral)) == 1


def test_the_young_persons_page_counts_as_a_view(signed_in, referral, cs):
    signed_in(cs).get(reverse("consultations:young-person", args=[referral.young_person_id]))
    assert "Young person" in rows(signed_in(cs), referral)[0]


def test_copies_are_told_with_who_took_them(signed_in, referral, cs):
    robin = referral.made_by
    params = {"paper": "consultation", "form": "pdf", "referral": str(referral.pk)}
    job = Job.objects.create(kind=papers.KIND, params=params, requested_by=robin, created_at=timezone.now())
    foreign = Job.objects.create(
        kind=papers.KIND, params=params | {"referral": str(a_referral().pk)}, requested_by=robin,
        created_at=timezone.now(),
    )  # fmt: skip
    for one in (job, foreign):
        audit.record(f"{papers.KIND}.downloaded", by=robin, subject=one, detail={"bytes": 3})
    found = rows(signed_in(cs), referral, what="copied")
    assert len(found) == 1
    assert "Robin Ash Copied Copy downloaded" in found[0]
    told = signed_in(cs).get(reverse("consultations:chronology", args=[referral.pk])).content.decode()
    assert "Copy downloaded" in told


def test_it_is_narrowed_by_person_and_period(signed_in, referral, cs):
    browser = signed_in(cs)
    signed_in(referral.made_by).get(referral.get_absolute_url())
    rows(browser, referral)
    assert len(rows(browser, referral, person=referral.made_by_id)) == 1
    day = timezone.localdate() + timedelta(days=1)
    later = {"day_from_day": day.day, "day_from_month": day.month, "day_from_year": day.year}
    assert rows(browser, referral, **later) == []
    assert len(rows(browser, referral, person="x", what="<b>", page="none", day_from_day="99")) == 2


def test_looking_at_who_looked_is_a_view_too(signed_in, referral, cs):
    rows(signed_in(cs), referral)
    noted = AuditEvent.objects.get(act="viewed", actor_id=cs.pk)
    assert (noted.subject_id, noted.detail) == (str(referral.pk), {"page": "who viewed this record"})


def test_a_page_costs_the_same_however_many_viewed(signed_in, referral, cs):
    browser = signed_in(cs)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            rows(browser, referral)
        return len(queries)

    before = cost()
    for number in range(30):
        reader = a_person(Role.PRACTITIONER, team=a_team(), name=f"Reader {number}")
        audit.record("viewed", by=reader, subject=referral, detail={"page": "referral"})
    assert cost() == before
    assert before < 20


def test_refusals_are_found_by_their_index(referral):
    """Most of the audit log is about other records: the table must not be read through for a page."""
    AuditEvent.objects.bulk_create(
        AuditEvent(at=timezone.now(), act="denied" if number % 9 == 0 else "viewed", subject_id=str(number))
        for number in range(5_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE core_auditevent")
    plan = viewers.events_of(referral).order_by().explain()
    assert "audit_denied_of" in plan
    assert "audit_of_subject" in plan
    assert "Seq Scan" not in plan
