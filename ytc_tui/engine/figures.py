"""A session's figures from its state: for reviews within it, and for the sessions after it.

Decides which facts of state become history. Imports the model. Invariant: the figures follow from state
alone, so a recovered session has the same as one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ytc_tui.model.history import Execution, OrderCounts, SessionFigures, results_of
from ytc_tui.model.market import Instrument
from ytc_tui.model.orders import OrderState
from ytc_tui.model.state import State
from ytc_tui.model.trades import MANUAL


def session_figures(state: State, band_r: Decimal) -> SessionFigures:
    """What the session came to; its balance is the wallet, whatever is still open. `band_r` is that of
    breakeven."""
    started = state.started
    start = state.start_balance if state.start_balance is not None else state.opening_balance
    return SessionFigures(
        session_id=state.session_id,
        init_ns=started.init_ns if started is not None else 0,
        start_balance=start,
        end_balance=state.wallet,
        trades=results_of(state.trades.values(), band_r),
    )


def executions_of(state: State, instruments: Mapping[str, Instrument]) -> tuple[Execution, ...]:
    """Every order that filled, at its average price, oldest first."""
    found = []
    for record in state.orders.values():
        request = record.request
        if not record.filled:
            continue
        instrument = instruments[request.symbol]
        trade = state.trades.get(record.trade_id)
        entry = trade.entry_price if trade is not None else None
        found.append(
            Execution(
                role=request.role,
                symbol=request.symbol,
                side=request.side,
                quantity=record.filled,
                price=record.notional / record.filled / instrument.contract_size,
                asked=request.stop_price if request.stop_price is not None else request.limit_price,
                tick=instrument.tick,
                stop_distance=None if trade is None or entry is None else abs(entry - trade.initial_stop),
            )
        )
    return tuple(found)


def order_counts(state: State) -> OrderCounts:
    records = state.orders.values()
    return OrderCounts(
        sent=len(records),
        filled=sum(bool(record.filled) for record in records),
        rejected=sum(record.state is OrderState.REJECTED for record in records),
        unfilled=sum(
            not record.filled and record.state in (OrderState.CANCELED, OrderState.EXPIRED)
            for record in records
        ),
        by_hand=sum(record.note.startswith(MANUAL) for record in records),
    )
