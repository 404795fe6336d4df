"""Feedback after a consultation, and what the list of it may be narrowed by."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

from core.forms import Checkboxes, GovukForm, RadioSelect
from core.models.actions import ActionStatus

from ..choices import AdviceUsed, WhatHappened
from ..models import ConsultationAction, Feedback

USEFUL = [(1, "1: not useful"), (2, "2"), (3, "3"), (4, "4"), (5, "5: very useful")]
MOST, MOST_OF_ACTION = 20_000, 2_000


class FeedbackForm(GovukForm):
    """What happened with each action, was the advice used and useful, and what changed: two minutes on a phone."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    used = forms.ChoiceField(
        label="Was the advice of the consultation used?",
        choices=AdviceUsed.choices,
        widget=RadioSelect(small=True),
        error_messages={"required": "Select whether the advice was used"},
    )
    useful = forms.TypedChoiceField(
        label="How useful was the consultation?",
        choices=USEFUL,
        coerce=int,
        widget=RadioSelect(small=True, inline=True),
        error_messages={"required": "Select how useful the consultation was"},
    )
    young_person = forms.CharField(
        label="What changed for the young person?",
        required=False,
        max_length=MOST,
        help_text="For better or worse, in a few words.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    context = forms.CharField(
        label="What changed in the context?",
        required=False,
        max_length=MOST,
        help_text="The peer group, school, neighbourhood or online space that the worry is about.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, actions: Iterable[ConsultationAction], feedback: Feedback | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.actions = list(actions)
        given = feedback if feedback and feedback.answered_at else None
        said = {one.action_id: one for one in given.actions.all()} if given else {}
        self.initial.setdefault("version", feedback.version if feedback else 0)
        for name in ("used", "useful", "young_person", "context"):
            if given:
                self.initial.setdefault(name, getattr(given, name))
        for number, action in enumerate(self.actions, start=1):
            self._ask_about(action, number, said.get(action.pk))
        self.order_fields(["version", *(name for action in self.actions for name in _names(action.pk))])

    @property
    def questions(self) -> int:
        """How many questions have to be answered."""
        return len(self.actions) + 2

    @property
    def minutes(self) -> int:
        """How long it takes: about ten seconds an action, and a minute and a half for the rest."""
        return max(2, round((90 + 10 * len(self.actions)) / 60))

    def values(self) -> dict[str, Any]:
        """What `services.feedback.give` takes, of a valid form."""
        sent = self.cleaned_data
        actions = {}
        for action in self.actions:
            happened, words = _names(action.pk)
            actions[action.pk] = (sent[happened], sent[words])
        return {name: sent[name] for name in ("used", "useful", "young_person", "context")} | {"actions": actions}

    @staticmethod
    def now(feedback: Feedback) -> dict[str, Any]:
        """What stands there, by the names of the fields: for a conflict."""
        values = {name: getattr(feedback, name) for name in ("used", "useful", "young_person", "context")}
        for said in feedback.actions.all():
            happened, words = _names(said.action_id)
            values |= {happened: said.happened, words: said.words}
        return values

    def _ask_about(self, action: ConsultationAction, number: int, said) -> None:
        happened, words = _names(action.pk)
        self.fields[happened] = forms.ChoiceField(
            label=f"Action {number}: {Truncator(action.what).chars(300)}",
            choices=WhatHappened.choices,
            widget=RadioSelect(small=True),
            help_text=_known_of(action),
            error_messages={
                "required": f"Select what happened with action {number}",
                "invalid_choice": f"Select what happened with action {number}",
            },
        )
        self.fields[words] = forms.CharField(
            label=f"About action {number}, in a few words",
            required=False,
            max_length=MOST_OF_ACTION,
        )
        if said:
            self.initial.setdefault(happened, said.happened)
            self.initial.setdefault(words, said.words)
        elif action.status == ActionStatus.DONE:  # it is known already
            self.initial.setdefault(happened, WhatHappened.DONE)


class FeedbackFilter(GovukForm):
    """What the list of feedback may be narrowed by; anything unknown in the URL is left out of account."""

    mark_optional = False
    OUTSTANDING, CHASED, GIVEN = "outstanding", "chased", "given"

    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "All"),
            (OUTSTANDING, "Outstanding"),
            (CHASED, "Outstanding after the reminder"),
            (GIVEN, "Given"),
        ],
        widget=forms.Select,
    )
    useful = forms.TypedMultipleChoiceField(
        label="How useful", required=False, choices=USEFUL, coerce=int, widget=Checkboxes(small=True)
    )

    def narrow(self, rows):
        """`rows` of feedback narrowed by whatever of the filter is valid."""
        self.is_valid()
        show = self.cleaned_data.get("show")
        if show == self.GIVEN:
            rows = rows.exclude(answered_at=None)
        elif show in (self.OUTSTANDING, self.CHASED):
            rows = rows.outstanding()
            rows = rows.exclude(chased_at=None) if show == self.CHASED else rows
        if useful := self.cleaned_data.get("useful"):
            rows = rows.filter(useful__in=useful)
        return rows


def _names(action_id: UUID) -> tuple[str, str]:
    """The names of the two fields about one action."""
    return f"happened-{action_id}", f"words-{action_id}"


def _known_of(action: ConsultationAction) -> str:
    """What the record says of an action: its space, who, by when, and that it was done."""
    words = f"{action.get_space_display()}. {action.who}"
    if action.due:
        words += f", by {date_format(action.due, 'DATE_FORMAT')}"
    if action.closed_at:
        day = date_format(timezone.localdate(action.closed_at), "DATE_FORMAT")
        words += f". {action.get_status_display()} here on {day}"
    return words
