"""What people do with a context in the journeys, from its referral to its end; the same with scripts and without."""

import re
from datetime import date, timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from contexts.kinds import kind_of
from contexts.models import Context
from tests.journeys import steps

NEVER_NAMED = "Kai Mensah"  # a young person of the context whom the lead knows


def told(page: Page, words: str) -> None:
    """Wait for the banner that says what was done."""
    expect(page.get_by_role("alert").or_(page.get_by_role("region", name="Success"))).to_contain_text(words)


def open_context(page: Page, found: Context) -> None:
    """Its page, from the list of contexts."""
    page.goto("/contexts/")
    page.get_by_role("link", name=found.reference).click()
    steps.heading(page, found.name)


def tab(page: Page, name: str) -> None:
    """Another page of the same context."""
    page.get_by_role("navigation", name="This context").get_by_role("link", name=name).click()
    steps.heading(page, name)


def refer(page: Page, *, kind: str, name: str) -> Context:
    """Refer a context; gives it."""
    page.goto("/contexts/")
    page.get_by_role("button", name="Refer a context").click()
    steps.heading(page, "Refer a context")
    page.get_by_label(kind_of(kind).label, exact=True).check()
    page.get_by_label("Its name").fill(name)
    page.get_by_label("What are you worried about?").fill("Young people are hurt there, and nobody steps in.")
    page.get_by_label("What keeps young people safe there?").fill("The caretaker knows them.")
    steps.press(page, "Send the referral")
    told(page, "Your referral has been sent. The context’s reference is")
    return Context.objects.get(pk=page.url.rstrip("/").rsplit("/", 1)[1])


def screen(page: Page, found: Context, lead) -> None:
    """The threshold is met; somebody of another agency leads."""
    open_context(page, found)
    page.get_by_role("button", name="Screen this context").click()
    page.get_by_label("Yes: assess the context").check()
    page.get_by_label("Who leads the assessment").select_option(str(lead.pk))
    page.get_by_label("Why?").fill("It takes more than work with each of them.")
    steps.press(page, "Save the decision")
    told(page, "The threshold is met.")


def add_method_and_light(page: Page, found: Context) -> None:
    """On the page of the assessment: an interview; and where its kind has areas, the first of them is rated."""
    page.get_by_text("Add a method", exact=True).click()
    page.get_by_role("link", name="Interviews").click()
    steps.fill_date(page, "Date, or first day", timezone.localdate())
    page.get_by_label("Who did it?").fill("Youth worker")
    page.get_by_label("How many took part?").fill("9")
    page.get_by_label("What was found?").fill("Six of nine have somebody there whom they would tell.")
    steps.press(page, "Add it")
    told(page, "The method is added.")
    for area in kind_of(found.kind).areas[:1]:
        page.get_by_role("link", name=re.compile(f"Rate it ?: {area.title}")).click()
        page.get_by_label("Amber").check()
        page.get_by_label("Why?").fill("Someone leads on it, but few know who.")
        steps.press(page, "Save the rating")
        told(page, f"{area.title} is rated.")


def finish_assessing(page: Page) -> None:
    """From the page of the assessment, once enough is written."""
    page.get_by_role("button", name="Finish the assessment").click()
    page.get_by_label("What follows from the assessment?").fill("An adult whom they trust has to be there.")
    steps.press(page, "Finish the assessment")
    told(page, "The assessment is finished. Agree the plan next.")


def agree_the_plan(page: Page) -> None:
    """From the page of the context: a goal, what it is now, and an action for the young person who is linked."""
    tab(page, "Plan")
    page.get_by_role("button", name="Add a goal").click()
    page.get_by_label("What will be so?").fill("Young people have an adult there whom they tell.")
    page.get_by_label("What shows it?").fill("Young people who say whom they would tell")
    page.get_by_label("What does a number of it count?").fill("per cent")
    steps.press(page, "Save the goal")
    enter_a_value(page, "34", timezone.localdate() - timedelta(days=30))
    page.get_by_role("link", name="Add an action for goal 1").click()
    page.get_by_label("What will be done?").fill("A youth worker is there every Friday.")
    page.get_by_label(NEVER_NAMED).check()
    page.get_by_label("Nobody yet").check()
    steps.press(page, "Save the action")
    expect(page.get_by_text("A youth worker is there every Friday.").first).to_be_visible()


def enter_a_value(page: Page, number: str, on: date | None = None) -> None:
    """What the measure of the first goal was that day; today, which the form offers, if none is given."""
    page.get_by_role("link", name="Enter a value of goal 1").click()
    if on:
        steps.fill_date(page, "Date", on)
    page.get_by_label("Number").fill(number)
    steps.press(page, "Save the value")
    told(page, "The value is added.")


def arrange(page: Page, chair) -> None:
    """From the page of a planned context: a conference today, with somebody of another agency in the chair."""
    page.get_by_role("button", name="Arrange a conference").click()
    steps.fill_date(page, "Date of the conference", timezone.localdate())
    page.get_by_label("Place").fill("Town hall")
    page.get_by_label("Somebody with an account here").check()
    page.get_by_label("Chair", exact=True).select_option(str(chair.pk))
    steps.press(page, "Arrange the conference")
    told(page, "The conference is arranged.")


def issue(page: Page) -> None:
    """On the page that looks a pack through: a name stands in it, so it is replaced; then the pack is issued."""
    expect(page.get_by_text("1 name of a person of this context was found.")).to_be_visible()
    expect(page.get_by_role("button", name="Issue the pack")).to_have_count(0)
    page.get_by_role("button", name="Replace all of them by “a young person”").click()
    told(page, "1 name was replaced.")
    if (because := page.get_by_label("How do you know that none of these words is a child’s name?")).count():
        because.fill("They are places and ordinary words.")
    steps.press(page, "Issue the pack")
    told(page, "The pack is issued.")


def hold(page: Page) -> None:
    """From the page of the conference."""
    page.get_by_role("button", name="Record it as held").click()
    steps.fill_date(page, "Review date", timezone.localdate() + timedelta(days=60))
    steps.press(page, "Record it as held")
    told(page, "The conference is recorded as held.")


def close(page: Page) -> None:
    """From the page of the context, after the review."""
    page.get_by_role("link", name="Close the context").click()
    page.get_by_label("Safer: what was harmful has changed").check()
    page.get_by_label("What has changed, and how do you know?").fill("Twice as many have somebody whom they tell.")
    page.get_by_label("All of them are dropped").check()
    steps.press(page, "Close the context")
    told(page, "The context is closed.")
