"""Links for people outside: what they show, when they end, who cannot guess them, and no young person's name."""

import io
import logging
import re
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core.models import AuditEvent
from core.workflow import ActRefused
from csproject.serving import PlainLogger
from reviews.models import PartnerLink
from reviews.services import actions, partner_links
from reviews.services.statements import save_words
from reviews.views import shared
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_referral
from tests.review_factories import a_review, a_review_action, a_statement, an_overall
from tests.slices.contexts import date_parts
from tests.slices.reviews_follow import a_link

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
TODAY = timezone.localdate()


@pytest.fixture
def lead(db):
    cache.clear()
    return a_person(Role.LEAD, name="Malik Thornton")


@pytest.fixture
def review(lead):
    return a_review(by=lead, area="The north", next_on=TODAY + timedelta(days=90))


@pytest.fixture
def visitor():
    return Client()


def address(token: str) -> str:
    return reverse("reviews:shared", args=[token])


def made(browser, review, **values) -> tuple[str, str]:
    """The page that answers the form, and the token in it."""
    ends = date_parts("expires_on", values.pop("ends", TODAY + timedelta(days=30)))
    sent = {"label": "The police", "once": str(uuid4()), **ends, **values}
    page = browser.post(reverse("reviews:make-link", args=[review.pk]), sent).content.decode()
    found = re.search(r"/reviews/shared/([^/<]+)/", page)
    return page, found[1] if found else ""


def test_a_link_shows_the_board_and_nothing_of_the_service(signed_in, visitor, lead, review):
    statement = a_statement(review, by=lead, words="Peers are not asked about", rating="red")
    a_statement(review, by=lead, words="Places are mapped", level="2", stage="response", rating="green")
    owner = a_person(Role.PRACTITIONER, name="Sarah Cole")
    done = a_review_action(statement, owner=owner, by=lead, what="Change the form", due=date(2025, 1, 2))
    actions.note(done, body="Half of it is done", by=owner)
    actions.close(done, status="done", outcome="The form is used", by=lead)
    late = {"owner_name": "Lorna Reid", "owner_agency": "Police", "due": TODAY - timedelta(days=1)}
    a_review_action(statement, by=lead, what="Train everybody", **late)
    an_overall(review, by=lead)
    page, token = made(signed_in(lead), review)
    assert "It is shown this once" in page
    answer = visitor.get(address(token))
    shown = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "The north", "Peers are not asked about", "Places are mapped", "Change the form", "Train everybody",
        "The form is used", "Amber/Red", "Paperwork is changing.", "1 done, 1 open, of which 1 overdue",
    ):  # fmt: skip
        assert words in shown
    for words in ("Sarah", "Cole", "Lorna", "Police", "Malik", "Thornton", "Half of it", "The police", "Sign in"):
        assert words not in shown
    assert re.findall(r'href="([^"]*)"', shown) == [
        "/static/img/icon.svg", "/static/css/site.css", "#main-content",
    ]  # fmt: skip
    assert "<form" not in shown
    assert str(review.pk) not in shown
    assert str(statement.pk) not in shown


def test_leads_are_shown_where_the_link_says_so(signed_in, visitor, lead, review):
    statement = a_statement(review, by=lead)
    a_review_action(statement, owner=a_person(Role.PRACTITIONER, name="Sarah Cole"), by=lead)
    a_review_action(statement, by=lead, owner_name="Lorna Reid", owner_agency="Police")
    _, token = made(signed_in(lead), review, shows_leads="on")
    shown = visitor.get(address(token)).content.decode()
    assert "Sarah Cole to lead" in shown
    assert "Lorna Reid, Police to lead" in shown


def test_every_answer_is_kept_by_nobody(visitor, lead, review):
    link, token = a_link(review, by=lead)
    answers = [visitor.get(address(token)), visitor.head(address(token)), visitor.get(address("nothing"))]
    partner_links.revoke(link, by=lead)
    answers.append(visitor.get(address(token)))
    assert [answer.status_code for answer in answers] == [200, 200, 404, 410]
    for answer in answers:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "no-store, private, max-age=0"
        assert not answer.cookies
        assert "/accounts/" not in answer.content.decode()


