"""Appendix A: cells that several people write, columns that come and go, the link, and what the meeting sees of it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.models import FrameworkCell, FrameworkPlace
from consultations.services import framework, notes, screening
from consultations.views.framework import slot_key
from core import texts
from core.models import AuditEvent, FormSection, Notice, SetAsideText, Text
from core.models.lists import FormName
from core.workflow import ActRefused
from tests.factories import a_person, a_referral, a_team
from tests.test_conventions import queries_of

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def team():
    return a_team()


@pytest.fixture
def maker(team):
    return a_person(Role.PRACTITIONER, team=team, name="Mia Maker")


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, name="Ann")


@pytest.fixture
def consultation(maker, cs):
    return a_referral("planned", by=maker, cs=cs).consultation


def place_of(consultation, factor="schools") -> FrameworkPlace:
    place = consultation.framework_places.select_related("factor").filter(factor__key=factor).first()
    place.consultation = consultation
    return place


def point(key="concerns") -> FormSection:
    return FormSection.objects.get(form=FormName.FRAMEWORK_POINTS, key=key)


def factor(key="schools") -> FormSection:
    return FormSection.objects.get(form=FormName.FRAMEWORK_FACTORS, key=key)


def url(name, consultation, *rest) -> str:
    return reverse(f"consultations:{name}", args=[consultation.referral_id, *rest])


def save(browser, place, body, version=0, key="concerns", **values):
    sent = {"body": body, "version": version, **values}
    return browser.post(url("save-cell", place.consultation, place.pk, key), sent, headers=JSON)


def test_both_sides_write_in_any_cell_and_read_each_other(consultation, maker, cs, signed_in):
    school, home = place_of(consultation), place_of(consultation, "home")
    assert save(signed_in(maker), school, "Seen at the gate").json()["version"] == 1
    assert save(signed_in(cs), home, "A warm home", key="works-well").json()["version"] == 1
    shown = signed_in(maker).get(url("prepare", consultation)).content.decode()
    assert "Seen at the gate" in shown
    assert "A warm home" in shown
    assert "You do not have to fill this in" in shown
    event = AuditEvent.objects.get(act="framework.written", actor_id=maker.pk)
    assert event.subject_label == consultation.referral.reference
    assert "gate" not in str(event.detail)


def test_the_matrix_has_every_point_in_every_column(consultation, maker, signed_in):
    response = signed_in(maker).get(url("prepare", consultation))
    assert len(response.context["columns"]) == 5
    for column in response.context["columns"]:
        assert [slot.label for slot in column["slots"]] == [
            "Young person's current situation", "What are you concerned about?", "Professional involvement to date",
            "What works well?", "Planned actions / interventions", "Challenges / barriers to intervention",
        ]  # fmt: skip


def test_two_people_in_one_cell_lose_nothing(consultation, maker, cs, signed_in):
    school = place_of(consultation)
    mia, ann = signed_in(maker), signed_in(cs)
    save(mia, school, "Mia's", client="a", seq=1)
    answer = save(ann, school, "Ann's", client="b", seq=1)
    assert answer.status_code == 409
    assert answer.json()["theirs"]["body"] == "Mia's"
    shown = mia.get(url("prepare", consultation)).content.decode()
    assert "Written at the same time by Ann" in shown
    assert AuditEvent.objects.filter(act="framework.set-aside").count() == 1
    again = save(ann, school, "Mia's and Ann's", version=1, client="b", seq=2, resolves=answer.json()["yours"]["id"])
    assert again.json()["version"] == 2
    assert FrameworkCell.objects.count() == 1


def without_scripts(place, body, version=0, was="", key="concerns") -> dict:
    name = slot_key(place, point(key))
    return {f"text-{name}": body, f"version-{name}": version, f"digest-{name}": texts.digest(was)}


def test_without_scripts_every_changed_cell_is_saved_and_no_other(consultation, maker, cs, signed_in):
    school, home = place_of(consultation), place_of(consultation, "home")
    save(signed_in(cs), home, "Ann's home")
    sent = without_scripts(school, "One") | without_scripts(school, "Two", key="barriers") | without_scripts(home, "")
    assert signed_in(maker).post(url("save-framework", consultation), sent).status_code == 302
    written = set(FrameworkCell.objects.values_list("text__body", flat=True))
    assert written == {"One", "Two", "Ann's home"}
    assert not SetAsideText.objects.exists()


def test_without_scripts_a_conflict_shows_both_and_the_copy_can_be_merged(consultation, maker, cs, signed_in):
    school = place_of(consultation)
    save(signed_in(cs), school, "Ann's")
    browser = signed_in(maker)
    answer = browser.post(url("save-framework", consultation), without_scripts(school, "Mia's"))
    assert answer.status_code == 409
    assert "School(s): What are you concerned about?" in answer.content.decode()
    aside = SetAsideText.objects.get()
    sent = without_scripts(school, "Ann's", version=1, was="Ann's")
    sent |= {f"aside-{aside.pk}": "after", f"seen-{aside.pk}": aside.at.isoformat()}
    assert browser.post(url("save-framework", consultation), sent).status_code == 302
    assert FrameworkCell.objects.get().text.body == "Ann's\n\nMia's"
    assert not texts.waiting(Text.objects.all())


@pytest.mark.parametrize("key", ["schools", "no-such-point", "concerns-2"])
def test_what_is_no_point_takes_nothing(consultation, maker, signed_in, key):
    assert save(signed_in(maker), place_of(consultation), "x", key=key).status_code == 404


def test_a_column_of_another_consultation_is_not_reached_through_this_one(consultation, maker, cs, signed_in):
    other = place_of(a_referral("planned", cs=cs).consultation)
    answer = signed_in(maker).post(
        url("save-cell", consultation, other.pk, "concerns"), {"body": "x", "version": 0}, headers=JSON
    )
    assert answer.status_code == 404
    for name in ("rename-place", "remove-place"):
        assert signed_in(maker).post(url(name, consultation, other.pk), {"name": "x"}).status_code == 404
    assert not FrameworkCell.objects.exists()


def test_another_school_gets_its_name_and_its_own_cells(consultation, maker, signed_in):
    browser = signed_in(maker)
    answer = browser.post(url("add-place", consultation, "schools"), {"name": "Marlow Road Academy"})
    place = FrameworkPlace.objects.get(name="Marlow Road Academy")
    place.consultation = consultation
    assert answer.headers["Location"].endswith(f"/prepare/#place-{place.pk}")
    save(browser, place, "Two older boys wait there")
    shown = browser.get(url("prepare", consultation)).content.decode()
    assert "Marlow Road Academy" in shown
    assert shown.count("Add another school") == 1
    names = [column.title for column in framework.matrix(consultation).columns if column.place.factor.key == "schools"]
    assert names == ["School(s)", "School(s): Marlow Road Academy"]


def test_the_same_column_twice_is_one(consultation, maker):
    first = framework.add_place(consultation, factor(), name="Marlow Road", by=maker)
    assert framework.add_place(consultation, factor(), name="marlow road", by=maker) == first
    assert AuditEvent.objects.filter(act="framework.place-added").count() == 1


@pytest.mark.parametrize("key", ["individual", "no-such-factor", "concerns"])
def test_there_is_one_young_person_and_no_other_factor(consultation, maker, signed_in, key):
    assert signed_in(maker).post(url("add-place", consultation, key), {"name": "x"}).status_code == 404


def test_a_column_is_renamed_unless_the_name_is_taken(consultation, maker, signed_in):
    browser, first = signed_in(maker), place_of(consultation)
    second = framework.add_place(consultation, factor(), name="Eastfields", by=maker)
    browser.post(url("rename-place", consultation, first.pk), {"name": "Marlow Road"})
    first.refresh_from_db()
    assert first.name == "Marlow Road"
    answer = browser.post(url("rename-place", consultation, second.pk), {"name": "MARLOW ROAD"})
    assert "There is a column for MARLOW ROAD already" in answer.content.decode()
    answer = browser.post(url("rename-place", consultation, second.pk), {"name": " "})
    assert "Enter what it is called" in answer.content.decode()
    second.refresh_from_db()
    assert second.name == "Eastfields"


def test_an_empty_column_goes_and_one_with_words_stays(consultation, maker, signed_in):
    browser = signed_in(maker)
    empty = framework.add_place(consultation, factor(), name="Eastfields", by=maker)
    full = framework.add_place(consultation, factor(), name="Marlow Road", by=maker)
    full.consultation = empty.consultation = consultation
    save(browser, full, "Words")
    save(browser, full, "", version=1)  # taken out again: its history is part of the record
    assert "Remove this school?" in browser.get(url("remove-place", consultation, empty.pk)).content.decode()
    assert browser.post(url("remove-place", consultation, empty.pk)).status_code == 302
    assert "This school stays" in browser.get(url("remove-place", consultation, full.pk)).content.decode()
    assert browser.post(url("remove-place", consultation, full.pk)).status_code == 409
    assert set(FrameworkPlace.objects.filter(factor=factor()).values_list("name", flat=True)) == {"", "Marlow Road"}
    assert framework.remove_place(empty, by=maker) is None  # gone already


def test_the_only_column_of_a_factor_stays(consultation, maker):
    with pytest.raises(ActRefused, match="only column of its kind"):
        framework.remove_place(place_of(consultation), by=maker)


def test_who_writes_in_a_column_that_was_taken_away_is_told_so(consultation, maker, signed_in):
    place = framework.add_place(consultation, factor(), name="Eastfields", by=maker)
    place.consultation = consultation
    place.factor = factor()
    FrameworkPlace.objects.filter(pk=place.pk).delete()
    with pytest.raises(ActRefused, match="Copy your text"):
        framework.save_cell(place, point(), body="Words", base_version=0, by=maker)


def test_a_closed_referral_can_be_read_and_not_written(consultation, maker, cs, signed_in):
    place = place_of(consultation)
    save(signed_in(maker), place, "Words")
    screening.withdraw(consultation.referral, reason="Not needed.", by=cs)
    browser = signed_in(maker)
    shown = browser.get(url("prepare", consultation)).content.decode()
    assert "Words" in shown
    assert "<textarea" not in shown
    assert save(browser, place, "More", version=1).status_code == 409
    assert browser.post(url("save-framework", consultation), without_scripts(place, "More", 1)).status_code == 409
    assert browser.post(url("add-place", consultation, "schools"), {"name": "x"}).status_code == 409
    assert browser.post(url("send-framework", consultation)).status_code == 409


def test_what_was_switched_off_stays_where_something_is_written(consultation, maker, signed_in):
    place, browser = place_of(consultation), signed_in(maker)
    save(browser, place, "Words that stay")
    FormSection.objects.filter(pk__in=[point().pk, point("barriers").pk]).update(active=False)
    response = browser.get(url("prepare", consultation))
    assert "Words that stay" in response.content.decode()
    assert len(response.context["points"]) == 5  # the other one, never written, is gone
    assert save(browser, place, "More", version=1).status_code == 404


def test_the_link_goes_to_the_referrer_and_who_takes_part_and_may_read(consultation, maker, cs, signed_in):
    outsider = a_person(Role.PRACTITIONER, team=a_team(), name="Olive")
    consultation.participants.create(person=outsider, added_by=cs, added_at=timezone.now())
    browser = signed_in(cs)
    shown = browser.post(url("send-framework", consultation), follow=True).content.decode()
    assert "The link is sent to Mia Maker." in shown
    assert "Not sent to Olive: they may not read this record." in shown
    assert "Last sent by Ann" in shown
    notice = Notice.objects.get(key__contains=":prepare:")
    assert (notice.user, notice.url) == (maker, url("prepare", consultation))
    assert consultation.referral.name not in notice.words
    browser.post(url("send-framework", consultation))  # pressed twice
    assert Notice.objects.filter(key__contains=":prepare:").count() == 1
    assert AuditEvent.objects.filter(act=framework.SENT).count() == 1


def test_where_nobody_can_be_sent_the_link_the_page_says_what_to_do(consultation, maker, signed_in):
    consultation.participants.all().delete()
    shown = signed_in(maker).post(url("send-framework", consultation), follow=True).content.decode()
    assert "Nobody was sent the link." in shown
    assert f"http://testserver{url('prepare', consultation)}" in shown
    assert not AuditEvent.objects.filter(act=framework.SENT).exists()


def test_after_the_meeting_there_is_nothing_to_send(consultation, maker, cs, signed_in):
    notes.hold(consultation, held_on=timezone.localdate(), by=cs)
    assert signed_in(cs).post(url("send-framework", consultation)).status_code == 409
    assert save(signed_in(maker), place_of(consultation), "Still open for words").status_code == 200


def test_the_meeting_sees_what_was_prepared(consultation, maker, cs, signed_in):
    page = reverse("consultations:consultation", args=[consultation.referral_id])
    assert "What was prepared" not in signed_in(cs).get(page).content.decode()
    save(signed_in(maker), place_of(consultation), "<i>At the gate</i>")
    shown = signed_in(cs).get(page).content.decode()
    assert "What was prepared" in shown
    assert "&lt;i&gt;At the gate&lt;/i&gt;" in shown


def test_a_page_with_many_columns_and_words_costs_the_same(consultation, maker, signed_in):
    browser = signed_in(maker)
    save(browser, place_of(consultation), "Words")
    page = url("prepare", consultation)
    few = len(queries_of(browser, lambda client: client.get(page)))
    for number in range(6):
        place = framework.add_place(consultation, factor(), name=f"School {number}", by=maker)
        place.consultation = consultation
        for each in FormSection.objects.of(FormName.FRAMEWORK_POINTS):
            framework.save_cell(place, each, body="Words", base_version=0, by=maker)
    many = len(queries_of(browser, lambda client: client.get(page)))
    assert many == few
    assert many < 20
    before = len(queries_of(browser, lambda client: save(client, place, "Words and more", version=1, key="situation")))
    assert before <= 14
