"""Notices and their e-mails: nobody twice, nobody left out for another's address, and not a word about a child."""

import threading
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections, transaction
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.services import feedback, screening
from core import jobs, notices
from core.models import Notice
from tests.factories import a_person, a_referral

pytestmark = pytest.mark.django_db

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:{}\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


class Moody(EmailBackend):
    """A mail server that is away, refuses some addresses, or hangs up on others."""

    away = False
    refused: set[str] = set()
    hangs_up_on: set[str] = set()
    opened = 0

    def open(self) -> bool:
        if self.away:
            raise ConnectionRefusedError("nobody there")
        type(self).opened += 1
        return True

    def send_messages(self, messages) -> int:
        for message in messages:
            if set(message.to) & self.hangs_up_on:
                raise SMTPServerDisconnected("gone")
            if refused := set(message.to) & self.refused:
                raise SMTPRecipientsRefused(dict.fromkeys(refused, (550, b"no such user")))
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def mail_server(settings, monkeypatch):
    settings.EMAIL_BACKEND = "tests.core.test_notices.Moody"
    settings.SITE_URL = "https://casework.example.gov.uk"
    for name, value in {"away": False, "refused": set(), "hangs_up_on": set(), "opened": 0}.items():
        monkeypatch.setattr(Moody, name, value)
    monkeypatch.setattr(jobs, "ring_task", lambda task, *ids: True)
    mail.outbox = []
    return Moody


def sent_to() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


def later(**ago) -> None:
    """As if the last tries were so long ago."""
    for notice in Notice.objects.exclude(next_try_at=None):
        Notice.objects.filter(pk=notice.pk).update(next_try_at=notice.next_try_at - timedelta(**ago))


def test_nobody_is_told_the_same_twice_and_who_has_left_is_told_nothing():
    here, left = a_person(), a_person(active=False)
    assert len(notices.tell([here, here, left, None], "Something waits.", key="k")) == 1
    assert notices.tell([here], "Something waits.", key="k") == []
    assert Notice.objects.get().user == here


def test_many_are_told_in_two_queries(django_assert_num_queries):
    people = [a_person() for _ in range(6)]
    tellings = [notices.Telling(person, f"Line {key}", f"key-{key}") for person in people for key in range(5)]
    with django_assert_num_queries(2):
        notices.tell_each([*tellings, tellings[0]])
    assert Notice.objects.count() == 30
    assert notices.tell_each(tellings) == []


