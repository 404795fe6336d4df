"""The tracker's filters and sorts, each and together, against the same done in plain Python over the same rows."""

import itertools
import random
import re
from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import Feedback, FrameworkPlace, Referral
from consultations.services import actions, feedback
from core.models import FormSection, ListItem
from core.models.lists import FormName, ListName
from tests.factories import a_draft, a_person, a_referral, a_team, an_action, an_entry
from tests.permissions.requests import date_parts
from tracker import rows
from tracker.choices import PrimaryConcern
from tracker.models import Theme, TrackerEntry

pytestmark = pytest.mark.django_db
STATES = ["screening", "planned", "held", "signposted", "withdrawn"]
CONCERNS = ["individual", "home", "peer-group", "school", "neighbourhood"]
DETAILS = ["Canal towpath", "Marlow School", "canal bridge 100%", "Lock_4 estate"]


@pytest.fixture
def referrals():
    """Three dozen referrals of two teams and agencies, in every state, most with a data entry form."""
    chance = random.Random(4)  # noqa: S311
    cs = a_person(Role.CS_PRACTITIONER)
    teams = [a_team("Near team"), a_team("Far team", agency="Police")]
    people = [a_person(Role.PRACTITIONER, team=team, name=f"Referrer of {team}") for team in teams]
    themes = list(Theme.objects.all())
    factor = FormSection.objects.of(FormName.FRAMEWORK_FACTORS)[0]
    harms = list(ListItem.objects.of(ListName.HARM)[:3])
    made = []
    for number in range(36):
        day = timezone.localdate() - timedelta(days=chance.randrange(60))
        referral = a_referral(
            STATES[number % 5], by=chance.choice(people), cs=cs, received_on=day, case_number=f"99{number:03d}"
        )
        if referral.state in ("held", "signposted", "withdrawn") and number % 4:
            chosen = chance.sample(themes[:4], chance.randrange(4))
            an_entry(
                referral, by=cs, primary_concern=chance.choice(CONCERNS), detail=chance.choice(DETAILS), themes=chosen
            )
        referral.harms.set(chance.sample(harms, chance.randrange(3)))
        if referral.state in ("held", "planned") and number % 3:
            due = timezone.localdate() + timedelta(days=chance.choice([-3, -1, 0, 5]))
            action = an_action(referral, by=cs, due=due, context_name=chance.choice(["", "Marlow park", "Canal 2"]))
            if number % 2:
                actions.close(action, status="done", outcome="It is done.", by=cs)
            FrameworkPlace.objects.create(
                consultation=referral.consultation, factor=factor, name=chance.choice(["Station", "Marlow arcade"])
            )
        if referral.state == "held" and number % 2:
            Feedback.objects.create(referral=referral, asked_at=timezone.now())
            if number % 3:
                said = {"used": "yes", "useful": 4, "young_person": "", "context": "", "actions": {}}
                feedback.give(referral, said, version=1, by=cs)
        made.append(referral)
    Referral.objects.filter(pk__in=[referral.pk for referral in made[::7]]).update(team=None, agency=None)
    TrackerEntry.objects.filter(referral__in=made[3::5]).update(feedback="It helped.")
    a_draft(people[0])
    sent = Referral.objects.sent().select_related("team", "agency", "entry", "consultation", "feedback")
    return list(
        sent.prefetch_related("entry__themes", "harms", "consultation__actions", "consultation__framework_places")
    )


@pytest.fixture
def browser(signed_in):
    return signed_in(a_person(Role.MANAGER))


def entry_of(referral):
    return getattr(referral, "entry", None)


def found(browser, **query) -> list[str]:
    context = browser.get(reverse("tracker:tracker"), query).context
    assert context["count"] == (len(context["page"]), False)
    return [referral.reference for referral in context["page"]]


def expect(referrals, test) -> set[str]:
    return {referral.reference for referral in referrals if test(referral)}


