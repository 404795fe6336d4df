"""Fifty people edit one section over a hundred rounds, and no word is lost in silence. The control loses some.

Their pages behave as real ones do: some load anew, the others go on with what they show; who meets a conflict types on
in it and merges after a while; now and then somebody takes words away, or an answer is lost and a save is repeated.
Five of them save at the same moment, each thread standing for ten people: more than five thousand saves in all.
"""

import random
import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from django.db import connection, connections

from core import texts
from core.models import SetAsideText, Text, TextVersion
from tests.factories import a_person

EDITORS, ROUNDS, AT_ONCE = 50, 100, 5
LONGEST = 40  # words: so that the texts do not grow for ever, the first ones are taken away knowingly


@dataclass
class Told:
    """What all pages were told, and what their people did knowingly."""

    texts: set[str] = field(default_factory=set)  # acknowledged as saved or set aside
    taken_away: set[str] = field(default_factory=set)  # words that somebody saw and took away
    came: Counter = field(default_factory=Counter)


class Editor:
    """One person's open page: the text that it shows, and the version that this was written on."""

    def __init__(self, number: int, person, text_id, told: Told):
        self.number, self.person, self.text_id, self.told = number, person, text_id, told
        self.dice = random.Random(number)  # noqa: S311 (no secret: the same dice each time)
        self.body, self.version, self.seq, self.words = "", 0, 0, 0
        self.aside = None  # while a conflict is open
        self.theirs: Text | None = None

    def turn(self) -> None:
        """Write a word and save, on a page that was perhaps loaded anew; or merge."""
        if self.aside and self.dice.random() < 0.3:
            self.merge()
            return
        if not self.aside and self.dice.random() < 0.7:
            text = Text.objects.get(pk=self.text_id)
            self.body, self.version = text.body, text.version
        self.write()
        sent = self.save()
        if self.dice.random() < 0.05:
            self.send(sent)  # the answer was lost on its way: the page asks again

    def write(self) -> None:
        words = self.body.split()
        if words and self.dice.random() < 0.2:
            self.told.taken_away.add(words.pop(self.dice.randrange(len(words))))
        self.words += 1
        words.insert(self.dice.randint(0, len(words)), f"w{self.number}.{self.words}")
        self.told.taken_away.update(words[:-LONGEST])
        self.body = " ".join(words[-LONGEST:])

    def merge(self) -> None:
        self.save()  # what was typed last goes first, and brings their newest text
        self.body = texts.combined(self.body, self.theirs.body, self.dice.choice(["before", "after"]))
        self.version = self.theirs.version
        self.save(resolves=self.aside)

    def save(self, **sent) -> dict:
        self.seq += 1
        sent |= {"body": self.body, "base_version": self.version, "client": f"page-{self.number}", "seq": self.seq}
        if self.aside and "resolves" not in sent:
            sent["parked"] = self.aside
        self.send(sent)
        return sent

    def send(self, sent: dict) -> None:
        result = texts.save(self.text_id, by=self.person, **sent)
        self.told.texts.add(sent["body"])
        self.told.came["set aside" if result.conflict else "saved"] += 1
        if result.conflict:
            self.aside, self.theirs = result.set_aside.pk, result.text
            assert result.text.updated_by is not None  # the page names whose text it is
        else:
            self.aside, self.version = None, result.text.version


def edit_together(rounds: int = ROUNDS) -> tuple[Text, Told]:
    """All editors, over and over, on a new text."""
    text, told = Text.objects.create(), Told()
    editors = [Editor(number, a_person(name=f"Editor {number}"), text.pk, told) for number in range(EDITORS)]
    together = threading.Barrier(AT_ONCE, timeout=60)

    def work(group: list[Editor]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")  # nobody pulls the plug here: no waiting for the disk
            for turn in range(rounds):
                together.wait()
                for editor in random.Random(turn).sample(group, len(group)):  # noqa: S311
                    editor.turn()
        except BaseException:
            together.abort()
            raise
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(work, editors[start::AT_ONCE]) for start in range(AT_ONCE)]:
            done.result()
    text.refresh_from_db()
    return text, told


def words_lost(text: Text, told: Told) -> set[str]:
    """The acknowledged words that no page shows any more, though nobody who saw them took them away."""
    shown = [text.body, *text.set_aside.filter(resolved_at=None).values_list("body", flat=True)]
    acknowledged = {word for body in told.texts for word in body.split()}
    return acknowledged - {word for body in shown for word in body.split()} - told.taken_away


def texts_lost(text: Text, told: Told) -> list[str]:
    """The acknowledged texts that are neither the text, nor a version of it, nor set aside.

    One that was only added to is in the one that was made of it.
    """
    kept = {
        text.body,
        *TextVersion.objects.filter(text=text).values_list("body", flat=True),
        *SetAsideText.objects.filter(text=text).values_list("body", flat=True),
    }
    with_word = defaultdict(list)
    for body in kept:
        for word in set(body.split()):
            with_word[word].append(body)

    def is_kept(body: str) -> bool:
        if body in kept:
            return True
        words = body.split()
        rarest = min((with_word[word] for word in words), key=len)
        return any(_in_order(words, other.split()) for other in rarest)

    return [body for body in told.texts if not is_kept(body)]


def _in_order(words: list[str], others: list[str]) -> bool:
    rest = iter(others)
    return all(word in rest for word in words)


@pytest.mark.django_db(transaction=True)
def test_no_word_is_lost():
    text, told = edit_together()
    assert words_lost(text, told) == set()
    assert texts_lost(text, told) == []
    assert sum(told.came.values()) >= EDITORS * ROUNDS
    assert min(told.came.values()) > EDITORS * ROUNDS / 10  # both ways out were tried, and often


@pytest.mark.django_db(transaction=True)
def test_without_the_version_check_words_are_lost(monkeypatch):
    """The control: where a latecomer's text is written over the other and not beside it, the test above sees it."""

    def write_over(text, *, body, by, at, client, seq, **kwargs):
        texts._move_on(text, body=body, by=by, at=at, client=client, seq=seq, gather=True)
        return None, False

    monkeypatch.setattr(texts, "_set_aside", write_over)
    text, told = edit_together(rounds=10)
    assert len(words_lost(text, told)) > EDITORS


@pytest.mark.django_db(transaction=True)
def test_what_a_set_aside_text_loses_is_lost_without_its_versions(monkeypatch):
    """The control of the other half: where a page's later text replaces its set-aside one, whole texts are gone."""
    monkeypatch.setattr(texts, "only_adds", lambda old, new: True)
    text, told = edit_together(rounds=10)
    monkeypatch.undo()
    assert len(texts_lost(text, told)) > EDITORS


@pytest.mark.django_db
def test_the_database_serves_enough_connections():
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        assert int(cursor.fetchone()[0]) > AT_ONCE