def test_one_ring_a_transaction_however_many_are_told(monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(jobs, "ring_task", lambda task, *ids: rung.append(task.name))
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(3):
            notices.tell([a_person()], "Something waits.", key=f"k{number}")
    assert rung == ["core.tasks.send_notices"]


def test_the_email_says_what_waits_and_where():
    person = a_person()
    notices.tell([person], "A question about referral CS-2026-0001 waits.", key="k", url="/referrals/x/")
    assert notices.send_waiting() == 1
    [message] = mail.outbox
    assert message.to == [person.email]
    assert message.subject == "CS Casework: something waits for you"
    assert "A question about referral CS-2026-0001 waits." in message.body
    assert "\nhttps://casework.example.gov.uk/referrals/x/\n" in message.body
    assert message.extra_headers["Message-ID"] == f"<notice-{Notice.objects.get().pk}@localhost>"
    assert notices.send_waiting() == 0


def test_without_an_address_of_the_site_there_is_no_link_and_none_for_strangers(settings):
    notices.write_to(["Somebody@Example.org", "somebody@example.org"], "You are invited.", key="k")
    notices.send_waiting()
    settings.SITE_URL = ""
    notices.tell([a_person()], "Something waits.", key="k", url="/referrals/x/")
    notices.send_waiting()
    assert len(mail.outbox) == 2
    assert not [message for message in mail.outbox if "/referrals/" in message.body or "https:" in message.body]


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_invitation_carries_its_calendar_file(method):
    notices.write_to(["teacher@example.org"], "You are invited.", key="k", calendar=CALENDAR.format(method))
    notices.send_waiting()
    [message] = mail.outbox
    assert message.subject == "CS Casework: invitation"
    part = message.message().get_payload()[1]
    assert part.get_filename() == "invitation.ics"
    assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", method)
    assert part.get_content_charset() == "utf-8"


def test_no_notice_and_no_email_has_a_word_about_the_child():
    referrer, cs = a_person(Role.PRACTITIONER), a_person(Role.CS_PRACTITIONER)
    person = {"by": referrer, "name": "Zebedee Quickfoot", "case_number": "990011", "worry": "Unmistakable worry"}
    referral = a_referral(ReferralState.SCREENING, **person)
    screening.allocate(referral, to=a_person(Role.CS_PRACTITIONER), by=cs)
    question = screening.ask(referral, question="Unmistakable question", by=cs)
    screening.answer(question.referral, body="Unmistakable answer", by=referrer)
    held = a_referral(ReferralState.HELD, cs=cs, **person)
    soon = timezone.now() + timedelta(weeks=7)
    feedback.ask_due(soon)
    feedback.chase(soon + timedelta(weeks=3))
    Notice.objects.update(created_at=timezone.now())
    told = [notice.words + notice.url for notice in Notice.objects.all()]
    assert len(told) >= 6
    notices.send_waiting()
    texts = [*told, *(f"{message.subject} {message.body} {message.message()}" for message in mail.outbox)]
    assert len(texts) == 2 * len(told)
    for text in texts:
        for word in ("Zebedee", "Quickfoot", "990011", "Unmistakable", referrer.name):
            assert word not in text
    assert any(held.reference in text for text in texts)


def test_a_refused_address_and_one_no_header_can_hold_keep_nobody_waiting(mail_server):
    mail_server.refused = {"refused@example.org"}
    notices.write_to(["refused@example.org"], "Something waits.", key="a")
    notices.write_to(["split@example.org\nBcc: everybody@example.org"], "Something waits.", key="b")
    notices.write_to(["fine@example.org"], "Something waits.", key="c")
    assert notices.send_waiting() == 1
    assert sent_to() == ["fine@example.org"]
    assert notices.send_waiting() == 0
    assert set(Notice.objects.filter(mailed_at=None).values_list("attempts", flat=True)) == {1}


def test_while_the_mail_server_is_away_no_try_is_used_up(mail_server):
    notices.write_to(["one@example.org", "two@example.org"], "Something waits.", key="k")
    mail_server.away = True
    for _ in range(2 * notices.MAX_ATTEMPTS):
        assert notices.send_waiting() == 0
    assert set(Notice.objects.values_list("attempts", flat=True)) == {0}
    mail_server.away = False
    assert notices.send_waiting() == 2


def test_a_mail_server_that_hangs_up_on_one_message_gets_the_others_the_next_time(mail_server):
    notices.write_to(["a@example.org", "b@example.org", "c@example.org"], "Something waits.", key="k")
    first = Notice.objects.order_by("attempts", "created_at").first()
    mail_server.hangs_up_on = {first.email}
    assert notices.send_waiting() == 0  # a server that hung up is left alone for this time
    assert notices.send_waiting() == 2
    assert first.email not in sent_to()


def test_what_failed_waits_longer_each_time_and_is_given_up(mail_server, caplog):
    mail_server.refused = {"refused@example.org"}
    notices.write_to(["refused@example.org"], "Something waits.", key="k")
    notices.send_waiting()
    for minutes, attempts in [(1, 1), (1.1, 2), (2, 2), (2.1, 3)]:
        later(minutes=minutes)
        notices.send_waiting()
        assert Notice.objects.get().attempts == attempts
    for _ in range(notices.MAX_ATTEMPTS):
        later(hours=1)
        notices.send_waiting()
    assert Notice.objects.get().attempts == notices.MAX_ATTEMPTS
    assert "given up" in caplog.text
    assert "refused@example.org" not in caplog.text


def test_an_old_email_says_nothing_new():
    notices.write_to(["one@example.org"], "Something waits.", key="k")
    Notice.objects.update(created_at=timezone.now() - notices.GIVE_UP_AFTER - timedelta(minutes=1))
    assert notices.send_waiting() == 0


def test_who_has_read_it_or_has_left_gets_no_email_but_an_invitation_goes_out():
    reader, leaver, invited = a_person(), a_person(), a_person()
    [seen] = notices.tell([reader], "Something waits.", key="k")
    notices.tell([leaver], "Something waits.", key="k")
    [calendar] = notices.tell([invited], "You are invited.", key="k", calendar=CALENDAR.format("REQUEST"))
    for notice in (seen, calendar):
        notices.read(notice)
    leaver.is_active = False
    leaver.save()
    notices.send_waiting()
    assert sent_to() == [invited.email]


def test_without_a_mail_server_everything_goes_on_waiting(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    notices.write_to(["one@example.org"], "Something waits.", key="k")
    assert notices.send_waiting() == 0
    assert Notice.objects.get().mailed_at is None


def test_nothing_is_asked_of_the_mail_server_while_nothing_waits(mail_server):
    assert notices.send_waiting() == 0
    assert mail_server.opened == 0


def test_what_is_done_is_taken_back_unless_it_was_read():
    reader, other = a_person(), a_person()
    [seen] = notices.tell([reader], "Something waits.", key="done")
    notices.tell([other], "Something waits.", key="done")
    notices.tell([other], "Something else waits.", key="open")
    notices.read(seen)
    notices.forget("done")
    assert set(Notice.objects.values_list("user", "key")) == {(reader.pk, "done"), (other.pk, "open")}


def test_a_worker_that_dies_before_its_note_leaves_the_email_to_another_after_a_while(monkeypatch):
    """Once claimed it is nobody else's; after the pause it is sent again, under the same Message-ID."""
    notices.write_to(["one@example.org"], "Something waits.", key="k")

    class Killed(BaseException):
        pass

    def die(notice, connection):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(notices, "_send", die)
        notices.send_waiting()
    assert notices.send_waiting() == 0
    later(minutes=2.1)
    assert notices.send_waiting() == 1
    assert Notice.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_email_once(monkeypatch):
    for number in range(30):
        notices.write_to([f"person{number}@example.org"], "Something waits.", key="k")
    together, send = threading.Barrier(3, timeout=20), notices._send

    def slowly(notice, connection):
        if notice.email == "person0@example.org":
            pause.wait(0.3)
        send(notice, connection)

    pause = threading.Event()
    monkeypatch.setattr(notices, "_send", slowly)
    counts = []

    def work():
        together.wait()
        counts.append(notices.send_waiting())
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 30
    assert sent_to() == sorted(f"person{number}@example.org" for number in range(30))


@pytest.mark.django_db(transaction=True)
def test_no_row_is_locked_while_the_mail_server_talks(monkeypatch):
    """A person can open the notice, and its act be taken back, in the seconds that sending takes."""
    notices.tell([a_person()], "Something waits.", key="k")
    read_meanwhile = []

    def during(notice, connection):
        def other():
            with transaction.atomic():
                read_meanwhile.append(Notice.objects.select_for_update(nowait=True).filter(pk=notice.pk).count())
            connections.close_all()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    monkeypatch.setattr(notices, "_send", during)
    assert notices.send_waiting() == 1
    assert read_meanwhile == [1]