def at_moment(monkeypatch, moment: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment.astimezone(UTC))


def ends_today(monkeypatch, visitor, lead, review, break_it=None) -> list[int]:
    """The answers of a link that ends on 29 March 2026, the day on which summer time begins, and of one that was ended.

    Just before it begins, on the last evening, in the last second of the day in London, and in the first one after it.
    """
    at_moment(monkeypatch, datetime(2026, 3, 1, 12, tzinfo=LONDON))
    values = {"label": "x", "shows_leads": False, "because": ""}
    ends = date(2026, 3, 29)
    _, token = partner_links.make(review, expires_on=ends, once=uuid4(), by=lead, **values)
    ended, other = partner_links.make(review, expires_on=ends, once=uuid4(), by=lead, **values)
    partner_links.revoke(ended, by=lead)
    if break_it:
        break_it()
    answers = []
    for day, clock in ((28, time(23)), (29, time(20)), (29, time(23, 59, 59)), (30, time(0))):
        at_moment(monkeypatch, datetime.combine(date(2026, 3, day), clock, tzinfo=LONDON))
        answers.append(visitor.get(address(token)).status_code)
    return [*answers, visitor.get(address(other)).status_code]


def test_a_link_opens_until_the_end_of_its_last_day_in_london(monkeypatch, visitor, lead, review):
    assert ends_today(monkeypatch, visitor, lead, review) == [200, 200, 200, 410, 410]


def test_the_test_of_the_end_fails_where_nobody_looks_at_it(monkeypatch, visitor, lead, review):
    """The control: without the question whether it is open, every answer would be the page."""

    def break_it():
        monkeypatch.setattr(PartnerLink, "is_open", lambda self, on=None: True)

    assert ends_today(monkeypatch, visitor, lead, review, break_it) == [200, 200, 200, 200, 200]


def test_a_link_that_was_ended_says_whom_to_ask_and_nothing_else(signed_in, visitor, lead, review):
    a_statement(review, by=lead, words="Peers are not asked about")
    link, token = a_link(review, by=lead, label="The police")
    url = reverse("reviews:end-link", args=[link.pk])
    page = signed_in(lead).get(url).content.decode()
    assert "End the link for The police" in page
    assert visitor.get(address(token)).status_code == 200
    for _ in range(2):
        assert signed_in(lead).post(url).status_code == 302
    answer = visitor.get(address(token))
    assert answer.status_code == 410
    assert "who sent it to you" in answer.content.decode()
    assert not any(words in answer.content.decode() for words in ("Peers", "The north", "The police", "Malik"))
    assert AuditEvent.objects.filter(act="review.link-ended").count() == 1


def changed(token: str):
    """The token with a letter changed in each of its parts, cut, longer, signed with another key, and nonsense."""
    said, _, signature = token.partition(".")

    def other(letter):
        return "A" if letter != "A" else "B"

    def signed(words, **how):
        return signing.Signer(**{"salt": partner_links.SALT, "sep": "."} | how).sign(words)

    return [
        f"{other(said[0])}{said[1:]}.{signature}", f"{said}.{other(signature[0])}{signature[1:]}", token[:-1], said,
        f"{token}A", f"{said}.", f".{signature}", signed(said, key="another"), signed(said, salt="other"),
        signed("A" * 43), token.swapcase(), "\x00", "x" * 5000, "..", "%2e%2e", "\u0660",
    ]  # fmt: skip


def test_a_token_that_nobody_made_opens_nothing(visitor, lead, review):
    _, token = a_link(review, by=lead)
    for wrong in changed(token):
        answer = visitor.get(address(wrong))
        assert answer.status_code == 404, wrong
        assert "The north" not in answer.content.decode()
        assert not AuditEvent.objects.filter(detail__icontains=token[:20]).exists()
    assert visitor.get(address(token)).status_code == 200


