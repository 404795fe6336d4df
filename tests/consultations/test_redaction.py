"""A copy without other people's names: nothing of them is on it, however they were written."""

import dataclasses
import io
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from accounts.permissions import Role
from consultations.choices import ReferralState, Space
from consultations.models import FrameworkCell, Participant, Redaction, SpaceMark
from consultations.papers import documents, pdf
from consultations.papers.finding import find
from consultations.papers.redaction import OTHER_SCRIPTS, Redactor, fold, redacted
from consultations.services import notes, papers
from core import jobs, texts
from core.models import AuditEvent, FormSection, Job, JobFile
from core.models.jobs import JobStatus
from core.models.lists import FormName
from tests.factories import a_person, a_referral, a_team, an_action
from tests.pdfs import pages_of

OWN = "Kai Mensah"
NAMES = ["Anna Zielińska", "Kyle O'Brien", "Al-Hassan"]
SPELLINGS = [
    "Anna Zielińska", "ANNA ZIELIŃSKA", "anna zielinska", "Zielinska", "zielińska’s", "Anna's",
    "ANNAS", "Anna\nZielińska", "Anna      Zielińska", "Zielińska, Anna", "Zie\u200bliń\u200dska", "Zielin\u0301ska",
    "Zieliń-\nska", "Ziel\u00adińska",
    "Ｚｉｅｌｉńｓｋａ", "(Zielińska)", "Smith/Zielińska", "«Zielińska»,", "AnnaZielinska",
    "anna.zielinska@mail.example", "@anna_z", "annazielinska2010", "xx_zielinska_xx", "#JusticeForKyle", "KYLE",
    "O'Brien", "O’Brien", "OBrien", "o`brien's", "O Brien", "Obrien", "Al-Hassan", "al hassan", "Hassan", "AlHassan",

    "Kyle-Anna",
    "annaz_10", "#justiceforkyle", "@kylestrong", "thebigobrien7",
    "\u202eAnna\u202c", "Аnna",  # the last with a Cyrillic letter
]  # fmt: skip


def bare(text: str) -> str:
    """`text` as names are looked for in it: its letters alone, small and without accents."""
    return re.sub(r"[\W_]+", "", fold(text))


LOOKED_FOR = ("anna", "zielin", "kyle", "obrien", "hassan")


def left_in(text: str) -> list[str]:
    """Which parts of the planted names are in `text`."""
    return [part for part in LOOKED_FOR if part in bare(text)]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_name_goes_in_every_spelling(spelling):
    text = f"Seen with {spelling} by the canal. Kai Mensah was there."
    assert left_in(text)  # it would be found if it were left
    out = Redactor(NAMES, own=OWN).apply(text)
    assert left_in(out) == []
    assert "Seen with" in out
    assert "by the canal. Kai Mensah was there." in out


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.sampled_from(["", "\u200b", "\u200d", "\u00ad", "\u2060", "\u0301"]), max_size=13),
    st.integers(0, 2**13 - 1),
    st.sampled_from([" ", "  ", "\n", "\u00a0", "\t", "-", ", ", ""]),
)
def test_a_name_goes_whatever_is_strewn_into_it(strewn, capitals, between):
    name = ""
    for number, letter in enumerate("annazielińska"):
        name += between if number == 4 else ""
        name += letter.upper() if capitals >> number & 1 else letter
        name += strewn[number] if number < len(strewn) else ""
    assert left_in(Redactor(NAMES, own=OWN).apply(f"with {name} there")) == []


def test_a_phone_number_goes_in_any_grouping():
    redactor = Redactor(["07700 900123"])
    for number in ("07700900123", "07700-900-123", "+44 7700 900123", "(07700) 900 123", "0044 7700 900123"):
        assert "123" not in redactor.apply(f"call {number} now"), number
    assert redactor.apply("07700 900124") == "07700 900124"


def test_ordinary_words_stay():
    redactor = Redactor(["Will Young", "May", "Anna Long", "Mark"], own=OWN)
    assert redactor.apply("He will come, and may go along.") == "He will come, and may go along."
    assert redactor.apply("Hannah and Annabel, remarkable, Marks") == "Hannah and Annabel, remarkable, [Person A]s"
    assert redactor.apply("With Will and MAY") == "With [Person B] and [Person C]"


