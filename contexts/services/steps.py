"""What every act on a context shares: the lock, the transition, the decision that is kept, the notices."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission, can
from core import audit, notices
from core.workflow import EditConflict

from .. import workflow
from ..choices import ContextAct
from ..models import Context, ContextDecision, ContextReferral

# Acts of who told of the context, beside those who screen; everything else is for who reads its casework.
TELLERS_ACTS = frozenset({ContextAct.ANSWER, ContextAct.WITHDRAW, ContextAct.REFER})


def locked(context: Context) -> Context:
    """The row as it stands now, locked until the transaction ends."""
    return Context.objects.select_for_update(of=("self",)).get(pk=context.pk)


def acts_for(context: Context, user, *, reads: bool | None = None) -> set[str]:
    """The acts that this context's state allows and this person may do: what its pages draw buttons for.

    `reads`: whether they read its casework, where the caller has asked already.
    """
    possible = [each for each in workflow.CONTEXT.possible(context.state) if can(user, each.permission)]
    if reads is None:
        reads = Context.objects.casework_of(user).filter(pk=context.pk).exists()
    told = bool(possible) and ContextReferral.objects.by_or_for(user).filter(context=context).exists()
    screens = can(user, Permission.CONTEXT_SCREEN)
    return {each.act for each in possible if (told or screens if each.act in TELLERS_ACTS else reads)}


def may_work_on(user, context: Context) -> bool:
    """Whether this person may write into the casework of this context as it stands."""
    return ContextAct.WORK in acts_for(context, user)


def take(
    context: Context,
    act: str,
    *,
    by,
    reason: str = "",
    words: str = "",
    seen_version: int | None = None,
    at: datetime | None = None,
    **values,
) -> Context:
    """Do `act`: the state moves on, `values` are set, the decision is kept and audited. The caller tells whom it must.

    `seen_version` is the version that the page was drawn from. Raises ActRefused where the state does not allow the
    act, EditConflict where somebody changed the context since.
    """
    at = at or timezone.now()
    with transaction.atomic():
        current = locked(context)
        transition = workflow.CONTEXT.check(act, current.state)
        check_version(current, seen_version)
        before = audit.state_of(current, ["state", *values])
        if transition.target:
            current.state = transition.target
        for name, value in values.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        ContextDecision.objects.create(context=current, act=act, by=by, at=at, reason=reason, words=words[:300])
        changed = audit.changes(before, audit.state_of(current, ["state", *values]))
        record(current, f"context.{act}", by=by, at=at, changed=changed, **({"reason": reason} if reason else {}))
    return current


def check_version(context: Context, seen_version: int | None) -> None:
    """Raises EditConflict where `context` is no longer the one that the page showed; None asks nothing."""
    if seen_version is not None and seen_version != context.version:
        raise EditConflict("Somebody changed this context after you opened this page.", context)


def record(context: Context, act: str, *, by, at: datetime, **detail) -> None:
    """Write an event about a context into the audit log, under its reference."""
    audit.record(act, by=by, subject=context, label=context.reference, detail=detail, at=at)


def tell(context: Context, people, words: str, about: str, *, by, at: datetime) -> None:
    """Tell these people, but for who did it and who has left. `words` name nobody; `about` makes the notice's key."""
    who = {person for person in people if person and person.is_active and person.pk != by.pk}
    key = f"context:{context.pk}:{about}"
    notices.tell(who, words, key=key, url=context.get_absolute_url(), at=at)


def tellers(context: Context) -> list:
    """The people here who told of the context."""
    return list(User.objects.filter(pk__in=context.referrals.values("made_by")))


def workers(context: Context) -> list:
    """The lead and whoever works on the context with them."""
    members = User.objects.filter(pk__in=context.members.values("user"))
    return [*([context.lead] if context.lead else []), *members]


def draft_key(context: Context, form: str) -> str:
    """The key under which what is typed into a form about this context is kept."""
    return f"context:{context.pk}:{form}"
