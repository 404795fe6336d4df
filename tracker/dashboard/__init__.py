"""The manager's dashboard: which time it is about, and what stands on the page."""

from .asked import Asked, asked_for
from .page import Dashboard

__all__ = ["Asked", "Dashboard", "asked_for"]