def test_parts_of_one_name_are_one_person_and_shared_parts_say_so():
    redactor = Redactor(["Anna Zielińska / Zuzu", "Marek Zielińska", "Hazelmere Estate"], own=OWN)
    assert redactor.apply("Anna Zielińska, ANNA and Zuzu") == "[Person A], [Person A] and [Person A]"
    assert redactor.apply("Marek and Zielińska at Hazelmere") == "[Person B] and [Person A or B] at [Place A]"


def test_the_young_persons_name_stays_within_what_others_share():
    redactor = Redactor(["Amber Mensah", "Mrs Mensah", "Kai Mensah-Brown"], own=OWN)
    assert redactor.apply("Kai Mensah, Kai and Mensah") == "Kai Mensah, Kai and Mensah"
    for name in ("Amber Mensah", "Mrs Mensah", "Amber", "Kai Mensah-Brown"):
        assert "ensah" not in redactor.apply(name), name


def test_a_professional_stays_although_a_namesake_goes():
    redactor = Redactor(["Anna Zielińska"], own=OWN, kept=["Anna Novak", "Anna"])
    assert redactor.apply("Anna Novak met Anna.") == "Anna Novak met [Person A]."


def test_words_in_quotation_marks_go_only_together():
    assert Redactor(['"blue Corsa"']).apply("a Blue  Corsa, a blue coat") == "a [Person A], a blue coat"


def test_what_is_no_text_cannot_slip_past():
    with pytest.raises(TypeError):
        redacted((object(),), Redactor([]))


def ticked(text: str, **given) -> list[str]:
    return find([text], own=OWN, staff=given.pop("staff", []), **given).ticked()


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("Seen with Kyle.", ["Kyle"]),
        ("Seen with Anna Zielińska and KYLE’S cousin.", ["Anna Zielińska", "KYLE"]),
        ("kyle is small here, and Kyle is not.", ["Kyle"]),
        ("Ryder came along.", ["Ryder"]),
        ("Maria de la Cruz-Hernández came.", ["Maria de la Cruz-Hernández"]),
        ("With Zie\u200blin\u0301ska there.", ["Zielińska"]),
        ("She went with Will in May 2026.", ["Will"]),
        ("His mother, Mrs Mensah, was there.", ["Mrs Mensah"]),
        ("At Marlow Road Academy.", ["Marlow Road Academy"]),
        ("Call 07700 900123, or kyle.o@mail.example, or @ky_07.", ["kyle.o@mail.example", "@ky_07", "07700 900123"]),
        ("قال محمد", [OTHER_SCRIPTS]),
        ("Kai Mensah lives at home. The School and the Police know. On 22 November 2026.", []),
    ],
)
def test_what_may_be_a_name_is_ticked(text, proposed):
    assert sorted(ticked(text)) == sorted(proposed)


def test_a_bare_name_that_a_professional_shares_is_ticked_and_explained():
    found = find(["With Stone. PC Stone came, and Amina Rahman."], own=OWN, staff=["PC Stone", "Amina Rahman"])
    assert found.names == ["Stone"]
    assert found.also_staff == {"Stone": "PC Stone"}
    assert found.staff == ["PC Stone", "Amina Rahman"]


@dataclass
class Record:
    cs: object
    referral: object

    @property
    def consultation(self):
        return self.referral.consultation


@pytest.fixture
def record(db) -> Record:
    """A consultation with the names planted in every text that it has."""
    cs = a_person(Role.CS_PRACTITIONER, team=a_team(), name="Amina Rahman")
    referral = a_referral(ReferralState.HELD, by=cs, cs=cs, name=OWN)
    found = referral.consultation
    planted = iter(SPELLINGS * 9)
    for section in FormSection.objects.of(FormName.CONSULTATION).exclude(key="practitioners-present"):
        base = getattr(found.notes.filter(section=section).select_related("text").first(), "text", None)
        words = " and ".join(next(planted) for _ in range(1 if section.short else 4))
        notes.save_section(
            found, section, body=f"Seen with {words} there.", base_version=base.version if base else 0, by=cs
        )
    action = an_action(
        referral, by=cs, what="Ask Kyle O’Brien.", owner_name="Anna Zielińska", context_name="Hassan’s shop"
    )
    action.outcome = "Zielinska said yes."
    action.save()
    found.take_aways.create(
        what="Who is @anna_z?",
        outcome="KYLE knows",
        owner_name="Mr Al-Hassan",
        created_by=cs,
        created_at=action.created_at,
    )
    Participant.objects.create(
        consultation=found, name="Kyle O'Brien", agency="Zielińska Trust", came=True, added_by=cs,
        added_at=action.created_at,
    )  # fmt: skip
    place = found.framework_places.first()
    place.name = "Zielińska Academy"
    place.save()
    point = FormSection.objects.of(FormName.FRAMEWORK_POINTS).first()
    FrameworkCell.objects.create(
        place=place, point=point, text=texts.begin("With Anna\nZielińska.", by=cs, at=action.created_at)
    )
    SpaceMark.objects.create(
        consultation=found, space=Space.HOME, harm="serious", strength="some", by=cs, at=action.created_at
    )
    return Record(cs, referral)


