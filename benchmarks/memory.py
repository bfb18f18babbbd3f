"""M1: what engine, desk and journal keep in memory while five symbols are played.

`ytc run --headless` at full speed with its journal and logs on disk, and `ytc attach` on a pseudo-terminal:
one week of bars again and again, a session each working day, into a store that holds a session already: only
a first start makes one, with tools that no other start needs. The PSS of both processes is read while they
run; what grows is the slope of their sum from bar 100,000 on. Beside it, both programs imported and doing
nothing. `python -m benchmarks.memory [--quick]`
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import linear_regression

from benchmarks.engine import demo_file, engine_behind, large_file
from benchmarks.flat import repeated
from benchmarks.harness import emit
from benchmarks.symbols import JUNE, imported_pss_mb, pss_mb, write_instruments
from benchmarks.terminal import Terminal
from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.sockets import RunningEngine
from ytc_tui.errors import EngineUnreachable
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S

SYMBOLS = 5
WEEKS, QUICK_WEEKS = 6, 3
COUNTED_FROM, EACH = 100_000, 100_000
PSS_GOAL_MB, GROWTH_GOAL_MB = 200.0, 5.0
SAMPLE_S = 0.5
RUN = (sys.executable, "-m", "ytc_tui", "run", "--headless", "--speed", "max", "--exit-when-done")


@dataclass(frozen=True, slots=True)
class Sample:
    """After so many bars, the PSS of both in MB."""

    bars: float
    engine_mb: float
    desk_mb: float

    @property
    def both_mb(self) -> float:
        return self.engine_mb + self.desk_mb


def files_of(weeks: int, folder: Path) -> tuple[list[str], str]:
    """Five symbols' bars as `--data` takes them, and what they are."""
    june = {symbol: large_file(name) for symbol, name in JUNE.items()}
    sources = [(symbol, symbol, file) for symbol, file in june.items() if file is not None]
    what = "the first week of June 2025"
    if len(sources) < SYMBOLS:
        pair = ("BTCUSDT", "ETHUSDT")
        places = [(pair[number % 2], number // 2) for number in range(SYMBOLS)]
        sources = [(f"{one}{turn or ''}", one, demo_file(one)) for one, turn in places]
        what = "the first week of November 2022, two symbols under five names"
    write_instruments(folder / "instruments.toml", [(name, symbol) for name, symbol, _ in sources])
    data = [f"{name}={repeated(file, name, weeks, folder)}" for name, _, file in sources]
    return data, f"{weeks} times {what}"


def make_store(folder: Path) -> None:
    """Let the demo be on record."""
    subprocess.run([*RUN, "--demo"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def engine_of(folder: Path, data: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [*RUN, "--set", f"feed.instruments_path={folder / 'instruments.toml'}"]
    for each in data:
        command += ["--data", each]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)


def feed_ns(engine: RunningEngine) -> int | None:
    """Feed time of the running session; None between two."""

    async def asked() -> dict[str, object]:
        async with HttpClient(engine.socket_path) as client:
            return await client.status()

    try:
        told = asyncio.run(asked())
    except EngineUnreachable:
        return None
    if not told.get("running"):
        return None
    return int(datetime.fromisoformat(str(told["as_of"])).timestamp()) * NS_PER_S


def sampled(process: subprocess.Popen[bytes], desk: Terminal, engine: RunningEngine) -> list[Sample]:
    """Both processes, for as long as the engine runs."""
    samples: list[Sample] = []
    first_ns: int | None = None
    while process.poll() is None:
        desk.watch(SAMPLE_S)
        at_ns, of_engine, of_desk = feed_ns(engine), pss_mb(process.pid), pss_mb(desk.pid)
        if at_ns is None or of_engine is None or of_desk is None:
            continue
        first_ns = at_ns if first_ns is None else first_ns
        samples.append(Sample((at_ns - first_ns) / NS_PER_MIN * SYMBOLS, of_engine, of_desk))
    if process.returncode:
        raise RuntimeError(f"the engine ended with {process.returncode}")
    return samples


def report(samples: Sequence[Sample], imports_mb: float, workload: str) -> None:
    late = [sample for sample in samples if sample.bars >= COUNTED_FROM]
    largest = max(late, key=lambda sample: sample.both_mb)
    slope = linear_regression([each.bars for each in late], [each.both_mb for each in late]).slope
    workload = f"{workload}; {late[-1].bars:.0f} bars, PSS read {len(samples)} times"
    emit(
        "M1",
        largest.both_mb,
        f"MB, largest PSS of engine and desk after {COUNTED_FROM} bars (the engine {largest.engine_mb:.0f})",
        baseline=("both imported, nothing run, MB", imports_mb),
        ratio=largest.both_mb / imports_mb,
        goal=f"<= {PSS_GOAL_MB:g} MB",
        ok=largest.both_mb <= PSS_GOAL_MB,
        why="libraries take most of it, before the first bar",
        workload=workload,
    )
    emit(
        "M1",
        slope * EACH,
        f"MB that both grow by in {EACH} bars, from bar {COUNTED_FROM} on",
        baseline=("PSS of both there, MB", late[0].both_mb),
        ratio=slope * EACH / late[0].both_mb,
        goal=f"<= {GROWTH_GOAL_MB:g} MB",
        ok=slope * EACH <= GROWTH_GOAL_MB,
        why="something is kept for every bar, entry or session",
        workload=workload,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="151,000 bars in place of 302,000")
    weeks = QUICK_WEEKS if parser.parse_args().quick else WEEKS
    with tempfile.TemporaryDirectory(prefix="ytc-") as name:
        folder = Path(name)
        os.environ |= {"XDG_STATE_HOME": name, "XDG_RUNTIME_DIR": name, "XDG_CONFIG_HOME": name}
        data, what = files_of(weeks, folder)
        imports_mb = sum(imported_pss_mb(module, folder) for module in ("commands.run", "commands.desk"))
        make_store(folder)
        with engine_of(folder, data) as process:
            try:
                engine = engine_behind(process)
                with Terminal("ytc_tui", ["attach"]) as desk:
                    samples = sampled(process, desk, engine)
            finally:
                process.kill()
    report(samples, imports_mb, what)


if __name__ == "__main__":
    main()
