"""The calendar file: it parses, it names nobody, it moves and takes away its own entry, and who is sent it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.permissions import Role
from consultations import invitations
from consultations.models import Consultation
from consultations.services import participants, screening
from core import notices
from core.models import Notice
from tests.factories import a_draft, a_person, a_referral, a_team

pytestmark = pytest.mark.django_db
DAY = date(2031, 7, 4)  # summer time
UTC = ZoneInfo("UTC")


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, name="Ann Screener", team=a_team())


def planned(cs, **values):
    sent = a_referral("screening", name="Zebedee Child", case_number="990011")
    given = {"planned_for": DAY, "reason": "Suitable.", "by": cs}
    return screening.accept(sent, **given | values)


def event(text: str):
    """The one event of a calendar file, and its method."""
    calendar = Calendar.from_ical(text)
    (found,) = calendar.walk("VEVENT")
    return found, str(calendar["METHOD"])


def test_a_meeting_with_a_time_is_in_london_time_whatever_the_season(cs):
    referral = planned(cs, starts_at=time(14, 30), place="Room 3")
    found, method = event(invitations.calendar(referral.consultation))
    assert method == "REQUEST"
    assert found.decoded("dtstart") == datetime(2031, 7, 4, 13, 30, tzinfo=UTC)
    assert found.decoded("duration") == timedelta(hours=1)
    assert str(found["LOCATION"]) == "Room 3"
    assert str(found["SUMMARY"]) == f"Case consultation {referral.reference}"
    winter = planned(cs, planned_for=date(2031, 12, 4), starts_at=time(14, 30))
    assert event(invitations.calendar(winter.consultation))[0].decoded("dtstart").hour == 14


def test_a_meeting_without_a_time_is_all_day_and_blocks_nothing(cs):
    found, _ = event(invitations.calendar(planned(cs).consultation))
    assert found.decoded("dtstart") == DAY
    assert str(found["TRANSP"]) == "TRANSPARENT"
    assert "LOCATION" not in found


def test_the_file_names_nobody(cs, signed_in):
    referral = planned(cs, attending="PC Stone, Police", starts_at=time(10))
    browser = signed_in(cs)
    response = browser.get(reverse("consultations:calendar-file", args=[referral.pk]))
    text = response.content.decode()
    names = [
        "Zebedee",
        "990011",
        "Screener",
        "Stone",
        "Police",
        referral.made_by.name,
        referral.made_by.email,
        cs.email,
    ]
    assert [word for word in names if word in text] == []
    assert "ATTENDEE" not in text
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="consultation.ics"'
    assert event(text)[1] == "REQUEST"


@pytest.mark.parametrize(
    "place",
    [
        "Room 3\r\nATTENDEE:mailto:somebody@example.org",
        "A; B, C \\ D",
        "END:VEVENT\nBEGIN:VEVENT",
        "ü" * 200,
        "غرفة 3 🏫",
        "x" * 200,
        "\u2028DESCRIPTION:x",
    ],
)
def test_whatever_the_place_says_it_stays_the_place(cs, place):
    text = invitations.calendar(planned(cs, place=place).consultation)
    found, _ = event(text)
    assert str(found["LOCATION"]).split() == place.split()
    assert not {"ATTENDEE", "DESCRIPTION"} & set(found)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert text.endswith("END:VCALENDAR\r\n")


def test_moving_it_keeps_the_entry_and_raises_its_number_and_calling_off_takes_it_away(cs):
    referral = planned(cs)
    first, _ = event(invitations.calendar(referral.consultation))
    screening.reschedule(referral, planned_for=DAY + timedelta(days=1), by=cs)
    second, _ = event(invitations.calendar(Consultation.objects.get()))
    screening.withdraw(referral, reason="Not needed.", by=cs)
    third, method = event(invitations.calendar(Consultation.objects.get()))
    assert len({str(one["UID"]) for one in (first, second, third)}) == 1
    assert [one.decoded("sequence") for one in (first, second, third)] == [1, 2, 3]
    assert (method, str(third["STATUS"])) == ("CANCEL", "CANCELLED")
    again = screening.accept(
        screening.reopen(referral, reason="Needed after all.", by=cs), planned_for=DAY, reason="Yes.", by=cs
    )
    found, method = event(invitations.calendar(again.consultation))
    assert (method, found.decoded("sequence"), str(found["UID"])) == ("REQUEST", 4, str(first["UID"]))


def test_without_a_planned_day_there_is_no_file(cs, signed_in):
    referral = a_referral("held")
    Consultation.objects.filter(referral=referral).update(planned_for=None)
    with pytest.raises(ValueError, match="no planned day"):
        invitations.calendar(Consultation.objects.get(referral=referral))
    assert signed_in(cs).get(reverse("consultations:calendar-file", args=[referral.pk])).status_code == 404


def test_everybody_on_the_list_is_invited_once_told_of_a_change_and_of_the_end(cs, settings):
    settings.SENDS_MAIL = True
    other = a_person(Role.CS_PRACTITIONER, name="Ben")
    referral = planned(cs, people=[other])
    consultation = referral.consultation
    participants.add(
        consultation, {"person": None, "name": "PC Stone", "agency": "Police", "email": "Stone@police.example"}, by=cs
    )
    maker = referral.made_by

    def told(person=None, email=""):
        rows = Notice.objects.filter(user=person, email=email).exclude(calendar="").order_by("created_at")
        return [(row.words, event(row.calendar)[1]) for row in rows]

    assert told(cs) == []  # who planned it knows
    for person, email in [(other, ""), (maker, ""), (None, "stone@police.example")]:
        words = f"You are invited to the case consultation {referral.reference} on 4 July 2031."
        assert told(person, email) == [(words, "REQUEST")]
    screening.reschedule(referral, planned_for=DAY, starts_at=time(9, 30), by=cs)
    screening.reschedule(referral, planned_for=DAY, starts_at=time(9, 30), by=cs)  # nothing changed
    changed = f"The case consultation has changed: {referral.reference} on 4 July 2031 at 09:30."
    assert told(other)[1:] == [(changed, "REQUEST")]
    screening.withdraw(referral, reason="Not needed.", by=cs)
    assert told(None, "stone@police.example")[2][1] == "CANCEL"
    assert len(told(maker)) == 3
    # One thing, told once: no second notice beside the invitation.
    assert Notice.objects.filter(user=maker, calendar="").count() == 0


def test_the_e_mail_carries_the_file_and_no_word_about_the_young_person(cs, settings):
    settings.SITE_URL = "https://casework.example"
    referral = planned(cs, starts_at=time(11))
    mail.outbox.clear()
    assert notices.send_waiting() == 1
    (message,) = mail.outbox
    assert message.to == [referral.made_by.email]
    name, content, kind = message.attachments[0]
    assert (name, kind.split(";")[0]) == ("invitation.ics", "text/calendar")
    assert event(content)[0].decoded("dtstart") == datetime(2031, 7, 4, 10, tzinfo=UTC)
    assert "Zebedee" not in f"{message.subject}{message.body}{content}"
    assert "990011" not in f"{message.subject}{message.body}{content}"


def test_who_may_not_read_the_record_is_invited_without_a_link(cs):
    outsider = a_person(Role.PRACTITIONER, team=a_team(), name="Outsider")
    referral = planned(cs, people=[outsider])
    assert Notice.objects.get(user=outsider).url == ""
    assert Notice.objects.get(user=referral.made_by).url == reverse("consultations:consultation", args=[referral.pk])


def test_nobody_is_invited_to_what_is_over_and_nobody_is_told_that_it_is_called_off(cs):
    yesterday = timezone.localdate() - timedelta(days=1)
    referral = planned(cs, planned_for=yesterday)
    assert not Notice.objects.exclude(calendar="").exists()
    screening.withdraw(referral, reason="Not needed.", by=cs)
    assert not Notice.objects.exclude(calendar="").exists()


def test_withdrawing_what_was_never_planned_calls_nothing_off(cs):
    referral = planned(cs)
    screening.withdraw(referral, reason="Not needed.", by=cs)
    count = Notice.objects.exclude(calendar="").count()
    reopened = screening.reopen(referral, reason="Looked at again.", by=cs)
    screening.withdraw(reopened, reason="Still not needed.", by=cs)
    assert Notice.objects.exclude(calendar="").count() == count
    assert a_draft().state == "draft"
