"""Two people in the same section at once: both texts survive, and one of them merges."""

from playwright.sync_api import expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import ConsultationNote
from core.models import SetAsideText
from tests.factories import a_person, a_referral
from tests.journeys import steps

FIRST, SECOND = "The mother is worried.", "The grandmother helps."
MERGED = "The mother is worried; the grandmother helps."


def test_both_texts_survive_and_are_merged(browse):
    amina, daniel = a_person(Role.CS_PRACTITIONER, name="Amina"), a_person(Role.CS_PRACTITIONER, name="Daniel")
    referral = a_referral(ReferralState.PLANNED)
    first, second = browse(amina, expects={409}), browse(daniel, expects={409})
    for page in (first, second):
        page.goto(steps.consultation_url(referral))

    steps.write(first, "home", FIRST)
    steps.saved(first, "home")
    steps.write(second, "home", SECOND)
    panel = second.get_by_role("group", name="Somebody else changed “Home” while you wrote")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("Their text, by Amina")
    expect(panel.locator("[data-theirs]")).to_have_text(FIRST)
    expect(panel.locator("[data-yours]")).to_have_text(SECOND)
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
    expect(aside).to_contain_text(f"{FIRST} Since June.")
    expect(third.get_by_role("navigation", name="Sections").get_by_text("Two versions")).to_be_visible()
    steps.write(third, "home", f"{MERGED} Since June.")
    steps.press(third, "It is merged: take this copy away")
    expect(aside).to_have_count(0)
    steps.saved(third, "home")

    text = ConsultationNote.objects.get(consultation__referral=referral, section__key="home").text
    assert text.body == f"{MERGED} Since June."
    assert [version.body for version in text.versions.all()] == [FIRST, MERGED, f"{MERGED} Since June."]
    # The words of whoever came late stay as they last stood, with who merged them.
    asides = [(aside.by.name, aside.body, aside.resolved_by.name) for aside in text.set_aside.all()]
    assert asides == [("Daniel", MERGED, "Daniel"), ("Amina", f"{FIRST} Since June.", "Third")]


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


def test_opening_a_page_saves_nothing(browse):
    """A one-line field cannot show a line end; that alone must not make the page save, in its reader's name."""
    referral = a_referral(ReferralState.PLANNED)
    text = ConsultationNote.objects.get(consultation=referral.consultation, section__key="practitioners-present").text
    text.body = "Amina\nDaniel"
    text.save()
    page = browse(a_person(Role.CS_PRACTITIONER))
    page.goto(steps.consultation_url(referral))
    steps.write(page, "school", FIRST)  # whatever waits to be saved goes before or with this
    steps.saved(page, "school")
    page.get_by_role("link", name="Back to the referral").click()
    steps.heading(page, referral.name)
    text.refresh_from_db()
    assert (text.body, text.version) == ("Amina\nDaniel", 1)
