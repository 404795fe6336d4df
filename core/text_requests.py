"""Reading a page's request to save a text, and answering it: the protocol of `static/js/autosave.js`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import BadRequest
from django.core.validators import RegexValidator
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format

from . import texts
from .differences import REMOVED, SAME, Budget, differences
from .models import SetAsideText, Text

_BIGGEST = 2**31 - 1
_client = RegexValidator(r"^[A-Za-z0-9-]{1,64}$", "unknown page")


class _Save(forms.Form):
    body = forms.CharField(required=False, strip=False)
    version = forms.IntegerField(min_value=0, max_value=_BIGGEST)
    client = forms.CharField(required=False, validators=[_client])
    seq = forms.IntegerField(required=False, min_value=0, max_value=_BIGGEST)
    resolves = forms.UUIDField(required=False)
    seen = forms.DateTimeField(required=False)
    parked = forms.UUIDField(required=False)


class Run(NamedTuple):
    """Words in a row of one text; `only` where the other text has not got them."""

    text: str
    only: bool


def side_by_side(one: str, other: str, budget: Budget | None = None) -> tuple[list[Run], list[Run]]:
    """Both texts, each to the letter, in runs of words that it shares with the other or has alone."""
    budget = budget or Budget()
    pairs = [(other, one), (one, other)]
    first, second = (
        [
            run
            for kind, text in differences(before, after, budget)
            if kind != REMOVED
            for run in _runs(text, only=kind != SAME)
        ]
        for before, after in pairs
    )
    return first, second


def _runs(text: str, *, only: bool) -> list[Run]:
    """The space at the end of a run is no word, and is not marked as one."""
    words = text.rstrip() if only else text
    return [Run(part, mark) for part, mark in ((words, only), (text[len(words) :], False)) if part]


def read(request: HttpRequest) -> dict[str, Any]:
    """The keyword arguments of a save (body, base_version, client, seq, resolves, seen, parked).

    Raises BadRequest where the request is malformed.
    """
    return _arguments(request.POST)


def read_form(request: HttpRequest, key: str, *, unchanged: bool = False) -> dict[str, Any] | None:
    """The same from a form without scripts (`text-<key>` and so on); None where its reader did not change that text.

    With `unchanged`, also then, as long as the form shows that text at all.
    """
    sent = request.POST
    if f"text-{key}" not in sent:
        return None
    body = sent[f"text-{key}"].replace("\r\n", "\n")
    if texts.digest(body) == sent.get(f"digest-{key}") and not unchanged:
        return None
    return _arguments({"body": body, "version": sent.get(f"version-{key}", "")})


def read_merge(request: HttpRequest, aside: SetAsideText) -> dict[str, Any] | None:
    """What a form without scripts says is to be done with a set-aside text: {way, seen}; None where nothing is.

    `way` is a `texts.Way`. Raises BadRequest where the request is malformed.
    """
    way = request.POST.get(f"aside-{aside.pk}", "")
    if way not in set(texts.Way):
        return None
    arguments = _arguments({"version": "0", "seen": request.POST.get(f"seen-{aside.pk}", "")})
    return {"way": way, "seen": arguments["seen"]}


def save_form(
    request: HttpRequest, key: str, asides: Iterable[SetAsideText], save: Callable[..., texts.SaveResult]
) -> list[texts.SaveResult]:
    """Save one text of a form without scripts, and merge into it what its reader chose of the set-aside texts.

    `save` takes the arguments that `read` gives. What came of each save is given back; nothing where nothing changed.
    Raises BadRequest where the request is malformed.
    """
    merges = [(aside, merge) for aside in asides if (merge := read_merge(request, aside))]
    sent = read_form(request, key, unchanged=bool(merges))
    if sent is None:
        return []
    if not merges:
        return [save(**sent)]
    results: list[texts.SaveResult] = []
    for aside, merge in merges:
        sent["body"] = texts.combined(sent["body"], aside.body, merge["way"])
        read = merge["seen"] if merge["way"] == texts.Way.DROP else aside.at  # what is put in is in, read or not
        results.append(save(**sent | {"resolves": aside.pk, "seen": read}))
        if results[-1].conflict:
            break
        sent["base_version"] = results[-1].text.version
    return results


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
        "seen": clean["seen"],
        "parked": clean["parked"],
    }


def state(key: str, text: Text) -> dict[str, Any]:
    """A text as somebody else saved it, for a page that shows an older version."""
    return {
        "key": key,
        "version": text.version,
        "digest": texts.digest(text.body),
        "body": text.body,
        "by": text.updated_by.name if text.updated_by else "",
        "saved_line": texts.saved_line(text) if text.version else "",
    }


def answer(result: texts.SaveResult, *, sent: dict[str, Any] | None = None) -> JsonResponse:
    """200 saved, or 409 with both texts and what differs.

    With `sent`, what `read` gave: the text as it was kept is in the answer where it is not what was sent.
    """
    text = result.text
    said: dict[str, Any] = {"version": text.version, "digest": texts.digest(text.body)}
    if not result.conflict:
        if sent is not None and text.body != sent["body"].replace("\r\n", "\n"):
            said["body"] = text.body
        if result.newer is not None:
            newer = result.newer
            _, runs = side_by_side(text.body, newer.body)
            said["newer"] = {"id": str(newer.pk), "body": newer.body, "runs": runs, "seen": newer.at.isoformat()}
        return JsonResponse({"status": "saved", **said, "saved_line": texts.saved_line(text) if text.version else ""})
    theirs, yours = side_by_side(text.body, result.set_aside.body)
    by = {
        "by": text.updated_by.name if text.updated_by else "",
        "at": date_format(timezone.localtime(text.updated_at), "DATETIME_FORMAT") if text.updated_at else "",
    }
    return JsonResponse(
        {
            "status": "conflict",
            **said,
            "theirs": {"body": text.body, "runs": theirs, **by},
            "yours": {"id": str(result.set_aside.pk), "body": result.set_aside.body, "runs": yours},
        },
        status=409,
    )
