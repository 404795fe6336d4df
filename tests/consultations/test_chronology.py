"""The chronology of a referral and of a young person: everything that happened, in words, to whom it is for."""

import ast
import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.act_words import ACTS, DETAILS, Kind
from consultations.choices import ReferralState, Space
from consultations.models import ActionProgress, Referral
from consultations.services import access, actions, framework, marks, notes, participants, referrals, screening
from core import texts
from core.models import AuditEvent, FormSection
from core.models.actions import ActionStatus
from core.models.lists import FormName
from tests.factories import a_draft, a_person, a_referral, a_team, an_action, an_entry

pytestmark = pytest.mark.django_db
ACT = re.compile(r"(referral|consultation|framework|action|take-away|feedback|data-entry)\.[a-z-]+")
# What the end of an act may be that is put together.
ENDINGS = {"action.": ["done", "dropped"], "take-away.": ["done", "dropped"], "feedback.": ["asked", "chased"]}


def section(key: str) -> FormSection:
    return FormSection.objects.get(form=FormName.CONSULTATION, key=key)


def write(referral: Referral, body: str, *, by, base: int, at=None, key: str = "home"):
    return notes.save_section(referral.consultation, section(key), body=body, base_version=base, by=by, at=at)


def page_of(browser, referral: Referral, **query) -> str:
    """The chronology as its reader reads it, without the markup."""
    answer = browser.get(reverse("consultations:chronology", args=[referral.pk]), query)
    assert answer.status_code == 200
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", main)))


