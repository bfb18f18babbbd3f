"""One readable line for a difference with the venue and what became of it. Imports the model only."""

from __future__ import annotations

from typing import assert_never

from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO


def difference_text(event: ev.DifferenceEvent) -> str:
    """What differs, or what was done about it and by whom."""
    name = event.discrepancy_id
    match event:
        case ev.DiscrepancyFound():
            return f"DIFFERS  {event.kind} {event.symbol}: ours {event.ours}, venue {event.theirs}"
        case ev.DiscrepancyResolved():
            return f"RESOLVED {name}  ({event.how})"
        case ev.DiscrepancyIgnored(actor=actor):
            return f"IGNORED  {name} for a time, EXTERNAL  (by {actor})"
        case ev.PositionAdopted(_, symbol, quantity, actor=actor):
            released = f", {event.trade_id} lost {event.released}" if event.released > ZERO else ""
            return f"ADOPTED  {symbol} {quantity}, EXTERNAL{released}  (by {actor})"
        case ev.WalletAdopted(_, booked, external, actor):
            return f"ADOPTED  wallet {booked}, beside it {external} EXTERNAL  (by {actor})"
        case ev.ExternalOrderAdopted(_, client_id, symbol, quantity, actor=actor):
            return f"ADOPTED  order {client_id} of {quantity} {symbol}, EXTERNAL  (by {actor})"
        case ev.ExternalCancelAsked(_, client_id, actor):
            return f"CANCEL   EXTERNAL order {client_id}  (by {actor})"
        case ev.OrderLinked(_, client_id, order_id, actor):
            return f"LINKED   {client_id} at the venue is our {order_id}  (by {actor})"
        case _:
            assert_never(event)
