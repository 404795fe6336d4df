"""Which records belong to a context: every model of the app that leads to one, found by its foreign keys.

So a model that comes later is in the chronology as soon as it is there.
"""

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db import models
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from core.models import Text

from ..models import Context

# How many steps a record may stand away from its context: a reading → its goal → the context.
FURTHEST = 3


@cache
def paths() -> dict[type[models.Model], str]:
    """For each model of the app the lookup that leads from it to its context, the shortest there is."""
    found: dict[type[models.Model], str] = {Context: "pk"}
    for _ in range(FURTHEST):
        for model, field in _keys():
            if field.related_model in found and model not in found:
                further = found[field.related_model]
                found[model] = field.name if further == "pk" else f"{field.name}__{further}"
    return found


def _keys() -> Iterator[tuple[type[models.Model], models.ForeignKey]]:
    for model in apps.get_app_config("contexts").get_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.ForeignKey) and field.name != "merged_into":
                yield model, field


@cache
def text_fields() -> list[tuple[type[models.Model], str]]:
    """The models of the app whose rows own a versioned text, and the field that points to it."""
    return [(model, field.name) for model, field in _keys() if field.related_model is Text and model in paths()]


def of_context(context: Context) -> QuerySet:
    """(type, key) of every record that belongs to `context`, as the audit log names them; one query."""
    parts = [
        model._base_manager.filter(**{path: context.pk})
        .order_by()
        .annotate(of_type=Value(model._meta.label_lower, CharField()), of_key=Cast("pk", CharField()))
        .values_list("of_type", "of_key")
        for model, path in paths().items()
    ]
    return parts[0].union(*parts[1:], all=True)


def texts_of(context: Context) -> dict:
    """{text id: (type, key, field) of the row that owns it} of every versioned text of `context`; one query."""
    parts = [
        model._base_manager.filter(**{paths()[model]: context.pk})
        .exclude(**{name: None})
        .order_by()
        .annotate(
            of_type=Value(model._meta.label_lower, CharField()),
            of_key=Cast("pk", CharField()),
            of_field=Value(name, CharField()),
        )
        .values_list(name, "of_type", "of_key", "of_field")
        for model, name in text_fields()
    ]
    if not parts:
        return {}
    found = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return {text: owner for text, *owner in found}
