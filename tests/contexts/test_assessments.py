"""Assessments of contexts: each kind, a fifth one, two writers, hidden names, finishing, traffic lights."""

import pytest
from django.urls import reverse

from accounts.permissions import Role
from consultations.services import access
from contexts import assessing
from contexts.kinds import Area, Kind, Section, forget, kind_of, kinds, register
from contexts.models import AreaRating, Assessment, Context
from contexts.services import assessments, methods, work
from core.models import AuditEvent, Text
from core.workflow import ActRefused, EditConflict
from tests.context_factories import a_context, a_linked_person, an_assessment
from tests.factories import a_person, a_referral, a_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs(db):
    return a_person(Role.CS_PRACTITIONER, name="Amina Rahman")


@pytest.fixture
def context(cs):
    return a_context("assessing", cs=cs, kind="school", assessed=False)


def at(route: str, found: Assessment, *more) -> str:
    return reverse(f"contexts:{route}", args=[found.context_id, found.pk, *more])


def typed(browser, found: Assessment, key: str, body: str, version: int, **more):
    sent = {"body": body, "version": str(version), "client": "page-1", "seq": "1"} | more
    return browser.post(at("save-assessment-section", found, key), sent, headers={"accept": "application/json"})


@pytest.mark.parametrize("key", [kind.key for kind in kinds()])
def test_each_kind_has_its_own_page(signed_in, cs, key):
    context = a_context("assessing", cs=cs, kind=key, assessed=False)
    browser = signed_in(cs)
    empty = browser.get(reverse("contexts:latest-assessment", args=[context.pk])).content.decode()
    assert "Begin the assessment" in empty
    answer = browser.post(reverse("contexts:begin-assessment", args=[context.pk]), follow=True)
    page, kind = answer.content.decode(), kind_of(key)
    assert answer.templates
    assert kind.template in {template.name for template in answer.templates}
    assert kind.sections
    for section in kind.sections:
        assert section.title in page
        assert section.prompts[0] in page
    for area in kind.areas:
        assert area.title in page
    assert ("Traffic lights" in page) == bool(kind.areas)
    assert page.count("data-text-slot") == 2 * len(kind.sections) + 2


def test_begun_twice_is_one_assessment(signed_in, cs, context):
    for _ in range(2):
        signed_in(cs).post(reverse("contexts:begin-assessment", args=[context.pk]))
    assert context.assessments.count() == 1


@pytest.fixture
def fifth():
    """A fifth kind, for as long as one test runs: what one module and one template bring."""
    kind = Kind(
        "festival", "Festival", "a festival", "A fair, a carnival.",
        sections=(Section("crowd", "The crowd", ("Who is in the crowd?",)),),
        methods=("observation",),
        areas=(Area("stewards", "Stewards", red="Nobody is there."),),
        template="contexts/kinds/plain.html",
    )  # fmt: skip
    register(kind)
    yield kind
    forget(kind.key)


def test_a_fifth_kind_works_from_referral_to_plan(signed_in, cs, fifth):
    context = a_context("assessing", cs=cs, kind="festival", assessed=False)
    browser = signed_in(cs)
    assert "Festival" in browser.get(reverse("contexts:refer")).content.decode()
    page = browser.post(reverse("contexts:begin-assessment", args=[context.pk]), follow=True).content.decode()
    assert "The crowd" in page
    assert "Who is in the crowd?" in page
    assert "Stewards" in page
    found = context.assessments.get()
    assert typed(browser, found, "crowd-strengths", "They share water.", 0).status_code == 200
    assert typed(browser, found, "conclusion", "More stewards.", 0).status_code == 200
    rated = {"light": "red", "reason": "None at the gate", "seen": "0"}
    assert "Nobody is there." in browser.get(at("rate-area", found, "stewards")).content.decode()
    assert browser.post(at("rate-area", found, "stewards"), rated).status_code == 302
    sent = {"reason": "Stewards until midnight"}
    assert browser.post(reverse("contexts:finish-assessing", args=[context.pk]), sent).status_code == 302
    assert Context.objects.get(pk=context.pk).state == "planned"
    found.refresh_from_db()
    assert found.finished_by == cs


