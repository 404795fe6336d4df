"""The pages that stand together under Tracker, in one place: what a person may open decides what is drawn."""

from dataclasses import dataclass

from accounts.permissions import Permission, permissions_of


@dataclass(frozen=True, slots=True)
class Section:
    """One of them: its words, the name of its URL, the start of the paths that count as being in it, its permission.

    `also` is another permission that opens it, with what belongs to that.
    """

    label: str
    url_name: str
    prefix: str
    permission: Permission
    also: Permission | None = None


SECTIONS = [
    Section("Referrals", "tracker:tracker", "/tracker/", Permission.TRACKER_SEE),
    Section("Dashboard", "tracker:dashboard", "/tracker/dashboard/", Permission.DASHBOARD_SEE),
    Section("Themes", "tracker:themes", "/tracker/themes/", Permission.THEMES_MANAGE),
    Section(
        "Exports", "tracker:exports", "/tracker/export", Permission.TRACKER_EXPORT, also=Permission.TRAINING_MANAGE
    ),
    Section("Imports", "tracker:imports", "/tracker/imports/", Permission.TRACKER_IMPORT),
    Section("Report", "tracker:reports", "/tracker/report/", Permission.REPORT_MAKE),
    Section("Training", "tracker:training", "/tracker/training/", Permission.TRAINING_SEE),
]


def sections_for(user) -> list[Section]:
    """The sections that `user` may open, in order."""
    held = permissions_of(user)
    return [section for section in SECTIONS if {section.permission, section.also} & held]


def current_of(sections: list[Section], path: str) -> Section | None:
    """The section that `path` is in: the one with the longest beginning of it."""
    inside = [section for section in sections if path.startswith(section.prefix)]
    return max(inside, key=lambda section: len(section.prefix), default=None)
