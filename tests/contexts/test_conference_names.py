"""No child's name leaves in a conference pack: every spelling is found, by the check alone, whoever may see it."""

import io

import pytest
from django.db import transaction
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.services import access
from contexts.choices import ContextState, PackStatus
from contexts.models import Assessment, AssessmentText
from contexts.no_names import NoNames
from contexts.services import conference as conferences
from contexts.services import conference_papers, packs
from core import jobs, texts
from core.models import AuditEvent, Job, JobFile, Notice
from core.workflow import ActRefused
from tests.conference_factories import a_conference, a_pack, invited, written
from tests.context_factories import a_context, a_linked_person
from tests.factories import a_person, a_referral, a_team
from tests.pdfs import pages_of

pytestmark = pytest.mark.django_db

NAME, NICK = "Anna-Lena Zielińska", "Zuzu"
SPELLINGS = [
    "Anna-Lena Zielińska", "ANNA-LENA ZIELIŃSKA", "anna-lena zielińska", "Anna-Lena Zielinska", "Anna Lena Zielinska",
    "AnnaLena Zielinska", "Anna-Lena", "Anna", "Lena", "anna", "LENA", "Zielińska", "Zielinska", "zielińska",
    "Zielińska’s", "Zielinska's", "Anna's", "Annas", "Lena’s", "Zielińska, Anna-Lena", "Zielinska Anna-Lena",
    "Anna-Lena\nZielińska", "Anna-\nLena Zielińska", "Zieliń-\nska", "Anna\u00a0Lena", "Anna   Lena   Zielińska",
    "Zie\u200bliń\u200dska", "Zielin\u0301ska", "Ziel\u00adińska", "Ｚｉｅｌｉńｓｋａ", "Аnna", "Zielińskа",
    "\u202eAnna\u202c", "(Zielińska)", "«Anna»", "Smith/Zielińska", "Kyle-Anna", "@anna_z", "annalena_09",
    "anna.zielinska@mail.example", "#JusticeForAnna", "annazielinska2010", "xx_zielinska_xx", "Anna_Lena",
    "A. Zielińska", "Zielińska-Brown", "Anna.", "Lena?", "Zuzu", "ZUZU", "zuzu's", "M-204711", "m 204711",
]  # fmt: skip


@pytest.fixture
def cs():
    return a_person(Role.CS_PRACTITIONER, team=a_team(), name="Noor Haddad")


@pytest.fixture
def conference(cs):
    """A conference about a context with one young person, one known by a name alone, and a described one."""
    context = a_context(ContextState.PLANNED, cs=cs)
    young = a_referral(state=ReferralState.SCREENING, name=f"{NAME} / {NICK}", case_number="M-204711").young_person
    a_linked_person(context, young)
    a_linked_person(context, name="Kofi")
    a_linked_person(context, name="older boy with a red bike")
    return a_conference(context, by=cs)


def the_young_person(conference):
    return conference.context.people.exclude(young_person=None).get().young_person


def _asking(spelling: str) -> str:
    return f"What does {spelling} need from us? Young people asked."


def _refused(pack, by) -> bool:
    """Whether issuing is refused for a name that stands in the pack; it is a draft afterwards in any case."""
    look = packs.look_through(pack, by)
    try:
        with transaction.atomic():
            packs.issue(pack, digest=look.digest, because="I know them", by=by)
            transaction.set_rollback(True)
    except ActRefused as refused:
        return refused.reason == packs.NAMES_LEFT and {hit.title for hit in look.hits} == {"Questions for the meeting"}
    return False


def test_a_name_keeps_the_pack_from_being_issued_in_every_spelling(conference, cs):
    pack = a_pack(conference, by=cs, issued=False)
    passed, left = [], []
    for spelling in SPELLINGS:
        written(pack, "questions", _asking(spelling), by=cs)
        if not _refused(pack, cs):
            passed.append(spelling)
        packs.replace(pack, by=cs)
        words = pack.parts.get(key="questions").text.body
        if "young person" not in words or not words.endswith(" need from us? Young people asked."):
            left.append(words)
    assert passed == []
    assert left == []
    look = packs.look_through(pack, cs)
    assert packs.issue(pack, digest=look.digest, because="I know them", by=cs).status == PackStatus.ISSUED


