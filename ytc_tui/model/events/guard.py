"""Events of the guard: what it did while no engine could, as the next one found it. Imports the model only.

Invariant: what the guard sent is known here under the ids under which it was sent; what became of it is told
by the venue alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from ytc_tui.model.orders import OrderRequest


@dataclass(frozen=True, slots=True)
class GuardHalted:
    """A guard raised the halt `epoch` in session `halted_session`, this one or one before; `acts` is what it
    did in this one, in words."""

    epoch: int
    halted_session: str
    reason: str
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuardOrdered:
    """The guard sent this order; what became of it is not known yet."""

    order: OrderRequest
    trade_id: str
    decision_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class HaltCleared:
    """An operator cleared every halt up to `epoch`."""

    epoch: int
    actor: str
    reason: str
