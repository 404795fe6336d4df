"""How a figure differs from the one of the period before, in words."""

from ..figures import Period


def before_words(period: Period) -> str:
    """The period before, as it goes on after "than": "in October 2026", "in the 12 months before"."""
    whole = period.first.day == 1 and period.months
    if whole and period.months == 1:
        return f"in {period}"
    number, unit = (period.months, "month") if period.months else (period.days, "day")
    return f"in the {unit} before" if number == 1 else f"in the {number} {unit}s before"


def change(now: int, before: int, period: Period) -> str:
    """As "4 more than in October 2026"."""
    words = before_words(period)
    if now == before:
        return f"As many as {words}" if now else f"None {words} either"
    return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than {words}"


def days(number: float | None) -> str:
    """As "5 days", "2.5 days"; a figure between two days has one decimal."""
    if number is None:
        return "Not known"
    rounded = round(number, 1)
    return "1 day" if rounded == 1 else f"{rounded:,.0f} days" if rounded == int(rounded) else f"{rounded:,.1f} days"


def day_change(now: float | None, before: float | None, period: Period) -> str:
    """As "2 days longer than in October 2026"; nothing where either is not known."""
    if now is None or before is None:
        return ""
    words = before_words(period)
    difference = round(now, 1) - round(before, 1)
    if not round(difference, 1):
        return f"As long as {words}"
    return f"{days(abs(difference))} {'longer' if difference > 0 else 'shorter'} than {words}"


def how_many(number: int, one: str, several: str = "") -> str:
    """As "1 referral", "12 referrals"."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
