"""Reading a page's request to save a text, and answering it: the protocol of `static/js/autosave.js`."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.core.validators import RegexValidator
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format

from . import texts

_BIGGEST = 2**31 - 1
_client = RegexValidator(r"^[A-Za-z0-9-]{1,64}$", "unknown page")


class _Save(forms.Form):
    body = forms.CharField(required=False, strip=False)
    version = forms.IntegerField(min_value=0, max_value=_BIGGEST)
    client = forms.CharField(required=False, validators=[_client])
    seq = forms.IntegerField(required=False, min_value=0, max_value=_BIGGEST)
    resolves = forms.UUIDField(required=False)
    parked = forms.UUIDField(required=False)


def read(request: HttpRequest) -> dict[str, Any]:
    """The keyword arguments of a save (body, base_version, client, seq, resolves, parked); BadRequest if malformed."""
    return _arguments(request.POST)


def read_form(request: HttpRequest, key: str) -> dict[str, Any] | None:
    """The same from a form without scripts (`text-<key>` and so on); None where its reader did not change that text."""
    sent = request.POST
    if f"text-{key}" not in sent:
        return None
    body = sent[f"text-{key}"].replace("\r\n", "\n")
    resolves = sent.get(f"resolves-{key}", "")
    if texts.digest(body) == sent.get(f"digest-{key}") and not resolves:
        return None
    return _arguments({"body": body, "version": sent.get(f"version-{key}", ""), "resolves": resolves})


def _arguments(sent: Mapping[str, str]) -> dict[str, Any]:
    form = _Save(sent)
    if not form.is_valid():
        if "body" in form.errors:
            raise BadRequest("This text contains a character that cannot be stored. Remove it; then it is saved.")
        raise BadRequest("The page sent something that it should not. Copy your text, then load the page again.")
    clean = form.cleaned_data
    return {
        "body": clean["body"],
        "base_version": clean["version"],
        "client": clean["client"],
        "seq": clean["seq"] or 0,
        "resolves": clean["resolves"],
        "parked": clean["parked"],
    }


def answer(result: texts.SaveResult) -> JsonResponse:
    """200 saved, or 409 with both texts."""
    text = result.text
    state = {"version": text.version, "digest": texts.digest(text.body)}
    if not result.conflict:
        line = texts.saved_line(text) if text.version else ""
        return JsonResponse({"status": "saved", **state, "saved_line": line})
    theirs = {
        "body": text.body,
        "by": text.updated_by.name if text.updated_by else "",
        "at": date_format(timezone.localtime(text.updated_at), "DATETIME_FORMAT") if text.updated_at else "",
    }
    return JsonResponse(
        {"status": "conflict", **state, "theirs": theirs, "yours": {"id": str(result.set_aside.pk)}}, status=409
    )
