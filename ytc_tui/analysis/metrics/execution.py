"""How well orders were executed: slippage, and the share of maker fills.

Decides what slippage is: how much worse than the order's own price it filled, positive = worse. Imports
the model only. Invariants: every execution counts alike in a mean of slippage; an execution
without a price to compare with enters none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.analysis.metrics.summary import mean, ratio
from ytc_tui.model.history import Execution
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import Liquidity


@dataclass(frozen=True, slots=True)
class ExecutionQuality:
    """Figures of a group of executions. `compared` counts those with a price that was asked for.

    `maker_share` is by notional, None where liquidity is not known. `book_cost_bps` is what spread and
    slippage of the book took, in basis points of the reference, weighed by notional.
    """

    executions: int
    compared: int
    mean_slippage_ticks: Decimal | None
    worst_slippage_ticks: Decimal | None
    mean_slippage_r: Decimal | None
    worst_slippage_r: Decimal | None
    maker_share: Decimal | None
    book_cost_bps: Decimal | None


def slippage(execution: Execution) -> Decimal | None:
    """How much worse than asked it filled, in price; negative = better; None without an asked price."""
    if execution.asked is None:
        return None
    return (execution.price - execution.asked) * execution.side.sign


def slippage_ticks(execution: Execution) -> Decimal | None:
    slipped = slippage(execution)
    return None if slipped is None or not execution.tick else slipped / execution.tick


def slippage_r(execution: Execution) -> Decimal | None:
    """Slippage in initial stop distances of the trade."""
    slipped = slippage(execution)
    return None if slipped is None or not execution.stop_distance else slipped / execution.stop_distance


def execution_quality(executions: Iterable[Execution]) -> ExecutionQuality:
    done = tuple(executions)
    ticks = [each for each in map(slippage_ticks, done) if each is not None]
    rs = [each for each in map(slippage_r, done) if each is not None]
    known = [each for each in done if each.liquidity is not None]
    maker = sum((_notional(each) for each in known if each.liquidity is Liquidity.MAKER), ZERO)
    return ExecutionQuality(
        executions=len(done),
        compared=sum(each.asked is not None for each in done),
        mean_slippage_ticks=mean(ticks),
        worst_slippage_ticks=max(ticks, default=None),
        mean_slippage_r=mean(rs),
        worst_slippage_r=max(rs, default=None),
        maker_share=ratio(maker, sum(map(_notional, known), ZERO)),
        book_cost_bps=_book_cost_bps(done),
    )


def _notional(execution: Execution) -> Decimal:
    return execution.quantity * execution.price


def _book_cost_bps(executions: Iterable[Execution]) -> Decimal | None:
    cost = base = ZERO
    for each in executions:
        if each.reference is not None:
            cost += (each.price - each.reference) * each.side.sign * each.quantity
            base += each.reference * each.quantity
    share = ratio(cost, base)
    return None if share is None else share * 10_000
