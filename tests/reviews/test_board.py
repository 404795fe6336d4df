"""The board through its routes: what is asked while it is open, moves, order, versions, what happened."""

import json
from html import unescape
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core.models import AuditEvent
from reviews.models import Statement, StatementMove
from reviews.services import live, rounds, statements
from tests.factories import a_person
from tests.review_factories import a_review, a_review_action, a_statement, an_overall

pytestmark = pytest.mark.django_db
SCRIPT = {"headers": {"x-requested-with": "fetch", "accept": "text/html, application/json"}}


@pytest.fixture
def lead():
    return a_person(Role.LEAD, name="Ines Obi")


@pytest.fixture
def browser(signed_in, lead):
    return signed_in(lead)


@pytest.fixture
def review(lead):
    return a_review(by=lead)


def _url(name, *args):
    return reverse(f"reviews:{name}", args=args)


def _shown(browser, review, level="1", query=""):
    return browser.get(_url("board", review.pk, level) + query).content.decode()


def _asked(browser, review, *, level="1", token=None, **more):
    data = {"token": token or live.token(review, level), "seen": "", "domain": "", **more}
    return browser.post(_url("board-changes", review.pk, level), data, headers={"accept": "application/json"})


def _marks(review, level="1", domain=None) -> dict:
    now = live.marks(review, level, domain)
    told = {"cards": now.cards, "heads": now.heads}
    joined = {name: ",".join(f"{key}:{mark}" for key, mark in of.items()) for name, of in told.items()}
    return {"seen": now.digest} | joined


def test_what_a_page_shows_and_what_is_counted_are_the_same_marks(browser, review, lead):
    """Else every open page would draw its cards anew every ten seconds."""
    statement = a_statement(review, by=lead)
    a_review_action(statement, by=lead)
    an_overall(review, by=lead)
    statements.save_words(statement, body="Other words", base_version=0, by=lead)  # set aside
    page, now = _shown(browser, review), live.marks(review, "1")
    for name, mark in [*now.cards.items(), *now.heads.items()]:
        assert f'data-mark="{mark}"' in page, name
    assert _asked(browser, review, seen=now.digest).json() == {"status": "same"}
    assert _asked(browser, review).json() == {"status": "changed"}
    answer = _asked(browser, review, **_marks(review) | {"seen": ""}).json()
    assert (answer["status"], answer["cards"], answer["heads"], answer["gone"]) == ("cards", [], {}, {})


def test_only_what_changed_is_drawn_and_said(browser, review, lead):
    stays, moved, acted = (a_statement(review, by=lead) for _ in range(3))
    before = _marks(review)
    malik = a_person(Role.LEAD, name="Malik Roe")
    statements.move(moved, rating="green", reason="So", seen_version=1, by=malik)
    a_review_action(acted, by=malik, what="Ask everybody")
    gone = a_statement(review, by=lead)
    before["cards"] += f",{gone.pk}:1.1.0.0-0"
    statements.remove(gone, reason="Said twice", by=malik)
    an_overall(review, rating="green", by=malik)
    answer = _asked(browser, review, **before).json()
    drawn = {card["id"]: card for card in answer["cards"]}
    assert drawn.keys() == {str(moved.pk), str(acted.pk)}
    assert drawn[str(moved.pk)]["said"] == "Malik Roe moved it from Amber to Green"
    assert drawn[str(acted.pk)]["said"] == "Its action plan changed"
    assert "Ask everybody" in drawn[str(acted.pk)]["html"]
    assert answer["gone"] == {str(gone.pk): "Malik Roe took it off the board"}
    assert answer["heads"].keys() == {"referral"}
    assert dict(answer["cells"]) == {
        "referral:amber": [str(stays.pk), str(acted.pk)], "referral:green": [str(moved.pk)],
    }  # fmt: skip


