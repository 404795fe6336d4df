"""The items of the service navigation, in one place: what a person may open decides what is drawn."""

from dataclasses import dataclass
from typing import Any

from accounts.permissions import Permission, permissions_of


@dataclass(frozen=True, slots=True)
class NavItem:
    """One item: its words, the name of its URL, the start of the paths that count as being in it, who may open it.

    `unless` names the permission with which another item leads to the same pages.
    """

    label: str
    url_name: str
    prefix: str
    permission: Permission | None = None
    unless: Permission | None = None


NAVIGATION = [
    NavItem("Home", "home", "/"),
    NavItem("Referrals", "consultations:referrals", "/referrals/", Permission.REFERRAL_SEE),
    NavItem("Contexts", "contexts:contexts", "/contexts/", Permission.CONTEXT_SEE),
    NavItem("Tracker", "tracker:tracker", "/tracker/", Permission.TRACKER_SEE),
    NavItem(
        "Dashboard", "tracker:dashboard", "/tracker/dashboard/", Permission.DASHBOARD_SEE, unless=Permission.TRACKER_SEE
    ),
    NavItem("Themes", "tracker:themes", "/tracker/themes/", Permission.THEMES_MANAGE, unless=Permission.TRACKER_SEE),
    NavItem(
        "Training", "tracker:training", "/tracker/training/", Permission.TRAINING_SEE, unless=Permission.TRACKER_SEE
    ),
    NavItem("Reviews", "reviews:reviews", "/reviews/", Permission.REVIEW_SEE),
    NavItem("People", "accounts:people", "/administration/people/", Permission.PEOPLE_MANAGE),
    NavItem("Settings", "accounts:settings", "/administration/settings/", Permission.SETTINGS_MANAGE),
    NavItem("Audit", "audit", "/audit/", Permission.AUDIT_SEE),
]


def navigation_for(user: Any) -> list[NavItem]:
    """The items that `user` sees, in order; nothing for somebody who is not signed in."""
    if not user.is_authenticated:
        return []
    held = permissions_of(user)
    return [
        item for item in NAVIGATION if (item.permission is None or item.permission in held) and item.unless not in held
    ]
