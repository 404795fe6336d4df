"""How the page is shown that starts the next round: its statements and actions by part, and what lies ahead."""

from collections import Counter
from dataclasses import dataclass, field

from core import texts
from core.models.actions import ActionStatus

from .choices import Part
from .forms.going_on import NextRoundForm
from .models import Review, ReviewAction, Statement


@dataclass
class ActionRow:
    """An open action, with its fields on the form."""

    action: ReviewAction
    end: object
    how: object
    word: object


@dataclass
class StatementRow:
    """A statement, with its fields on the form and the open actions of its plan."""

    statement: Statement
    out: object
    why: object
    actions: list[ActionRow] = field(default_factory=list)


@dataclass(frozen=True)
class Ahead:
    """What will happen, in numbers; `waits` counts texts that were written at the same time and wait to be merged."""

    statements: int
    actions: int
    ended: int
    nobody: int
    left: list[ReviewAction]
    counted: int
    waits: int


def parts(form: NextRoundForm) -> list[dict]:
    """The rows by part: {"part", "rows"}; parts without statements are left out."""
    rows = {one.pk: StatementRow(one, form[f"out-{one.pk}"], form[f"why-{one.pk}"]) for one in form.statements}
    for one in form.actions:
        row = ActionRow(one, form[f"end-{one.pk}"], form[f"how-{one.pk}"], form[f"word-{one.pk}"])
        rows[one.statement_id].actions.append(row)
    by_part: dict[Part, list[StatementRow]] = {part: [] for part in Part}
    for row in rows.values():
        by_part[row.statement.part].append(row)
    return [{"part": part, "rows": found} for part, found in by_part.items() if found]


def ahead(before: Review, statements: list[Statement], actions: list[ReviewAction]) -> Ahead:
    """What happens if nothing on the form is chosen; two queries."""
    ended = ReviewAction.objects.filter(statement__review=before).standing().exclude(status=ActionStatus.OPEN)
    found = Counter(
        nobody=sum(action.has_nobody and not action.owner_has_left for action in actions),
        counted=sum(action.due_counted for action in actions),
    )
    return Ahead(
        statements=len(statements),
        actions=len(actions),
        ended=ended.count(),
        nobody=found["nobody"],
        left=[action for action in actions if action.owner_has_left],
        counted=found["counted"],
        waits=sum(map(len, texts.waiting([one.words for one in statements]).values())),
    )


def words_of(form: NextRoundForm) -> list[dict]:
    """What was written into a form that came too late: {"of", "words"}."""
    choices = form.choices()
    left_out = [
        {"of": one.words.body, "words": choices.left_out[one.pk]}
        for one in form.statements
        if one.pk in choices.left_out
    ]
    ended = [{"of": one.what, "words": choices.ended[one.pk][1]} for one in form.actions if one.pk in choices.ended]
    reason = form.cleaned_data.get("reason")
    return [*left_out, *ended, *([{"of": "Why the round is closed", "words": reason}] if reason else [])]
