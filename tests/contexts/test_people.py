"""The people of a context and the peer map: who is found, counted once, moved by several, hidden from whom."""

import itertools
import math
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.services import access, people
from contexts import peer_map, peer_papers
from contexts.models import LinkedPerson
from contexts.services import links
from core.models import AuditEvent
from core.workflow import ActRefused
from tests.context_factories import a_context, a_linked_person, a_tie, provenance
from tests.factories import a_person, a_referral
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs(client):
    person = a_person(Role.CS_PRACTITIONER)
    client.force_login(person)
    return person


def merged(gone, kept):
    """The first record is merged into the second."""
    gone.refresh_from_db()
    kept.refresh_from_db()
    plan = people.plan(gone, kept, keep=kept, choices={})
    people.merge(gone, kept, keep=kept, choices={}, mark=plan.mark, reason="The same", by=a_person(Role.MANAGER))


def sent(**values):
    today = timezone.localdate()
    given = {"source": "police", "reliability": "likely", "purpose": "To keep them safe", "nature": "harmed"}
    return given | date_parts("noted_on", today) | date_parts("review_on", today) | values


def hide(referral):
    granted = a_person(Role.CS_PRACTITIONER)
    access.restrict(referral, reason="Known", people=[granted], by=a_person(Role.MANAGER))
    return granted


def test_a_number_that_is_hidden_answers_as_one_that_does_not_exist(client, cs):
    context = a_context("assessing")
    hide(a_referral("held", case_number="77001", name="Ottoline Vane"))
    pages = []
    for number in ("77001", "77002"):
        url = reverse("contexts:add-person", args=[context.pk])
        page = client.post(url, sent(who="known", case_number=number)).content.decode()
        page = re.sub(r"\w{64}", "", page)  # what each answer has of its own
        pages.append(page.replace(number, "N"))
    assert pages[0] == pages[1]


def test_the_number_of_a_record_that_was_merged_leads_to_who_stays(client, cs):
    context = a_context("assessing")
    one, other = (a_referral(case_number=number, name="Ivo Marsh").young_person for number in ("4711", "5822"))
    merged(other, one)
    answer = client.post(reverse("contexts:add-person", args=[context.pk]), sent(who="known", case_number="5822"))
    assert answer.status_code == 302


def test_so_does_the_number_of_one_that_was_merged_twice_however_it_is_spaced(client, cs):
    context = a_context("assessing")
    a, b, c = (a_referral(case_number=number, name="Ivo Marsh").young_person for number in ("A4711", "A5822", "A6933"))
    merged(a, b)
    merged(b, c)
    for number in (" a 47-11", "A58 22", "0A6933"):
        assert links.find(number, by=cs) == c
    hide(c.referrals.first())
    for referral in c.referrals.all():
        if not referral.restricted_at:
            hide(referral)
    assert [links.find(number, by=cs) for number in ("A4711", "A5822", "A6933")] == [None] * 3
    assert not context.people.exists()


def test_two_links_of_one_merged_person_count_once(client, cs):
    context = a_context("assessing")
    one, other = (a_referral(case_number=number, name="Ivo Marsh").young_person for number in ("4711", "5822"))
    a_linked_person(context, one), a_linked_person(context, other)
    merged(other, one)
    page = client.get(reverse("contexts:people", args=[context.pk])).content.decode()
    assert "1 person counted today" in page


def test_a_name_typed_as_somebody_known_by_a_name_is_hidden_where_it_is_that_of_a_hidden_person(client, cs):
    context = a_context("assessing")
    hidden = a_referral("held", name="Ottoline Vane")
    hide(hidden)
    a_linked_person(context, hidden.young_person)
    a_linked_person(context, name="Ottoline Vane")
    page = client.get(reverse("contexts:people", args=[context.pk])).content.decode()
    drawing = client.get(reverse("contexts:peer-map-picture", args=[context.pk, "svg"])).content.decode()
    assert "Ottoline" not in drawing
    assert "Ottoline" not in page


@pytest.mark.parametrize("which", ["person", "tie"])
def test_sending_the_same_form_twice_is_no_error(client, cs, which):
    context = a_context("assessing")
    first, second = a_linked_person(context), a_linked_person(context)
    a_referral("held", case_number="77001")
    values = (
        sent(who="known", case_number="77001")
        if which == "person"
        else sent(first=str(first.pk), second=str(second.pk), direction="mutual", nature="friend")
    )
    url = reverse(f"contexts:add-{which}", args=[context.pk])
    assert [client.post(url, values).status_code for _ in range(2)] == [302, 302]


