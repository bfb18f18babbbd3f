"""Agent 12, session review: what the session was, what was done in it, and what to learn.

Decides environment in hindsight, the quality of each trade, rule compliance and grade (domain.md
1.4-12, 2.12). Imports the agents' contract, analysis and the model. Invariants: every statement
follows from a trade or a bar; what there is too little data for is None; the figures are strings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec, figure, figure_or_none, price_r
from ytc_tui.analysis.exits import ytc
from ytc_tui.analysis.metrics.summary import efficiency, ratio, summarise
from ytc_tui.analysis.session_structure import bounded, hindsight, session_structure
from ytc_tui.model.codec import to_json
from ytc_tui.model.history import TradeResult, results_of
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.money import HUNDRED, ZERO, booked, decimal_from_float
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import Priority, TaskType
from ytc_tui.model.trades import OPEN_TRADE_STATES, ExitReason, Trade, TradeOutcome, TradeState, outcome_of
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="session_review",
    number="12",
    title="Session Review",
    phases=(Phase.POST_MARKET,),
    needs=("monitoring",),
    triggers=(Trigger.PHASE,),
    task_type=TaskType.REPORT,
    priority=Priority.HIGH,
    timeout_s=120.0,
)

_SERIES = 20  # trades below which a result says nothing (Y-47)
_EXCELLENT_R, _GOOD_R = Decimal("0.1"), Decimal("0.25")
_KEPT_SHARE = Decimal("0.5")
_MAX_SLIPS_B = 2
# What bounds the report; grade and figures count every trade.
_REVIEWS_TOLD, _TEXTS_TOLD = 40, 60
_STRUCTURE_TOLD = {"levels": 40, "swings": 120, "sequences": 80}
_PART_TAKEN_SHARE = Decimal("0.25")
_RULES = (
    "risk_per_trade", "session_limit", "max_positions", "breakeven_at_1r", "partial_at_t1", "valid_setup",
)  # fmt: skip


class _Finding(NamedTuple):
    """What stood out; `rule` is the rule that it broke, `goal` what follows from it, empty if none."""

    text: str
    rule: str = ""
    goal: str = ""
    major: bool = False


async def consider(context: AgentContext) -> AgentAnswer:
    """Environment, trades, compliance, grade and figures of the session; honest with no trade."""
    closed = [trade for trade in context.trades if trade.r_multiple is not None]
    results = results_of(closed, context.management.breakeven_band_r)
    began_ns = context.now_ns - context.minutes_elapsed * NS_PER_MIN
    by_trade = [_lessons(context, trade) for trade in closed]
    pairs = list(zip(closed, by_trade, strict=True))
    lessons = [lesson for told in by_trade for lesson in told]
    violations = [finding for finding in (*_limits_broken(context), *lessons) if finding.rule]
    broken = {violation.rule for violation in violations}
    compliance: dict[str, Any] = {rule: rule not in broken for rule in _RULES}
    told = violations[:_TEXTS_TOLD]
    compliance["violations"] = [f"{violation.rule}: {violation.text}" for violation in told]
    goals = Counter(lesson.goal for lesson in lessons)
    result = {
        "environment_classification": _environments(context, began_ns),
        "market_structure": {symbol: _structure(context, symbol, began_ns) for symbol in context.symbols},
        "trade_reviews": [_review(context, *pair) for pair in pairs[:_REVIEWS_TOLD]],
        "key_observations": _observations(context, closed),
        "lessons_learned": [lesson.text for lesson in lessons[:_TEXTS_TOLD]],
        "improvement_goals": [goal for goal, _ in goals.most_common()],
        "rule_compliance": compliance,
        "grade": grade([violation.major for violation in violations]),
        "stats": _stats(results),
        "execution_efficiency": figure_or_none(efficiency(results)),
    }
    return AgentAnswer(result)


def _environments(context: AgentContext, began_ns: int) -> dict[str, Any]:
    """Hindsight against the last reading that monitoring gave, per symbol, and the share that agree."""
    told = context.reports.get("monitoring", {}).get("market_status", {})
    actual = {symbol: hindsight(context.analysis[symbol], began_ns) for symbol in context.symbols}
    predicted = {symbol: told.get(symbol, {}).get("environment") for symbol in context.symbols}
    judged = [symbol for symbol in context.symbols if actual[symbol] and predicted[symbol]]
    agreed = sum(actual[symbol] == predicted[symbol] for symbol in judged)
    accuracy = figure_or_none(ratio(Decimal(agreed), Decimal(len(judged))))
    return {"actual": actual, "predicted": predicted, "accuracy": accuracy}


def _structure(context: AgentContext, symbol: str, began_ns: int) -> dict[str, Any] | None:
    """Levels, lettered swings and key sequences of the session, a fair share of what the report may hold."""
    failure_minutes = context.setup_params.failure_bars
    told = session_structure(context.analysis[symbol], began_ns, failure_minutes)
    if told is None:
        return None
    share = {name: max(1, most // len(context.symbols)) for name, most in _STRUCTURE_TOLD.items()}
    shown: dict[str, Any] = to_json(bounded(told, **share))
    return shown


def _review(context: AgentContext, trade: Trade, lessons: Sequence[_Finding]) -> dict[str, Any]:
    best = _optimal_entry(context, trade)
    return {
        "trade_id": trade.trade_id,
        "setup": trade.setup_kind,
        "symbol": trade.symbol,
        "was_valid_setup": None if trade.by_hand else trade.score >= context.scan.min_score,
        "entry_quality": _entry_quality(_late_r(trade, best)),
        "optimal_entry": _plain(best),
        "actual_entry": _plain(trade.entry_price),
        "optimal_exit": _plain(_optimal_exit(trade)),
        "actual_exit": _plain(_average_exit(trade)),
        "optimal_r": _plain(trade.mfe_r),
        "actual_r": _plain(trade.r_multiple),
        "efficiency": figure_or_none(efficiency(results_of([trade], context.management.breakeven_band_r))),
        "grade": grade([lesson.major for lesson in lessons if lesson.rule]),
        "exit_reason": trade.exit_reason.value if trade.exit_reason else None,
        "lessons": [lesson.text for lesson in lessons],
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(booked(value).normalize(), "f")


def _optimal_entry(context: AgentContext, trade: Trade) -> Decimal | None:
    """The best price that traded while the entry order worked, between stop and worst price allowed.

    None when those bars are not kept any more.
    """
    last_ns = trade.opened_ns - trade.opened_ns % NS_PER_MIN
    kept = context.analysis[trade.symbol].ltf_bars
    bars = [bar for bar in kept if trade.planned_ns <= bar.open_ns <= last_ns]
    if not bars:
        return None
    lowest, highest = sorted((trade.initial_stop, trade.entry_limit))
    best = min(bar.low for bar in bars) if trade.side is Side.BUY else max(bar.high for bar in bars)
    return min(max(decimal_from_float(best), lowest), highest)


def _late_r(trade: Trade, best: Decimal | None) -> Decimal | None:
    """How much worse than `best` the entry was, in R; 0 when it was better."""
    missed = price_r(trade, best) if best is not None else None
    return None if missed is None else max(ZERO, -missed)


def _entry_quality(late: Decimal | None) -> str | None:
    if late is None:
        return None
    return "excellent" if late <= _EXCELLENT_R else "good" if late <= _GOOD_R else "poor"


def _optimal_exit(trade: Trade) -> Decimal | None:
    """The price of the maximum favourable excursion."""
    entry = trade.entry_price
    if entry is None or trade.mfe_r is None:
        return None
    return entry + trade.mfe_r * abs(entry - trade.initial_stop) * trade.side.sign


def _average_exit(trade: Trade) -> Decimal | None:
    if not trade.exited_quantity:
        return None
    return trade.exit_notional / trade.exited_quantity / trade.contract_size


def _lessons(context: AgentContext, trade: Trade) -> list[_Finding]:
    actual, optimal = trade.r_multiple or ZERO, trade.mfe_r or ZERO
    late = _late_r(trade, _optimal_entry(context, trade))
    breakeven_r = context.management.breakeven_r
    found = []
    if not trade.by_hand and trade.score < context.scan.min_score:
        goal = "take only setups that reach the minimum score"
        found.append(_Finding(f"score {trade.score:.4g} is below the minimum", "valid_setup", goal))
    if late is not None and late > _GOOD_R:
        goal = "enter nearer to the wholesale price"
        found.append(_Finding(f"entered {figure(late)} R after the best price", goal=goal))
    ruled = context.management.policy == ytc.NAME  # the one that goes to breakeven at so many R
    if ruled and trade.exit_reason is ExitReason.STOP and optimal >= breakeven_r:
        goal = f"move the stop to breakeven at +{breakeven_r} R"
        found.append(_Finding(f"stopped out after +{figure(optimal)} R", "breakeven_at_1r", goal))
    if _part_missed(trade):
        found.append(_Finding("price passed T1, no part was taken", "partial_at_t1", "take part one at T1"))
    if actual < -1:
        goal = "look into slippage at the stop"
        found.append(_Finding(f"lost {figure(-actual)} R, 1 R was planned", goal=goal))
    won = outcome_of(actual, context.management.breakeven_band_r) is TradeOutcome.WIN
    if won and actual < optimal * _KEPT_SHARE:
        goal = "trail more closely after T1"
        found.append(_Finding(f"kept {figure(actual)} R of {figure(optimal)} R", goal=goal))
    return [lesson._replace(text=f"{trade.trade_id} {trade.symbol}: {lesson.text}") for lesson in found]


def _part_missed(trade: Trade) -> bool:
    """Price went beyond T1, and all of the trade ended on the initial stop."""
    optimal, average, sign = _optimal_exit(trade), _average_exit(trade), trade.side.sign
    if trade.exit_reason is not ExitReason.STOP or optimal is None or average is None:
        return False
    taken = (average - trade.initial_stop) * sign >= _PART_TAKEN_SHARE * abs(trade.t1 - trade.initial_stop)
    return (optimal - trade.t1) * sign > ZERO and not taken


def _limits_broken(context: AgentContext) -> list[_Finding]:
    """Limits that were reached or exceeded: each of them is a major violation."""
    account = context.account
    found = []
    most = account.start_balance * account.risk_per_trade_pct / HUNDRED
    for trade in context.trades:
        if trade.entered_quantity > ZERO and trade.risk_money > most:
            text = f"{trade.trade_id} risked {figure(trade.risk_money)}, {figure(most)} allowed"
            found.append(_Finding(text, "risk_per_trade", major=True))
    if account.session_pnl_pct <= -account.max_session_loss_pct:
        text = f"session P&L {figure(account.session_pnl_pct)} % reached the limit"
        found.append(_Finding(text, "session_limit", major=True))
    together = most_at_once(context.trades)
    if together > account.max_positions:
        text = f"{together} positions at once, {account.max_positions} allowed"
        found.append(_Finding(text, "max_positions", major=True))
    return found


def most_at_once(trades: Sequence[Trade]) -> int:
    """The largest number of trades that were open together."""
    entered = [trade for trade in trades if trade.entered_quantity > ZERO]
    moves = [(trade.opened_ns, 1) for trade in entered]
    moves += [(trade.closed_ns, -1) for trade in entered if trade.closed_ns]
    return max(accumulate(step for _, step in sorted(moves)), default=0)


def grade(majors: Sequence[bool]) -> str:
    """A all rules kept, B one or two slips, C more, F a major one (domain.md 1.4-12).

    One entry per violation, True for a major one.
    """
    if any(majors):
        return "F"
    return "A" if not majors else "B" if len(majors) <= _MAX_SLIPS_B else "C"


def _stats(results: Sequence[TradeResult]) -> dict[str, Any]:
    """Counts and figures (domain.md 1.4-13); None where there is nothing to divide by."""
    told = summarise(results)
    return {
        "trades_taken": told.trades,
        "winners": told.winners,
        "losers": told.losers,
        "breakevens": told.breakevens,
        "win_rate": figure_or_none(told.win_rate),
        "avg_r": figure_or_none(told.avg_r),
        "expectancy_r": figure_or_none(told.expectancy_r),
        "total_r": figure(told.total_r),
        "net_pnl": figure(told.net),
        "profit_factor": figure_or_none(told.profit_factor),
    }


def _observations(context: AgentContext, closed: Sequence[Trade]) -> list[str]:
    account = context.account
    pct = figure(account.session_pnl_pct)
    told = [f"session P&L {figure(account.session_pnl)} {account.currency} ({pct} %)"]
    if not closed:
        told.append("no trade was closed: there is no execution to judge")
    elif len(closed) < _SERIES:
        told.append(f"{len(closed)} of the {_SERIES} trades that a judgement needs")
    exits = Counter(trade.exit_reason.value for trade in closed if trade.exit_reason)
    told += [f"exits by {reason}: {count}" for reason, count in sorted(exits.items())]
    unfilled = sum(trade.state is TradeState.NOT_ENTERED for trade in context.trades)
    if unfilled:
        told.append(f"entry orders not filled: {unfilled}")
    still = [trade for trade in context.trades if trade.state in OPEN_TRADE_STATES]
    told += [f"{trade.trade_id} {trade.symbol} is still open: its result is not known" for trade in still]
    return told