def test_it_is_the_names_of_the_record_that_refuse(conference, cs):
    """The control: the same words are issued where nobody of the context has that name."""
    pack = a_pack(conference, by=cs, issued=False)
    conference.context.people.exclude(young_person=None).delete()
    for spelling in SPELLINGS:
        written(pack, "questions", _asking(spelling), by=cs)
        assert not _refused(pack, cs), spelling


@pytest.mark.parametrize("text", [
    "Older boys meet at the red gate with their bikes.", "The boy with the bike lives near.",
    "Young people, a young person.",
    "They will be annoyed at the annals.", "Helena works there.", "In 204 cases", "Noor Haddad leads.",
])  # fmt: skip
def test_ordinary_words_and_professionals_are_no_hits(conference, cs, text):
    assert not NoNames.of(conference.context, kept=[cs.name]).where(text)


def test_a_name_known_by_itself_is_found_and_so_is_a_child_who_is_called_young(conference, cs):
    names = NoNames(["Sam Young", "Kofi"], loose=["Kofi"])
    assert names.replaced("Kofi and Young met young people.") == "A young person and a young person met young people."
    assert not names.where("Young people met a young person.")
    assert names.where("the Kofis met") == [(4, 9)]


def test_a_name_given_in_another_referral_and_an_ended_link_count(conference, cs):
    young = the_young_person(conference)
    type(young).objects.filter(pk=young.pk).update(name="Renamed Since")
    assert NoNames.of(conference.context).where("Zielińska was here")
    link = conference.context.people.get(young_person=young)
    type(link).objects.filter(pk=link.pk).update(ended_at=link.made_at, ended_by=cs, ended_because="Moved away")
    assert NoNames.of(conference.context).where("Renamed was here")


def test_a_name_in_what_is_no_part_is_found_too(conference, cs, client):
    """The context's name, the place, the purpose, the agencies: all of it stands in the pack."""
    values = {name: getattr(conference, name) for name in conferences.FIELDS}
    conferences.change(conference, values | {"purpose": "What Kofi needs"}, seen_version=None, by=cs)
    conference.refresh_from_db()
    pack = a_pack(conference, by=cs, issued=False)
    pack.conference = conference
    look = packs.look_through(pack, cs)
    assert [(hit.title, hit.act) for hit in look.hits] == [("Purpose", "")]
    with pytest.raises(ActRefused, match="name still stands"):
        packs.issue(pack, digest=look.digest, because="x", by=cs)
    client.force_login(cs)
    page = client.get(reverse("contexts:conference-pack-check", args=[conference.context_id, conference.pk]))
    assert "Change it there." in page.content.decode()


def test_the_first_words_of_a_pack_have_no_name_of_the_record(cs):
    context = a_context(ContextState.PLANNED, cs=cs, worry="Kofi and Anna-Lena Zielińska meet there.")
    a_linked_person(context, name="Kofi")
    a_linked_person(context, a_referral(state=ReferralState.SCREENING, name=NAME).young_person)
    assessment = context.assessments.last() or Assessment.objects.create(
        context=context, begun_at=context.created_at, begun_by=cs
    )
    assessment.texts.filter(key="conclusion").delete()
    AssessmentText.objects.create(
        assessment=assessment, key="conclusion", text=texts.begin("Kofi needs light.", by=cs, at=context.created_at)
    )
    pack = packs.begin(a_conference(context, by=cs), by=cs)
    assert pack.parts.get(key="found").text.body.endswith("Conclusion\nA young person needs light.")
    body = pack.parts.get(key="what").text.body
    assert "A young person and a young person meet there." in body
    assert not packs.look_through(pack, cs).hits


def _hide(conference):
    """Restrict every referral of the young person: nobody but who is granted access sees them."""
    for referral in the_young_person(conference).referrals.all():
        access.restrict(referral, reason="A relative works here", people=[], by=a_person(Role.MANAGER))


