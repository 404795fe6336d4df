"""The people and records of the permission matrix. Every record carries words that stand nowhere else.

Two teams: `maker` and `colleague` belong to one; `outsider` and a stranger to the other. `ours` was made by the maker,
`theirs` by the stranger, `draft` is the maker's unsent one; `assigned` is a foreign referral of which one action is
the maker's to do. `restricted` and `granted` are the stranger's and restricted: of the one, nobody of the matrix was
given access; of the other, the CS practitioner was, and the manager's access ran out yesterday.
"""

import uuid
from datetime import date, timedelta
from functools import cached_property

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.services import access, feedback, framework, notes, papers, people, referrals, screening
from core import drafts, notices
from core.models import FormDraft, FormSection, Job, JobFile, Notice
from core.models.jobs import JobStatus
from core.models.lists import FormName
from tests import slices
from tests.factories import (
    PASSPHRASE,
    a_champion,
    a_course,
    a_draft,
    a_person,
    a_take_away,
    a_team,
    an_action,
    an_attendance,
    an_entry,
)
from tests.imports import a_profile, an_import
from tracker import exports, training_export
from tracker.models import ImportProfile, Report, SavedView, Tagging, Theme, ThemeGroup, TrackerImport
from tracker.models.imports import Stage
from tracker.services import reports, saved_views, tagging, theme_merges, themes, training

IDENTITIES = [
    "anonymous", "maker", "colleague", "outsider", "cs", "manager", "lead", "administrator", "auditor",
    "deactivated", "demoted",
]  # fmt: skip
NOWHERE = uuid.UUID("00000000-0000-4000-8000-000000000000")
EVERYTHING = frozenset(
    {
        "reference", "name", "number", "worry", "referrer", "answer", "section", "what", "detail", "reason",
        "feedback", "question", "place", "other",
    }
)  # fmt: skip
# Of a restricted referral to which they have no access, a manager reads no more than this.
RESTRICTION = frozenset({"reference", "restriction"})
# Which records each identity may see, and how much of them; an identity that is not here sees none.
ALL_SENT = {"ours": EVERYTHING, "theirs": EVERYTHING, "assigned": EVERYTHING}
SEES: dict[str, dict[str, frozenset[str]]] = {
    "maker": {"ours": EVERYTHING, "draft": EVERYTHING, "assigned": frozenset({"reference", "what"})},
    "colleague": {"ours": EVERYTHING},
    "outsider": {"theirs": EVERYTHING, "assigned": EVERYTHING},
    "cs": ALL_SENT | {"granted": EVERYTHING | RESTRICTION},
    "manager": ALL_SENT | {"restricted": RESTRICTION, "granted": RESTRICTION},
    # The log names records by their reference and says no more of them.
    "auditor": dict.fromkeys(("ours", "theirs", "assigned", "restricted", "granted"), frozenset({"reference"})),
}


