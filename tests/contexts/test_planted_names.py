"""Fifty names of young people whom the reader may not see, planted wherever a name can stand, looked for everywhere.

They stand on records that are linked to contexts, and in every free text of every model of the app, however it came
there. Every page, JSON, picture, file, header and log line that a reader can get is searched for them.
"""

import copy
import io
import itertools
import logging
import zipfile

import pypdfium2
import pytest
from django.apps import apps
from django.db import models
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat, Length
from django.urls import reverse

from consultations.services import access
from contexts.choices import ContextAct
from contexts.models import Context, ContextDecision, LinkedPerson
from core.models import Text
from tests.context_factories import a_linked_person
from tests.factories import a_referral
from tests.made_once import made_once
from tests.permissions import requests
from tests.permissions.table import OF_CONTEXTS, cells
from tests.permissions.world import World
from tests.slices.contexts import made

pytestmark = pytest.mark.django_db
FIRST = [
    "Zephyrine",
    "Quillon",
    "Ottoline",
    "Ignatius",
    "Perpetua",
    "Thaddeus",
    "Euphemia",
    "Barnaby",
    "Cressida",
    "Lysander",
]
LAST = ["Thistlewaite", "Brackenbury", "Featherstone", "Ravensdale", "Winterbourne"]
NAMES = [f"{first} {last}" for last, first in itertools.product(LAST, FIRST)]
# A name of a professional, or of whom a context was signposted to: seen by whoever sees the row. The words of
# a decision are such a name or a day, but where the name of a context was changed: that is planted below.
NO_FREE_TEXT = {
    "contexts.Context.signposted_to", "contexts.ContextReferral.referrer_name", "contexts.ContextDecision.words",
    # What a referral says itself, shown to nobody who may not see that referral (test_patterns.py); and why a name that
    # is no context was dismissed: nobody is linked to it, whose name could be told.
    "contexts.ContextMention.text", "contexts.PatternDecision.name", "contexts.PatternDecision.reason",
}  # fmt: skip
NOT_FREE = (
    "_name",
    "_agency",
    "_email",
    "key",
    "kind",
    "state",
    "reference",
    "email",
    "agency",
    "content_type",
    "category",
)
READERS = ("maker", "colleague", "outsider", "cs", "manager")


def words_in(response) -> str:
    """Everything that an answer says: headers, text, and what stands in a PDF or an office file."""
    content = response.getvalue() if response.streaming else response.content
    said = [str(response.headers), content.decode(errors="replace")]
    if content.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(content)
        said += [str(document.get_metadata_dict()), *(page.get_textpage().get_text_range() for page in document)]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            said += [file.read(name).decode(errors="replace") for name in file.namelist()]
    return "\n".join(said)


def found_in(text: str) -> set[str]:
    folded = text.casefold()
    return {part for part in (*FIRST, *LAST) if part.casefold() in folded}


def free_texts() -> list[tuple[type[models.Model], models.Field]]:
    """Every field of the app in which somebody's words stand."""
    return [
        (model, field)
        for model in apps.get_app_config("contexts").get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and not field.name.endswith(NOT_FREE)
        and f"{model._meta.label}.{field.name}" not in NO_FREE_TEXT
        and (not field.max_length or field.max_length >= 200)
    ]


def plant() -> int:
    """Put a name into every free text that is not empty; gives how many texts carry one now."""
    names, planted = itertools.cycle(NAMES), 0
    for model, field in free_texts():
        rows = model._base_manager.exclude(**{field.name: ""}).alias(size=Length(field.name))
        if field.max_length:
            rows = rows.filter(size__lt=field.max_length - 40)
        words = Concat(Cast(F(field.name), TextField()), Value(f" {next(names)}'s brother was there."))
        planted += rows.update(**{field.name: words})
    told = Concat(F("words"), Value(f" {next(names)}'s"))
    planted += ContextDecision.objects.filter(act=ContextAct.CHANGE).update(words=told)
    for model in apps.get_app_config("contexts").get_models():
        for field in model._meta.local_concrete_fields:
            if field.related_model is Text:
                texts = model._base_manager.exclude(**{field.name: None}).values(field.name)
                words = Concat(F("body"), Value(f"\n{next(names)} was seen."))
                planted += Text.objects.filter(pk__in=texts).exclude(body="").update(body=words)
    return planted


def full_of_names() -> World:
    """A world with everything that each slice makes, its contexts full of young people whom nobody there may see."""
    world = World().fill()
    for cell in cells():
        if cell.route in OF_CONTEXTS:
            requests.arguments(world, cell)  # makes the records of every line
    people = []
    for name in NAMES:
        referral = a_referral("screening", by=world.stranger, name=name)
        access.restrict(referral, reason="Known to the team", people=[world.screener], by=world.other_manager)
        people.append(referral.young_person)
    contexts = [context for context in made(world).values() if context.state not in ("referred", "information")]
    for number, person in enumerate(people):
        for context in contexts[:: 1 + number % 3]:
            a_linked_person(context, person, by=world.screener)
    linked = set(LinkedPerson.objects.filter(young_person__in=people).values_list("context", flat=True))
    for context in Context.objects.exclude(pk__in=linked):
        for person in people:
            a_linked_person(context, person, by=world.screener)
    assert plant() > 20
    return world


filled = made_once(full_of_names)


@pytest.fixture
def world(filled) -> World:
    """A copy of one's own, as a question may keep in it what it made."""
    return copy.deepcopy(filled)


def asked(world: World, identity: str):
    """Every page of the app that this reader gets, and those of other apps that show something of it."""
    browser = world.browser(identity)
    for cell in cells():
        if cell.route in OF_CONTEXTS and cell.method == "GET" and cell.answers[identity] in ("200", "409"):
            yield cell, browser.get(reverse(cell.route, args=requests.arguments(world, cell)))
    seen = world.record("ours", "held")["referral"]
    for url in (
        reverse("home"), reverse("consultations:young-person", args=[seen.young_person_id]), seen.get_absolute_url(),
        reverse("consultations:actions"), reverse("notices"), reverse("consultations:chronology", args=[seen.pk]),
    ):  # fmt: skip
        yield url, browser.get(url)
    for name in NAMES[::10]:
        for word in (name, name.split()[1]):
            answer = browser.post(reverse("search"), {"q": word}, follow=True)
            answer.content = answer.content.decode().replace(word, "").encode()  # what was asked comes back
            yield f"search for {word}", answer


@pytest.mark.parametrize("identity", READERS)
def test_no_planted_name_reaches_who_may_not_see_it(world, identity, caplog):
    caplog.set_level(logging.DEBUG)
    shown, answers = {}, 0
    for what, answer in asked(world, identity):
        answers += answer.status_code == 200
        if names := found_in(words_in(answer)):
            shown[str(what)[:150]] = sorted(names)
    assert not shown, "\n".join(f"{what}: {names}" for what, names in shown.items())
    assert answers > 5
    assert not found_in(
        "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    )


def test_the_control_whoever_may_see_them_is_shown_all_of_them(world):
    """The names are there: the same pages show every one of them to the one person who has access."""
    world.people["screener"] = world.screener
    world.sessions["screener"] = world._sign_in(world.screener)
    shown: set[str] = set()
    browser = world.browser("screener")
    for cell in cells():
        if cell.route in OF_CONTEXTS and cell.method == "GET" and cell.answers["cs"] == "200":
            shown |= found_in(words_in(browser.get(reverse(cell.route, args=requests.arguments(world, cell)))))
    assert shown == {*FIRST, *LAST}