@pytest.mark.parametrize("spelling", ["Zielińska", "anna", "@anna_z", "Zuzu", "M-204711"])
def test_a_hidden_name_is_said_to_be_there_and_not_shown(conference, cs, client, spelling):
    """The sentence is shown with the name taken out; where it stood is not marked; replacing works all the same."""
    pack = a_pack(conference, by=cs, issued=False)
    written(pack, "questions", f"Ask the school. Then {spelling} is asked by Kofi. Last line.", by=cs)
    _hide(conference)
    client.force_login(cs)
    where = [conference.context_id, conference.pk]
    for route in ("conference-pack", "conference-pack-check"):
        page = client.get(reverse(f"contexts:{route}", args=where)).content.decode()
        assert spelling not in page
        assert str(the_young_person(conference).pk) not in page
    assert "holds a name that you may not see" in page
    hidden = [hit for hit in packs.look_through(pack, cs).hits if hit.hidden]
    assert hidden
    assert all(len(hit.pieces) == 1 for hit in hidden)
    client.post(reverse("contexts:conference-pack-replace", args=where), {"one": ""})
    assert not packs.look_through(pack, cs).hits
    assert pack.parts.get(key="questions").text.body == (
        "Ask the school. Then a young person is asked by a young person. Last line."
    )


def test_who_may_not_read_all_of_a_part_cannot_change_it(conference, cs):
    pack = a_pack(conference, by=cs, issued=False)
    written(pack, "questions", "What does Zielińska need?", by=cs)
    _hide(conference)
    with pytest.raises(ActRefused, match="may not see"):
        written(pack, "questions", "Something else", by=cs)


def test_one_hit_is_replaced_and_a_stale_page_replaces_nothing(conference, cs, client):
    pack = a_pack(conference, by=cs, issued=False)
    written(pack, "questions", "Kofi asks. Kofi answers.", by=cs)
    first, second = packs.look_through(pack, cs).hits
    client.force_login(cs)
    url = reverse("contexts:conference-pack-replace", args=[conference.context_id, conference.pk])
    client.post(url, {"one": second.act})
    assert pack.parts.get(key="questions").text.body == "Kofi asks. A young person answers."
    client.post(url, {"one": second.act})
    assert pack.parts.get(key="questions").text.body == "Kofi asks. A young person answers."
    assert first.pieces[1] == ("Kofi", True)
    for nonsense in ("questions:1:0", "x", "\0", "questions:99999999999999:0:4"):
        assert client.post(url, {"one": nonsense}).status_code == 302


def test_words_that_look_like_names_are_confirmed_with_a_reason(conference, cs, client):
    pack = a_pack(conference, by=cs, issued=False)
    written(pack, "questions", "We asked Ezekiel and the school.", by=cs)
    look = packs.look_through(pack, cs)
    assert "Ezekiel" in look.words
    url = reverse("contexts:conference-pack-check", args=[conference.context_id, conference.pk])
    client.force_login(cs)
    page = client.post(url, {"digest": look.digest, "because": ""})
    assert "Say how you know" in page.content.decode()
    with pytest.raises(ActRefused, match="Say why"):
        packs.issue(pack, digest=look.digest, because=" ", by=cs)
    assert client.post(url, {"digest": look.digest, "because": "Ezekiel is the caretaker"}).status_code == 302
    pack.refresh_from_db()
    assert pack.status == PackStatus.ISSUED
    assert "Ezekiel" in pack.passed_words
    assert pack.passed_because == "Ezekiel is the caretaker"


def test_what_was_written_after_it_was_looked_through_has_to_be_looked_at(conference, cs, client):
    pack = a_pack(conference, by=cs, issued=False)
    look = packs.look_through(pack, cs)
    written(pack, "questions", "Ezekiel came since.", by=cs)
    with pytest.raises(ActRefused, match="changed after you looked"):
        packs.issue(pack, digest=look.digest, because="x", by=cs)
    client.force_login(cs)
    url = reverse("contexts:conference-pack-check", args=[conference.context_id, conference.pk])
    page = client.post(url, {"digest": look.digest, "because": "I know them"})
    assert page.status_code == 409
    assert "I know them" in page.content.decode()
    assert "Ezekiel" in page.content.decode()


def _made(job):
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def _can_download(client, job):
    return client.get(reverse("contexts:conference-download-paper", args=[job.pk]))


