"""The audit log: with the act or not at all, never changed, each thing once, and nothing served without it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleGrant, User
from accounts.permissions import Role
from accounts.services import add_person, change_person
from consultations.models import ActionProgress, Consultation, ConsultationAction, Referral
from consultations.services import actions, notes, referrals, screening
from core import audit, jobs
from core.models import AuditEvent, FormSection, Job, JobFile, SetAsideText, Text, TextVersion
from core.models.jobs import JobStatus
from core.models.lists import FormName
from tests.factories import PASSPHRASE, a_draft, a_person, a_referral, a_team, an_action, an_entry
from tracker import exports
from tracker.models import Theme, TrackerEntry
from tracker.services.entries import complete_entry

pytestmark = pytest.mark.django_db
TABLES = [
    Referral, Consultation, ConsultationAction, ActionProgress, Text, TextVersion, SetAsideText, TrackerEntry,
    TrackerEntry.themes.through, User, RoleGrant, Job, JobFile,
]  # fmt: skip


class NoAudit(DatabaseError):
    """What the database would say if the audit log took nothing more."""


@pytest.fixture
def no_audit(monkeypatch):
    """From the call of what this gives on, no event can be written."""

    def refuse(*args, **kwargs):
        raise NoAudit("the audit log is full")

    return lambda: monkeypatch.setattr(AuditEvent.objects, "create", refuse)


def everything() -> dict[str, list]:
    """Every row of the tables that acts change."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


def _section() -> FormSection:
    return FormSection.objects.get(form=FormName.CONSULTATION, key="home")


def _send():
    draft = a_draft()
    return lambda: referrals.send(draft, by=draft.made_by)


def _save_step():
    draft = a_draft()
    return lambda: referrals.save_step(draft, {"worry": "New"}, version=0, step="worry", by=draft.made_by)


def _discard():
    draft = a_draft()
    return lambda: referrals.discard(draft, by=draft.made_by)


def _accept():
    referral, by = a_referral(), a_person(Role.CS_PRACTITIONER)
    day = timezone.localdate()
    return lambda: screening.accept(referral, planned_for=day, attending="All", reason="Suitable", by=by)


def _signpost():
    referral, by = a_referral(), a_person(Role.CS_PRACTITIONER)
    return lambda: screening.signpost(referral, to="Early Help", reason="Fits better", by=by)


def _save_section():
    referral, by = a_referral("planned"), a_person(Role.CS_PRACTITIONER)
    return lambda: notes.save_section(referral.consultation, _section(), body="Words", base_version=0, by=by)


def _set_aside():
    referral, by = a_referral("planned"), a_person(Role.CS_PRACTITIONER)
    notes.save_section(referral.consultation, _section(), body="First", base_version=0, by=by)
    other = a_person(Role.CS_PRACTITIONER)
    return lambda: notes.save_section(referral.consultation, _section(), body="Second", base_version=0, by=other)


def _hold():
    referral, by = a_referral("planned"), a_person(Role.CS_PRACTITIONER)
    return lambda: notes.hold(referral.consultation, held_on=timezone.localdate(), by=by)


def _add_action():
    referral, by = a_referral("planned"), a_person(Role.CS_PRACTITIONER)
    values = {"space": "home", "what": "x", "owner": by, "owner_name": "", "owner_agency": "", "due": None}
    return lambda: actions.add(referral.consultation, values, by=by)


def _close_action():
    action, by = an_action(), a_person(Role.CS_PRACTITIONER)
    return lambda: actions.close(action, status="done", outcome="It helped", by=by)


def _change_action():
    action, by = an_action(), a_person(Role.CS_PRACTITIONER)
    values = actions.values_of(action) | {"what": "Something else"}
    return lambda: actions.change(action, values, version=1, by=by)


def _note_action():
    action, by = an_action(), a_person(Role.CS_PRACTITIONER)
    return lambda: actions.note(action, body="Half of it is done", by=by)


def _reopen_action():
    action, by = an_action(), a_person(Role.CS_PRACTITIONER)
    actions.close(action, status="done", outcome="It helped", by=by)
    return lambda: actions.reopen(action, reason="It was not enough", by=by)


def _complete_entry():
    referral, by = a_referral("held"), a_person(Role.CS_PRACTITIONER)
    values = {"primary_concern": "home", "themes": list(Theme.objects.in_use()[:3])}
    return lambda: complete_entry(referral, values, version=0, by=by)


def _add_person():
    by = a_person(Role.ADMINISTRATOR)
    return lambda: add_person(name="New", email="new@example.org", team=None, roles=["lead"], by=by)