def begins(texts: list[str], word: str) -> bool:
    """Whether `word` begins one of the words of the texts, or one of them without its punctuation."""
    found = [part for text in texts for part in re.findall(r"[a-z0-9]+", text.lower())]
    found += [re.sub(r"[^a-z0-9]", "", part) for text in texts for part in text.lower().split()]
    parts = re.findall(r"[a-z0-9]+", word.lower())
    return all(any(one.startswith(part) for one in found) for part in parts)


def has_word(referral, word: str) -> bool:
    texts = [referral.reference, referral.case_number, referral.referrer_name]
    texts += [referral.team.name] if referral.team else []
    texts += [entry_of(referral).detail] if entry_of(referral) else []
    return begins(texts, word)


def consultation_of(referral):
    return getattr(referral, "consultation", None)


def concerns(referral, word: str) -> bool:
    """Whether the detail, an action or a place of the framework names a context with this word."""
    texts = [entry_of(referral).detail] if entry_of(referral) else []
    if meeting := consultation_of(referral):
        texts += [action.context_name for action in meeting.actions.all()]
        texts += [place.name for place in meeting.framework_places.all()]
    return begins(texts, word)


def feedback_given(referral) -> bool:
    here = getattr(referral, "feedback", None)
    return bool((here and here.answered_at) or (entry_of(referral) and entry_of(referral).feedback))


def parts() -> dict[str, tuple]:
    """Filters: {name: (query, the same in Python)}."""
    middle = timezone.localdate() - timedelta(days=30)
    team = a_team("Near team")
    police = a_team("Far team", agency="Police").agency
    one, two = Theme.objects.all()[:2]
    harm, other_harm = ListItem.objects.of(ListName.HARM)[:2]
    today = timezone.localdate()

    def themes_of(referral) -> set[int]:
        return {theme.pk for theme in entry_of(referral).themes.all()} if entry_of(referral) else set()

    def harms_of(referral) -> set[int]:
        return {kind.pk for kind in referral.harms.all()}

    def outstanding(referral) -> bool:
        here = getattr(referral, "feedback", None)
        return bool(here and here.answered_at is None)

    def has_overdue(referral) -> bool:
        meeting = consultation_of(referral)
        return bool(meeting and any(one.status == "open" and one.due < today for one in meeting.actions.all()))

    def due(referral) -> bool:
        done = entry_of(referral) and entry_of(referral).completed_at
        return referral.state in ("held", "signposted", "withdrawn") and not done

    return {
        "from": (date_parts("received_from", middle), lambda row: row.received_on >= middle),
        "to": (date_parts("received_to", middle), lambda row: row.received_on <= middle),
        "state": ({"state": "held"}, lambda row: row.state == "held"),
        "states": ({"state": ["held", "planned"]}, lambda row: row.state in ("held", "planned")),
        "concern": (
            {"concern": ["home", "school"]},
            lambda row: entry_of(row) is not None and entry_of(row).primary_concern in ("home", "school"),
        ),
        "team": ({"team": team.pk}, lambda row: row.team_id == team.pk),
        "agency": ({"agency": police.pk}, lambda row: row.agency_id == police.pk),
        "any theme": ({"themes": [one.pk, two.pk]}, lambda row: bool(themes_of(row) & {one.pk, two.pk})),
        "all themes": (
            {"themes": [one.pk, two.pk], "match": "all"}, lambda row: {one.pk, two.pk} <= themes_of(row),
        ),
        "word": ({"q": "canal"}, lambda row: has_word(row, "canal")),
        "words": ({"q": "CANAL near"}, lambda row: has_word(row, "canal") and has_word(row, "near")),
        "percent": ({"q": "100%"}, lambda row: has_word(row, "100")),
        "underscore": ({"q": "lock_4"}, lambda row: has_word(row, "lock 4")),
        "due": ({"entry": "due"}, due),
        "done": ({"entry": "done"}, lambda row: bool(entry_of(row) and entry_of(row).completed_at)),
        "due or done": (
            {"entry": ["due", "done"]}, lambda row: due(row) or bool(entry_of(row) and entry_of(row).completed_at),
        ),
        "no concern": ({"concern": "none"}, lambda row: not (entry_of(row) and entry_of(row).primary_concern)),
        "a concern or none": (
            {"concern": ["home", "none"]}, lambda row: not entry_of(row) or entry_of(row).primary_concern == "home",
        ),
        "no team": ({"team": "none"}, lambda row: row.team_id is None),
        "a team or none": ({"team": [team.pk, "none"]}, lambda row: row.team_id in (team.pk, None)),
        "no agency": ({"agency": "none"}, lambda row: row.agency_id is None),
        "no theme": ({"themes": "none"}, lambda row: not themes_of(row)),
        "a theme or none": (
            {"themes": [one.pk, "none"]}, lambda row: not themes_of(row) or one.pk in themes_of(row),
        ),
        "harm": ({"harm": harm.pk}, lambda row: harm.pk in harms_of(row)),
        "harms": (
            {"harm": [harm.pk, other_harm.pk]}, lambda row: bool(harms_of(row) & {harm.pk, other_harm.pk}),
        ),
        "no harm": ({"harm": "none"}, lambda row: not harms_of(row)),
        "a harm or none": ({"harm": [harm.pk, "none"]}, lambda row: not harms_of(row) or harm.pk in harms_of(row)),
        "feedback outstanding": ({"feedback": "outstanding"}, outstanding),
        "feedback given": ({"feedback": "given"}, feedback_given),
        "feedback of any kind": (
            {"feedback": ["outstanding", "given"]}, lambda row: outstanding(row) or feedback_given(row),
        ),
        "screened": ({"screened": "yes"}, lambda row: row.screened_at is not None),
        "not screened": ({"screened": "no"}, lambda row: row.screened_at is None),
        "consulted": ({"consulted": "yes"}, lambda row: row.state == "held"),
        "not consulted": ({"consulted": "no"}, lambda row: row.state != "held"),
        "overdue": ({"actions": "overdue"}, has_overdue),
        "context": ({"context": "marlow"}, lambda row: concerns(row, "marlow")),
        "contexts": ({"context": "canal 2"}, lambda row: concerns(row, "canal") and concerns(row, "2")),
    }  # fmt: skip


