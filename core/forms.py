"""Forms in GOV.UK Frontend markup, with messages in the GOV.UK manner.

Every form of the product is a GovukForm or GovukModelForm. `{{ form }}`, `{{ field.as_field_group }}` and
`{% crispy form %}` all draw a field through one template, templates/govuk/field.html.
"""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

# Seen by nobody, yet enough to make an empty field look filled in: white space, zero-width characters, byte order mark.
INVISIBLE = " \t\n\r\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
DATE_PARTS = ("day", "month", "year")


def tidy(text: str) -> str:
    """`text` with one kind of line end, and nothing invisible before or after it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(INVISIBLE)


def lower_first(words: str) -> str:
    """`words` to stand inside a sentence: the first letter small, unless its word is an abbreviation or a name.

    A first word with a further capital ("CS practitioner") stays; so does what precedes a capitalised word, which
    reads as a name ("Mosaic ID").
    """
    first, _, rest = words.partition(" ")
    if first[1:] != first[1:].lower() or rest[:1].isupper() or first == "I":
        return words
    return words[:1].lower() + words[1:]


class GovukBoundField(BoundField):
    """A field on its form, with what templates/govuk/field.html needs to know about it."""

    @property
    def kind(self) -> str:
        """How the field is laid out: radios, checkboxes, checkbox, date, password or single."""
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxSelectMultiple):  # a subclass of RadioSelect
            return "checkboxes"
        if isinstance(widget, forms.RadioSelect):
            return "radios"
        if isinstance(widget, forms.CheckboxInput):
            return "checkbox"
        if isinstance(widget, forms.MultiWidget):
            return "date"
        if isinstance(widget, forms.PasswordInput):
            return "password"
        return "single"

    @property
    def full_label(self) -> str:
        """The label, with "(optional)" where the field may stay empty and the form marks that."""
        marks = getattr(self.form, "mark_optional", True)
        if self.field.required or self.field.disabled or self.is_revealed or self.kind == "checkbox" or not marks:
            return self.label
        return f"{self.label} (optional)"

    @property
    def is_revealed(self) -> bool:
        """True where this field belongs to an option of another one, which draws it."""
        return self.name in getattr(self.form, "revealed_names", ())

    @property
    def max_chars(self) -> int | None:
        """The length that a counter under the field counts down from; None without a counter."""
        return self.field.max_length if isinstance(self.field.widget, CountedTextarea) else None

    @cached_property
    def wrong_parts(self) -> tuple[str, ...]:
        """Which boxes of a date are wrong, so that only those are marked and the summary leads to the first."""
        if self.kind != "date":
            return ()
        for error in self.errors.as_data():
            if parts := (error.params or {}).get("parts"):
                return tuple(parts)
        return DATE_PARTS if self.errors else ()

    @property
    def first_control_id(self) -> str:
        """The id that the error summary leads to: the first control, or the first wrong box of a date."""
        if self.kind in ("radios", "checkboxes"):
            return f"{self.auto_id}_0"
        if self.kind == "date":
            return f"{self.auto_id}_{(self.wrong_parts or DATE_PARTS)[0]}"
        return self.id_for_label

    @property
    def data(self) -> Any:
        """What was sent. Text has one kind of line end and no blank ends, unless the field keeps them (passphrases)."""
        value = super().data
        if isinstance(value, str) and getattr(self.field, "strip", False):
            return tidy(value)
        return value

    @property
    def aria_describedby(self) -> str | None:
        described = (super().aria_describedby or "").split()
        if self.max_chars:
            described.append(f"{self.auto_id}-info")
        return " ".join(described) or None

    @property
    def options(self) -> list[dict[str, Any]]:
        """The options of radios or checkboxes, each with its hint and the fields that it reveals."""
        widget = self.field.widget
        hints = getattr(widget, "hints", {})
        exclusive = getattr(widget, "exclusive", None)
        reveals = getattr(self.form, "reveals", {}).get(self.name, {})
        options = []
        for bound in self.subwidgets:
            option = bound.data
            value = "" if option["value"] is None else str(option["value"])
            names = reveals.get(value, ())
            options.append(
                {
                    "id": option["attrs"].get("id"),
                    "name": option["name"],
                    "value": value,
                    "label": option["label"],
                    "selected": option["selected"],
                    "disabled": bool(option["attrs"].get("disabled")),
                    "hint": hints.get(value, ""),
                    "exclusive": exclusive is not None and value == exclusive,
                    "revealed": [self.form[name] for name in ((names,) if isinstance(names, str) else names)],
                }
            )
        return options

    def as_widget(self, widget: forms.Widget | None = None, attrs: dict | None = None, **kwargs: Any) -> SafeString:
        """The control as HTML; radios and checkboxes of any kind get the GOV.UK markup, hints and revealed fields."""
        if widget is None and self.kind in ("radios", "checkboxes"):
            return self.form.render("govuk/choices.html", {"field": self})
        return super().as_widget(widget, attrs, **kwargs)

    def build_widget_attrs(self, attrs: dict, widget: forms.Widget | None = None) -> dict:
        """Attributes of the control: GOV.UK classes; no `required`; no `maxlength`, which cuts a paste silently."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        attrs.pop("required", None)
        if widget.is_hidden:
            return attrs
        if "maxlength" in widget.attrs:
            attrs["maxlength"] = False
        if isinstance(widget, DateWidget):
            attrs["wrong-parts"] = self.wrong_parts
            return attrs
        base, *more = control_classes(widget) or ("",)
        if base:
            more += [widget.attrs.get("class", "")]
            if self.errors and self.kind != "checkbox":
                more.append(f"{base}--error")
            if self.max_chars:
                more.append("govuk-js-character-count")
            attrs["class"] = " ".join(filter(None, (base, *more)))
        return attrs


