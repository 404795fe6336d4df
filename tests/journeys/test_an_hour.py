"""An hour in miniature: two people fill in one consultation together, and everything goes wrong that does in an hour.

The clocks of both browsers are the test's: their pages wait, save, try again and look around as time is let pass.
"""

import re
import time
from collections.abc import Callable

from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import ConsultationNote
from core.models import SetAsideText
from tests.factories import PASSPHRASE, a_person, a_referral
from tests.journeys import steps
from tests.journeys.conftest import OFFLINE


class Writer:
    """One person at their page, and every word that they typed into it."""

    def __init__(self, browse, name: str, url: str):
        self.name, self.url = name, url
        self.person = a_person(Role.CS_PRACTITIONER, name=name, passphrase=PASSPHRASE)
        self.page: Page = browse(expects={401, 403, 409, OFFLINE})
        self.page.clock.install(time=timezone.now())
        steps.sign_in_at_home(self.page, self.person)
        self.page.goto(url)
        self.typed: dict[str, list[str]] = {}
        self.count = 0

    def say(self, key: str, times: int = 1) -> None:
        """Type words that nobody else types at the end of a section, key by key."""
        field = steps.field(self.page, key)
        field.press("Control+End")
        for _ in range(times):
            self.count += 1
            words = f"{self.name}-{self.count} spoke of {key}."
            self.typed.setdefault(key, []).append(words)
            field.press_sequentially(f"{words} ")

    def wait(self, seconds: int) -> None:
        """Time passes for this page, and the service answers what it asks meanwhile."""
        for _ in range(seconds):
            self.page.clock.run_for(1000)
            self.page.wait_for_timeout(15)

    def until(self, key: str, state: str) -> None:
        """Wait, as the page counts it, until a section's state is this one."""
        for _ in range(60):
            if steps.state(self.page, key).get_attribute("data-state") == state:
                return
            self.page.clock.run_for(1000)
            self.page.wait_for_timeout(50)
        expect(steps.state(self.page, key)).to_have_attribute("data-state", state)

    def merge(self, key: str) -> None:
        """Both texts, theirs first, become the text of the section."""
        section = steps.section(self.page, key)
        section.get_by_role("button", name="Put their text before mine").click()
        section.get_by_role("button", name="Use the merged text").click()
        self.until(key, "saved")

    def sign_in_again(self) -> None:
        """By the link in the banner, in another tab."""
        with self.page.context.expect_page() as opened:
            self.page.get_by_role("link", name="Sign in in a new tab").first.click()
        steps.sign_in(opened.value, self.person)
        steps.heading(opened.value, "You are signed in again")
        opened.value.close()


def test_every_word_of_an_hour_is_there_at_the_end(browse):
    referral = a_referral(ReferralState.PLANNED)
    url = steps.consultation_url(referral)
    amina, daniel = Writer(browse, "Amina", url), Writer(browse, "Daniel", url)
    both = (amina, daniel)

    # Different sections, at the same time; each sees the other's words and where the other is.
    amina.say("home", 2)
    daniel.say("school", 2)
    for writer in both:
        writer.wait(15)
    expect(amina.page.locator("[data-others]")).to_have_text("Also here: Daniel (School)")
    expect(steps.field(amina.page, "school")).to_have_value(re.compile("Daniel-2 spoke of school"))
    amina.say("school")  # on from what Daniel wrote, which came by itself
    amina.until("school", "saved")
    assert not SetAsideText.objects.exists()

    # The network of one is cut for two minutes. Both go on writing, in the same section too.
    daniel.wait(12)
    amina.page.context.set_offline(True)
    amina.say("home", 2)
    amina.say("neighbourhood")
    daniel.say("home", 2)
    daniel.until("home", "saved")
    for _ in range(6):
        amina.wait(20)
        amina.say("neighbourhood")
        daniel.wait(3)
        daniel.say("peer-groups")
    bar = steps.bar(amina.page)
    expect(bar).to_have_text(
        "Not saved: no connection. Your words are in this page; it saves when the connection is back. Go to Home"
    )
    expect(steps.state(amina.page, "neighbourhood")).to_have_attribute("data-state", "failed")
    assert not _body(referral, "neighbourhood")
    amina.page.context.set_offline(False)
    amina.until("neighbourhood", "saved")
    amina.until("home", "conflict")
    amina.say("home")  # typing on while two texts wait
    amina.merge("home")
    expect(bar).to_have_text("Everything is saved")

    # The session of one ends. What is typed stays, and is saved after signing in again in another tab.
    ended = Session.objects.filter(session_key=_session(daniel.page))
    assert ended.delete()[0] == 1
    daniel.say("school")
    daniel.until("school", "signed-out")
    daniel.say("siblings")
    daniel.say("school")
    amina.say("school")
    amina.until("school", "saved")
    expect(steps.bar(daniel.page)).to_contain_text("Not saved: you have been signed out.")
    daniel.sign_in_again()
    daniel.until("siblings", "saved")
    daniel.until("school", "conflict")

    # That page is closed in the middle of it, and opened again: both texts are there, and are made into one.
    daniel.say("school")
    daniel.page.close(run_before_unload=False)
    _wait_for(lambda: SetAsideText.objects.filter(body__contains=daniel.typed["school"][-1]).exists())
    daniel.page = _again(daniel)
    box = steps.section(daniel.page, "school").locator("[data-set-aside]")
    expect(box).to_contain_text("Written at the same time by Daniel")
    box.get_by_role("button", name="Put it after the text above").click()
    expect(box).to_have_count(0)
    daniel.until("school", "saved")

    # Both in the same section once more, without having heard of each other.
    for writer in both:
        steps.alone(writer.page)
    amina.say("additional-factors", 2)
    daniel.say("additional-factors", 2)
    amina.until("additional-factors", "saved")
    daniel.until("additional-factors", "conflict")
    daniel.merge("additional-factors")

    for writer in both:
        expect(steps.bar(writer.page)).to_have_text("Everything is saved")
        for key, all_words in writer.typed.items():
            body = _body(referral, key)
            for words in all_words:
                assert words in body, f"{words} in {key}: {body}"
    assert not SetAsideText.objects.filter(resolved_at=None).exists()
    third = browse(a_person(Role.CS_PRACTITIONER))
    third.goto(url)
    for writer in both:
        for key, all_words in writer.typed.items():
            shown = steps.field(third, key).input_value()
            assert [words for words in all_words if words not in shown] == []


def _body(referral, key: str) -> str:
    return ConsultationNote.objects.get(consultation__referral=referral, section__key=key).text.body


def _session(page: Page) -> str:
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    return cookie["value"]


def _wait_for(condition: Callable[[], bool]) -> None:
    """What a page sends while it is being closed comes a moment later."""
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


def _again(writer: Writer) -> Page:
    page = writer.page.context.new_page()
    page.goto(writer.url)
    return page
