"""The figures of a report and their tables."""

from __future__ import annotations

from tests.views.journals import D, finished, opened
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.report_figures import executions_of, figure_sections, figures_of
from ytc_tui.model.market import Side
from ytc_tui.views.report import SessionReport, build_report

TICKS = {"BTCUSDT": D("0.1")}


def report() -> SessionReport:
    return build_report(finished().records, safe=safe_line)


def test_figures_follow_from_fills_and_closed_trades() -> None:
    figures = figures_of(report(), TICKS)
    assert (figures.whole.trades, figures.whole.win_rate, figures.whole.net) == (1, D(1), D("35.1824"))
    assert list(figures.groups) == ["setup", "direction", "hour (UTC)"]
    assert list(figures.groups["hour (UTC)"]) == ["12"]
    assert figures.drawdown == D("0.4016")  # the entry's fee, before the targets
    assert figures.execution.executions == 3
    assert figures.execution.maker_share == 0
    # A stop limit at 100.5 that filled at 100.4: one tick better.
    assert figures.slippage_by_role["entry"].mean_slippage_ticks == -1
    assert figures.slippage_by_role["target"].mean_slippage_ticks == 0


def test_a_fill_of_no_order_of_ours_is_no_execution() -> None:
    journal = opened()
    journal.fill("liquidation-x", Side.BUY, "1", "100")
    assert executions_of(build_report(journal.records, safe=safe_line), TICKS) == ()


def test_tables_are_there_where_there_is_something_to_tell() -> None:
    told = report()
    titles = [section.title for section in figure_sections(told, figures_of(told, {}))]
    assert titles == ["Performance", "By setup, direction and hour", "R distribution", "Execution"]
    empty = build_report(opened().records, safe=safe_line)
    assert figure_sections(empty, figures_of(empty, {})) == ()


def test_words_of_the_tables() -> None:
    told = report()
    rows = {
        row[0]: row[1] for section in figure_sections(told, figures_of(told, TICKS)) for row in section.rows
    }
    assert rows["orders"] == "5 sent, 3 filled, 2 ended unfilled, 0 rejected, 0 by hand"
    assert rows["mean hold"] == "15 min 00 s"
    assert rows["average winner, loser"] == "+1.17 R, -"
    assert rows["+1.0 to +1.5 R"] == "1"
    assert rows["slippage of target"].startswith("mean 0.00 ticks (+0.00 R), worst 0.00 ticks")
    assert rows["slippage of entry"].startswith("mean -1.00 ticks (-0.04 R)")
