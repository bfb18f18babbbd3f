"""Exit policy `ytc`: two parts, breakeven, trailing behind swings, scratch (domain.md Y-37 to Y-41).

Decides where the stop may tighten to, and when the premise is threatened enough to leave before it.
Imports the policies' contract, analysis and the model. Invariant: a trade whose stop stands at or beyond
its entry is never scratched, its risk is gone already.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ytc_tui.analysis.exit_policy import Leave, ManagementRules, OpenTrade, StopIdea, away
from ytc_tui.model.market import NS_PER_MIN, Bar, Instrument, Side
from ytc_tui.model.money import ZERO, decimal_from_float, figure, price_ceiling, price_floor
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.structure import Swing, SwingKind
from ytc_tui.model.trades import ExitReason, Trade, price_r

NAME = "ytc"
SUMMARY = "half off at T1, then breakeven and a stop behind swings; scratched when the premise is threatened"
PARTS = 2

_BASIS_POINTS = Decimal(10_000)


def shape(plan: TradePlan, instrument: Instrument, rules: ManagementRules) -> TradePlan:
    """The setup's own stop and targets."""
    return plan


# ---- stops ------------------------------------------------------------------------------------------


def stops(view: OpenTrade) -> Iterator[StopIdea]:
    """Breakeven once it is earned, then a stop behind each swing known after entry (from T1 on)."""
    trade = view.trade
    entry = trade.entry_price
    if entry is None:
        return
    part_one_done = view.part_one_done
    level = breakeven_price(entry, trade.side, view.cost_bps, view.instrument.tick)
    swings = list(_swings_since_entry(view))
    why = _breakeven_reason(view, level, swings, part_one_done)
    if why:
        yield StopIdea(level, ExitReason.BREAKEVEN_STOP, why)
    if not part_one_done:
        return
    buffer = view.rules.trail_buffer_ticks * view.instrument.tick
    for swing in swings:
        beyond = decimal_from_float(swing.price) - buffer * trade.side.sign
        price = away(beyond, trade.side, view.instrument.tick)
        yield StopIdea(price, ExitReason.TRAILING_STOP, f"behind swing {swing.kind.value} {swing.price:.10g}")


def breakeven_price(entry: Decimal, side: Side, cost_bps: Decimal, tick: Decimal) -> Decimal:
    """Entry plus the round trip's costs, on the tick grid, rounded so that costs stay covered (Y-39)."""
    price = entry + entry * cost_bps / _BASIS_POINTS * side.sign
    return price_ceiling(price, tick) if side is Side.BUY else price_floor(price, tick)


def _breakeven_reason(view: OpenTrade, level: Decimal, swings: list[Swing], part_one_done: bool) -> str:
    """Which of Y-39's conditions holds; empty while none does."""
    trade = view.trade
    if part_one_done:
        return "T1 filled: stop to breakeven plus costs"
    reached = price_r(trade, view.best) if view.best is not None else None
    if reached is not None and reached >= view.rules.breakeven_r:
        return f"price reached +{view.rules.breakeven_r} R: stop to breakeven plus costs"
    sign = trade.side.sign
    for swing in swings:
        if swing.at_ns >= trade.opened_ns and (decimal_from_float(swing.price) - level) * sign > ZERO:
            return f"favourable pivot at {swing.price:.10g}: stop to breakeven plus costs"
    return ""


def _swings_since_entry(view: OpenTrade) -> Iterator[Swing]:
    """TTF swings on the trade's protective side that became known after its entry, newest first."""
    kind = SwingKind.LOW if view.trade.side is Side.BUY else SwingKind.HIGH
    for swing in reversed(view.market.swings_ttf):
        if swing.known_ns <= view.trade.opened_ns:
            return
        if swing.kind is kind:
            yield swing


# ---- scratch ----------------------------------------------------------------------------------------


