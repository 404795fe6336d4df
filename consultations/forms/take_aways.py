"""Questions to take away, and their answers."""

from django import forms

from core.models.actions import ActionStatus

from ..models import TakeAway
from .actions import ActionForm, CloseActionForm


class TakeAwayForm(ActionForm):
    """A question: its words, who finds out, by when."""

    class Meta(ActionForm.Meta):
        model = TakeAway
        fields = ["what", "owner", "owner_name", "owner_agency", "due"]
        widgets = {"what": forms.Textarea(attrs={"rows": 5})}
        labels = ActionForm.Meta.labels | {"what": "What is the question?"}
        help_texts = {"due": ActionForm.Meta.help_texts["due"]}

    field_order = ["version", "what", "who", "owner", "owner_name", "owner_agency", "due"]

    no_owner, no_owner_name = "Choose who takes it away", "Enter the name of the person who takes it away"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].error_messages["required"] = "Enter the question"
        self.fields["who"].label = "Who takes it away?"
        self.fields["who"].error_messages["required"] = "Select who takes it away"


class FoundOutForm(CloseActionForm):
    """What was found out."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].label = "Did you find out?"
        self.fields["status"].choices = [
            (ActionStatus.DONE, "Yes"),
            (ActionStatus.DROPPED, "No, and nobody goes on asking"),
        ]
        self.fields["status"].error_messages["required"] = "Select whether you found out"
        self.fields["outcome"].label = "What did you find out, or why is it dropped?"
        self.fields["outcome"].error_messages["required"] = "Enter what you found out, or why it is dropped"
