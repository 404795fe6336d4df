"""Referring a context, for the first time or again (practice.md §2: the same journey as a child's)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from core import audit, drafts, notices
from core.numbers import next_in_series

from .. import workflow
from ..choices import OPEN, ContextAct, ContextState
from ..models import Context, ContextName, ContextReferral, context_key
from . import mentions, steps

DRAFT_KEY_NEW = "context:new"
SENT_TWICE = timedelta(seconds=30)


def refer(values: dict[str, Any], *, by, to: Context | None = None, at: datetime | None = None) -> ContextReferral:
    """Refer a context: a new one, or with `to` one that is there already.

    `values`: kind, name, place (of a new one), worry, why_it_matters, strengths, harms, referrer_name, team, agency,
    arrival, received_on. A closed context that is referred again waits to be screened anew; an open one's lead is told.
    The same form sent twice makes one referral.
    """
    at = at or timezone.now()
    about = {name: values[name] for name in ("kind", "name", "place") if name in values}
    told = {name: value for name, value in values.items() if name not in ("kind", "name", "place", "harms")}
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once: the second waits for the first
        drafts.drop(steps.draft_key(to, "refer") if to else DRAFT_KEY_NEW, by)
        if twice := told_just_now(worry=told["worry"], name=to.name if to else about["name"], by=by, at=at):
            return twice
        context = _refer_again(to, by=by, at=at) if to else _begin(about, told, by=by, at=at)
        made = ContextReferral.objects.create(context=context, made_by=by, at=at, **told)
        made.harms.set(values.get("harms", ()))
        audit.record("context.referred", by=by, subject=context, label=context.reference, at=at)
        line = f"Context {context.reference} was referred{' again' if to else ''}."
        whom = steps.workers(context) if to and context.state in OPEN else []
        steps.tell(context, whom or _screeners(), line, f"referred:{made.pk}", by=by, at=at)
    return made


def told_just_now(*, worry: str, name: str, by, at: datetime | None = None) -> ContextReferral | None:
    """What this person told of a context of this name a moment ago in the same words: the same form, sent twice."""
    at = at or timezone.now()
    just_now = (at - SENT_TWICE, at + SENT_TWICE)
    mine = ContextReferral.objects.filter(made_by=by, at__range=just_now, worry=worry, context__name=name)
    return mine.select_related("context").first()


def _begin(about: dict[str, Any], told: dict[str, Any], *, by, at: datetime) -> Context:
    year = told["received_on"].year
    context = Context.objects.create(
        reference=f"CTX-{year}-{next_in_series(f'CTX-{year}'):04d}", made_by=by, created_at=at,
        received_on=told["received_on"], team=told.get("team"), agency=told.get("agency"), **about,
    )  # fmt: skip
    name_it(context, context.name, by=by, at=at)
    mentions.adopt(context)
    return context


def _refer_again(to: Context, *, by, at: datetime) -> Context:
    current = steps.locked(to)
    if current.state not in workflow.CONTEXT[ContextAct.REFER].sources:
        return current
    nothing = {"screened_at": None, "screened_by": None, "screening_reason": "", "signposted_to": ""}
    return steps.take(current, ContextAct.REFER, by=by, at=at, **nothing, **reopened())


def reopened() -> dict[str, Any]:
    """What a context that is no longer closed has of its closing: nothing. Its decisions keep it."""
    return {"closed_at": None, "closed_by": None, "outcome": "", "closing_words": ""}


def name_it(context: Context, name: str, *, by, at: datetime) -> None:
    """Keep a name by which the context is known; one without a letter or digit, or known already, changes nothing."""
    if key := context_key(name):
        ContextName.objects.get_or_create(context=context, key=key, defaults={"name": name, "by": by, "at": at})


def same_name(name: str, *, by) -> list[Context]:
    """The contexts known by this name that `by` may see: whoever refers one is asked whether it is one of them."""
    known = ContextName.objects.filter(key=context_key(name)).exclude(key="")
    return list(Context.objects.visible_to(by).filter(pk__in=known.values("context")).with_names())


def _screeners():
    return User.objects.holding(Permission.CONTEXT_SCREEN)


def waits(context: Context) -> bool:
    """Whether it waits to be screened."""
    return context.state in (ContextState.REFERRED, ContextState.INFORMATION)


def forget_notices(context: Context) -> None:
    """What nobody need screen any more is taken off the screeners' notices."""
    notices.forget(*(f"context:{context.pk}:referred:{pk}" for pk in context.referrals.values_list("pk", flat=True)))
