"""What a person would do at the venue's own screen to be flat, from what is known here.

Decides which order closes each position, and what may still work. Imports the model. Invariant: quantities
and stops are those last known, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRole

if TYPE_CHECKING:
    from ytc_tui.model.state import State


@dataclass(frozen=True, slots=True)
class ByHand:
    """One thing to do: close `quantity` of `symbol` with a `side` order, whose protective `stop` (None: not
    known) stands until then; or pull the entry `cancel`, or close what it filled."""

    symbol: str
    side: Side
    quantity: Decimal
    stop: Decimal | None
    cancel: str = ""

    def __str__(self) -> str:
        what = f"{self.side} {self.quantity} {self.symbol}"
        if self.cancel:
            return f"cancel entry order {self.cancel} ({what}), or close what it filled"
        stop = "no stop known" if self.stop is None else f"last known stop {self.stop}"
        return f"{what} at market, reduce-only ({stop})"


def to_close(state: State) -> tuple[ByHand, ...]:
    """Positions by symbol, then entries whose end is not known."""
    found = []
    for symbol, held in sorted(state.positions.items()):
        side = Side.SELL if held.quantity > ZERO else Side.BUY
        stops = [t.stop for t in state.trades.values() if t.symbol == symbol and t.open_quantity]
        stop = stops[-1] if stops else None
        found.append(ByHand(symbol, side, abs(held.quantity), stop))
    for record in state.working_orders(role=OrderRole.ENTRY):
        request = record.request
        found.append(ByHand(request.symbol, request.side, record.remaining, None, request.client_id))
    return tuple(found)
