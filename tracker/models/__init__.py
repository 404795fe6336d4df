"""Themes, tracker entries, and what the tracker keeps besides."""

from .entries import TrackerEntry
from .themes import Theme

__all__ = ["Theme", "TrackerEntry"]
