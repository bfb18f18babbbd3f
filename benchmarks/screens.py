"""T1, T2, T3: what the live table costs, on a pseudo-terminal of 200x50 in a process of its own.

T1: nothing changes; then a clock and the ages of five panes do, once a second. T2: a thousand rows, ten
changes a second, each of a visible row. T3: every visible row changes 60 times a second. Screens take what
changes through a pace, at most 15 times a second, the first at once. Baselines are Textual's own table at
the same work, a Textual app with nothing in it, and an engine's ticks in the app's own loop. The changes,
and making rows of them, count as the app's work. The chart: nothing changes (T1), and a price ticks ten times
a second (T2); its baseline paints the whole chart at each price. `python -m benchmarks.screens [--quick]`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from time import monotonic

from benchmarks.harness import emit, percentile
from benchmarks.screen_apps import CURSOR_RGB, VISIBLE
from benchmarks.screen_parts import TICK_S, every
from benchmarks.terminal import Chunk, Terminal, Watched

APPS = "benchmarks.screen_apps"
CHART = "benchmarks.chart_app"
STILL_APPS = {
    "benchmarks.desk_app:still": "the desk in a trade, nothing changes",
    "still-live": "five panes of live tables, nothing changes",
}
AGES_APPS = {
    "benchmarks.desk_app:moving": "the desk in a trade, its feed's clock moves",
    "ages-live": "five panes of live tables, a clock and their ages move",
}
SETTLE_S = 2.0
KEY_EVERY_S, KEY_TIMEOUT_S = 0.11, 2.0
US_PER_S, MS_PER_S, BYTES_PER_KB = 1_000_000, 1_000.0, 1_024
STAMP = re.compile(rb"t(\d{12})")
PLACE = re.compile(rb"\x1b\[(\d+);\d+H|\x1b\[[0-9;]*48;2;" + CURSOR_RGB.encode() + rb"[0-9;]*m")
FIRST_ROW_LINE = 2
LAST_ROW_LINE = FIRST_ROW_LINE + VISIBLE - 1
UP, DOWN = b"\x1b[A", b"\x1b[B"


@dataclass(frozen=True, slots=True)
class Windows:
    """Seconds that each kind of measurement takes, and how many keys are sent."""

    quiet_s: float
    changes_s: float
    storm_s: float
    keys: int


FULL = Windows(60, 30, 20, 200)
QUICK = Windows(12, 8, 6, 60)


def settled(terminal: Terminal) -> Terminal:
    terminal.watch(SETTLE_S)
    return terminal


def watch(app: str, seconds: float) -> Watched:
    with Terminal(APPS, [app]) as terminal:
        return settled(terminal).watch(seconds)


def delays_ms(chunks: Iterable[Chunk]) -> list[float]:
    """From each change to the moment its stamp could first be read, in milliseconds."""
    seen: set[bytes] = set()
    delays = []
    tail = b""
    for chunk in chunks:
        data = tail + chunk.data
        for stamp in STAMP.findall(data):
            if stamp not in seen:
                seen.add(stamp)
                delays.append((chunk.at_s * US_PER_S - int(stamp)) / MS_PER_S)
        tail = data[-len("t000000000000") + 1 :]
    return delays


def measure_quiet(windows: Windows) -> None:
    """The desk, and five panes of live tables alone, beside a minimal app and five of Textual's tables."""
    minimal, stock = watch("minimal", windows.quiet_s), watch("ages-stock", windows.quiet_s)
    for app, workload in STILL_APPS.items():
        still = watch(app, windows.quiet_s)
        _share("T1", still, minimal, "minimal Textual app", 0.5, workload)
        _rate("T1", still, minimal, "minimal Textual app", 0, workload)
    for app, workload in AGES_APPS.items():
        ages = watch(app, windows.quiet_s)
        _share("T1", ages, stock, "five panes of DataTable", 0.5, workload)
        _rate("T1", ages, stock, "five panes of DataTable", 400, workload)


def _rate(id: str, ours: Watched, theirs: Watched, name: str, goal: float, workload: str) -> None:
    emit(
        id,
        ours.bytes_per_s,
        "B/s",
        baseline=(f"{name}, B/s", theirs.bytes_per_s),
        ratio=ours.bytes_per_s / max(1.0, theirs.bytes_per_s),
        goal=f"<= {goal:g} B/s",
        ok=ours.bytes_per_s <= goal,
        why="whole lines are sent where a few of their cells changed",
        workload=workload,
    )


def _share(id: str, ours: Watched, theirs: Watched, name: str, goal_pct: float, workload: str) -> None:
    emit(
        id,
        ours.cpu_pct,
        "% of a core",
        baseline=(f"{name}, %", theirs.cpu_pct),
        ratio=ours.cpu_pct / max(0.01, theirs.cpu_pct),
        goal=f"<= {goal_pct:g} %",
        ok=ours.cpu_pct <= goal_pct,
        why="a frame costs more than its changes: profile the compositor's part against the table's",
        workload=workload,
    )


def measure_changes(windows: Windows) -> None:
    ours = watch("changes-live", windows.changes_s)
    stock = watch("changes-stock", windows.changes_s)
    workload = "1,000 rows, 10 changes/s of 3 cells of a visible row"
    _share("T2", ours, stock, "DataTable", 5, workload)
    _rate("T2", ours, stock, "DataTable", 10 * BYTES_PER_KB, workload)
    mine, others = delays_ms(ours.chunks), delays_ms(stock.chunks)
    for name, share, goal_ms in (("p50", 0.5, None), ("p99", 0.99, 20)):
        figure, baseline = percentile(mine, share), percentile(others, share)
        emit(
            "T2",
            figure,
            f"ms from change to bytes, {name} of {len(mine)}",
            baseline=(f"DataTable {name} of {len(others)}, ms", baseline),
            ratio=figure / baseline,
            goal=f"<= {goal_ms} ms" if goal_ms else "none, for comparison",
            ok=goal_ms is None or figure <= goal_ms,
            why="the loop was busy, or the machine was",
            workload=workload,
        )