def test_a_conflict_shows_both_for_a_tie_and_for_words_that_are_hidden(client, cs):
    context = a_context("assessing")
    first, second = a_linked_person(context), a_linked_person(context)
    tie = a_tie(first, second, mutual=True)
    links.change(tie, {"nature": "harm", "mutual": False}, version=1, by=cs)
    url = reverse("contexts:change-tie", args=[context.pk, tie.pk])
    answer = client.post(url, sent(direction="mutual", nature="friend", version="1"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.count("Saved meanwhile") >= 2, "the direction is not said"
    assert "Saved meanwhile: From the first person to the second" in page


def test_two_people_who_move_two_others_keep_both_moves(client, cs):
    """Each page sends whom it moved, and where it drew whoever had no place."""
    context = a_context("assessing")
    one, two, three = (a_linked_person(context) for _ in range(3))
    url = reverse("contexts:move-on-peer-map", args=[context.pk])
    drawn = {f"drawn-{person.pk}": "50,50" for person in (one, two, three)}
    for moved, place in ((one, "10,20"), (two, "30,40")):
        sent_now = {key: value for key, value in drawn.items() if str(moved.pk) not in key}
        answer = client.post(url, sent_now | {f"place-{moved.pk}": place}, headers={"accept": "application/json"})
        assert answer.status_code == 200
    places = list(LinkedPerson.objects.order_by("made_at").values_list("map_x", "map_y"))
    assert places == [(10, 20), (30, 40), (50, 50)]


@pytest.mark.parametrize("value", ["nan,1", "1e999,2", "1", "1,2,3", "x,y", "\x00,1", "9" * 400 + ",1"])
def test_a_place_that_is_no_place_is_refused(client, cs, value):
    context = a_context("assessing")
    person = a_linked_person(context)
    answer = client.post(
        reverse("contexts:move-on-peer-map", args=[context.pk]),
        {f"place-{person.pk}": value},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 400
    assert LinkedPerson.objects.get(pk=person.pk).map_x is None


def test_the_page_of_a_young_person_says_where_they_are_linked(client, cs):
    referral = a_referral("held")
    context = a_context("assessing", name="Canal towpath")
    a_linked_person(context, referral.young_person)
    url = reverse("consultations:young-person", args=[referral.young_person_id])
    page = client.get(url).content.decode()
    assert context.get_absolute_url() in page and "Canal towpath" in page
    referrer = referral.made_by
    client.force_login(referrer)
    page = client.get(url).content.decode()
    assert "Canal towpath" not in page and str(context.pk) not in page and context.reference not in page
    assert "1 context that you may not see" in page


def test_sixty_people_stand_apart_and_each_link_says_what_it_is(client, cs):
    context = a_context("assessing")
    everybody = [a_linked_person(context, name=f"Known as {number}", by=cs) for number in range(60)]
    natures = itertools.cycle(["friend", "family", "harm", "support", "conflict"])
    for one, two in itertools.islice(itertools.combinations(everybody, 2), 0, 1650, 11):
        a_tie(one, two, by=cs, nature=next(natures))
    found = peer_map.drawn(context, cs)
    apart = [math.hypot(one.left - two.left, one.top - two.top) for one, two in itertools.combinations(found.nodes, 2)]
    assert (len(found.nodes), len(found.edges)) == (60, 150)
    assert min(apart) > 40, "a person is 36 wide"
    drawing = peer_papers.svg(found)
    assert [drawing.count(f">{letters}</text>") for letters in ("Fr", "Fa", "H", "S", "C")] == [30] * 5
    assert "Fr: Friends; Fa: Family" in drawing


def test_a_place_at_the_edge_is_kept_inside(client, cs):
    context = a_context("assessing")
    person = a_linked_person(context, name="A" * 200)
    url = reverse("contexts:move-on-peer-map", args=[context.pk])
    client.post(url, {f"place-{person.pk}": "0,100"}, headers={"accept": "application/json"})
    assert LinkedPerson.objects.values_list("map_x", "map_y").get() == (peer_map.LEFT, peer_map.BOTTOM)
    assert "A" * 33 not in peer_papers.svg(peer_map.drawn(context, cs))


def test_json_of_elements_has_no_hidden_id(client, cs):
    context = a_context("assessing")
    hidden = a_referral("held", name="Ottoline Vane")
    hide(hidden)
    a_linked_person(context, hidden.young_person)
    for url in (  # the map holds its elements as JSON
        reverse("contexts:peer-map", args=[context.pk]),
        reverse("contexts:people", args=[context.pk]),
        reverse("contexts:print-peer-map", args=[context.pk]),
        reverse("contexts:add-tie", args=[context.pk]),
    ):
        page = client.get(url, follow=True).content.decode()
        assert "Ottoline" not in page and str(hidden.young_person_id) not in page


def test_after_two_merges_who_stays_is_hidden_or_named_as_one(client, cs):
    """A was merged into B and B into C: the link of A is C's, whose name stays out of words where C is hidden."""
    context = a_context("assessing")
    a, b = (a_referral(case_number=number, name="Ivo Marsh").young_person for number in ("4711", "5822"))
    c = a_referral("held", case_number="6933", name="Cosmo Delacroix")
    a_linked_person(context, a)
    a_linked_person(context, name="Kofi", purpose="Seen with Cosmo Delacroix")
    merged(a, b)
    merged(b, c.young_person)
    url = reverse("contexts:people", args=[context.pk])
    assert "1. Cosmo Delacroix" in client.get(url).content.decode()
    for referral in c.young_person.referrals.all():
        hide(referral)
    assert "Delacroix" not in client.get(url).content.decode()


def test_a_link_fades_after_its_day_counts_no_more_and_comes_back(client, cs):
    context = a_context("assessing")
    late = timezone.localdate() - timedelta(days=1)
    row = a_linked_person(context, name="Kofi", noted_on=late, review_on=late)
    url = reverse("contexts:people", args=[context.pk])
    page = client.get(url).content.decode()
    assert "0 people counted today" in page and "Look at it again" in page
    assert 'opacity="0.45"' in peer_papers.svg(peer_map.drawn(context, cs))
    assert not peer_map.drawn(context, cs, all_of_them=False).nodes
    renew = reverse("contexts:renew-person", args=[context.pk, row.pk])
    assert client.post(renew, sent(version="1")).status_code == 302
    assert "1 person counted today" in client.get(url).content.decode()
    assert AuditEvent.objects.filter(act="link.looked-at", subject_id=str(row.pk)).count() == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (lambda one, two: {"first": one, "second": one}, "Choose two different people"),
        (lambda one, two: {"first": two, "second": one}, "This link is already there"),
        (
            lambda one, two: date_parts("noted_on", timezone.localdate() + timedelta(days=1)),
            "must be today or in the past",
        ),
        (
            lambda one, two: {"second": "0b9b1c0e-0000-4000-8000-000000000000"},
            "Select somebody who is linked to this context now",
        ),
    ],
)
def test_a_tie_that_cannot_be_is_refused_beside_its_field(client, cs, values, said):
    context = a_context("assessing")
    one, two = (a_linked_person(context) for _ in range(2))
    a_tie(one, two, nature="friend", mutual=True)
    given = sent(nature="friend", direction="mutual", first=str(one.pk), second=str(two.pk))
    if "already" not in said:
        given["nature"] = "conflict"
    page = client.post(reverse("contexts:add-tie", args=[context.pk]), given | values(str(one.pk), str(two.pk)))
    assert page.status_code == 200
    assert "govuk-error-message" in page.content.decode() and said in page.content.decode()
    assert context.ties.count() == 1


def test_who_is_linked_elsewhere_cannot_be_tied_here(cs):
    here, there = (a_linked_person(a_context("assessing")) for _ in range(2))
    with pytest.raises(ActRefused):
        links.tie(here, there, {"nature": "friend", "mutual": True, **provenance()}, by=cs)


def test_words_that_name_somebody_hidden_are_read_only_and_the_rest_may_change(client, cs):
    context = a_context("assessing")
    hidden = a_referral("held", name="Ottoline Vane")
    hide(hidden)
    row = a_linked_person(context, hidden.young_person, purpose="Ottoline Vane is at risk there")
    url = reverse("contexts:change-person", args=[context.pk, row.pk])
    page = client.get(url).content.decode()
    assert "Ottoline" not in page and "you cannot change them" in page and 'name="purpose"' not in page
    answer = client.post(url, sent(version="1", purpose="Overwritten", nature="both"))
    assert answer.status_code == 409
    assert client.post(url, sent(version="1", purpose="", nature="both")).status_code == 302
    row.refresh_from_db()
    assert (row.nature, row.purpose) == ("both", "Ottoline Vane is at risk there")


def test_ending_a_link_ends_its_ties_and_keeps_why(client, cs):
    context = a_context("assessing")
    one, two = (a_linked_person(context) for _ in range(2))
    tie = a_tie(one, two)
    answer = client.post(reverse("contexts:end-person", args=[context.pk, one.pk]), {"reason": "It was a mistake."})
    assert answer.status_code == 302
    tie.refresh_from_db()
    assert tie.ended_at and tie.ended_by == cs
    page = client.get(reverse("contexts:people", args=[context.pk])).content.decode()
    assert "It was a mistake." in page and "1 person counted today" in page
    assert client.get(reverse("contexts:end-person", args=[context.pk, one.pk])).status_code == 409


@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_picture_without_names_has_none_and_each_is_recorded(client, cs, form):
    context = a_context("assessing")
    a_linked_person(context, name="Kofi")
    url = reverse("contexts:peer-map-picture", args=[context.pk, form])
    with_names, without = client.get(url), client.get(f"{url}?names=without")
    assert with_names.content != without.content
    if form == "svg":
        assert "Kofi" in with_names.content.decode() and "Kofi" not in without.content.decode()
        assert "Person 1" in without.content.decode()
    assert AuditEvent.objects.filter(act="printed", subject_id=str(context.pk)).count() == 2
    assert "Kofi" not in str(with_names.headers)


def test_letters_of_other_languages_are_in_the_picture():
    font = peer_papers._font(26)
    missing = bytes(font.getmask("\uffff"))
    assert not [letter for letter in "ŁọșğžЖ" if bytes(font.getmask(letter)) == missing]
