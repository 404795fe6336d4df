"""The data entry form as it stands at the end of the printed forms, with today's themes."""

from django.conf import settings

from consultations.papers.documents import Box, Choice, DataEntry, brings_data_entry
from core.models import FormSection
from core.models.lists import FormName

from .choices import PrimaryConcern
from .forms.data_entry import DataEntryForm
from .models import Theme


@brings_data_entry
def data_entry() -> DataEntry:
    """Toolkit 2018, Appendix C, last page."""
    fields = DataEntryForm.base_fields
    journey = FormSection.objects.of(FormName.DATA_ENTRY).first()
    return DataEntry(
        instruction="Complete after consultation and pass to Project Coordinator for tracking",
        fields=(
            Box(settings.CASE_NUMBER_NAME, lines=1),
            Box("Referrer", lines=1),
            *([Box(journey.title, prompts=tuple(journey.prompt_texts()), lines=5)] if journey else []),
        ),
        concern=fields["primary_concern"].label,
        concern_hint=fields["primary_concern"].help_text,
        concerns=tuple(Choice(label) for label in PrimaryConcern.labels),
        detail=fields["detail"].label,
        themes_title=fields["themes"].label,
        themes=tuple(Choice(theme.name, theme.needs_text) for theme in Theme.objects.in_use()),
    )
