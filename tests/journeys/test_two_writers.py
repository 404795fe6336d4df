"""Several people on one consultation: who is where, what they save appears, and where they meet both texts survive."""

import pytest
from playwright.sync_api import Page, expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import ConsultationNote, Presence
from core.models import SetAsideText
from tests.factories import a_person, a_referral
from tests.journeys import steps
from tests.journeys.conftest import OFFLINE

FIRST, SECOND = "The mother is worried.", "The grandmother helps."
MERGED = "The mother is worried; the grandmother helps."


def _text(referral, key: str = "home"):
    return ConsultationNote.objects.get(consultation__referral=referral, section__key=key).text


def _two(browse, referral, *, alone: bool = True, expects=frozenset({409})) -> list[Page]:
    """Two people's pages of one consultation, the second one's being one that may meet a conflict."""
    pages = []
    for name in ("Amina", "Daniel"):
        page = browse(a_person(Role.CS_PRACTITIONER, name=name), expects=expects)
        if alone:
            steps.alone(page)
        page.goto(steps.consultation_url(referral))
        pages.append(page)
    return pages


def _marked(page: Page, which: str) -> list[str]:
    return page.locator(f"[data-{which}] mark").all_text_contents()


def test_both_texts_survive_and_are_merged(browse):
    referral = a_referral(ReferralState.PLANNED)
    first, second = _two(browse, referral)

    steps.write(first, "home", FIRST)
    steps.saved(first, "home")
    steps.write(second, "home", SECOND)
    panel = second.get_by_role("group", name="Somebody else changed “Home” while you wrote")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("Their text, by Amina")
    expect(panel.locator("[data-theirs]")).to_have_text(FIRST)
    expect(panel.locator("[data-yours]")).to_have_text(SECOND)
    expect(steps.bar(second)).to_contain_text("two texts wait to be merged. Go to Home")
    merged = panel.get_by_label("Merged text")
    expect(merged).to_be_focused()  # whoever is typing goes on typing
    second.keyboard.type(" And the aunt")
    expect(merged).to_have_value(f"{SECOND} And the aunt")
    expect(steps.state(second, "home")).to_have_text("Kept as your version; not yet merged")
    assert SetAsideText.objects.get().body == f"{SECOND} And the aunt"

    merged.fill(MERGED)
    steps.press(second, "Use the merged text")
    expect(panel).to_be_hidden()
    steps.saved(second, "home")
    expect(steps.field(second, "home")).to_have_value(MERGED)
    expect(steps.bar(second)).to_have_text("Everything is saved")

    third = browse(a_person(Role.CS_PRACTITIONER, name="Third"))
    third.goto(steps.consultation_url(referral))
    expect(steps.field(third, "home")).to_have_value(MERGED)
    expect(third.get_by_text("not merged yet")).to_have_count(0)

    # The first page has not heard of any of this. What it adds now is set aside too, and shown to whoever comes.
    steps.write(first, "home", f"{FIRST} Since June.")
    expect(steps.state(first, "home")).to_have_attribute("data-state", "conflict")
    third.reload()
    aside = steps.section(third, "home").locator("[data-set-aside]")
    expect(aside).to_contain_text("Written at the same time by Amina")
    expect(aside.locator("[data-aside-runs]")).to_have_text(f"{FIRST} Since June.")
    expect(third.get_by_role("navigation", name="Sections").get_by_text("Two versions")).to_be_visible()
    steps.write(third, "home", f"{MERGED} Since June.")
    steps.press(third, "It is merged: take this copy away")
    expect(aside).to_have_count(0)
    expect(third.get_by_role("navigation", name="Sections").get_by_text("Two versions")).to_have_count(0)
    steps.saved(third, "home")

    text = _text(referral)
    assert text.body == f"{MERGED} Since June."
    assert [version.body for version in text.versions.all()] == [FIRST, MERGED, f"{MERGED} Since June."]
    # The words of whoever came late stay, as they stood before they were replaced and as they last stood.
    asides = {(aside.by.name, aside.body, aside.resolved_by.name) for aside in text.set_aside.all()}
    assert asides == {
        ("Daniel", f"{SECOND} And the aunt", "Daniel"),
        ("Daniel", MERGED, "Daniel"),
        ("Amina", f"{FIRST} Since June.", "Third"),
    }


def test_what_differs_is_marked_and_one_text_is_made_of_two(browse):
    referral = a_referral(ReferralState.PLANNED)
    first, second = _two(browse, referral)
    theirs, mine = "His mother is worried. He is out late.", "His mother is calm. He is out late."
    steps.write(first, "home", theirs)
    steps.saved(first, "home")
    steps.write(second, "home", mine)
    merged = second.get_by_label("Merged text")
    expect(merged).to_be_visible()
    assert (_marked(second, "theirs"), _marked(second, "yours")) == (["worried"], ["calm"])

    back = second.get_by_role("button", name="Go back one step")
    expect(back).to_be_hidden()
    for button, makes in [
        ("Put their text before mine", f"{theirs}\n\n{mine}"),
        ("Put their text after mine", f"{mine}\n\n{theirs}"),
        ("Use theirs", theirs),
        ("Use mine", mine),
    ]:
        steps.press(second, button)
        expect(merged).to_have_value(makes)
    steps.press(second, "Put their text after mine")
    merged.press("Control+End")
    merged.press_sequentially(" So they said.")
    steps.press(second, "Use theirs")
    back.press("Enter")  # by keyboard, and not one word of what was typed is gone
    expect(merged).to_have_value(f"{mine}\n\n{theirs} So they said.")
    expect(merged).to_be_focused()
    steps.press(second, "Use the merged text")
    steps.saved(second, "home")
    assert _text(referral).body == f"{mine}\n\n{theirs} So they said."