def everything_in(content: bytes, name: str = "") -> Iterator[str]:
    """All that a reader, or a curious one, gets out of a PDF: text, metadata, bookmarks, attachments, every stream."""
    reader = PdfReader(io.BytesIO(content))
    yield name
    yield from (page.extract_text() for page in reader.pages)
    yield from pages_of(content)
    yield str(reader.metadata)
    yield str(reader.xmp_metadata.stream.get_data() if reader.xmp_metadata else "")
    yield str(reader.outline)
    yield str(list(reader.attachments))
    for number in {*reader.xref_objStm, *(number for table in reader.xref.values() for number in table)}:
        found = reader.get_object(number)
        yield str(found)
        if hasattr(found, "get_data") and "/Length1" not in found:  # a font's file has letters, and no words
            yield found.get_data().decode("latin-1")
    yield content.decode("latin-1")


def made(job: Job) -> JobFile:
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE, job.failure
    return JobFile.objects.get(job=job)


def names_for(record: Record) -> tuple[list[str], str]:
    whole = papers.whole_record(record.consultation)
    proposals = papers.proposals(record.consultation, whole)
    staff = [name for name in proposals.staff if left_in(name)]
    return [*proposals.ticked(), *proposals.ordinary, *staff, *NAMES], whole.digest()


def test_the_pdf_has_no_planted_name_anywhere(record):
    names, digest = names_for(record)
    job = papers.redact(record.consultation, names, digest=digest, by=record.cs, prompts=True, framework=True)
    file = made(job)
    assert file.name == f"case-consultation-names-left-out-{record.referral.reference}.pdf"
    text = "\n".join(everything_in(bytes(file.content), file.name))
    assert left_in(text) == []
    assert "Kai Mensah" in text
    assert "[Person A]" in text
    assert "Siblings" in text


def test_the_same_search_finds_the_names_where_nothing_is_left_out(record):
    job = papers.ask_for(documents.CONSULTATION, by=record.cs, referral=record.referral)
    text = "\n".join(everything_in(bytes(made(job).content)))
    assert set(left_in(text)) == set(LOOKED_FOR)


def test_every_text_of_the_record_goes_through(record):
    """The control of the one above, part by part: each text that is let past is noticed."""
    names, _ = names_for(record)
    found = record.consultation
    whole = papers.whole_record(found)
    clean = papers.copy_without(found, names, prompts=True, framework=True, whole=whole)
    assert left_in(" ".join(documents.written_in(clean))) == []
    for part in ("facts", "parts", "actions", "take_aways", "framework"):
        leaking = dataclasses.replace(clean, **{part: getattr(whole, part)})
        assert left_in(pdf.html(leaking)), part


def test_a_name_written_meanwhile_stops_the_copy(record):
    names, digest = names_for(record)
    job = papers.redact(record.consultation, names, digest=digest, by=record.cs)
    section = FormSection.objects.get(form=FormName.CONSULTATION, key="home")
    version = record.consultation.notes.get(section=section).text.version
    notes.save_section(record.consultation, section, body="With Tyrone.", base_version=version, by=record.cs)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.failure) == (JobStatus.FAILED, papers.CHANGED)
    assert not JobFile.objects.filter(job=job).exists()
    with pytest.raises(papers.ActRefused, match="changed the record"):
        papers.redact(record.consultation, names, digest=digest, by=record.cs)


def test_names_stand_in_no_job_no_audit_event_and_no_log(record, caplog):
    names, digest = names_for(record)
    job = papers.redact(record.consultation, names, digest=digest, by=record.cs)
    made(job)
    assert Redaction.objects.get().names == names
    assert left_in(str(Job.objects.values_list("params", "failure"))) == []
    kept = AuditEvent.objects.filter(act__in=["consultation.redacted", "consultations.paper.asked"])
    assert kept.count() == 2
    assert left_in(str(list(kept.values_list("detail", "subject_label")))) == []
    assert left_in(caplog.text) == []