def test_a_kind_that_is_gone_can_still_be_read(signed_in, cs, fifth):
    context = a_context("assessing", cs=cs, kind="festival")
    forget("festival")
    browser = signed_in(cs)
    assert browser.get(reverse("contexts:latest-assessment", args=[context.pk])).status_code == 200
    assert browser.get(context.get_absolute_url()).status_code == 200
    assert typed(browser, context.assessments.get(), "crowd-strengths", "More", 1).status_code == 404


def test_two_writers_lose_no_text(signed_in, cs, context):
    other = a_person(Role.CS_PRACTITIONER, name="Daniel Osei")
    found = an_assessment(context, by=cs, texts={"analysis": "First."})
    assert typed(signed_in(cs), found, "analysis", "Written by Amina.", 1).status_code == 200
    late = typed(signed_in(other), found, "analysis", "Written by Daniel.", 1, client="page-2")
    assert late.status_code == 409
    assert late.json()["theirs"]["body"] == "Written by Amina."
    page = signed_in(cs).get(at("assessment", found)).content.decode()
    assert "Written by Amina." in page
    assert "Daniel</mark>" in page  # the words that only the other text has are marked
    aside = late.json()["yours"]["id"]
    merged = "Written by Amina. Written by Daniel."
    again = typed(signed_in(other), found, "analysis", merged, 2, client="page-2", seq="2", resolves=aside)
    assert again.status_code == 200
    assert Text.objects.get(of_assessment__key="analysis").body == merged


def test_without_scripts_all_sections_are_saved_at_once(signed_in, cs, context):
    found = an_assessment(context, by=cs, texts={"analysis": "First."})
    sent = {
        "text-analysis": "Second.", "version-analysis": "1", "digest-analysis": "x",
        "text-students-harms": "At the gate.", "version-students-harms": "0", "digest-students-harms": "x",
        "section": "students-harms",
    }  # fmt: skip
    answer = signed_in(cs).post(at("save-assessment", found), sent)
    assert answer.url.endswith("#section-students-harms")
    assert dict(found.texts.values_list("key", "text__body")) == {
        "analysis": "Second.",
        "students-harms": "At the gate.",
    }
    stale = signed_in(a_person(Role.CS_PRACTITIONER)).post(
        at("save-assessment", found), {"text-analysis": "Third.", "version-analysis": "1", "digest-analysis": "y"}
    )
    assert stale.status_code == 409
    assert "Third.</mark>" in stale.content.decode() or "Third</mark>" in stale.content.decode()


@pytest.mark.parametrize("body", ["\x00", "x" * 1_000_000])
def test_what_cannot_be_kept_is_refused_in_words(signed_in, cs, context, body):
    found = an_assessment(context, by=cs, texts={"analysis": "First."})
    assert typed(signed_in(cs), found, "analysis", body, 1).status_code == 400
    assert Text.objects.get(of_assessment__key="analysis").body == "First."
    assert typed(signed_in(cs), found, "no-such-section", "x", 0).status_code == 404


def test_an_earlier_version_is_put_back_as_a_new_one(signed_in, cs, context):
    found = an_assessment(context, by=cs, texts={"analysis": "First words."})
    an_assessment(context, by=cs, texts={"analysis": "Other text."})
    browser = signed_in(cs)
    assert "Put this version back" in browser.get(at("assessment-versions", found, "analysis")).content.decode()
    address = at("put-assessment-back", found, "analysis", 1)
    assert browser.post(address, {"base_version": "1"}).status_code == 409
    assert browser.post(address, {"base_version": "2"}).status_code == 302
    text = Text.objects.get(of_assessment__key="analysis")
    assert (text.body, text.version, text.versions.count()) == ("First words.", 3, 3)


# ---------------------------------------------------------------- names that a reader may not know
@pytest.fixture
def hidden(cs, context):
    """A young person of the context whom only the manager's friends may see."""
    referral = a_referral("screening", name="Zebedee Quince")
    manager = a_person(Role.MANAGER)
    access.restrict(referral, reason="Known to the team", people=[manager], by=manager)
    a_linked_person(context, referral.young_person)
    return manager


