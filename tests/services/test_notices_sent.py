"""A real worker, a real beat and a mail server: what falls due is told, and what is told is sent.

What is promised: an e-mail is sent at least once. It is sent again only where a worker is killed after the mail server
took the message and before the worker noted that; then under the same Message-ID.
"""

import email
import socketserver
import threading
from datetime import timedelta

import pytest
from django.utils import timezone

import csproject
from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import Consultation, Feedback
from core import jobs, notices
from core.models import Notice
from tests.factories import a_person, a_referral

from .test_worker import Processes, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs. It can be told to hold its answer before or after it takes a message."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Dialogue)
        self.taken: list[email.message.Message] = []
        self.recipients: list[str] = []
        self.refused: set[str] = set()
        self.hold_at = ""  # "RCPT" or "DATA": stands there until let go
        self.held, self.let_go = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def stand(self, at: str) -> None:
        if self.hold_at == at:
            self.held.set()
            self.let_go.wait(60)


class _Dialogue(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        try:
            self.talk()
        except (BrokenPipeError, ConnectionResetError):
            return  # the client was killed

    def talk(self) -> None:
        self.say("220 here")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                self.server.stand("RCPT")
                self.say("550 no such user" if recipient in self.server.refused else "250 fine")
            elif verb == "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.taken.append(email.message_from_bytes(b"".join(lines)))
                self.server.recipients.append(recipient)
                self.server.stand("DATA")
                self.say("250 taken")
            else:
                self.say("221 bye" if verb == "QUIT" else "250 fine")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def mail_server():
    server = MailServer()
    yield server
    server.let_go.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def processes(tmp_path, monkeypatch, mail_server):
    started = Processes(tmp_path)
    started.env |= {"EMAIL_URL": mail_server.url, "SITE_URL": "https://casework.example.gov.uk", "ROUND_SECONDS": "1"}
    monkeypatch.setattr(csproject.celery_app.conf, "broker_url", started.url)
    yield started
    started.kill_all()


def mailed() -> int:
    return Notice.objects.exclude(mailed_at=None).count()


def the_pause_is_over() -> None:
    Notice.objects.exclude(next_try_at=None).update(next_try_at=timezone.now() - timedelta(seconds=1))
    from core.tasks import send_notices

    jobs.ring_task(send_notices)


def test_feedback_that_falls_due_is_asked_for_by_e_mail(processes, mail_server):
    """Nobody presses anything: beat rings, the worker asks, the same worker sends."""
    referral = a_referral(ReferralState.HELD, by=a_person(Role.PRACTITIONER), name="Zebedee")
    day = timezone.localdate() - timedelta(weeks=7)
    Consultation.objects.update(held_on=day)
    Notice.objects.all().delete()
    for name in ("redis", "worker", "beat"):
        processes.start(name)
    wait_until(lambda: mailed() == 1)
    wait_until(lambda: Feedback.objects.filter(referral=referral).exists())
    [message] = mail_server.taken
    assert mail_server.recipients == [referral.referrer.email]
    text = message.as_string()
    assert message["Subject"] == "CS Casework: something waits for you"
    assert f"https://casework.example.gov.uk/referrals/{referral.pk}/feedback/" in text
    assert "Zebedee" not in text
    assert referral.case_number not in text


def test_a_refused_address_keeps_nobody_waiting(processes, mail_server):
    mail_server.refused = {"refused@example.org"}
    processes.start("redis")
    processes.start("worker")
    notices.write_to(["fine@example.org", "refused@example.org", "zoe@example.org"], "You are invited.", key="k")
    wait_until(lambda: mailed() == 2)
    assert sorted(mail_server.recipients) == ["fine@example.org", "zoe@example.org"]
    refused = Notice.objects.get(mailed_at=None)
    assert (refused.email, refused.attempts) == ("refused@example.org", 1)


@pytest.mark.parametrize(("killed_at", "copies"), [("RCPT", 1), ("DATA", 2)])
def test_a_worker_killed_while_it_sends(processes, mail_server, killed_at, copies):
    """Before the server took the message it goes out once; after it, and before the worker's note, twice."""
    processes.start("redis")
    processes.start("worker")
    mail_server.hold_at = killed_at
    notices.write_to(["one@example.org"], "You are invited.", key="k")
    assert mail_server.held.wait(60)
    processes.kill("worker")
    mail_server.hold_at = ""
    mail_server.let_go.set()
    assert mailed() == 0
    processes.start("worker")
    notices.write_to(["two@example.org"], "You are invited.", key="k")
    wait_until(lambda: mailed() == 1)  # the next one is not held up; the first waits for its pause
    assert mail_server.recipients.count("one@example.org") == copies - 1
    the_pause_is_over()
    wait_until(lambda: mailed() == 2)
    to_one = [message["Message-ID"] for message in mail_server.taken if message["To"] == "one@example.org"]
    assert len(to_one) == copies
    assert len(set(to_one)) == 1
