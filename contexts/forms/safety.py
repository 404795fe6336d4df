"""Forms of safety maps: a map, a pin, how a pin ends, and what the pins may be narrowed by."""

from datetime import date

from django import forms
from django.conf import settings
from django.utils import timezone

from consultations.forms.common import sensible
from consultations.forms.screening import long_text
from core import pictures, uploads
from core.forms import Checkboxes, DateField, GovukForm, RadioSelect

from .. import squares
from ..choices import PinKind, Reliability, Source, TimeOfDay
from ..models import Context, LinkedPerson, SafetyLayer
from ..sight import Sight

ACROSS = [
    (250, "250 metres"),
    (500, "500 metres"),
    (1000, "1 kilometre"),
    (2000, "2 kilometres"),
    (4000, "4 kilometres"),
]


def not_later(words: str, value: date | None) -> date | None:
    """`value`; raises a ValidationError for a day to come, or a year that can only be a slip."""
    if value and value > timezone.localdate():
        raise forms.ValidationError(f"{words} must be today or in the past")
    return sensible(words, value)


class MapForm(GovukForm):
    """What every map has: a title, and the day of what it shows."""

    title = forms.CharField(
        label="Title", max_length=200, help_text="For example, Ground floor. Do not name a young person.",
        error_messages={"required": "Enter a title"},
    )  # fmt: skip
    drawn_on = DateField(label="Date of the plan", help_text="The day that it shows. For example, 27 3 2026.")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def clean_drawn_on(self) -> date | None:
        return not_later("Date of the plan", self.cleaned_data["drawn_on"])


