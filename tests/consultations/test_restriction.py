"""Restricted referrals: who sees them, for how long, by whose decision, and that nothing of them leaks."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import AccessGrant, ConsultationAction, Referral
from consultations.services import access, rounds, screening
from core import jobs
from core.models import AuditEvent, CaseworkSettings, Job, Notice
from core.workflow import ActRefused, EditConflict
from tests.factories import a_person, a_referral, a_team, an_action, an_entry
from tests.permissions.requests import date_parts
from tracker import exports

pytestmark = pytest.mark.django_db
SECRET = "Zebedee Quince"


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    monkeypatch.setattr(jobs, "ring_task", lambda task, *ids: True)


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, name="Frances")


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, name="Amina")


def restricted(manager, *people, state=ReferralState.SCREENING, **values) -> Referral:
    referral = a_referral(state, name=SECRET, **values)
    return access.restrict(referral, reason="Somebody knows the family.", people=people, by=manager)


def sees(person, referral) -> bool:
    person.__dict__.pop("roles", None)
    return Referral.objects.visible_to(person).filter(pk=referral.pk).exists()


def today():
    return timezone.localdate()


# ---------------------------------------------------------------- who sees it
def test_a_restriction_takes_away_the_team_and_the_roles_and_leaves_who_made_it(manager, cs):
    team = a_team()
    maker, colleague = a_person(Role.PRACTITIONER, team=team), a_person(Role.PRACTITIONER, team=team)
    referral = a_referral(by=maker)
    everybody = [maker, colleague, manager, cs]
    assert all(sees(person, referral) for person in everybody)
    access.restrict(referral, reason="Why", people=[cs], by=manager)
    assert [sees(person, referral) for person in everybody] == [True, False, False, True]
    access.lift(referral, reason="No longer needed", by=manager)
    assert all(sees(person, referral) for person in everybody)
    access.restrict(referral, reason="Again", people=[], by=a_person(Role.MANAGER))
    assert [sees(person, referral) for person in everybody] == [True, False, False, False], "an old grant came back"


def test_who_typed_it_for_somebody_and_the_referrer_both_go_on_seeing_it(manager):
    maker, referrer = a_person(Role.CS_PRACTITIONER), a_person(Role.PRACTITIONER)
    referral = a_referral(by=maker, referrer=referrer)
    access.restrict(referral, reason="Why", people=[], by=manager)
    assert sees(maker, referral)
    assert sees(referrer, referral)


def test_a_grant_holds_to_the_end_of_its_last_day_and_no_longer(manager, cs):
    referral = restricted(manager)
    grant = access.grant(referral, person=cs, until=today() + timedelta(days=3), reason="Covers", by=manager)
    for days, there in [(0, True), (3, True), (4, False)]:
        found = Referral.objects.visible_to(cs, on=today() + timedelta(days=days)).filter(pk=referral.pk)
        assert found.exists() is there
    access.end(grant, reason="Done", by=manager)
    assert not sees(cs, referral)


def test_a_grant_gives_nothing_that_role_and_team_do_not(manager):
    referral = restricted(manager)
    stranger, lead, left = (
        a_person(Role.PRACTITIONER),
        a_person(Role.LEAD),
        a_person(Role.CS_PRACTITIONER, active=False),
    )
    for person in (stranger, lead, left, referral.made_by):
        with pytest.raises(ActRefused, match="cannot be given access"):
            access.grant(referral, person=person, until=today(), reason="Why", by=manager)
    assert not AccessGrant.objects.exists()


def test_a_grant_ends_with_the_role(manager, cs):
    referral = restricted(manager, cs)
    assert sees(cs, referral)
    cs.role_grants.all().delete()
    assert not sees(cs, referral)


# ---------------------------------------------------------------- nothing leaks
def test_no_page_and_no_file_says_anything_of_it(manager, cs, signed_in):
    referral = restricted(manager, state=ReferralState.HELD)
    an_entry(referral, detail="Planted detail")
    action = an_action(referral, what="Planted action", context_name="Planted place")
    words = [SECRET, referral.case_number, "Planted", "seen with older peers by the canal"]
    for person in (manager, cs):
        browser = signed_in(person)
        pages = [browser.get(reverse(name)) for name in ("home", "consultations:referrals", "tracker:tracker")]
        for words_asked in (SECRET, referral.case_number, referral.reference):
            pages.append(browser.post(reverse("search"), {"q": words_asked}, follow=True))
        pages.append(browser.get(reverse("tracker:tracker"), {"q": "Planted"}))
        pages.append(browser.get(referral.get_absolute_url()))
        pages.append(browser.get(reverse("consultations:young-person", args=[referral.young_person_id])))
        pages.append(browser.get(reverse("consultations:change-action", args=[action.pk])))
        for page in pages:
            shown = page.content.decode().replace(f"“{SECRET}”", "").replace(f'value="{SECRET}"', "")
            shown = shown.replace(f"“{referral.case_number}”", "").replace(f'value="{referral.case_number}"', "")
            shown = shown.replace('value="Planted"', "").replace("Words: Planted", "")
            assert [word for word in words if word in shown.replace(": Planted</a>", "")] == []


def test_the_managers_pages_about_it_name_no_child_and_read_none(manager, signed_in):
    referral = restricted(manager, state=ReferralState.PLANNED)
    browser = signed_in(manager)
    args = [referral.pk]
    names = ["access", "grant-access", "keep-restriction", "lift-restriction"]
    pages = [browser.get(reverse(f"consultations:{name}", args=args)) for name in names]
    pages.append(browser.get(reverse("consultations:restricted")))
    for page in pages:
        assert page.status_code == 200
        assert referral.reference in page.content.decode()
        for word in (SECRET, referral.case_number, referral.referrer_name, referral.worry, "Consultation planned"):
            assert word not in page.content.decode()
    row = pages[0].context["referral"]
    assert {"name", "case_number", "date_of_birth", "worry"} <= row.get_deferred_fields()


def test_a_young_persons_page_leaves_out_what_is_hidden(manager, cs, signed_in):
    hidden = restricted(manager, state=ReferralState.PLANNED, case_number="55501")
    an_action(hidden, what="Hidden action", context_name="Hidden place")
    shown = a_referral(ReferralState.PLANNED, case_number="55501", name="Another Name", date_of_birth=None)
    an_action(shown, what="Shown action", context_name="Shown place")
    page = signed_in(cs).get(reverse("consultations:young-person", args=[shown.young_person_id])).content.decode()
    assert "Another Name" in page and "Shown action" in page and "Shown place" in page
    assert SECRET not in page and "Hidden" not in page and hidden.reference not in page
    assert "15 January 2010" not in page, "the date of birth that only the hidden referral gave"


def export_of(person) -> Job:
    job = exports.ask_for("", by=person)
    jobs.run(job.pk)
    return Job.objects.get(pk=job.pk)


def download(browser, job) -> int:
    return browser.get(reverse("tracker:download", args=[job.pk])).status_code


def test_a_workbook_made_before_the_restriction_is_not_handed_out_after_it(manager, signed_in):
    referral = a_referral(name=SECRET)
    job, browser = export_of(manager), signed_in(manager)
    assert download(browser, job) == 200
    access.restrict(referral, reason="Why", people=[], by=a_person(Role.MANAGER))
    assert download(browser, job) == 404
    assert browser.get(reverse("tracker:export-job", args=[job.pk])).status_code == 404
    again = export_of(manager)
    assert download(browser, again) == 200
    answer = browser.get(reverse("tracker:download", args=[again.pk]))
    sheet = load_workbook(io.BytesIO(answer.content))["Referrals"]
    assert SECRET not in str(list(sheet.iter_rows(values_only=True)))


def test_a_workbook_made_with_a_grant_goes_with_the_grant(manager, signed_in):
    referral = restricted(manager, manager)
    job, browser = export_of(manager), signed_in(manager)
    answer = browser.get(reverse("tracker:download", args=[job.pk]))
    sheet = load_workbook(io.BytesIO(answer.content))["Referrals"]
    head, row = list(sheet.iter_rows(values_only=True))
    assert dict(zip(head, row, strict=True))["Restricted"] == "Y"
    grant = referral.grants.get()
    access.end(grant, reason="Done", by=a_person(Role.MANAGER))
    assert download(browser, job) == 404
    grant.delete()
    late = access.grant(referral, person=manager, until=today(), reason="Back", by=a_person(Role.MANAGER))
    assert download(browser, job) == 200
    AccessGrant.objects.filter(pk=late.pk).update(until=today() - timedelta(days=1))
    assert download(browser, job) == 200, "a grant that came after the file was made says nothing about it"


def test_a_workbook_whose_grant_has_run_out(manager, signed_in):
    referral = restricted(manager, manager)
    job = export_of(manager)
    past = timezone.now() - timedelta(days=3)
    Job.objects.filter(pk=job.pk).update(created_at=past, finished_at=past)
    Referral.objects.filter(pk=referral.pk).update(created_at=past, restricted_at=past - timedelta(days=9))
    AccessGrant.objects.update(at=past - timedelta(days=1), until=today() - timedelta(days=1))
    assert download(signed_in(manager), job) == 404


# ---------------------------------------------------------------- the acts
def test_restricting_proposes_who_works_on_it(manager, cs):
    other_cs, elsewhere = a_person(Role.CS_PRACTITIONER), a_person(Role.PRACTITIONER)
    referral = a_referral(ReferralState.PLANNED, cs=other_cs)
    referral.consultation.participants.create(person=elsewhere, added_by=other_cs, added_at=timezone.now())
    screening.allocate(referral, to=cs, by=manager)
    found = dict(access.proposed(Referral.objects.get(pk=referral.pk), manager))
    assert found == {
        manager: "You",
        cs: "The referral is allocated to them",
        other_cs: "Takes part in the consultation",
    }


def test_restricting_through_the_page(manager, cs, signed_in):
    referral = a_referral(ReferralState.PLANNED, cs=cs)
    browser, url = signed_in(manager), reverse("consultations:restrict", args=[referral.pk])
    assert "Enter why the referral is restricted" in browser.post(url, {"reason": " "}).content.decode()
    answer = browser.post(url, {"reason": "Somebody knows the family.", "people": [cs.pk, manager.pk]}, follow=True)
    assert f"Referral {referral.reference} is restricted." in answer.content.decode()
    referral.refresh_from_db()
    assert referral.restricted_by == manager
    assert referral.restriction_review_on == today() + timedelta(days=90)
    assert {(one.user, one.until) for one in referral.grants.all()} == {
        (cs, referral.restriction_review_on), (manager, referral.restriction_review_on),
    }  # fmt: skip
    event = AuditEvent.objects.get(act="referral.restricted")
    assert event.subject_label == referral.reference
    assert event.detail["reason"] == "Somebody knows the family."
    notice = Notice.objects.get(user=cs, words__contains="have access")
    assert referral.reference in notice.words and referral.name not in notice.words
    assert not Notice.objects.filter(user=manager, words__contains="have access").exists()
    history = signed_in(cs).get(referral.get_absolute_url()).content.decode()
    assert "Restricted" in history and "Somebody knows the family." in history


def test_the_referrer_reads_that_it_is_restricted_and_not_why(manager, signed_in):
    referral = restricted(manager)
    page = signed_in(referral.made_by).get(referral.get_absolute_url()).content.decode()
    assert "Restricted" in page
    assert "Somebody knows the family." not in page


def test_the_days_until_the_review_are_the_administrators(manager):
    CaseworkSettings.objects.create(pk=1, restriction_review_days=30)
    assert restricted(manager).restriction_review_on == today() + timedelta(days=30)


def test_the_same_form_sent_twice_makes_one_restriction_one_grant_one_ending(manager, cs):
    referral = restricted(manager)
    access.restrict(referral, reason="Somebody knows the family.", people=[cs], by=manager)
    assert not referral.grants.exists()
    for _ in range(2):
        grant = access.grant(referral, person=cs, until=today(), reason="Covers", by=manager)
    assert referral.grants.count() == 1
    for _ in range(2):
        access.end(grant, reason="Done", by=manager)
    for _ in range(2):
        access.lift(referral, reason="Over", by=manager)
    acts = AuditEvent.objects.filter(subject_id=str(referral.pk), act__contains="access") | AuditEvent.objects.filter(
        subject_id=str(referral.pk), act__contains="restrict"
    )
    assert sorted(acts.values_list("act", flat=True)) == [
        "referral.access-ended", "referral.access-given", "referral.restricted", "referral.restriction-lifted",
    ]  # fmt: skip


def test_a_new_grant_takes_the_place_of_the_old(manager, cs):
    referral = restricted(manager, cs)
    access.grant(referral, person=cs, until=today(), reason="Only today", by=manager)
    assert [one.until for one in referral.grants.current()] == [today()]
    assert referral.grants.count() == 2


@pytest.mark.parametrize("days", [-1, 366])
def test_a_grant_for_the_past_or_for_more_than_a_year_is_refused(manager, cs, signed_in, days):
    referral, until = restricted(manager), today() + timedelta(days=days)
    with pytest.raises(ActRefused, match="a year at most"):
        access.grant(referral, person=cs, until=until, reason="Why", by=manager)
    url = reverse("consultations:grant-access", args=[referral.pk])
    answer = signed_in(manager).post(url, {"person": cs.pk, "reason": "Why"} | date_parts("until", until))
    assert answer.status_code == 200
    assert "The last day of the access must be" in answer.content.decode()
    assert not referral.grants.exists()


def test_a_person_who_could_not_see_it_cannot_be_chosen_on_the_page(manager, signed_in):
    referral, stranger = restricted(manager), a_person(Role.PRACTITIONER, team=a_team())
    url = reverse("consultations:grant-access", args=[referral.pk])
    answer = signed_in(manager).post(url, {"person": stranger.pk, "reason": "Why"} | date_parts("until"))
    assert answer.status_code == 200
    assert not referral.grants.exists()


def test_who_gives_access_to_themselves_is_seen_by_the_other_managers(manager):
    other, referral = a_person(Role.MANAGER), restricted(manager)
    access.grant(referral, person=manager, until=today(), reason="Covering", by=manager)
    told = Notice.objects.filter(words__contains="themselves")
    assert [notice.user for notice in told] == [other]


def test_what_is_out_of_order_is_refused_and_changes_nothing(manager, cs):
    draft, plain, shut = a_referral(ReferralState.DRAFT), a_referral(), restricted(manager, cs)
    later = today() + timedelta(days=5)
    before = list(Referral.objects.order_by("pk").values()), list(AccessGrant.objects.values())
    other = a_person(Role.MANAGER)
    tries = [
        lambda: access.restrict(draft, reason="x", people=[], by=other),
        lambda: access.restrict(shut, reason="x", people=[], by=other),
        lambda: access.restrict(plain, reason="x", people=[a_person(Role.LEAD)], by=other),
        lambda: access.grant(plain, person=cs, until=later, reason="x", by=other),
        lambda: access.keep(plain, review_on=later, seen=None, reason="x", people=[], by=other),
        lambda: access.lift(plain, reason="x", by=other),
        lambda: access.keep(
            shut, review_on=today(), seen=shut.restriction_review_on, reason="x", people=[], by=other
        ),
        lambda: access.keep(
            shut, review_on=today() + timedelta(days=91), seen=shut.restriction_review_on, reason="x", people=[],
            by=other,
        ),
    ]  # fmt: skip
    for attempt in tries:
        with pytest.raises(ActRefused):
            attempt()
    assert (list(Referral.objects.order_by("pk").values()), list(AccessGrant.objects.values())) == before


# ---------------------------------------------------------------- the review
def overdue(manager, *people) -> Referral:
    referral = restricted(manager, *people)
    yesterday = today() - timedelta(days=1)
    Referral.objects.filter(pk=referral.pk).update(restriction_review_on=yesterday)
    AccessGrant.objects.filter(referral=referral).update(until=yesterday)
    referral.refresh_from_db()
    return referral


def test_a_review_keeps_the_restriction_and_the_access_of_those_who_are_ticked(manager, cs, signed_in):
    other = a_person(Role.CS_PRACTITIONER)
    referral = overdue(manager, cs, other)
    browser, url = signed_in(manager), reverse("consultations:keep-restriction", args=[referral.pk])
    form = browser.get(url).context["page"].form
    assert set(form.initial["people"]) == {cs.pk, other.pk}
    sent = {"reason": "Still so", "seen": form.initial["seen"], "people": [cs.pk]}
    later = today() + timedelta(days=60)
    assert browser.post(url, sent | date_parts("review_on", later)).status_code == 302
    referral.refresh_from_db()
    assert referral.restriction_review_on == later
    assert (sees(cs, referral), sees(other, referral)) == (True, False)


def test_two_managers_review_at_once_and_the_second_is_told(manager, signed_in):
    referral = overdue(manager)
    seen = referral.restriction_review_on
    access.keep(
        referral,
        review_on=today() + timedelta(days=20),
        seen=seen,
        reason="First",
        people=[],
        by=a_person(Role.MANAGER),
    )
    with pytest.raises(EditConflict):
        access.keep(referral, review_on=today() + timedelta(days=80), seen=seen, reason="Second", people=[], by=manager)
    url = reverse("consultations:keep-restriction", args=[referral.pk])
    sent = {"reason": "My own words", "seen": seen.isoformat()} | date_parts("review_on", today() + timedelta(days=80))
    answer = signed_in(manager).post(url, sent)
    assert answer.status_code == 409
    assert "My own words" in answer.content.decode()
    referral.refresh_from_db()
    assert referral.restriction_review_on == today() + timedelta(days=20)


def test_managers_are_told_once_when_a_review_is_due(manager, signed_in):
    later = restricted(manager)
    referral = overdue(manager)
    for _ in range(2):
        rounds.run()
    told = Notice.objects.filter(user=manager, words__contains="due for review")
    assert [notice.words for notice in told] == [f"The restriction of referral {referral.reference} is due for review."]
    home = signed_in(manager).get("/")
    work = {one.heading: one for one in home.context["work"]}["Restrictions to review"]
    assert [line.words for line in work.lines] == [referral.reference]
    assert work.lines[0].warning == "Overdue"
    access.lift(referral, reason="Over", by=manager)
    assert not Notice.objects.filter(words__contains="due for review").exists()
    assert access.bring_up_reviews(timezone.now() + timedelta(days=90)) == 1
    assert later.reference in Notice.objects.filter(words__contains="due for review").get().words


def test_the_list_of_restricted_referrals(manager, cs, signed_in):
    first, second = overdue(manager), restricted(manager, cs)
    a_referral()
    browser, url = signed_in(manager), reverse("consultations:restricted")

    def found(**query):
        return [row.reference for row in browser.get(url, query).context["page"]]

    assert found() == [first.reference, second.reference]
    assert found(sort="-review") == [second.reference, first.reference]
    assert found(review="due") == [first.reference]
    assert found(q=second.reference.lower()) == [second.reference]
    assert found(mine="on") == []
    assert found(review="nonsense", sort="nonsense", page="99") == [first.reference, second.reference]
    page = browser.get(url).content.decode()
    assert "Overdue" in page and cs.name in page
    assert "No restricted referral matches" in browser.get(url, {"q": "zzz"}).content.decode()


def test_an_action_stays_with_its_owner_and_says_no_name(manager, signed_in):
    owner = a_person(Role.PRACTITIONER)
    referral = a_referral(ReferralState.PLANNED, name=SECRET)
    action = an_action(referral, owner=owner, what="Call the school")
    access.restrict(referral, reason="Why", people=[], by=manager)
    assert ConsultationAction.objects.visible_to(owner).filter(pk=action.pk).exists()
    page = signed_in(owner).get(reverse("consultations:close-action", args=[action.pk])).content.decode()
    assert "Call the school" in page
    assert SECRET not in page


def test_a_cs_practitioner_who_owns_an_action_reads_no_name_without_a_grant(manager, cs, signed_in):
    referral = a_referral(ReferralState.PLANNED, name=SECRET, case_number="778899")
    action = an_action(referral, owner=cs, what="Call the school")
    access.restrict(referral, reason="Why", people=[], by=manager)
    browser = signed_in(cs)
    for name in ("action", "change-action", "close-action"):
        page = browser.get(reverse(f"consultations:{name}", args=[action.pk])).content.decode()
        assert SECRET not in page and "778899" not in page