class World:
    """People signed in, and records made when they are first asked for."""

    def __init__(self) -> None:
        near, far = a_team("Near team"), a_team("Far team")
        casework = (Role.CS_PRACTITIONER, Role.MANAGER)
        self.people = {
            "maker": a_person(Role.PRACTITIONER, team=near, passphrase=PASSPHRASE),
            "colleague": a_person(Role.PRACTITIONER, team=near, passphrase=PASSPHRASE),
            "outsider": a_person(Role.PRACTITIONER, team=far, passphrase=PASSPHRASE),
            "cs": a_person(Role.CS_PRACTITIONER, passphrase=PASSPHRASE),
            "manager": a_person(Role.MANAGER, passphrase=PASSPHRASE),
            "lead": a_person(Role.LEAD, passphrase=PASSPHRASE),
            "administrator": a_person(Role.ADMINISTRATOR, passphrase=PASSPHRASE),
            "auditor": a_person(Role.AUDITOR, passphrase=PASSPHRASE),
            "deactivated": a_person(*casework, team=near, passphrase=PASSPHRASE),
            "demoted": a_person(*casework, Role.ADMINISTRATOR, Role.AUDITOR, team=near, passphrase=PASSPHRASE),
        }
        self.stranger = a_person(Role.PRACTITIONER, team=far)
        self.screener = a_person(Role.CS_PRACTITIONER)
        self.other_manager = a_person(Role.MANAGER)
        self.bystander = a_person(Role.PRACTITIONER, name="Bystander")
        self.records: dict[tuple[str, str], dict] = {}
        self._jobs: dict[tuple[str, str], Job] = {}
        self._imports: dict[tuple[str, str], TrackerImport] = {}
        self._views: dict[str, SavedView] = {}
        self._papers: dict[tuple[str, str], Job] = {}
        self._taggings: dict[tuple[str, str], Tagging] = {}
        self._training_jobs: dict[tuple[str, str], Job] = {}
        self._reports: dict[str, Report] = {}
        self._report_files: dict[tuple[str, str], Job] = {}
        self.sessions = {name: self._sign_in(person) for name, person in self.people.items()}
        self.people["deactivated"].is_active = False
        self.people["deactivated"].save()
        self.people["demoted"].role_grants.all().delete()

    @staticmethod
    def _sign_in(person) -> str:
        browser = Client()
        browser.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return browser.cookies[settings.SESSION_COOKIE_NAME].value

    def browser(self, identity: str) -> Client:
        """A client with this identity's session and no other memory."""
        client = Client(raise_request_exception=False)
        if identity in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[identity]
        return client

    def record(self, row: str, state: str) -> dict:
        """The record `row` in `state`: {"referral", "action", "words": {kind: marker}}.

        A `restricted` and a `granted` one also have their "grant". In the state `pair` there are two young people
        who may be one ("people"); in `merged` they were made one ("merge").
        """
        state = "draft" if row == "draft" else state
        if (row, state) not in self.records:
            self.records[row, state] = self._make(row, state)
        return self.records[row, state]

    def _make(self, row: str, state: str) -> dict:
        made = self._make_pair(row, state) if state in ("pair", "merged") else self._take_to(row, state)
        if row in ("restricted", "granted"):
            self._restrict(row, made)
        return made

    def _make_pair(self, row: str, state: str) -> dict:
        """Two young people whose case number is written differently, each with a referral."""
        by = self.people["maker"] if row == "ours" else self.stranger
        words = {"name": f"name-of-{row}{state}", "number": f"number-of-{row}{state}"}
        drafted = [a_draft(by, name=words["name"], case_number=words["number"] + mark) for mark in ("", "-")]
        sent = [referrals.send(draft, by=by) for draft in drafted]
        words["reference"] = sent[0].reference
        made = {"referral": sent[0], "other": sent[1], "people": [one.young_person for one in sent], "words": words}
        if state == "merged":
            first, second = made["people"]
            plan = people.plan(first, second, keep=first, choices={})
            made["merge"] = people.merge(
                first, second, keep=first, choices={}, mark=plan.mark, reason="The same", by=self.other_manager
            )
        return made

    def _restrict(self, row: str, made: dict) -> None:
        """Restrict the record's referral, and the other of a pair."""
        reason = made["words"]["restriction"] = f"restriction-of-{made['words']['reference']}"
        person = self.people["cs"] if row == "granted" else self.screener
        for name in ("referral", "other"):
            if name in made:
                access.restrict(made[name], reason=reason, people=[person], by=self.other_manager)
                made[name].refresh_from_db()
        made["grant"] = made["referral"].grants.get()
        if row == "granted":
            now = timezone.now()
            made["referral"].grants.create(
                user=self.people["manager"], by=self.other_manager, reason=reason,
                at=now - timedelta(days=9), until=timezone.localdate(now) - timedelta(days=1),
            )  # fmt: skip

    def _take_to(self, row: str, state: str) -> dict:
        tag = f"{row}{state}"
        words = {kind: f"{kind}-of-{tag}" for kind in EVERYTHING - {"reference"}}
        by = self.people["maker"] if row in ("ours", "draft") else self.stranger
        referral = a_draft(
            by, name=words["name"], case_number=words["number"], worry=words["worry"], referrer_name=words["referrer"]
        )
        referral.answers.update(body=words["answer"])
        made = {"referral": referral, "action": None, "words": words}
        if state == ReferralState.DRAFT:
            return made
        referral = made["referral"] = referrals.send(referral, by=by)
        words["reference"] = referral.reference
        if state == ReferralState.SCREENING:
            return made
        if state == ReferralState.INFORMATION:
            made["referral"] = screening.ask(referral, question=words["question"], by=self.screener).referral
            return made
        if state == ReferralState.SIGNPOSTED:
            made["referral"] = screening.signpost(referral, to="Early Help", reason=words["reason"], by=self.screener)
            return made
        day = timezone.localdate()
        referral = made["referral"] = screening.accept(
            referral, planned_for=day, attending="Somebody", reason=words["reason"], by=self.screener
        )
        section = FormSection.objects.get(form=FormName.CONSULTATION, key="home")
        notes.save_section(referral.consultation, section, body=words["section"], base_version=0, by=self.screener)
        owner = {"ours": self.people["maker"], "assigned": self.people["maker"]}.get(row, self.stranger)
        made["action"] = an_action(referral, owner=owner, what=words["what"], by=self.screener)
        schools = FormSection.objects.get(form=FormName.FRAMEWORK_FACTORS, key="schools")
        made["place"] = framework.add_place(referral.consultation, schools, name=words["place"], by=self.screener)
        made["take_away"] = a_take_away(referral, owner=owner, what=words["what"], by=self.screener)
        if state == ReferralState.HELD:
            referral = made["referral"] = notes.hold(referral.consultation, held_on=day, by=self.screener)
            themes = [*Theme.objects.in_use()[:2], Theme.objects.get(needs_text=True)]
            made["entry"] = an_entry(
                referral, by=self.screener, detail=words["detail"], themes=themes, other_theme=words["other"]
            )
            said = {"used": "yes", "useful": 4, "young_person": words["feedback"], "context": "", "actions": {}}
            feedback.give(referral, said, version=0, by=self.screener)
        return made

    def job(self, row: str, status: str) -> Job:
        """An export: `ours` is the manager's, `theirs` another manager's. A finished one has a file."""
        if (row, status) not in self._jobs:
            by = self.people["manager"] if row == "ours" else self.other_manager
            now = timezone.now()
            ended = {"finished_at": now, "expires_at": now + timedelta(days=1)} if status == JobStatus.DONE else {}
            words = {"q": f"filter-of-{row}-{status}"}
            job = Job.objects.create(
                kind=exports.KIND, requested_by=by, created_at=now, status=status,
                params={"filters": "", "sort": "-received", "words": words}, **ended,
            )  # fmt: skip
            if status == JobStatus.DONE:
                content = f"workbook-of-{row}".encode()
                JobFile.objects.create(
                    job=job, name="tracker.xlsx", content_type="application/x-test", content=content, size=len(content)
                )
            self._jobs[row, status] = job
        return self._jobs[row, status]

    def tracker_import(self, row: str, stage: str) -> TrackerImport:
        """An import: `ours` is the manager's, `theirs` another manager's; its file carries words of its own."""
        if (row, stage) not in self._imports:
            by = self.people["manager"] if row == "ours" else self.other_manager
            self._imports[row, stage] = an_import(by, stage, tag=f"{row}{stage}")
        return self._imports[row, stage]

    @cached_property
    def profile(self) -> ImportProfile:
        """How the columns of a file were matched, remembered for every manager."""
        return a_profile(self.other_manager)

    def view(self, row: str) -> SavedView:
        """A saved view: `ours` is the manager's and shared, `theirs` another manager's own."""
        if row not in self._views:
            by = self.people["manager"] if row == "ours" else self.other_manager
            shared = row == "ours"
            self._views[row] = saved_views.save(name=f"view-of-{row}", query="state=held", shared=shared, by=by)
        return self._views[row]

    def paper(self, row: str, status: str) -> Job:
        """A PDF of the record `row`: `ours` was asked for by the maker, `theirs` by the stranger."""
        if (row, status) not in self._papers:
            by = self.people["maker"] if row == "ours" else self.stranger
            referral = self.record(row, "held")["referral"]
            job = self._papers[row, status] = papers.ask_for("consultation", by=by, referral=referral)
            if status == JobStatus.DONE:
                now = timezone.now()
                Job.objects.filter(pk=job.pk).update(status=status, finished_at=now, expires_at=now + timedelta(days=1))
                content = f"section-of-{row}held".encode()
                JobFile.objects.create(
                    job=job, name="consultation.pdf", content_type="application/pdf", content=content, size=len(content)
                )
            Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(hours=1))
        return self._papers[row, status]

    def report(self, row: str) -> Report:
        """A report: `ours` is the manager's, `theirs` another manager's."""
        if row not in self._reports:
            by = self.people["manager"] if row == "ours" else self.other_manager
            values = {"title": f"title-of-{row}", "introduction": f"introduction-of-{row}"}
            days = {"first": date(2025, 4, 1), "last": date(2026, 3, 31)}
            self._reports[row] = reports.create(values | days, by=by)
        return self._reports[row]

    def report_file(self, row: str, status: str) -> Job:
        """A Word file of the report `row`; a finished one has a file."""
        if (row, status) not in self._report_files:
            report, now = self.report(row), timezone.now()
            ended = {"finished_at": now, "expires_at": now + timedelta(days=1)} if status == JobStatus.DONE else {}
            job = Job.objects.create(
                kind=reports.KIND, requested_by=report.made_by, created_at=now, status=status,
                params={"report": str(report.pk), "form": "docx", "version": 1}, **ended,
            )  # fmt: skip
            if status == JobStatus.DONE:
                content = f"introduction-of-{row}".encode()
                JobFile.objects.create(
                    job=job, name="report.docx", content_type="application/x-test", content=content, size=len(content)
                )
            self._report_files[row, status] = job
        return self._report_files[row, status]

    @cached_property
    def theme(self) -> Theme:
        """A theme of its own, which no referral has; `other_theme` is one that it may be merged into."""
        return themes.add({"name": "Theme of the matrix"}, by=self.other_manager)

    @cached_property
    def other_theme(self) -> Theme:
        return themes.add({"name": "Other theme of the matrix"}, by=self.other_manager)

    @cached_property
    def group(self) -> ThemeGroup:
        """A group that no theme is in."""
        return ThemeGroup.objects.create(name="Group of the matrix", order=1)

    def tagging(self, row: str, state: str) -> Tagging:
        """A tagging of the record `ours`: `ours` is the CS practitioner's, `theirs` the screener's, `merge` of themes.

        In the state `chosen` its themes are chosen, in `applied` it is applied.
        """
        if (row, state) not in self._taggings:
            referral = self.record("ours", "held")["referral"]
            by = self.people["cs"] if row == "ours" else self.screener
            if row == "merge":
                gone = themes.add({"name": "Merged theme"}, by=self.other_manager)
                mark = theme_merges.plan(gone, self.other_theme, by).mark
                made = theme_merges.merge(gone, self.other_theme, mark=mark, by=self.other_manager)
            else:
                made = tagging.prepare([referral.pk], by=by)
                tagging.choose(made, adds=[themes.add({"name": f"For {row} {state}"}, by=by)], removes=[], by=by)
                if state == "applied":
                    made = tagging.apply(made, mark=tagging.plan(made, by).mark, by=by)
            self._taggings[row, state] = made
        return self._taggings[row, state]

    @cached_property
    def training(self) -> dict:
        """A course to come with somebody booked and somebody removed, and a Champion: {"words": what they say}."""
        by, team = self.other_manager, a_team("Trained team")
        words = ["course-of-training", "booked-of-training", "removed-of-training", "champion-of-training"]
        course = a_course(by=by, title=words[0])
        made = {"course": course, "team": team, "words": words}
        made["booked"], made["removed"] = (
            an_attendance(course, by=by, name=name, team=team, status="booked") for name in words[1:3]
        )
        training.remove(made["removed"], by=by)
        made["champion"] = a_champion(by=by, name=words[3], team=team)
        return made

    def training_job(self, row: str, status: str) -> Job:
        """An export of the training register: `ours` is the manager's, `theirs` another manager's."""
        if (row, status) not in self._training_jobs:
            by = self.people["manager"] if row == "ours" else self.other_manager
            job = self._training_jobs[row, status] = training_export.ask_for("", by=by)
            if status == JobStatus.DONE:
                now = timezone.now()
                Job.objects.filter(pk=job.pk).update(status=status, finished_at=now, expires_at=now + timedelta(days=1))
                content = f"register-of-{row}".encode()
                JobFile.objects.create(
                    job=job, name="register.xlsx", content_type="application/x-test", content=content, size=len(content)
                )
        return self._training_jobs[row, status]

    @cached_property
    def notice(self) -> Notice:
        """Something that waits for the maker."""
        person = self.people["maker"]
        notices.tell([person], "notice-of-maker", key="k", url="/referrals/")
        return Notice.objects.get(user=person, key="k")

    @cached_property
    def kept_text(self) -> str:
        """What the maker typed into a new referral and did not send."""
        text = "typed-and-not-sent"
        data = {"case_number": [text], "name": [""]}
        FormDraft.objects.create(
            user=self.people["maker"], key=referrals.DRAFT_KEY_NEW, data=data, updated_at=timezone.now()
        )
        return text

    def draft_token(self, identity: str = "maker") -> str:
        """The token by which this person's page keeps the draft of a new referral."""
        return drafts.sign(referrals.DRAFT_KEY_NEW, self.people[identity])

    def fill(self) -> "World":
        """Every kind of record that there can be, for pages that list them."""
        for row in ("ours", "theirs", "assigned", "restricted", "granted"):
            for state in ("screening", "planned", "held", "signposted"):
                self.record(row, state)
        self.record("draft", "draft")
        for row in ("ours", "theirs"):
            for status in (JobStatus.QUEUED, JobStatus.DONE):
                self.job(row, status)
                self.report_file(row, status)
            for stage in (Stage.CHECKED, Stage.IMPORTED):
                self.tracker_import(row, stage)
            self.view(row)
        for module in slices.modules():
            module.fill(self)
        return self

    def forbidden(self, identity: str) -> list[str]:
        """The planted words of everything made so far that this identity may not see."""
        sees = SEES.get(identity, {})
        words = [
            marker
            for (row, _), record in self.records.items()
            for kind, marker in record["words"].items()
            if kind not in sees.get(row, ())
        ]
        for row, status in self._jobs:
            if not (identity == "manager" and row == "ours"):
                words += [f"filter-of-{row}-{status}", f"workbook-of-{row}"]
        for row, _ in self._training_jobs:
            if not (identity == "manager" and row == "ours"):
                words.append(f"register-of-{row}")
        # The log says who was made a Champion and which course there was: the auditor reads that.
        if identity not in ("cs", "manager", "lead", "auditor") and "training" in self.__dict__:
            words += self.training["words"]
        for row in self._reports:
            if not (identity == "manager" and row == "ours"):
                words += [f"title-of-{row}", f"introduction-of-{row}"]
        for row, stage in self._imports:
            if not (identity == "manager" and row == "ours"):
                words += [f"{what}-of-{row}{stage}" for what in ("file", "cell", "problem", "rest")]
        words += [f"view-of-{row}" for row in self._views if row == "theirs" or identity not in ("cs", "manager")]
        if identity != "administrator":
            words.append(self.bystander.email)
        if identity != "maker":
            words.append("notice-of-maker")
        if identity != "maker" and "kept_text" in self.__dict__:
            words.append(self.kept_text)
        return words + [word for module in slices.modules() for word in module.forbidden(self, identity)]
