"""What must hold of every world in the end, and of each of its moments (safety.md 8, I1 to I7)."""

from __future__ import annotations

from tests.sim.laws import check_laws
from tests.world.world import World, settings_of
from ytc_tui.engine.apply import apply
from ytc_tui.model import events as ev
from ytc_tui.model.events import decode_event
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import RESTING_STATES, OrderRole, OrderState
from ytc_tui.model.state import State
from ytc_tui.model.trades import ENDED_TRADE_STATES, TradeState


class Violation(AssertionError):
    """What must never happen, happened."""


def judge(world: World) -> State:
    """Every invariant of the world's end (safety.md 8, I1 to I7). Raises Violation."""
    if world.sent.violations:
        raise Violation("; ".join(world.sent.violations[:3]))
    try:
        state = check_laws(world)
    except AssertionError as error:
        raise Violation(f"law: {error}") from error
    if not state.ended:
        raise Violation("the session did not end")
    _risk_is_bounded(world)
    _nothing_forgotten(world, state)
    return state


def _risk_is_bounded(world: World) -> None:
    """I4 at every entry: with everything open, working or unknown at its worst, risk stays in its limit, and
    no entry leaves while an order of its symbol is unknown."""
    limits = settings_of(world.plan.bold, world.plan.policy).settings.risk
    session = world.journal.sessions()[-1]
    state = State(session)
    for entry in world.journal.entries(session):
        event = decode_event(entry)
        if isinstance(event, ev.OrderIntended) and event.order.role is OrderRole.ENTRY:
            for record in state.working_orders(event.order.symbol):
                if record.state is OrderState.UNKNOWN:
                    raise Violation(f"I4 entry {entry.seq} beside an unknown order")
            at_risk = [
                trade.risk_money
                for trade in state.trades.values()
                if trade.state not in ENDED_TRADE_STATES and trade.state is not TradeState.NOT_ENTERED
            ]
            base = state.start_balance or state.wallet
            if sum(at_risk, ZERO) > base * limits.max_open_risk_pct / 100:
                raise Violation(f"I4 entry {entry.seq}: {sum(at_risk, ZERO)} at risk of {base}")
        apply(state, event, entry.at)


def _nothing_forgotten(world: World, state: State) -> None:
    """I1 and I6: what stands at the venue in the end, and the money there, is what the record says. Only in
    a world with trouble on the line may the record say instead that it differs."""
    wire = world.wire
    assert wire is not None
    machine = wire.venue._machine
    account = machine.executions.account
    held = {symbol: position.quantity for symbol, position in account.positions.items() if position.quantity}
    known = {symbol: position.quantity for symbol, position in state.positions.items() if position.quantity}
    resting = {order.request.client_id for order in machine.book.all_open()}
    working = {record.request.client_id for record in state.working_orders()}
    wallet = account.view(machine.executions.instruments, machine.marks).wallet_balance
    found = []
    if held != known:
        found.append(f"I1 the venue holds {held}, the record {known}")
    if resting - working:
        found.append(f"I1 orphans at the venue: {sorted(resting - working)}")
    settled = {name for name in working if state.orders[name].state in RESTING_STATES}
    if settled - resting and world.plan.provable:
        found.append(f"I1 gone at the venue: {sorted(settled - resting)}")
    if wallet != state.wallet:
        found.append(f"I6 the venue's wallet is {wallet}, the record's {state.wallet}")
    if state.discrepancies and world.plan.provable:
        found.append(f"I1 differences without a cause: {sorted(state.discrepancies)}")
    if found and (world.plan.provable or not state.discrepancies):
        raise Violation("; ".join(found))
