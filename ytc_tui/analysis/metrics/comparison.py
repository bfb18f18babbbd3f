"""Two or more runs over the same days, side by side: their figures, and whether a difference says anything.

Decides how sessions are paired and when a sample is too small to speak (domain.md Y-47). Imports its
sibling metrics and the model. Invariants: every figure is of closed trades or of the wallet, none is
guessed; a sample of fewer than `LEAST_TRADES` trades never says which run is better.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ytc_tui.analysis.metrics.interval import Interval, mean_interval, share_interval
from ytc_tui.analysis.metrics.summary import Summary, mean, money_drawdown, ratio, summarise
from ytc_tui.model.history import TradeResult
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.trades import TradeOutcome

LEAST_TRADES = 20


@dataclass(frozen=True, slots=True)
class CostedTrade:
    """A closed trade with 1 R in money and what spread and slippage took of it (fees are in the result)."""

    result: TradeResult
    risk_money: Decimal
    book_cost: Decimal

    @property
    def before_costs_r(self) -> Decimal | None:
        """Its R had nothing been paid, None without a risk to divide by."""
        return ratio(self.result.net + self.result.fees + self.book_cost, self.risk_money)


@dataclass(frozen=True, slots=True)
class SessionOutcome:
    """One session of a run, named by its local date; `head` is the last hash of its journal."""

    date: str
    start_balance: Decimal
    end_balance: Decimal
    trades: tuple[CostedTrade, ...]
    detected: dict[str, int]
    refused_by: dict[str, int]
    approved: int
    entered: int
    not_entered: int
    fees: Decimal
    book_cost: Decimal
    funding: Decimal
    head: str

    @property
    def total_r(self) -> Decimal:
        return sum((trade.result.r for trade in self.trades), ZERO)


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What a run came to. Money in account currency, shares 0 to 1, costs positive = paid.

    `expectancy_r` is that of the summary, and the interval is its own; `drawdown` is the largest fall of the
    balance over closed trades from its highest point, `drawdown_pct` of the balance at the start.
    """

    sessions: int
    detected: dict[str, int]
    refused_by: dict[str, int]
    approved: int
    entered: int
    not_entered: int
    summary: Summary
    win_rate_interval: Interval | None
    expectancy_interval: Interval | None
    expectancy_before_costs_r: Decimal | None
    drawdown: Decimal
    drawdown_pct: Decimal | None
    fees: Decimal
    book_cost: Decimal
    funding: Decimal
    net: Decimal
    before_costs: Decimal


def run_figures(sessions: Iterable[SessionOutcome]) -> RunFigures:
    """The figures of a run; `sessions` are in the order of time."""
    run = tuple(sessions)
    trades = [trade for session in run for trade in session.trades]
    results = [trade.result for trade in trades]
    whole = summarise(results)
    start = run[0].start_balance if run else ZERO
    net = (run[-1].end_balance - start) if run else ZERO
    fees = sum((session.fees for session in run), ZERO)
    book_cost = sum((session.book_cost for session in run), ZERO)
    funding = -sum((session.funding for session in run), ZERO)
    drawdown = money_drawdown(
        start, [result.net for result in sorted(results, key=lambda one: one.closed_ns)]
    )
    share = ratio(drawdown, start)
    before_costs = [trade.before_costs_r for trade in trades]
    return RunFigures(
        sessions=len(run),
        detected=_added(session.detected for session in run),
        refused_by=_added(session.refused_by for session in run),
        approved=sum(session.approved for session in run),
        entered=sum(session.entered for session in run),
        not_entered=sum(session.not_entered for session in run),
        summary=whole,
        win_rate_interval=share_interval(whole.winners, whole.trades),
        expectancy_interval=mean_interval([_counted_r(result) for result in results]),
        expectancy_before_costs_r=mean([r for r in before_costs if r is not None]),
        drawdown=drawdown,
        drawdown_pct=None if share is None else share * HUNDRED,
        fees=fees,
        book_cost=book_cost,
        funding=funding,
        net=net,
        before_costs=net + fees + book_cost + funding,
    )


def _counted_r(result: TradeResult) -> Decimal:
    """R as it enters the expectancy: a breakeven trade weighs it down and adds nothing."""
    return ZERO if result.outcome is TradeOutcome.BREAKEVEN else result.r


def _added(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Sums by name, the largest first."""
    total: dict[str, int] = {}
    for each in counts:
        for name, count in each.items():
            total[name] = total.get(name, 0) + count
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


class Says(StrEnum):
    """What a paired sample says about the difference of two runs."""

    NOTHING_DIFFERS = "nothing differs"
    TOO_SMALL = "too small"
    NOT_TOLD_APART = "not told apart"
    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Difference:
    """The second run less the first, by session: sessions that both have are pairs.

    `differing` counts pairs with another result; `same_trades` those with symbol, side and entry in common.
    `mean_r` and its interval are of the difference of a session's R, over all pairs.
    """

    pairs: int
    differing: int
    same_trades: int
    only_first: int
    only_second: int
    mean_r: Decimal | None
    interval: Interval | None
    says: Says


def difference(first: Iterable[SessionOutcome], second: Iterable[SessionOutcome]) -> Difference:
    """What `second` did otherwise than `first`."""
    one, two = ({session.date: session for session in run} for run in (first, second))
    dates = sorted(one.keys() & two.keys())
    changes = [two[date].total_r - one[date].total_r for date in dates]
    entries = [_entries(run.values()) for run in (one, two)]
    least = min(len(_trades(run.values())) for run in (one, two))
    interval = mean_interval(changes)
    differing = sum(change != ZERO for change in changes)
    return Difference(
        pairs=len(dates),
        differing=differing,
        same_trades=len(entries[0] & entries[1]),
        only_first=len(entries[0] - entries[1]),
        only_second=len(entries[1] - entries[0]),
        mean_r=mean(changes),
        interval=interval,
        says=_says(differing, entries[0] == entries[1], least, interval),
    )


def _says(differing: int, same_entries: bool, least_trades: int, interval: Interval | None) -> Says:
    if not differing and same_entries:
        return Says.NOTHING_DIFFERS
    if least_trades < LEAST_TRADES or interval is None:
        return Says.TOO_SMALL
    if interval.low > 0:
        return Says.HIGHER
    return Says.LOWER if interval.high < 0 else Says.NOT_TOLD_APART


def _trades(sessions: Iterable[SessionOutcome]) -> list[TradeResult]:
    return [trade.result for session in sessions for trade in session.trades]


def _entries(sessions: Iterable[SessionOutcome]) -> set[tuple[str, str, int]]:
    return {(trade.symbol, trade.side.value, trade.opened_ns) for trade in _trades(sessions)}
