"""What a command led to at once, in words: the body of its receipt.

Decides which events an operator is told and what counts as unconfirmed. Imports the model and the log's
lines. Invariant: what was sent and is not confirmed by the venue is listed, whatever its role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.state import OrderRecord, State
from ytc_tui.views.event_lines import event_text

# Sent without an answer, or refused: in neither case does the venue work the order.
_NOT_WORKING = (OrderState.INTENT, OrderState.SENT, OrderState.UNKNOWN, OrderState.REJECTED)


def effect_lines(told: Sequence[ev.Event]) -> tuple[str, ...]:
    """The orders, cancels, plans and decisions among `told`, one line each."""
    return tuple(filter(None, (_line(event) for event in told)))


def _line(event: ev.Event) -> str:
    match event:
        case ev.CancelAsked(client_id, reason):
            return f"CANCEL   {client_id}  ({reason})"
        case ev.OrderIntended() | ev.OrderRejected() | ev.OrderLost() | ev.FillBooked():
            return event_text(event)
        case ev.LevelAdded() | ev.LevelRemoved() | ev.LevelArmed() | ev.BiasSet() | ev.NoteWritten():
            return event_text(event)
        case (
            ev.DiscrepancyResolved()
            | ev.DiscrepancyIgnored()
            | ev.PositionAdopted()
            | ev.WalletAdopted()
            | ev.ExternalOrderAdopted()
            | ev.ExternalCancelAsked()
            | ev.OrderLinked()
        ):
            return event_text(event)
        case ev.DecisionMade() | ev.StopTightened() | ev.TargetMoved() | ev.TradeClosed():
            return event_text(event)
        case _:
            return ""


def unconfirmed_lines(state: State, told: Sequence[ev.Event]) -> tuple[str, ...]:
    """Cancels and closes under way, and the orders of this command that the venue does not work."""
    ours = (
        f"{record.request.role} {record.request.symbol} {record.request.client_id}: {record.state}"
        for record in _unconfirmed(state, told)
    )
    others = (
        f"EXTERNAL order {found.client_id}: cancel asked"
        for found in state.discrepancies.values()
        if found.cancel_ns
    )
    return (*ours, *others)


def _unconfirmed(state: State, told: Sequence[ev.Event]) -> Iterator[OrderRecord]:
    sent = {event.order.client_id for event in told if isinstance(event, ev.OrderIntended)}
    for client_id, record in state.orders.items():
        closes = record.request.role in (OrderRole.EXIT, OrderRole.FLATTEN)
        under_way = record.working and (record.cancel_ns or closes)
        if under_way or (client_id in sent and record.state in _NOT_WORKING):
            yield record
