"""The ticket: a new trade by hand, sized by the 1 % rule (semantics.md 6).

Decides its plan and what the gate's answer becomes. Imports the entries, the gate, ids, the situation and
the model. Invariants: a ticket passes every risk rule that a setup's proposal passes (those about setups
do not apply), is a limit entry with its stop attached, and ends in a decision with its verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ytc_tui.engine.decide.correlated import decide_correlated
from ytc_tui.engine.decide.entries import Origin, enter_with, entry_order, risk_request, sized
from ytc_tui.engine.decide.hand import off_grid
from ytc_tui.engine.ids import decision_id
from ytc_tui.engine.risk.gate import assess
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Ticket
from ytc_tui.model.market import Side
from ytc_tui.model.money import ONE, ZERO, price_ceiling, price_floor
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.trades import MANUAL

_BPS = Decimal(10_000)


def ticket_refusal(sit: Situation, command: Command, ticket: Ticket) -> str:
    """Why no plan can be made of `ticket`; empty when the gate can be asked."""
    symbol = command.target
    if symbol not in sit.market.symbols:
        return f"no symbol {symbol!r} in this session: {', '.join(sit.market.symbols)}"
    if sit.market.mark(symbol) is None:
        return f"no price of {symbol} was met yet"
    prices = (("stop", ticket.stop), ("target", ticket.target), ("limit", ticket.limit))
    found = (off_grid(sit, symbol, name, price) for name, price in prices if price is not None)
    return next(filter(None, found), "")


def decide_ticket(sit: Situation, command: Command, ticket: Ticket) -> Iterator[ev.Event]:
    """The decision on `ticket` and, if it is granted, the trade and its entry order."""
    number = decision_id(sit.state.decisions_made + 1)
    plan = _plan(sit, command.target, ticket)
    origin = Origin(f"{MANUAL}-{plan.symbol}-{plan.side}-{number}", MANUAL, 0.0, 1)
    request = risk_request(sit, plan)
    answer = assess(request, sit.policy.limits)
    if answer.refused_by:
        yield ev.CommandRefused(command, f"{number} refused: {answer.reason}")
    else:
        yield ev.CommandTaken(command)
    yield ev.DecisionMade(
        number,
        origin.setup_id,
        answer.plan,
        answer.verdicts,
        answer.asked,
        answer.granted,
        answer.refused_by,
        answer.reason,
        sit.market.bar_ref(plan.symbol),
    )
    yield from decide_correlated(sit, request)
    if not answer.refused_by:
        yield from enter_with(sit, answer, entry_order(sit, answer.plan, number), number, origin)


def _plan(sit: Situation, symbol: str, ticket: Ticket) -> TradePlan:
    """`ticket` with its entry and size; all of it leaves at the one target."""
    entry = ticket.limit if ticket.limit is not None else _worst_price(sit, symbol, ticket.side)
    plan = TradePlan(symbol, ticket.side, ZERO, entry, ticket.stop, ticket.target, None, ZERO)
    return sized(sit, plan, ticket.stop)


def _worst_price(sit: Situation, symbol: str, side: Side) -> Decimal:
    """The last price worsened by the largest slippage allowed, on the tick grid, never beyond it."""
    worst = sit.mark_of(symbol) * (ONE + side.sign * sit.policy.max_slippage_bps / _BPS)
    tick = sit.market.instruments[symbol].tick
    return price_floor(worst, tick) if side is Side.BUY else price_ceiling(worst, tick)