def test_what_the_reader_did_elsewhere_is_said_so(browser, review, lead):
    statement = a_statement(review, by=lead)
    before = _marks(review)
    statements.save_words(statement, body="Other words", base_version=1, by=lead)
    assert _asked(browser, review, **before).json()["cards"][0]["said"] == "You, in another window, changed the words"


def test_a_board_of_one_domain_hears_of_that_domain_alone(browser, review, lead):
    statement = a_statement(review, by=lead, domain="outcomes")
    a_statement(review, by=lead, domain="target")
    answer = _asked(browser, review, domain="outcomes", cards="", heads="").json()
    assert [card["id"] for card in answer["cards"]] == [str(statement.pk)]
    before = _marks(review, domain="outcomes")
    statements.move(statement, domain="target", reason="So", seen_version=1, by=lead)
    answer = _asked(browser, review, domain="outcomes", **before).json()
    assert answer["gone"] == {str(statement.pk): "It is in Level 1, Referral, Target now"}


def test_a_lot_of_changes_are_not_drawn_one_by_one(browser, review, lead):
    for _ in range(41):
        a_statement(review, by=lead)
    assert _asked(browser, review, cards="", heads="").json() == {"status": "much"}


def test_nobody_asks_without_having_opened_the_board(browser, review, lead):
    other = a_review(by=lead)
    for token in ("", "x", live.token(other, "1"), live.token(review, "2")):
        assert _asked(browser, review, token=token or " ").status_code == 400
    before = AuditEvent.objects.count()
    assert _asked(browser, review).status_code == 200
    assert AuditEvent.objects.count() == before  # the page that was opened is in the log


@pytest.mark.parametrize(
    "more",
    [
        {"seen": "no digest"}, {"seen": "0" * 17}, {"domain": "other"}, {"cards": "no marks"}, {"cards": "x:1.1.1.0-0"},
        {"cards": f"{uuid4()}:{'1' * 81}"}, {"cards": f"{uuid4()}:1:2"}, {"heads": "a" * 1001}, {"cards": "a\x00:1"},
        {"cards": "x" * 400_001},
    ],
)  # fmt: skip
def test_what_no_page_asks_is_refused(browser, review, more):
    assert _asked(browser, review, **more).status_code == 400


def test_a_move_by_our_script_is_answered_with_how_to_take_it_back(browser, review, lead):
    statement = a_statement(review, by=lead)
    data = {"version": "1", "rating": "green", "part": "1:referral", "domain": "target", "reason": "All ask"}
    url = _url("move-statement", statement.pk)
    answer = browser.post(url, data, **SCRIPT).json()
    assert (answer["status"], answer["said"]) == ("moved", "From Amber to Green")
    page = browser.get(answer["undo"]).content.decode()
    assert "Taken back: it was moved by mistake." in page
    assert _checked(page) == "amber"
    again = browser.post(url, data, **SCRIPT).json()  # the same form sent twice
    assert (again["said"], again["undo"]) == ("It was there already", "")
    assert StatementMove.objects.count() == 1
    assert answer["undo"].replace("&", "&amp;") in browser.get(statement.get_absolute_url()).content.decode()


def _checked(page: str) -> str:
    radio = next(part for part in page.split("<input") if 'name="rating"' in part and "checked" in part.split(">")[0])
    return radio.split('value="')[1].split('"')[0]


def test_a_rating_that_does_not_exist_is_not_taken_from_an_address(browser, review, lead):
    statement = a_statement(review, by=lead)
    page = browser.get(_url("move-statement", statement.pk) + "?rating=blue&part=9:nowhere&domain=x&back=1")
    assert _checked(page.content.decode()) == "amber"
    assert "Taken back" not in page.content.decode()
    refused = browser.post(
        _url("move-statement", statement.pk),
        {"version": "1", "rating": "blue", "part": "1:referral", "domain": "target", "reason": "So"}, **SCRIPT,
    )  # fmt: skip
    assert refused.status_code == 200
    assert "There is a problem" in refused.content.decode()
    assert not StatementMove.objects.exists()


