"""Keeping what a person types into an ordinary form until it is sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import transaction
from django.forms import BaseForm
from django.forms.utils import ErrorDict
from django.http import HttpRequest, QueryDict

from .models import FormDraft

MAX_BYTES = 500_000
# Never kept: what is not the person's words.
NOT_KEPT = {"csrfmiddlewaretoken", "draft_key", "draft_seen", "client", "force", "password"}


class OpenElsewhere(Exception):
    """The same person has the same form open in another tab, which kept its text last."""


class DraftTooLarge(Exception):
    """More input than a draft may hold."""


def sign(key: str, user) -> str:
    """The token by which a page may keep the draft `key` of `user`; nobody else's pages can use it."""
    return signing.dumps([user.pk, key], salt="core.drafts")


def unsign(token: str, user) -> str:
    """The key in `token`; raises signing.BadSignature for a token that was not made for `user`."""
    owner, key = signing.loads(token, salt="core.drafts")
    if owner != user.pk:
        raise signing.BadSignature("not this person's")
    return key


def keep(
    key: str, *, user, data: QueryDict, client: str, at: datetime, seen: str = "", force: bool = False
) -> FormDraft:
    """Keep the input of one form as it stands. Raises OpenElsewhere, DraftTooLarge.

    Input that another tab of the same person has kept is not written over unless `force` is given. `seen` is the
    `seen_mark` of the draft that the page was filled from: whoever has seen the last state may change it.
    """
    kept = {name: data.getlist(name) for name in data if name not in NOT_KEPT and "\x00" not in name}
    kept = {name: [value.replace("\x00", "") for value in values] for name, values in kept.items()}
    if sum(len(text.encode()) for name, values in kept.items() for text in (name, *values)) > MAX_BYTES:
        raise DraftTooLarge
    with transaction.atomic():
        draft, created = FormDraft.objects.select_for_update().get_or_create(
            user=user, key=key, defaults={"data": kept, "client": client, "updated_at": at}
        )
        if created:
            return draft
        known = draft.client == client or seen_mark(draft) == seen or draft.data == kept
        if not known and not force and not _continues(draft.data, kept):
            raise OpenElsewhere
        draft.data, draft.client, draft.updated_at = kept, client, at
        draft.save()
    return draft


def of(key: str, user) -> FormDraft | None:
    """The draft that `user` left in the form `key`, or None."""
    return FormDraft.objects.filter(user=user, key=key).first()


def seen_mark(draft: FormDraft | None) -> str:
    """What a page carries to say which state of a draft it shows; "" where there is none."""
    return draft.updated_at.isoformat() if draft else ""


def as_input(draft: FormDraft) -> QueryDict:
    """The draft as form input, to bind a form with."""
    query = QueryDict(mutable=True)
    for name, values in draft.data.items():
        query.setlist(name, values)
    return query


def kept_under(prefix: str, user) -> set[str]:
    """The rest of the keys, after `prefix`, under which this person has left something unsent."""
    keys = FormDraft.objects.filter(user=user, key__startswith=prefix).values_list("key", flat=True)
    return {key.removeprefix(prefix) for key in keys}


def kept(keys: Iterable[str], user) -> set[str]:
    """Those of `keys` under which this person has left something unsent."""
    return set(FormDraft.objects.filter(user=user, key__in=list(keys)).values_list("key", flat=True))


def drop(key: str, user) -> None:
    """Forget a draft: its form was sent, or the person discarded it."""
    FormDraft.objects.filter(user=user, key=key).delete()


def drop_all(prefix: str, user) -> None:
    """Forget every draft of this person whose key begins with `prefix`: what their forms were about is gone or sent."""
    FormDraft.objects.filter(user=user, key__startswith=prefix).delete()


def _continues(old: dict[str, list[str]], new: dict[str, list[str]]) -> bool:
    """Whether the new input keeps all that the old one had, as when a page was opened again and typed on."""
    for name, values in old.items():
        later = new.get(name, [])
        for value in values:
            if value and not any(value in candidate for candidate in later):
                return False
    return True


@dataclass(frozen=True)
class FormPage:
    """A form on its page with the draft that fills it: what `components/kept_form.html` draws."""

    form: BaseForm
    draft: FormDraft | None
    draft_key: str
    seen: str = ""


def open_form(request: HttpRequest, key: str, make: Callable[[QueryDict | None], BaseForm]) -> FormPage:
    """The form that `make` builds from input: from what is sent, else from the draft kept under `key`, else empty.

    A form filled from a draft shows what was typed without complaining about it.
    """
    token = sign(key, request.user)
    if request.method == "POST":
        return FormPage(make(request.POST), None, token, request.POST.get("draft_seen", ""))
    draft = of(key, request.user)
    if draft is None:
        return FormPage(make(None), None, token)
    form = make(as_input(draft))
    form._errors = ErrorDict()  # Django's own switch: bound, and not to be validated
    return FormPage(form, draft, token, seen_mark(draft))