def test_each_filter(referrals, browser):
    for name, (query, test) in parts().items():
        expected = expect(referrals, test)
        assert set(found(browser, **query)) == expected, name
        assert 0 < len(expected) < len(referrals), f"{name} tells nothing apart"


def test_filters_together(referrals, browser):
    tried = 0
    person = a_person(Role.MANAGER)
    for (_, (first, test)), (_, (second, other)) in itertools.combinations(parts().items(), 2):
        if first.keys() & second.keys():
            continue
        expected = expect(referrals, lambda row, test=test, other=other: test(row) and other(row))
        query = QueryDict(mutable=True)
        for name, value in (first | second).items():
            query.setlist(name, value if isinstance(value, list) else [value])
        chosen = rows.filter_from(query).chosen()
        assert {row.reference for row in rows.rows_for(person, chosen)} == expected, (first, second)
        if chosen.keys() & {"q", "context"}:
            densely = rows.narrowed(rows.seen_by(person), chosen, densely=True)
            assert {row.reference for row in densely} == expected, (first, second)
        tried += 1
    assert tried > 600
    everything = {"state": ["held", "signposted"], "entry": "done", "q": "near", "concern": CONCERNS}
    near = expect(
        referrals,
        lambda row: row.state in ("held", "signposted") and bool(entry_of(row)) and has_word(row, "near"),
    )
    assert set(found(browser, **everything)) == near


def test_without_filters_every_sent_referral_stands_there_once(referrals, browser):
    shown = found(browser)
    assert len(shown) == 36
    assert set(shown) == {referral.reference for referral in referrals}


KEYS = {
    "received": lambda row: (row.received_on, row.reference),
    "reference": lambda row: row.reference,
    "team": lambda row: (row.team is None, row.team.name if row.team else ""),
    "concern": lambda row: PrimaryConcern.values.index(entry_of(row).primary_concern) if entry_of(row) else 5,
    "outcome": lambda row: ReferralState.values.index(row.state),
}