def test_a_tampered_token_is_told_by_its_signature_in_constant_time(monkeypatch, visitor, lead, review):
    """Nothing is looked up in the database for it; what is looked up is a hash."""
    _, token = a_link(review, by=lead)
    compared = []
    real = signing.constant_time_compare
    monkeypatch.setattr(signing, "constant_time_compare", lambda *args: compared.append(args) or real(*args))
    with CaptureQueriesContext(connection) as queries:
        visitor.get(address(changed(token)[0]))
    assert compared
    assert not any("reviews_" in query["sql"] for query in queries.captured_queries)
    with CaptureQueriesContext(connection) as queries:
        visitor.get(address(token))
    assert not any(token[:20] in query["sql"] for query in queries.captured_queries)


def test_the_token_is_kept_nowhere(monkeypatch, signed_in, lead, review):
    browser = signed_in(lead)
    _, token = made(browser, review)
    link = PartnerLink.objects.get()
    assert token not in str(vars(link))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{table}"::text LIKE %s', [f"%{token[:30]}%"])
            assert cursor.fetchone() == (0,), table
    assert token not in browser.get(reverse("reviews:links", args=[review.pk])).content.decode()
    monkeypatch.setattr("gunicorn.glogging.Logger.atoms", lambda *args: {})
    logged = PlainLogger.atoms(object.__new__(PlainLogger), None, None, {"PATH_INFO": address(token)}, None)["U"]
    assert token not in logged
    assert logged.startswith("/reviews/shared/")


def test_no_log_keeps_a_token(monkeypatch, visitor, lead, review):
    """Django names the address of whatever it refuses, that of a link that works too, where it was opened too often."""
    said = io.StringIO()
    (console,) = [one for one in logging.getLogger().handlers if one.get_name() == "console"]
    monkeypatch.setattr(console, "stream", said)
    monkeypatch.setattr(partner_links, "OFTEN", 0)
    _, token = a_link(review, by=lead)
    assert visitor.get(address(token)).status_code == 429
    assert visitor.get(address("wrong")).status_code == 404
    assert "Too Many Requests: /reviews/shared/…/" in said.getvalue()
    assert "Not Found: /reviews/shared/…/" in said.getvalue()
    assert token[:20] not in said.getvalue()


def test_the_same_form_sent_twice_makes_one_link(signed_in, visitor, lead, review):
    browser, once = signed_in(lead), str(uuid4())
    tokens = {made(browser, review, once=once)[1] for _ in range(2)}
    assert len(tokens) == 1
    assert PartnerLink.objects.count() == 1
    assert made(signed_in(a_person(Role.LEAD)), review, once=once)[1] not in tokens  # somebody else's form
    partner_links.revoke(PartnerLink.objects.get(made_by=lead), by=lead)
    page, token = made(browser, review, once=once)
    assert not token
    assert "This link has been ended. Make a new one." in page


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"label": ""}, "Enter who the link is for"),
        ({"label": "x" * 201}, "200 characters or fewer"),
        ({"label": "a\x00b"}, "characters that cannot be stored"),
        ({"once": "nonsense"}, "once"),
        ({"ends": TODAY - timedelta(days=1)}, "The last day must be today or in the future"),
        ({"ends": TODAY + timedelta(days=367)}, "or before"),
        ({"expires_on_year": "99999"}, "must have a year with 4 numbers"),
    ],
)
def test_a_link_that_cannot_be_is_not_made(signed_in, lead, review, values, wrong):
    page, token = made(signed_in(lead), review, **values)
    assert not token
    assert wrong in page
    assert not PartnerLink.objects.exists()


def test_the_service_refuses_a_link_of_more_than_a_year(lead, review):
    for days in (-1, 367):
        with pytest.raises(ActRefused, match="between today and a year"):
            values = {"label": "x", "shows_leads": False, "once": uuid4()}
            partner_links.make(review, expires_on=TODAY + timedelta(days=days), **values, by=lead)


