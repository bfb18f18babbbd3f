"""Component probes: what each part of the outside answers when it is asked how it is (semantics.md 8).

Decides ok, warn, blocked or not_applicable for each. Imports the agents' Probe, the Venue port, sibling
adapters' failures, the model and psutil. Invariant: a probe really tries the thing; what was measured
goes into `metrics` (telemetry), so that `result` and the `detail` of an ok are the same in every run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ytc_tui.adapters.stores.failures import translated
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.agents.base import Probe
from ytc_tui.engine.ports import Venue
from ytc_tui.errors import VenueError, YtcError
from ytc_tui.model.money import ZERO
from ytc_tui.model.session import StepResult

DETAIL_LIMIT = 300
# domain.md, agent 01: connection timeout, latency limit, free resources.
VENUE_TIMEOUT_S = 10.0
VENUE_SLOW_MS = 200.0
CPU_USED_WARN_PCT = 80.0
MEMORY_USED_WARN_PCT = 70.0
DISK_WARN_MB = 1024
DISK_BLOCK_MB = 64
DATABASE_TIMEOUT_S = 1.0
# A clock before this release or a human life after it was never set: 2024-01-01 and 2100-01-01 UTC.
SANE_FROM_NS = 1_704_067_200_000_000_000
SANE_TO_NS = 4_102_444_800_000_000_000
# Between two readings, wall time and monotonic time may part by this much before it counts as a step.
STEP_LIMIT_MS = 100.0
# Where systemd-timesyncd leaves a mark once it has set the clock.
TIMESYNC_MARK = Path("/run/systemd/timesync/synchronized")

_NS_PER_MS = 1_000_000
_NS_PER_DAY = 86_400_000_000_000
_BYTES_PER_MB = 1024 * 1024
_TRIAL_BYTES = 4096
_NO_MATTER = "nothing depends on it on a bars feed"


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """What a feed says of itself. Times in ns; `late_bars` per symbol, `warmup_ns` how much history
    there is of the `warmup_wanted_ns`; `volume_unknown` names symbols whose files have no volume."""

    symbols: tuple[str, ...]
    warmup_wanted_ns: int = 0
    warmup_ns: Mapping[str, int] = field(default_factory=dict)
    late_bars: Mapping[str, int] = field(default_factory=dict)
    late_warn_bars: int = 1
    late_gap_bars: int = 2
    volume_unknown: tuple[str, ...] = ()


def feed_probe(facts: FeedFacts) -> Probe:
    """Blocked without symbols or with a data gap; warn on late bars, short history, unknown volume."""
    if not facts.symbols:
        return Probe("feed", StepResult.BLOCKED, "no symbol has data")
    gaps = [symbol for symbol, late in facts.late_bars.items() if late >= facts.late_gap_bars]
    if gaps:
        return Probe("feed", StepResult.BLOCKED, f"data gap: {', '.join(sorted(gaps))}")
    remarks = [
        *(f"{name}: late" for name, late in facts.late_bars.items() if late >= facts.late_warn_bars),
        *(
            f"{name}: short history, {_days(held)} of {_days(facts.warmup_wanted_ns)} days"
            for name, held in facts.warmup_ns.items()
            if held < facts.warmup_wanted_ns
        ),
        *(f"{name}: volume unknown" for name in facts.volume_unknown),
    ]
    if remarks:
        return Probe("feed", StepResult.WARN, _short("; ".join(remarks)))
    return Probe("feed", StepResult.OK, f"{len(facts.symbols)} symbols: {', '.join(facts.symbols)}")


async def venue_probe(venue: Venue, stopwatch: Callable[[], int], *, bars_feed: bool) -> Probe:
    """Whether the account can be read, and has money; `stopwatch` gives monotonic ns.

    On a bars feed feed time waits for the answer, so that its latency is telemetry and no verdict.
    """
    begun_ns = stopwatch()
    try:
        async with asyncio.timeout(VENUE_TIMEOUT_S):
            account = await venue.account()
    except TimeoutError:
        return Probe("venue", StepResult.BLOCKED, f"no answer within {VENUE_TIMEOUT_S:g} s")
    except VenueError as error:
        return Probe("venue", StepResult.BLOCKED, _short(f"account cannot be read: {error}"))
    latency_ms = (stopwatch() - begun_ns) / _NS_PER_MS
    metrics = {"latency_ms": latency_ms}
    if account.equity <= ZERO:
        return Probe("venue", StepResult.BLOCKED, "the account holds no money", metrics)
    if latency_ms > VENUE_SLOW_MS and not bars_feed:
        return Probe("venue", StepResult.WARN, f"slower than {VENUE_SLOW_MS:g} ms", metrics)
    return Probe("venue", StepResult.OK, f"{venue.name}: account readable", metrics)


def journal_probe(database: Path) -> Probe:
    """Whether the journal can be written now: its lock is free and its disk takes and syncs a block."""
    try:
        uri = f"{database.absolute().as_uri()}?mode=rw"
        with contextlib.closing(
            sqlite3.connect(uri, uri=True, timeout=DATABASE_TIMEOUT_S, isolation_level=None)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except (sqlite3.Error, OSError) as error:
        return Probe("journal", StepResult.BLOCKED, _short(str(translated(error, database, "write"))))
    return _writable("journal", database.parent)


def log_probe(folder: Path) -> Probe:
    """Whether the log's folder takes a file; a log that cannot be written never blocks trading."""
    found = _writable("log", folder)
    if found.result is StepResult.BLOCKED:
        return Probe("log", StepResult.WARN, found.detail)
    return found


