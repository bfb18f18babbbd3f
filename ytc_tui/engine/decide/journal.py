"""While the journal is away, or not yet verified whole after a restart, nothing new is risked.

Imports the alarms, the situation and the model. Invariant: the gate opens again by itself only if it was the
journal alone that closed it, and trading hours last.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide.alarms import entries_off, react, unlatched
from ytc_tui.engine.decide.outgoing import closes_what
from ytc_tui.engine.emergency_lines import order_of
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.session import Gate, Phase
from ytc_tui.model.state import GATE_JOURNAL


def decide_stalled(sit: Situation, message: str) -> Iterator[ev.Event]:
    """The journal cannot accept writes."""
    yield from react(sit, "journal-stalled", "journal_unavailable", message, f"{GATE_JOURNAL}{message}")


def decide_returned(sit: Situation, acted: tuple[str, ...]) -> Iterator[ev.Event]:
    """It can again; `acted` is what was sent meanwhile."""
    if acted:
        yield ev.EmergencyActed(acted)
    for order in filter(None, map(order_of, acted)):
        # A process before this one sent it and died before it was on record.
        if order.client_id not in sit.state.orders:
            yield ev.EmergencyOrdered(order, *_belongs_to(sit, order.symbol))
    yield from _reopened(sit, "the journal accepts writes again")


def _belongs_to(sit: Situation, symbol: str) -> tuple[str, str]:
    """The trade and decision that an order on `symbol` belongs to: those of what is held, else the last."""
    if sit.trade_on(symbol) is None:
        for trade in reversed(sit.state.trades.values()):
            if trade.symbol == symbol:
                return trade.trade_id, trade.decision_id
    return closes_what(sit, symbol)


def decide_checked(sit: Situation, done: bool) -> Iterator[ev.Event]:
    """The whole chain of a recovered session is verified, or still being verified."""
    if done:
        yield from _reopened(sit, "the whole journal is verified")
    else:
        yield from entries_off(sit, f"{GATE_JOURNAL}its whole chain is being verified")


def _reopened(sit: Situation, reason: str) -> Iterator[ev.Event]:
    state = sit.state
    hours = state.phase is Phase.ACTIVE_TRADING and sit.at_ns < sit.window.planned_end_ns
    whole = not sit.journal_away and not sit.chain_unchecked
    allowed = hours and whole and sit.pnl_pct() > -sit.policy.limits.entries_off_loss_pct
    if state.gate is Gate.REDUCING and unlatched(sit) and allowed:
        yield ev.GateChanged(Gate.REDUCING, Gate.ACTIVE, reason)
