"""A guard's halt: what it did becomes ours, and nothing new is risked until an operator clears it.

Decides how a session ends that a guard flattened, and how one begins under a halt. Imports the
alarms, the situation and the model. Invariants: an epoch and an order are taken up once; a session in
which a guard acted ends as after any flatten by rule; the guard's orders are adopted before anything is
decided on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ytc_tui.engine.decide.alarms import alert, react
from ytc_tui.engine.decide.outgoing import closes_what
from ytc_tui.engine.inputs import HaltFound, HaltLifted
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.halt import Clearance, Halt
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Gate, Phase
from ytc_tui.model.state import GATE_BEFORE_HOURS

# So many of a guard's orders are one input.
PORTION = 1_000

_BEFORE_HOURS = (Phase.INIT, Phase.PRE_MARKET, Phase.SESSION_OPEN)


def decide_halt(sit: Situation, news: HaltFound | HaltLifted) -> Iterator[ev.Event]:
    """What is new of a guard's halts and their end."""
    match news:
        case HaltFound(halt):
            yield from _found(sit, halt)
        case HaltLifted(clearance):
            yield from _lifted(sit, clearance)


def portions(found: HaltFound) -> tuple[HaltFound, ...]:
    """A halt with any number of orders as inputs that each have a few, to be decided together."""
    orders = found.halt.orders
    starts = range(0, max(len(orders), 1), PORTION)
    return tuple(HaltFound(replace(found.halt, orders=orders[at : at + PORTION])) for at in starts)


def _found(sit: Situation, halt: Halt) -> Iterator[ev.Event]:
    """Take up a halt that is not on record yet, and what of its orders is not."""
    state = sit.state
    if halt.epoch < state.halt_epoch or state.ended:
        return
    new, ours = halt.epoch > state.halt_epoch, halt.session == state.session_id
    if new:
        yield ev.GuardHalted(halt.epoch, halt.session, halt.reason, halt.acts if ours else ())
    for order in halt.orders if ours else ():
        if order.client_id not in state.orders:
            yield ev.GuardOrdered(order, *_closes_what(sit, order.symbol), halt.epoch)
    if not new:
        return
    reason = f"guard: {halt.reason}"
    if ours:
        yield from react(sit, f"guard-halted-{halt.epoch}", "guard_halted", reason)
        return
    message = f"halt {halt.epoch} of a session before this one stands: {halt.reason}"
    yield alert("halt-stands", "halt_stands", f"{message}; `ytc guard --clear` ends it")
    if state.gate is not Gate.HALTED:
        yield ev.GateChanged(state.gate, Gate.HALTED, message)


def _closes_what(sit: Situation, symbol: str) -> tuple[str, str]:
    """The trade and decision that a close of the guard's belongs to; it may have found a position whose entry
    filled after our last entry."""
    for entry in sit.state.working_orders(symbol, OrderRole.ENTRY):
        if sit.trade_on(symbol) is None:
            return entry.trade_id, entry.decision_id
    return closes_what(sit, symbol)


def _lifted(sit: Situation, clearance: Clearance) -> Iterator[ev.Event]:
    """An operator's word: the gate is as before trading hours, or waits for a resume."""
    state = sit.state
    if not state.halted or clearance.epoch < state.halt_epoch or state.ended:
        return
    yield ev.HaltCleared(clearance.epoch, clearance.actor, clearance.reason)
    flattened = state.flattening
    over = flattened is None or (flattened.verified and not flattened.final)
    if state.gate is Gate.HALTED and over:
        waiting = (
            GATE_BEFORE_HOURS
            if state.phase in _BEFORE_HOURS
            else f"halt cleared by {clearance.actor}: resume"
        )
        yield ev.GateChanged(Gate.HALTED, Gate.REDUCING, waiting)
