"""What the templates of components need beyond Django's own tags."""

from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms.formsets import BaseFormSet
from django.utils.safestring import SafeString

register = template.Library()

# The words for a state, and the colours of GOV.UK tags that show it. A state is always written out as well.
TAG_COLOURS = {
    "neutral": "grey", "closed": "grey", "draft": "grey", "new": "blue", "active": "blue", "waiting": "yellow",
    "due": "yellow", "good": "green", "done": "green", "warning": "orange", "amber": "orange", "bad": "red",
    "overdue": "red", "restricted": "purple",
    "blue": "blue", "green": "green", "grey": "grey", "magenta": "magenta", "orange": "orange", "purple": "purple",
    "red": "red", "teal": "teal", "yellow": "yellow",
}  # fmt: skip


def _forms_in(*sources: Any) -> list[forms.BaseForm | BaseFormSet]:
    """The forms and formsets in `sources`, which may also be lists of them, or empty."""
    found: list[forms.BaseForm | BaseFormSet] = []
    for source in sources:
        if isinstance(source, forms.BaseForm | BaseFormSet):
            found.append(source)
        elif isinstance(source, list | tuple):
            found.extend(_forms_in(*source))
    return found


@register.filter
def has_errors(source: Any) -> bool:
    """Whether a form, a formset, or a list of them was sent and refused. False for anything else."""
    for form in _forms_in(source):
        if form.is_bound and (form.total_error_count() if isinstance(form, BaseFormSet) else form.errors):
            return True
    return False


@register.simple_tag
def error_items(*sources: Any) -> list[dict[str, str]]:
    """What the error summary lists: {"message", "target"}; target is the id of the control, "" where there is none."""
    items = []
    for form in _forms_in(*sources):
        if not form.is_bound:
            continue
        if isinstance(form, BaseFormSet):
            items += [{"message": message, "target": ""} for message in form.non_form_errors()]
            items += error_items(*form.forms)
            continue
        items += [{"message": message, "target": ""} for message in form.non_field_errors()]
        for field in form:
            target = "" if field.is_hidden else field.first_control_id
            items += [{"message": message, "target": target} for message in field.errors]
    return items


@register.filter
def is_list(value: Any) -> bool:
    """Whether a value is to be shown as a list."""
    return isinstance(value, list | tuple)


@register.filter
def tag_colour(state: str) -> str:
    """The GOV.UK colour for a state or colour name of TAG_COLOURS. Raises KeyError for one that is not there."""
    return TAG_COLOURS[state or "neutral"]


@register.simple_tag
def sorting(current: str, key: str) -> dict[str, str]:
    """How a column `key` is sorted when the list is sorted by `current` ("name", or "-name" for descending).

    Gives {"aria": value of aria-sort, "next": what the heading's link sorts by}.
    """
    if current == key:
        return {"aria": "ascending", "next": f"-{key}"}
    if current == f"-{key}":
        return {"aria": "descending", "next": key}
    return {"aria": "none", "next": key}


