"""Themes, tracker entries, and what the tracker keeps besides."""

from .entries import TrackerEntry
from .tagging import Tagging, TaggingChange
from .themes import Theme, ThemeGroup

__all__ = ["Tagging", "TaggingChange", "Theme", "ThemeGroup", "TrackerEntry"]
