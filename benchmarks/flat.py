"""R3: a bar costs the same late in a long run as early in it: analysis alone, and the whole live path.

One week of the bundled BTCUSDT bars, again and again, so that every week asks for the same work and only what
grows can make one dearer: 51 weeks are 514,000 bars. CPU time per bar of the first 10,000, around 100,000 and
around 500,000, each the median of three weeks. `python -m benchmarks.flat [--quick]`
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time

import pyarrow as pa
import pyarrow.compute as pa_compute
import pyarrow.parquet as pq

from benchmarks.engine import Ran, build, demo_file, request_of
from benchmarks.harness import emit
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.engine.ports import Minute
from ytc_tui.model.market import Bar

BARS_A_WEEK = 7 * 24 * 60
WEEK_MS = BARS_A_WEEK * 60_000
FIRST, AT_100K, AT_500K = range(3), range(9, 12), range(47, 50)
WEEKS, QUICK_WEEKS = 51, 13
GOAL = 1.15
TICK = 0.1
FROM = "2022-11-01"


def repeated(source: str, symbol: str, weeks: int, folder: Path) -> Path:
    """A file with the first week of the bars of `source` `weeks` times, one after the other."""
    week = pq.read_table(source).slice(0, BARS_A_WEEK)
    place = week.schema.get_field_index("timestamp")
    times = week.column(place)
    shifted = (
        week.set_column(place, "timestamp", pa_compute.add(times, pa.scalar(number * WEEK_MS, times.type)))
        for number in range(weeks)
    )
    path = folder / f"binance_um_{symbol}_1m_repeated.parquet"
    pq.write_table(pa.concat_tables(shifted), path)
    return path


def weeks_of_analysis(bars: Iterable[Bar]) -> list[float]:
    """CPU seconds of each week in the analysis of one symbol."""
    analysis = SymbolAnalysis("BTCUSDT", TICK, AnalysisParams())
    marks = [process_time()]
    for number, bar in enumerate(bars, start=1):
        analysis.on_minute(bar)
        if number % BARS_A_WEEK == 0:
            marks.append(process_time())
    return [later - earlier for earlier, later in pairwise(marks)]


def weeks_of_live_path(path: Path, weeks: int) -> tuple[list[float], list[Bar]]:
    """CPU seconds of each week in a run with its sessions, all in memory; and the bars."""
    ran = Ran()
    run = build(request_of((str(path),), FROM, _after(weeks)), {}, ran)
    feed = run.parts.feed
    bars = [bar for minute in feed.minutes(feed.start_ns) for bar in minute.bars]
    spent: list[float] = []

    def marked(minutes: Iterable[Minute]) -> Iterator[Minute]:
        begun_s = process_time()
        for number, minute in enumerate(minutes):
            if number and number % BARS_A_WEEK == 0:
                spent.append(process_time() - begun_s)
                # The journal of this run is in memory; on disk no collection would go through it.
                gc.collect()
                gc.freeze()
                begun_s = process_time()
            yield minute

    asyncio.run(run.host.run(marked(feed.minutes(feed.start_ns))))
    gc.unfreeze()
    return spent, bars


def report(what: str, weeks: list[float]) -> None:
    """Print the cost of a bar late in the run against that of the first 10,000."""
    first = median(weeks[number] for number in FIRST) / BARS_A_WEEK * 1e6
    for name, place in (("around bar 100,000", AT_100K), ("around bar 500,000", AT_500K)):
        if place.stop > len(weeks):
            continue
        cost = median(weeks[number] for number in place) / BARS_A_WEEK * 1e6
        emit(
            "R3",
            cost,
            f"CPU us a bar {name}, {what}",
            baseline=("CPU us a bar in the first weeks", first),
            ratio=cost / first,
            goal=f"<= {GOAL} of the first",
            ok=cost / first <= GOAL,
            why="something grows with the run, or the machine was disturbed: run it again before you look",
            workload=f"{len(weeks)} times the same week of BTCUSDT, {len(weeks) * BARS_A_WEEK} bars",
        )


def _after(weeks: int) -> str:
    """The date `weeks` after the first day of the demo's data."""
    return (date.fromisoformat(FROM) + timedelta(weeks=weeks)).isoformat()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="131,000 bars in place of 514,000")
    weeks = QUICK_WEEKS if parser.parse_args().quick else WEEKS
    with tempfile.TemporaryDirectory() as folder:
        live, bars = weeks_of_live_path(repeated(demo_file("BTCUSDT"), "BTCUSDT", weeks, Path(folder)), weeks)
    report("analysis", weeks_of_analysis(bars))
    report("live path", live)


if __name__ == "__main__":
    main()