def test_words_to_write_are_for_the_script_of_the_board(browser, review, lead):
    statement = a_statement(review, by=lead)
    url = _url("write-statement", statement.pk)
    assert browser.get(url).url == statement.get_absolute_url()
    part = browser.get(url, **SCRIPT).content.decode()
    assert f'data-text-slot="{statement.pk}"' in part
    assert "<html" not in part
    rounds.close(review, by=lead)
    assert browser.get(url, **SCRIPT).status_code == 409


def test_order_stays_within_a_column(browser, review, lead):
    first, second, third = (a_statement(review, by=lead) for _ in range(3))
    green = a_statement(review, by=lead, rating="green")

    def order():
        return [one.pk for one in review.statements.filter(rating="amber")]

    def put(statement, **where):
        return browser.post(_url("order-statement", statement.pk), where)

    put(third, before=first.pk)
    assert order() == [third.pk, first.pk, second.pk]
    put(third, before=first.pk)  # sent twice
    assert order() == [third.pk, first.pk, second.pk]
    put(third, after=second.pk)
    assert order() == [first.pk, second.pk, third.pk]
    assert AuditEvent.objects.filter(act="statement.ordered").count() == 2
    assert put(third, before=green.pk).status_code == 409
    assert put(third, before=third.pk).status_code == 409
    for wrong in ({}, {"before": "x"}, {"before": first.pk, "after": second.pk}):
        assert put(third, **wrong).status_code == 400
    statements.move(green, rating="amber", reason="So", seen_version=1, by=lead)
    assert order() == [first.pk, second.pk, third.pk, green.pk]  # what is moved comes last


def test_a_version_is_put_back_as_another_one(browser, review, lead):
    statement = a_statement(review, by=lead, words="First words.")
    statements.save_words(statement, body="Quite other.", base_version=1, by=a_person(Role.LEAD, name="Malik Roe"))
    page = browser.get(_url("versions", statement.pk)).content.decode()
    assert "2 versions" in page
    assert "by Malik Roe" in page
    url = _url("put-version-back", statement.pk, 1)
    assert "What this changes" in browser.get(url).content.decode()
    assert browser.post(url, {"base_version": "1"}).status_code == 409  # somebody wrote meanwhile
    assert browser.post(url, {"base_version": "2"}).status_code == 302
    assert browser.post(url, {"base_version": "2"}).status_code == 302  # sent twice
    words = Statement.objects.get(pk=statement.pk).words
    assert (words.body, words.version) == ("First words.", 3)
    assert browser.get(_url("put-version-back", statement.pk, 99999999999999999999)).status_code == 404


def test_history_tells_who_did_what_and_why(browser, review, lead):
    malik = a_person(Role.LEAD, name="Malik Roe")
    statement = a_statement(review, by=lead, words="Few ask about peers.")
    statements.move(statement, rating="green", reason="All ask now", seen_version=1, by=malik)
    an_overall(review, rating="amber", by=malik)
    a_review_action(statement, by=lead, what="Mend the form")
    elsewhere = a_statement(a_review(by=lead), by=lead, words="Of another round.")
    statements.remove(statement, reason="Said twice", by=malik)
    page = browser.get(_url("history", review.pk)).content.decode()
    for words in (
        "Moved from Amber to Green", "All ask now", "Level 1, Referral: rated Amber", "Statement added", "Action added",
        "Statement taken away", "Said twice", "Malik Roe", "Few ask about peers.", "Mend the form", "Put it back",
    ):  # fmt: skip
        assert words in page, words
    assert elsewhere.words.body not in page
    moves = browser.get(_url("history", review.pk) + "?kind=moves").content.decode()
    assert "All ask now" in moves
    assert "Action added" not in moves
    browser.post(_url("put-statement-back", statement.pk))
    assert "Statement put back" in browser.get(_url("history", review.pk)).content.decode()
    assert "Taken off the board" not in browser.get(_url("history", review.pk)).content.decode()