def test_a_section_that_names_somebody_hidden_is_read_only_and_refused(signed_in, cs, context, hidden):
    found = an_assessment(context, by=cs, texts={"analysis": "It turns on Zebedee Quince alone.", "conclusion": "Lit."})
    browser = signed_in(cs)
    page = browser.get(at("assessment", found)).content.decode()
    assert "Zebedee" not in page
    assert "Person A" in page
    assert assessments.HIDDEN in page
    assert 'data-text-slot="conclusion"' in page
    assert 'data-text-slot="analysis"' not in page
    answer = typed(browser, found, "analysis", "Mine now.", 1)
    assert answer.status_code == 409
    assert "Zebedee" not in answer.content.decode()
    assert Text.objects.get(of_assessment__key="analysis").body == "It turns on Zebedee Quince alone."
    for name in ("assessment-versions", "print-assessment"):
        page = browser.get(at(name, found, *(["analysis"] if "versions" in name else []))).content.decode()
        assert "Zebedee" not in page
        assert "Person A" in page
    assert "Zebedee Quince" in signed_in(hidden).get(at("assessment", found)).content.decode()


def test_words_set_aside_that_name_somebody_hidden_close_the_section_too(signed_in, cs, context, hidden):
    found = an_assessment(context, by=cs, texts={"analysis": "Nobody."})
    an_assessment(context, by=cs, texts={"analysis": "Nobody else."})
    other = a_person(Role.CS_PRACTITIONER)
    assert typed(signed_in(other), found, "analysis", "Zebedee Quince is.", 1).status_code == 409
    page = signed_in(cs).get(at("assessment", found)).content.decode()
    assert "Zebedee" not in page
    assert typed(signed_in(cs), found, "analysis", "Mine.", 2).status_code == 409


def test_young_people_considered_together_are_named_as_far_as_the_reader_may_see(signed_in, cs, context, hidden):
    a_linked_person(context, name="Kofi")
    found = assessments.begin(context, by=cs)
    assert found.people.count() == 2
    for name in ("assessment", "about-assessment"):
        page = signed_in(cs).get(at(name, found)).content.decode()
        assert "Kofi" in page
        assert "Zebedee" not in page
        assert "A young person you may not see" in page


# ---------------------------------------------------------------- about, finishing, again
def test_two_who_change_what_it_is_about_meet(signed_in, cs, context):
    found = an_assessment(context, by=cs)
    assessments.change(found, lead=cs, agencies=[], people=[], version=1, by=cs)
    stale = signed_in(a_person(Role.CS_PRACTITIONER)).post(at("about-assessment", found), {"version": "1", "lead": ""})
    assert stale.status_code == 409
    assert Assessment.objects.get().lead == cs


def test_a_lead_is_somebody_who_works_on_contexts(cs, context):
    with pytest.raises(ActRefused):
        assessments.change(
            an_assessment(context, by=cs), lead=a_person(Role.AUDITOR), agencies=[], people=[], version=1, by=cs
        )


@pytest.mark.parametrize(
    ("texts", "lacks"),
    [
        ({"students-harms": "At the gate."}, "an analysis or a conclusion"),
        ({"analysis": "Nobody looks."}, "at least one section or one method"),
        ({"analysis": "", "students-harms": ""}, "an analysis or a conclusion, and at least one section"),
    ],
)
def test_an_assessment_that_says_too_little_is_not_finished(signed_in, cs, context, texts, lacks):
    an_assessment(context, by=cs, texts=texts)
    address = reverse("contexts:finish-assessing", args=[context.pk])
    for answer in (signed_in(cs).get(address), signed_in(cs).post(address, {"reason": "Done"})):
        assert answer.status_code == 409
        assert lacks in answer.content.decode()
    assert Context.objects.get(pk=context.pk).state == "assessing"


def test_without_an_assessment_nothing_is_finished(signed_in, cs, context):
    with pytest.raises(ActRefused):
        work.finish_assessing(context, reason="Done", by=cs)
    assert Context.objects.get(pk=context.pk).state == "assessing"


