"""How an assessment is set out on its page: its index, areas, methods, the figures of surveys."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time

from .assessment_slots import SightSlot
from .choices import Light, Method
from .kinds import Area, Kind
from .models import Assessment, MethodUsed, Observation, SurveyFigure
from .sight import Sight

LIGHT_COLOURS = {Light.RED: "bad", Light.AMBER: "amber", Light.GREEN: "good"}
# Parts of a day by the time at which each begins.
_PARTS = [(time(0), "night"), (time(6), "morning"), (time(12), "afternoon"), (time(17), "evening"), (time(22), "night")]
BAR = 300


@dataclass(frozen=True)
class ShownArea:
    """An area with its ratings, the last one first; each reason as its reader may read it."""

    area: Area
    ratings: list[dict]

    @property
    def now(self) -> dict | None:
        return self.ratings[0] if self.ratings else None


@dataclass(frozen=True)
class Question:
    """One question of a survey with its answers: {answer, number, percent, width (of its bar)}."""

    words: str
    answers: list[dict]
    asked: int


@dataclass
class ShownMethod:
    """A method as its reader may read it."""

    method: MethodUsed
    title: str
    by_whom: str
    who: str
    found: str
    whole: bool
    questions: list[Question] = field(default_factory=list)
    observations: list[dict] = field(default_factory=list)

    @property
    def is_survey(self) -> bool:
        return self.method.kind == Method.SURVEY

    @property
    def is_log(self) -> bool:
        return self.method.kind == Method.OBSERVATION


def index(slots: list[SightSlot], areas: list[ShownArea], methods: list[ShownMethod]) -> list[dict]:
    """The side index: methods, areas, and every heading with whether it has text."""
    number = len(methods)
    lines = [{"label": "Methods used", "url": "#methods", "state": f"{number} used" if number else "", "done": number}]
    if areas:
        rated = sum(bool(area.now) for area in areas)
        state = f"{rated} of {len(areas)} rated" if rated else ""
        lines.append({"label": "Traffic lights", "url": "#areas", "state": state, "done": rated})
    for slot in slots:
        title = f"{slot.of}: {slot.label[:1].lower()}{slot.label[1:]}" if slot.of else slot.label
        state = "Two versions: merge them" if slot.set_aside else ""
        line = {"label": title, "url": f"#section-{slot.key}", "state": state, "done": bool(slot.body.strip())}
        lines.append(line | {"key": slot.key})
    return lines


def areas(assessment: Assessment, kind: Kind, sight: Sight) -> list[ShownArea]:
    """Every area of the kind with what was judged of it so far."""
    if not kind.areas:
        return []
    given: dict[str, list[dict]] = {}
    for rating in assessment.ratings.select_related("by").order_by("-at", "-pk"):
        colour = LIGHT_COLOURS[rating.light]
        given.setdefault(rating.area, []).append(
            {"rating": rating, "colour": colour, "reason": sight.words(rating.reason)}
        )
    return [ShownArea(area, given.get(area.key, [])) for area in kind.areas]


def methods(assessment: Assessment, sight: Sight) -> list[ShownMethod]:
    """The methods used, in the order of their days, with figures and observations; the same three queries for any."""
    rows = assessment.methods.filter(removed_at=None).prefetch_related("figures", "observations")
    return [shown(row, sight) for row in rows]


def shown(method: MethodUsed, sight: Sight) -> ShownMethod:
    """One method as its reader may read it."""
    texts = (method.title, method.by_whom, method.who, method.found)
    return ShownMethod(
        method,
        *(sight.words(text) for text in texts),
        all(sight.is_whole(text) for text in texts),
        questions(method.figures.all(), sight),
        observations(method.observations.all(), sight),
    )


def observations(rows: Iterable[Observation], sight: Sight) -> list[dict]:
    """The lines of a log, each with the part of the day."""
    return [
        {
            "row": row,
            "part": part_of_day(row.clock),
            "place": sight.words(row.place),
            "seen": sight.words(row.seen),
            "whole": sight.is_whole(row.place) and sight.is_whole(row.seen),
        }
        for row in rows
    ]


def preview(rows: list[tuple[str, str, int]]) -> list[Question]:
    """The figures that were just read, as they will look: in the words of whoever sent them."""
    return questions([SurveyFigure(question=one, answer=two, number=three) for one, two, three in rows])


def questions(figures: Iterable[SurveyFigure], sight: Sight | None = None) -> list[Question]:
    """The questions of a survey, in order; every bar against the most that one answer of its question has."""
    words_of = sight.words if sight else str
    by_question: dict[str, list[SurveyFigure]] = {}
    for figure in figures:
        by_question.setdefault(figure.question, []).append(figure)
    found = []
    for words, lines in by_question.items():
        asked, most = sum(line.number for line in lines), max(line.number for line in lines)
        answers = [
            {
                "answer": words_of(line.answer),
                "number": line.number,
                "percent": round(100 * line.number / asked) if asked else 0,
                "width": round(BAR * line.number / most) if most else 0,
            }
            for line in lines
        ]
        found.append(Question(words_of(words), answers, asked))
    return found


def offered(kind: Kind) -> list[Method]:
    """The methods that fit this kind, and after them the others."""
    fitting = [Method(key) for key in kind.methods]
    return [*fitting, *(method for method in Method if method not in fitting)]


def part_of_day(clock: time) -> str:
    """ "morning", "afternoon", "evening" or "night"."""
    return next(name for begins, name in reversed(_PARTS) if clock >= begins)


def times_of_day(shown_methods: list[ShownMethod]) -> str:
    """A remark where somebody observed, and always in the same part of the day; else ""."""
    parts = {line["part"] for one in shown_methods if one.is_log for line in one.observations}
    if len(parts) != 1:
        return ""
    return f"Every observation so far was made in the {parts.pop()}. Look at another time of day too."
