"""Safety maps: what is sent and kept, who may change what, what two dates and several people's maps show."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from accounts.permissions import Role
from consultations.services import access
from contexts import safety_exports, squares
from contexts.models import SafetyLayer, SafetyMap, SafetyPin
from contexts.models.people import NAMELESS
from contexts.services import safety, work
from core import jobs
from core.models import AuditEvent, Job
from core.workflow import ActRefused, EditConflict
from csproject.settings import tile_sources
from tests.context_factories import a_context, a_linked_person
from tests.core.test_pictures import a_photograph
from tests.factories import a_person, a_referral, a_team
from tests.safety_factories import a_map, a_pin, a_png, pin_values, whose
from tests.slices.contexts import date_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, team=a_team())


@pytest.fixture
def context(cs):
    return a_context("assessing", cs=cs, kind="school", name="Marlow Road Academy")


@pytest.fixture
def browser(cs, signed_in):
    return signed_in(cs)


def url(name: str, *args) -> str:
    return reverse(f"contexts:{name}", args=[getattr(one, "pk", one) for one in args])


def sent(content: bytes, name: str = "plan.png", **values) -> dict:
    titled = {"title": "Ground floor", **date_parts("drawn_on", timezone.localdate())}
    return titled | {"picture": SimpleUploadedFile(name, content, content_type="image/png")} | values


def pinned(**values) -> dict:
    given = {
        "square": "C4", "kind": "harm", "what": "Fights at the gate", "time_of_day": "after-school",
        "exact_time": "15:20",
        "source": "police", "reliability": "likely", "layer": "new", "name": "Year 9 girls", "people": "4",
        **date_parts("noted_on", timezone.localdate()), **date_parts("held_on", timezone.localdate()),
    }  # fmt: skip
    return given | values


# Pictures


def test_a_picture_is_kept_without_what_hid_in_it(browser, context):
    assert (
        browser.post(url("safety-map-new", context), sent(a_photograph(6), "Kai Mensah at home.jpg")).status_code == 302
    )
    found = SafetyMap.objects.get()
    answer = browser.get(url("safety-map-picture", context, found))
    image = Image.open(io.BytesIO(answer.content))
    assert image.size == (200, 300) and not image.getexif() and b"Secret" not in answer.content
    assert answer["Content-Type"] == "image/jpeg" and answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"] and answer["Content-Security-Policy"].startswith(
        "sandbox; default-src 'none'"
    )
    assert "Kai" not in str(answer.headers) + str([*SafetyMap.objects.values(), *AuditEvent.objects.values()])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "not a picture that can be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (a_png(kind="JPEG")[:600], "damaged"),
        (a_png() + b"<script>", "another file"),
    ],
)
def test_what_is_no_picture_is_refused_beside_the_field(browser, context, content, words):
    answer = browser.post(url("safety-map-new", context), sent(content))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert words in page and 'href="#id_picture"' in page and 'value="Ground floor"' in page
    assert not SafetyMap.objects.exists()


def test_no_picture_and_too_large_a_one(browser, context):
    assert (
        "Choose a picture" in browser.post(url("safety-map-new", context), sent(b"") | {"picture": ""}).content.decode()
    )
    page = browser.post(url("safety-map-new", context), sent(a_png() + bytes(21 * 2**20))).content.decode()
    assert "larger than 20 MB" in page and 'value="Ground floor"' in page
    assert not SafetyMap.objects.exists()


def test_the_same_picture_sent_twice_is_one_map(browser, context):
    for _ in range(2):
        browser.post(url("safety-map-new", context), sent(a_png()))
    assert SafetyMap.objects.count() == 1
    assert AuditEvent.objects.filter(act="context.safety-map-added").count() == 1


def test_a_map_without_pins_is_deleted_one_with_pins_is_put_away(browser, cs, context):
    empty, used = a_map(context, by=cs), a_map(context, by=cs)
    a_pin(used, by=cs)
    assert "Delete this map?" in browser.get(url("safety-map-remove", context, empty)).content.decode()
    browser.post(url("safety-map-remove", context, empty))
    browser.post(url("safety-map-remove", context, used))
    assert [one.pk for one in SafetyMap.objects.all()] == [used.pk]
    used.refresh_from_db()
    assert used.archived_by == cs
    assert browser.post(url("safety-pin-add", context, used), pinned()).status_code == 409
    browser.post(url("safety-map-remove", context, used))
    used.refresh_from_db()
    assert used.archived_at is None
    assert browser.post(url("safety-pin-add", context, used), pinned()).status_code == 302


def test_a_map_that_somebody_else_changed_shows_both(browser, cs, context):
    found = a_map(context, by=cs)
    safety.change_map(found, title="First floor", drawn_on=found.drawn_on, version=1, by=cs)
    mine = {"title": "Cellar", "version": "1", **date_parts("drawn_on", timezone.localdate())}
    answer = browser.post(url("safety-map-change", context, found), mine)
    assert answer.status_code == 409 and "Saved meanwhile: First floor" in answer.content.decode()


# Pins


def test_a_pin_is_put_on_by_its_square_and_by_pointing(browser, context, cs):
    found = a_map(context, by=cs)
    assert browser.post(url("safety-pin-add", context, found), pinned(square=" t20 ")).status_code == 302
    pin = SafetyPin.objects.get()
    assert (pin.x, pin.y, pin.number) == (97.5, 97.5, 1) and f"{pin.exact_time:%H:%M}" == "15:20"
    assert (pin.layer.name, pin.layer.people) == ("Year 9 girls", 4)
    layer = {"layer": str(pin.layer_id)}
    browser.post(url("safety-pin-add", context, found), pinned(square="B3", x="6.25", y="11.5", what="Two", **layer))
    browser.post(url("safety-pin-add", context, found), pinned(square="B3", x="77", y="11.5", what="Three", **layer))
    places = [(one.x, one.y, squares.square_of(one.x, one.y)) for one in SafetyPin.objects.exclude(pk=pin.pk)]
    assert places[0] == (6.25, 11.5, "B3")
    assert places[1][2] == "B3" and places[1][:2] != places[0][:2]  # what is typed counts; not on top of the other
    assert SafetyLayer.objects.count() == 1


@pytest.mark.parametrize("square", ["", "U1", "A0", "A21", "A", "7", "A1\x00", "AA1", "A１", "x" * 5000, "-1"])
def test_a_square_that_there_is_not(browser, context, cs, square):
    found = a_map(context, by=cs)
    answer = browser.post(url("safety-pin-add", context, found), pinned(square=square))
    assert answer.status_code == 200 and "Fights at the gate" in answer.content.decode()
    assert not SafetyPin.objects.exists()


@pytest.mark.parametrize(
    "place", ["NaN", "Infinity", "-Infinity", "1e400", "-0.01", "100.01", "9" * 5000, "\x00", "x", "０"]
)
def test_a_place_that_there_is_not_leaves_the_square(browser, context, cs, place):
    found = a_map(context, by=cs)
    assert browser.post(url("safety-pin-add", context, found), pinned(x=place, y=place)).status_code == 302
    pin = SafetyPin.objects.get()
    assert squares.square_of(pin.x, pin.y) == "C4"
    assert browser.get(url("safety-pin-add", context, found), {"x": place, "y": place}).status_code == 200


@pytest.mark.parametrize("place", [float("nan"), float("inf"), -1, 100.5])
def test_the_database_takes_no_place_beside_the_map(context, cs, place):
    found = a_map(context, by=cs)
    pin = a_pin(found, by=cs)
    with pytest.raises(IntegrityError), transaction.atomic():
        SafetyPin.objects.filter(pk=pin.pk).update(x=place)


def test_hostile_values_are_refused_and_what_was_typed_stays(browser, context, cs):
    found = a_map(context, by=cs)
    wrong = {
        "kind": "both", "time_of_day": "tea", "exact_time": "25:99", "source": "x", "reliability": "",
        "people": "9" * 400,
        "layer": "00000000-0000-0000-0000-000000000000", "person": "\x00", "version": "9" * 400,
        "noted_on_year": "99999",
    }  # fmt: skip
    for name, value in wrong.items():
        answer = browser.post(url("safety-pin-add", context, found), pinned(**{name: value}) | (
            {"layer": "new"} if name == "people" else {}
        ))  # fmt: skip
        assert answer.status_code == 200, name
    long = browser.post(url("safety-pin-add", context, found), pinned(what="x" * 1_000_000))
    assert long.status_code == 200
    later = timezone.localdate() + timedelta(days=1)
    page = browser.post(url("safety-pin-add", context, found), pinned(**date_parts("noted_on", later))).content.decode()
    assert "must be today or in the past" in page
    assert not SafetyPin.objects.exists()
    query = {"kind": "x", "time": "\x00", "layer": "x", "first_day": "99", "page": "x", "ended": "maybe"}
    for name in ("safety-map", "safety-map-heat", "safety-map-compare", "safety-map-print", "safety-map-png"):
        assert browser.get(url(name, context, found), query).status_code == 200, name


def test_the_same_pin_sent_twice_is_one(browser, context, cs):
    found = a_map(context, by=cs)
    for _ in range(2):
        browser.post(url("safety-pin-add", context, found), pinned())
    assert SafetyPin.objects.count() == 1


def test_changing_moving_and_ending_a_pin(browser, context, cs):
    pin = a_pin(a_map(context, by=cs), by=cs, square="C4")
    form = pinned(square="D5", version="1", what="Now at the wall", layer=str(pin.layer_id))
    assert browser.post(url("safety-pin-change", context, pin.map, pin), form).status_code == 302
    pin.refresh_from_db()
    assert (squares.square_of(pin.x, pin.y), pin.what, pin.version) == ("D5", "Now at the wall", 2)
    late = browser.post(url("safety-pin-change", context, pin.map, pin), form | {"what": "Mine"})
    assert late.status_code == 409 and "Saved meanwhile: Now at the wall" in late.content.decode()
    early = date_parts("ended_on", timezone.localdate() - timedelta(days=3))
    assert browser.post(url("safety-pin-end", context, pin.map, pin), early | {"reason": "Lit"}).status_code == 200
    today = date_parts("ended_on", timezone.localdate())
    assert browser.post(url("safety-pin-end", context, pin.map, pin), today | {"reason": "Lit"}).status_code == 302
    pin.refresh_from_db()
    assert (pin.ended_by, pin.ended_because) == (cs, "Lit")
    assert browser.post(url("safety-pin-change", context, pin.map, pin), form | {"version": "3"}).status_code == 409
    assert "Now at the wall" not in browser.get(pin.map.get_absolute_url()).content.decode()
    assert "Now at the wall" in browser.get(pin.map.get_absolute_url(), {"ended": "on"}).content.decode()


def test_a_pin_of_another_map_or_context_is_not_found(browser, context, cs):
    pin, other = a_pin(a_map(context, by=cs), by=cs), a_map(context, by=cs)
    elsewhere = a_map(a_context("assessing", cs=cs), by=cs)
    assert browser.get(url("safety-pin", context, other, pin)).status_code == 404
    assert browser.get(url("safety-map", context, elsewhere)).status_code == 404
    stranger = a_linked_person(elsewhere.context, name="Somebody")
    with pytest.raises(ActRefused):
        a_pin(other, by=cs, person=stranger)
    layer = a_pin(elsewhere, by=cs).layer
    with pytest.raises(ActRefused):
        a_pin(other, by=cs, layer={"layer": layer})


def test_nothing_is_pinned_in_a_context_that_is_closed(context, cs):
    found = a_map(context, by=cs)
    work.close(context, outcome="safer", words="Lit", by=cs)
    for act in (lambda: a_pin(found, by=cs), lambda: a_map(context, by=cs), lambda: safety.remove_map(found, by=cs)):
        with pytest.raises(ActRefused):
            act()


# Names


@pytest.fixture
def hidden(context):
    """Somebody linked whom nobody here may see, with the person who may."""
    keeper = a_person(Role.CS_PRACTITIONER, team=a_team())
    referral = a_referral("screening", name="Zephyrine Quillfeather")
    access.restrict(referral, reason="Known", people=[keeper], by=a_person(Role.MANAGER))
    return a_linked_person(context, referral.young_person), keeper


def test_a_hidden_name_is_nowhere_and_its_pin_stays_as_it_is(browser, context, cs, hidden, signed_in):
    person, keeper = hidden
    found = a_map(context, by=keeper, title="Where Zephyrine goes")
    told = {"what": "Zephyrine was hit here", "account": "Quillfeather's aunt"}
    pin = a_pin(found, by=keeper, layer=whose("Zephyrine's own map"), **told)
    about = a_pin(found, by=keeper, square="D5", person=person)
    safety.end_pin(
        a_pin(found, by=keeper, square="F1"), ended_on=timezone.localdate(), reason="Zephyrine left", by=keeper
    )
    pages = [url(name, context) for name in ("safety-maps", "context")] + [
        url(name, context, found)
        for name in ("safety-map", "safety-map-compare", "safety-map-heat", "safety-map-print", "safety-pin-add")
    ]  # fmt: skip
    pages += [url("safety-pin", context, found, one) for one in (pin, about)]
    both = {True: "", False: ""}
    for reads, who in ((False, browser), (True, signed_in(keeper))):
        for page in pages:
            answer = who.get(page, {"ended": "on"})
            assert answer.status_code == 200
            both[reads] += f"{answer.headers}{answer.content.decode()}"
    assert "zephyrine" not in both[False].casefold() and "quillfeather" not in both[False].casefold()
    assert NAMELESS in both[False] and str(person.young_person_id) not in both[False]
    assert "Zephyrine was hit here" in both[True] and "Zephyrine Quillfeather" in both[True]
    for one in (pin, about):
        values = pin_values(person=one.person)
        with pytest.raises(ActRefused, match="may not see"):
            safety.change_pin(one, values, place={"square": "A1"}, layer={"layer": one.layer}, version=1, by=cs)
        assert (
            "may not see, so you cannot change" in browser.get(url("safety-pin", context, found, one)).content.decode()
        )
    with pytest.raises(ActRefused, match="may not see"):
        safety.change_map(found, title="Mine", drawn_on=found.drawn_on, version=1, by=cs)


def test_a_pdf_is_no_longer_given_to_whom_somebody_is_hidden_since(context, cs, signed_in):
    found = a_map(context, by=cs)
    a_pin(found, by=cs, what="Kai was hit here")
    referral = a_referral("screening", name="Kai Mensah")
    a_linked_person(context, referral.young_person)
    job = safety_exports.ask_for(found, QueryDict("kind=harm&first_day=\x00"), by=cs)
    assert safety_exports.ask_for(found, QueryDict("kind=harm&first_day=\x00"), by=cs) == job
    jobs.run(job.pk)
    browser = signed_in(cs)
    answer = browser.get(url("safety-map-download", job))
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(act="printed", subject_id=str(context.pk)).exists()
    access.restrict(referral, reason="Known", people=[], by=a_person(Role.MANAGER))
    assert browser.get(url("safety-map-download", job)).status_code == 404
    assert "Kai" not in str(Job.objects.values_list("params"))


# Dates, layers, the heat map


def test_two_dates_show_what_is_new_and_what_is_gone(browser, context, cs):
    found, today = a_map(context, by=cs), timezone.localdate()
    old = a_pin(found, by=cs, what="Stays", noted_on=today - timedelta(days=90))
    gone = a_pin(found, by=cs, square="D1", what="Was dark", noted_on=today - timedelta(days=80))
    safety.end_pin(gone, ended_on=today - timedelta(days=10), reason="Lit", by=cs)
    new = a_pin(found, by=cs, square="E1", what="Begins", noted_on=today - timedelta(days=5))
    days = date_parts("first", today - timedelta(days=60)) | date_parts("second", today)
    answer = browser.get(url("safety-map-compare", context, found), days)
    assert [row["pin"] for row in answer.context["new"]] == [new]
    assert [row["pin"] for row in answer.context["gone"]] == [gone]
    assert "1 new, 1 gone, 1 unchanged" in answer.content.decode()
    left, right = (side[1] for side in answer.context["sides"])
    assert [(mark.number, mark.sign) for mark in left.marks] == [(old.number, ""), (gone.number, "gone")]
    assert [(mark.number, mark.sign) for mark in right.marks] == [(old.number, ""), (new.number, "new")]
    swapped = date_parts("first", today) | date_parts("second", today - timedelta(days=60))
    assert (
        "must be later than the first"
        in browser.get(url("safety-map-compare", context, found), swapped).content.decode()
    )


def test_the_heat_map_counts_people_and_singles_nobody_out(browser, context, cs):
    found = a_map(context, by=cs)
    for number, people in enumerate((1, 1, 1, 4)):
        a_pin(found, by=cs, square="A1", layer=whose(f"Map {number}", people=people))
    a_pin(found, by=cs, square="B2", layer=whose("Map 3", people=4), what="The same group, the same place")
    a_pin(found, by=cs, square="K11", layer=whose("Map 0", people=1))
    a_pin(found, by=cs, square="K11", layer=whose("Map 1", people=1), what="Two people are too few")
    answer = browser.get(url("safety-map-heat", context, found))
    harm = answer.context["heats"][0]
    assert [(cell.name, cell.people) for cell in harm["drawing"].cells] == [("A1 to B2", 7)]
    assert harm["left_out"] == 1 and "1 place is not shown" in answer.content.decode()
    only = SafetyLayer.objects.get(name="Map 3")
    narrowed = browser.get(url("safety-map-heat", context, found), {"layer": str(only.pk), "kind": "harm"})
    assert [cell.people for cell in narrowed.context["heats"][0]["drawing"].cells] == [4]


def test_the_heat_map_is_taken_along_as_a_picture_and_as_a_pdf(browser, context, cs):
    found = a_map(context, by=cs)
    a_pin(found, by=cs, square="A1", layer=whose("Year 9", people=12))
    a_pin(found, by=cs, square="K11", layer=whose("Alone", people=1), what="One is too few")
    a_pin(found, by=cs, square="T20", kind="safety", layer=whose("Year 9", people=12))
    page = browser.get(url("safety-map-heat", context, found), {"kind": "harm"}).content.decode()
    assert f"{url('safety-heat-print', context, found)}?kind=harm" in page
    assert f"{url('safety-heat-png', context, found)}?kind=harm" in page
    png = browser.get(url("safety-heat-png", context, found), {"kind": "harm"})
    image = Image.open(io.BytesIO(png.content)).convert("RGB")
    both = Image.open(io.BytesIO(browser.get(url("safety-heat-png", context, found)).content))
    assert both.height == 2 * image.height
    white = image.getpixel((1000, 300))
    assert image.getpixel((140, 90)) != (0, 0, 0)  # the square that twelve marked lies over the black of the picture
    assert image.getpixel((840, 550)) == white  # where one alone marked nothing lies
    printed = browser.get(url("safety-heat-print", context, found)).content.decode()
    assert "Squares A1 to B2: 12 people" in printed and "1 place is not shown" in printed and "too few" not in printed
    answer = browser.post(f"{url('safety-heat-make', context, found)}?kind=harm")
    job = Job.objects.get(kind=safety_exports.KIND)
    assert answer.url.endswith(f"{job.pk}/") and job != safety_exports.ask_for(found, QueryDict("kind=harm"), by=cs)
    jobs.run(job.pk)
    answer = browser.get(url("safety-map-download", job))
    assert (
        answer.content.startswith(b"%PDF") and f"heat-map-{context.reference}" in answer.headers["Content-Disposition"]
    )
    words = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Heat map" in words and "A1 to B2: 12 people" in words and "Safety" not in words
    details = AuditEvent.objects.filter(act="printed", detail__paper="heat-map").values_list("detail__as", flat=True)
    assert sorted(details) == ["page", "pdf", "png", "png"]


def test_the_filters_of_a_map(browser, context, cs):
    found = a_map(context, by=cs)
    a_pin(found, by=cs, what="Harm by night", time_of_day="night")
    a_pin(found, by=cs, square="D1", kind="safety", what="Safe by day", time_of_day="day", layer=whose("Staff"))
    layer = SafetyLayer.objects.get(name="Staff")
    for query, shown, left in [
        ({"kind": "safety"}, "Safe by day", "Harm by night"), ({"time": "night"}, "Harm by night", "Safe by day"),
        ({"layer": str(layer.pk)}, "Safe by day", "Harm by night"),
    ]:  # fmt: skip
        for name in ("safety-map", "safety-map-print"):
            page = browser.get(url(name, context, found), query).content.decode()
            assert shown in page and left not in page, (name, query)
    png = browser.get(url("safety-map-png", context, found), {"kind": "harm"})
    image = Image.open(io.BytesIO(png.content)).convert("RGB")
    at = [(round(pin.x * 16), round(pin.y * (image.height - 44) / 100) - 12) for pin in SafetyPin.objects.all()]
    assert image.getpixel(at[0]) == (0xB5, 0x12, 0x0B) and image.getpixel(at[1]) != (0x00, 0x64, 0x3A)


# Tiles


@pytest.mark.parametrize(
    ("address", "sources"),
    [
        ("", []),
        ("https://tiles.example.org/{z}/{x}/{y}.png", ["https://tiles.example.org"]),
        ("https://{s}.tiles.example.org:8443/a/{z}/{x}/{y}.png?key=1", ["https://*.tiles.example.org:8443"]),
    ],
)
def test_the_policy_allows_the_tile_server_and_nothing_else(address, sources):
    assert tile_sources(address) == sources


@pytest.mark.parametrize(
    "address", ["https://a b/{z}{x}{y}", "data:{x}{y}{z}", "https://t.org/", "https://x;script-src *//{x}{y}{z}"]
)
def test_an_address_of_tiles_that_would_widen_the_policy_stops_the_start(address):
    with pytest.raises(ImproperlyConfigured):
        tile_sources(address)


def test_areas_where_there_is_a_tile_server_and_without(browser, context, settings):
    page = browser.get(url("safety-map-area", context)).content.decode()
    assert "no map server" in page
    settings.TILE_SERVER_URL = "https://tiles.example.org/{z}/{x}/{y}.png"
    settings.TILE_ATTRIBUTION = "The council"
    form = {"title": "Estate", "latitude": "51.5449", "longitude": "-0.0553", "across": "1000"}
    form |= date_parts("drawn_on", timezone.localdate())
    for wrong in ({"latitude": "NaN"}, {"longitude": "Infinity"}, {"latitude": "91"}, {"across": "7"}):
        assert browser.post(url("safety-map-area", context), form | wrong).status_code == 200
    assert browser.post(url("safety-map-area", context), form).status_code == 302
    found = SafetyMap.objects.get()
    assert found.south < 51.5449 < found.north and found.west < -0.0553 < found.east
    page = browser.get(found.get_absolute_url()).content.decode()
    assert "https://tiles.example.org/{z}/{x}/{y}.png" in page and "The council" in page
    assert browser.get(url("safety-map-picture", context, found)).status_code == 404
    for name in ("safety-map-print", "safety-map-png"):
        assert browser.get(url(name, context, found)).status_code == 200


def test_two_who_change_a_pin_at_once(context, cs):
    pin = a_pin(a_map(context, by=cs), by=cs)
    place, layer = {"square": "C4"}, {"layer": pin.layer}
    safety.change_pin(pin, pin_values(what="One"), place=place, layer=layer, version=1, by=cs)
    with pytest.raises(EditConflict):
        safety.change_pin(pin, pin_values(what="Two"), place=place, layer=layer, version=1, by=cs)
