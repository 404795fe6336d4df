"""The practice's own two trackers: which of the true names are proposed, and which spellings are joined.

The rules were written for names at large. `legacy-tracker-contexts.json` says which names are true.
"""

import json

import pytest
from django.conf import settings

from accounts.permissions import Role
from consultations.models import Referral
from contexts.models import ContextMention
from contexts.place_names import place_key
from contexts.services import mentions, patterns
from tests.factories import a_person
from tests.imports import Browser
from tests.tracker.test_import_samples import sample
from tracker.models import TrackerEntry

pytestmark = pytest.mark.django_db
TRUE_NAMES = settings.BASE_DIR.parent / "shared" / "practice" / "legacy-tracker-contexts.json"


def true_names() -> set[str]:
    if not TRUE_NAMES.exists():
        pytest.skip("the practice's own list of true names is not at hand")
    found = json.loads(TRUE_NAMES.read_text())
    return {name for kind, names in found.items() if kind != "note" for name in names}


def plainly(text: str) -> str:
    """How a person who knows the names would tell which is meant: capitals, spaces and one shortening aside."""
    return text.strip().casefold().replace("acad.", "academy")


def measured() -> dict[str, float]:
    """Precision and recall of what is proposed, and of which two spellings are joined."""
    truth = {plainly(name): name for name in true_names()}
    details = list(TrackerEntry.objects.exclude(detail="").values_list("detail", flat=True))
    named = {text: truth[plainly(text)] for text in details if plainly(text) in truth}
    mentions.read_again(Referral.objects.values_list("pk", flat=True))
    groups = [one.named for one in patterns.found(least=1, days=4000)]
    right = [one for one in groups if plainly(one.words) in truth]
    home = {spelling: one.key for one in groups for spelling in one.spellings}
    spellings = sorted({text.strip() for text in details if place_key(text)})
    joined = {
        (one, other) for one in spellings for other in spellings
        if one < other and home.get(one) and home.get(one) == home.get(other)
    }  # fmt: skip
    meant = {text.strip(): name for text, name in named.items()}
    wanted = {
        (one, other) for one in spellings for other in spellings
        if one < other and one in meant and meant.get(one) == meant.get(other)
    }  # fmt: skip
    return {
        "proposed": len(groups),
        "precision": len(right) / len(groups),
        "recall": len({truth[plainly(one.words)] for one in right}) / len(set(named.values())),
        "joined precision": len(joined & wanted) / len(joined) if joined else 1.0,
        "joined recall": len(joined & wanted) / len(wanted) if wanted else 1.0,
        "variants": len(wanted),
    }


@pytest.mark.parametrize("names", [["clean"], ["messy"], ["clean", "messy"]], ids="+".join)
def test_the_true_names_are_proposed_and_their_variants_are_one(signed_in, names):
    true_names()
    browser = Browser(signed_in(a_person(Role.MANAGER)))
    for name in names:
        browser.imported(sample(f"legacy-tracker-{name}.xlsx"))
    found = measured()
    print(names, Referral.objects.count(), ContextMention.objects.count(), found)
    assert found["precision"] >= 0.95
    assert found["recall"] >= 0.95
    assert found["joined precision"] >= 0.95
    assert found["joined recall"] >= 0.95
