"""T2: what a chart sends through the engine's door while prices move, a day of one-minute candles behind it.

Three hours of market, four prices a minute as a bars feed has them. The figure is what the views of the chart
come to: the part that moves at each price, and the past each time that it grows. The baseline sends the chart
whole at each price. Making frames of both is timed too. `python -m benchmarks.frames [--quick]`
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.harness import emit
from tests.analysis.series import demo_bars
from tests.engine.situations import SYMBOL, trading
from ytc_tui.adapters.transports.frames import frame_text
from ytc_tui.client import Frame
from ytc_tui.engine.charting import Charts
from ytc_tui.engine.ports import Minute, PointPrice
from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import Bar, path_of
from ytc_tui.views.catalog import chart_name, past_name
from ytc_tui.views.chart import ChartPast, with_past

BEHIND, WATCHED, QUICK_WATCHED = 1_440, 180, 60
BYTES_PER_KB = 1_024
GOAL_RATIO = 0.1


def feed(sit: Situation, bar: Bar) -> None:
    sit.market.begin_minute(Minute(bar.open_ns, (bar,)))
    sit.market.close_minute(Minute(bar.open_ns, (bar,)))


def sent(sit: Situation, bars: list[Bar]) -> tuple[int, int, float, float]:
    """Bytes of the two views and of whole charts over `bars`, and the seconds that making them took."""
    charts, past = Charts(), ChartPast(SYMBOL, 1, 0)
    ours = whole = 0
    ours_s = whole_s = 0.0
    for bar in bars:
        for place, price in enumerate(path_of(bar, 0)):
            if place == 3:
                feed(sit, bar)
            else:
                sit.market.on_point((PointPrice(SYMBOL, price),))
            begun_s = perf_counter()
            view, before = charts.chart(sit, SYMBOL, 1), charts.past(sit, SYMBOL, 1)
            assert view is not None and before is not None
            parts = {chart_name(SYMBOL, 1): view}
            told = {**parts, past_name(SYMBOL, 1): before} if before != past else parts
            ours += len(frame_text(Frame(1, 0, told)))
            ours_s += perf_counter() - begun_s
            past, begun_s = before, perf_counter()
            whole += len(frame_text(Frame(1, 0, {chart_name(SYMBOL, 1): with_past(view, before)})))
            whole_s += perf_counter() - begun_s
    return ours, whole, ours_s, whole_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="an hour in place of three")
    watched = QUICK_WATCHED if parser.parse_args().quick else WATCHED
    bars = list(demo_bars()[: BEHIND + watched])
    with tempfile.TemporaryDirectory() as folder:
        sit = trading(Path(folder))
        for bar in bars[:BEHIND]:
            feed(sit, bar)
        ours, whole, ours_s, whole_s = sent(sit, bars[BEHIND:])
    workload = f"{watched} minutes of 4 prices, {BEHIND} candles"
    for figure, unit, baseline in (
        (ours / watched / BYTES_PER_KB, "KB a market minute", whole / watched / BYTES_PER_KB),
        (1_000 * ours_s / watched, "ms of the engine a market minute", 1_000 * whole_s / watched),
    ):
        emit(
            "T2",
            figure,
            unit,
            baseline=(f"whole chart at each price, {unit}", baseline),
            ratio=figure / baseline,
            goal=f"<= {GOAL_RATIO:g} x",
            ok=figure <= GOAL_RATIO * baseline,
            why="the past grows too often, or too much of it moves",
            workload=workload,
        )


if __name__ == "__main__":
    main()
