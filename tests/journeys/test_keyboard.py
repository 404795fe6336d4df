"""Without a mouse: every control is reached with the Tab key, seen to be reached, and worked with keys."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import Referral
from contexts.choices import ContextState
from contexts.models import Context, PeerTie, PlanGoal
from tests.context_factories import a_linked_person
from tests.factories import a_person, a_referral, a_team
from tests.journeys import steps
from tests.journeys.conftest import PHONE
from tests.safety_factories import a_map
from tracker.models import Theme

# What has the focus looks different: an outline, a shadow or the yellow of links.
FOCUS_SHOWS = """() => {
  const style = getComputedStyle(document.activeElement.matches(".govuk-radios__input, .govuk-checkboxes__input")
    ? document.activeElement.nextElementSibling : document.activeElement,
    document.activeElement.matches(".govuk-radios__input, .govuk-checkboxes__input") ? "::before" : null);
  return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 1) || style.boxShadow !== "none";
}"""


def _tab_to(page: Page, words: str, *, at_most: int = 60) -> None:
    """Press Tab until a control whose name or group begins so has the focus. Every stop on the way must show it."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # the browser's own controls, between the end of the page and its beginning
        focused = page.locator("*:focus")
        assert page.evaluate(FOCUS_SHOWS), f"nothing shows that this has the focus: {focused.evaluate(OUTER)}"
        if any(name.strip().startswith(words) for name in focused.evaluate(NAMES)):
            return
    pytest.fail(f"“{words}” is not reached with the Tab key")


OUTER = "element => element.outerHTML.slice(0, 200)"
NAMES = """element => [...(element.labels ?? []), element.closest("fieldset")?.querySelector("legend"), element]
  .map((source) => source?.textContent ?? "")"""


def test_a_referral_is_made_and_sent_with_the_keyboard_alone(browse):
    page = browse(a_person(Role.PRACTITIONER, team=a_team()))
    page.goto("/")
    keys = page.keyboard
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to main content")).to_be_in_viewport()
    keys.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
    _tab_to(page, "Make a referral", at_most=1)  # the next one after the skip
    keys.press("Space")  # it looks like a button, so it works like one

    steps.heading(page, "Start with the Mosaic ID")
    _tab_to(page, "Mosaic ID")
    keys.type("481516")
    _tab_to(page, "Continue", at_most=1)
    keys.press("Enter")

    steps.heading(page, "The young person")
    _tab_to(page, "Name of Young Person")
    keys.type("Kai Mensah")
    for box in ("27", "March", "2010"):
        keys.press("Tab")
        keys.type(box)
    _tab_to(page, "Gender")
    keys.type("Fem")  # a select finds what is typed
    _tab_to(page, "Mobility")
    keys.press("Space")
    _tab_to(page, "Save and continue")
    keys.press("Enter")

    steps.heading(page, "Who is referring")
    _tab_to(page, "How did the referral arrive?")
    keys.press("Space")
    keys.press("ArrowDown")  # from Online to E-mail
    _tab_to(page, "Save and continue")
    keys.press("Enter")

    steps.heading(page, "What the worry is")
    _tab_to(page, "What are you worried about?")
    keys.type("Seen by the canal.")
    _tab_to(page, "Save and continue")
    keys.press("Space")

    steps.heading(page, "Is a case consultation suitable?")
    _tab_to(page, "Save and continue")
    keys.press("Enter")

    steps.heading(page, "Check your answers before sending")
    _tab_to(page, "Send the referral")
    keys.press("Enter")
    expect(page.get_by_text("Your referral has been sent.")).to_be_visible()
    sent = Referral.objects.get()
    assert (sent.state, sent.name, sent.arrival) == (ReferralState.SCREENING, "Kai Mensah", "email")
    assert (sent.gender.label, sent.date_of_birth.isoformat()) == ("Female", "2010-03-27")
    assert [one.label for one in sent.disabilities.all()] == ["Mobility"]


