"""What is typed into the words of a filter: found as it stands on the record, in parts, and never an error."""

import json

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Team
from accounts.permissions import Role
from consultations.models import SEARCHED, ConsultationAction, FrameworkPlace, Referral
from core.models import FormSection
from core.models.lists import FormName
from core.words import HasWord, typed_words
from tests.factories import a_person, a_referral, a_team, an_action, an_entry
from tests.made_once import made_once
from tracker import rows
from tracker.models import Theme, TrackerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return a_person(Role.MANAGER)


def found(by, **chosen) -> set:
    """The rows, asked for in both ways, which never differ."""
    seen = rows.seen_by(by)
    united = set(rows.narrowed(seen, chosen))
    assert united == set(rows.narrowed(seen, chosen, densely=True)), chosen
    return united


def a_record() -> Referral:
    """One referral with something to find in each place, among others that have nothing of it."""
    for _ in range(2):
        a_referral("planned")
    by = a_person(Role.PRACTITIONER, team=a_team("Łódź Street team"))
    made = a_referral(
        "held", by=by, case_number="388s/12-4", name="Quillfeather Ash", referrer_name="Siân O’Brien-Müller"
    )
    an_entry(made, detail="St. Mary's arcade (Lock_4), 100%, Zofia Zielińska House",
             themes=list(Theme.objects.filter(needs_text=True)),
             other_theme="Cuckooing")  # fmt: skip
    an_action(made, context_name="Eastfields College")
    factor = FormSection.objects.of(FormName.FRAMEWORK_FACTORS)[0]
    FrameworkPlace.objects.create(consultation=made.consultation, factor=factor, name="Bus Station", order=9)
    return made


record = made_once(a_record)


@pytest.mark.parametrize(
    "typed",
    [
        "388s", "388S", "388", "388s/12-4", "388s124", "388s-124", "388s 12", "12-4",
        "siân", "Sian", "SIAN", "O'Brien", "o’brien", "OBrien", "brien", "Müller", "muller", "O'Brien-Müller",
        "Siân O’Brien-Müller", "müller, siân", "Zielińska", "zielinska", "Zofia Ziel", "Łódź", "lodz street",
        "Mary's", "Marys", "St. Mary's", "arcade (Lock_4)", "lock_4", "lock 4", "100%", "100", "cuckoo",
        "sian lodz lock", "“arcade”", "arcade - lock",
    ],
)  # fmt: skip
def test_found_as_it_is_typed(record, manager, typed):
    assert found(manager, q=typed) == {record}


def test_found_by_its_reference_and_the_parts_of_it(record, manager):
    year, number = record.reference.split("-")[1:]
    for typed in (
        record.reference,
        record.reference.lower(),
        f"{year}-{number}",
        number,
        record.reference.replace("-", ""),
    ):
        assert record in found(manager, q=typed), typed
    assert found(manager, q=record.reference) == {record}
    assert len(found(manager, q="CS")) == 3


@pytest.mark.parametrize(
    "typed", ["arcades", "ocade", "88s", "388sx", "sian brown", "eastfields", "bus", "cuckoo zz", "quillfeather"]
)
def test_not_found_by_what_stands_elsewhere_or_in_the_middle_of_a_word(record, manager, typed):
    """Nor by the young person's name: what is typed here stands in the address (ADR 9)."""
    assert found(manager, q=typed) == set()


@pytest.mark.parametrize("typed", ["arcade", "Mary's", "eastfields coll", "bus", "station arcade", "lock_4"])
def test_contexts_are_found_in_detail_actions_and_places(record, manager, typed):
    assert found(manager, context=typed) == {record}


@pytest.mark.parametrize("typed", ["cuckoo", "sian", "388s", "lodz"])
def test_a_context_is_not_found_in_other_places(record, manager, typed):
    assert found(manager, context=typed) == set()


@pytest.mark.parametrize("typed", ["%%%", "_", "- ' &", "!()|&:*<->\\", "—", "\u200b"])
def test_what_has_no_letter_or_digit_finds_nothing(record, manager, typed):
    assert found(manager, q=typed) == set()
    assert found(manager, context=typed) == set()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
                         st.sampled_from("!()|&:*<->\\'\" %_a1é")), max_size=200))  # fmt: skip
@example("!()|&:*<->\\'" * 16)
@example("a&|!b:*(c)<->d" * 14)
@example("ﷺ" * 200)
@example("㍿" * 200)
@example("a'" * 100)
@example("´a ½ ª İ ß ſ")
def test_nothing_that_is_typed_is_an_error(manager, typed):
    for word in typed_words(typed):
        list(Team.objects.filter(HasWord(word, "name")))


def test_the_page_takes_two_hundred_operators(signed_in, manager):
    browser = signed_in(manager)
    for typed in ("!()|&:*<->\\'" * 16, "a&!b" * 50, "x:*" * 60):
        for name in ("q", "context"):
            assert browser.get(reverse("tracker:tracker"), {name: typed}).status_code == 200


TEXTS = st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Cs"]), max_size=40)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
@example("St. Mary's")
def test_every_word_of_a_text_finds_it(record, text):
    TrackerEntry.objects.filter(referral=record).update(detail=text)
    for word in typed_words(text):
        assert TrackerEntry.objects.filter(HasWord(word, "detail")).exists(), word


@pytest.mark.parametrize(
    ("model", "index", "fields"),
    [
        (Referral, "referral_by_words", SEARCHED),
        (TrackerEntry, "entry_by_detail", ("detail",)),
        (TrackerEntry, "entry_by_other_theme", ("other_theme",)),
        (FrameworkPlace, "framework_place_by_words", ("name",)),
        (ConsultationAction, "action_by_context", ("context_name",)),
    ],
)
def test_the_index_holds_what_is_asked_for(model, index, fields):
    """The index serves only as long as its expression is word for word that of the query."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    assert index in model.objects.filter(HasWord("O'Brien", *fields)).order_by().explain()


def looks(node: dict, collected: float | None = None) -> list[float | None]:
    """For each place of a plan that looks for words: how often what it finds is collected; None where never."""
    if node.get("Subplan Name", "").startswith("CTE "):
        collected = node["Actual Loops"]
    conditions = ("Filter", "Recheck Cond", "Index Cond")  # which of them depends on the statistics of the moment
    here = [collected] if any("to_tsvector" in node.get(name, "") for name in conditions) else []
    return here + [each for child in node.get("Plans", []) for each in looks(child, collected)]


@pytest.mark.parametrize("chosen", [{"q": "weir"}, {"context": "weir"}])
def test_words_are_looked_for_once_however_badly_the_rest_is_planned(manager, chosen):
    """As without statistics: a loop for each join, and nothing kept for the next time round."""
    for _ in range(5):
        referral = a_referral("held")
        an_entry(referral, detail="At the weir", themes=list(Theme.objects.in_use()[:3]))
        an_action(referral, context_name="Weir")
    tags = TrackerEntry.themes.through.objects.filter(
        trackerentry__referral__in=rows.narrowed(rows.seen_by(manager), chosen).values("pk")
    )
    with connection.cursor() as cursor:
        for name in ("hashjoin", "mergejoin", "material", "memoize", "hashagg", "sort"):
            cursor.execute(f"SET LOCAL enable_{name} = off")
    assert tags.count() == 15
    (plan,) = json.loads(tags.order_by().explain(analyze=True, format="json"))
    times = looks(plan["Plan"])
    assert set(times) <= {0, 1}  # some of it is not even asked
    assert 1 in times
