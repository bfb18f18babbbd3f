"""What the benchmarks of the engine share: the data at hand, one run in memory, and what it gave."""

from __future__ import annotations

import asyncio
import atexit
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from subprocess import Popen
from time import monotonic, perf_counter, process_time, sleep

from ytc_tui.adapters.stores.upgrade import upgrade
from ytc_tui.adapters.transports.sockets import RunningEngine, find_engines
from ytc_tui.boot import RunRequest, prepare
from ytc_tui.commands.places import paper_paths
from ytc_tui.config import load_settings
from ytc_tui.model.chain import Entry
from ytc_tui.model.events import Event, SessionEnded, SessionStarted
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S
from ytc_tui.outlets import memory_outlets
from ytc_tui.paper_run import PaperRun

START_TIMEOUT_S = 120.0
_BESIDE = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def large_file(name: str) -> str | None:
    """The file `name` of the large data (YTC_TEST_DATA, or the folder beside the repository), or None."""
    path = Path(os.environ.get("YTC_TEST_DATA", _BESIDE)) / "ohlcv" / name
    return str(path.resolve()) if path.is_file() else None


def demo_file(symbol: str) -> str:
    """The bundled ten days of `symbol`."""
    name = f"binance_um_{symbol}_1m_2022-11-01_10.parquet"
    return str(resources.files("ytc_tui") / "data" / "demo" / name)


def at(text: str) -> int:
    """`2022-03-01` or `2022-03-01T12:00`, UTC, as nanoseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS_PER_S


def engine_behind(process: Popen[bytes]) -> RunningEngine:
    """The engine that `process` starts in the folders of this one's environment, as soon as it answers."""
    end_s = monotonic() + START_TIMEOUT_S
    while not (found := find_engines(paper_paths().socket_dir)):
        if process.poll() is not None or monotonic() > end_s:
            raise RuntimeError("the engine did not start")
        sleep(0.1)
    return found[0]


def request_of(data: Sequence[str], from_text: str, to_text: str) -> RunRequest:
    return RunRequest(data=tuple(data), from_ns=at(from_text), to_ns=at(to_text))


@dataclass(slots=True)
class Ran:
    """One run: all its bars, the minutes of its sessions, its seconds, and the head of each session.

    `cpu_s` is what the run itself used, all threads; `wall_s` also has what other processes took.
    """

    symbols: int = 0
    bars: int = 0
    minutes_in_sessions: int = 0
    sessions: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    entries: int = 0
    trades: int = 0
    heads: list[str] = field(default_factory=list)
    init_ns: int = 0

    @property
    def bars_per_s(self) -> float:
        """Bars a second of CPU time: on a machine that does nothing else, a second."""
        return self.bars / self.cpu_s

    @property
    def bars_in_sessions(self) -> int:
        return self.minutes_in_sessions * self.symbols

    def observe(self, entry: Entry, event: Event) -> None:
        self.entries += 1
        if isinstance(event, SessionStarted):
            self.sessions += 1
            self.init_ns = event.init_ns
        elif isinstance(event, SessionEnded):
            self.minutes_in_sessions += (entry.at - self.init_ns) // NS_PER_MIN


@cache
def state_folder() -> str:
    """A folder for this process, removed at its end: the start-up probes really ask for one."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return folder.name


def build(request: RunRequest, overrides: Mapping[str, str], ran: Ran) -> PaperRun:
    """The product's own run with journal, venue record and notices in memory; `ran` watches it."""
    given = {**overrides, "journal.state_dir": state_folder()}
    parts = prepare(load_settings(None, given, environment={}), request, {})
    parts.paths.prepare()
    upgrade(parts.paths.database)
    ran.symbols = len(parts.feed.symbols)
    ran.bars = sum(len(minute.bars) for minute in parts.feed.minutes(parts.feed.start_ns))
    return PaperRun(parts, memory_outlets(parts, ran.observe))


def run_in_memory(request: RunRequest, overrides: Mapping[str, str] | None = None) -> Ran:
    """Run at full speed; the files are read as the run goes. Preparing is not timed.

    RuntimeError when the sessions ended without trading hours: then nothing was measured.
    """
    ran = Ran()
    run = build(request, overrides or {}, ran)
    start_s, cpu_start_s = perf_counter(), process_time()
    asyncio.run(run.run())
    ran.cpu_s, ran.wall_s = process_time() - cpu_start_s, perf_counter() - start_s
    if not ran.minutes_in_sessions:
        raise RuntimeError(f"no session ran: {[document['end_reason'] for document in run.documents[:1]]}")
    ran.trades = sum(document["funnel"]["entered"] for document in run.documents)
    ran.heads = [document["journal"]["head"] for document in run.documents]
    return ran
