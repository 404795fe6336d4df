"""The peer map in a browser: dragged, moved with the keys, by two people at once, and without scripts."""

import pytest
from playwright.sync_api import expect

from accounts.permissions import Role
from contexts import peer_map
from contexts.models import LinkedPerson
from tests.context_factories import a_context, a_linked_person, a_tie
from tests.factories import a_person, a_team


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, team=a_team())


@pytest.fixture
def context(cs):
    found = a_context("assessing", cs=cs, lead=cs, kind="peer-group")
    one, two, three = (
        a_linked_person(found, name=name, map_x=x, map_y=50)
        for name, x in (("Kofi", 20), ("Theo", 50), ("Big Sam", 80))
    )
    a_tie(one, two, nature="friend")
    a_tie(three, one, nature="harm", mutual=False)
    return found


def place(name):
    return LinkedPerson.objects.values_list("map_x", "map_y").get(name=name)


def test_two_people_move_two_others_with_the_mouse_and_the_keys(browse, cs, context):
    first, second = browse(cs), browse(cs)
    for page in (first, second):
        page.goto(f"/contexts/{context.pk}/peer-map/")
        expect(page.get_by_role("application")).to_be_visible()
    first.get_by_label("Move somebody").select_option(label="1. Kofi")
    first.get_by_role("application").focus()
    first.keyboard.press("ArrowDown")
    first.keyboard.press("ArrowDown")
    expect(first.get_by_text("The arrangement is saved.")).to_be_visible()
    assert place("Kofi") == (20, 58)
    box = second.get_by_role("application")
    box.evaluate("box => box.scrollIntoView({block: 'center'})")
    second.get_by_label("Move somebody").select_option(label="3. Big Sam")
    second.get_by_role("button", name="Up", exact=True).click()
    expect(second.get_by_text("The arrangement is saved.")).to_be_visible()
    assert (place("Kofi"), place("Theo"), place("Big Sam")) == ((20, 58), (50, 50), (80, 46))


def test_somebody_is_dragged_and_marked_in_the_list(browse, cs, context):
    page = browse(cs)
    page.goto(f"/contexts/{context.pk}/peer-map/")
    box = page.get_by_role("application")
    box.evaluate("box => box.scrollIntoView({block: 'center'})")
    # The whole frame is drawn: the second of the three stands in its middle.
    at = box.bounding_box()
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=5)
    page.mouse.move(x, y + 120, steps=5)
    page.mouse.up()
    expect(page.get_by_text("The arrangement is saved.")).to_be_visible()
    assert (place("Kofi"), place("Big Sam")) == ((20, 50), (80, 50))
    assert place("Theo")[1] > 55
    page.reload()
    page.get_by_label("Move somebody").select_option(label="2. Theo")
    expect(page.locator(".app-picked")).to_contain_text("2. Theo")


def test_without_scripts_the_drawing_is_there_and_buttons_move(browse, cs, context):
    page = browse(cs, java_script_enabled=False)
    page.goto(f"/contexts/{context.pk}/peer-map/")
    expect(page.get_by_role("img", name="Peer map of context")).to_be_visible()
    page.get_by_label("Move somebody").select_option(label="2. Theo")
    page.get_by_role("button", name="Left", exact=True).click()
    expect(page.get_by_label("Move somebody")).to_have_value(str(LinkedPerson.objects.get(name="Theo").pk))
    assert place("Theo") == (46, 50)
    assert peer_map.drawn(context, cs).nodes[0].x == 20


def test_on_a_narrow_screen_the_frame_scrolls_and_names_can_be_read(browse, cs, context):
    page = browse(cs, viewport={"width": 320, "height": 800})
    page.goto(f"/contexts/{context.pk}/peer-map/")
    frame, box = page.get_by_role("region", name="Peer map"), page.get_by_role("application")
    expect(box).to_be_visible()
    # 14 pixels of a drawing that is 1000 wide: at this width a name has 12 or more.
    assert box.bounding_box()["width"] >= 900
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert frame.evaluate("frame => frame.scrollLeft") == 0
    page.get_by_label("Move somebody").select_option(label="3. Big Sam")  # at four fifths of the width
    assert frame.evaluate("frame => frame.scrollLeft") > 400