def test_from_the_tracker_by_a_filter_to_tagging_and_the_dashboard_with_the_keyboard_alone(browse):
    cs = a_person(Role.CS_PRACTITIONER, team=a_team())
    held = a_referral("held", by=cs)
    a_referral("screening", by=cs)
    page = browse(cs)
    keys = page.keyboard
    page.goto("/tracker/")
    _tab_to(page, "Filter", at_most=40)
    keys.press("Enter")
    _tab_to(page, "Consultation held")
    keys.press("Space")
    _tab_to(page, "Apply filters")
    keys.press("Enter")
    expect(page.locator("#found")).to_contain_text("1 referral with these filters.")

    _tab_to(page, f"Tick {held.reference}")
    keys.press("Space")
    expect(page.get_by_label(f"Tick {held.reference}")).to_be_checked()
    keys.press("Shift+Tab")
    _tab_to(page, "Tag the ticked ones", at_most=99)
    keys.press("Enter")
    steps.heading(page, f"Tag {held.reference}")
    _tab_to(page, "Gangs")
    keys.press("Space")
    _tab_to(page, "Continue")
    keys.press("Enter")
    steps.heading(page, "1 referral will change")
    _tab_to(page, "Change this referral")
    keys.press("Space")
    expect(page.get_by_text("You can undo this")).to_be_visible()
    assert Theme.objects.get(name="Gangs").entries.get().referral == held

    _tab_to(page, "Back to the tracker")
    keys.press("Enter")
    steps.heading(page, "Tracker")
    _tab_to(page, "Dashboard")
    keys.press("Enter")
    steps.heading(page, "Dashboard")
    _tab_to(page, "Filter")
    keys.press("Space")
    _tab_to(page, "Gangs")
    keys.press("Space")
    _tab_to(page, "Apply filters")
    keys.press("Enter")
    expect(page.get_by_role("link", name="Remove the filter Themes: Gangs")).to_be_visible()


def test_a_context_from_its_referral_to_its_end_with_the_keyboard_alone_on_a_narrow_screen(browse):
    cs = a_person(Role.CS_PRACTITIONER, team=a_team())
    lead = a_person(Role.PRACTITIONER, team=a_team(), name="Joe Hale")
    page = browse(a_person(Role.PRACTITIONER, team=a_team()), viewport=PHONE)
    page.goto("/contexts/")
    _do(page, ("Refer a context", "Space"))
    steps.heading(page, "Refer a context")
    _do(page, ("What is it?", "Space"), ("Its name", "The old works"), ("What are you worried about?", "Fights."))
    _do(page, ("Send the referral", "Enter"))
    expect(page.get_by_text("Your referral has been sent.")).to_be_visible()
    found = Context.objects.get()

    page = browse(cs, viewport=PHONE)
    page.goto(found.get_absolute_url())
    _do(page, ("Screen this context", "Space"))
    steps.heading(page, "The old works")
    _do(page, ("Does it meet the threshold?", "Space"), ("Who leads the assessment", "Joe"), ("Why?", "Many."))
    _do(page, ("Save the decision", "Enter"))
    expect(page.get_by_text("The threshold is met.")).to_be_visible()

    page = browse(lead, viewport=PHONE)
    page.goto(found.get_absolute_url())
    _do(page, ("Assessment", "Enter"))
    steps.heading(page, "Assessment")
    _do(page, ("Begin the assessment", "Enter"))
    expect(steps.bar(page)).to_be_visible()
    _do(page, ("Strengths", "The caretaker stays."), ("Analysis", "Nobody is there."))
    page.keyboard.press("Tab")
    steps.saved(page, "analysis")
    _do(page, ("look again", "Enter"))
    expect(page.get_by_role("button", name="Finish the assessment")).to_be_visible()
    _do(page, ("Finish the assessment", "Space"))
    steps.heading(page, "Finish the assessment")
    _do(page, ("What follows from the assessment?", "Somebody has to be there."), ("Finish the assessment", "Enter"))
    expect(page.get_by_text("The assessment is finished.")).to_be_visible()
    _do(page, ("Plan", "Enter"))
    steps.heading(page, "Plan")
    _do(page, ("Add a goal", "Space"))
    steps.heading(page, "Add a goal")
    _do(
        page,
        ("What will be so?", "They have an adult."),
        ("What shows it?", "They say so."),
        ("Save the goal", "Enter"),
    )
    expect(page.get_by_text("They have an adult.")).to_be_visible()
    _do(page, ("Enter a value", "Enter"))
    steps.heading(page, "Enter a value")
    _do(page, ("Number", "34"), ("Save the value", "Enter"))
    expect(page.get_by_text("The value is added.")).to_be_visible()
    assert [int(one.value) for one in PlanGoal.objects.get().readings.all()] == [34]
    found.refresh_from_db()
    assert (found.state, found.lead) == (ContextState.PLANNED, lead)
    _maps(page, found, lead)

    page = browse(cs, viewport=PHONE)
    page.goto(found.get_absolute_url())
    _do(page, ("Arrange a conference", "Space"))
    steps.heading(page, "Arrange a conference")
    _date(page, "Date of the conference", timezone.localdate())
    _do(page, ("Who chairs it?", "Space"))
    page.keyboard.press("ArrowDown")  # from somebody here to somebody else
    _do(page, ("Name of the chair", "Ines Albrecht"), ("Agency of the chair", "Health"))
    _do(page, ("Arrange the conference", "Enter"))
    expect(page.get_by_text("The conference is arranged.")).to_be_visible()
    _do(page, ("Begin the pack", "Space"))
    steps.heading(page, "Conference pack 1")
    _do(page, ("Look through the pack", "Enter"))
    steps.heading(page, "Look through pack 1")
    if page.get_by_label("How do you know that none of these words is a child’s name?").count():
        _do(page, ("How do you know", "They are places."))
    _do(page, ("Issue the pack", "Enter"))
    expect(page.get_by_text("The pack is issued.")).to_be_visible()
    _do(page, ("Record it as held", "Space"))
    steps.heading(page, "Record the conference as held")
    _date(page, "Review date", timezone.localdate() + timedelta(days=60))
    _do(page, ("Record it as held", "Enter"))
    expect(page.get_by_text("The conference is recorded as held.")).to_be_visible()

    page.goto(found.get_absolute_url())
    _do(page, ("Record a review", "Space"))
    steps.heading(page, "Record a review")
    _do(page, ("What did the review find?", "More of them have an adult."))
    _date(page, "Review date", timezone.localdate() + timedelta(days=90))
    _do(page, ("Record the review", "Enter"))
    expect(page.get_by_text("The review is recorded")).to_be_visible()
    _do(page, ("Close the context", "Enter"))
    steps.heading(page, "Close this context?")
    _do(page, ("What came of it?", "Space"), ("What has changed", "They tell somebody."))
    _do(page, ("Close the context", "Enter"))
    expect(page.get_by_text("The context is closed.")).to_be_visible()
    found.refresh_from_db()
    assert (found.state, found.closing_words) == (ContextState.CLOSED, "They tell somebody.")


