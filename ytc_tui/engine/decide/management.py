"""What trade management and exit agents propose, checked and turned into orders.

Decides which proposals are taken. Imports the outgoing orders, the situation and the model.
Invariant: a stop only ever tightens; a proposal that does not fit its trade is dropped with an alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.decide.answers import FAR
from ytc_tui.engine.decide.outgoing import (
    has_working,
    intend_close,
    intend_stop,
    stop_entering,
    stop_unanswered,
)
from ytc_tui.engine.decide.trades import closing_for
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.tasks import ResponseMessage
from ytc_tui.model.trades import OPEN_TRADE_STATES, ExitReason, Trade, TradeState

_TRAILING = "the stop trails the price"


def decide_actions(sit: Situation, response: ResponseMessage) -> Iterator[ev.Event]:
    """The actions of one management answer, one for each trade, against the trades as they stand."""
    told: set[str] = set()
    for action in response.result.get("actions", ()):
        name = str(action.get("trade_id", ""))
        if name in told:
            yield _unfit(response, action, "a second action for one trade")
            continue
        told.add(name)
        trade = sit.state.trades.get(name)
        if trade is None or trade.state not in OPEN_TRADE_STATES:
            yield _unfit(response, action, "no such open trade")
            continue
        if has_working(sit, trade.symbol, OrderRole.EXIT) or has_working(
            sit, trade.symbol, OrderRole.FLATTEN
        ):
            continue
        match action.get("action"):
            case "tighten_stop":
                yield from _tighten(sit, response, trade, action)
            case "close":
                yield from _close(sit, response, trade, action)
            case other:
                yield _unfit(response, action, f"unknown action {other!r}")


def _tighten(
    sit: Situation, response: ResponseMessage, trade: Trade, action: dict[str, Any]
) -> Iterator[ev.Event]:
    mark = sit.mark_of(trade.symbol)
    try:
        stop = Decimal(str(action["price"]))
        basis = ExitReason(action["basis"])
        if not (stop.is_finite() and mark / FAR <= stop <= mark * FAR):
            raise ValueError(f"price {stop} is no price of {trade.symbol}, which stands at {mark}")
    except (KeyError, ValueError, InvalidOperation) as error:
        yield _unfit(response, action, str(error))
        return
    if stop_unanswered(sit, trade.symbol):
        return
    improves = (stop - trade.stop) * trade.side.sign > ZERO
    protects = (mark - stop) * trade.side.sign > ZERO
    if not (improves and protects):
        return
    yield from intend_stop(sit, trade, stop, basis, str(action.get("reason", "")))
    if basis is ExitReason.TRAILING_STOP and trade.state is not TradeState.TRAILING_STOP:
        yield ev.TradeMoved(trade.trade_id, trade.state, TradeState.TRAILING_STOP, _TRAILING)


def _close(
    sit: Situation, response: ResponseMessage, trade: Trade, action: dict[str, Any]
) -> Iterator[ev.Event]:
    try:
        reason = ExitReason(action["exit_reason"])
    except (KeyError, ValueError) as error:
        yield _unfit(response, action, str(error))
        return
    words = str(action.get("reason", ""))
    if trade.state in (TradeState.CLOSING, TradeState.CLOSE_FAILED):
        # What it was to be closed for first is what it is closed for.
        reason = closing_for(sit, trade) or reason
    yield from stop_entering(sit, trade, words)
    yield from intend_close(sit, trade.symbol, OrderRole.EXIT, reason, words)
    if trade.state is not TradeState.CLOSING:
        yield ev.TradeMoved(trade.trade_id, trade.state, TradeState.CLOSING, words)


def _unfit(response: ResponseMessage, action: dict[str, Any], why: str) -> ev.AlertRaised:
    return alert(
        f"unfit-{response.agent_name}",
        "agent_output",
        f"{response.agent_name}: action {str(action)[:120]} dropped: {why}",
    )
