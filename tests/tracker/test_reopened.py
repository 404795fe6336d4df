"""The data entry form of referrals that took another way: asked about, withdrawn, reopened, imported."""

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import Referral
from consultations.services import notes, screening
from core import jobs
from core.workflow import ActRefused
from tests.factories import a_person, a_referral, a_team, an_entry
from tracker import exports
from tracker.models import TrackerEntry
from tracker.rows import entry_due
from tracker.services.entries import complete_entry
from tracker.services.imports_at_once import import_tracker

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER)


def due() -> set[str]:
    return set(entry_due(Referral.objects.all()).values_list("reference", flat=True))


def again(referral) -> Referral:
    return Referral.objects.get(pk=referral.pk)


def test_what_waits_for_an_answer_waits_for_no_form(cs):
    asked = a_referral(ReferralState.INFORMATION)
    assert due() == set()
    with pytest.raises(ActRefused, match="has not been screened"):
        complete_entry(asked, {"primary_concern": "home"}, version=0, by=cs)


@pytest.mark.parametrize("state", [ReferralState.SCREENING, ReferralState.INFORMATION])
def test_one_that_its_referrer_withdrew_before_screening_waits_for_the_short_form(signed_in, cs, state):
    referral = a_referral(state, by=a_person(Role.PRACTITIONER, team=a_team()))
    screening.withdraw(referral, reason="Moved away", by=referral.made_by)
    assert due() == {referral.reference}
    page = signed_in(cs).get(reverse("tracker:data-entry", args=[referral.pk]))
    assert page.status_code == 200
    assert "how_long_known" not in page.context["page"].form.fields
    complete_entry(again(referral), {"primary_concern": "home", "themes": []}, version=0, by=cs)
    assert due() == set()


def test_a_reopened_referral_keeps_its_completed_form(signed_in, cs):
    referral = a_referral(ReferralState.SIGNPOSTED)
    first = an_entry(referral, by=cs, detail="Canal towpath")
    screening.reopen(referral, reason="They sent it back", by=cs)
    assert due() == set()
    entry = TrackerEntry.objects.get()
    assert (entry.pk, entry.detail, entry.completed_at) == (first.pk, "Canal towpath", first.completed_at)
    browser, url = signed_in(cs), reverse("tracker:data-entry", args=[referral.pk])
    assert browser.get(url).status_code == 409
    assert browser.post(url, {"primary_concern": "home", "version": entry.version}).status_code == 409
    planned = screening.accept(again(referral), planned_for=timezone.localdate(), reason="Fits now", by=cs)
    assert browser.get(url).status_code == 409
    notes.hold(planned.consultation, held_on=timezone.localdate(), by=cs)
    assert due() == set()
    page = browser.get(url)
    assert page.status_code == 200
    assert "Canal towpath" in page.content.decode()
    sent = {
        "primary_concern": "school",
        "detail": "Marlow School",
        "version": entry.version,
        "how_long_known": "A year",
    }
    assert browser.post(url, sent).status_code == 302
    changed = TrackerEntry.objects.get()
    assert (changed.primary_concern, changed.how_long_known) == ("school", "A year")
    assert (changed.completed_at, changed.completed_by) == (first.completed_at, first.completed_by)


def test_one_that_was_reopened_and_closed_again_without_a_form_waits_for_it(cs):
    referral = a_referral(ReferralState.WITHDRAWN)
    assert due() == {referral.reference}
    screening.reopen(referral, reason="They want it after all", by=cs)
    assert due() == set()
    screening.signpost(again(referral), to="Early Help", reason="Fits better", by=cs)
    assert due() == {referral.reference}


def test_an_imported_one_waits_for_no_form_until_it_is_screened_here(cs):
    imported = a_referral(ReferralState.SCREENING)
    Referral.objects.filter(pk=imported.pk).update(
        imported=True, state=ReferralState.SIGNPOSTED, signposted_to="MASH", sent_at=None
    )
    assert due() == set()
    screening.reopen(again(imported), reason="It came back", by=cs)
    assert due() == set()
    screening.withdraw(again(imported), reason="Made in error", by=cs)
    assert due() == {imported.reference}


def test_the_tracker_can_be_narrowed_to_what_waits_for_an_answer(signed_in):
    asked, other = a_referral(ReferralState.INFORMATION), a_referral(ReferralState.SCREENING)
    page = signed_in(a_person(Role.MANAGER)).get(reverse("tracker:tracker"), {"state": "information"})
    body = page.content.decode()
    assert asked.reference in body
    assert other.reference not in body
    assert "More information needed" in body


def test_an_export_with_what_waits_for_an_answer_comes_in_again(tmp_path):
    """Here it adds nothing; elsewhere it waits for an answer to a question that is not in a tracker."""
    manager = a_person(Role.MANAGER)
    asked = a_referral(ReferralState.INFORMATION)
    TrackerEntry.objects.create(referral=asked, primary_concern="home")
    job = exports.ask_for("state=information", by=manager)
    jobs.run(job.pk)
    job.refresh_from_db()
    path = tmp_path / "tracker.xlsx"
    path.write_bytes(bytes(job.file.content))
    sheet = load_workbook(path)["Referrals"]
    assert "More information needed" in [cell.value for cell in sheet[2]]
    outcome = import_tracker(path, by=manager)
    assert (outcome.rejected, outcome.added, outcome.repeated) == ([], 0, 1)
    Referral.objects.filter(pk=asked.pk).update(case_number="5550001", received_on="2020-01-01")
    outcome = import_tracker(path, by=manager)
    assert (outcome.rejected, outcome.added) == ([], 1)
    added = Referral.objects.get(imported=True)
    assert added.state == ReferralState.INFORMATION
    assert [message.kind for message in added.messages.all()] == ["question"]
    assert "The question itself is not in the tracker" in added.messages.get().body
