"""The pages that stand together: the lists of contexts, and the pages of one context. In one place for all tabs."""

from dataclasses import dataclass

from accounts.permissions import Permission
from accounts.sections import Section

from .kinds import kind_of
from .models import Context

SECTIONS = [
    Section("Contexts", "contexts:contexts", "/contexts/", Permission.CONTEXT_SEE),
    Section("Patterns", "contexts:patterns", "/contexts/patterns/", Permission.PATTERNS_DECIDE),
    Section("Actions", "contexts:plan-actions", "/contexts/actions/", Permission.ACTION_UPDATE_OWN),
    Section("Panel", "contexts:panels", "/contexts/panel/", Permission.PANEL_HOLD),
]


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of one context: its words, the name of its URL (takes the context's id), the word in the path after it.

    `mapped` names the map that a kind must have for the tab to be there, "" for every kind.
    """

    label: str
    url_name: str
    word: str = ""
    mapped: str = ""


# The casework of a context, in the order in which it comes about. Who does not read the casework has no tabs.
TABS = [
    Tab("Overview", "contexts:context"),
    Tab("Assessment", "contexts:latest-assessment", "assessment"),
    Tab("People", "contexts:people", "people"),
    Tab("Peer map", "contexts:peer-map", "peer-map", mapped="people"),
    Tab("Safety map", "contexts:safety-maps", "safety-map", mapped="place"),
    Tab("Plan", "contexts:plan", "plan"),
    Tab("Conferences", "contexts:conferences", "conferences"),
    Tab("Chronology", "contexts:chronology", "chronology"),
]


def tabs_for(context: Context) -> list[Tab]:
    """The tabs of one context, for who reads its casework."""
    kind = kind_of(context.kind)
    return [tab for tab in TABS if not tab.mapped or tab.mapped in kind.mapped]