@register.simple_tag
def page_numbers(page: Page) -> list[int | None]:
    """The page numbers to show, with None for a gap: the first, the last, and those beside this one."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in numbers]


@register.simple_tag(takes_context=True)
def chosen_filters(context: template.Context, form: forms.BaseForm) -> list[dict[str, str]]:
    """What a GET form narrows its list by: {"label", "value", "query"}, query being the address without that filter.

    Values that the form refuses are left out. The place in the list is dropped, as it will be longer.
    """
    if not form.is_bound:
        return []
    chosen = []
    for field in form:
        if field.is_hidden or field.errors:
            continue
        if field.kind in ("radios", "checkboxes") or isinstance(field.field.widget, forms.Select):
            picked = _picked(field)
        elif field.kind == "checkbox":
            picked = [("Yes", None)] if form.cleaned_data.get(field.name) else []
        else:
            value = form.cleaned_data.get(field.name)
            picked = [(field.field.widget.format_value(value) or str(value), None)] if _is_plain(field, value) else []
            if field.kind == "date" and value:
                picked = [(f"{value.day} {value:%B} {value.year}", None)]
        for words, option in picked:
            query = context["request"].GET.copy()
            for place in ("page", "after", "before"):
                query.pop(place, None)
            _take_out(query, field, option)
            chosen.append({"label": str(field.label), "value": words, "query": f"?{query.urlencode()}"})
    return chosen


def _is_plain(field: forms.BoundField, value: Any) -> bool:
    return field.kind == "single" and value not in (None, "")


def _picked(field: forms.BoundField) -> list[tuple[str, str]]:
    """The options of a choice that are picked, as (words, value), without the empty one."""
    return [
        (str(bound.data["label"]), str(bound.data["value"]))
        for bound in field.subwidgets
        if bound.data.get("selected") and str(bound.data["value"])
    ]


def _take_out(query: Any, field: forms.BoundField, option: str | None) -> None:
    """Remove from `query` what `field` put there: one of its options, or all of it."""
    if option is not None:
        query.setlist(field.html_name, [value for value in query.getlist(field.html_name) if value != option])
        return
    query.pop(field.html_name, None)
    if isinstance(field.field.widget, forms.MultiWidget):
        for suffix in field.field.widget.widgets_names:
            query.pop(f"{field.html_name}{suffix}", None)


@register.simple_block_tag(takes_context=True)
def table(
    context: template.Context,
    content: SafeString,
    *,
    caption: str,
    headings: list[dict[str, Any]],
    sort: str = "",
    caption_class: str = "govuk-visually-hidden",
) -> SafeString:
    """{% table caption="…" headings=headings sort=sort %} rows as <tr> {% endtable %}: see components/table.html."""
    inner = {
        "content": content,
        "caption": caption,
        "headings": headings,
        "sort": sort,
        "caption_class": caption_class,
    }
    return context.template.engine.get_template("components/table.html").render(context.new(inner))


# Details of an event that are somebody's words about a case.
NARRATIVE = {"reason", "outcome"}
# Acts on records of casework begin with one of these. Of their details only those in PLAIN are shown: default is no.
CASEWORK = {
    "referral", "consultation", "framework", "action", "take-away", "feedback", "data-entry", "young-person", "paper",
    "papers",
}  # fmt: skip
PLAIN = {
    "access", "came", "entries", "factor", "form", "format", "known from", "merged", "on", "on version", "on_version",
    "other", "pages", "planned_for", "point", "put back", "redaction", "referrals", "review", "section", "space",
    "step", "until", "version", "was",
}  # fmt: skip
# In these acts `to` is a colleague; elsewhere it is where a child was signposted.
TO_A_COLLEAGUE = {"referral.allocated", "referral.access-given", "referral.access-ended", "framework.sent"}


@register.filter
def audit_words(event: Any) -> str:
    """What an audit event tells, in words. Of a change the names of what changed, not the values: no casework here."""
    detail = dict(event.detail)
    changed = detail.pop("changed", {})
    if event.act.endswith(".changed"):  # the whole detail is {field: [before, after]}
        changed, detail = detail, {}
    changed, parts = list(changed), []
    for name, value in detail.items():
        if value in ("", None, [], {}):
            continue
        if not _may_be_shown(event.act, name):
            if isinstance(value, list) and len(value) == 2:  # before and after
                changed.append(name)
            else:
                parts.append(f"{name} given")
        elif isinstance(value, dict):
            parts += [f"{key}: {words}" for key, words in value.items()]
        elif isinstance(value, list):
            parts.append(f"{name}: {', '.join(str(item) for item in value)}")
        else:
            parts.append(f"{name}: {value}")
    return "; ".join([f"changed: {', '.join(changed)}", *parts] if changed else parts)


def _may_be_shown(act: str, name: str) -> bool:
    if act.partition(".")[0] in CASEWORK:
        return name in PLAIN or (name == "to" and act in TO_A_COLLEAGUE)
    return name not in NARRATIVE


@register.filter
def audit_subject(event: Any) -> str:
    """What an audit event is about: the reference, else the kind of record and its id."""
    if event.subject_label or not event.subject_type:
        return event.subject_label
    return f"{event.subject_type.rpartition('.')[2]} {event.subject_id[:8]}"
