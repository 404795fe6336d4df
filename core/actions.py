"""What is done to an action of any kind: added, changed, handed over, noted on, closed, reopened.

A kind of action says in a subclass of `Actions` what it belongs to, what has to be asked before it is written, and
what it is called. An app brings one instance of it in its services.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from . import audit, drafts, notices
from .models.actions import ActionBase, ActionStatus, ProgressBase
from .models.notices import Notice
from .workflow import ActRefused, EditConflict

SENT_TWICE = timedelta(seconds=30)


class Actions:
    """One kind of action."""

    model: ClassVar[type[ActionBase]]
    progress: ClassVar[type[ProgressBase]]
    # The beginning of its acts in the audit log, of the keys of its notices and of its drafts.
    name: ClassVar[str]
    # The columns that a person fills in, and the many-to-many fields beside them.
    columns: ClassVar[list[str]]
    many: ClassVar[list[str]]

    @property
    def fields(self) -> list[str]:
        """Everything that a person fills in."""
        return [*self.columns, *self.many]

    # ------------------------------------------------------------ what a kind says of itself
    def locked(self, action: ActionBase) -> ActionBase:
        """The row as it stands now, with what it belongs to, locked until the transaction ends."""
        raise NotImplementedError

    def check(self, action: ActionBase) -> None:
        """Raises ActRefused where nothing may be agreed now in what the action belongs to."""
        raise NotImplementedError

    def label(self, action: ActionBase) -> str:
        """The reference of what it belongs to, for the audit log and for notices."""
        raise NotImplementedError

    def page_of(self, action: ActionBase) -> str:
        """The address of its own page."""
        raise NotImplementedError

    def added_detail(self, action: ActionBase) -> dict[str, Any]:
        """What the audit log keeps of a new one."""
        return {}

    # ------------------------------------------------------------ what is done to it
    def add(
        self, values: dict[str, Any], *, belongs: dict[str, Any], draft: str, by, at: datetime | None = None
    ) -> ActionBase:
        """A new action with `values`, which `belongs` to what it names. Its owner here is told.

        The caller has locked what it belongs to and asked whether it may be written into. The same form sent twice
        makes one action. Raises ActRefused where the owner has left.
        """
        at = at or timezone.now()
        given = {name: values[name] for name in self.columns}
        chosen = {name: list(values.get(name) or ()) for name in self.many}
        with transaction.atomic():
            just_now = (at - SENT_TWICE, at + SENT_TWICE)  # whichever of the two got here first
            same = self.model.objects.filter(**belongs, **given, created_by=by, created_at__range=just_now)
            for twice in same.prefetch_related(*self.many):
                if all(set(getattr(twice, name).all()) == set(chosen[name]) for name in self.many):
                    return twice
            _refuse_who_has_left(given["owner"])
            action = self.model.objects.create(**belongs, **given, created_by=by, created_at=at)
            for name in self.many:
                getattr(action, name).set(chosen[name])
            self.record("added", action, by=by, at=at, **self.added_detail(action))
            self._tell_owner(action, by=by, at=at)
            drafts.drop(draft, by)
        return action

    def change(
        self, action: ActionBase, values: dict[str, Any], *, version: int, by, at: datetime | None = None
    ) -> ActionBase:
        """Change an action; another owner is told that it is theirs now.

        Raises EditConflict where somebody changed it meanwhile (not where they saved the very same), ActRefused where
        it is closed, what it belongs to does not allow it, or the new owner has left.
        """
        at = at or timezone.now()
        with transaction.atomic():
            current = self.locked(action)
            refuse_closed(current)
            self.check(current)
            now = self.values_of(current)
            wanted = now | {name: values[name] for name in self.fields if name in values}
            for name in self.many:
                wanted[name] = sorted(wanted[name], key=lambda item: item.pk)
            if wanted == now:
                drafts.drop(self.draft_key(current), by)
                return current
            if current.version != version:
                raise EditConflict("Somebody changed this action after you opened it.", current)
            before, owner = audit.state_of(current, self.fields), current.owner
            if wanted["owner"] != owner:
                _refuse_who_has_left(wanted["owner"])
            for name in self.columns:
                setattr(current, name, wanted[name])
            current.version += 1
            current.save()
            for name in self.many:
                getattr(current, name).set(wanted[name])
            self.record("changed", current, by=by, at=at, **audit.changes(before, audit.state_of(current, self.fields)))
            if current.owner != owner:
                self.forget_notices(current, owner)
                self._tell_owner(current, by=by, at=at)
            drafts.drop(self.draft_key(current), by)
        return current

    def note(self, action: ActionBase, *, body: str, by, at: datetime | None = None) -> ProgressBase:
        """Add a note on how an open action is going; the same one sent twice is one. Notes are never changed.

        Raises ActRefused where the action is closed.
        """
        at = at or timezone.now()
        with transaction.atomic():
            current = self.locked(action)
            if twice := _noted_just_now(current, by=by, at=at).filter(body=body).first():
                return twice
            refuse_closed(current)
            made = self.progress.objects.create(action=current, body=body, by=by, at=at)
            self.record("progress", current, by=by, at=at)
            drafts.drop(self.draft_key(current, "progress"), by)
        return made

    def close(self, action: ActionBase, *, status: str, outcome: str, by, at: datetime | None = None) -> ActionBase:
        """Mark an action as done or dropped, with what came of it. Raises ActRefused where it is closed already."""
        at = at or timezone.now()
        with transaction.atomic():
            current = self.locked(action)
            if (current.status, current.outcome, current.closed_by) == (status, outcome, by):
                return current  # the same form sent twice
            refuse_closed(current)
            current.status, current.outcome, current.closed_at, current.closed_by = status, outcome, at, by
            current.version += 1
            current.save()
            self.record(status, current, by=by, at=at, outcome=outcome)
            self.forget_notices(current, current.owner)
            drafts.drop(self.draft_key(current, "close"), by)
        return current

    def reopen(self, action: ActionBase, *, reason: str, by, at: datetime | None = None) -> ActionBase:
        """Open an action again that was done or dropped. How it had ended, and why it is open again, become a note.

        Raises ActRefused where it is open, or where what it belongs to does not allow it.
        """
        at = at or timezone.now()
        with transaction.atomic():
            current = self.locked(action)
            why = f"Why it is open again: {reason}"
            if current.status == ActionStatus.OPEN:
                if _noted_just_now(current, by=by, at=at).filter(body__endswith=why).exists():
                    return current  # the same form sent twice
                raise ActRefused("This action is open, so there is nothing to reopen.")
            self.check(current)
            ended = date_format(timezone.localtime(current.closed_at), "DATE_FORMAT")
            ending = f"It was {current.get_status_display().lower()} on {ended}, said by {current.closed_by.name}."
            body = f"{ending}\n{current.outcome}\n\n{why}" if current.outcome else f"{ending}\n\n{why}"
            self.progress.objects.create(action=current, body=body, by=by, at=at)
            before = current.get_status_display()
            current.status, current.outcome, current.closed_at, current.closed_by = ActionStatus.OPEN, "", None, None
            current.version += 1
            current.save()
            self.record("reopened", current, by=by, at=at, was=before, reason=reason)
            self._tell_owner(current, by=by, at=at)
            drafts.drop(self.draft_key(current, "reopen"), by)
        return current

    # ------------------------------------------------------------ what it is called
    def values_of(self, action: ActionBase) -> dict[str, Any]:
        """What stands in an action now, by the names in `fields`."""
        now = {name: getattr(action, name) for name in self.columns}
        return now | {name: sorted(getattr(action, name).all(), key=lambda item: item.pk) for name in self.many}

    def draft_key(self, action: ActionBase, form: str = "") -> str:
        """The key under which what is typed into a form about this action is kept; "" is the action itself."""
        return f"{self.name}:{action.pk}:{form}" if form else f"{self.name}:{action.pk}"

    def record(self, act: str, action: ActionBase, *, by, at: datetime, **detail: Any) -> None:
        """Write an event about an action into the audit log."""
        audit.record(f"{self.name}.{act}", by=by, subject=action, label=self.label(action), detail=detail, at=at)

    def _tell_owner(self, action: ActionBase, *, by, at: datetime) -> None:
        """An action that is given to somebody waits for them; who gave it to themselves knows."""
        if action.owner_id and action.owner_id != by.pk:
            words = f"An action of {self.label(action)} is yours to do."
            key = f"{self.name}:{action.pk}:given:{action.version}"
            notices.tell([action.owner], words, key=key, url=self.page_of(action), at=at)

    def forget_notices(self, action: ActionBase, owner) -> None:
        """What `owner` has not read about an action that is closed, or somebody else's now, is taken back."""
        if owner is not None:
            unread = Notice.objects.visible_to(owner).unread().filter(key__startswith=f"{self.name}:{action.pk}:")
            notices.forget(*unread.values_list("key", flat=True))


def refuse_closed(action: ActionBase) -> None:
    """Raises ActRefused where an action is done or dropped."""
    if action.status != ActionStatus.OPEN:
        raise ActRefused(f"This action is already {action.get_status_display().lower()}.")


def with_owners(actions: QuerySet) -> QuerySet:
    """With the owner and the intervention options, whatever the number of actions."""
    return actions.select_related("owner").prefetch_related("interventions")


def _noted_just_now(action: models.Model, *, by, at: datetime) -> QuerySet:
    return action.progress.filter(by=by, at__range=(at - SENT_TWICE, at + SENT_TWICE))


def _refuse_who_has_left(owner) -> None:
    if owner is not None and not owner.is_active:
        raise ActRefused(f"{owner.name} has left. Choose somebody else to do this action.")
