"""Transition tables: a dict from (state, trigger) to state, and the error of an illegal pair.

Decides nothing but lookup. Invariant: a pair that is not in a table raises, always.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

StateT = TypeVar("StateT")
TriggerT = TypeVar("TriggerT")


class IllegalTransition(Exception):
    """A trigger that its state does not accept: a programmer error, never an input error."""


def next_state(table: Mapping[tuple[StateT, TriggerT], StateT], state: StateT, trigger: TriggerT) -> StateT:
    """The state after `trigger`; raises IllegalTransition when the table has no such row."""
    try:
        return table[state, trigger]
    except KeyError:
        raise IllegalTransition(f"{state} does not accept {trigger}") from None