def control_classes(widget: forms.Widget) -> tuple[str, ...]:
    """The GOV.UK classes of a control that stands alone, its own first; none for one that is made of several."""
    if isinstance(widget, forms.RadioSelect | forms.MultiWidget):
        return ()
    if isinstance(widget, forms.Textarea):
        return ("govuk-textarea",)
    if isinstance(widget, forms.CheckboxInput):
        return ("govuk-checkboxes__input",)
    if isinstance(widget, forms.FileInput):
        return ("govuk-file-upload",)
    if isinstance(widget, forms.Select):
        return ("govuk-select",)
    if isinstance(widget, forms.PasswordInput):
        return ("govuk-input", "govuk-password-input__input", "govuk-js-password-input-input")
    return ("govuk-input",)


class GovukRenderer(TemplatesSetting):
    """settings.FORM_RENDERER: every form on every page, those of allauth too, in our markup."""

    form_template_name = "govuk/form.html"
    formset_template_name = "govuk/formset.html"
    field_template_name = "govuk/field.html"
    bound_field_class = GovukBoundField


class CountedTextarea(forms.Textarea):
    """A text area that says how many characters are left, counted from its field's max_length."""


class RadioSelect(forms.RadioSelect):
    """Radios with a hint per option ({value: hint}); `inline` beside each other, `small` for dense lists."""

    def __init__(
        self,
        attrs: dict | None = None,
        *,
        hints: dict[str, str] | None = None,
        inline: bool = False,
        small: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(attrs, **kwargs)
        self.hints = {str(value): hint for value, hint in (hints or {}).items()}
        self.inline = inline
        self.small = small


class Checkboxes(forms.CheckboxSelectMultiple):
    """Checkboxes with a hint per option; `exclusive` is the value of a "none of these" that unticks the others."""

    def __init__(
        self,
        attrs: dict | None = None,
        *,
        hints: dict[str, str] | None = None,
        exclusive: str | None = None,
        small: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(attrs, **kwargs)
        self.hints = {str(value): hint for value, hint in (hints or {}).items()}
        self.exclusive = exclusive
        self.small = small


class DateWidget(forms.MultiWidget):
    """Three boxes, day, month and year: nobody has to click through a calendar for a date they know."""

    template_name = "govuk/date.html"
    use_fieldset = True

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__({part: forms.TextInput() for part in DATE_PARTS}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """The three boxes for a date, a date in ISO form, or nothing."""
        if isinstance(value, str):
            try:
                value = datetime.date.fromisoformat(value[:10])
            except ValueError:
                return [None, None, None]
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict[str, Any]:
        attrs = dict(attrs or {})
        wrong_parts = attrs.pop("wrong-parts", ())
        attrs.pop("aria-invalid", None)
        context = super().get_context(name, value, attrs)
        for part, box in zip(DATE_PARTS, context["widget"]["subwidgets"], strict=True):
            box["label"] = part.capitalize()
            if attrs.get("id"):
                box["attrs"]["id"] = f"{attrs['id']}_{part}"
            width = 4 if part == "year" else 2
            box["attrs"]["class"] = f"govuk-input govuk-date-input__input govuk-input--width-{width}"
            box["attrs"]["autocomplete"] = "off"
            if part != "month":  # a month may be typed as a word
                box["attrs"]["inputmode"] = "numeric"
            if part in wrong_parts:
                box["attrs"]["class"] += " govuk-input--error"
                box["attrs"]["aria-invalid"] = "true"
        return context


class DateField(forms.Field):
    """A date in three boxes; months may be names. Its messages name the field and say which part is wrong.

    Cleans to a datetime.date or None. Whether the date lies in the past is for the form to say.
    """

    widget = DateWidget
    default_error_messages = {"required": "Enter a date"}

    def subject(self) -> str:
        """What messages call this date, to begin a sentence with."""
        words = getattr(self, "error_name", "") or self.label or "date"
        return str(words[:1].upper() + words[1:])

    def refuse(self, message: str, parts: Iterable[str], code: str) -> ValidationError:
        """The error "<this date> <message>" that marks `parts`."""
        text = f"{self.subject()} {message}".replace("%", "%%")
        return ValidationError(text, code=code, params={"parts": tuple(parts)})

    def to_python(self, value: Any) -> datetime.date | None:
        """The date in `value` (three boxes, a date, or ISO text). Raises ValidationError naming what is wrong."""
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        if isinstance(value, str):
            value = self.widget.decompress(value) if tidy(value) else None
        boxes = {part: tidy(str(box or "")) for part, box in zip(DATE_PARTS, value or ("", "", ""), strict=True)}
        missing = [part for part, text in boxes.items() if not text]
        if len(missing) == len(DATE_PARTS):
            return None
        if missing:
            raise self.refuse(f"must include a {' and '.join(missing)}", missing, "incomplete")
        day, month, year = whole(boxes["day"], 2), month_number(boxes["month"]), whole(boxes["year"], 4)
        if year is None or not re.fullmatch(r"[12][0-9]{3}", boxes["year"]):
            raise self.refuse("must have a year with 4 numbers, like 2026", ["year"], "year")
        limits = (("day", day, 31), ("month", month, 12))
        wrong = [part for part, number, most in limits if not 1 <= (number or 0) <= most]
        if wrong:
            raise self.refuse("must be a real date", wrong, "invalid")
        try:
            return datetime.date(year, month, day)
        except ValueError:
            raise self.refuse("must be a real date", DATE_PARTS, "invalid") from None


def whole(text: str, digits: int) -> int | None:
    """The number written in `text` with at most so many plain digits, else None."""
    return int(text) if re.fullmatch(rf"[0-9]{{1,{digits}}}", text) else None


def month_number(text: str) -> int | None:
    """The month in `text`: 1 to 12 as a number, or an English name of three letters or more, else None."""
    name = text.lower().rstrip(".")
    if len(name) >= 3:
        for number, month in enumerate(MONTHS, start=1):
            if month.startswith(name):
                return number
    return whole(text, 2)


class GovukHelper(FormHelper):
    """How {% crispy form %} draws a form by itself: the fields only; the page writes <form>, token and buttons."""

    form_tag = False
    disable_csrf = True


class GovukFormMixin:
    """What all forms of the product share. Put it before forms.Form or forms.ModelForm.

    error_names  {field name: words after "Enter" or "Choose"}, where the label does not read well there,
                 as {"received": "the date received"}.
    reveals      {field name: {option value: name or names of the fields that this option reveals}}, for radios and
                 checkboxes. The option draws them; they show at once where there are no scripts. They are never
                 marked "(optional)"; make them required=False and use `need` in clean().
    mark_optional  False for forms, as filters, where everything is optional and saying so is noise.
    """

    use_required_attribute = False
    mark_optional = True
    error_names: dict[str, str] = {}
    reveals: dict[str, dict[str, str | tuple[str, ...]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False  # a formset passes its own
        self.helper = GovukHelper()

    def full_clean(self) -> None:
        """Word the messages (only now, as __init__ of a subclass may still change labels), then clean as usual."""
        for name, field in self.fields.items():
            if field.label is None:
                field.label = pretty_name(name)
            field.error_name = self.error_names.get(name) or lower_first(str(field.label))
            word_messages(field)
        super().full_clean()

    @cached_property
    def revealed_names(self) -> frozenset[str]:
        """The names of fields that an option of another field reveals."""
        found: set[str] = set()
        for options in self.reveals.values():
            for names in options.values():
                found.update((names,) if isinstance(names, str) else names)
        return frozenset(found)

    def need(self, name: str, message: str = "") -> None:
        """Add an error to the field `name` if it is empty and has none yet: for clean(), where others decide."""
        if name in self.errors or self.cleaned_data.get(name) not in (None, "", [], ()):
            return
        self.add_error(name, ValidationError(message or self.fields[name].error_messages["required"], code="required"))


class GovukForm(GovukFormMixin, forms.Form):
    """A form of the product that is not bound to one model."""


class GovukModelForm(GovukFormMixin, forms.ModelForm):
    """A form of the product for one row. For dates give Meta.field_classes = {"received": DateField}."""


def word_messages(field: forms.Field) -> None:
    """Put messages in the GOV.UK manner into `field` wherever its author left Django's own."""
    label, name = str(field.label), field.error_name
    question = label.endswith("?") and name == lower_first(label)
    if question:
        ask = f"Answer “{label}”"
    elif isinstance(field, forms.FileField):
        ask = f"Choose a file: {name}"
    elif isinstance(field.widget, forms.CheckboxInput):
        ask = f"Tick “{label}” to go on"
    elif isinstance(field, forms.ChoiceField):
        ask = f"Choose {name}"
    else:
        ask = f"Enter {name}"
    # Django fills values into the messages below, so a percent sign of the label's own is doubled.
    subject, quoted = label.rstrip("?").replace("%", "%%"), name.replace("%", "%%")
    choose = f"Answer “{label}” with one of the options" if question else f"Choose {quoted} from the options"
    words = {
        "required": ask,
        "null_characters_not_allowed": f"{subject} must not contain characters that cannot be stored",
        "max_length": f"{subject} must be %(limit_value)d characters or fewer",
        "min_length": f"{subject} must be %(limit_value)d characters or more",
        "max_value": f"{subject} must be %(limit_value)s or less",
        "min_value": f"{subject} must be %(limit_value)s or more",
    }
    if isinstance(field, forms.EmailField):
        words["invalid"] = "Enter an e-mail address, like name@example.org"
    elif isinstance(field, forms.URLField):
        words["invalid"] = "Enter a web address, like https://example.org"
    elif isinstance(field, forms.IntegerField):  # and decimal numbers, which descend from it
        words["invalid"] = f"{label} must be a number, like 30"
    elif isinstance(field, forms.ChoiceField):
        words["invalid_choice"] = words["invalid_pk_value"] = choose
    # What differs from the defaults of the field's classes was written on purpose, and stays.
    standard: dict[str, Any] = {}
    for base in reversed(type(field).__mro__):
        standard.update(getattr(base, "default_error_messages", {}))
    for code, message in words.items():
        if field.error_messages.get(code) == standard.get(code):
            field.error_messages[code] = message
