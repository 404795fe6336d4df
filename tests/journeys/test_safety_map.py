"""The safety map in a browser: pointing at the plan, the arrow keys, no scripts, three hundred pins, no tiles."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from accounts.permissions import Role
from contexts.models import SafetyPin
from contexts.services import safety
from contexts.squares import square_of
from tests.context_factories import a_context
from tests.factories import a_person, a_team
from tests.journeys import steps
from tests.safety_factories import a_map, a_pin, a_png, whose


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, team=a_team())


@pytest.fixture
def context(cs):
    return a_context("assessing", cs=cs, lead=cs, kind="school", name="Marlow Road Academy")


def say_the_rest(page, *, new: bool = True) -> None:
    """The fields of a pin but its place."""
    page.get_by_label("Harm", exact=True).check()
    page.get_by_label("What happens there?").fill("Fights at the gate")
    page.get_by_label("After school").check()
    page.get_by_label("Police").check()
    page.get_by_label("Likely").check()
    if new:
        page.get_by_label("Another one").check()
        page.get_by_label("Whose map").fill("Year 9 girls")


def test_a_picture_is_added_and_pins_are_put_on_it_by_pointing_and_by_keyboard(browse, cs, context):
    page = browse(cs)
    page.goto(f"/contexts/{context.pk}/safety-map/")
    page.get_by_role("button", name="Add a picture").click()
    page.get_by_label("Title").fill("Ground floor")
    for part, words in (("Day", "27"), ("Month", "3"), ("Year", "2026")):
        page.get_by_label(part).fill(words)
    page.get_by_label("Picture of the plan").set_input_files(
        {"name": "a child's house.png", "mimeType": "image/png", "buffer": a_png(600, 400)}
    )
    page.get_by_role("button", name="Add the map").click()
    steps.heading(page, "Safety map")
    # Pointed at on the map's own page: a quarter from the left, half way down.
    plan = page.get_by_role("region", name="Ground floor")
    expect(plan.locator("img.leaflet-image-layer")).to_be_visible()
    plan.evaluate("plan => plan.scrollIntoView({block: 'end'})")
    picture = plan.locator("img.leaflet-image-layer").bounding_box()
    page.mouse.click(picture["x"] + picture["width"] * 0.262, picture["y"] + picture["height"] * 0.52)
    page.get_by_role("link", name="Add a pin here, in square F11").click()
    steps.heading(page, "Add a pin")
    expect(page.get_by_label("Square of the grid")).to_have_value("F11")
    say_the_rest(page)
    page.get_by_role("button", name="Put the pin on the map").click()
    expect(page.get_by_text("Pin 1 is on the map, in square F11.")).to_be_visible()
    pin = SafetyPin.objects.get()
    assert (round(pin.x), round(pin.y)) == (26, 52)
    # A pin that is there tells what it is, and leads to its page.
    page.get_by_role("button", name=re.compile("1. Harm, F11: Fights at the gate")).click()
    page.get_by_role("link", name="Open pin 1").click()
    steps.heading(page, "Pin 1: harm in square F11")
    # By keyboard: the cross-hair begins where the pin stands.
    page.get_by_role("button", name="Change or move it").click()
    plan = page.get_by_role("application")
    plan.focus()
    for key in ["Shift+ArrowRight"] * 2 + ["ArrowUp"] * 4:
        page.keyboard.press(key)
    expect(page.get_by_text("Square H10", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "kind"
    page.get_by_role("button", name="Save the pin").click()
    steps.heading(page, "Pin 1: harm in square H10")
    moved = SafetyPin.objects.get()
    assert (round(moved.x - pin.x, 1), round(moved.y - pin.y, 1)) == (10, -2)


def test_clicking_on_the_plan_of_the_form_fills_the_square_and_typing_moves_the_cross_hair(browse, cs, context):
    found = a_map(context, by=cs)
    page = browse(cs)
    page.goto(f"{found.get_absolute_url()}pin/")
    page.locator(".app-safety__leaflet").evaluate("plan => plan.scrollIntoView({block: 'end'})")
    picture = page.locator("img.leaflet-image-layer").bounding_box()
    page.mouse.click(picture["x"] + picture["width"] * 0.99, picture["y"] + picture["height"] * 0.99)
    square = page.get_by_label("Square of the grid")
    expect(square).to_have_value("T20")
    square.fill("B2")
    cross = page.locator(".app-safety__cross").bounding_box()
    at = (cross["x"] + cross["width"] / 2 - picture["x"]) / picture["width"]
    assert abs(at - 0.075) < 0.01
    say_the_rest(page)
    page.get_by_role("button", name="Put the pin on the map").click()
    expect(page.get_by_text("in square B2")).to_be_visible()


def test_without_scripts_everything_but_the_pointing_is_there(browse, cs, context):
    found = a_map(context, by=cs, title="Ground floor")
    page = browse(cs, java_script_enabled=False)
    page.goto(found.get_absolute_url())
    page.get_by_role("button", name="Add a pin").click()
    page.get_by_label("Square of the grid").fill("C4")
    say_the_rest(page)
    page.get_by_role("button", name="Put the pin on the map").click()
    pin = SafetyPin.objects.get()
    assert square_of(pin.x, pin.y) == "C4"
    page.locator("svg a[data-pin]").click()  # the drawing itself
    steps.heading(page, "Pin 1: harm in square C4")
    page.get_by_role("button", name="Change or move it").click()
    page.get_by_label("Square of the grid").fill("D5")
    page.get_by_role("button", name="Save the pin").click()
    steps.heading(page, "Pin 1: harm in square D5")
    page.get_by_role("link", name="It is no longer so").click()
    page.get_by_label("Why?").fill("It is lit now")
    page.get_by_role("button", name="End the pin").click()
    expect(page.get_by_text("It is lit now")).to_be_visible()


def test_three_hundred_pins(browse, cs, context):
    found = a_map(context, by=cs)
    pins = []
    first = a_pin(found, by=cs, layer=whose("Group"))
    for number in range(2, 301):
        place = {"x": (number * 7) % 100, "y": (number * 13) % 100, "kind": ["harm", "safety"][number % 2]}
        kept = {name: getattr(first, name) for name in (*safety.FIELDS, "layer", "made_by", "made_at")}
        pins.append(SafetyPin(map=found, number=number, **kept | place))
    SafetyPin.objects.bulk_create(pins)
    page = browse(cs)
    page.goto(found.get_absolute_url())
    expect(page.locator(".app-safety__pin")).to_have_count(300)
    page.get_by_role("button", name="Zoom in").click()
    page.locator(".app-safety__pin").nth(150).dispatch_event("click")
    expect(page.get_by_role("link", name="Open pin 151")).to_be_visible()
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Harm or safety").select_option("safety")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_text("149 pins with these filters")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["kind"] == ["safety"]


def test_an_area_whose_tiles_do_not_come_says_so_and_keeps_its_grid(browse, cs, context, settings):
    settings.TILE_SERVER_URL = "/no-tiles-here/{z}/{x}/{y}.png"
    found = safety.add_area(
        context, title="Estate", drawn_on=context.received_on, latitude=51.5, longitude=-0.05, across=500, by=cs
    )
    page = browse(cs, expects={404})
    page.goto(found.get_absolute_url())
    expect(page.get_by_role("status").get_by_text("The map server does not answer.")).to_be_visible()
    expect(page.locator(".leaflet-overlay-pane svg")).to_be_visible()