def _maps(page: Page, found: Context, lead) -> None:
    """What the drawings do is done beside them too: two people are linked and moved, a pin is put into its square."""
    first, second = (a_linked_person(found, name=name, by=lead) for name in ("Ash", "Bo"))
    plan_of_it = a_map(found, by=lead)
    page.goto(f"/contexts/{found.pk}/peer-map/")
    _do(page, ("link two of them", "Enter"))
    steps.heading(page, "What connects two of them?")
    _do(page, ("First person", "1"), ("Second person", "2"))
    _do(page, ("What connects them?", "Space"), ("In which direction?", "Space"), ("Whose account", "Space"))
    _do(page, ("How sure is it?", "Space"), ("Why does it have to", "To keep them safe."), ("Save the link", "Enter"))
    expect(page.get_by_text("Saved.")).to_be_visible()
    tie = PeerTie.objects.get()
    assert (tie.first, tie.second) == (first, second)
    page.goto(f"/contexts/{found.pk}/peer-map/")
    _do(page, ("Move somebody", "2"), ("Right", "Enter"))
    expect(page.get_by_text("The arrangement is saved.")).to_be_visible()
    second.refresh_from_db()
    assert second.map_x is not None

    page.goto(plan_of_it.get_absolute_url())
    _do(page, ("Add a pin", "Space"))
    steps.heading(page, "Add a pin")
    _do(page, ("Square of the grid", "C4"), ("Harm or safety", "Space"))
    _do(page, ("What happens", "Nobody looks."), ("When of the day", "Space"), ("Whose account", "Space"))
    _do(page, ("How far it can", "Space"), ("Whose map", "Year 9"), ("Put the pin", "Enter"))
    expect(page.get_by_text("in square C4").first).to_be_visible()


def _date(page: Page, words: str, day: date) -> None:
    """Type a date into its three boxes, over what stands there."""
    _tab_to(page, words, at_most=90)
    for number, part in enumerate((day.day, day.month, day.year)):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(str(part))


def _do(page: Page, *acts: tuple[str, str]) -> None:
    """Go to each control with the Tab key, and press a key there, or type."""
    for words, keys in acts:
        _tab_to(page, words, at_most=90)
        page.keyboard.press(keys) if keys in ("Space", "Enter") else page.keyboard.type(keys)