@pytest.mark.parametrize(
    ("button", "makes"),
    [
        ("Put it before the text above", f"{SECOND}\n\n{FIRST}"),
        ("Put it after the text above", f"{FIRST}\n\n{SECOND}"),
        ("Use it instead", SECOND),
        ("It is merged: take this copy away", FIRST),
    ],
)
def test_what_waits_beside_a_text_is_put_in_with_one_press(browse, button, makes):
    referral = a_referral(ReferralState.PLANNED)
    first, second = _two(browse, referral)
    steps.write(first, "home", FIRST)
    steps.saved(first, "home")
    steps.write(second, "home", SECOND)
    expect(steps.state(second, "home")).to_have_attribute("data-state", "conflict")
    first.reload()
    box = steps.section(first, "home").locator("[data-set-aside]")
    box.get_by_role("button", name=button).click()
    expect(box).to_have_count(0)
    steps.saved(first, "home")
    expect(steps.field(first, "home")).to_have_value(makes)
    assert _text(referral).body == makes
    assert SetAsideText.objects.get().resolved_by.name == "Amina"


def test_words_that_came_after_reading_are_not_taken_away(browse):
    referral = a_referral(ReferralState.PLANNED)
    first, second = _two(browse, referral)
    steps.write(first, "home", FIRST)
    steps.saved(first, "home")
    steps.write(second, "home", SECOND)
    expect(steps.state(second, "home")).to_have_attribute("data-state", "conflict")
    first.reload()
    steps.field(second, "home").press_sequentially(" And the aunt.")
    expect(steps.state(second, "home")).to_have_text("Kept as your version; not yet merged")
    steps.press(first, "It is merged: take this copy away")
    box = steps.section(first, "home").locator("[data-set-aside]")
    expect(box).to_contain_text("Daniel wrote more in this copy after you read it.")
    expect(box.locator("[data-aside-runs]")).to_have_text(f"{SECOND} And the aunt.")
    steps.press(first, "It is merged: take this copy away")
    expect(box).to_have_count(0)


def test_different_sections_are_never_in_conflict(browse):
    referral = a_referral(ReferralState.PLANNED)
    first, second = browse(a_person(Role.CS_PRACTITIONER)), browse(a_person(Role.CS_PRACTITIONER))
    for page in (first, second):
        page.goto(steps.consultation_url(referral))
    steps.write(first, "home", FIRST)
    steps.write(second, "school", SECOND)
    steps.saved(first, "home")
    steps.saved(second, "school")
    first.reload()
    expect(steps.field(first, "home")).to_have_value(FIRST)
    expect(steps.field(first, "school")).to_have_value(SECOND)


def test_what_somebody_else_saved_appears_and_nothing_moves(browse):
    referral = a_referral(ReferralState.PLANNED)
    first, second = _two(browse, referral, alone=False)
    reader = browse(a_person(Role.MANAGER, name="Reader"))
    reader.goto(steps.consultation_url(referral))
    long = "\n".join(f"Line {number} of what was said." for number in range(1, 41))
    steps.write(first, "home", long)
    steps.saved(first, "home")

    # In a section below: where its field stands in the window, and where the cursor is in it, stays.
    steps.write(second, "neighbourhood", "The canal.")
    steps.saved(second, "neighbourhood")
    below = steps.field(second, "neighbourhood")
    below.evaluate("field => field.setSelectionRange(4, 4)")
    before = below.bounding_box()["y"]
    steps.look_around(second, "neighbourhood")
    expect(steps.field(second, "home")).to_have_value(long)
    expect(below).to_be_focused()
    second.wait_for_timeout(300)
    assert abs(below.bounding_box()["y"] - before) < 3
    assert below.evaluate("field => field.selectionStart") == 4
    expect(steps.section(second, "home").locator("[data-note]")).to_have_text("Amina changed this section")
    expect(steps.state(second, "home")).to_contain_text("Saved by Amina")
    expect(steps.state(second, "home")).to_have_attribute("aria-live", "off")  # nobody reads it out meanwhile
    expect(steps.bar(second)).to_have_text("Everything is saved")
    index = second.get_by_role("navigation", name="Sections")
    expect(index.locator("[data-index-for=home] [data-has-text]")).to_be_visible()

    # In the section itself, while nothing of one's own waits: the cursor stays at its words.
    steps.look_around(second, "home")
    steps.field(second, "home").evaluate("field => field.setSelectionRange(6, 6)")
    steps.write(first, "home", f"{long}\nThe last one.")
    steps.saved(first, "home")
    steps.look_around(second, "home")
    expect(steps.field(second, "home")).to_have_value(f"{long}\nThe last one.")
    assert steps.field(second, "home").evaluate("field => field.selectionStart") == 6
    second.keyboard.type("!")
    steps.saved(second, "home")
    assert _text(referral).body == f"Line 1!{long[6:]}\nThe last one."
    assert not SetAsideText.objects.exists()

    # Who may only read sees it too.
    steps.look(reader)
    expect(steps.section(reader, "home")).to_contain_text("The last one.")


