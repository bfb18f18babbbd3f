"""Agent 09, trade management: where the protective stop of each open trade may tighten to.

Decides breakeven and trailing (domain.md Y-36, Y-39, Y-40). Imports the agents' contract, analysis and
the model. Invariants: a proposed stop is tighter than the one in force and on the protective side of
the mark; at most one proposal per trade and run. Partials rest at the venue as limit orders.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, price_r
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import Instrument, Side
from ytc_tui.model.money import ZERO, decimal_from_float, floor_to_step, price_ceiling, price_floor
from ytc_tui.model.session import Phase
from ytc_tui.model.structure import Swing, SwingKind
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.trades import OPEN_TRADE_STATES, ExitReason, Trade, TradeState
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="trade_management",
    number="09",
    title="Trade Management",
    phases=(Phase.ACTIVE_TRADING,),
    needs=(),
    triggers=(Trigger.LOWER_CLOSE,),
    task_type=TaskType.EXECUTE,
    priority=Priority.CRITICAL,
    timeout_s=30.0,
    critical=True,
)

_BASIS_POINTS = Decimal(10_000)
_MANAGED = frozenset(
    {
        TradeState.PARTIALLY_FILLED,
        TradeState.IN_POSITION,
        TradeState.T1_HIT,
        TradeState.TRAILING_STOP,
    }
)


@dataclass(frozen=True, slots=True)
class _Stop:
    """A stop that may be proposed, and why."""

    price: Decimal
    basis: ExitReason
    reason: str


async def consider(context: AgentContext) -> AgentAnswer:
    """`actions`: stops to tighten; `position_updates`: each open trade's stop, targets and parts."""
    actions: list[dict[str, Any]] = []
    updates: dict[str, Any] = {}
    alerts: list[str] = []
    for trade in context.trades:
        if trade.state not in OPEN_TRADE_STATES:
            continue
        part_one_done = t1_filled(context, trade)
        updates[trade.trade_id] = _update(trade, part_one_done)
        if trade.state in (TradeState.UNPROTECTED, TradeState.CLOSE_FAILED):
            alerts.append(f"{trade.trade_id} {trade.symbol}: {trade.state.value}")
        if trade.state not in _MANAGED:
            continue
        stop = _tightest(context, trade, part_one_done)
        if stop is not None:
            actions.append(
                {
                    "trade_id": trade.trade_id,
                    "action": "tighten_stop",
                    "price": format(stop.price, "f"),
                    "basis": stop.basis.value,
                    "reason": stop.reason,
                }
            )
    return AgentAnswer({"actions": actions, "position_updates": updates, "alerts": alerts})


def _update(trade: Trade, part_one_done: bool) -> dict[str, Any]:
    targets = [] if part_one_done else [trade.t1]
    if trade.t2 is not None:
        targets.append(trade.t2)
    entry = trade.entry_price
    return {
        "stop_loss": format(trade.stop, "f"),
        "targets_remaining": [format(target, "f") for target in targets],
        "breakeven": entry is not None and (trade.stop - entry) * trade.side.sign >= ZERO,
        "closed_quantity": format(trade.exited_quantity, "f"),
    }


def t1_filled(context: AgentContext, trade: Trade) -> bool:
    """Whether part one was taken at T1.

    The trade's state says so unless it was UNPROTECTED in between; then the quantity that is gone
    and a price that passed T1 say it.
    """
    if trade.state in (TradeState.T1_HIT, TradeState.TRAILING_STOP):
        return True
    extreme = _best_price(context, trade)
    if extreme is None or (extreme - trade.t1) * trade.side.sign < ZERO:
        return False
    part_one = trade.part_one_quantity
    if trade.entered_quantity != trade.planned_quantity:
        part_one = floor_to_step(trade.entered_quantity / 2, context.instruments[trade.symbol].lot)
    return ZERO < part_one <= trade.exited_quantity


def _best_price(context: AgentContext, trade: Trade) -> Decimal | None:
    """The most favourable price since entry, None when it is not known."""
    extremes = context.excursions.get(trade.trade_id)
    if extremes is None:
        return None
    return decimal_from_float(extremes[1] if trade.side is Side.BUY else extremes[0])


def _tightest(context: AgentContext, trade: Trade, part_one_done: bool) -> _Stop | None:
    """The tightest stop that may be set now; breakeven goes before trailing on a tie."""
    mark = context.mark_of(trade.symbol)
    instrument = context.instruments[trade.symbol]
    sign = trade.side.sign
    if mark is None:
        return None
    best: _Stop | None = None
    in_force = trade.stop
    for stop in _candidates(context, trade, instrument, part_one_done):
        tighter = (stop.price - in_force) * sign > ZERO
        protects = (mark - stop.price) * sign > ZERO
        if tighter and protects:
            best, in_force = stop, stop.price
    return best


def _candidates(
    context: AgentContext, trade: Trade, instrument: Instrument, part_one_done: bool
) -> Iterator[_Stop]:
    """Breakeven once it is earned, then a stop behind each swing known after entry (from T1 on)."""
    entry = trade.entry_price
    if entry is None:
        return
    level = breakeven_price(entry, trade.side, context.cost_bps, instrument.tick)
    swings = list(_swings_since_entry(context.analysis[trade.symbol], trade))
    why = _breakeven_reason(context, trade, level, swings, part_one_done)
    if why:
        yield _Stop(level, ExitReason.BREAKEVEN_STOP, why)
    if not part_one_done:
        return
    buffer = context.management.trail_buffer_ticks * instrument.tick
    for swing in swings:
        beyond = decimal_from_float(swing.price) - buffer * trade.side.sign
        price = _away(beyond, trade.side, instrument.tick)
        yield _Stop(price, ExitReason.TRAILING_STOP, f"behind swing {swing.kind.value} {swing.price:.10g}")


def breakeven_price(entry: Decimal, side: Side, cost_bps: Decimal, tick: Decimal) -> Decimal:
    """Entry plus the round trip's costs, on the tick grid, rounded so that costs stay covered (Y-39)."""
    price = entry + entry * cost_bps / _BASIS_POINTS * side.sign
    return price_ceiling(price, tick) if side is Side.BUY else price_floor(price, tick)


def _away(price: Decimal, side: Side, tick: Decimal) -> Decimal:
    """`price` on the tick grid, rounded away from the market."""
    return price_floor(price, tick) if side is Side.BUY else price_ceiling(price, tick)


def _breakeven_reason(
    context: AgentContext, trade: Trade, level: Decimal, swings: list[Swing], part_one_done: bool
) -> str:
    """Which of Y-39's conditions holds; empty while none does."""
    if part_one_done:
        return "T1 filled: stop to breakeven plus costs"
    best = _best_price(context, trade)
    reached = price_r(trade, best) if best is not None else None
    if reached is not None and reached >= context.management.breakeven_r:
        return f"price reached +{context.management.breakeven_r} R: stop to breakeven plus costs"
    sign = trade.side.sign
    for swing in swings:
        if swing.at_ns >= trade.opened_ns and (decimal_from_float(swing.price) - level) * sign > ZERO:
            return f"favourable pivot at {swing.price:.10g}: stop to breakeven plus costs"
    return ""


def _swings_since_entry(market: SymbolAnalysis, trade: Trade) -> Iterator[Swing]:
    """TTF swings on the trade's protective side that became known after its entry, newest first."""
    kind = SwingKind.LOW if trade.side is Side.BUY else SwingKind.HIGH
    for swing in reversed(market.swings_ttf):
        if swing.known_ns <= trade.opened_ns:
            return
        if swing.kind is kind:
            yield swing