def test_a_name_that_comes_into_the_record_keeps_an_issued_pack_from_being_read(conference, cs, client):
    reader = a_person(Role.PRACTITIONER)
    invited(conference, reader, by=cs)
    pack = a_pack(conference, by=cs, questions="What does Ezekiel need from the school?")
    client.force_login(reader)
    where = [conference.context_id, conference.pk, pack.pk]
    issued, make = (reverse(f"contexts:conference-{name}", args=where) for name in ("issued-pack", "make-pack"))
    assert "Ezekiel" in client.get(issued).content.decode()
    client.post(make)
    job = _made(Job.objects.get(kind=conference_papers.KIND))
    assert _can_download(client, job).status_code == 200
    assert AuditEvent.objects.filter(act="printed", subject_id=str(conference.context_id), actor_id=reader.pk).exists()

    link = a_linked_person(conference.context, name="Ezekiel")
    assert "Ezekiel" not in client.get(issued).content.decode()
    assert "being checked" in client.get(issued).content.decode()
    assert _can_download(client, job).status_code == 404
    assert client.post(make).status_code == 409
    client.force_login(cs)
    page = client.get(issued).content.decode()
    assert "came into the record after it was issued" in page
    assert "<mark>Ezekiel</mark>" in page

    again = packs.begin(conference, by=cs)
    assert again.number == 2
    look = packs.look_through(again, cs)
    packs.issue(again, digest=look.digest, because="x", by=cs)
    pack.refresh_from_db()
    assert pack.status == PackStatus.WITHDRAWN
    client.force_login(reader)
    assert client.get(issued).status_code == 404
    second = client.get(reverse("contexts:conference-issued-pack", args=[*where[:2], again.pk])).content.decode()
    assert "What does a young person need from the school?" in second
    link.delete()
    assert client.get(issued).status_code == 404  # withdrawn stays withdrawn


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_files_have_no_name_in_text_or_about_them(conference, cs, client, form):
    conferences.save_decisions(
        conference, body="Zielińska and Kofi get a mentor.\nM-204711 is open.", base_version=0, by=cs
    )
    client.force_login(cs)
    client.post(
        reverse("contexts:conference-make-minutes", args=[conference.context_id, conference.pk]), {"form": form}
    )
    job = _made(Job.objects.get(kind=conference_papers.KIND))
    assert job.status == "done"
    file = JobFile.objects.get(job=job)
    content = bytes(file.content)
    if form == "pdf":
        about = PdfReader(io.BytesIO(content))
        text = (
            " ".join(pages_of(content)) + str(about.metadata) + str(about.xmp_metadata and about.xmp_metadata.dc_title)
        )
    else:
        document = Document(io.BytesIO(content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        about = document.core_properties
        text = " ".join([*(one.text for one in document.paragraphs), *cells, about.title, about.author, about.subject])
    assert "get a mentor" in text
    for word in ("Zieli", "Anna", "Kofi", "204711", "Zuzu"):
        assert word not in text
        assert word not in f"{file.name} {job.params}"
    assert _can_download(client, job).status_code == 200
    a_linked_person(conference.context, name="Mentor Mo")
    assert _can_download(client, job).status_code == 404


def test_whoever_is_invited_reads_decisions_without_names(conference, cs, client):
    reader = a_person(Role.PRACTITIONER)
    invited(conference, reader, by=cs, agency="Friends of Kofi")
    conferences.save_decisions(conference, body="Zielińska and Kofi get a mentor.", base_version=0, by=cs)
    client.force_login(reader)
    for name in ("conference", "conference-minutes", "conference-calendar"):
        page = client.get(reverse(f"contexts:{name}", args=[conference.context_id, conference.pk])).content.decode()
        assert "Kofi" not in page
        assert "Zieli" not in page
    client.force_login(cs)
    assert "Kofi get a mentor" in client.get(conference.get_absolute_url()).content.decode()


def test_invitations_name_no_child(conference, cs):
    values = {name: getattr(conference, name) for name in conferences.FIELDS} | {"place": "At Kofi’s grandmother"}
    reader = a_person(Role.PRACTITIONER)
    invited(conference, reader, by=cs)
    invited(conference, by=cs, email="rosa@elsewhere.example")
    conferences.change(conference, values, seen_version=None, by=cs)
    sent = list(Notice.objects.exclude(calendar=""))
    assert len(sent) == 4
    for notice in sent:
        assert conference.context.reference in notice.words
        assert "Kofi" not in f"{notice.words}{notice.calendar}{notice.url}"
        assert "BEGIN:VCALENDAR" in notice.calendar
    assert any("At a young person’s grandmother" in notice.calendar for notice in sent)
