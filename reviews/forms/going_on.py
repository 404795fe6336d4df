"""The next round of a review: its day and lead, and what is not simply carried on."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from consultations.forms.common import LONG_TEXT
from core.models.actions import ActionStatus

from ..models import Review, ReviewAction, Statement
from ..services.going_on import Choices
from .rounds import RoundForm

ENDINGS = [(ActionStatus.DONE, "It is done"), (ActionStatus.DROPPED, "It is dropped")]


class NextRoundForm(RoundForm):
    """Four fields for the round, two for each statement and three for each open action: all may stay empty.

    The page draws those of statements and actions itself: there may be a thousand of them.
    """

    mark_optional = False

    reason = forms.CharField(
        required=False,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is needed where one of them goes on without a lead.",
    )

    def __init__(
        self, *args, before: Review, statements: Sequence[Statement], actions: Sequence[ReviewAction], **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.before, self.statements, self.actions = before, statements, actions
        del self.fields["version"], self.fields["area"]
        if before.lead and before.lead.is_active:
            self.initial.setdefault("lead", before.lead_id)
        elif before.lead:
            self.fields["lead"].help_text = f"{before.lead.name} has left. Choose who leads the next round."
        self.nobody = [action for action in actions if action.has_nobody]
        number = len(self.nobody)
        if not before.is_open or not number:
            del self.fields["reason"]
        else:
            have = "action has" if number == 1 else "actions have"
            self.fields["reason"].label = f"{number} {have} no lead. Why is this round closed all the same?"
        for statement in statements:
            self.fields[f"out-{statement.pk}"] = forms.BooleanField(label="Leave it out", required=False)
            self.fields[f"why-{statement.pk}"] = _line("Why is it left out?")
        for action in actions:
            self.fields[f"end-{action.pk}"] = forms.BooleanField(label="End it here", required=False)
            self.fields[f"how-{action.pk}"] = forms.ChoiceField(
                label="How did it end?", choices=ENDINGS, required=False, widget=forms.RadioSelect
            )
            self.fields[f"word-{action.pk}"] = _line("What came of it?")

    @property
    def of_round(self) -> list:
        """The fields of the round itself."""
        return [self[name] for name in ("on", "lead", "next_on", "reason") if name in self.fields]

    def clean_on(self):
        on = super().clean_on()
        if on and on < self.before.on:
            raise ValidationError("The next round must not be before this one")
        return on

    def clean(self) -> dict[str, Any]:
        super().clean()
        for pk in self._ticked("out", self.statements):
            self.need(f"why-{pk}", "Say why the statement is left out")
        for pk in self._ticked("end", self.actions):
            self.need(f"how-{pk}", "Select whether the action is done or dropped")
            self.need(f"word-{pk}", "Say what came of the action")
        if "reason" in self.fields and (number := self._still_without_lead()):
            go_on = f"{number} action{' goes' if number == 1 else 's go'} on without a lead."
            self.need("reason", f"{go_on} Say why this round is closed all the same")
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        """What the services take of the round: the area stays."""
        return {"area": self.before.area} | {name: self.cleaned_data[name] for name in ("on", "lead", "next_on")}

    def choices(self) -> Choices:
        """What is left out and what is ended."""
        return Choices(
            left_out={pk: self.cleaned_data[f"why-{pk}"] for pk in self._ticked("out", self.statements)},
            ended={
                pk: (self.cleaned_data[f"how-{pk}"], self.cleaned_data[f"word-{pk}"])
                for pk in self._ticked("end", self.actions)
            },
        )

    def _ticked(self, kind: str, rows: Sequence[Statement] | Sequence[ReviewAction]) -> list[UUID]:
        return [row.pk for row in rows if self.cleaned_data.get(f"{kind}-{row.pk}")]

    def _still_without_lead(self) -> int:
        out, ended = self._ticked("out", self.statements), self._ticked("end", self.actions)
        return sum(action.pk not in ended and action.statement_id not in out for action in self.nobody)


def _line(label: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONG_TEXT)
