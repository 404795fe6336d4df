"""Twenty people save one section at the same moment: every word is on the page afterwards. The control loses some."""

import threading

import pytest
from django.db import connection, connections

from core import texts
from core.models import SetAsideText, Text
from tests.factories import a_person

PEOPLE = 20
ROUNDS = 3


def words_lost() -> list[str]:
    """Let everybody save words of their own at once, for some rounds; which of them are not shown afterwards.

    Shown are the text and what waits beside it to be merged. Each turn everybody has loaded the page anew.
    """
    text = Text.objects.create()
    people = [a_person(name=f"Writer {number}") for number in range(PEOPLE)]
    failures: list[BaseException] = []
    written: list[str] = []
    for turn in range(ROUNDS):
        text.refresh_from_db()
        start = threading.Barrier(PEOPLE, timeout=30)

        def write(number: int, turn: int = turn, start: threading.Barrier = start) -> None:
            try:
                start.wait()
                word = f"<turn {turn} writer {number}>"
                texts.save(
                    text.pk, body=f"{text.body}{word}", base_version=text.version, by=people[number],
                    client=f"page-{turn}-{number}", seq=1,
                )  # fmt: skip
            except BaseException as failure:
                failures.append(failure)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=write, args=[number]) for number in range(PEOPLE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        written += [f"<turn {turn} writer {number}>" for number in range(PEOPLE)]
    assert failures == []
    kept = [
        *Text.objects.filter(pk=text.pk).values_list("body", flat=True),
        *SetAsideText.objects.filter(text=text, resolved_at=None).values_list("body", flat=True),
    ]
    return [word for word in written if not any(word in body for body in kept)]


@pytest.mark.django_db(transaction=True)
def test_no_word_is_lost():
    assert words_lost() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_version_check_words_are_lost(monkeypatch):
    """The control: where a latecomer's text is written over the other and not beside it, the test above sees it."""

    def write_over(text, *, body, by, at, client, seq, **kwargs):
        texts._move_on(text, body=body, by=by, at=at, client=client, seq=seq)

    monkeypatch.setattr(texts, "_set_aside", write_over)
    assert len(words_lost()) > PEOPLE


@pytest.mark.django_db
def test_the_database_serves_enough_connections():
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        assert int(cursor.fetchone()[0]) > PEOPLE
