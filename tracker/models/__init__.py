"""Themes, tracker entries, and what the tracker keeps besides."""

from .entries import TrackerEntry
from .tagging import Tagging, TaggingChange
from .themes import Theme, ThemeGroup
from .training import Champion, TrainingAttendance, TrainingCourse

__all__ = ["Tagging", "TaggingChange", "Theme", "ThemeGroup", "TrackerEntry"]
__all__ = ["Champion", "Theme", "TrackerEntry", "TrainingAttendance", "TrainingCourse"]
