"""Databases of the same shape with few and with very many referrals, made by SQL, and turning from one to another.

`bin/bench` throws them away with the rest of its server.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import Agency
from accounts.permissions import Role
from core.models import ListItem
from core.models.lists import ListName
from tests.factories import a_person, a_team
from tracker.models import Theme

Act = Callable[[], object]
AGENCIES, TEAMS = 12, 60

# Spread over ten years, newest first by number; shares as in a tracker that has grown: six in ten were held.
REFERRALS = """
INSERT INTO consultations_referral (
    id, reference, state, version, step_versions, made_by_id, created_at, sent_at, imported, case_number, name,
    date_of_birth, referrer_name, team_id, agency_id, arrival, received_on, worry, screened_at, screened_by_id,
    screening_reason, signposted_to, restriction_reason)
SELECT gen_random_uuid(), 'CS-' || to_char(day, 'YYYY') || '-' || lpad(n::text, 7, '0'), state, 1, '{{}}', {person},
    day, day, true, lpad((n::bigint * 7919 %% 100000000)::text, 8, '0'), 'Young Person ' || n,
    (day - interval '1 year' * (10 + n %% 9))::date, 'Referrer ' || n %% 500, team, agency, 'email', day::date,
    'Seen with older peers.', CASE WHEN state <> 'screening' THEN day + interval '1 day' * (n %% 13) END,
    CASE WHEN state <> 'screening' THEN {person} END, '', CASE WHEN state = 'signposted' THEN 'Early Help' ELSE '' END,
    ''
FROM (
    SELECT n, date '2026-11-01' - (n * 3650.0 / {rows})::int + time '10:00' AS day,
        (ARRAY['held', 'held', 'held', 'signposted', 'held', 'held', 'signposted', 'withdrawn', 'held', 'screening'])
            [1 + n %% 10] AS state,
        ({teams})[1 + n * 31 %% {team_count}] AS team,
        ({agencies})[1 + (n * 31 %% {team_count}) %% {agency_count}] AS agency
    FROM generate_series(1, {rows}) AS n
) AS made
"""
CONSULTATIONS = """
INSERT INTO consultations_consultation (id, referral_id, planned_for, place, invitation, held_on, created_at)
SELECT gen_random_uuid(), id, received_on + 14, '', 0, received_on + 10 + length(reference) %% 20, created_at
FROM consultations_referral WHERE state = 'held'
"""
ENTRIES = """
INSERT INTO tracker_trackerentry (
    referral_id, version, how_long_known, previous_referrals, primary_concern, detail, other_theme, feedback,
    completed_at, completed_by_id)
SELECT id, 1, '2 years', 'None',
    (ARRAY['individual', 'home', 'peer-group', 'school', 'neighbourhood'])[1 + case_number::bigint %% 5],
    (ARRAY['Canal towpath by Lock 4', 'Marlow Road Academy', 'Penrose boys', 'Hartley Park'])
        [1 + case_number::bigint %% 4],
    '', '', screened_at + interval '20 days', {person}
FROM consultations_referral WHERE state IN ('held', 'signposted')
"""
THEMES = """
INSERT INTO tracker_trackerentry_themes (trackerentry_id, theme_id)
SELECT DISTINCT entry.id, ({themes})[1 + (entry.id * 7 + step * (1 + entry.id %% 5)) %% {theme_count}]
FROM tracker_trackerentry AS entry, generate_series(0, 2) AS step
"""
HARMS = """
INSERT INTO consultations_referral_harms (referral_id, listitem_id)
SELECT id, ({harms})[1 + case_number::bigint %% {harm_count}] FROM consultations_referral
"""
ACTIONS = """
INSERT INTO consultations_consultationaction (
    id, what, owner_name, owner_agency, due, status, outcome, created_by_id, created_at, version, consultation_id,
    space, context_name)
SELECT gen_random_uuid(), 'Map the peer group with the school.', 'PC Stone', 'Police', held_on + 30, 'open', '',
    {person}, created_at, 1, id, 'peer-group', ''
FROM consultations_consultation WHERE get_byte(uuid_send(id), 15) %% 2 = 0
"""


@contextmanager
def database(name: str) -> Iterator[None]:
    """Everything inside happens in the database `name` of the same server; made when it is first asked for."""
    before = connection.settings_dict["NAME"]
    if before == name:
        yield
        return
    turn_to(name)
    try:
        yield
    finally:
        turn_to(before)


def turn_to(name: str) -> None:
    """From now on the database `name` is asked."""
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()


@cache
def with_referrals(rows: int) -> str:
    """The name of a database with so many referrals, all that belongs to them, and a manager who may see them."""
    empty = connection.settings_dict["NAME"]
    name = f"{empty}_{rows}"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{empty}"')
    with database(name):
        fill(rows)
    return name


def fill(rows: int) -> None:
    """Add so many referrals to the present database, by SQL."""
    person = a_person(Role.CS_PRACTITIONER).pk
    agencies = [Agency.objects.get_or_create(name=f"Agency {number}")[0] for number in range(AGENCIES)]
    teams = [a_team(f"Team {number}", agencies[number % AGENCIES].name) for number in range(TEAMS)]
    themes = list(Theme.objects.values_list("pk", flat=True))
    harms = list(ListItem.objects.filter(list=ListName.HARM).values_list("pk", flat=True))
    words = {
        "rows": rows, "person": person, "teams": _array(team.pk for team in teams), "team_count": TEAMS,
        "agencies": _array(agency.pk for agency in agencies), "agency_count": AGENCIES,
        "themes": _array(themes), "theme_count": len(themes), "harms": _array(harms), "harm_count": len(harms),
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (REFERRALS, CONSULTATIONS, ENTRIES, THEMES, HARMS, ACTIONS):
            cursor.execute(statement.format(**words), [])
        cursor.execute("VACUUM ANALYZE")


def _array(ids) -> str:
    return f"ARRAY[{','.join(map(str, ids))}]"


def page_in(rows: int, url: str, role: Role = Role.MANAGER) -> Act:
    """The act of opening a page where there are so many referrals; connecting and signing in do not count."""
    name = with_referrals(rows)
    client = Client()
    with database(name):
        client.force_login(a_person(role), backend=settings.AUTHENTICATION_BACKENDS[0])

    def act() -> None:
        answer = client.get(url)
        assert answer.status_code == 200, url  # noqa: S101

    return in_database(name, act)


def in_database(name: str, act: Act) -> Act:
    """`act`, done in the database `name`."""

    def inside() -> object:
        return act()

    inside.prepare = lambda: turn_to(name) if connection.settings_dict["NAME"] != name else None
    return inside
