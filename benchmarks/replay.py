"""R1: bars a second through the live code path: all agents, risk gate, paper venue, journal in memory.

The run reads its files as it goes; the baseline is a bare Python loop over the same bars, in memory, that
only builds their 3-minute and 30-minute bars; both in CPU seconds, so that a busy machine counts against
neither. Once with sessions as they are by default (most bars are analysed between sessions), once with
sessions of 23 hours, so that nearly every bar is inside one.
`python -m benchmarks.replay [--quick] [--profile]`; the profile goes to stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import process_time

import ytc_tui
from benchmarks.engine import Ran, build, demo_file, large_file, request_of, run_in_memory
from benchmarks.harness import emit
from ytc_tui.boot import RunRequest
from ytc_tui.model.market import NS_PER_MIN, Bar

YEAR = "binance_um_BTCUSDT_1m_2022.parquet"
BASELINE_RUNS = 3
FIRST_GOAL, NEXT_GOAL = 200, 50
QUICK_MONTHS = 3
DAY_ROUND = {"session.open": "00:20", "session.planned_hours": "23", "session.hard_hours": "23"}
Built = list[tuple[int, float, float, float, float, float]]


def bare_loop(bars: Sequence[Bar]) -> tuple[Built, Built]:
    """The 3-minute and 30-minute bars of one symbol's bars, and nothing else."""
    short: Built = []
    long: Built = []
    short_ns, long_ns = 3 * NS_PER_MIN, 30 * NS_PER_MIN
    key_s = key_l = -1
    open_s = high_s = low_s = close_s = volume_s = 0.0
    open_l = high_l = low_l = close_l = volume_l = 0.0
    for _, open_ns, open_, high, low, close, volume in bars:
        key = open_ns // short_ns
        if key != key_s:
            if key_s >= 0:
                short.append((key_s, open_s, high_s, low_s, close_s, volume_s))
            key_s, open_s, high_s, low_s, volume_s = key, open_, high, low, 0.0
        else:
            if high > high_s:
                high_s = high
            if low < low_s:
                low_s = low
        close_s = close
        volume_s += volume
        key = open_ns // long_ns
        if key != key_l:
            if key_l >= 0:
                long.append((key_l, open_l, high_l, low_l, close_l, volume_l))
            key_l, open_l, high_l, low_l, volume_l = key, open_, high, low, 0.0
        else:
            if high > high_l:
                high_l = high
            if low < low_l:
                low_l = low
        close_l = close
        volume_l += volume
    return short, long


def bare_bars_per_s(request: RunRequest, overrides: Mapping[str, str]) -> float:
    """The bare loop's best of three over the bars of this run, symbol after symbol."""
    run = build(request, overrides, Ran())
    by_symbol: dict[str, list[Bar]] = {symbol: [] for symbol in run.parts.feed.symbols}
    for minute in run.parts.feed.minutes(run.parts.feed.start_ns):
        for bar in minute.bars:
            by_symbol[bar.symbol].append(bar)
    total = sum(map(len, by_symbol.values()))
    times = []
    for _ in range(BASELINE_RUNS):
        start = process_time()
        for bars in by_symbol.values():
            bare_loop(bars)
        times.append(process_time() - start)
    return total / min(times)


def workload(months: int) -> tuple[str, RunRequest]:
    """BTCUSDT of 2022, its first 3 or all 12 months; without the large data the bundled demo."""
    year = large_file(YEAR)
    if year is None:
        demo = (demo_file("BTCUSDT"), demo_file("ETHUSDT"))
        return "bundled demo, 2 symbols, 10 days", request_of(demo, "2022-11-01", "2022-11-11")
    end = "2022-04-01" if months == QUICK_MONTHS else "2023-01-01"
    return f"BTCUSDT 2022, {months} months", request_of((year,), "2022-01-01", end)


def measure(name: str, request: RunRequest, overrides: Mapping[str, str], goals: Sequence[int]) -> None:
    baseline = bare_bars_per_s(request, overrides)
    ran = run_in_memory(request, overrides)
    ratio = ran.bars_per_s / baseline
    for goal in goals:
        emit(
            "R1",
            ran.bars_per_s,
            "bars a CPU second",
            baseline=("bare loop building 3m and 30m bars, bars a CPU second", baseline),
            ratio=ratio,
            goal=f">= 1/{goal} of the bare loop",
            ok=ratio * goal >= 1,
            why=(
                f"it stands at 1/{1 / ratio:.0f}: every bar moves the analysis of three timeframes; inside"
                f" sessions a bar also runs its agents and makes {ran.entries / ran.bars_in_sessions:.1f}"
                " journal entries; of that, deciding takes the largest share, then the agents, then linking"
                " and encoding the entries (--profile)"
            ),
            workload=(
                f"{name}; {ran.sessions} sessions, {ran.bars_in_sessions} of {ran.bars} bars inside them,"
                f" {ran.entries} journal entries, {ran.trades} trades entered, {ran.bars / ran.wall_s:.0f}"
                " bars/s by the wall clock"
            ),
        )


def profile(name: str, request: RunRequest, overrides: Mapping[str, str]) -> None:
    """Where the time goes: by package folder, then the functions that take most."""
    run = build(request, overrides, Ran())
    profiler = cProfile.Profile()
    profiler.runcall(asyncio.run, run.run())
    stats = pstats.Stats(profiler, stream=sys.stderr)
    package = Path(ytc_tui.__file__).parent
    shares: dict[str, float] = {}
    total = 0.0
    for (file, _, _), (_, _, own_s, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        path = Path(file)
        inside = path.is_relative_to(package)
        folder = "/".join(path.relative_to(package).parts[:2]) if inside else "outside the package"
        shares[folder] = shares.get(folder, 0.0) + own_s
        total += own_s
    print(f"profile of {name} (the profiler slows calls down; read shares, not seconds)", file=sys.stderr)
    for folder, own_s in sorted(shares.items(), key=lambda item: -item[1])[:25]:
        print(f"  {own_s / total:6.1%}  {folder}", file=sys.stderr)
    stats.sort_stats("tottime").print_stats(25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three months in place of the year")
    parser.add_argument("--profile", action="store_true", help="profile both runs, to stderr")
    options = parser.parse_args()
    runs: tuple[tuple[str, int, dict[str, str], tuple[int, ...]], ...] = (
        ("sessions as by default", QUICK_MONTHS if options.quick else 12, {}, (FIRST_GOAL, NEXT_GOAL)),
        # A year of these would keep more than a million entries in memory.
        ("sessions of 23 h", QUICK_MONTHS, DAY_ROUND, (FIRST_GOAL,)),
    )
    for sessions, months, overrides, goals in runs:
        name, request = workload(months)
        if options.profile:
            profile(f"{name}, {sessions}", request, overrides)
        else:
            measure(f"{name}, {sessions}", request, overrides, goals)


if __name__ == "__main__":
    main()
