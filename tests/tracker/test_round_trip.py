"""Export → import into an empty database → export: equal in every data cell (issue 4, requirement 1)."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Agency, Team, User
from accounts.permissions import Role
from consultations.models import (
    AccessGrant,
    ActionFeedback,
    Consultation,
    ConsultationAction,
    Feedback,
    FrameworkPlace,
    Referral,
    YoungPerson,
    YoungPersonMerge,
)
from consultations.services import access, actions, feedback, people, screening
from core import jobs
from core.models import Counter, ListItem
from core.models.actions import ActionStatus
from tests.factories import a_person, a_referral, a_team, an_action, an_entry
from tests.imports import Browser
from tracker import exports
from tracker.models import Theme, TrackerEntry

pytestmark = pytest.mark.django_db
AWKWARD = "=1+1\n  two lines; “quoted”, 'single' \t<b>&amp;</b> 🙂 Zielińska  "


def an_export(by) -> bytes:
    job = exports.ask_for("", by=by)
    jobs.run(job.pk)
    job.refresh_from_db()
    return bytes(job.file.content)


def cells_of(content: bytes) -> dict[str, list[tuple]]:
    book = load_workbook(io.BytesIO(content))
    assert set(book.sheetnames) >= {"Referrals", "Themes", "Actions"}
    return {name: list(book[name].iter_rows(values_only=True)) for name in book.sheetnames if name != "About"}


def a_rich_world(manager) -> None:
    """Referrals in every state, with whatever a tracker can hold."""
    near, far = a_team("Near team; 2"), a_team("Near team", agency="Police")
    maker = a_person(Role.PRACTITIONER, team=near, name="=Daniel O'Sei")
    harms = list(ListItem.objects.of("harm")[:3])
    genders = list(ListItem.objects.of("gender")[:2])
    made = {}
    for number, state in enumerate(["screening", "information", "planned", "held", "signposted", "withdrawn", "held"]):
        born = date(1926, 2, 28) if number == 3 else date(2010, 1, 15)
        made[number] = a_referral(
            state, by=maker, case_number=f"AB{number}/7", name=f"Kai\u00a0{number} Mensah", date_of_birth=born,
            arrival=["online", "email", "telephone", "meeting"][number % 4], received_on=date(2024, 2, 29),
            gender=genders[number % 2], harms=harms[: number % 3],
        )  # fmt: skip
    custom = Theme.objects.create(name="Debt bondage & more", order=90)
    an_entry(made[3], how_long_known=AWKWARD, previous_referrals="x" * 3000, detail="'388s'", themes=[custom])
    other = Theme.objects.get(needs_text=True)
    an_entry(made[4], detail="", themes=[other], other_theme="Something else; with this")
    an_entry(made[5], themes=[])
    for each in range(2):  # alike in all that tells referrals apart but their references
        a_referral("held", by=maker, case_number="TWIN1", received_on=date(2023, 5, 1), name=f"Twin {each}")
    restricted = a_referral("planned", by=maker, case_number="SECRET9")
    access.restrict(restricted, reason="Known to the team.", people=[manager], by=manager)
    options = list(ListItem.objects.of("intervention")[:2])
    for each, values in enumerate(
        [
            {"space": "online", "what": AWKWARD, "interventions": options, "context_name": "Lock 4", "due": None},
            {"space": "home", "what": "Second", "owner_name": "PC =Stone, of here", "owner_agency": ""},
            {"space": "school", "what": "Third"},
        ]
    ):
        action = an_action(made[6], owner=maker if each == 2 else None, **values)
        if each:
            ended = [ActionStatus.DONE, ActionStatus.DROPPED][each - 1]
            actions.close(action, status=ended, outcome="It worked.\nReally", by=maker)
    said = {"used": "yes", "useful": 4, "young_person": "Better.", "context": "Quieter.", "actions": {}}
    feedback.give(made[6], said, version=0, by=maker)
    screening.reopen(made[4], reason="They sent it back.", by=a_person(Role.CS_PRACTITIONER))
    first, second = (
        a_referral(by=a_person(Role.PRACTITIONER, team=far), case_number=number).young_person
        for number in ("4-1", "41")
    )
    mark = people.plan(first, second, keep=first, choices={}).mark
    people.merge(first, second, keep=first, choices={}, mark=mark, reason="The same", by=manager)
    TrackerEntry.objects.filter(referral=made[3]).update(completed_at=timezone.now() - timedelta(days=400))


def empty_the_database() -> None:
    """No casework, no teams and agencies, no themes but the toolkit's."""
    kinds = [
        ActionFeedback, Feedback, ConsultationAction, TrackerEntry, FrameworkPlace, Consultation, YoungPersonMerge,
        AccessGrant, Referral, YoungPerson, Counter,
    ]  # fmt: skip
    YoungPerson.objects.update(merged_into=None)
    for kind in kinds:
        kind.objects.all().delete()
    User.objects.update(team=None)
    Team.objects.all().delete()
    Agency.objects.all().delete()
    Theme.objects.filter(order=90).delete()


def test_an_export_comes_back_equal_in_every_data_cell(signed_in):
    manager = a_person(Role.MANAGER)
    a_rich_world(manager)
    first = an_export(manager)
    before = cells_of(first)
    references = set(Referral.objects.sent().values_list("reference", flat=True))
    empty_the_database()
    assert not Referral.objects.exists()
    assert not Team.objects.exists()
    assert not Agency.objects.exists()

    manager = a_person(Role.MANAGER)
    browser = Browser(signed_in(manager))
    of = browser.upload(SimpleUploadedFile("export.xlsx", first))
    browser.send("-sheet", of)
    browser.send("-columns", of)
    of = browser.run(of)
    page = browser.get("-words", of)
    (field,) = [name for name in page.context["page"].form.fields if name.startswith("word-themes")]
    browser.send("-words", of, **{field: "!new"})
    of = browser.run(of)
    assert of.counts["referrals"] == {"sound": len(references)}, list(of.rows.values_list("number", "problems"))
    assert of.counts["actions"] == {"sound": 3}
    browser.send("-preview", of)
    browser.run(of)

    assert set(Referral.objects.values_list("reference", flat=True)) == references
    after = cells_of(an_export(manager))
    assert list(after) == list(before)
    for name in before:
        assert after[name] == before[name], name
    assert len(before["Referrals"]) == len(references) + 1
    assert AccessGrant.objects.get().user == manager
    assert YoungPerson.objects.filter(case_number="TWIN1").count() == 1
    assert ConsultationAction.objects.count() == 3

    again = browser.checked(SimpleUploadedFile("export.xlsx", first))
    assert again.counts["referrals"] == {"there": len(references)}
    new = a_referral(received_on=date(2024, 3, 1))
    assert new.reference not in references
