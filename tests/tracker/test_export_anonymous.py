"""The anonymised export: nobody's name, number or words in it, and pseudonyms that stay the same."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from openpyxl import load_workbook

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import ConsultationAction, Referral
from consultations.services import access, actions, feedback, people
from core import jobs
from core.models import Job, ListItem
from core.models.jobs import JobStatus
from core.models.lists import ListName
from tests.factories import a_person, a_referral, a_team, an_action, an_entry
from tracker import exports
from tracker.exports import anonymous
from tracker.models import Theme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    monkeypatch.setattr(jobs, "ring", lambda job_id: True)


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, name="Planted Manager")


def made(by, filters: str = "", **options) -> bytes:
    Job.objects.update(created_at=timezone.now() - timedelta(hours=1))  # or it would be the same export twice
    job = exports.ask_for(filters, by=by, **options)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE, job.failure
    return bytes(job.file.content)


def sheet_of(content: bytes, title: str) -> list[dict]:
    lines = list(load_workbook(io.BytesIO(content))[title].iter_rows(values_only=True))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def everything_in(content: bytes) -> str:
    """All that a file holds, every part of a workbook unpacked, in small letters."""
    if content[:2] != b"PK":
        return content.decode().lower()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
        return "\n".join([*archive.namelist(), *(part.decode() for part in parts)]).lower()


@pytest.fixture
def planted(manager) -> list[str]:
    """Names, numbers and words of everything that can be typed about a referral, put where they are typed."""
    words = iter(f"zq{number:02d}planted{number * 7919}" for number in range(100))
    used: list[str] = []

    def word() -> str:
        used.append(next(words))
        return used[-1]

    screener = a_person(Role.CS_PRACTITIONER, name=word(), team=a_team(word()))
    maker = a_person(Role.PRACTITIONER, name=word(), team=a_team(word()))
    for number in range(2):
        given = {"name": word(), "case_number": f"88{number}4417", "referrer_name": word(), "worry": word()}
        used.append(given["case_number"])
        held = a_referral(ReferralState.HELD, by=maker, cs=screener, **given)
        entry = {"how_long_known": word(), "previous_referrals": word(), "detail": word(), "other_theme": word()}
        an_entry(held, by=screener, themes=[Theme.objects.get(needs_text=True)], **entry)
        doer = a_person(Role.PRACTITIONER, name=word(), team=a_team(word()))
        mine = an_action(held, by=screener, owner=doer, what=word(), context_name=word())
        actions.note(mine, body=word(), by=doer)
        actions.close(mine, status="done", outcome=word(), by=doer)
        an_action(held, by=screener, what=word(), owner_name=word(), owner_agency=word())
        said = {"used": "yes", "useful": 5, "young_person": word(), "context": word(), "actions": {}}
        feedback.give(held, said, version=0, by=screener)
        used.append(held.reference)
    signposted = a_referral(ReferralState.SIGNPOSTED, by=maker, cs=screener, name=word())
    Referral.objects.filter(pk=signposted.pk).update(signposted_to=word(), screening_reason=word())
    used += [signposted.reference, signposted.case_number]
    hidden = a_referral(ReferralState.SCREENING, by=maker, name=word())
    access.restrict(hidden, reason=word(), people=[manager], by=manager)
    used += [manager.name, manager.email, maker.email, hidden.case_number, hidden.reference]
    assert len(used) >= 50
    return [word.lower() for word in used]


@pytest.mark.parametrize("format", exports.Format.values)
def test_nothing_that_names_or_was_typed_is_in_any_part_of_the_file(manager, planted, format):
    team = Referral.objects.first().team
    filters = f"q=zq&team={team.pk}&context=zq"
    for asked in ("", filters):
        hidden = everything_in(made(manager, asked, format=format, anonymous=True))
        assert [word for word in planted if word in hidden] == []
    control = everything_in(made(manager, format=format))
    there = [word for word in planted if word in control]
    assert len(there) >= 20, "with names they are there, so they would be found"


def test_the_filters_are_told_without_what_was_typed_into_them(manager):
    an_entry(a_referral(ReferralState.HELD, referrer_name="Zebedee"))
    content = made(manager, "q=Zebedee&state=held", anonymous=True)
    about = {row["About this export"]: row[" "] for row in sheet_of(content, "About")}
    assert about["Filter: Outcome"] == "Consultation held"
    assert about["Filter: Words"] == "Chosen, and not told here"
    assert about["Rows on the sheet Referrals"] == 1


def test_what_stands_in_it(manager):
    gender, harm = (ListItem.objects.of(name).first() for name in (ListName.GENDER, ListName.HARM))
    option = ListItem.objects.of(ListName.INTERVENTION).first()
    held = a_referral(ReferralState.HELD, gender=gender, received_on=date(2026, 3, 17), date_of_birth=date(2013, 3, 18))
    held.harms.add(harm)
    an_entry(held, themes=[Theme.objects.first()])
    an_action(held, interventions=[option], owner_agency=held.agency.name.upper())
    an_action(held, owner_agency="A firm")
    [row] = sheet_of(content := made(manager, anonymous=True), "Referrals")
    assert row.pop("Month received").date() == date(2026, 3, 1)
    to_today = (timezone.localdate() - date(2026, 3, 17)).days
    pseudonyms = row.pop("Referral"), row.pop("Young person")
    assert row == {
        "Age at referral": "10–12", "Gender": gender.label, "Agency": held.agency.name, "Kinds of harm": harm.label,
        "Primary Concern": "Neighbourhood", "Themes": Theme.objects.first().name, "Outcome": "Consultation held",
        "Days to screening": to_today, "Days to consultation": to_today,
    }  # fmt: skip
    written = sheet_of(content, "Actions")
    assert {line["Referral"] for line in written} == {pseudonyms[0]}
    assert [(line["Space"], line["Interventions"], line["Status"], line["Agency"]) for line in written] == [
        ("Peer group", option.label, "Open", held.agency.name), ("Peer group", None, "Open", "Another agency"),
    ]  # fmt: skip
    [marks] = sheet_of(content, "Themes")
    assert {name for name, mark in marks.items() if mark == "Y"} == {Theme.objects.first().name}
    lines = list(csv.DictReader(io.StringIO(made(manager, format="csv", anonymous=True).decode("utf-8-sig"))))
    assert (lines[0]["Month received"], lines[0]["Age at referral"]) == ("2026-03", "10–12")


def test_a_child_has_one_pseudonym_in_every_export_and_after_a_merge(manager):
    first, second = a_referral(case_number="4711"), a_referral(case_number="47-11")
    again = a_referral(case_number="4711")

    def pseudonyms() -> dict[str, str]:
        rows = sheet_of(made(manager, anonymous=True), "Referrals")
        return {row["Referral"]: row["Young person"] for row in rows}

    before = pseudonyms()
    assert (len(before), len(set(before.values()))) == (3, 2)
    assert pseudonyms() == before
    of = {referral.pk: anonymous.pseudonym("R", referral.pk) for referral in (first, second, again)}
    assert before[of[first.pk]] == before[of[again.pk]] != before[of[second.pk]]
    one, other = first.young_person, second.young_person
    mark = people.plan(one, other, keep=one, choices={}).mark
    people.merge(one, other, keep=one, choices={}, mark=mark, reason="The same", by=manager)
    after = pseudonyms()
    assert after == dict.fromkeys(before, before[of[first.pk]])
    with override_settings(SECRET_KEY="another key than before, and long enough to be one " * 2):
        others = pseudonyms()
    assert not {*others, *others.values()} & {*after, *after.values()}, "they cannot be worked out without the key"


def test_the_order_tells_neither_the_reference_nor_what_the_list_was_sorted_by(manager):
    references = [a_referral().reference for _ in range(12)]
    of = {anonymous.pseudonym("R", referral.pk): referral.reference for referral in Referral.objects.all()}
    for sort in ("reference", "-reference", "received"):
        rows = sheet_of(made(manager, f"sort={sort}", anonymous=True), "Referrals")
        order = [of[row["Referral"]] for row in rows]
        assert sorted(order) == references
        assert order not in (references, references[::-1])


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (None, "Not known"), (date(2027, 1, 1), "Not known"), (date(2016, 6, 2), "Under 10"),
        (date(2016, 6, 1), "10–12"), (date(2013, 6, 2), "10–12"), (date(2013, 6, 1), "13–15"),
        (date(2010, 6, 2), "13–15"), (date(2010, 6, 1), "16–17"), (date(2008, 6, 2), "16–17"),
        (date(2008, 6, 1), "18 and over"), (date(1926, 6, 1), "18 and over"),
    ],
)  # fmt: skip
def test_ages_are_bands(born, band):
    assert anonymous.age_band(born, date(2026, 6, 1)) == band


def test_what_came_before_it_was_received_says_no_days(manager):
    """An imported row may be so."""
    held = a_referral(ReferralState.HELD)
    Referral.objects.filter(pk=held.pk).update(received_on=timezone.localdate() + timedelta(days=3))
    [row] = sheet_of(made(manager, anonymous=True), "Referrals")
    assert (row["Days to screening"], row["Days to consultation"]) == (None, None)
    assert ConsultationAction.objects.count() == 0