class PictureForm(MapForm):
    """A new map on a picture; `picture` cleans to one that is drawn anew."""

    picture = forms.FileField(
        label="Picture of the plan",
        required=False,
        help_text="JPEG, PNG or WebP, up to 20 MB and 50 megapixels. Where it was taken, and its file name, are not "
        "kept.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    field_order = ["title", "drawn_on", "picture"]

    def __init__(self, *args, request=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.too_large = request is not None and uploads.too_large(request)

    def clean(self):
        sent = self.cleaned_data.get("picture")
        if self.too_large:
            self.add_error(
                "picture", f"The picture is larger than {uploads.MOST_BYTES // 1024**2} MB. Save it smaller."
            )
        elif "picture" in self.errors:
            pass
        elif not sent:
            self.add_error("picture", "Choose a picture of the plan")
        elif not self.errors:  # looked at once all else is in order: it takes a second or two
            try:
                self.cleaned_data["picture"] = pictures.redrawn(sent.read())
            except pictures.NotAPicture as problem:
                self.add_error("picture", str(problem))
        return self.cleaned_data


class AreaForm(MapForm):
    """A new map of an area, where the installation has a tile server."""

    latitude = forms.FloatField(
        label="Latitude of its middle", min_value=-80, max_value=80, help_text="Such as 51.5449"
    )
    longitude = forms.FloatField(
        label="Longitude of its middle", min_value=-179, max_value=179, help_text="Such as -0.0553"
    )
    across = forms.TypedChoiceField(label="From left to right", choices=ACROSS, coerce=int, initial=1000)
    field_order = ["title", "drawn_on", "latitude", "longitude", "across"]


def has_tiles() -> bool:
    """Whether this installation names a tile server."""
    return bool(settings.TILE_SERVER_URL)


class Point(forms.FloatField):
    """A hundredth of the map's width or height; what is no such number counts as not given."""

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False)

    def clean(self, value):
        try:
            number = super().clean(value)
        except forms.ValidationError:
            return None
        return number if number is not None and 0 <= number <= 100 else None


class PinForm(GovukForm):
    """A pin: where, what, when, by whose account, and on whose map."""

    NEW = "new"

    x = Point()
    y = Point()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    square = forms.CharField(
        label="Square of the grid", max_length=5,
        help_text="A letter and a number, from A1 to T20. Point at the plan, or type it.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "autocomplete": "off", "data-square": True}),
        error_messages={"required": "Point at the plan, or enter the square"},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="Harm or safety", choices=PinKind.choices, widget=RadioSelect(inline=True),
        error_messages={"required": "Select harm or safety"},
    )  # fmt: skip
    what = long_text("What happens there?", "Enter what happens there", rows=3, help_text="Do not name a young person.")
    time_of_day = forms.ChoiceField(
        label="When of the day", choices=TimeOfDay.choices, widget=RadioSelect(inline=True, small=True),
        error_messages={"required": "Select when of the day"},
    )  # fmt: skip
    exact_time = forms.TimeField(
        label="Exact time", required=False, help_text="For example, 15:30.",
        widget=forms.TimeInput(attrs={"class": "govuk-input--width-5"}, format="%H:%M"),
        error_messages={"invalid": "Enter the time like 15:30"},
    )  # fmt: skip
    noted_on = DateField(label="Since when", help_text="The day from which it is so, or on which it was said.")
    source = forms.ChoiceField(
        label="Whose account", choices=Source.choices, widget=RadioSelect(small=True),
        error_messages={"required": "Select whose account it is"},
    )  # fmt: skip
    account = forms.CharField(
        label="More about whose account", required=False, max_length=300,
        help_text="For example, site manager, from the behaviour log.",
    )  # fmt: skip
    reliability = forms.ChoiceField(
        label="How far it can be relied on", choices=Reliability.choices, widget=RadioSelect(small=True),
        error_messages={"required": "Select how far it can be relied on"},
    )  # fmt: skip
    person = forms.ChoiceField(label="Young person it concerns", required=False)
    layer = forms.ChoiceField(
        label="On whose map?", error_messages={"required": "Select whose map it is"},
        help_text="One person’s, or that of a group who drew it together.",
    )  # fmt: skip
    name = forms.CharField(
        label="Whose map", required=False, max_length=120,
        help_text="For example, Year 9 girls, or Night staff. Do not name a young person.",
    )  # fmt: skip
    held_on = DateField(label="Day on which it was drawn", required=False)
    people = forms.IntegerField(
        label="How many people drew it", required=False, min_value=1, max_value=500, initial=1,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
    )  # fmt: skip

    reveals = {"layer": {NEW: ("name", "held_on", "people")}}

    def __init__(self, *args, context: Context, user, layers: list[tuple[SafetyLayer, str]], now=None, **kwargs):
        """`layers` are those of the context, each with its words for this reader; `now` the pin's own person."""
        super().__init__(*args, **kwargs)
        self.layers = {str(layer.pk): layer for layer, _ in layers}
        known = [(str(layer.pk), words) for layer, words in layers]
        self.fields["layer"].widget = RadioSelect(small=True)
        self.fields["layer"].choices = [*known, (self.NEW, "Another one")]
        if not known:
            self.fields["layer"].initial = self.NEW
        sight = Sight(user, context)
        rows = LinkedPerson.objects.with_sight(user).filter(context=context)
        self.people_by_key = {str(one.pk): one for one in rows if (one.seen and one.ended_at is None) or one.pk == now}
        options = [(key, sight.name_of(one)) for key, one in self.people_by_key.items()]
        self.fields["person"].choices = [("", "Nobody in particular"), *options]

    def clean_square(self) -> str:
        found = squares.parsed(self.cleaned_data["square"])
        if found is None:
            raise forms.ValidationError("The square must be a letter from A to T and a number from 1 to 20, like C4")
        return f"{squares.LETTERS[found[0]]}{found[1] + 1}"

    def clean_noted_on(self) -> date | None:
        return not_later("Since when", self.cleaned_data["noted_on"])

    def clean_held_on(self) -> date | None:
        return not_later("Day on which it was drawn", self.cleaned_data["held_on"])

    def clean(self):
        sent = self.cleaned_data
        if sent.get("layer") == self.NEW:
            self.need("name", "Enter whose map it is")
            self.need("held_on", "Enter the day on which it was drawn")
            self.need("people", "Enter how many people drew it")
        sent["person"] = self.people_by_key.get(sent.get("person"))
        return sent

    def place(self) -> dict:
        """Where it stands, as `services.safety` takes it."""
        return {name: self.cleaned_data.get(name) for name in ("x", "y", "square")}

    def whose(self) -> dict:
        """On whose map, as `services.safety` takes it."""
        chosen = self.layers.get(self.cleaned_data["layer"])
        return {"layer": chosen} | {name: self.cleaned_data.get(name) for name in ("name", "held_on", "people")}


class EndPinForm(GovukForm):
    """It is so no longer."""

    ended_on = DateField(label="From when is it no longer so?")
    reason = long_text("Why?", "Enter why it is no longer so", rows=3)

    def __init__(self, *args, noted_on: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.noted_on = noted_on

    def clean_ended_on(self) -> date | None:
        value = not_later("The day", self.cleaned_data["ended_on"])
        if value and value < self.noted_on:
            raise forms.ValidationError("The day must not be before the day from which it was so")
        return value


class PinFilter(GovukForm):
    """Kind, time of day, dates, whose map, ended ones; anything unknown in the URL is left out of account."""

    mark_optional = False

    kind = forms.ChoiceField(label="Harm or safety", required=False, choices=[("", "Both"), *PinKind.choices])
    time = forms.MultipleChoiceField(
        label="When of the day", required=False, choices=TimeOfDay.choices, widget=Checkboxes(small=True)
    )
    layer = forms.MultipleChoiceField(label="Whose map", required=False, widget=Checkboxes(small=True))
    first = DateField(label="So since, from", required=False)
    last = DateField(label="So since, until", required=False)
    ended = forms.BooleanField(label="With those that are ended", required=False)

    def __init__(self, *args, layers: list[tuple[SafetyLayer, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["layer"].choices = [(str(layer.pk), words) for layer, words in layers]

    def chosen(self) -> dict:
        """Whatever of the filter is valid and not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, pins):
        """`pins` narrowed by whatever of the filter is valid; ended ones only where they are asked for."""
        chosen = self.chosen()
        if not chosen.get("ended"):
            pins = pins.standing()
        for name, lookup in [
            ("kind", "kind"), ("time", "time_of_day__in"), ("layer", "layer__in"),
            ("first", "noted_on__gte"), ("last", "noted_on__lte"),
        ]:  # fmt: skip
            if name in chosen:
                pins = pins.filter(**{lookup: chosen[name]})
        return pins


class CompareForm(GovukForm):
    """Two days that are laid beside each other."""

    mark_optional = False

    first = DateField(label="First date", required=False)
    second = DateField(label="Second date", required=False)

    def clean(self):
        sent = self.cleaned_data
        if sent.get("first") and sent.get("second") and sent["first"] >= sent["second"]:
            self.add_error("second", "The second date must be later than the first")
        return sent
