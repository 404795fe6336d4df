"""What an assessment of each kind of context is made of: the headings under which something is written."""

from collections.abc import Iterator
from dataclasses import dataclass

from .kinds import Kind, kind_of
from .models import AssessmentText

ANALYSIS, CONCLUSION = "analysis", "conclusion"
_ENDS = (
    (
        ANALYSIS,
        "Analysis",
        (
            "What makes harm possible here, and what already keeps young people safe?",
            "How do the young people’s needs hang together, and which can be met once for all of them?",
            "What do you not know, and how sure are you of what you do?",
        ),
    ),
    (
        CONCLUSION,
        "Conclusion",
        (
            "What has to change in the context, and who can change it?",
            "How would you know that it has become safer?",
        ),
    ),
)


@dataclass(frozen=True)
class Heading:
    """One place for words: its key, its own title, the section it belongs to ("" for none), its prompts."""

    key: str
    title: str
    section: str = ""
    prompts: tuple[str, ...] = ()

    @property
    def whole_title(self) -> str:
        """With the section's title: "Guardianship: strengths"."""
        return f"{self.section}: {self.title[:1].lower()}{self.title[1:]}" if self.section else self.title


def headings(kind: Kind) -> Iterator[Heading]:
    """Harms and strengths of each section, then the analysis and the conclusion, in the page's order."""
    for section in kind.sections:
        yield Heading(f"{section.key}-harms", "Harms and needs", section.title, section.prompts)
        yield Heading(f"{section.key}-strengths", "Strengths", section.title)
    for key, title, prompts in _ENDS:
        yield Heading(key, title, "", prompts)


def heading_of(kind: str, key: str) -> Heading | None:
    """The heading with this key in assessments of this kind; None where there is none."""
    return next((heading for heading in headings(kind_of(kind)) if heading.key == key), None)


def titles_of(ids: list[str]) -> dict[str, str]:
    """What these rows of AssessmentText are called, by their ids, for a chronology."""
    rows = AssessmentText.objects.filter(pk__in=ids).values_list("pk", "assessment__context__kind", "key")
    found = {str(pk): (heading_of(kind, key), key) for pk, kind, key in rows}
    return {pk: f"Assessment: {heading.whole_title if heading else key}" for pk, (heading, key) in found.items()}
