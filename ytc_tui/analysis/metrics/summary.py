"""Figures of a group of trades: win rate, expectancy, profit factor, and how R is distributed.

Decides the formulas of domain.md 1.4-13. Imports the model only. Invariants: money and R stay Decimal;
what there is nothing to divide by is None; the order of the trades does not matter, but for the drawdown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from ytc_tui.model.history import TradeResult
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.model.money import ZERO
from ytc_tui.model.trades import TradeOutcome

_NS_PER_HOUR = 60 * NS_PER_MIN
_HALF = Decimal("0.5")
_LOWEST_R, _HIGHEST_R = Decimal(-10), Decimal(25)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a group of trades came to. Rates are shares 0 to 1, money in account currency.

    `avg_loser_r` is negative; `expectancy_r` is win rate x average winner + loss rate x average loser,
    so breakeven trades weigh it down but add nothing; `avg_r` is the plain mean. `profit_factor` is gross
    profit over gross loss, None without a loss.
    """

    trades: int
    winners: int
    losers: int
    breakevens: int
    win_rate: Decimal | None
    avg_winner_r: Decimal | None
    avg_loser_r: Decimal | None
    avg_r: Decimal | None
    expectancy_r: Decimal | None
    total_r: Decimal
    best_r: Decimal | None
    worst_r: Decimal | None
    net: Decimal
    fees: Decimal
    profit_factor: Decimal | None
    mean_hold_s: int | None


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` over `whole`, None unless `whole` is above zero."""
    return part / whole if whole > ZERO else None


def summarise(results: Iterable[TradeResult]) -> Summary:
    """The figures of `results`."""
    trades = tuple(results)
    rs = [trade.r for trade in trades]
    won = [trade.r for trade in trades if trade.outcome is TradeOutcome.WIN]
    lost = [trade.r for trade in trades if trade.outcome is TradeOutcome.LOSS]
    profit = sum((trade.net for trade in trades if trade.net > ZERO), ZERO)
    loss = -sum((trade.net for trade in trades if trade.net < ZERO), ZERO)
    count = Decimal(len(trades))
    held_ns = sum(trade.closed_ns - trade.opened_ns for trade in trades)
    return Summary(
        trades=len(trades),
        winners=len(won),
        losers=len(lost),
        breakevens=len(trades) - len(won) - len(lost),
        win_rate=ratio(Decimal(len(won)), count),
        avg_winner_r=ratio(sum(won, ZERO), Decimal(len(won))),
        avg_loser_r=ratio(sum(lost, ZERO), Decimal(len(lost))),
        avg_r=ratio(sum(rs, ZERO), count),
        expectancy_r=ratio(sum(won, ZERO) + sum(lost, ZERO), count),
        total_r=sum(rs, ZERO),
        best_r=max(rs, default=None),
        worst_r=min(rs, default=None),
        net=sum((trade.net for trade in trades), ZERO),
        fees=sum((trade.fees for trade in trades), ZERO),
        profit_factor=ratio(profit, loss),
        mean_hold_s=held_ns // len(trades) // NS_PER_S if trades else None,
    )


Key = Callable[[TradeResult], str]


def setup_of(trade: TradeResult) -> str:
    return trade.setup


def direction_of(trade: TradeResult) -> str:
    return "long" if trade.side.sign > 0 else "short"


def hour_of(trade: TradeResult) -> str:
    """The UTC hour in which the trade was entered, `00` to `23`."""
    return f"{trade.opened_ns // _NS_PER_HOUR % 24:02d}"


def grouped(results: Iterable[TradeResult], key: Key) -> dict[str, tuple[TradeResult, ...]]:
    """The trades of each group, groups by name; every trade is in exactly one."""
    groups: dict[str, list[TradeResult]] = {}
    for trade in results:
        groups.setdefault(key(trade), []).append(trade)
    return {name: tuple(groups[name]) for name in sorted(groups)}


def marked(
    results: Iterable[TradeResult], marks: Mapping[str, Iterable[str]]
) -> dict[str, tuple[TradeResult, ...]]:
    """The trades under each mark, marks by name; `marks` by trade id. A trade is in the group of every mark
    that it has, so that the groups do not add up to the whole."""
    groups: dict[str, list[TradeResult]] = {}
    for trade in results:
        for mark in marks.get(trade.trade_id, ()):
            groups.setdefault(mark, []).append(trade)
    return {name: tuple(groups[name]) for name in sorted(groups)}


@dataclass(frozen=True, slots=True)
class RBin:
    """How many trades ended within [`low_r`, `low_r` + width); the outermost steps hold what lies beyond."""

    low_r: Decimal
    count: int


def r_distribution(results: Iterable[TradeResult], width_r: Decimal = _HALF) -> tuple[RBin, ...]:
    """Trades by R in steps of `width_r`, from the lowest step that has one to the highest, gaps as 0.

    Results below -10 R and above 25 R count in the step at that end.
    """
    clipped = [min(max(trade.r, _LOWEST_R), _HIGHEST_R) for trade in results]
    steps = [int((r / width_r).to_integral_value(rounding=ROUND_FLOOR)) for r in clipped]
    if not steps:
        return ()
    return tuple(RBin(step * width_r, steps.count(step)) for step in range(min(steps), max(steps) + 1))


def efficiency(results: Iterable[TradeResult]) -> Decimal | None:
    """Actual R over the R of the best exit in hindsight, the maximum favourable excursion (domain.md
    1.4-12): 0 when nothing could be won, None without a trade."""
    trades = tuple(results)
    if not trades:
        return None
    best = sum((trade.mfe_r or ZERO for trade in trades), ZERO)
    return ratio(sum((trade.r for trade in trades), ZERO), best) or ZERO


@dataclass(frozen=True, slots=True)
class Excursions:
    """Mean adverse excursion of winners (how much heat a good trade takes) and mean favourable excursion
    of losers (how much a bad one had offered), in R; `known` counts the trades with both."""

    known: int
    winners_mae_r: Decimal | None
    losers_mfe_r: Decimal | None
    mean_mae_r: Decimal | None
    mean_mfe_r: Decimal | None


def excursions(results: Iterable[TradeResult]) -> Excursions:
    known = [
        (trade.outcome, trade.mae_r, trade.mfe_r)
        for trade in results
        if trade.mae_r is not None and trade.mfe_r is not None
    ]
    return Excursions(
        known=len(known),
        winners_mae_r=mean([mae for outcome, mae, _ in known if outcome is TradeOutcome.WIN]),
        losers_mfe_r=mean([mfe for outcome, _, mfe in known if outcome is TradeOutcome.LOSS]),
        mean_mae_r=mean([mae for _, mae, _ in known]),
        mean_mfe_r=mean([mfe for _, _, mfe in known]),
    )


def mean(values: Sequence[Decimal]) -> Decimal | None:
    return ratio(sum(values, ZERO), Decimal(len(values)))


def money_drawdown(start: Decimal, changes: Iterable[Decimal]) -> Decimal:
    """The largest fall (>= 0) of a balance from its highest point so far, in money."""
    balance = peak = start
    deepest = ZERO
    for change in changes:
        balance += change
        peak = max(peak, balance)
        deepest = max(deepest, peak - balance)
    return deepest


def losing_streaks(results: Iterable[TradeResult]) -> tuple[int, int]:
    """The losing streak that stands at the end, and the longest; breakeven neither adds nor resets
    (semantics.md 5). `results` in the order in which they ended."""
    streak = longest = 0
    for trade in results:
        match trade.outcome:
            case TradeOutcome.LOSS:
                streak += 1
            case TradeOutcome.WIN:
                streak = 0
            case TradeOutcome.BREAKEVEN:
                pass
        longest = max(longest, streak)
    return streak, longest
