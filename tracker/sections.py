"""The pages that stand together under Tracker, in one place: what a person may open decides what is drawn."""

from accounts.permissions import Permission
from accounts.sections import Section

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