def test_openings_are_counted_from_the_audit_log(signed_in, visitor, lead, review):
    link, token = a_link(review, by=lead)
    assert "Not yet" in signed_in(lead).get(reverse("reviews:links", args=[review.pk])).content.decode()
    for _ in range(3):
        visitor.get(address(token), REMOTE_ADDR="203.0.113.9")
    events = AuditEvent.objects.filter(act="review.link-opened")
    assert {(event.subject_id, event.actor_id, str(event.detail)) for event in events} == {(str(link.pk), None, "{}")}
    page = signed_in(a_person(Role.MANAGER)).get(reverse("reviews:links", args=[review.pk])).content.decode()
    assert "3 times, last on" in page
    assert "Make a link" not in page
    assert "End it" not in page


def test_tries_with_wrong_links_are_limited_and_right_ones_go_on(monkeypatch, visitor, lead, review):
    monkeypatch.setattr(shared, "FAILED", {"partner-link": "3/5m/ip"})
    _, token = a_link(review, by=lead)
    found = [visitor.get(address(f"wrong{each}")).status_code for each in range(5)]
    assert found == [404, 404, 404, 429, 429]
    assert visitor.get(address("wrong"), REMOTE_ADDR="203.0.113.9").status_code == 404
    assert visitor.get(address(token)).status_code == 200


