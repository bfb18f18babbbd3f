"""Performance figures of a reported session, recomputed from its fills and closed trades.

Decides which figures a report gives and how they are rounded for people. Imports the metrics and the
report. Invariant: the same formulas as the agents use; what there is nothing to divide by is -.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.analysis.metrics import summary
from ytc_tui.analysis.metrics.execution import ExecutionQuality, execution_quality
from ytc_tui.model.history import Execution
from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import Liquidity, OrderRole
from ytc_tui.model.own import marks_by_trade
from ytc_tui.views.report import SessionReport
from ytc_tui.views.section import Section

_CENT = Decimal("0.01")
_GROUPS = (
    ("setup", summary.setup_of),
    ("direction", summary.direction_of),
    ("hour (UTC)", summary.hour_of),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """`groups` by what they are grouped by and name; `drawdown` in money, from the highest
    balance; `marked` by tag and by mistake code, a trade under each that it has."""

    whole: summary.Summary
    groups: dict[str, dict[str, summary.Summary]]
    distribution: tuple[summary.RBin, ...]
    excursions: summary.Excursions
    efficiency: Decimal | None
    drawdown: Decimal
    recovery_factor: Decimal | None
    execution: ExecutionQuality
    slippage_by_role: dict[str, ExecutionQuality]
    marked: dict[str, dict[str, summary.Summary]]


def figures_of(report: SessionReport, ticks: Mapping[str, Decimal]) -> Figures:
    """The figures of `report`; `ticks` are the price steps of the symbols that are known."""
    results = report.results
    whole = summary.summarise(results)
    drawdown = summary.money_drawdown(report.result.start_balance, [row.amount for row in report.ledger[1:]])
    executions = executions_of(report, ticks)
    roles = sorted({execution.role for execution in executions})
    return Figures(
        whole=whole,
        groups={
            title: {name: summary.summarise(group) for name, group in summary.grouped(results, key).items()}
            for title, key in _GROUPS
        },
        distribution=summary.r_distribution(results),
        excursions=summary.excursions(results),
        efficiency=summary.efficiency(results),
        drawdown=drawdown,
        recovery_factor=summary.ratio(report.result.pnl, drawdown),
        execution=execution_quality(executions),
        slippage_by_role={
            role.value: execution_quality([each for each in executions if each.role is role])
            for role in roles
        },
        marked={
            title: {name: summary.summarise(each) for name, each in summary.marked(results, marks).items()}
            for title, marks in _marks_of(report)
        },
    )


def _marks_of(report: SessionReport) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    yield "tag", marks_by_trade((note.trade_id, note.tags.split()) for note in report.notes)
    yield "mistake", marks_by_trade((note.trade_id, note.mistakes.split()) for note in report.notes)


def executions_of(report: SessionReport, ticks: Mapping[str, Decimal]) -> tuple[Execution, ...]:
    """Every fill of an order of ours."""
    distances = {
        trade.trade_id: abs(trade.entry_price - trade.initial_stop)
        for trade in report.trades
        if trade.entry_price is not None
    }
    return tuple(
        Execution(
            role=OrderRole(fill.role),
            symbol=fill.symbol,
            side=Side(fill.side),
            quantity=fill.quantity,
            price=fill.price,
            asked=fill.asked,
            reference=fill.reference_price,
            liquidity=Liquidity(fill.liquidity),
            tick=ticks.get(fill.symbol),
            stop_distance=distances.get(fill.trade_id),
        )
        for fill in report.fills
        if fill.role
    )


def figure_sections(report: SessionReport, figures: Figures) -> tuple[Section, ...]:
    """The figures as tables; those about trades are left out where none was closed."""
    found = []
    if figures.whole.trades:
        found.append(Section("Performance", (), tuple(_performance(report, figures))))
        found.append(Section("By setup, direction and hour", _GROUP_COLUMNS, tuple(_groups(figures.groups))))
        if any(figures.marked.values()):
            marked = tuple(_groups(figures.marked))
            found.append(Section("By tag and mistake code", _GROUP_COLUMNS, marked))
        width = Decimal("0.5")
        rows = tuple(
            (f"{each.low_r:+.1f} to {each.low_r + width:+.1f} R", f"{each.count}")
            for each in figures.distribution
        )
        found.append(Section("R distribution", ("result", "trades"), rows))
    if report.orders.sent:
        found.append(Section("Execution", (), tuple(_execution(report, figures))))
    return tuple(found)


def _performance(report: SessionReport, figures: Figures) -> Iterator[tuple[str, str]]:
    whole, heat = figures.whole, figures.excursions
    yield "closed trades", f"{whole.trades}"
    yield "win rate", _percent(whole.win_rate)
    yield "expectancy", _r(whole.expectancy_r)
    yield "average winner, loser", f"{_r(whole.avg_winner_r)}, {_r(whole.avg_loser_r)}"
    yield "best, worst", f"{_r(whole.best_r)}, {_r(whole.worst_r)}"
    yield "profit factor", _number(whole.profit_factor)
    yield "mean hold", "-" if whole.mean_hold_s is None else _duration(whole.mean_hold_s)
    yield "execution efficiency", _percent(figures.efficiency)
    yield "mean MAE, MFE", f"{_r(heat.mean_mae_r)}, {_r(heat.mean_mfe_r)}"
    yield "MAE of winners, MFE of losers", f"{_r(heat.winners_mae_r)}, {_r(heat.losers_mfe_r)}"
    unit = f" {report.result.currency}".rstrip()
    yield "largest drawdown (booked)", f"{figures.drawdown:,.2f}{unit}"
    yield "recovery factor", _number(figures.recovery_factor)


_GROUP_COLUMNS = ("by", "group", "trades", "win rate", "expectancy R", "total R", "P&L", "profit factor")


def _groups(figures: Mapping[str, dict[str, summary.Summary]]) -> Iterator[tuple[str, ...]]:
    for title, groups in figures.items():
        for name, group in groups.items():
            yield (
                title,
                name,
                f"{group.trades}",
                _percent(group.win_rate),
                "-" if group.expectancy_r is None else f"{group.expectancy_r:+.2f}",
                f"{group.total_r:+.2f}",
                f"{group.net:+,.2f}",
                _number(group.profit_factor),
            )


def _execution(report: SessionReport, figures: Figures) -> Iterator[tuple[str, str]]:
    counts, quality = report.orders, figures.execution
    yield (
        "orders",
        f"{counts.sent} sent, {counts.filled} filled, {counts.unfilled} ended unfilled, "
        f"{counts.rejected} rejected, {counts.by_hand} by hand",
    )
    yield "fills", f"{quality.executions}"
    yield "maker share of notional", _percent(quality.maker_share)
    cost = quality.book_cost_bps
    yield "spread and slippage of the book", "-" if cost is None else f"{cost:.2f} bps"
    for role, each in figures.slippage_by_role.items():
        if each.compared:
            ticks, worst = _number(each.mean_slippage_ticks), _number(each.worst_slippage_ticks)
            told = f"mean {ticks} ticks ({_r(each.mean_slippage_r)}), worst {worst} ticks"
            yield f"slippage of {role.replace('_', ' ')}", f"{told}; below 0 is better than asked"


def _r(value: Decimal | None) -> str:
    return "-" if value is None else f"{_rounded(value):+.2f} R"


def _number(value: Decimal | None) -> str:
    return "-" if value is None else f"{_rounded(value):,.2f}"


def _rounded(value: Decimal) -> Decimal:
    """To two places, and never a zero below zero."""
    return value.quantize(_CENT) + ZERO


def _percent(share: Decimal | None) -> str:
    return "-" if share is None else f"{share * 100:.1f} %"


def _duration(seconds: int) -> str:
    return f"{seconds // 60} min {seconds % 60:02d} s"
