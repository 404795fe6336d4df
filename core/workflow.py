"""Workflows as tables: which act is possible in which state, what it leads to, and the permission it needs.

Buttons and enforcement read the same table, so a page never offers what the service refuses.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class ActRefused(Exception):
    """An act that the record's present state does not allow. `reason` is for the person; the answer is 409."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class EditConflict(ActRefused):
    """Somebody saved the record after this person opened it. `current` is the row as it stands now."""

    def __init__(self, reason: str, current=None):
        super().__init__(reason)
        self.current = current


@dataclass(frozen=True)
class Transition:
    """One act. `target` None leaves the state as it is; `refusal` says why it is not possible, by state or ""."""

    act: str
    label: str
    sources: frozenset[str]
    target: str | None
    permission: str
    refusals: tuple[tuple[str, str], ...] = ()

    def refusal(self, state: str) -> str:
        """Why this act is not possible in `state`, in plain words."""
        return dict(self.refusals).get(state) or dict(self.refusals).get("", f"“{self.label}” is not possible now.")


class Workflow:
    """The transitions of one kind of record, by act. Raises ValueError where an act stands twice."""

    def __init__(self, transitions: Iterable[Transition]):
        self._by_act: dict[str, Transition] = {}
        for transition in transitions:
            if transition.act in self._by_act:
                raise ValueError(f"act {transition.act!r} stands twice")
            self._by_act[transition.act] = transition

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._by_act.values())

    def __getitem__(self, act: str) -> Transition:
        return self._by_act[act]

    def possible(self, state: str) -> list[Transition]:
        """The acts that `state` allows, in the table's order, whoever asks."""
        return [transition for transition in self if state in transition.sources]

    def check(self, act: str, state: str) -> Transition:
        """The transition of `act`; raises ActRefused with its reason where `state` does not allow it."""
        transition = self._by_act[act]
        if state not in transition.sources:
            raise ActRefused(transition.refusal(state))
        return transition
