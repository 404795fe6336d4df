"""The cases: each compares one page or act with few rows and with many, through the pages that people use."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from consultations.choices import ReferralState
from consultations.models import Referral
from consultations.services import notes
from core.models import FormSection
from tests.factories import a_person, a_referral, an_action
from tracker.dashboard import asked_for

from . import dashboard_sql, export_cases, sizes
from .sizes import Act

MANY = 3000


@dataclass(frozen=True)
class Case:
    """`prepare` makes the rows and returns the act on few and on many, or two figures in `unit`.

    `most` is the ratio that is still well.
    """

    words: str
    most: float
    prepare: Callable[[], tuple[Act, Act] | tuple[float, float]]
    rounds: int = 15
    unit: str = "ms"


def browser(*roles: Role) -> Client:
    """Somebody signed in."""
    client = Client()
    client.force_login(a_person(*roles), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def opens(client: Client, url: str) -> Act:
    """The act of opening a page; raises AssertionError where it does not come."""

    def act() -> None:
        assert client.get(url).status_code == 200, url  # noqa: S101

    return act


def same_twice() -> tuple[Act, Act]:
    """A page against itself: what the machine's own noise looks like."""
    client = browser(Role.CS_PRACTITIONER)
    return opens(client, "/referrals/"), opens(client, "/referrals/")


def consultation_page() -> tuple[Act, Act]:
    """An empty consultation, and one after an hour: 10 actions and 30 versions."""
    client, author = browser(Role.CS_PRACTITIONER), a_person(Role.CS_PRACTITIONER)
    empty, full = a_referral(ReferralState.PLANNED), a_referral(ReferralState.PLANNED)
    other = a_person(Role.CS_PRACTITIONER)
    sections = list(FormSection.objects.filter(form="consultation", short=False))
    for number in range(30):
        section = sections[number % len(sections)]
        by = author if number % 2 else other
        body = f"{number}. Seen at the canal with older peers. " * 40
        notes.save_section(full.consultation, section, body=body, base_version=number // len(sections), by=by)
    for _ in range(10):
        an_action(full)
    return tuple(opens(client, reverse("consultations:consultation", args=[each.pk])) for each in (empty, full))


def section_save() -> tuple[Act, Act]:
    """One keystroke saved in a short text, and at the end of 40,000 characters."""
    client = browser(Role.CS_PRACTITIONER)

    def saver(length: int) -> Act:
        referral = a_referral(ReferralState.PLANNED)
        url = reverse("consultations:save-section", args=[referral.pk, "home"])
        state = {"body": "Lives with gran. " * (length // 17), "version": 0, "seq": 0}

        def act() -> None:
            state["body"] += "x"
            state["seq"] += 1
            sent = {"body": state["body"], "version": state["version"], "client": "bench", "seq": state["seq"]}
            answer = client.post(url, sent, headers={"accept": "application/json"})
            assert answer.status_code == 200, answer.content  # noqa: S101
            state["version"] = answer.json()["version"]

        return act

    return saver(400), saver(40_000)


def referrals_list() -> tuple[Act, Act]:
    """The list of somebody who sees their own 30, and of somebody who sees thousands more."""
    own = a_person(Role.PRACTITIONER)
    for _ in range(30):
        a_referral(by=own)
    pattern = Referral.objects.filter(made_by=own).first()
    other = a_person(Role.PRACTITIONER)
    values = {
        field.attname: getattr(pattern, field.attname)
        for field in Referral._meta.concrete_fields
        if field.name not in ("id", "reference", "made_by", "referrer")
    }
    Referral.objects.bulk_create(
        Referral(**values, reference=f"CS-2020-{number:05d}", made_by=other) for number in range(MANY)
    )
    client = Client()
    client.force_login(own, backend=settings.AUTHENTICATION_BACKENDS[0])
    return opens(client, "/referrals/"), opens(browser(Role.CS_PRACTITIONER), "/referrals/")


def tracker_list(rows: int, query: str = "") -> Callable[[], tuple[Act, Act]]:
    """The tracker with a thousand referrals and with so many."""

    def prepare() -> tuple[Act, Act]:
        return sizes.page_in(1_000, f"/tracker/{query}"), sizes.page_in(rows, f"/tracker/{query}")

    return prepare


def dashboard(rows: int) -> Callable[[], tuple[Act, Act]]:
    """SQL written by hand that yields the dashboard's numbers, and the page itself, with so many referrals."""

    def prepare() -> tuple[Act, Act]:
        name = sizes.with_referrals(rows)
        today = timezone.localdate()
        asked = asked_for(QueryDict(), {}, today)
        period, before = asked.period, asked.period.before()
        with sizes.database(name):
            user = a_person(Role.MANAGER).pk

        def by_hand() -> None:
            dashboard_sql.run(
                user=user, today=today, period=(period.first, period.last), before=(before.first, before.last)
            )

        return sizes.in_database(name, by_hand), sizes.page_in(rows, "/tracker/dashboard/")

    return prepare


CASES = {
    "noise": Case("a page against itself", 1.5, same_twice),
    "consultation-page": Case("empty / 30 versions and 10 actions", 2.0, consultation_page),
    "section-save": Case("400 characters / 40,000 characters", 3.0, section_save),
    "referrals-list": Case(f"30 referrals / {MANY:,} more", 2.5, referrals_list),
    "tracker-100k": Case("the tracker with 1,000 referrals / 100,000", 1.5, tracker_list(100_000)),
    "tracker-1m": Case("the tracker with 1,000 referrals / 1,000,000", 1.5, tracker_list(1_000_000)),
    "dashboard-1k": Case("SQL by hand / the dashboard, of 1,000 referrals", 20, dashboard(1_000)),
    "dashboard-100k": Case("SQL by hand / the dashboard, of 100,000", 3, dashboard(100_000)),
    "dashboard-1m": Case("SQL by hand / the dashboard, of 1,000,000", 1.3, dashboard(1_000_000), rounds=5),
    "export": Case("bare openpyxl / an export of 50,000 referrals, all sheets", 1.3, export_cases.against_openpyxl, 3),
    "export-memory": Case("MB at most for 10,000 referrals / 100,000", 1.3, export_cases.peaks, unit="MB"),
    "import-export": Case("django-import-export, one table / our export", 1.0, export_cases.against_import_export, 1),
}