def measure_chart(windows: Windows) -> None:
    """The chart alone: still, and with a price that ticks, beside one that is painted whole at each price."""
    minimal, still = watch("minimal", windows.quiet_s), watch(f"{CHART}:still", windows.quiet_s)
    _share("T1", still, minimal, "minimal Textual app", 0.5, "the chart with both cursors, nothing changes")
    _rate("T1", still, minimal, "minimal Textual app", 0, "the chart with both cursors, nothing changes")
    whole, ours = (watch(f"{CHART}:{app}", windows.changes_s) for app in ("repainting", "ticking"))
    workload = "a day of one-minute candles, a price 10 times a second"
    _share("T2", ours, whole, "whole chart painted", 5, workload)
    _rate("T2", ours, whole, "whole chart painted", 10 * BYTES_PER_KB, workload)


def key_delays_ms(app: str, keys: int) -> list[float]:
    """From each key to the bytes that draw the cursor on the next line, in ms; down, then up again."""
    delays = []
    line, step = FIRST_ROW_LINE, 1
    with Terminal(APPS, [app]) as terminal:
        settled(terminal)
        for _ in range(keys):
            line += step
            sent_s = monotonic()
            terminal.send(DOWN if step > 0 else UP)
            delays.append((_cursor_arrives(terminal, line) - sent_s) * MS_PER_S)
            if line in (FIRST_ROW_LINE, LAST_ROW_LINE):
                step = -step
            terminal.watch(KEY_EVERY_S)
    return delays


def _cursor_arrives(terminal: Terminal, line: int) -> float:
    """When the cursor's background is first drawn on `line`; the time out when it is not."""
    data = b""
    for chunk in terminal.chunks(KEY_TIMEOUT_S):
        data += chunk.data
        at = 0
        for match in PLACE.finditer(data):
            if match[1]:
                at = int(match[1])
            elif at == line:
                return chunk.at_s
    return monotonic()


def tick(seconds: float) -> None:
    """An engine's ticks alone in this process; print their lateness in seconds as JSON."""
    late: list[float] = []

    async def run() -> None:
        task = asyncio.create_task(every(TICK_S, late.append))
        await asyncio.sleep(seconds)
        task.cancel()

    asyncio.run(run())
    print(json.dumps(late))


def storm_beside_ticks(windows: Windows) -> tuple[Watched, list[float]]:
    """The storm, and the lateness in milliseconds of ticks in a process beside it."""
    with Terminal(APPS, ["storm-live"]) as terminal:
        settled(terminal)
        command = [sys.executable, "-m", "benchmarks.screens", "--tick", str(windows.storm_s)]
        with Popen(command, stdout=PIPE, text=True) as ticker:
            watched = terminal.watch(windows.storm_s + 1)
            out, _ = ticker.communicate()
    return watched, [late * MS_PER_S for late in json.loads(out)]


def ticks_in_the_loop(windows: Windows) -> list[float]:
    """The lateness in milliseconds of ticks that share the loop of the stormy app."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ticks.json"
        with Terminal(APPS, ["storm-live", "--ticks", str(file)]) as terminal:
            settled(terminal).watch(windows.storm_s)
        late: list[float] = json.loads(file.read_text())
    return [value * MS_PER_S for value in late]


def measure_storm(windows: Windows) -> None:
    workload = f"{VISIBLE} visible rows of 1,000 change 3 cells each at 60 Hz"
    stock = watch("storm-stock", windows.storm_s)
    ours, beside = storm_beside_ticks(windows)
    inside = ticks_in_the_loop(windows)
    _share("T3", ours, stock, "DataTable", 25, workload)
    emit(
        "T3",
        ours.frames_per_s,
        "frames/s",
        baseline=("DataTable, frames/s", stock.frames_per_s),
        ratio=ours.frames_per_s / stock.frames_per_s,
        goal="<= 20 frames/s",
        ok=ours.frames_per_s <= 20,
        why="frames are made beside the pace",
        workload=workload,
    )
    _percentile("engine tick late", beside, "ticks in the app's loop", inside, 10, workload)
    mine, others = key_delays_ms("storm-live", windows.keys), key_delays_ms("storm-stock", windows.keys)
    _percentile("key to cursor", mine, "DataTable", others, 50, workload)


def _percentile(
    what: str, ours: Sequence[float], name: str, theirs: Sequence[float], goal_ms: float, workload: str
) -> None:
    figure, baseline = percentile(ours, 0.99), percentile(theirs, 0.99)
    emit(
        "T3",
        figure,
        f"ms {what}, p99 of {len(ours)}",
        baseline=(f"{name}, p99 of {len(theirs)}, ms", baseline),
        ratio=figure / baseline,
        goal=f"<= {goal_ms:g} ms",
        ok=figure <= goal_ms,
        why="both cores were taken, by this benchmark's own processes or by others",
        workload=workload,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds in place of minutes")
    parser.add_argument("--tick", type=float, metavar="SECONDS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tick is not None:
        tick(options.tick)
        return
    windows = QUICK if options.quick else FULL
    measure_quiet(windows)
    measure_changes(windows)
    measure_chart(windows)
    measure_storm(windows)


if __name__ == "__main__":
    main()
