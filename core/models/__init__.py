"""What every case shares, as tables."""

from .actions import ActionBase
from .audit import AuditEvent
from .drafts import FormDraft
from .jobs import Job, JobFile
from .lists import Counter, FormPrompt, FormSection, ListItem
from .notices import Notice
from .settings import CaseworkSettings
from .texts import SetAsideText, Text, TextVersion

__all__ = [
    "ActionBase",
    "AuditEvent",
    "CaseworkSettings",
    "Counter",
    "FormDraft",
    "FormPrompt",
    "FormSection",
    "Job",
    "JobFile",
    "ListItem",
    "Notice",
    "SetAsideText",
    "Text",
    "TextVersion",
]
