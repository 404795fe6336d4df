"""Three rounds with movements of every sort, against a table made by hand; what the pages draw and say of them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html

from accounts.permissions import Role
from reviews.comparison import actions_of, chain_of
from reviews.models import Review, ReviewAction, Statement
from reviews.services import actions, ratings, statements
from tests.factories import a_person
from tests.review_factories import a_review, a_review_action
from tests.slices.reviews_rounds import a_next_round

pytestmark = pytest.mark.django_db

DAYS = {
    1: datetime(2025, 9, 1, 10, tzinfo=UTC),
    2: datetime(2026, 2, 2, 10, tzinfo=UTC),
    3: datetime(2026, 8, 3, 10, tzinfo=UTC),
}
# Made by hand from `three_rounds` below: statement, then, now, what became of it, since when.
TABLE = {
    (1, 2): """
        A  Red    Amber      Moved up   10 March 2026
        B  Amber  Red        Slipped    11 March 2026
        C  Amber  Amber      Unchanged  -
        D  Green  Green      Unchanged  -
        E  Red    Not there  Left out   -
        F  Red    Not there  Left out   -
        G  Not there  Red    New        12 February 2026
        H  Not there  Amber  New        12 February 2026
        J  Amber  Green      Moved up   12 March 2026
        K  Red    Amber      Moved up   13 March 2026
    """,
    (2, 3): """
        A  Amber  Green      Moved up   10 September 2026
        B  Red    Red        Unchanged  -
        C  Amber  Amber      Unchanged  -
        D  Green  Green      Unchanged  -
        G  Red    Amber      Moved up   11 September 2026
        H  Amber  Not there  Left out   -
        I  Not there  Green  New        13 August 2026
        J  Green  Amber      Slipped    12 September 2026
        K  Amber  Amber      Unchanged  -
    """,
    (1, 3): """
        A  Red    Green      Moved up   10 September 2026
        B  Amber  Red        Slipped    11 March 2026
        C  Amber  Amber      Unchanged  -
        D  Green  Green      Unchanged  -
        E  Red    Not there  Left out   -
        F  Red    Not there  Left out   -
        G  Not there  Amber  New        11 September 2026
        I  Not there  Green  New        13 August 2026
        J  Amber  Amber      Unchanged  12 September 2026
        K  Red    Amber      Moved up   13 March 2026
    """,
}
SUMMARY = {
    (1, 2): "Statements: 3 moved up, 1 slipped, 2 new, 2 left out, 2 unchanged. 1 was reworded.",
    (2, 3): "Statements: 2 moved up, 1 slipped, 1 new, 1 left out, 4 unchanged. None was reworded.",
    (1, 3): "Statements: 2 moved up, 1 slipped, 2 new, 2 left out, 3 unchanged. 1 was reworded.",
}
# Part: the overall rating of each round.
OVERALL = {
    "1:referral": ["red", "amber-red", "amber"],
    "1:assessment": ["green", "green-amber", "green-amber"],
    "1:planning": ["amber", "green", "red"],
    "2:referral": ["amber", None, "amber"],
    "2:planning": [None, "red", "green"],
}
OF_RATINGS = {
    (1, 2): "Overall ratings: 2 moved up, 1 slipped, 0 unchanged, 5 not rated in both rounds.",
    (2, 3): "Overall ratings: 2 moved up, 1 slipped, 1 unchanged, 4 not rated in both rounds.",
    (1, 3): "Overall ratings: 1 moved up, 2 slipped, 1 unchanged, 4 not rated in both rounds.",
}
# Of the first round: one done, one without a lead, one overdue when the second took over; that of E was dropped then.
OF_ACTIONS = {
    (1, 2): "Actions: 3 open (then 3), 2 overdue (then 1), 1 without a lead (then 1), 1 done (then 1).",
    (2, 3): "Actions: 4 open (then 3), 3 overdue (then 2), 1 without a lead (then 1), 0 done (then 1).",
    (1, 3): "Actions: 4 open (then 3), 3 overdue (then 1), 1 without a lead (then 1), 0 done (then 1).",
}


def on(month: int, day: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 10, tzinfo=UTC)


def said(review: Review, letter: str) -> Statement:
    return review.statements.get(words__body__startswith=f"{letter}:")


def move(review: Review, letter: str, rating: str, at: datetime, by, **place) -> None:
    row = said(review, letter)
    statements.move(row, rating=rating, reason=f"Why {letter} moved", seen_version=row.version, by=by, at=at, **place)


@pytest.fixture
def lead(db):
    return a_person(Role.LEAD, name="Dana Okafor")


@pytest.fixture
def rounds(lead):
    """The three rounds of the table."""

    def put(review, letter, level, stage, rating, at):
        values = {"level": level, "stage": stage, "domain": "target", "rating": rating}
        return statements.add(review, values | {"words": f"{letter}: words of {letter} so far"}, by=lead, at=at)

    first = a_review(by=lead, area="The whole borough", on=DAYS[1].date())
    Review.objects.filter(pk=first.pk).update(made_at=DAYS[1])
    for row in ("A1referral red", "B1referral amber", "C1assessment amber", "D1assessment green", "E2referral red",
                "F2planning red", "J1planning amber", "K2assessment red"):  # fmt: skip
        place, rating = row.split()
        put(first, place[0], place[1], place[2:], rating, DAYS[1])
    done = a_review_action(said(first, "A"), by=lead)
    actions.close(done, status="done", outcome="It is there", by=lead)
    a_review_action(said(first, "A"), by=lead, what="Carried all the way", due=date(2026, 1, 1))
    a_review_action(said(first, "D"), by=lead, what="Due in the second round", due=date(2026, 5, 1))
    a_review_action(said(first, "B"), by=lead, owner_name="", due=None)
    a_review_action(said(first, "E"), by=lead, what="Goes with E", due=date(2026, 3, 1))
    left_out = {said(first, "E").pk: "It is said in A"}
    _rate(first, 0, lead, on(9, 5, 2025))
    second = a_next_round(first, by=lead, on=DAYS[2].date(), at=DAYS[2], left_out=left_out)
    put(second, "G", "2", "response", "red", on(2, 12))
    put(second, "H", "2", "response", "amber", on(2, 12))
    move(second, "A", "amber", on(3, 10), lead)
    move(second, "B", "red", on(3, 11), lead)
    move(second, "J", "green", on(3, 12), lead)
    move(second, "K", "amber", on(3, 13), lead, part="2:planning")
    statements.save_words(said(second, "C"), body="C: words of C by now", base_version=1, by=lead, at=on(3, 14))
    statements.remove(said(second, "F"), reason="It is not ours", by=lead, at=on(3, 15))
    actions.close(a_review_action(said(second, "H"), by=lead), status="done", outcome="So", by=lead, at=on(4, 1))
    _rate(second, 1, lead, on(3, 20))
    third = a_next_round(
        second, by=lead, on=DAYS[3].date(), at=DAYS[3], left_out={said(second, "H").pk: "It is part of G"}
    )
    put(third, "I", "1", "response", "green", on(8, 13))
    move(third, "A", "green", on(9, 10), lead)
    move(third, "G", "amber", on(9, 11), lead)
    move(third, "J", "amber", on(9, 12), lead)
    a_review_action(said(third, "I"), by=lead, due=timezone.localdate() - timedelta(days=1))
    _rate(third, 2, lead, on(9, 20))
    return {1: first, 2: second, 3: third}


def _rate(review: Review, place: int, by, at: datetime) -> None:
    for part, rated in OVERALL.items():
        if rated[place]:
            ratings.rate(review, part, rating=rated[place], reason=f"Why {part}", seen=None, by=by, at=at)


def page_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def found(inside: html.HtmlElement, *steps: str) -> list[html.HtmlElement]:
    """The elements at the end of these steps down, each a tag or a tag.class."""
    path = "."
    for step in steps:
        tag, _, name = step.partition(".")
        path += f"//{tag}" + (f"[contains(concat(' ', @class, ' '), ' {name} ')]" if name else "")
    return inside.xpath(path)


def compared(browser, now: Review, then: Review | None = None) -> html.HtmlElement:
    query = {"with": str(then.pk)} if then else {}
    answer = browser.get(reverse("reviews:compare", args=[now.pk]), query)
    assert answer.status_code == 200
    return html.fromstring(answer.content.decode())


def rows_of(page: html.HtmlElement) -> dict[str, list[str]]:
    """What the page says of each statement: then, now, what became of it, since when."""
    told = {}
    for row in found(page, "section.app-compared", "tbody", "tr"):
        words = " ".join(row[0].text_content().split())
        if words[1:2] != ":":
            continue
        became = " ".join(found(row[3], "strong.app-sort-of")[0].text_content().split())[2:]
        since = [each.text_content().removeprefix("Since ") for each in found(row[3], "p.app-compared__since")]
        first = [found(each, "span.app-rag") for each in row[1:3]]
        then, now = (each[0].text_content() if each else "Not there" for each in first)
        assert words[0] not in told
        told[words[0]] = [then, now, became, *(since or ["-"])]
    return told


def by_hand(table: str) -> dict[str, list[str]]:
    lines = [re.split(r"\s{2,}", line.strip()) for line in table.strip().splitlines()]
    return {line[0]: line[1:] for line in lines}


@pytest.mark.parametrize("which", TABLE)
def test_two_rounds_are_compared_as_the_table_made_by_hand_says(signed_in, lead, rounds, which):
    then, now = (rounds[number] for number in which)
    browser = signed_in(lead)
    page = compared(browser, now, then)
    assert rows_of(page) == by_hand(TABLE[which])
    words = " ".join(page.text_content().split())
    for line in (SUMMARY[which], OF_RATINGS[which], OF_ACTIONS[which]):
        assert line in words
    other_way = compared(browser, then, now)  # whichever of the two is asked: then is the earlier one
    assert rows_of(other_way) == by_hand(TABLE[which])


def test_every_move_is_told_with_its_day_and_reason(signed_in, lead, rounds):
    page = " ".join(compared(signed_in(lead), rounds[3], rounds[1]).text_content().split())
    assert "From Red to Amber, 10 March 2026: Why A moved" in page
    assert "From Amber to Green, 10 September 2026: Why A moved" in page
    assert "Left out, 2 February 2026: It is said in A" in page
    assert "Taken away, 15 March 2026: It is not ours" in page
    assert "From Red to Amber; from Level 2, Assessment to Level 2, Planning, 13 March 2026: Why K moved" in page
    assert "in Level 2, Assessment" in page
    assert "H: words of H" not in page  # it came and went in between


def test_changed_words_are_marked(signed_in, lead, rounds):
    page = compared(signed_in(lead), rounds[2])
    assert [each.text_content().split("added:")[1].split("end of")[0].split() for each in found(page, "th", "ins")] == [
        ["by", "now"]
    ]
    assert found(page, "th", "del")[0].text_content().split()[1:3] == ["so", "far"]


def test_the_page_begins_with_the_round_before(signed_in, lead, rounds):
    browser = signed_in(lead)
    assert rows_of(compared(browser, rounds[3])) == by_hand(TABLE[2, 3])
    assert rows_of(compared(browser, rounds[1])) == by_hand(TABLE[1, 2])  # the first one: the next
    elsewhere = a_review(by=lead)
    url = reverse("reviews:compare", args=[rounds[3].pk])
    for wrong in (elsewhere.pk, rounds[3].pk, "x", "\x00", "9" * 5000):
        answer = browser.get(url, {"with": str(wrong)})
        assert answer.status_code == 200
        assert rows_of(html.fromstring(answer.content.decode())) == by_hand(TABLE[2, 3])
    alone = browser.get(reverse("reviews:compare", args=[elsewhere.pk]))
    assert "There is no other round yet" in page_of(alone)
    assert "Compare" not in page_of(browser.get(elsewhere.get_absolute_url()))
    assert reverse("reviews:progress", args=[rounds[1].pk]) in page_of(browser.get(rounds[1].get_absolute_url()))


def test_who_has_left_since_led_the_action_then(lead, rounds):
    leaver = a_person(Role.PRACTITIONER)
    a_review_action(said(rounds[3], "D"), by=lead, owner=leaver)
    fourth = a_next_round(rounds[3], by=lead)
    leaver.is_active = False
    leaver.save()
    chain = chain_of(fourth)
    told = actions_of(chain, chain)
    assert told[rounds[3].pk, "1:assessment"].nobody == 0
    assert told[fourth.pk, "1:assessment"].nobody == 1


def test_the_drawings_say_what_the_tables_say(signed_in, lead, rounds):
    answer = signed_in(lead).get(reverse("reviews:progress", args=[rounds[3].pk]))
    page = html.fromstring(answer.content.decode())
    words = page_of(answer)
    # Counted by hand: round 1 has A, E, F and K red, B, C and J amber, D green.
    told = "1 September 2025: 4 red, 3 amber, 1 green; 2 February 2026: 2 red, 4 amber, 2 green; "
    assert told + "3 August 2026: 1 red, 4 amber, 3 green." in words
    rows = {
        row[0].text_content(): [each.text_content() for each in row[1:]]
        for row in found(page, "div.app-progress__bars", "tbody", "tr")
    }
    assert rows == {
        "1 September 2025": ["4", "3", "1", "1", "3", "1", "1"],
        "2 February 2026": ["2", "4", "2", "1", "3", "2", "1"],
        "3 August 2026": ["1", "4", "3", "0", "4", "3", "1"],
    }
    drawings = found(page, "svg.app-chart--path")
    assert len(drawings) == 8
    first = drawings[0]
    assert found(first, "desc")[0].text == "Sep 2025: Red; Feb 2026: Amber/Red; Aug 2026: Amber."
    heights = [float(point.get("cy")) for point in found(first, "circle")]
    assert heights == sorted(heights, reverse=True)  # better is higher
    assert len(set(heights)) == 3
    broken = drawings[4]  # level 2 referral: not rated in the second round
    assert len(found(broken, "circle")) == 2
    assert not found(broken, "polyline")
    table = found(page, "table")[1]
    cells = {
        row[0].text_content(): [" ".join(each.text_content().split()) for each in row[1:]]
        for row in found(table, "tbody", "tr")
    }
    assert cells["Referral"] == ["Red", "Amber/Red", "Amber"]
    assert cells["Response"] == ["Not rated"] * 3


def test_progress_names_nobody_and_tells_of_no_later_round(signed_in, lead, rounds):
    leader = a_person(Role.PRACTITIONER, name="Ben Lake")
    a_review_action(said(rounds[3], "A"), by=lead, owner=leader)
    answer = signed_in(a_person(Role.MANAGER, name="Reader")).get(reverse("reviews:progress", args=[rounds[3].pk]))
    page = page_of(answer)
    assert "What moved up" in page
    assert "From Amber to Green, 10 September 2026: Why A moved" in page
    for name in ("Dana Okafor", "Ben Lake", "Lorna Reid"):
        assert name not in page
    earlier = page_of(signed_in(lead).get(reverse("reviews:progress", args=[rounds[2].pk])))
    assert "3 August 2026" not in earlier
    first = page_of(signed_in(lead).get(reverse("reviews:progress", args=[rounds[1].pk])))
    assert "This is the first round." in first


def test_the_list_shows_the_latest_round_with_the_earlier_ones_beneath(signed_in, lead, rounds):
    browser = signed_in(lead)
    page = page_of(browser.get(reverse("reviews:reviews")))
    assert "1 review, shown by its latest round" in page
    assert "The whole borough, 3 August 2026" in page
    assert "Earlier rounds: " in page
    assert page.count(rounds[1].get_absolute_url()) == 1
    all_of_them = page_of(browser.get(reverse("reviews:reviews"), {"earlier": "on"}))
    assert "3 rounds, with these filters" in all_of_them
    assert "The whole borough, 1 September 2025" in all_of_them
    assert ReviewAction.objects.live().open().count() == 4  # an action that was carried on is counted once
