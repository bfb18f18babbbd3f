"""Cases of the rules about the session, the market, news and the venue.

Decides the figures. Imports what a session can be told, and the model. Invariants: a boundary is reckoned
from the limits in force, never asked of the rule that is drilled; a case leaves the rest as it is.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ytc_tui.config import Settings
from ytc_tui.drill import tape
from ytc_tui.drill.rule_case import RuleCase, usual
from ytc_tui.drill.scene import ACTOR, ASK_MINUTE, Scene
from ytc_tui.drill.scripts import trade_idea
from ytc_tui.drill.told import HAIR, holds, instrument, lost, news, stands
from ytc_tui.engine.situation import Situation
from ytc_tui.model.commands import Verb
from ytc_tui.model.drawdown import LedgerSpan, Span
from ytc_tui.model.events import LedgerFixed
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.money import HUNDRED, ONE, ZERO, price_floor
from ytc_tui.model.news import Impact
from ytc_tui.model.own import Bias, OwnBias
from ytc_tui.model.session import Gate
from ytc_tui.model.signals import Setup

# ---- the session and its counts -----------------------------------------------------------------------


def _sound_input(sit: Situation, outside: bool) -> Setup:
    if outside:
        instrument(sit, tape.FIRST, maintenance_margin=Decimal("NaN"))
    return trade_idea(sit)


async def _stop_entries(scene: Scene) -> None:
    if scene.once("stop-entries", ASK_MINUTE - 2):
        scene.say(Verb.STOP_ENTRIES)


def _session_loss(sit: Situation, outside: bool) -> Setup:
    line = sit.policy.limits.entries_off_loss_pct
    lost(sit, line if outside else line - HAIR)
    return trade_idea(sit)


def _drawdown(sit: Situation, outside: bool) -> Setup:
    ledger = sit.state.ledger
    assert ledger is not None
    held = min(ledger.spans, key=lambda span: span.limit_pct)
    used = held.limit_pct if outside else held.limit_pct - HAIR
    before = sit.base_balance()
    span = LedgerSpan(Span.DAY, held.since, before, held.warn_pct, held.limit_pct)
    holds(sit, before * (ONE - used / HUNDRED))
    sit.state.ledger = LedgerFixed(1, (span,))
    return trade_idea(sit)


def _capacity(sit: Situation, outside: bool) -> Setup:
    limits = sit.policy.limits
    line = limits.max_session_loss_pct - limits.min_capacity_pct
    lost(sit, line if outside else line - HAIR)
    return trade_idea(sit)


def _max_positions(sit: Situation, outside: bool) -> Setup:
    for number in range(sit.policy.limits.max_positions - (not outside)):
        stands(sit, f"DRILL{number}")
    return trade_idea(sit)


def _bias(sit: Situation, outside: bool) -> Setup:
    bias = Bias.SHORT_ONLY if outside else Bias.LONG_ONLY
    sit.state.biases[tape.FIRST] = OwnBias(tape.FIRST, bias, "", ACTOR, sit.at_ns + NS_PER_MIN)
    return trade_idea(sit)


def _losing_streak(sit: Situation, outside: bool) -> Setup:
    sit.state.consecutive_losses = sit.policy.limits.max_consecutive_losses - (not outside)
    return trade_idea(sit)


def _trade_count(sit: Situation, outside: bool) -> Setup:
    sit.state.trades_taken = sit.policy.limits.max_trades_per_session - (not outside)
    return trade_idea(sit)


def _session_time(sit: Situation, outside: bool) -> Setup:
    sit.window = replace(sit.window, planned_end_ns=sit.at_ns + (not outside))
    return trade_idea(sit)


def _rejects_in_row(sit: Situation, outside: bool) -> Setup:
    sit.state.rejects_in_row = sit.policy.limits.max_rejects_in_row - (not outside)
    return trade_idea(sit)


def _order_rate(sit: Situation, outside: bool) -> Setup:
    sent = sit.policy.limits.max_orders_per_minute - (not outside)
    sit.state.order_times_ns = (sit.at_ns,) * sent
    return trade_idea(sit)


# ---- market, news and venue ---------------------------------------------------------------------------


def _blackout(sit: Situation, outside: bool) -> Setup:
    rules = sit.policy.news.rules
    news(sit, Impact.HIGH, sit.at_ns + rules.before_ns + (not outside) * NS_PER_MIN)
    return trade_idea(sit)


def _blackout_off(settings: Settings) -> str:
    risk = settings.risk
    if risk.blackout_before_min or risk.blackout_after_min:
        return ""
    return "risk.blackout_before_min and blackout_after_min are 0"


def _restricted_size(sit: Situation, outside: bool) -> Setup:
    rules = sit.policy.news.rules
    news(sit, Impact.MEDIUM, sit.at_ns + rules.restricted_ns + (not outside) * NS_PER_MIN)
    return trade_idea(sit)


def _restricted_off(settings: Settings) -> str:
    if not settings.risk.restricted_min:
        return "risk.restricted_min is 0"
    return "risk.restricted_size_pct is 100" if settings.risk.restricted_size_pct == HUNDRED else ""


def _symbol_clear(sit: Situation, outside: bool) -> Setup:
    symbol = tape.FIRST if outside else tape.SECOND
    contract = sit.market.instruments[symbol].contract_size
    stands(sit, symbol, unknown=True)
    instrument(sit, symbol, contract_size=contract)
    return trade_idea(sit)


def _price_collar(sit: Situation, outside: bool) -> Setup:
    atr = sit.market.analysis[tape.FIRST].atr_ttf
    last = sit.market.mark(tape.FIRST)
    assert atr is not None and last is not None
    tick = sit.market.instruments[tape.FIRST].tick
    farthest = last + sit.policy.limits.price_collar_atr * Decimal(repr(round(atr, 10)))
    limit = price_floor(farthest, tick) + (tick if outside else ZERO)
    return trade_idea(sit, limit=float(limit))


def _spread(sit: Situation, outside: bool) -> Setup:
    limits = sit.policy.limits
    half_bps = limits.max_spread_pct * HUNDRED / 2 + (HAIR if outside else ZERO)
    sit.policy = replace(sit.policy, limits=replace(limits, half_spread_bps=half_bps))
    return trade_idea(sit)


def _gate_open(sit: Situation, outside: bool) -> Setup:
    # The gate was closed by an operator's command before; here it is only looked at.
    assert (sit.state.gate is Gate.ACTIVE) is not outside, f"gate is {sit.state.gate}"
    return trade_idea(sit)


CASES: dict[str, RuleCase] = {
    "sound_input": RuleCase(_sound_input),
    "gate_open": RuleCase(_gate_open, act=_stop_entries),
    "session_loss": RuleCase(_session_loss),
    "drawdown": RuleCase(_drawdown),
    "capacity": RuleCase(_capacity),
    "max_positions": RuleCase(_max_positions),
    "bias": RuleCase(_bias),
    "losing_streak": RuleCase(_losing_streak),
    "trade_count": RuleCase(_trade_count),
    "session_time": RuleCase(_session_time),
    "blackout": RuleCase(_blackout, off=_blackout_off),
    "market_data": RuleCase(usual, bars={(ASK_MINUTE - 1, tape.FIRST): None}),
    "symbol_clear": RuleCase(_symbol_clear),
    "rejects_in_row": RuleCase(_rejects_in_row),
    "order_rate": RuleCase(_order_rate),
    "price_collar": RuleCase(_price_collar),
    "spread": RuleCase(_spread),
    "restricted_size": RuleCase(_restricted_size, off=_restricted_off),
}