def disk_probe(folder: Path, *, bars_feed: bool) -> Probe:
    """Free space of the disk under `folder`. On a bars feed it blocks or is not_applicable."""
    try:
        free_mb = shutil.disk_usage(folder).free / _BYTES_PER_MB
    except OSError as error:
        return Probe("disk", StepResult.BLOCKED, f"cannot be asked: {error.strerror}")
    metrics = {"free_mb": round(free_mb, 1)}
    if free_mb < DISK_BLOCK_MB:
        return Probe("disk", StepResult.BLOCKED, f"less than {DISK_BLOCK_MB} MB free", metrics)
    if bars_feed:
        return Probe("disk", StepResult.NOT_APPLICABLE, _NO_MATTER, metrics)
    if free_mb < DISK_WARN_MB:
        return Probe("disk", StepResult.WARN, f"less than {DISK_WARN_MB} MB free", metrics)
    return Probe("disk", StepResult.OK, f"more than {DISK_WARN_MB} MB free", metrics)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Wall (UTC ns) and monotonic (ns) time, read together."""

    wall_ns: int
    monotonic_ns: int


def clock_probe(now: ClockReading, before: ClockReading | None = None) -> Probe:
    """Whether the wall clock is plausible and has run like the monotonic one since `before`."""
    if not SANE_FROM_NS <= now.wall_ns < SANE_TO_NS:
        return Probe("clock", StepResult.BLOCKED, "the wall clock is not set")
    if before is None:
        return Probe("clock", StepResult.OK, "plausible")
    if now.monotonic_ns < before.monotonic_ns:
        return Probe("clock", StepResult.BLOCKED, "the monotonic clock ran backwards")
    step_ms = (now.wall_ns - before.wall_ns - (now.monotonic_ns - before.monotonic_ns)) / _NS_PER_MS
    metrics = {"step_ms": step_ms}
    if abs(step_ms) > STEP_LIMIT_MS:
        return Probe("clock", StepResult.WARN, "the wall clock was set while running", metrics)
    return Probe("clock", StepResult.OK, "plausible and steady", metrics)


def time_sync_probe(mark: Path = TIMESYNC_MARK, *, bars_feed: bool) -> Probe:
    """Whether a time service set the clock; not_applicable where none can be asked, or on a bars feed."""
    if bars_feed:
        return Probe("time_sync", StepResult.NOT_APPLICABLE, _NO_MATTER)
    if mark.exists():
        return Probe("time_sync", StepResult.OK, "set by the system's time service")
    return Probe("time_sync", StepResult.NOT_APPLICABLE, "unknown: no time service to ask")


class MachineProbe:
    """CPU and memory of the machine. They only warn; on a bars feed, where nothing depends on them, they
    are not_applicable and their numbers are telemetry."""

    def __init__(self, *, bars_feed: bool) -> None:
        self._bars_feed = bars_feed
        psutil.cpu_percent()  # the first reading has nothing to compare with

    def read(self) -> tuple[Probe, Probe]:
        """CPU since the last reading, and memory now, both in percent used."""
        cpu = psutil.cpu_percent()
        memory = psutil.virtual_memory().percent
        return (
            self._judged("cpu", cpu, CPU_USED_WARN_PCT),
            self._judged("memory", memory, MEMORY_USED_WARN_PCT),
        )

    def _judged(self, component: str, used_pct: float, warn_pct: float) -> Probe:
        metrics = {"used_pct": used_pct}
        if self._bars_feed:
            return Probe(component, StepResult.NOT_APPLICABLE, _NO_MATTER, metrics)
        if used_pct > warn_pct:
            return Probe(component, StepResult.WARN, f"more than {warn_pct:g} % used", metrics)
        return Probe(component, StepResult.OK, f"at most {warn_pct:g} % used", metrics)


def hummingbot_probe() -> Probe:
    """Hummingbot is no part of this release, and never called ok (semantics.md 8)."""
    return Probe("hummingbot", StepResult.NOT_APPLICABLE, "not configured")


def emergency_probe(open_spare: Callable[[], object]) -> Probe:
    """Whether the spare file of the emergency path is there; `open_spare` opens or makes it."""
    try:
        open_spare()
    except YtcError as error:
        return Probe("emergency", StepResult.BLOCKED, _short(str(error)))
    return Probe("emergency", StepResult.OK, "spare file preallocated")


def _writable(component: str, folder: Path) -> Probe:
    """Writes and syncs a block in `folder` and takes it away again."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(os.urandom(_TRIAL_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Probe(component, StepResult.BLOCKED, _short(f"cannot be written: {error.strerror}"))
    return Probe(component, StepResult.OK, "writable")


def _days(span_ns: int) -> str:
    return f"{span_ns / _NS_PER_DAY:.1f}"


def _short(text: str) -> str:
    return safe_line(text, DETAIL_LIMIT)
