"""R2: many symbols cost no more a bar than one; memory stays bounded; the journal is the same every time.

Speed: five symbols, each under two names, against the same five one after the other, in memory. Memory:
`ytc run --headless` itself over 525,600 bars with its journal on disk, its PSS read while it runs. Same
journal: the ten-symbol run three times in processes of their own, with other hash seeds, once beside
processes that burn every core. `python -m benchmarks.symbols [--quick]`
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.engine import Ran, demo_file, large_file, request_of, run_in_memory
from benchmarks.harness import emit
from ytc_tui.adapters.instruments import KEYS, load_instruments

JUNE = {
    "ADAUSDT": "bybit_ADAUSDT_1m_2025-06.parquet",
    "BTCUSDT": "binance_spot_BTCUSDT_1m_2025-06.parquet",
    "DOGEUSDT": "bybit_DOGEUSDT_1m_2025-06.parquet",
    "DOTUSDT": "bybit_DOTUSDT_1m_2025-06.parquet",
    "ETHUSDT": "binance_spot_ETHUSDT_1m_2025-06.parquet",
}
YEAR = "binance_um_BTCUSDT_1m_2022.parquet"
RATIO_GOAL = 0.9
PSS_GOAL_MB = 200
PSS_EVERY_S = 0.25
KB_PER_MB = 1024
CHILD_TIMEOUT_S = 1_800
BURN = "while True: pass"
HEADS = "import sys; from benchmarks.symbols import print_heads; print_heads(*sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Workload:
    """The files by symbol, how many names each gets, and the range that is run."""

    name: str
    files: dict[str, str]
    names_each: int
    from_text: str
    to_text: str

    def pairs(self) -> list[tuple[str, str, str]]:
        """(name, symbol it is a copy of, file), the first name of a symbol being its own."""
        return [
            (symbol if number == 0 else f"{symbol}{number + 1}", symbol, file)
            for symbol, file in self.files.items()
            for number in range(self.names_each)
        ]


def workload(quick: bool) -> Workload:
    files = {symbol: large_file(name) for symbol, name in JUNE.items()}
    found = {symbol: file for symbol, file in files.items() if file is not None}
    if len(found) == len(JUNE):
        end = "2025-06-15" if quick else "2025-06-29"
        return Workload("five symbols of June 2025 under two names each", found, 2, "2025-06-08", end)
    demo = {symbol: demo_file(symbol) for symbol in ("BTCUSDT", "ETHUSDT")}
    return Workload(
        "two symbols of the bundled demo under five names each", demo, 5, "2022-11-03", "2022-11-11"
    )


def write_instruments(path: Path, names: Iterable[tuple[str, str]]) -> None:
    """An instruments file in which every name has the row of the symbol that it copies: `names` has both."""
    table = load_instruments(None)
    lines = []
    for name, symbol in names:
        lines.append(f"[{name}]")
        lines += [f'{key} = "{getattr(table[symbol], key)}"' for key in KEYS]
    path.write_text("\n".join(lines) + "\n")


def run_all(work: Workload, instruments: Path) -> Ran:
    """Every name at once."""
    data = [f"{name}={file}" for name, _, file in work.pairs()]
    request = request_of(data, work.from_text, work.to_text)
    return run_in_memory(request, {"feed.instruments_path": str(instruments)})


def run_singly(work: Workload) -> Ran:
    """Every symbol alone; bars and CPU seconds added up."""
    total = Ran()
    for symbol, file in work.files.items():
        ran = run_in_memory(request_of([f"{symbol}={file}"], work.from_text, work.to_text))
        total.bars += ran.bars
        total.cpu_s += ran.cpu_s
    return total


def measure_speed(work: Workload, instruments: Path) -> None:
    single = run_singly(work)
    ran = run_all(work, instruments)
    again = run_singly(work)
    alone = max(single.bars_per_s, again.bars_per_s)
    ratio = ran.bars_per_s / alone
    emit(
        "R2",
        ran.bars_per_s,
        "bars a CPU second, ten names at once",
        baseline=("each symbol alone, better of two, bars a CPU second", alone),
        ratio=ratio,
        goal=f">= {RATIO_GOAL}x of one symbol alone, bar for bar",
        ok=ratio >= RATIO_GOAL,
        why="agents look at every symbol on each of their runs, and larger reports cost more to journal",
        workload=f"{work.name}; {ran.bars} bars, {ran.bars_in_sessions} in {ran.sessions} sessions",
    )


def print_heads(work_json: str, instruments: str) -> None:
    """In a process of its own: run every name at once and print the head hash of each session."""
    ran = run_all(Workload(**json.loads(work_json)), Path(instruments))
    print(json.dumps(ran.heads))


def heads_of(work: Workload, instruments: Path, hash_seed: str) -> list[str]:
    command = [sys.executable, "-c", HEADS, json.dumps(asdict(work)), str(instruments)]
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        command, env=environ, stdout=subprocess.PIPE, check=True, text=True, timeout=CHILD_TIMEOUT_S
    )
    heads: list[str] = json.loads(done.stdout)
    return heads


@contextmanager
def burners() -> Iterator[int]:
    """One process a core that does nothing but burn it."""
    count = os.cpu_count() or 1
    processes = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(count)]
    try:
        yield count
    finally:
        for process in processes:
            process.kill()
            process.wait()


def measure_sameness(work: Workload, instruments: Path) -> None:
    lists = [heads_of(work, instruments, "1"), heads_of(work, instruments, "2")]
    with burners() as count:
        lists.append(heads_of(work, instruments, "3"))
    different = len({tuple(heads) for heads in lists})
    emit(
        "R2",
        different,
        "different journals in three runs",
        baseline=("runs", len(lists)),
        ratio=different / len(lists),
        goal="equal head hashes of every session, also under load",
        ok=different == 1 and bool(lists[0]),
        why="something that is decided depends on time, load or the order of a hash table",
        workload=f"{work.name}; {len(lists[0])} sessions a run, the third beside {count} CPU burners",
    )


def pss_mb(pid: int) -> float | None:
    """Proportional set size of a process in MB; None once it is gone.

    Only root sees that of a guarded process: to others it is the resident set, which is larger.
    """
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except PermissionError:
        text = Path(f"/proc/{pid}/status").read_text().replace("VmRSS:", "Pss:")
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = [line.split()[1] for line in text.splitlines() if line.startswith("Pss:")]
    return int(found[0]) / KB_PER_MB if found else None


def peak_pss_mb(command: Sequence[str], folder: Path) -> float:
    """Run `command` in `folder` to its end and return the largest PSS that it was seen with."""
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "XDG_CONFIG_HOME": str(folder)}
    process = subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL)
    peak = 0.0
    try:
        while process.poll() is None:
            peak = max(peak, pss_mb(process.pid) or 0.0)
            time.sleep(PSS_EVERY_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return peak


def imported_pss_mb(module: str, folder: Path) -> float:
    """PSS of a process that imported `ytc_tui.MODULE` and does nothing."""
    return peak_pss_mb([sys.executable, "-c", f"import time, ytc_tui.{module}; time.sleep(1)"], folder)


def measure_memory(quick: bool, folder: Path) -> None:
    year = large_file(YEAR)
    if year is None:
        name, data, span = (
            "bundled demo",
            [demo_file("BTCUSDT"), demo_file("ETHUSDT")],
            ("2022-11-01", "2022-11-11"),
        )
    elif quick:
        name, data, span = "BTCUSDT 2022-01 to 02", [year], ("2022-01-01", "2022-03-01")
    else:
        name, data, span = "BTCUSDT 2022, 525,600 bars", [year], ("2022-01-01", "2023-01-01")
    run = [sys.executable, "-m", "ytc_tui", "run", "--headless", "--speed", "max", "--exit-when-done"]
    run += ["--set", f"journal.state_dir={folder}", "--from", span[0], "--to", span[1]]
    for path in data:
        run += ["--data", path]
    imports = imported_pss_mb("commands.run", folder)
    peak = peak_pss_mb(run, folder)
    emit(
        "R2",
        peak,
        "MB, largest PSS of `ytc run --headless`",
        baseline=("the same imports and nothing run, MB", imports),
        ratio=peak / imports,
        goal=f"<= {PSS_GOAL_MB} MB",
        ok=peak <= PSS_GOAL_MB,
        why="something is kept for every bar, entry or session",
        workload=f"{name}; journal, venue record and logs on disk, PSS read every {PSS_EVERY_S} s",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="one week and two months in place of three and a year"
    )
    options = parser.parse_args()
    work = workload(options.quick)
    with tempfile.TemporaryDirectory() as name:
        instruments = Path(name) / "instruments.toml"
        write_instruments(instruments, ((name, symbol) for name, symbol, _ in work.pairs()))
        measure_speed(work, instruments)
        measure_sameness(work, instruments)
        measure_memory(options.quick, Path(name))


if __name__ == "__main__":
    main()