def _change_person():
    person, by = a_person(Role.LEAD), a_person(Role.ADMINISTRATOR)
    given = {"name": "Other", "email": "other@example.org", "team": a_team(), "roles": ["manager"], "is_active": False}
    return lambda: change_person(person, **given, by=by)


def _cancel_job():
    by = a_person(Role.MANAGER)
    job = exports.ask_for("", by=by)
    return lambda: jobs.cancel(job, by=by)


ACTS = {
    "referral.sent": _send,
    "referral.draft-saved": _save_step,
    "referral.discarded": _discard,
    "referral.accepted": _accept,
    "referral.signposted": _signpost,
    "consultation.written": _save_section,
    "consultation.set-aside": _set_aside,
    "consultation.held": _hold,
    "action.added": _add_action,
    "action.changed": _change_action,
    "action.progress": _note_action,
    "action.done": _close_action,
    "action.reopened": _reopen_action,
    "data-entry.completed": _complete_entry,
    "person.added": _add_person,
    "person.changed": _change_person,
    "tracker.export.cancelled": _cancel_job,
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_recorded_once(act):
    do = ACTS[act]()
    before = everything()
    do()
    assert AuditEvent.objects.filter(act=act).count() == 1
    assert everything() != before


@pytest.mark.parametrize("act", ACTS)
def test_what_cannot_be_recorded_does_not_happen(act, no_audit):
    do = ACTS[act]()
    before, events = everything(), AuditEvent.objects.count()
    no_audit()
    with pytest.raises(NoAudit):
        do()
    assert everything() == before
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("change", ["UPDATE core_auditevent SET act = 'x'", "DELETE FROM core_auditevent"])
def test_nobody_changes_the_log(change):
    audit.record("signed-in", by=a_person())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert AuditEvent.objects.count() == 1


def test_nobody_empties_the_log():
    """The trigger is off in tests, for Django's own clearing; here it is switched on, and the switching undone."""
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER core_auditevent_no_truncate")
        cursor.execute("TRUNCATE core_auditevent")


def test_the_orm_cannot_change_it_either():
    event = audit.record("signed-in", by=a_person())
    for change in (event.delete, lambda: AuditEvent.objects.update(act="x"), lambda: event.save()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_an_event_outlives_what_it_speaks_of():
    draft = a_draft()
    pk = str(draft.pk)
    referrals.discard(draft, by=draft.made_by)
    assert AuditEvent.objects.filter(subject_id=pk, act="referral.discarded").count() == 1


def test_a_change_keeps_before_and_after():
    person, by = a_person(Role.LEAD, name="Old"), a_person(Role.ADMINISTRATOR)
    change_person(
        person, name="New", email=person.email, team=None, roles=[Role.LEAD, Role.MANAGER], is_active=True, by=by
    )
    event = AuditEvent.objects.get(act="person.changed")
    assert event.detail == {"name": ["Old", "New"], "roles": [["lead"], ["lead", "manager"]]}
    assert (event.actor_id, event.actor_name, event.subject_id) == (by.pk, by.name, str(person.pk))


# Each page of a record: (its route, what a record of it is made of, the page named in the event).
RECORD_PAGES = [
    ("consultations:referral", lambda: a_referral("held").pk, "referral"),
    ("consultations:screen", lambda: a_referral().pk, "screening"),
    ("consultations:consultation", lambda: a_referral("planned").pk, "consultation"),
    ("tracker:data-entry", lambda: an_entry().referral.pk, "data entry form"),
    ("consultations:action", lambda: an_action().pk, "action"),
    ("consultations:change-action", lambda: an_action().pk, "action"),
    ("consultations:action-progress", lambda: an_action().pk, "action"),
    ("consultations:close-action", lambda: an_action().pk, "action"),
    ("consultations:rings", lambda: a_referral("planned").pk, "rings"),
]


@pytest.fixture
def browser(signed_in):
    return signed_in(a_person(Role.CS_PRACTITIONER, Role.MANAGER))


@pytest.mark.parametrize(("route", "make", "page"), RECORD_PAGES)
def test_seeing_a_record_is_recorded_once(browser, route, make, page):
    url = reverse(route, args=[make()])
    assert browser.get(url).status_code == 200
    event = AuditEvent.objects.get(act="viewed")
    assert event.detail == {"page": page}
    assert event.subject_label.startswith("CS-")
    browser.get(url)
    assert AuditEvent.objects.filter(act="viewed").count() == 2


@pytest.mark.parametrize(("route", "make", "page"), RECORD_PAGES)
def test_nothing_is_shown_that_cannot_be_recorded(browser, no_audit, route, make, page):
    pk = make()
    no_audit()
    browser.raise_request_exception = False
    answer = browser.get(reverse(route, args=[pk]))
    assert answer.status_code == 500
    assert "Young Person" not in answer.content.decode()
    assert "CS-2" not in answer.content.decode()


@pytest.mark.parametrize(("route", "method"), [("search", "post"), ("tracker:tracker", "get")])
def test_a_search_is_recorded_once_with_its_words(browser, route, method):
    referral = a_referral(name="Zebedee")
    getattr(browser, method)(reverse(route), {"q": referral.reference}, follow=True)
    event = AuditEvent.objects.get(act="searched")
    assert (event.detail["words"], event.detail["found"]) == (referral.reference, 1)


def test_a_list_without_words_is_no_search(browser):
    browser.get(reverse("tracker:tracker"))
    browser.post(reverse("search"), {"q": "  "}, follow=True)
    assert not AuditEvent.objects.filter(act="searched").exists()


@pytest.mark.parametrize("route", ["search", "audit", "accounts:change-person"])
def test_lists_that_are_recorded_are_not_shown_without_it(signed_in, no_audit, route):
    person = a_person(*Role)
    a_referral(name="Zebedee")
    browser = signed_in(person, raise_request_exception=False)
    no_audit()
    if route == "search":
        answer = browser.post(reverse(route), {"q": "Zebedee"}, follow=True)
    else:
        answer = browser.get(reverse(route, args=[person.pk] if "person" in route else []))
    assert answer.status_code == 500
    assert "Zebedee" not in answer.content.decode()


def test_a_denial_is_recorded_once(signed_in):
    browser = signed_in(a_person(Role.LEAD))
    browser.get("/referrals/?q=a-name-of-a-child")
    event = AuditEvent.objects.get(act="denied")
    assert event.detail == {"route": "consultations:referrals", "ids": {}, "method": "GET", "status": 403}


def test_a_denial_that_cannot_be_recorded_is_still_a_denial(signed_in, no_audit):
    browser = signed_in(a_person(Role.LEAD), raise_request_exception=False)
    no_audit()
    assert browser.get("/referrals/").status_code in (403, 500)


def test_signing_in_and_out_and_failing_are_recorded_once_each(client):
    person = a_person(Role.LEAD, passphrase=PASSPHRASE)
    login = reverse("account_login")
    client.post(login, {"login": person.email, "password": "not the passphrase"})
    failed = AuditEvent.objects.get(act="sign-in-failed")
    assert (failed.actor_id, failed.detail) == (None, {"email": person.email})
    client.post(login, {"login": person.email, "password": PASSPHRASE})
    assert AuditEvent.objects.get(act="signed-in").actor_id == person.pk
    client.post(reverse("account_logout"))
    assert AuditEvent.objects.get(act="signed-out").actor_id == person.pk
    assert AuditEvent.objects.count() == 3


def test_nobody_signs_in_unrecorded(client, no_audit):
    person = a_person(Role.LEAD, passphrase=PASSPHRASE)
    no_audit()
    client.raise_request_exception = False
    assert client.post(reverse("account_login"), {"login": person.email, "password": PASSPHRASE}).status_code == 500
    assert client.get(reverse("session")).json()["signed_in"] is False


@pytest.fixture
def finished(browser):
    """A finished export of the person in `browser`."""
    person = User.objects.get(pk=browser.session["_auth_user_id"])
    job = exports.ask_for("", by=person)
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(status=JobStatus.DONE, finished_at=now, expires_at=now + timedelta(days=1))
    JobFile.objects.create(job=job, name="t.xlsx", content_type="application/x-test", content=b"secret", size=6)
    return reverse("tracker:download", args=[job.pk])


def test_a_download_is_recorded_once(browser, finished):
    assert browser.get(finished).content == b"secret"
    assert AuditEvent.objects.get(act="tracker.export.downloaded").detail == {"bytes": 6}


def test_no_download_without_its_record(browser, finished, no_audit):
    no_audit()
    browser.raise_request_exception = False
    answer = browser.get(finished)
    assert answer.status_code == 500
    assert b"secret" not in answer.content


def test_the_auditor_reads_and_that_is_recorded_too(signed_in):
    auditor = a_person(Role.AUDITOR)
    referral = a_referral()
    page = signed_in(auditor).get(reverse("audit"), {"about": referral.reference.lower(), "act": "sent"})
    assert [event.act for event in page.context["page"]] == ["referral.sent"]
    event = AuditEvent.objects.get(act="audit.read")
    assert event.detail == {"about": referral.reference.lower(), "act": "sent", "page": 1}
    assert event.actor_id == auditor.pk