def test_one_link_opened_over_and_over_waits(monkeypatch, visitor, lead, review):
    monkeypatch.setattr(partner_links, "OFTEN", 3)
    _, token = a_link(review, by=lead)
    _, other = a_link(review, by=lead)
    assert [visitor.get(address(token)).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert visitor.get(address(other)).status_code == 200


# ------------------------------------------------------------ no young person's name
@pytest.fixture
def known(db):
    """Young people as the record knows them: by name and number, on a referral alone, on a link by name alone."""
    a_referral("held", name="Zebedee Okonkwo-Brandt", case_number="ZX-771-2")
    a_referral("held", name="Amber Young", case_number="880099")
    a_referral("held", name="Jo", case_number="77")
    a_linked_person(a_context(), name="Tariq Vasilescu")
    a_linked_person(a_context(), name="Coach at the boxing club")
    a_linked_person(a_context(), name="older boy with a bike, Dwayne")


NAMED = [
    "Zebedee Okonkwo-Brandt was moved", "OKONKWO-BRANDT, Zebedee", "the case of zebedee  okonkwo brandt",
    "Case ZX-771-2 shows it", "see zx 771 2", "number 880099", "Tariq Vasilescu’s school", "Amber Young told us",
]  # fmt: skip
IN_PART = ["Zebedee told us", "the Vasilescu family", "after Tariq’s case", "Brandt and others", "as Dwayne said"]
PLAIN = [
    "Move from amber to green for young people",
    "We need to identify opportunities for young adults",
    "Ask 77 people",
    "The coach of a club",
    "Boys with bikes",
]


@pytest.mark.parametrize("words", NAMED)
def test_no_link_is_made_while_a_name_stands_in_the_round(signed_in, visitor, lead, review, known, words):
    statement = a_statement(review, by=lead, words=words)
    browser = signed_in(lead)
    page = browser.get(reverse("reviews:make-link", args=[review.pk])).content.decode()
    assert "No link can be made yet" in page
    assert statement.get_absolute_url() in page
    sent, token = made(browser, review, because="They are staff")
    assert not token
    for name in ("Zebedee", "Okonkwo", "Brandt", "Vasilescu", "Tariq", "ZX-771", "zx 771", "880099", "Amber Young"):
        assert name not in page
        assert name not in sent
    with pytest.raises(ActRefused, match="may stand in"):
        a_link(review, by=lead)


@pytest.mark.parametrize("words", IN_PART)
def test_a_part_of_a_name_asks_for_a_reason_and_is_left_out(signed_in, visitor, lead, review, known, words):
    statement = a_statement(review, by=lead, words=words)
    browser = signed_in(lead)
    page = browser.get(reverse("reviews:make-link", args=[review.pk])).content.decode()
    assert statement.get_absolute_url() in page
    assert "No link can be made yet" not in page
    page, token = made(browser, review)
    assert not token
    assert "Say why none of them is a young person’s name" in page
    with pytest.raises(ActRefused, match="Say why none"):
        a_link(review, by=lead, because=" ")
    _, token = made(browser, review, because="Zebedee is a youth worker")
    shown = visitor.get(address(token)).content.decode()
    assert "young person" in shown.lower()
    for name in ("zebedee", "vasilescu", "tariq", "brandt", "dwayne"):
        assert name not in shown.lower()


@pytest.mark.parametrize("words", PLAIN)
def test_ordinary_words_are_nobodys_name(signed_in, visitor, lead, review, known, words):
    a_statement(review, by=lead, words=words)
    _, token = made(signed_in(lead), review)
    assert words in visitor.get(address(token)).content.decode()


def test_names_are_looked_for_in_all_that_the_link_shows(visitor, lead, review, known):
    statement = a_statement(review, by=lead)
    action = a_review_action(statement, by=lead, what="Ask Zebedee", timescale="when Zebedee is back", due=None)
    a_review_action(statement, by=lead, owner_name="Tariq Vasilescu")
    closed = a_review_action(statement, by=lead)
    actions.close(closed, status="done", outcome="Zebedee is well", by=lead)
    rating = an_overall(review, by=lead)
    type(rating).objects.filter(pk=rating.pk).update(reason="As Zebedee said")
    type(review).objects.filter(pk=review.pk).update(area="Zebedee’s street")
    found = partner_links.places(review.__class__.objects.get(pk=review.pk))
    assert [place.words.partition(":")[0] for place in found] == [
        "The name of what is reviewed", "Action", "Action", "Overall rating",
    ]  # fmt: skip
    assert {place.url for place in found} >= {actions.page_of(action), actions.page_of(closed)}
    _, token = a_link(review, by=lead, shows_leads=True)
    shown = visitor.get(address(token)).content.decode()
    assert "Zebedee" not in shown
    assert "Vasilescu" not in shown
    assert "Somebody to lead" in shown


def test_a_name_that_was_typed_later_or_came_later_is_left_out(visitor, lead, review):
    statement = a_statement(review, by=lead, words="Quentin Ashgrove is a youth worker")
    _, token = a_link(review, by=lead)
    assert "Quentin Ashgrove" in visitor.get(address(token)).content.decode()
    a_referral("held", name="Quentin Ashgrove")
    assert "Quentin" not in visitor.get(address(token)).content.decode()
    a_referral("held", name="Zebedee Okonkwo")
    save_words(statement, body="Zebedee Okonkwo again", base_version=1, by=lead)
    shown = visitor.get(address(token)).content.decode()
    assert "A young person again" in shown
    assert "Okonkwo" not in shown


def test_the_test_of_names_fails_where_none_are_looked_for(monkeypatch, visitor, lead, review, known):
    """The control: with nobody's name known, the page shows what was typed."""
    monkeypatch.setattr("contexts.every_name._known", list)
    a_statement(review, by=lead, words="Zebedee Okonkwo-Brandt was moved")
    _, token = a_link(review, by=lead)
    assert "Zebedee Okonkwo-Brandt" in visitor.get(address(token)).content.decode()


def test_looking_for_names_is_noted_with_how_many_places_were_found(signed_in, lead, review, known):
    a_statement(review, by=lead, words="Zebedee Okonkwo-Brandt was moved")
    signed_in(lead).get(reverse("reviews:make-link", args=[review.pk]))
    event = AuditEvent.objects.get(act="viewed", detail__page="link")
    assert event.detail == {"page": "link", "found": 1}
    assert "Zebedee" not in str(list(AuditEvent.objects.filter(subject_type="reviews.review").values()))