def leave(view: OpenTrade) -> Leave | None:
    """Y-41: the premise is threatened, or nothing came of it; for part two, where asked for, the guard."""
    rules, r_now, bar = view.rules, view.r_now, view.market.last
    if r_now is None or bar is None:
        return None
    if view.secured:
        return _given_back(view, bar, r_now)
    bars = view.bars(max(rules.scratch_min_bars, rules.scratch_extended_bars, rules.scratch_flow_bars))
    if bars < rules.scratch_min_bars:
        return None
    why = _counter_bar(view, bar) or _ttf_against(view) or _no_flow(view, bars)
    if not why and bars >= rules.scratch_no_progress_bars:
        if bars >= rules.scratch_extended_bars:
            why = f"not secured after {bars} bars"
        elif not _progress(view, r_now):
            why = f"no progress after {bars} bars"
    return Leave(ExitReason.SCRATCH, f"{why}, at {figure(r_now)} R") if why else None


def _given_back(view: OpenTrade, bar: Bar, r_now: Decimal) -> Leave | None:
    """The profit guard: part two had reached enough, and a wide counter bar took back too much of it."""
    guard, atr = view.rules.profit_guard, view.market.atr_ltf
    peak = price_r(view.trade, view.best) if view.best is not None else None
    if guard is None or atr is None or peak is None:
        return None
    if not view.part_one_done or not _against(bar, view.trade):
        return None
    wide = decimal_from_float(bar.high - bar.low) >= guard.bar_atr * decimal_from_float(atr)
    if not wide or peak < guard.reached_r or peak - r_now < guard.given_back * peak:
        return None
    return Leave(ExitReason.SIGNAL, f"counter bar gave back {figure(peak - r_now)} of {figure(peak)} R")


def _counter_bar(view: OpenTrade, bar: Bar) -> str:
    """A wide one-minute bar against the trade that closes with most of the risk lost."""
    rules, atr = view.rules, view.market.atr_ltf
    if atr is None or not _against(bar, view.trade):
        return ""
    wide = decimal_from_float(bar.high - bar.low) >= rules.scratch_bar_atr * decimal_from_float(atr)
    if wide and _risk_lost(view.trade, bar) >= rules.scratch_risk_lost:
        return f"counter bar of {rules.scratch_bar_atr} ATR or more"
    return ""


def _ttf_against(view: OpenTrade) -> str:
    """The trading-timeframe bar that closes with this minute: against the trade, past half the risk."""
    market = view.market
    if not market.ttf_bars:
        return ""
    bar = market.ttf_bars[-1]
    closed_now = bar.open_ns + market.params.ttf_minutes * NS_PER_MIN == market.now_ns
    lost_most = _risk_lost(view.trade, bar) > view.rules.scratch_ttf_risk_lost
    if closed_now and lost_most and _against(bar, view.trade):
        return f"{market.params.ttf_minutes}-minute bar closed against the trade"
    return ""


def _no_flow(view: OpenTrade, bars: int) -> str:
    """The trapped side's orders, expected past the last wholesale price (Y-30), did not come."""
    lwp, best = view.trade.lwp, view.best
    if lwp is None or best is None or bars < view.rules.scratch_flow_bars:
        return ""
    if (best - lwp) * view.trade.side.sign > ZERO:
        return ""
    return f"no order flow past the last wholesale price {lwp.normalize():f} after {bars} bars"


def _against(bar: Bar, trade: Trade) -> bool:
    return (bar.close - bar.open) * trade.side.sign < 0.0


def _risk_lost(trade: Trade, bar: Bar) -> Decimal:
    """Share of the initial stop distance that is lost at the bar's close (negative in profit)."""
    lost = price_r(trade, decimal_from_float(bar.close))
    return ZERO if lost is None else -lost


def _progress(view: OpenTrade, r_now: Decimal) -> bool:
    """Whether the trade stands far enough in profit, or on its way to T1, to be given more time."""
    t1_r = price_r(view.trade, view.trade.t1)
    far = t1_r is not None and t1_r > ZERO and r_now >= view.rules.scratch_t1_progress * t1_r
    return far or r_now >= view.rules.scratch_progress_r