def acts_in_the_source() -> set[str]:
    """Every act that a service of casework writes into the audit log, as its source says."""
    found = set()
    folders = [Path(settings.BASE_DIR) / app / "services" for app in ("consultations", "tracker")]
    for path in [path for folder in folders for path in folder.glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                found |= {start + ending for ending in ENDINGS.get(start, []) if len(node.values) == 2}
            elif isinstance(node, ast.Constant) and ACT.fullmatch(str(node.value)):
                found.add(node.value)
    return found


def test_every_act_of_a_service_has_its_words():
    found = acts_in_the_source()
    assert len(found) > 40
    assert found - set(ACTS) == set()
    assert {act.kind for act in ACTS.values()} <= set(Kind.values)
    for act in ACTS.values():
        assert set(act.shows) <= set(DETAILS)


@pytest.fixture
def people():
    team = a_team("Near team")
    return {
        "maker": a_person(Role.PRACTITIONER, team=team, name="Robin Ash"),
        "cs": a_person(Role.CS_PRACTITIONER, name="Cass Bell"),
        "other": a_person(Role.CS_PRACTITIONER, name="Omar Dean"),
        "manager": a_person(Role.MANAGER, name="Mo Grey"),
    }


@pytest.fixture
def full(people) -> Referral:
    """A referral to which everything happened."""
    maker, cs, other = people["maker"], people["cs"], people["other"]
    sent = a_referral(by=maker, name="Kai Mensah")
    screening.allocate(sent, to=other, by=people["manager"], reason="Omar knows the family")
    screening.ask(sent, question="Who else is there?", by=cs)
    screening.answer(sent, body="Two cousins.", by=maker)
    screening.signpost(sent, to="Early Help hub", reason="Fits better", by=cs)
    screening.reopen(sent, reason="They sent it back", by=cs)
    day = timezone.localdate()
    referral = screening.accept(sent, planned_for=day, reason="Suitable after all", by=cs)
    screening.reschedule(referral, planned_for=day - timedelta(days=1), reason="The school asked", by=cs)
    participants.add(
        referral.consultation, {"person": None, "name": "Grace Adeyemi", "agency": "Police", "email": ""}, by=cs
    )
    place = referral.consultation.framework_places.first()
    point = FormSection.objects.of(FormName.FRAMEWORK_POINTS).first()
    framework.save_cell(place, point, body="Cell words", base_version=0, by=maker)
    write(referral, "Lives with his mother.", by=cs, base=0)
    write(referral, "Lives with his aunt.", by=other, base=1)
    write(referral, "Lives with his father.", by=cs, base=1)
    marks.save(referral.consultation, Space.SCHOOL, harm="serious", strength="some", version=0, by=cs)
    action = an_action(referral, owner=maker, by=cs, what="Map the peer group.")
    values = actions.values_of(action) | {"owner": other, "due": day, "what": "Map the whole peer group."}
    action = actions.change(action, values, version=action.version, by=cs)
    actions.note(action, body="Half of it is done", by=other)
    actions.close(action, status=ActionStatus.DONE, outcome="The map is drawn", by=other)
    actions.reopen(action, reason="A new friend came", by=cs)
    notes.hold(referral.consultation, held_on=day, by=cs)
    an_entry(referral, by=cs, detail="Canal towpath")
    access.restrict(referral, reason="Planted reason", people=[cs], by=people["manager"])
    return Referral.objects.get(pk=referral.pk)


def test_everything_that_happened_is_told_in_words(signed_in, people, full):
    browser = signed_in(people["cs"])
    told = page_of(browser, full) + page_of(browser, full, page=2)
    for words in (
        "Allocated by Mo Grey",
        "To: Omar Dean",
        "Reason: Omar knows the family",
        "More information asked for by Cass Bell",
        "Question: Who else is there?",
        "Answer: Two cousins.",
        "To: Early Help hub",
        "Reason: They sent it back",
        "Consultation rescheduled",
        "Who: Grace Adeyemi, Police",
        "“Home”: written by Cass Bell",
        "“Home”: changed by Omar Dean",
        "removed: mother end of removed",
        "added: aunt end of added",
        "“Home”: written at the same time as somebody else by Cass Bell",
        "they wait to be merged",
        "Framework, “",
        "added: Cell words end of added",
        "Space: School",
        "Harm: Serious",
        "Strength: Some",
        "About: Map the whole peer group.",
        "added: whole end of added",
        "Note: Half of it is done",
        "What came of it: The map is drawn",
        "Reason: A new friend came",
        "Consultation marked as held",
        "Detail: Canal towpath",
        "Themes: ",
        "Record restricted by Mo Grey",
    ):
        assert words in told, words
    assert re.search(r"Who: removed: Robin Ash end of removed added: Omar Dean", told)
    assert " viewed" not in told.lower()
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", told)
    assert "None" not in told.replace("Previous referrals: None", "")


def test_no_detail_that_a_service_records_is_forgotten(full):
    """What is neither shown nor named here as left out on purpose is a detail that nobody thought of."""
    left_out = {"step", "version", "on version", "on_version", "message", "changed", "place", "point"}
    for event in AuditEvent.objects.filter(subject_label=full.reference).exclude(act="viewed"):
        act = ACTS[event.act]
        if not act.shown:
            continue
        known = {*act.shows, *left_out} | (set(DETAILS) if act.changes else set())
        assert set(event.detail) <= known, event.act
        if act.changes:
            changed = event.detail.get("changed", event.detail)
            assert set(changed) <= {*DETAILS, *left_out} or any(" " in name or "-" in name for name in changed)


def test_a_draft_is_its_makers_alone_also_when_it_was_sent(signed_in, people):
    draft = a_draft(people["maker"], worry="First worry")
    referrals.save_step(draft, {"worry": "Planted worry"}, version=0, step="worry", by=people["maker"])
    sent = referrals.send(Referral.objects.get(pk=draft.pk), by=people["maker"])
    mine, theirs = page_of(signed_in(people["maker"]), sent), page_of(signed_in(people["cs"]), sent)
    assert "Draft begun" in mine
    assert "Planted" in mine
    assert "Referral sent" in theirs
    assert "Draft" not in theirs
    assert "Planted" not in theirs


def test_why_a_record_is_restricted_is_for_who_manages_it_or_has_access(signed_in, people, full):
    reader = {name: page_of(signed_in(people[name]), full) for name in ("cs", "maker")}
    assert "Planted reason" in reader["cs"]  # by a grant
    assert "restricted" not in reader["maker"]
    access.lift(full, reason="Planted end", by=people["manager"])
    assert "Planted reason" in page_of(signed_in(people["manager"]), full)
    others = page_of(signed_in(people["other"]), full)
    assert "Record restricted" in others
    assert "Restriction lifted" in others
    assert "Planted" not in others
    assert "Planted" not in page_of(signed_in(people["maker"]), full, kinds="access")


def test_a_person_who_may_not_know_of_an_act_does_not_find_its_actor_either(signed_in, people, full):
    answer = signed_in(people["maker"]).get(reverse("consultations:chronology", args=[full.pk]))
    names = [words for _, words in answer.context["form"].fields["person"].choices]
    assert "Cass Bell" in names
    stranger = a_person(Role.MANAGER, name="Only Restricts")
    access.lift(full, reason="Over", by=stranger)
    answer = signed_in(people["maker"]).get(reverse("consultations:chronology", args=[full.pk]))
    assert "Only Restricts" not in answer.content.decode()


def test_it_is_narrowed_by_kind_person_and_period(signed_in, people, full):
    browser = signed_in(people["cs"])
    assert "Action added" in page_of(browser, full, kinds="actions")
    assert "Referral sent" not in page_of(browser, full, kinds="actions")
    assert "“Home”" not in page_of(browser, full, kinds="actions")
    words = page_of(browser, full, kinds="words")
    assert "“Home”" in words
    assert "Action added" not in words
    omars = page_of(browser, full, person=people["other"].pk)
    assert "by Omar Dean" in omars
    assert "by Cass Bell" not in omars
    tomorrow = timezone.localdate() + timedelta(days=1)
    parts = {"day_from_day": tomorrow.day, "day_from_month": tomorrow.month, "day_from_year": tomorrow.year}
    assert "Nothing in the chronology matches" in page_of(browser, full, **parts)
    today = timezone.localdate()
    parts = {f"day_{end}_{part}": getattr(today, part) for end in ("from", "to") for part in ("day", "month", "year")}
    assert "Action added" in page_of(browser, full, **parts)


def test_what_nobody_offered_in_the_address_is_left_out_of_account(signed_in, people, full):
    browser = signed_in(people["cs"])
    told = page_of(browser, full, kinds="<script>", person="x", order="sideways", page="zzz", day_from_day="99")
    assert "entries, latest first" in told


def test_what_one_person_marks_in_one_minute_is_one_entry_with_all_its_facts(signed_in, people, full):
    at = timezone.now().replace(second=10, microsecond=0) + timedelta(hours=1)
    for space, by, later in [(Space.HOME, "cs", 0), (Space.ONLINE, "cs", 20), (Space.PEER_GROUP, "cs", 60)]:
        when = at + timedelta(seconds=later)
        marks.save(full.consultation, space, harm="some", strength="", version=0, by=people[by], at=when)
    told = page_of(signed_in(people["cs"]), full)
    assert told.count("Harm and strength marked") == 3  # of that minute, of the next, and what stood there before
    entry = told.split("Harm and strength marked")[2]
    assert Space.HOME.label in entry
    assert Space.ONLINE.label in entry


def test_either_end_may_come_first(signed_in, people, full):
    browser = signed_in(people["cs"])
    latest, earliest = page_of(browser, full), page_of(browser, full, order="first")
    assert latest.index("Record restricted") < latest.index("Allocated by") < latest.index("Referral sent")
    assert earliest.index("Referral sent") < earliest.index("Allocated by")


def test_words_are_shown_as_they_are_written(signed_in, people):
    referral = a_referral(ReferralState.PLANNED, by=people["maker"])
    write(referral, "<b>bold</b> & <script>alert(1)</script>", by=people["cs"], base=0)
    answer = signed_in(people["cs"]).get(reverse("consultations:chronology", args=[referral.pk]))
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;script&gt;" in answer.content.decode()


def test_what_the_form_began_with_is_nobodys_writing(signed_in, people):
    gender = FormSection.objects.get(form=FormName.CONSULTATION, key="gender")
    draft = a_draft(people["maker"])
    draft.gender_id = _an_item("gender")
    draft.save()
    referral = screening.accept(
        referrals.send(draft, by=people["maker"]), planned_for=timezone.localdate(), reason="Fits", by=people["cs"]
    )
    assert f"“{gender.title}”" not in page_of(signed_in(people["cs"]), referral)
    write(referral, "Something else", by=people["cs"], base=1, key="gender")
    assert f"“{gender.title}”: changed" in page_of(signed_in(people["cs"]), referral)


def _an_item(name: str) -> int:
    from core.models import ListItem

    return ListItem.objects.of(name).first().pk


def test_a_long_writing_says_from_when_to_when(signed_in, people):
    referral = a_referral(ReferralState.PLANNED, by=people["maker"])
    noon = timezone.localtime().replace(hour=12, minute=0, second=0) - timedelta(days=1)
    write(referral, "One", by=people["cs"], base=0, at=noon)
    write(referral, "One two", by=people["cs"], base=1, at=noon + timedelta(minutes=20))
    told = page_of(signed_in(people["cs"]), referral)
    assert "12:00 to 12:20" in told
    assert told.count("“Home”") == 2  # one line, and the name of its link


def test_a_merge_is_told_with_who_merged(signed_in, people, full):
    note = full.consultation.notes.select_related("text").get(section=section("home"))
    aside = note.text.set_aside.get()
    texts.save(
        note.text_id, body="Lives with his aunt and father.", base_version=note.text.version, by=people["other"],
        resolves=aside.pk,
    )  # fmt: skip
    told = page_of(signed_in(people["cs"]), full, kinds="words")
    assert "was merged or taken away by Omar Dean" in told
    assert "Both texts were kept." in told


def test_a_page_costs_the_same_whatever_is_in_it(signed_in, people, full):
    browser = signed_in(people["cs"])
    url = reverse("consultations:chronology", args=[full.pk])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    cost()
    before = cost()
    for number in range(12):
        owner = a_person(Role.PRACTITIONER, team=a_team(), name=f"Owner {number}")
        action = an_action(full, owner=owner, by=people["cs"], what=f"Action {number}")
        actions.note(action, body=f"Note {number}", by=people["cs"])
        body = f"Version {number} of it"
        text = full.consultation.notes.select_related("text").get(section=section("home")).text
        write(full, body, by=people["cs"], base=text.version)
    assert cost() <= before
    assert before < 35


def test_the_first_note_of_the_same_moment_is_not_mixed_up(signed_in, people):
    """Two actions that were noted on at the very same moment keep their own words."""
    referral = a_referral(ReferralState.PLANNED, by=people["maker"])
    at = timezone.now()
    for number in (1, 2):
        action = an_action(referral, by=people["cs"], what=f"Action {number}")
        actions.note(action, body=f"Words {number}", by=people["cs"], at=at)
    assert ActionProgress.objects.count() == 2
    told = page_of(signed_in(people["cs"]), referral, kinds="actions")
    assert "About: Action 1 Note: Words 1" in told
    assert "About: Action 2 Note: Words 2" in told


# ---------------------------------------------------------------- of a young person
def test_a_young_persons_chronology_has_what_its_reader_may_see(signed_in, people):
    mine = a_referral(ReferralState.PLANNED, by=people["maker"], case_number="7700001", name="Kai")
    foreign = a_referral(by=a_person(Role.PRACTITIONER, team=a_team("Far")), case_number="7700001", name="Kai")
    assert mine.young_person_id == foreign.young_person_id
    url = reverse("consultations:young-person-chronology", args=[mine.young_person_id])
    own = signed_in(people["maker"]).get(url).content.decode()
    assert mine.reference in own
    assert foreign.reference not in own
    both = signed_in(people["cs"]).get(url).content.decode()
    assert mine.reference in both and foreign.reference in both
    access.restrict(foreign, reason="Sensitive", people=[], by=people["manager"])
    assert foreign.reference not in signed_in(people["cs"]).get(url).content.decode()
    viewed = AuditEvent.objects.filter(act="viewed", subject_type="consultations.youngperson")
    assert viewed.count() == 3


def test_why_two_records_were_merged_is_for_who_merges(signed_in, people):
    """The reason may speak of the other record, of which a practitioner may not know."""
    from consultations.services.people import _note_in

    referral = a_referral(by=people["maker"])
    _note_in(
        [referral], "referral.young-person-merged", reason="Planted reason", by=people["manager"], at=timezone.now()
    )
    assert "Planted" not in page_of(signed_in(people["maker"]), referral)
    assert "Moved to another record" in page_of(signed_in(people["maker"]), referral)
    assert "Planted reason" in page_of(signed_in(people["manager"]), referral)
