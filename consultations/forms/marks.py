"""Harm and strength of one space."""

from django import forms

from core.forms import GovukForm

from ..choices import HarmMark, StrengthMark

UNMARKED = ("", "Not marked")


class MarkForm(GovukForm):
    """What was found in a space. `prefix` is its name where several stand on one page."""

    harm = forms.ChoiceField(choices=[UNMARKED, *HarmMark.choices], required=False)
    strength = forms.ChoiceField(choices=[UNMARKED, *StrengthMark.choices], required=False)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
