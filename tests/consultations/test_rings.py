"""The rings: what they show of marks and actions, what they say in words, and where they are drawn."""

import re
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations import rings
from consultations.choices import HarmMark, Space, StrengthMark
from consultations.models import SpaceMark
from consultations.services import actions
from tests.factories import a_person, a_referral, an_action


def mark(space, harm="", strength=""):
    return SimpleNamespace(space=space, harm=harm, strength=strength)


def act(space, status="open"):
    return SimpleNamespace(space=space, status=status)


def said(marks, acts):
    return rings.remarks(rings.picture(marks, acts))


def test_every_space_stands_in_the_picture_in_the_order_of_the_form():
    picture = rings.picture([mark("school", "serious", "some")], [act("school"), act("school", "done"), act("home")])
    assert [one.space for one in picture] == list(Space)
    by_space = {one.space: one for one in picture}
    assert by_space[Space.SCHOOL].harm_words == "Serious harm"
    assert by_space[Space.SCHOOL].strength_words == "Some strength"
    assert by_space[Space.SCHOOL].actions_words == "2 actions, 1 done"
    assert by_space[Space.HOME].actions_words == "1 action open"
    assert by_space[Space.ONLINE].harm_words == "Harm not marked"
    assert by_space[Space.ONLINE].actions_words == "No action"


def test_nothing_is_marked_yet():
    assert len(said([], [])) == 1
    assert "has been marked in any space yet" in said([], [act("home")])[0]
    assert said([mark("home")], []) == said([], [])  # a mark that was taken back says nothing


@pytest.mark.parametrize("space", Space.values)
@pytest.mark.parametrize("harm", [HarmMark.SOME, HarmMark.SERIOUS])
def test_harm_without_an_action_is_said(space, harm):
    """In every space, Online too: an action against it can be agreed, so the check can be satisfied."""
    label = Space(space).label
    assert said([mark(space, harm)], []) == [f"{label}: {harm.label.lower()} is marked, and no action is against it."]
    assert said([mark(space, harm)], [act(space)]) == []
    assert said([mark(space, harm)], [act(space, "done")]) == []
    dropped = said([mark(space, harm)], [act(space, "dropped")])
    assert dropped == [f"{label}: {harm.label.lower()} is marked, and every action against it was dropped."]


def test_actions_where_nothing_was_found_are_said():
    marks = [mark("home", HarmMark.SOME), mark("school", HarmMark.NONE, StrengthMark.NONE)]
    found = said(marks, [act("home"), act("school"), act("online"), act("online", "done")])
    assert found == [
        "School: 1 action stands here, where neither harm nor strength is marked.",
        "Online: 2 actions stand here, where neither harm nor strength is marked.",
    ]
    assert said([mark("home", "", StrengthMark.STRONG)], [act("home")]) == []  # it builds on the strength


def test_a_strength_nobody_builds_on_is_said_softly():
    found = said([mark("home", HarmMark.NONE, StrengthMark.STRONG)], [])
    assert found == ["Home: real strength is marked. Could an action build on it?"]
    both = said([mark("home", HarmMark.SOME, StrengthMark.STRONG)], [])
    assert both == ["Home: some harm is marked, and no action is against it."]  # said once


def test_the_gravest_is_said_first():
    marks = [mark("individual", "", "some"), mark("home", "some"), mark("school", "serious")]
    found = said(marks, [act("online")])
    assert [line.partition(":")[0] for line in found] == ["School", "Home", "Online", "Individual"]


def test_the_description_holds_all_that_the_drawing_shows():
    drawn = rings.of([mark("home", "some", "strong")], [act("home")])
    assert "Home: Some harm, real strength, 1 action open." in drawn.description
    for one in drawn.spaces:
        assert one.label in drawn.description


def test_harm_and_strength_differ_by_more_than_colour():
    def shape(harm="", strength=""):
        return next(one for one in rings.of([mark("home", harm, strength)], []).shapes if one.picture.space == "home")

    assert shape().hatching == shape("none").hatching == ""
    assert len(shape("serious").hatching) > len(shape("some").hatching) > 0
    assert shape("", "strong").edge_width > shape("", "some").edge_width > shape("", "none").edge_width
    assert shape().dashed
    assert not shape("none").dashed


@pytest.mark.parametrize("harm", ["some", "serious"])
def test_no_line_leaves_its_ring(harm):
    for shape in rings.of([mark(space, harm) for space in Space], []).shapes:
        points = [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", shape.hatching)]
        assert points
        for x, y in points:
            if shape.r:
                assert (x - shape.x) ** 2 + (y - shape.y) ** 2 <= (shape.r + 0.2) ** 2
            else:
                assert shape.x - 0.2 <= x <= shape.x + shape.width + 0.2
                assert shape.y - 0.2 <= y <= shape.y + shape.height + 0.2


def test_cards_lie_inside_their_rings_and_over_nothing_inside():
    shapes = [shape for shape in rings.of([], []).shapes if shape.r]
    for shape, inner in zip(shapes, [*shapes[1:], None], strict=True):
        for x in (shape.card_x, shape.card_x + rings.CARD_WIDTH):
            for y in (shape.card_y, shape.card_y + rings.CARD_HEIGHT):
                assert (x - shape.x) ** 2 + (y - shape.y) ** 2 < shape.r**2
        if inner:
            assert shape.card_y + rings.CARD_HEIGHT < inner.y - inner.r


@pytest.fixture
def marked(db):
    referral = a_referral("planned")
    by = a_person(Role.CS_PRACTITIONER)
    for space, harm in (("home", "serious"), ("online", "some")):
        SpaceMark.objects.create(consultation=referral.consultation, space=space, harm=harm, by=by, at=timezone.now())
    an_action(referral, space=Space.HOME, by=by)
    return referral


@pytest.mark.parametrize("route", ["consultation", "rings"])
def test_the_page_draws_the_rings_with_their_text(signed_in, marked, route):
    browser = signed_in(a_person(Role.CS_PRACTITIONER))
    page = browser.get(reverse(f"consultations:{route}", args=[marked.pk])).content.decode()
    drawing = re.search(r"<svg class=\"app-rings__drawing\".*?</svg>", page, re.DOTALL)[0]
    assert "<title" in drawing and "<desc" in drawing
    assert "style=" not in drawing
    for space in Space:
        assert f'id="actions-{space}"' in page
        assert f'href="#actions-{space}"' in drawing
    assert "Online: some harm is marked, and no action is against it." in page
    table = re.search(r"<table class=\"govuk-table app-rings__table\".*?</table>", page, re.DOTALL)[0]
    for word in ("Serious harm", "Strength not marked", "1 action open", "No action"):
        assert word in table and word in drawing


def test_the_rings_follow_the_actions(signed_in, marked):
    cs = a_person(Role.CS_PRACTITIONER)
    url = reverse("consultations:rings", args=[marked.pk])
    action = an_action(marked, space=Space.ONLINE, by=cs)
    assert "some harm is marked" not in signed_in(cs).get(url).content.decode()
    actions.close(action, status="dropped", outcome="Not possible", by=cs)
    assert "every action against it was dropped" in signed_in(cs).get(url).content.decode()
