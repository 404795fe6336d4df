"""The toolkit's words stand on the pages word for word, checked against the practice's own file where it is at hand."""

import html
import json
import re

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.permissions import Role
from consultations.choices import Space
from tests.factories import a_draft, a_person, a_referral, a_team

pytestmark = pytest.mark.django_db
TOOLKIT = settings.BASE_DIR.parent / "shared" / "practice" / "toolkit.json"


@pytest.fixture(scope="module")
def toolkit() -> dict:
    if not TOOLKIT.exists():
        pytest.skip(f"the practice's own file {TOOLKIT.name} is not at hand")
    return json.loads(TOOLKIT.read_text())


@pytest.fixture
def person():
    return a_person(Role.CS_PRACTITIONER, team=a_team())


@pytest.fixture
def words_of(signed_in, person):
    """words_of(route, *arguments): the text of a page, without markup."""

    def read(name: str, *arguments) -> str:
        page = signed_in(person).get(reverse(name, args=arguments)).content.decode()
        return html.unescape(re.sub(r"<[^>]+>", "\n", page))

    return read


def missing(words: list[str], page: str) -> list[str]:
    """Which of the words are not on the page as a line of their own, or part of one."""
    return [word for word in words if word not in page]


def test_suitability_questions(toolkit, words_of, person):
    questions = toolkit["suitability_questions"]
    assert len(questions) == 6
    draft = a_draft(person)
    assert missing(questions, words_of("consultations:step", draft.pk, "suitability")) == []
    assert missing(questions, words_of("consultations:check", draft.pk)) == []
    referral = a_referral(by=person)
    for name in ("consultations:referral", "consultations:screen"):
        assert missing(questions, words_of(name, referral.pk)) == []


def test_sections_and_prompts_of_the_consultation(toolkit, words_of):
    form = toolkit["appendix_b_c"]
    page = words_of("consultations:consultation", a_referral("planned").pk)
    headings = [re.sub(r" \(guidance prompt: .*\)$", "", heading) for heading in form["header"]]
    hints = [match[1] for heading in form["header"] if (match := re.search(r"\(guidance prompt: (.*)\)$", heading))]
    prompts = [prompt for listed in form["prompts"].values() for prompt in listed]
    assert len(prompts) > 20
    assert missing([*headings, *form["prompts"], *prompts], page) == []
    for hint in hints:
        assert missing(re.findall(r"[^?]+\?", hint.replace("? ", "?")), page) == []


def test_sections_stand_in_the_order_of_the_form(toolkit, words_of):
    page = words_of("consultations:consultation", a_referral("planned").pk)
    page = page[page.index("Write in any order") :]
    places = [page.index(f"\n{title}\n") for title in toolkit["appendix_b_c"]["prompts"] if "involvement" not in title]
    assert places == sorted(places)


def test_action_rows(toolkit, words_of):
    assert [space.label for space in Space if space != Space.ONLINE] == toolkit["appendix_b_c"]["action_rows"]  # ADR 11
    referral = a_referral("planned")
    for name in ("consultations:consultation", "consultations:add-action"):
        assert missing(toolkit["appendix_b_c"]["action_rows"], words_of(name, referral.pk)) == []


def test_data_entry_form(toolkit, words_of):
    form = toolkit["data_entry_form"]
    page = words_of("tracker:data-entry", a_referral("held").pk)
    assert len(form["themes"]) == 22
    assert len(form["primary_concern_one_only"]) == 5
    expected = [*form["fields"], *form["referral_journey_prompts"], *form["primary_concern_one_only"], *form["themes"]]
    assert missing(expected, page) == []
    places = [page.index(f"{theme}\n", page.index("THEMES IDENTIFIED")) for theme in form["themes"]]
    assert len(set(places)) == 22


def test_themes_and_concerns_are_the_toolkits_and_in_its_order(toolkit):
    from tracker.choices import PrimaryConcern
    from tracker.models import Theme

    form = toolkit["data_entry_form"]
    assert list(Theme.objects.values_list("name", flat=True)) == form["themes"]
    assert [label for _, label in PrimaryConcern.choices] == form["primary_concern_one_only"]
