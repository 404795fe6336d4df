"""Themes, tracker entries, and what the tracker keeps besides."""

from .entries import TrackerEntry
from .imports import ImportedReferral, ImportPart, ImportProfile, ImportRow, TrackerImport
from .published import PublishedFigures
from .reports import Report
from .saved_views import SavedView
from .tagging import Tagging, TaggingChange
from .themes import Theme, ThemeGroup
from .training import Champion, TrainingAttendance, TrainingCourse

__all__ = [
    "Champion",
    "ImportPart",
    "ImportProfile",
    "ImportRow",
    "ImportedReferral",
    "PublishedFigures",
    "Report",
    "SavedView",
    "Tagging",
    "TaggingChange",
    "Theme",
    "ThemeGroup",
    "TrackerEntry",
    "TrackerImport",
    "TrainingAttendance",
    "TrainingCourse",
]