def test_every_sort_has_its_key_here():
    assert set(KEYS) == set(rows.SORTS)


def test_sorts(referrals, browser):
    by_reference = {referral.reference: referral for referral in referrals}
    for key, descending in itertools.product(KEYS, [False, True]):
        shown = [by_reference[reference] for reference in found(browser, sort=f"-{key}" if descending else key)]
        keys = [KEYS[key](row) for row in shown]
        assert keys == sorted(keys, reverse=descending), (key, descending)
        assert len(set(map(str, keys))) > 1
        if key in ("team", "concern", "outcome"):  # equals: the newest first, or the other way round
            dates = [row.received_on for row in shown if KEYS[key](row) == keys[0]]
            assert dates == sorted(dates, reverse=not descending), (key, descending)


def test_no_row_has_a_theme_and_none(referrals, browser):
    query = {"themes": [Theme.objects.first().pk, "none"], "match": "all"}
    assert found(browser, **query) == []


def test_filters_of_the_figures_stand_in_the_panel_only_where_they_are_used(browser):
    plain = browser.get(reverse("tracker:tracker")).content.decode()
    used = browser.get(reverse("tracker:tracker"), {"screened": "no", "actions": "overdue"}).content.decode()
    for name, words in {
        "screened": "Screening: Not screened yet",
        "actions": "Actions: With an overdue action",
    }.items():
        assert f'name="{name}"' not in plain
        assert f'name="{name}"' in used
        assert words in used
    assert 'href="?actions=overdue"' in used  # the chip that takes the other one away


def test_teams_of_one_name_are_told_apart(browser):
    for agency in ("Police", "Health"):
        a_team("Safeguarding", agency=agency)
    page = browser.get(
        reverse("tracker:tracker"), {"team": a_team("Safeguarding", agency="Police").pk}
    ).content.decode()
    assert "Team: Safeguarding (Police)" in page


def test_the_filter_in_words():
    team = a_team("Near team")
    query = QueryDict(
        f"team={team.pk}&team=none&match=all&screened=yes&entry=due&received_from_day=1&received_from_month=2&received_from_year=2026"
    )
    form = rows.filter_from(query)
    assert form.words() == {
        "Received from": "1 February 2026",
        "Team": "Near team, No team recorded",
        "Data entry form": "Still to be completed",
        "Screening": "Screened",
    }


def test_what_is_unknown_is_left_out_of_account():
    query = QueryDict("sort=made_by__password&q=a&nonsense=1&q=%00&received_from_year=2024&themes=1")
    assert rows.sort_from(query) == rows.DEFAULT_SORT
    assert rows.known_part(query) == QueryDict("sort=made_by__password&q=a&received_from_year=2024&themes=1")


def test_a_period_that_ends_before_it_begins_says_so(browser):
    query = date_parts("received_from", date(2026, 2, 1)) | date_parts("received_to", date(2026, 1, 1))
    page = browser.get(reverse("tracker:tracker"), query).content.decode()
    assert "The end of the period must be on or after its beginning" in page


def test_pages_have_fifty_rows_and_keep_the_filters(browser):
    person = a_person(Role.PRACTITIONER, team=a_team())
    made = [a_referral(by=person) for _ in range(52)]
    query = {"state": "screening", "sort": "reference"}
    first = browser.get(reverse("tracker:tracker"), query)
    assert len(first.context["page"]) == 50
    after = first.context["page"].following
    second = browser.get(reverse("tracker:tracker"), query | {"after": after})
    assert [row.reference for row in second.context["page"]] == sorted(row.reference for row in made)[50:]
    page = second.content.decode()
    assert "52 referrals with these filters" in page
    before = second.context["page"].previous
    assert f'href="?state=screening&amp;sort=reference&amp;before={before}"' in page
    assert 'href="/tracker/export/?state=screening&amp;sort=reference"' in page  # what an export is asked with
    again = browser.get(reverse("tracker:tracker"), query | {"before": before})
    assert [row.pk for row in again.context["page"]] == [row.pk for row in first.context["page"]]
