"""The versions of a section: told, compared, put back, and never lost."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import ConsultationNote
from consultations.services import framework, notes, screening, versions
from core.models import AuditEvent, FormSection, Text, TextVersion
from core.models.lists import FormName
from core.workflow import ActRefused, EditConflict
from tests.factories import a_person, a_referral, a_team

pytestmark = pytest.mark.django_db
FIRST, SECOND = "Lives with his mother.", "Lives with his aunt and two cousins."


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, name="Cass Bell")


@pytest.fixture
def referral(cs):
    return a_referral(ReferralState.PLANNED, by=a_person(Role.PRACTITIONER, team=a_team()), cs=cs)


@pytest.fixture
def browser(signed_in, cs):
    return signed_in(cs)


def section(key: str = "home") -> FormSection:
    return FormSection.objects.get(form=FormName.CONSULTATION, key=key)


def text_of(referral) -> Text:
    return ConsultationNote.objects.get(consultation=referral.consultation, section=section()).text


def write(referral, body: str, *, by, base: int | None = None, at=None):
    base = text_of(referral).version if base is None else base
    return notes.save_section(referral.consultation, section(), body=body, base_version=base, by=by, at=at)


def kept(referral) -> list[tuple[int, str]]:
    return list(text_of(referral).versions.values_list("version", "body"))


def url(referral, *version) -> str:
    name = "put-back" if version else "versions"
    return reverse(f"consultations:{name}", args=[referral.pk, "home", *version])


def read(answer) -> str:
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", main)))


def test_each_version_says_who_wrote_which_words(browser, referral, cs):
    write(referral, FIRST, by=cs)
    write(referral, SECOND, by=a_person(Role.CS_PRACTITIONER, name="Omar Dean"))
    told = read(browser.get(url(referral)))
    assert "Version 2, by Omar Dean – the text as it stands" in told
    assert "4 words added, 1 word removed." in told
    assert "removed: mother end of removed added: aunt and two cousins end of added" in told
    assert "Version 1, by Cass Bell" in told
    assert AuditEvent.objects.filter(act="viewed", subject_id=str(referral.pk), detail__page="versions").count() == 1


def test_a_whole_version_and_any_two_are_shown_on_demand(browser, referral, cs):
    for body in (FIRST, SECOND, "Gone."):
        write(referral, body, by=a_person(Role.CS_PRACTITIONER))
    told = read(browser.get(url(referral), {"version": "1"}))
    assert f"The whole text of version 1 By {_author(referral, 1)}" in told
    assert f"{FIRST} " in told
    told = read(browser.get(url(referral), {"from": "1", "to": "3"}))
    assert "From version 1 to version 3" in told
    for nonsense in ({"version": "99"}, {"from": "x", "to": "3"}, {"version": "9" * 40}, {"page": "0"}, {"from": "1"}):
        answer = browser.get(url(referral), nonsense)
        assert answer.status_code == 200
        assert "The whole text" not in answer.content.decode()


def _author(referral, version: int) -> str:
    return TextVersion.objects.get(text=text_of(referral), version=version).by.name


def test_a_section_without_a_word_says_so(browser, referral):
    assert "Nothing has been written here yet" in read(browser.get(url(referral)))


def test_a_text_written_at_the_same_time_is_there_until_and_after_it_is_merged(browser, referral, cs):
    write(referral, FIRST, by=cs)
    write(referral, SECOND, by=a_person(Role.CS_PRACTITIONER))
    late = write(referral, "Lives with his father.", by=cs, base=1)
    told = read(browser.get(url(referral)))
    assert "By Cass Bell, on version 1" in told
    assert "Still waits to be merged." in told
    assert "removed: mother end of removed added: father end of added" in told
    merged = "Lives with his aunt and father."
    notes.save_section(referral.consultation, section(), body=merged, base_version=2, by=cs, resolves=late.set_aside.pk)
    assert "Merged or taken away by Cass Bell" in read(browser.get(url(referral)))


def test_putting_a_version_back_is_a_new_version(browser, referral, cs):
    write(referral, FIRST, by=cs)
    write(referral, SECOND, by=a_person(Role.CS_PRACTITIONER))
    shown = browser.get(url(referral, 1))
    assert "removed: aunt and two cousins end of removed added: mother end of added" in read(shown)
    assert kept(referral) == [(1, FIRST), (2, SECOND)]
    answer = browser.post(url(referral, 1), {"base_version": "2"})
    assert answer.headers["Location"] == url(referral)
    assert kept(referral) == [(1, FIRST), (2, SECOND), (3, FIRST)]
    assert text_of(referral).body == FIRST
    assert AuditEvent.objects.get(act="consultation.put-back").detail["put back"] == 1
    browser.post(url(referral, 2), {"base_version": "3"})  # and back again, the same way
    assert text_of(referral).body == SECOND
    assert [version for version, _ in kept(referral)] == [1, 2, 3, 4]


def test_putting_back_is_not_gathered_into_what_the_same_person_just_wrote(referral, cs):
    """Their last save only took words away: put back, the words come again, and the shorter version stays kept."""
    write(referral, SECOND, by=cs)
    write(referral, "Lives with his aunt.", by=cs)
    saved = versions.put_back(referral.consultation, section(), version=1, base_version=2, by=cs)
    assert saved.body == SECOND
    assert kept(referral) == [(1, SECOND), (2, "Lives with his aunt."), (3, SECOND)]


def test_the_same_form_sent_twice_puts_back_once(browser, referral, cs):
    write(referral, FIRST, by=cs)
    write(referral, SECOND, by=a_person(Role.CS_PRACTITIONER))
    for _ in range(2):
        assert browser.post(url(referral, 1), {"base_version": "2"}).status_code == 302
    assert len(kept(referral)) == 3
    assert AuditEvent.objects.filter(act="consultation.put-back").count() == 1


@pytest.mark.parametrize("base", ["2", "", "x", "-1", "9" * 30])
def test_what_was_written_meanwhile_is_not_put_away_unseen(browser, referral, cs, base):
    write(referral, FIRST, by=cs)
    write(referral, SECOND, by=a_person(Role.CS_PRACTITIONER))
    write(referral, "Written meanwhile.", by=a_person(Role.CS_PRACTITIONER))
    answer = browser.post(url(referral, 1), {"base_version": base})
    assert answer.status_code == 409
    told = read(answer)
    assert "Somebody changed this section after you opened this page." in told
    assert "Written meanwhile" in told
    assert text_of(referral).body == "Written meanwhile."
    assert text_of(referral).set_aside.count() == 0
    assert 'name="base_version" value="3"' in answer.content.decode()


def test_a_version_that_was_added_to_since_is_not_there_any_more(browser, referral, cs):
    noon = timezone.now()
    write(referral, "One", by=cs, at=noon)
    write(referral, "One two", by=cs, at=noon + timedelta(minutes=1))
    assert kept(referral) == [(2, "One two")]
    assert browser.get(url(referral, 1)).status_code == 404
    with pytest.raises(ActRefused, match="added to since"):
        versions.put_back(referral.consultation, section(), version=1, base_version=2, by=cs)
    with pytest.raises(EditConflict):
        write(referral, "Three", by=a_person(Role.CS_PRACTITIONER))
        versions.put_back(referral.consultation, section(), version=2, base_version=2, by=cs)


def test_a_closed_referral_keeps_its_words_as_they_are(browser, referral, cs):
    write(referral, FIRST, by=cs)
    write(referral, SECOND, by=a_person(Role.CS_PRACTITIONER))
    screening.withdraw(referral, reason="Moved away", by=cs)
    assert browser.get(url(referral, 1)).status_code == 409
    assert browser.post(url(referral, 1), {"base_version": "2"}).status_code == 409
    assert len(kept(referral)) == 2
    page = browser.get(url(referral))
    assert page.status_code == 200
    assert "Put this version back" not in page.content.decode()


def test_who_reads_may_not_put_back(signed_in, referral, cs):
    write(referral, FIRST, by=cs)
    write(referral, SECOND, by=a_person(Role.CS_PRACTITIONER))
    browser = signed_in(referral.made_by)
    page = browser.get(url(referral))
    assert "Version 1" in page.content.decode()
    assert "Put this version back" not in page.content.decode()
    assert browser.post(url(referral, 1), {"base_version": "2"}).status_code == 403
    assert len(kept(referral)) == 2


@pytest.mark.parametrize("key", ["nothing", "practitioners-present"])
def test_there_is_nothing_to_put_back_where_there_is_no_text(browser, referral, key):
    assert browser.get(reverse("consultations:put-back", args=[referral.pk, key, 1])).status_code == 404
    assert browser.get(reverse("consultations:put-back", args=[referral.pk, "home", 10**30])).status_code == 404


def test_a_cell_of_the_framework_has_its_versions_too(browser, referral, cs):
    place = referral.consultation.framework_places.first()
    point = FormSection.objects.of(FormName.FRAMEWORK_POINTS).first()
    framework.save_cell(place, point, body="First cell", base_version=0, by=cs)
    framework.save_cell(place, point, body="Second cell", base_version=1, by=a_person(Role.PRACTITIONER))
    answer = browser.get(reverse("consultations:cell-versions", args=[referral.pk, place.pk, point.key]))
    told = read(answer)
    assert "removed: First end of removed added: Second end of added" in told
    assert "Put this version back" not in told
    other = a_referral(ReferralState.PLANNED)
    foreign = reverse("consultations:cell-versions", args=[other.pk, place.pk, point.key])
    assert browser.get(foreign).status_code == 404


def test_many_versions_come_in_pages(browser, referral, cs):
    for number in range(23):
        write(referral, f"Body {number}.", by=cs)
    first, last = read(browser.get(url(referral))), read(browser.get(url(referral), {"page": "3"}))
    assert "23 versions, latest first." in first
    assert "Version 23, by" in first and "Version 13, by" not in first
    assert "Version 1, by" in last
    assert "removed: 2 end of removed added: 3 end of added" not in last  # version 4 is on the page before
