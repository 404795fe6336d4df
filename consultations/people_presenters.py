"""How young people are set out on pages: what was given of one over time, and two of them side by side."""

from django.conf import settings
from django.utils.formats import date_format

from .models import ConsultationAction, Referral, YoungPerson
from .services import people

LABELS = {"name": "Name", "date_of_birth": "Date of birth"}


def headings(*labels: str) -> list[dict]:
    """The headings of a table."""
    return [{"label": label} for label in labels]


def given_over_time(referrals: list[Referral]) -> list[dict]:
    """What these referrals (newest first) gave of the young person, as rows of `components/summary_list.html`.

    Where they differ, each value stands with the references that gave it, the newest first.
    """
    read = [
        (settings.CASE_NUMBER_NAME, lambda referral: referral.case_number),
        ("Name of Young Person", lambda referral: referral.name),
        ("Date of birth", lambda referral: _day(referral.date_of_birth)),
    ]
    rows = []
    for label, value_of in read:
        given: dict[str, list[str]] = {}
        for referral in referrals:
            if value := value_of(referral):
                given.setdefault(value, []).append(referral.reference)
        if len(given) > 1:
            value = [f"{value} (given in {', '.join(references)})" for value, references in given.items()]
        else:
            value = next(iter(given), "")
        rows.append({"key": label, "value": value})
    return rows


def contexts_named(actions: list[ConsultationAction]) -> list[dict]:
    """The places, schools and groups that these actions concern, each once, with the references that name it."""
    found: dict[str, dict] = {}
    for action in actions:
        if name := action.context_name.strip():
            context = found.setdefault(name.casefold(), {"name": name, "references": []})
            reference = action.consultation.referral.reference
            if reference not in context["references"]:
                context["references"].append(reference)
    return sorted(found.values(), key=lambda context: context["name"].casefold())


def side_by_side(first: YoungPerson, second: YoungPerson) -> list[dict]:
    """Rows {"label", "first", "second", "differs"} that compare two records; their referrals are prefetched."""
    sides = [(person, list(person.referrals.all())) for person in (first, second)]
    rows = [
        (settings.CASE_NUMBER_NAME, [person.case_number for person, _ in sides]),
        ("Name", [person.name or "Not known" for person, _ in sides]),
        ("Date of birth", [_day(person.date_of_birth) or "Not known" for person, _ in sides]),
        ("Names as given", [_unlike(referrals, lambda one: one.name) for _, referrals in sides]),
        (
            "Dates of birth as given",
            [_unlike(referrals, lambda one: _day(one.date_of_birth)) for _, referrals in sides],
        ),
        ("Gender", [_unlike(referrals, lambda one: str(one.gender or "")) for _, referrals in sides]),
        ("Ethnicity", [_unlike(referrals, lambda one: str(one.ethnicity or "")) for _, referrals in sides]),
        ("Education", [_unlike(referrals, lambda one: str(one.education or "")) for _, referrals in sides]),
    ]
    return [
        {"label": label, "first": one or "Not given", "second": other or "Not given", "differs": one != other}
        for label, (one, other) in rows
    ]


def what_stays(plan: people.Plan) -> list[dict]:
    """The kept record after a merge, as rows of `components/summary_list.html`, with what changes in it."""
    rows = [{"key": settings.CASE_NUMBER_NAME, "value": plan.kept.case_number}]
    for name, label in LABELS.items():
        value = plan.values[name]
        words = (value if name == "name" else _day(value)) or "Not known"
        if name in plan.filled:
            before = getattr(plan.kept, name)
            was = (before if name == "name" else _day(before)) or "not known"
            words = f"{words} (it was: {was})"
        rows.append({"key": label, "value": words})
    return rows


def _unlike(referrals: list[Referral], read) -> str:
    """The different values that referrals give, in the order they came."""
    return ", ".join(dict.fromkeys(value for referral in referrals if (value := read(referral))))


def _day(day) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""