def test_what_is_being_written_is_never_replaced(browse):
    referral = a_referral(ReferralState.PLANNED)
    first, second = _two(browse, referral, alone=False, expects={409, OFFLINE})
    second.route("**/sections/home/", lambda route: route.abort("internetdisconnected"))
    second.goto(steps.consultation_url(referral))
    steps.field(second, "home").press_sequentially("Mine")
    expect(steps.state(second, "home")).to_have_attribute("data-state", "failed")
    steps.write(first, "home", FIRST)
    steps.saved(first, "home")
    steps.look(second)
    expect(steps.section(second, "home").locator("[data-note]")).to_contain_text("Amina changed this section too")
    expect(steps.field(second, "home")).to_have_value("Mine")
    second.unroute("**/sections/home/")
    expect(steps.state(second, "home")).to_have_attribute("data-state", "conflict")
    assert SetAsideText.objects.get().body == "Mine"


def test_everybody_sees_who_is_where(browse):
    referral = a_referral(ReferralState.PLANNED)
    first, second = _two(browse, referral, alone=False)
    others = first.locator("[data-others]")
    index = first.get_by_role("navigation", name="Sections")
    said = first.locator("[data-others-said]")
    steps.look_around(second, "home")
    steps.look_around(first, "school")
    expect(others).to_have_text("Also here: Daniel (Home)")
    expect(index.locator("[data-index-for=home]")).to_contain_text("Here: Daniel")
    expect(said).to_be_empty()  # nobody came into the section where Amina writes

    steps.look_around(second, "school")
    steps.look(first)
    expect(others).to_have_text("Also here: Daniel (School)")
    expect(said).to_have_text("Daniel is writing in School too")
    expect(index.locator("[data-index-for=home]")).not_to_contain_text("Daniel")

    second.close()  # says so, and does not wait for half a minute
    expect(others).to_be_hidden()
    assert Presence.objects.get().user.name == "Amina"


def test_the_index_leads_into_the_field_and_shows_what_has_text(browse):
    page = browse(a_person(Role.CS_PRACTITIONER))
    page.goto(steps.consultation_url(a_referral(ReferralState.PLANNED)))
    index = page.get_by_role("navigation", name="Sections")
    mark = index.locator("[data-index-for=school] [data-has-text]")
    expect(mark).to_be_hidden()
    index.get_by_role("link", name="School").focus()
    page.keyboard.press("Enter")
    expect(steps.field(page, "school")).to_be_focused()
    box, bar = steps.section(page, "school").bounding_box(), steps.bar(page).bounding_box()
    assert box["y"] >= bar["y"] + bar["height"]  # what was asked for is not under the line that stays in sight
    page.keyboard.type("x")
    expect(mark).to_be_visible()
    page.keyboard.press("Backspace")
    expect(mark).to_be_hidden()


def test_a_paste_from_word_is_shown_as_it_is_kept(browse):
    referral = a_referral(ReferralState.PLANNED)
    page = browse(a_person(Role.CS_PRACTITIONER))
    page.goto(steps.consultation_url(referral))
    paste = "•\tHis\u00a0mo\u00adther\x0b•\t“worried” 👩‍👧"
    kept = "• His mother\n• “worried” 👩‍👧"
    steps.write(page, "home", paste)
    steps.saved(page, "home")
    assert _text(referral).body == kept
    expect(steps.field(page, "home")).to_have_value(paste)  # nothing moves under the cursor
    steps.field(page, "school").focus()
    expect(steps.field(page, "home")).to_have_value(kept)
    expect(steps.bar(page)).to_have_text("Everything is saved")
    page.wait_for_timeout(1500)
    assert _text(referral).version == 1  # and the page is at rest


def test_opening_a_page_saves_nothing(browse):
    """A one-line field cannot show a line end; that alone must not make the page save, in its reader's name."""
    referral = a_referral(ReferralState.PLANNED)
    text = _text(referral, "siblings")
    text.body = "Amina\nDaniel"
    text.save()
    page = browse(a_person(Role.CS_PRACTITIONER))
    page.goto(steps.consultation_url(referral))
    steps.write(page, "school", FIRST)  # whatever waits to be saved goes before or with this
    steps.saved(page, "school")
    page.goto("/")
    steps.heading(page, "Your work")
    text.refresh_from_db()
    assert (text.body, text.version) == ("Amina\nDaniel", 0)