def test_a_long_statement_is_shortened_and_kept_whole(browser, review, lead):
    words = "It is so. " * 1000
    url = _url("add-statement", review.pk) + "?part=1:planning&rating=red&domain=outcomes"
    page = browser.get(url).content.decode()
    assert '<option value="1:planning" selected>' in page
    assert _checked(page) == "red"
    told = {"part": "1:planning", "domain": "outcomes", "rating": "red", "words": words}
    added = browser.post(url, told)
    statement = Statement.objects.get()
    assert added.url == f"{_url('board', review.pk, '1')}#statement-{statement.pk}"
    assert statement.words.body == words.strip()
    page = _shown(browser, review)
    assert "Show all" in page
    assert page.count(words.strip()) == 1


def test_a_draft_of_another_column_does_not_choose_that_column(browser, review, lead):
    a_statement(review, by=lead)
    url = _url("add-statement", review.pk)
    page = browser.get(url).content.decode()
    key = page.split('data-draft-key="')[1].split('"')[0]
    typed = {"draft_key": key, "client": "page-1", "part": "2:response", "rating": "green", "words": "Half a sentence"}
    assert json.loads(browser.post(reverse("core:keep-draft"), typed).content)["status"] == "kept"
    page = browser.get(f"{url}?part=1:planning&rating=red").content.decode()
    assert "Half a sentence" in page
    assert '<option value="1:planning" selected>' in page
    assert _checked(page) == "red"


def test_what_stands_out_on_a_card_is_said_in_words(browser, review, lead):
    statement = a_statement(review, by=lead)
    leaver = a_person(Role.PRACTITIONER, name="Josie Ward")
    a_review_action(statement, by=lead, owner=leaver, what="Of who has left")
    leaver.is_active = False
    leaver.save()
    a_review_action(statement, by=lead, owner_name="", what="Of nobody")
    a_review_action(statement, by=lead, what="Late", due=timezone.localdate().replace(year=2020))
    page = _shown(browser, review)
    for words in ("Josie Ward to lead (has left)", "Lead has left", "No lead", "Give a lead", "Overdue"):
        assert words in page, words


def test_what_is_done_to_an_action_leads_back_to_its_card(browser, review, lead):
    statement = a_statement(review, by=lead, domain="outcomes")
    a_review_action(statement, by=lead, owner_name="")
    page = _shown(browser, review, query="?domain=outcomes")
    card = f"{_url('board', review.pk, '1')}?domain=outcomes#statement-{statement.pk}"
    told = {
        "Add an action": {"what": "Ask everybody", "who": "nobody", "version": "1"},
        "Give a lead": {"what": "Ask everybody", "who": "elsewhere", "owner_name": "Sarah", "version": "1"},
        "Note": {"body": "Half of it"},
        "End": {"status": "done", "outcome": "It helped"},
    }
    for label, form in told.items():
        link = page.split(f'>{label}<span class="govuk-visually-hidden">')[0].split('href="')[-1]
        answer = browser.post(unescape(link.split('"')[0]), form)
        assert (answer.status_code, answer.headers.get("Location")) == (302, card), label


def test_who_only_reads_is_offered_nothing_to_do(signed_in, review, lead):
    a_review_action(a_statement(review, by=lead), by=lead, owner_name="")
    page = _shown(signed_in(a_person(Role.MANAGER)), review)
    for words in ("Write<", "Move<", "Add an action", "Give a lead", "data-grip", "data-may-write", "Rate<"):
        assert words not in page, words


def test_an_empty_board_says_what_to_do_next(browser, review):
    assert "Add what is so now under red, amber or green" in _shown(browser, review)
    assert "Nothing about outcomes yet." in _shown(browser, review, query="?domain=outcomes")