def test_at_a_review_it_is_assessed_again_beside_the_first(signed_in, cs):
    context = a_context("planned", cs=cs, kind="school")
    first = context.assessments.get()
    assert first.finished_by == cs
    browser = signed_in(cs)
    assert "Begin a new assessment" in browser.get(at("assessment", first)).content.decode()
    browser.post(reverse("contexts:begin-assessment", args=[context.pk]))
    second = context.assessments.exclude(pk=first.pk).get()
    page = browser.get(reverse("contexts:latest-assessment", args=[context.pk])).content.decode()
    assert at("save-assessment", second) in page
    assert "Assessment 1" in page
    assert browser.post(at("finish-assessment", second)).status_code == 409
    an_assessment(context, by=cs)
    assert browser.post(at("finish-assessment", second)).status_code == 302
    assert AuditEvent.objects.filter(act="assessment.finished").count() == 2


def test_a_closed_context_is_read_and_not_written(signed_in, cs):
    context = a_context("closed", cs=cs)
    found = context.assessments.get()
    browser = signed_in(cs)
    page = browser.get(at("assessment", found)).content.decode()
    assert "data-text-slot" not in page
    assert typed(browser, found, "analysis", "More.", 1).status_code == 409
    assert browser.post(reverse("contexts:begin-assessment", args=[context.pk])).status_code == 409


# ---------------------------------------------------------------- traffic lights
def test_a_rating_needs_its_reason_and_keeps_its_history(signed_in, cs, context):
    found = an_assessment(context, by=cs)
    browser = signed_in(cs)
    address = at("rate-area", found, "prevention")
    page = browser.get(address).content.decode()
    area = next(area for area in kind_of("school").areas if area.key == "prevention")
    assert all(area.means(light)[:30] in page for light in ("red", "amber", "green"))
    assert browser.post(address, {"light": "red", "reason": " ", "seen": "0"}).status_code == 200
    assert browser.post(address, {"light": "blue", "reason": "x", "seen": "0"}).status_code == 200
    assert not AreaRating.objects.exists()
    for light, reason in (("red", "No lessons."), ("red", "No lessons."), ("amber", "Lessons in Year 8.")):
        last = AreaRating.objects.order_by("pk").last()
        browser.post(address, {"light": light, "reason": reason, "seen": str(last.pk if last else 0)})
    assert list(AreaRating.objects.values_list("light", flat=True)) == ["red", "amber"]
    page = browser.get(at("assessment", found)).content.decode()
    assert "Lessons in Year 8." in page
    assert "No lessons." in page
    event = AuditEvent.objects.filter(act="assessment.rated").order_by("pk").last()
    assert (event.detail["before"], event.detail["after"]) == ("red", "amber")


def test_two_who_rate_one_area_meet(signed_in, cs, context):
    found = an_assessment(context, by=cs)
    methods.rate(found, "response", light="red", reason="Sanctions only.", seen=0, by=cs)
    other = a_person(Role.CS_PRACTITIONER)
    with pytest.raises(EditConflict):
        methods.rate(found, "response", light="green", reason="All well.", seen=0, by=other)
    answer = signed_in(other).post(
        at("rate-area", found, "response"), {"light": "green", "reason": "All well.", "seen": "0"}
    )
    assert answer.status_code == 409
    assert "Sanctions only." in answer.content.decode()
    assert "All well." in answer.content.decode()


def test_an_area_of_another_kind_is_not_there(signed_in, cs):
    found = an_assessment(a_context("assessing", cs=cs, kind="online"), by=cs)
    assert signed_in(cs).get(at("rate-area", found, "prevention")).status_code == 404


def test_every_heading_has_a_key_that_fits_its_column():
    for kind in kinds():
        keys = [heading.key for heading in assessing.headings(kind)]
        assert len(keys) == len(set(keys))
        assert max(map(len, keys)) <= 80


def test_the_page_of_the_context_says_where_the_assessment_stands(signed_in, cs, context):
    browser = signed_in(cs)
    assert "Not begun yet" in browser.get(context.get_absolute_url()).content.decode()
    found = an_assessment(context, by=cs, texts={"conclusion": "Put an adult there."})
    methods.rate(found, "response", light="red", reason="None.", seen=0, by=cs)
    page = browser.get(context.get_absolute_url()).content.decode()
    assert "Put an adult there." in page
    assert "Response and intervention" in page
    teller = a_person(Role.PRACTITIONER, team=a_team())
    assert signed_in(teller).get(at("assessment", found)).status_code == 404
