"""The texts of an assessment as one reader sees them: what `components/versioned_text.html` draws."""

from dataclasses import dataclass
from types import SimpleNamespace

from django.urls import reverse

from core import text_requests, texts
from core.differences import Budget

from . import assessing
from .kinds import kind_of
from .models import Assessment
from .sight import Sight

WHY_READ_ONLY = "It names somebody whom you may not see, so you can read it but not change it."


@dataclass
class SightSlot(texts.TextSlot):
    """A text of which something may be hidden from its reader: then `shown` is what they read, and `why` says so."""

    shown: str | None = None
    why: str = ""

    @property
    def body(self) -> str:
        return super().body if self.shown is None else self.shown


def slots_of(assessment: Assessment, sight: Sight, *, may_write: bool) -> list[SightSlot]:
    """Every heading in the page's order, with its text, its prompts, and what waits to be merged."""
    written = {row.key: row.text for row in assessment.texts.select_related("text__updated_by")}
    waiting = texts.waiting(written.values())
    budget = Budget()
    slots = []
    for heading in assessing.headings(kind_of(assessment.context.kind)):
        text = written.get(heading.key)
        asides = waiting.get(text.pk, []) if text else []
        whole = text is None or all(sight.is_whole(body) for body in [text.body, *(aside.body for aside in asides)])
        if whole:
            for aside in asides:
                _, aside.runs = text_requests.side_by_side(text.body, aside.body, budget)
        else:
            asides = [SimpleNamespace(by=one.by, at=one.at, body=sight.words(one.body)) for one in asides]
        where = [assessment.context_id, assessment.pk, heading.key]
        slots.append(
            SightSlot(
                key=heading.key,
                label=heading.title,
                of=heading.section,
                url=reverse("contexts:save-assessment-section", args=where),
                versions_url=reverse("contexts:assessment-versions", args=where),
                text=text,
                prompts=list(heading.prompts),
                read_only=not (may_write and whole),
                set_aside=asides,
                shown=None if whole else sight.words(text.body),
                why=WHY_READ_ONLY if may_write and not whole else "",
            )
        )
    return slots


def grouped(slots: list[SightSlot]) -> list[tuple[str, list[SightSlot]]]:
    """The slots under the titles of their sections; analysis and conclusion each stand alone, under ""."""
    groups: list[tuple[str, list[SightSlot]]] = []
    for slot in slots:
        if slot.of and groups and groups[-1][0] == slot.of:
            groups[-1][1].append(slot)
        else:
            groups.append((slot.of, [slot]))
    return groups
