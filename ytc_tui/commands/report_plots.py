"""The small plots of a report: equity, R distribution, excursions, efficiency, and the funnel.

Decides their axes. Imports the report and its figures. Invariant: each plot shows every trade that the
figures count, and says so in words where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ytc_tui.commands.report_figures import Figures
from ytc_tui.commands.svg import Scale, element, figure, line, number, rect, text, ticks, title
from ytc_tui.model.history import TradeResult
from ytc_tui.model.money import ZERO
from ytc_tui.views.report import SessionReport
from ytc_tui.views.report_tables import Funnel

WIDTH, HEIGHT = 540, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 528, 14, 208
_MOST_BARS = 24
_ROW_PX = 26


def equity(report: SessionReport) -> str:
    """The booked balance over time, a step at each fill, fee and funding."""
    rows = report.ledger
    begin, end = report.header.init_ns, max(report.header.until_ns, report.header.init_ns + 1)
    balances = [float(row.balance) for row in rows]
    low, high = min(balances), max(balances)
    room = (high - low) * 0.1 or high * 0.0005 or 1.0
    times, money = Scale(begin, end, _LEFT, _RIGHT), Scale(low - room, high + room, _BOTTOM, _TOP)
    points: list[str] = []
    for row, balance in zip(rows, balances, strict=True):
        x = times(row.at_ns)
        if points:
            points.append(f"{x},{points[-1].split(',')[1]}")
        points.append(f"{x},{money(balance)}")
    points.append(f"{_RIGHT},{money(balances[-1])}")
    start = money(float(report.result.start_balance))
    label = f"balance from {number(balances[0])} to {number(balances[-1])} {report.result.currency}"
    return figure(
        WIDTH,
        HEIGHT,
        label,
        (
            *_rows(money, 5),
            line(_LEFT, start, _RIGHT, start, "zero"),
            element("polyline", title(label), points=" ".join(points), cls="equity"),
            text(_LEFT, _BOTTOM + 22, report.header.init[11:16], "axis"),
            text(_RIGHT, _BOTTOM + 22, report.header.ended[11:16], "axis", "end"),
        ),
    )


def distribution(figures: Figures) -> str:
    """How many trades ended in each half R."""
    bins = figures.distribution
    low, high = float(bins[0].low_r), float(bins[-1].low_r) + 0.5
    low, high = min(low, -1.0), max(high, 1.0)
    across = Scale(low, high, _LEFT, _RIGHT)
    up = Scale(0, max(each.count for each in bins), _BOTTOM, _TOP)
    parts = [*_rows(up, 4, whole=True), *_columns(across)]
    for each in bins:
        if each.count:
            x, y = across(float(each.low_r)), up(each.count)
            cls = "bar good" if each.low_r >= ZERO else "bar bad"
            told = f"{each.count} trades from {each.low_r:+.1f} R to below {float(each.low_r) + 0.5:+.1f} R"
            width = across(float(each.low_r) + 0.5) - x - 2
            parts.append(rect(x + 1, y, width, _BOTTOM - y, cls, told))
    zero = across(0.0)
    parts.append(line(zero, _TOP, zero, _BOTTOM, "zero"))
    return figure(WIDTH, HEIGHT, "trades by R", parts)


def excursions(results: Sequence[TradeResult]) -> str:
    """Each trade by its worst (left) and best (up) excursion in R."""
    known = [
        (each, each.mae_r, each.mfe_r)
        for each in results
        if each.mae_r is not None and each.mfe_r is not None
    ]
    worst = min([-1.0] + [float(mae) for _, mae, _ in known])
    best = max([1.0] + [float(mfe) for _, _, mfe in known])
    across, up = Scale(worst * 1.08, -worst * 0.04, _LEFT, _RIGHT), Scale(0.0, best * 1.08, _BOTTOM, _TOP)
    parts = [*_rows(up, 5), *_columns(across)]
    stop = across(-1.0)
    parts.append(line(stop, _TOP, stop, _BOTTOM, "zero", "the initial stop, costs left out"))
    for trade, mae, mfe in known:
        told = f"{trade.trade_id} {trade.symbol}: worst {mae} R, best {mfe} R, result {trade.r} R"
        place = {"cx": across(float(mae)), "cy": up(float(mfe)), "r": 5}
        parts.append(element("circle", title(told), **place, cls=f"dot {trade.outcome.value}"))
    return figure(WIDTH, HEIGHT, "worst and best excursion of each trade in R", parts)


def efficiency(results: Sequence[TradeResult]) -> str:
    """What each of the newest trades made, against the best exit in hindsight (the frame)."""
    shown = list(results)[-_MOST_BARS:]
    values = [float(value) for trade in shown for value in (trade.r, trade.mfe_r or ZERO)]
    up = Scale(min([0.0, *values]) * 1.1, max([1.0, *values]) * 1.1, _BOTTOM, _TOP)
    slot = (_RIGHT - _LEFT) / max(len(shown), 6)
    parts = list(_rows(up, 5))
    zero = up(0.0)
    for place, trade in enumerate(shown):
        x, best, made = _LEFT + place * slot + slot * 0.2, up(float(trade.mfe_r or ZERO)), up(float(trade.r))
        told = f"{trade.trade_id}: {trade.r} R of {trade.mfe_r if trade.mfe_r is not None else '-'} R"
        parts.append(rect(round(x, 2), best, slot * 0.6, zero - best, "frame", told))
        cls = "bar good" if trade.r >= ZERO else "bar bad"
        parts.append(rect(round(x, 2), min(made, zero), slot * 0.6, abs(zero - made), cls, told))
        parts.append(text(round(x + slot * 0.3, 2), _BOTTOM + 22, trade.trade_id, "axis", "middle"))
    parts.append(line(_LEFT, zero, _RIGHT, zero, "zero"))
    return figure(WIDTH, HEIGHT, "result of each trade against its best exit in hindsight", parts)


def funnel(told: Funnel) -> str:
    """From setups found to trades entered, with the rules that refused."""
    rows: list[tuple[str, int, str]] = [
        ("setups found", sum(told.detected.values()), "bar plain"),
        ("judged by the gate", told.decisions, "bar plain"),
        *((f"refused by {rule}", count, "bar bad") for rule, count in told.refused_by.items()),
        ("approved", told.approved, "bar good"),
        ("entered", told.entered, "bar good"),
        ("order not filled", told.not_entered, "bar bad"),
    ]
    most = max(1, *(count for _, count, _ in rows))
    across = Scale(0, most, 0, 700)
    parts = []
    for place, (name, count, cls) in enumerate(rows):
        y = place * _ROW_PX + 4
        parts.append(text(250, y + 14, name, "axis", "end"))
        parts.append(rect(262, y, across(count), _ROW_PX - 8, cls))
        parts.append(text(270 + across(count), y + 14, f"{count}", "value"))
    return figure(1040, len(rows) * _ROW_PX + 8, "from setups to trades", parts)


def _rows(scale: Scale, most: int, *, whole: bool = False) -> Iterator[str]:
    for value in ticks(scale.low, scale.high, most):
        if not whole or value == int(value):
            y = scale(value)
            yield line(_LEFT, y, _RIGHT, y, "grid")
            yield text(_LEFT - 6, y + 4, number(value), "axis", "end")


def _columns(scale: Scale) -> Iterator[str]:
    for value in ticks(scale.low, scale.high, 9):
        yield text(scale(value), _BOTTOM + 22, f"{number(value)} R", "axis", "middle")
