"""The numbers of the dashboard as SQL written by hand, one statement a chart: what the page is measured against.

`run` gives the numbers for a manager and a period; tests/tracker/test_dashboard_sql.py holds them against the page's.
"""

from datetime import date
from typing import Any

from django.db import connection

# What a manager may see: what is not restricted, what is theirs, and that to which they were given access.
SEEN = """r.state <> 'draft' AND (r.restricted_at IS NULL OR r.referrer_id = %(user)s
    OR (r.made_by_id = %(user)s AND NOT r.imported)
    OR r.id IN (SELECT referral_id FROM consultations_accessgrant
                WHERE user_id = %(user)s AND ended_at IS NULL AND until >= %(today)s))"""
PERIOD = f"{SEEN} AND r.received_on BETWEEN %(first)s AND %(last)s"
BEFORE = f"{SEEN} AND r.received_on BETWEEN %(before_first)s AND %(before_last)s"
HEADLINES = """
SELECT count(*), count(*) FILTER (WHERE r.state = 'planned'), count(*) FILTER (WHERE r.state = 'held'),
    count(*) FILTER (WHERE r.state = 'signposted'), count(*) FILTER (WHERE r.state = 'withdrawn'),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
        ORDER BY (r.screened_at AT TIME ZONE 'Europe/London')::date - r.received_on)
        FILTER (WHERE r.state IN ('planned', 'held', 'signposted') AND r.screened_at IS NOT NULL),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY c.held_on - r.received_on)
        FILTER (WHERE r.state = 'held' AND c.held_on IS NOT NULL)
FROM consultations_referral r LEFT JOIN consultations_consultation c ON c.referral_id = r.id
WHERE {rows}"""
TAGGED = """
FROM consultations_referral r JOIN tracker_trackerentry e ON e.referral_id = r.id
JOIN tracker_trackerentry_themes t ON t.trackerentry_id = e.id"""

PARTS = {"SEEN": SEEN, "PERIOD": PERIOD, "BEFORE": BEFORE, "TAGGED": TAGGED}

STATEMENTS: dict[str, str] = {
    "headlines": HEADLINES.replace("{rows}", "{PERIOD}"),
    "headlines before": HEADLINES.replace("{rows}", "{BEFORE}"),
    "data entry due": """
SELECT count(*) FROM consultations_referral r
WHERE {SEEN} AND r.state IN ('held', 'signposted', 'withdrawn') AND r.screened_at IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM tracker_trackerentry e WHERE e.referral_id = r.id AND e.completed_at IS NOT NULL)""",
    "feedback outstanding": """
SELECT count(*) FROM consultations_referral r JOIN consultations_feedback f ON f.referral_id = r.id
WHERE {SEEN} AND f.answered_at IS NULL""",
    "overdue actions": """
SELECT count(*), count(DISTINCT r.id)
FROM consultations_consultationaction a JOIN consultations_consultation c ON c.id = a.consultation_id
JOIN consultations_referral r ON r.id = c.referral_id
WHERE {SEEN} AND a.status = 'open' AND a.due < %(today)s""",
    "by month": """
SELECT date_trunc('month', r.received_on)::date, count(*), count(*) FILTER (WHERE r.state = 'held'),
    count(*) FILTER (WHERE r.state = 'signposted')
FROM consultations_referral r WHERE {PERIOD} GROUP BY 1""",
    "by outcome": "SELECT r.state, count(*) FROM consultations_referral r WHERE {PERIOD} GROUP BY 1",
    "by agency": "SELECT r.agency_id, count(*) FROM consultations_referral r WHERE {PERIOD} GROUP BY 1",
    "by team": """
SELECT r.team_id, count(*), count(*) FILTER (WHERE r.state = 'signposted')
FROM consultations_referral r WHERE {PERIOD} GROUP BY 1""",
    "by concern": """
SELECT coalesce(e.primary_concern, ''), count(*)
FROM consultations_referral r LEFT JOIN tracker_trackerentry e ON e.referral_id = r.id WHERE {PERIOD} GROUP BY 1""",
    "by theme": "SELECT t.theme_id, count(*) {TAGGED} WHERE {PERIOD} GROUP BY 1",
    "without theme": """
SELECT count(*) FROM consultations_referral r LEFT JOIN tracker_trackerentry e ON e.referral_id = r.id
WHERE {PERIOD} AND NOT EXISTS (SELECT 1 FROM tracker_trackerentry_themes t WHERE t.trackerentry_id = e.id)""",
    "by harm": """
SELECT h.listitem_id, count(*)
FROM consultations_referral r JOIN consultations_referral_harms h ON h.referral_id = r.id WHERE {PERIOD} GROUP BY 1""",
    "without harm": """
SELECT count(*) FROM consultations_referral r
WHERE {PERIOD} AND NOT EXISTS (SELECT 1 FROM consultations_referral_harms h WHERE h.referral_id = r.id)""",
    "themes over time": """
SELECT t.theme_id, date_trunc('month', r.received_on)::date, count(*) {TAGGED} WHERE {PERIOD} GROUP BY 1, 2""",
    "together": """
SELECT t.theme_id, o.theme_id, count(*) {TAGGED}
JOIN tracker_trackerentry_themes o ON o.trackerentry_id = e.id AND o.theme_id > t.theme_id
WHERE {PERIOD} GROUP BY 1, 2""",
    "last referral of each team": """
SELECT t.id, (SELECT r.received_on FROM consultations_referral r WHERE r.team_id = t.id AND {SEEN}
              ORDER BY r.received_on DESC LIMIT 1)
FROM accounts_team t WHERE t.active""",
}  # fmt: skip


def run(
    *, user: int, today: date, period: tuple[date, date], before: tuple[date, date]
) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every statement. `user` is the key of somebody who may see every referral that is not restricted."""
    params = {
        "user": user, "today": today, "first": period[0], "last": period[1], "before_first": before[0],
        "before_last": before[1],
    }  # fmt: skip
    found = {}
    with connection.cursor() as cursor:
        for name, statement in STATEMENTS.items():
            cursor.execute(statement.format(**PARTS), params)
            found[name] = cursor.fetchall()
    return found
