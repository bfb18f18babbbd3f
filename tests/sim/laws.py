"""What must hold of every session, whatever its market, its faults and its operator did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from tests.sim.harness import Simulation
from ytc_tui.engine.apply import apply
from ytc_tui.engine.recovery import recover_state
from ytc_tui.model import events as ev
from ytc_tui.model.chain import Entry, first_fault
from ytc_tui.model.events import decode_event
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import Gate
from ytc_tui.model.state import State
from ytc_tui.model.trades import Trade, TradeState


@dataclass(frozen=True)
class Record:
    """The last session of a journal: its entries, and the event of each."""

    session: str
    entries: list[Entry]
    events: list[ev.Event]


def record_of(simulation: Simulation) -> Record:
    session = simulation.journal.sessions()[-1]
    entries = list(simulation.journal.entries(session))
    return Record(session, entries, [decode_event(entry) for entry in entries])


def check_laws(simulation: Simulation, record: Record | None = None) -> State:
    """Assert every law of the last session; returns its state. `record` where it has been read already."""
    record = record or record_of(simulation)
    events = record.events
    assert first_fault(record.entries) is None
    state, head = recover_state(simulation.journal, record.session)
    assert head.hash == record.entries[-1].hash
    _stops_never_widen(events)
    _entries_pass_the_gate(events)
    _nothing_but_reducing_after_a_final_flatten(events)
    _money_adds_up(events, state)
    _ids_are_used_once(events)
    _covered_or_alarmed(record)
    run = simulation.host.current
    if run is not None:
        assert run.kernel.sit.state == state
    return state


def _stops_never_widen(events: list[ev.Event]) -> None:
    sides = {e.trade.trade_id: e.trade.side for e in events if isinstance(e, ev.TradePlanned)}
    in_force = {e.trade.trade_id: e.trade.initial_stop for e in events if isinstance(e, ev.TradePlanned)}
    for event in events:
        if isinstance(event, ev.StopTightened):
            assert (event.after - event.before) * sides[event.trade_id].sign >= ZERO, event
            assert event.before == in_force[event.trade_id], event
            in_force[event.trade_id] = event.after
        elif isinstance(event, ev.OrderIntended) and event.order.role is OrderRole.PROTECTIVE_STOP:
            price = event.order.stop_price
            assert price is not None
            assert (price - in_force[event.trade_id]) * sides[event.trade_id].sign >= ZERO, event


def _entries_pass_the_gate(events: list[ev.Event]) -> None:
    gate = Gate.REDUCING
    verdicts: dict[str, tuple[bool, ...]] = {}
    for event in events:
        match event:
            case ev.GateChanged():
                gate = event.after
            case ev.DecisionMade():
                verdicts[event.decision_id] = tuple(verdict.ok for verdict in event.verdicts)
            case ev.OrderIntended() if event.order.role is OrderRole.ENTRY:
                assert gate is Gate.ACTIVE, event
                assert verdicts[event.decision_id], event
                assert all(verdicts[event.decision_id]), event
                assert event.order.attached_stop_price is not None
            case ev.OrderIntended():
                assert event.order.reduce_only, event
            case _:
                pass


def _nothing_but_reducing_after_a_final_flatten(events: list[ev.Event]) -> None:
    stopped = False
    for event in events:
        if isinstance(event, ev.FlattenStarted):
            stopped = stopped or event.final
        elif isinstance(event, ev.OrderIntended) and stopped:
            assert event.order.reduce_only, event
            assert event.order.role is not OrderRole.TARGET, event


def _money_adds_up(events: list[ev.Event], state: State) -> None:
    opening = next(e.opening_balance for e in events if isinstance(e, ev.SessionStarted))
    fills = [e for e in events if isinstance(e, ev.FillBooked)]
    assert len({e.fill.venue_fill_id for e in fills}) == len(fills)
    realised = sum((e.realised for e in fills), ZERO)
    fees = sum((e.fill.fee for e in fills), ZERO)
    funding = sum((e.amount for e in events if isinstance(e, ev.FundingBooked)), ZERO)
    assert state.wallet == opening + realised - fees + funding
    by_trade = sum((trade.net_pnl for trade in state.trades.values()), ZERO)
    assert all(event.trade_id for event in fills) or state.discrepancies
    if all(event.trade_id for event in fills):
        assert by_trade == realised - fees
    if not state.positions and not state.working:
        assert not state.open_trades()
    held: dict[str, Decimal] = {}
    for event in fills:
        fill = event.fill
        held[fill.symbol] = held.get(fill.symbol, ZERO) + fill.side.sign * fill.quantity
    assert {symbol: quantity for symbol, quantity in held.items() if quantity} == {
        symbol: position.quantity for symbol, position in state.positions.items()
    }
    for trade in state.trades.values():
        assert ZERO <= trade.exited_quantity <= trade.entered_quantity <= trade.planned_quantity
    closed = [e for e in events if isinstance(e, ev.TradeClosed)]
    assert state.wins + state.losses + state.breakevens == len(closed)


def _ids_are_used_once(events: list[ev.Event]) -> None:
    intended = Counter(e.order.client_id for e in events if isinstance(e, ev.OrderIntended))
    assert not {name: count for name, count in intended.items() if count > 1}


_CLOSING = (OrderRole.EXIT, OrderRole.FLATTEN)


def _covered_or_alarmed(record: Record) -> None:
    """After everything that happened at an instant an open trade has its stop, a close under way, or its
    alarm; and its targets fit into what is open."""
    state, entries = State(record.session), record.entries
    for entry, event, after in zip(entries, record.events, [*entries[1:], None], strict=True):
        apply(state, event, entry.at)
        if isinstance(event, ev.OrderIntended) and event.order.role is OrderRole.TARGET:
            _targets_fit(state, event)
        instant_over = after is None or after.at != entry.at
        if instant_over and not state.ended:
            for trade in state.open_trades():
                if not _is_safe(state, trade):
                    raise AssertionError(
                        f"{trade.trade_id} is naked without an alarm after entry {entry.seq}"
                    )


def _targets_fit(state: State, event: ev.OrderIntended) -> None:
    """Whenever a target is sent, all of them together take at most what is open."""
    working = state.working_orders(event.order.symbol, OrderRole.TARGET)
    wanted = sum((record.remaining for record in working if record.trade_id == event.trade_id), ZERO)
    assert wanted <= state.trades[event.trade_id].open_quantity, event


def _is_safe(state: State, trade: Trade) -> bool:
    working = state.working_orders(trade.symbol)
    stops = [
        record.remaining
        for record in working
        if record.request.role is OrderRole.PROTECTIVE_STOP
        and record.state in (OrderState.ACKED, OrderState.PARTIAL)
    ]
    return (
        sum(stops, ZERO) >= trade.open_quantity
        or trade.state in (TradeState.UNPROTECTED, TradeState.CLOSE_FAILED)
        or any(record.request.role in _CLOSING for record in working)
        or (state.flattening is not None and not state.flattening.verified)
    )
