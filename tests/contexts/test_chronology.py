"""What happened to a context, as far as its reader may know of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts.chronology import Chosen, Chronology, subjects
from contexts.chronology.acts import ACTS, Kind, act_for, kind_for
from contexts.services import casework_papers, panel, screening, steps
from core import jobs
from core.models import AuditEvent
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_referral, a_team
from tests.safety_factories import a_map

pytestmark = pytest.mark.django_db


def url(context) -> str:
    return reverse("contexts:chronology", args=[context.pk])


def test_it_tells_the_whole_journey_and_where_each_thing_stands(signed_in):
    cs = a_person(Role.CS_PRACTITIONER, name="Amina Rahman")
    context = a_context("closed", cs=cs)
    page = signed_in(cs).get(url(context)).content.decode()
    said = (
        "Referred", "Threshold met, to be assessed", "Assessment finished", "Plan under review", "Closed",
        "Lit, and visited by youth workers.", "Amina Rahman",
    )  # fmt: skip
    assert [words for words in said if words not in page] == []
    latest, earliest = page.index("Plan under review"), page.index("Threshold met")
    assert latest < earliest
    turned = signed_in(cs).get(url(context), {"order": "first"}).content.decode()
    assert turned.index("Threshold met") < turned.index("Plan under review")


def test_filters_stay_in_the_address_and_narrow(signed_in):
    one, two = a_person(Role.CS_PRACTITIONER, name="Una One"), a_person(Role.CS_PRACTITIONER, name="Duo Two")
    context = a_context("assessing", cs=one)
    steps.take(context, "change", by=two, name="Another name")
    browser = signed_in(two)
    narrowed = browser.get(url(context), {"person": str(two.pk)}).content.decode()
    assert "Name or place changed" in narrowed
    assert "Threshold met" not in narrowed
    nothing = browser.get(url(context), {"kinds": "maps"}).content.decode()
    assert "Nothing in the chronology matches these filters" in nothing
    kept = browser.get(url(context), {"day_from_day": "1", "day_from_month": "1", "day_from_year": "2000"})
    assert "Threshold met" in kept.content.decode()


@pytest.mark.parametrize("query", ["page=99999999999999999999", "person=x", "kinds=\x00", "order=", "day_to_year=-5"])
def test_what_is_nonsense_in_the_address_is_left_out_of_account(signed_in, query):
    context = a_context("assessing")
    assert signed_in(a_person(Role.CS_PRACTITIONER)).get(f"{url(context)}?{query}").status_code == 200


def test_reasons_name_nobody_whom_the_reader_may_not_see(signed_in):
    from consultations.services import access

    manager, granted = a_person(Role.MANAGER), a_person(Role.CS_PRACTITIONER)
    hidden = a_referral("held", name="Ottoline Vane")
    access.restrict(hidden, reason="Known to the team", people=[granted], by=manager)
    context = a_context("referred")
    a_linked_person(context, hidden.young_person, by=granted)
    screening.accept(context, reason="Ottoline brought it.", by=granted)
    other = signed_in(a_person(Role.CS_PRACTITIONER)).get(url(context)).content.decode()
    assert "Ottoline" not in other
    assert "brought it." in other
    assert "Ottoline brought it." in signed_in(granted).get(url(context)).content.decode()


def test_every_model_of_the_app_belongs_to_its_context():
    """A model that comes later has to lead to its context, or it would be missing here."""
    from django.apps import apps

    without = [
        model._meta.label
        for model in apps.get_app_config("contexts").get_models()
        if model not in subjects.paths() and model._meta.label not in NOT_OF_ONE_CONTEXT
    ]
    assert without == []


# Of no single context.
NOT_OF_ONE_CONTEXT = {  # their items are
    "contexts.Panel", "contexts.PanelCorrection", "contexts.PanelPerson", "contexts.PatternReading"
}  # fmt: skip


def test_a_page_costs_the_same_whatever_is_in_it():
    cs = a_person(Role.CS_PRACTITIONER, team=a_team())
    context = a_context("assessing", cs=cs)

    def cost() -> int:
        told = Chronology(context, cs)
        with CaptureQueriesContext(connection) as queries:
            told.lines(told.rows(Chosen())[:25])
        return len(queries)

    few = cost()
    for number in range(30):
        steps.record(context, "context.change", by=cs, at=context.created_at, reason=f"Reason {number}")
    assert cost() <= few


def test_every_act_has_a_kind_and_words():
    assert {act.kind for act in ACTS.values()} <= set(Kind)
    assert act_for("context.something-quite-new").words == "Something quite new"
    assert kind_for("plan.something") == Kind.PLAN


def test_who_viewed_it_is_told_to_who_may_know(signed_in):
    context = a_context("assessing")
    reader, manager = a_person(Role.CS_PRACTITIONER, name="Reader Jones"), a_person(Role.MANAGER)
    signed_in(reader).get(context.get_absolute_url())
    signed_in(a_person(Role.PRACTITIONER, name="Refused Person")).get(context.get_absolute_url())
    page = signed_in(manager).get(reverse("contexts:views", args=[context.pk])).content.decode()
    assert "Reader Jones" in page
    assert "Refused Person" in page
    assert AuditEvent.objects.filter(act="viewed", detail__page="who viewed this context").exists()


def test_who_viewed_it_lists_every_copy_that_was_made(signed_in):
    cs, manager = a_person(Role.CS_PRACTITIONER, name="Copying Jones"), a_person(Role.MANAGER)
    context = a_context("planned", cs=cs)
    found = a_map(context, by=cs)
    meeting = panel.plan({"on": timezone.localdate(), "starts_at": None, "place": "", "chair": "Ann"}, by=cs)
    browser = signed_in(cs)
    browser.get(reverse("contexts:panel-minutes", args=[meeting.pk]))  # it is not on the agenda yet
    pages = [
        ("peer-map-picture", context.pk, "svg"), ("peer-map-picture", context.pk, "png"),
        ("print-peer-map", context.pk), ("safety-map-png", context.pk, found.pk),
        ("print-plan", context.pk), ("print-assessment", context.pk, context.assessments.get().pk),
    ]  # fmt: skip
    for name, *args in pages:
        assert browser.get(reverse(f"contexts:{name}", args=args)).status_code == 200
    job = casework_papers.ask_for("plan", context, names=True, by=cs)
    jobs.run(job.pk)
    browser.get(reverse("contexts:download-casework-paper", args=[job.pk]))
    answer = signed_in(manager).get(reverse("contexts:views", args=[context.pk]), {"what": "copied"})
    page = answer.content.decode()
    for words in (
        "Copying Jones", "Peer map (SVG)", "Peer map (PNG)", "Peer map (to print)", "Safety map (PNG)",
        "Plan (to print)", "Plan (PDF)", "Assessment (to print)",
    ):  # fmt: skip
        assert words in page
    assert "Panel minutes" not in page
    panel.put(meeting, context, {"reason": "Two fights", "presented_by": ""}, by=cs)
    views = reverse("contexts:views", args=[context.pk])
    assert "Panel minutes" not in signed_in(manager).get(views).content.decode()  # what was printed before had it not
    browser.get(reverse("contexts:panel-minutes", args=[meeting.pk]))
    page = signed_in(manager).get(reverse("contexts:views", args=[context.pk])).content.decode()
    assert "Panel minutes (to print)" in page and "Copied" in page