def page_data(browser, record, **more) -> dict:
    form = browser.get(reverse("consultations:redact", args=[record.referral.pk])).context["page"].form
    data = {name: field.initial for name, field in form.fields.items() if field.initial}
    return data | form.initial | more


def test_the_page_shows_the_copy_with_what_is_ticked(record, signed_in):
    browser = signed_in(record.cs)
    url = reverse("consultations:redact", args=[record.referral.pk])
    shown = browser.get(url).content.decode()
    copy = shown[shown.index('class="paper paper-sheet"') :]
    assert "[Person A]" in copy
    assert "Tyrone" not in copy
    data = page_data(browser, record, more="Seen\n", look="1")
    copy = browser.post(url, data).content.decode()
    assert "Seen with" not in copy[copy.index('class="paper paper-sheet"') :]
    assert not Redaction.objects.exists()


def test_sent_twice_it_is_one_copy(record, signed_in):
    browser = signed_in(record.cs)
    url = reverse("consultations:redact", args=[record.referral.pk])
    data = page_data(browser, record, more="Zuzu", make="1")
    answers = [browser.post(url, data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert Redaction.objects.count() == Job.objects.count() == 1
    assert "Zuzu" in Redaction.objects.get().names


def test_a_page_that_is_out_of_date_ticks_what_is_new(record, signed_in):
    browser = signed_in(record.cs)
    url = reverse("consultations:redact", args=[record.referral.pk])
    data = page_data(browser, record, make="1")
    data["names"] = []
    section = FormSection.objects.get(form=FormName.CONSULTATION, key="home")
    version = record.consultation.notes.get(section=section).text.version
    notes.save_section(record.consultation, section, body="With Tyrone.", base_version=version, by=record.cs)
    answer = browser.post(url, data)
    assert answer.status_code == 409
    assert "Tyrone" in answer.context["page"].form.data.getlist("names")
    copy = answer.content.decode()
    assert "Tyrone" not in copy[copy.index('class="paper paper-sheet"') :]
    assert not Job.objects.exists()


def test_who_may_not_redact_gets_no_page_no_job_and_no_file(record, signed_in):
    colleague = a_person(Role.PRACTITIONER, team=record.cs.team)
    browser = signed_in(colleague)
    assert browser.get(reverse("consultations:redact", args=[record.referral.pk])).status_code == 403
    names, digest = names_for(record)
    job = papers.redact(record.consultation, names, digest=digest, by=record.cs)
    made(job)
    record.cs.role_grants.all().delete()
    record.cs.role_grants.create(role=Role.PRACTITIONER, given_at=job.created_at)
    for name in ("paper", "download-paper"):
        assert signed_in(record.cs).get(reverse(f"consultations:{name}", args=[job.pk])).status_code == 404


def test_hostile_input_is_refused_in_words(record, signed_in):
    browser = signed_in(record.cs)
    url = reverse("consultations:redact", args=[record.referral.pk])
    answer = browser.post(url, page_data(browser, record, more="x" * 301, make="1"))
    assert "Each line must be 300 characters or fewer" in answer.content.decode()
    for more in ("(((((", "[a-z]+", "\\", "/ / /", '"', "*", "#", "@", "''", "--", "&<b>"):
        assert browser.post(url, page_data(browser, record, more=more)).status_code == 200, more
    assert browser.post(url, page_data(browser, record, more="\x00")).status_code in (200, 400)


def test_a_long_text_is_gone_through_in_seconds():
    text = "Seen with Anna Zielińska and Kyle by the canal, a   a   a 07700. " * 8000
    begin = time.monotonic()
    out = Redactor([*NAMES, *(f"Name{number} Surname{number}" for number in range(60)), "07700 900123"]).apply(text)
    assert left_in(out) == []
    assert Redactor(NAMES).apply("a\n" * 40_000 + " " * 40_000)
    assert time.monotonic() - begin < 30


@pytest.mark.parametrize("word", ["x", "1", "x.", "@", "A1"])
def test_a_word_without_end_costs_no_more_than_many_words(word):
    """As a client may send it: 100,000 letters without a space, which a pattern must not begin anew at each of."""
    text = word * (100_000 // len(word))
    begin = time.monotonic()
    assert Redactor(NAMES).apply(text)
    find([text], own=OWN, staff=[])
    assert time.monotonic() - begin < 30
