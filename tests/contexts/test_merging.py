"""Merging two contexts: all that stands with the one moves, also what comes later; and it can be undone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from contexts.models import Context, ContextMerge, LinkedPerson, PlanAction
from contexts.services import merging, plan, work
from core.models import FormDraft
from core.workflow import ActRefused, EditConflict
from tests.context_factories import a_context, a_linked_person, a_tie
from tests.factories import a_person, a_referral, an_entry

pytestmark = pytest.mark.django_db


def says(text: str, *, cs):
    """A referral whose data entry form names `text`."""
    referral = a_referral("signposted", cs=cs)
    an_entry(referral, by=cs, detail=text)
    return referral


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER)


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


def a_pair(cs, state="referred", other="referred") -> tuple[Context, Context]:
    return a_context(state, cs=cs, name="Marlow Rd Academy"), a_context(other, cs=cs, name="Marlow Road Academy")


def merged(gone, kept, manager, at=None) -> ContextMerge:
    mark = merging.plan(gone, kept).mark
    return merging.merge(gone, kept, mark=mark, reason="The same school", by=manager, at=at)


def rows_of(context) -> dict[str, set]:
    return {
        relation.key: set(relation.rows(context).values_list("pk", flat=True))
        for relation in merging.relations()
        if relation.rows(context).exists()
    }


def test_every_model_that_belongs_to_a_context_is_known_to_the_merge():
    found = {relation.key for relation in merging.relations()}
    pointing = {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in Context._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and not relation.many_to_many
    }
    assert pointing - found == {
        "contexts.Context.merged_into", "contexts.ContextMerge.kept", "contexts.ContextMerge.gone",
    }  # fmt: skip
    assert len(found) >= 15


def test_all_that_stands_with_the_one_moves_and_goes_back(cs, manager):
    gone, kept = a_pair(cs, "planned", "referred")
    gone, kept = kept, gone  # the open one that is further stays
    work.give(kept, lead=cs, people=[a_person(Role.PRACTITIONER)], by=cs)
    person = a_linked_person(gone, a_referral("held").young_person)
    a_tie(person, a_linked_person(gone, name="Kofi"))
    referral = says("Marlow Road Academy", cs=cs)
    before = rows_of(gone), rows_of(kept)
    done = merged(gone, kept, manager)
    assert rows_of(gone).keys() <= {"contexts.ContextName.context"}
    moved = rows_of(kept)
    for key, pks in before[0].items():
        assert pks <= moved[key] | rows_of(gone).get(key, set())
    assert kept.mentions.get().referral == referral
    merging.undo(done, reason="Two after all", by=manager)
    assert (rows_of(gone), rows_of(kept)) == before
    assert not Context.objects.filter(merged_into__isnull=False).exists()


def test_what_moves_is_shown_first_and_what_changed_since_is_refused(cs, manager, signed_in):
    gone, kept = a_pair(cs)
    url = reverse("contexts:merge", args=[gone.pk, kept.pk])
    browser = signed_in(manager)
    page = browser.get(url)
    assert "1 referrals" in page.content.decode()
    mark = page.context["page"].form.initial["mark"]
    a_linked_person(gone, name="Kofi")
    answer = browser.post(url, {"reason": "The same", "mark": mark})
    assert answer.status_code == 409
    assert "Check the preview again" in answer.content.decode()
    answer = browser.post(url, {"reason": "The same", "mark": answer.context["page"].form.data["mark"]})
    assert answer.status_code == 302
    assert browser.post(url, {"reason": "The same", "mark": mark}).status_code == 302  # the same form sent twice
    assert ContextMerge.objects.count() == 1


def test_the_address_of_one_that_is_gone_leads_on(cs, manager, signed_in):
    first, second = a_pair(cs)
    third = a_context("referred", cs=cs, name="Marlow School")
    merged(first, second, manager)
    merged(Context.objects.get(pk=second.pk), third, manager)
    browser = signed_in(cs)
    assert browser.get(first.get_absolute_url()).url == third.get_absolute_url()
    stranger = signed_in(a_person(Role.PRACTITIONER))
    assert stranger.get(first.get_absolute_url()).status_code == 404
    assert browser.get(reverse("contexts:screen", args=[first.pk])).status_code == 404
    found = browser.get(reverse("contexts:contexts")).content.decode()
    assert first.reference not in found
    assert third.reference in found


def test_by_its_old_name_the_kept_one_is_found(cs, manager):
    gone, kept = a_pair(cs)
    merged(gone, kept, manager)
    referral = says("Marlow Rd Academy", cs=cs)
    assert kept.mentions.get().referral == referral
    assert not gone.mentions.exists()


def test_circles_and_oneself_are_refused(cs, manager, signed_in):
    first, second = a_pair(cs)
    with pytest.raises(ActRefused, match="into itself"):
        merged(first, first, manager)
    merged(first, second, manager)
    first, second = (Context.objects.get(pk=one.pk) for one in (first, second))
    with pytest.raises(ActRefused, match="already"):
        merged(second, first, manager)
    third = a_context("referred", cs=cs)
    merged(second, third, manager)
    with pytest.raises(ActRefused, match="already"):
        merged(third, first, manager)
    browser = signed_in(manager)
    assert browser.get(reverse("contexts:merge", args=[third.pk, third.pk])).status_code == 200
    assert browser.post(
        reverse("contexts:merge", args=[third.pk, third.pk]), {"reason": "x", "mark": "x"}
    ).status_code == 409  # fmt: skip
    assert browser.post(
        reverse("contexts:merge", args=[third.pk, first.pk]), {"reason": "x", "mark": "x"}
    ).status_code == 404  # fmt: skip


@pytest.mark.parametrize(
    ("state", "other", "why"),
    [
        ("assessing", "assessing", "assessment under way"),
        ("assessing", "closed", "Keep the one that is open"),
        ("conference", "planned", "conference is arranged"),
    ],
)
def test_what_cannot_stand_together_is_refused(cs, manager, state, other, why):
    gone, kept = a_pair(cs, state, other)
    assert why in merging.plan(gone, kept).refusal
    with pytest.raises(ActRefused):
        merged(gone, kept, manager)
    assert not ContextMerge.objects.exists()


def test_two_kinds_are_never_one(cs, manager):
    school = a_context("referred", cs=cs, kind="school")
    group = a_context("referred", cs=cs, kind="peer-group")
    with pytest.raises(ActRefused, match="different kinds"):
        merged(school, group, manager)


def test_a_young_person_who_is_linked_to_both_is_linked_once(cs, manager):
    gone, kept = a_pair(cs)
    person = a_referral("held").young_person
    first, second = a_linked_person(gone, person), a_linked_person(kept, person)
    assert merging.plan(gone, kept).ends == 1
    done = merged(gone, kept, manager)
    first.refresh_from_db()
    assert (first.context, first.ended_by) == (kept, manager)
    assert list(LinkedPerson.objects.standing().filter(context=kept)) == [second]
    merging.undo(done, reason="Two", by=manager)
    first.refresh_from_db()
    assert (first.context, first.ended_at) == (gone, None)


def test_one_with_ties_or_actions_is_left_to_a_person(cs, manager):
    gone, kept = a_pair(cs)
    person = a_referral("held").young_person
    first = a_linked_person(gone, person)
    a_linked_person(kept, person)
    a_tie(first, a_linked_person(gone, name="Kofi"))
    with pytest.raises(ActRefused, match="End one of the two links first"):
        merged(gone, kept, manager)


def test_a_later_model_with_a_row_that_cannot_stand_twice_refuses(cs, manager, monkeypatch):
    gone, kept = a_pair(cs)
    merging_rules = merging._rules

    def rules(relation):
        yield from merging_rules(relation)
        if relation.key == "contexts.ContextReferral.context":
            from django.db.models import Q

            yield ["context"], Q(), False

    monkeypatch.setattr(merging, "_rules", rules)
    with pytest.raises(ActRefused, match="Both have referrals"):
        merged(gone, kept, manager)


def test_what_was_typed_and_not_sent_is_not_lost(cs, manager):
    gone, kept = a_pair(cs)
    now = timezone.now()
    for key in (f"context:{gone.pk}:screen", f"context:{gone.pk}:refer", f"context:{kept.pk}:refer"):
        FormDraft.objects.create(user=cs, key=key, data={"reason": [key]}, client="x", updated_at=now)
    done = merged(gone, kept, manager)
    keys = set(FormDraft.objects.values_list("key", flat=True))
    assert keys == {f"context:{kept.pk}:screen", f"context:{gone.pk}:refer", f"context:{kept.pk}:refer"}
    merging.undo(done, reason="Two", by=manager)
    assert f"context:{gone.pk}:screen" in set(FormDraft.objects.values_list("key", flat=True))


def test_it_is_undone_only_while_nothing_was_built_on_it(cs, manager, signed_in):
    gone, kept = a_pair(cs, "planned", "planned")
    done = merged(gone, kept, manager)
    says("Marlow Road Academy", cs=cs)  # what is found by itself is in nobody's way
    assert merging.built_on(ContextMerge.objects.get()) == ""
    plan.add(Context.objects.get(pk=kept.pk), {"what": "Mend the lights", "owner": cs}, by=cs)
    assert PlanAction.objects.get().context == kept
    with pytest.raises(ActRefused, match="Something was added"):
        merging.undo(done, reason="Two", by=manager)
    browser = signed_in(manager)
    url = reverse("contexts:undo-merge", args=[done.pk])
    assert "can no longer be undone" in browser.get(url).content.decode()
    assert browser.post(url, {"reason": "Two"}).status_code == 409


def test_merges_are_undone_from_the_last_on(cs, manager):
    first, second = a_pair(cs)
    third = a_context("referred", cs=cs)
    now = timezone.now()
    one = merged(first, second, manager, at=now)
    merged(Context.objects.get(pk=second.pk), third, manager, at=now + timedelta(minutes=1))
    with pytest.raises(ActRefused, match="Undo that merge first"):
        merging.undo(one, reason="Two", by=manager)


def test_undoing_twice_is_one(cs, manager):
    gone, kept = a_pair(cs)
    done = merged(gone, kept, manager)
    for _ in range(2):
        merging.undo(done, reason="Two", by=manager)
    with pytest.raises(ActRefused, match="already"):
        merging.undo(done, reason="Two", by=a_person(Role.MANAGER))


def test_choosing_leads_to_the_preview_either_way(cs, manager, signed_in):
    one, other = a_pair(cs)
    browser = signed_in(manager)
    url = reverse("contexts:merge-choose", args=[one.pk])
    asked = {"see": "1", "other": other.pk}
    assert browser.get(url, asked | {"keep": "this"}).url == reverse("contexts:merge", args=[other.pk, one.pk])
    assert browser.get(url, asked | {"keep": "other"}).url == reverse("contexts:merge", args=[one.pk, other.pk])
    assert "Choose the other context" in browser.get(url, {"see": "1"}).content.decode()
    assert browser.get(url, {"see": "1", "other": one.pk, "keep": "this"}).status_code == 200
    for odd in ("\x00", "x", "9" * 400):
        assert browser.get(url, {"see": "1", "other": odd, "keep": odd}).status_code == 200
        assert browser.get(url, {"other": odd}).status_code == 200


def test_two_at_once_from_old_previews(cs, manager):
    first, second = a_pair(cs)
    mark = merging.plan(first, second).mark
    merged(second, first, manager)
    with pytest.raises((ActRefused, EditConflict)):
        merging.merge(first, second, mark=mark, reason="x", by=a_person(Role.MANAGER))
