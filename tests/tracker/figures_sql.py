"""The dashboard's figures as hand-written SQL: what they mean, and nothing of how the product reckons them.

Every statement begins with the referrals that count: `seen` is who may see what, `rows` what is left by the filter.
"""

from datetime import date

from django.db import connection

# A referral counts that was sent, and that this person may see: not restricted, or theirs, or they were given access.
SEEN = """
WITH seen AS (
    SELECT r.* FROM consultations_referral r
    WHERE r.state <> 'draft'
      AND (r.restricted_at IS NULL
           OR r.referrer_id = %(user)s
           OR (r.made_by_id = %(user)s AND NOT r.imported)
           OR r.id IN (SELECT g.referral_id FROM consultations_accessgrant g
                       WHERE g.user_id = %(user)s AND g.ended_at IS NULL AND g.until >= %(today)s))
), rows AS (
    SELECT s.* FROM seen s WHERE {where}
)
"""
LONDON_DAY_SCREENED = "(rows.screened_at AT TIME ZONE 'Europe/London')::date"
STATEMENTS = {
    "ids": "SELECT id FROM rows",
    "received": "SELECT count(*) FROM rows",
    "screened": "SELECT count(*) FROM rows WHERE state IN ('planned', 'held', 'signposted')",
    "planned": "SELECT count(*) FROM rows WHERE state = 'planned'",
    "held": "SELECT count(*) FROM rows WHERE state = 'held'",
    "signposted": "SELECT count(*) FROM rows WHERE state = 'signposted'",
    "withdrawn": "SELECT count(*) FROM rows WHERE state = 'withdrawn'",
    "waiting": "SELECT count(*) FROM rows WHERE state IN ('screening', 'information')",
    "to_screening": f"""
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY {LONDON_DAY_SCREENED} - received_on),
               percentile_cont(0.9) WITHIN GROUP (ORDER BY {LONDON_DAY_SCREENED} - received_on), count(*)
        FROM rows WHERE screened_at IS NOT NULL AND state IN ('planned', 'held', 'signposted')""",
    "to_consultation": """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY c.held_on - rows.received_on),
               percentile_cont(0.9) WITHIN GROUP (ORDER BY c.held_on - rows.received_on), count(*)
        FROM rows JOIN consultations_consultation c ON c.referral_id = rows.id
        WHERE c.held_on IS NOT NULL AND rows.state = 'held'""",
    "entry_due": """
        SELECT count(*) FROM rows WHERE state IN ('held', 'signposted', 'withdrawn') AND screened_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM tracker_trackerentry e
                        WHERE e.referral_id = rows.id AND e.completed_at IS NOT NULL)""",
    "feedback": """
        SELECT count(*) FROM rows JOIN consultations_feedback f ON f.referral_id = rows.id
        WHERE f.answered_at IS NULL""",
    "with_overdue": """
        SELECT count(*) FROM rows WHERE EXISTS (
            SELECT 1 FROM consultations_consultation c JOIN consultations_consultationaction a
            ON a.consultation_id = c.id WHERE c.referral_id = rows.id AND a.status = 'open' AND a.due < %(today)s)""",
    "overdue_actions": """
        SELECT count(*) FROM rows JOIN consultations_consultation c ON c.referral_id = rows.id
        JOIN consultations_consultationaction a ON a.consultation_id = c.id
        WHERE a.status = 'open' AND a.due < %(today)s""",
    "by_month": """
        SELECT to_char(received_on, 'YYYY-MM'), count(*), count(*) FILTER (WHERE state = 'held'),
               count(*) FILTER (WHERE state = 'signposted') FROM rows GROUP BY 1 ORDER BY 1""",
    "by_team": "SELECT coalesce(team_id::text, 'none'), count(*) FROM rows GROUP BY 1",
    "by_agency": "SELECT coalesce(agency_id::text, 'none'), count(*) FROM rows GROUP BY 1",
    "by_outcome": "SELECT state, count(*) FROM rows GROUP BY 1",
    "by_concern": """
        SELECT coalesce(nullif(e.primary_concern, ''), 'none'), count(*)
        FROM rows LEFT JOIN tracker_trackerentry e ON e.referral_id = rows.id GROUP BY 1""",
    "by_theme": """
        SELECT coalesce(t.theme_id::text, 'none'), count(DISTINCT rows.id)
        FROM rows LEFT JOIN tracker_trackerentry e ON e.referral_id = rows.id
        LEFT JOIN tracker_trackerentry_themes t ON t.trackerentry_id = e.id GROUP BY 1""",
    "by_harm": """
        SELECT coalesce(h.listitem_id::text, 'none'), count(DISTINCT rows.id)
        FROM rows LEFT JOIN consultations_referral_harms h ON h.referral_id = rows.id GROUP BY 1""",
    "themes_over_time": """
        SELECT t.theme_id::text, to_char(rows.received_on, 'YYYY-MM'), count(DISTINCT rows.id)
        FROM rows JOIN tracker_trackerentry e ON e.referral_id = rows.id
        JOIN tracker_trackerentry_themes t ON t.trackerentry_id = e.id GROUP BY 1, 2""",
    "together": """
        SELECT one.theme_id::text, other.theme_id::text, count(DISTINCT rows.id)
        FROM rows JOIN tracker_trackerentry e ON e.referral_id = rows.id
        JOIN tracker_trackerentry_themes one ON one.trackerentry_id = e.id
        JOIN tracker_trackerentry_themes other ON other.trackerentry_id = e.id GROUP BY 1, 2""",
    "teams": """
        SELECT t.id::text,
               (SELECT count(*) FROM rows WHERE rows.team_id = t.id),
               (SELECT count(*) FROM rows WHERE rows.team_id = t.id AND rows.state = 'signposted'),
               (SELECT max(seen.received_on) FROM seen WHERE seen.team_id = t.id)
        FROM accounts_team t WHERE t.active""",
}


def run(statement: str, user, *, where: str = "TRUE", today: date, **params) -> list[tuple]:
    """The rows of one of STATEMENTS, as `user` on a day, of the referrals `s` that `where` leaves."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN.format(where=where) + STATEMENTS[statement], {"user": user.pk, "today": today} | params)
        return cursor.fetchall()
