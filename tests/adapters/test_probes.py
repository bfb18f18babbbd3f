"""Every probe says what is so, in the four words, and keeps measured numbers out of them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.adapters.stores.disks import make_read_only, small_disk
from ytc_tui.adapters import probes
from ytc_tui.adapters.probes import (
    SANE_FROM_NS,
    SANE_TO_NS,
    ClockReading,
    FeedFacts,
    MachineProbe,
    clock_probe,
    disk_probe,
    emergency_probe,
    feed_probe,
    hummingbot_probe,
    journal_probe,
    log_probe,
    time_sync_probe,
    venue_probe,
)
from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.spare import EmergencyFile
from ytc_tui.errors import VenueOutcomeUnknown, VenueRefused, VenueRetryable
from ytc_tui.model.orders import VenueAccount
from ytc_tui.model.session import StepResult

OK, WARN, BLOCKED, NONE = StepResult.OK, StepResult.WARN, StepResult.BLOCKED, StepResult.NOT_APPLICABLE
DAY_NS = 86_400 * 10**9
MS = 10**6
NOW = ClockReading(SANE_FROM_NS + DAY_NS, 5 * DAY_NS)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "ytc.db"
    with closing(LoopJournal(path).store.connection):
        yield path


class OneAccount:
    """The account side of a venue: an answer or an error."""

    name = "scripted"

    def __init__(self, answer: VenueAccount | Exception) -> None:
        self._answer = answer

    async def account(self) -> VenueAccount:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def ticking(step_ms: int) -> Any:
    readings = iter(range(0, 100 * step_ms * MS, step_ms * MS))
    return lambda: next(readings)


def account(equity: str) -> VenueAccount:
    return VenueAccount("USDT", Decimal(equity), Decimal(equity), Decimal(0))


@pytest.mark.parametrize(
    ("facts", "result", "says"),
    [
        (FeedFacts(("BTCUSDT", "ETHUSDT")), OK, "2 symbols: BTCUSDT, ETHUSDT"),
        (FeedFacts(()), BLOCKED, "no symbol"),
        (FeedFacts(("A",), late_bars={"A": 1}), WARN, "A: late"),
        (FeedFacts(("A",), late_bars={"A": 2}), BLOCKED, "data gap: A"),
        (FeedFacts(("A",), late_bars={"A": 2}, late_gap_bars=3), WARN, "A: late"),
        (
            FeedFacts(("A",), warmup_wanted_ns=7 * DAY_NS, warmup_ns={"A": 3 * DAY_NS}),
            WARN,
            "short history, 3.0 of 7.0 days",
        ),
        (FeedFacts(("A",), warmup_wanted_ns=7 * DAY_NS, warmup_ns={"A": 7 * DAY_NS}), OK, "1 symbols"),
        (FeedFacts(("A", "B"), volume_unknown=("B",)), WARN, "B: volume unknown"),
    ],
)
def test_feed(facts: FeedFacts, result: StepResult, says: str) -> None:
    probe = feed_probe(facts)
    assert (probe.component, probe.result) == ("feed", result)
    assert says in probe.detail


@pytest.mark.parametrize(
    ("answer", "step_ms", "result", "says"),
    [
        (account("10000"), 1, OK, "account readable"),
        (account("10000"), 201, WARN, "slower than 200 ms"),
        (account("0"), 1, BLOCKED, "no money"),
        (account("-1"), 1, BLOCKED, "no money"),
        (VenueRetryable("down for maintenance"), 1, BLOCKED, "down for maintenance"),
        (VenueRefused("key \x1b[2J wrong"), 1, BLOCKED, "key �[2J wrong"),
        (VenueOutcomeUnknown("HTML instead of JSON"), 1, BLOCKED, "HTML"),
    ],
)
async def test_venue(answer: VenueAccount | Exception, step_ms: int, result: StepResult, says: str) -> None:
    venue: Any = OneAccount(answer)
    probe = await venue_probe(venue, ticking(step_ms), bars_feed=False)
    assert (probe.component, probe.result) == ("venue", result)
    assert says in probe.detail


async def test_on_a_bars_feed_a_busy_machine_changes_no_verdict(tmp_path: Path) -> None:
    """The same run under load, or on a fuller disk, must have the same chain (semantics.md 7)."""
    venue: Any = OneAccount(account("10000"))
    slow, fast = [await venue_probe(venue, ticking(ms), bars_feed=True) for ms in (5_000, 1)]
    assert (slow.result, slow.detail) == (fast.result, fast.detail) == (OK, "scripted: account readable")
    mark = tmp_path / "synchronized"
    never_set = time_sync_probe(mark, bars_feed=True)
    mark.touch()
    assert time_sync_probe(mark, bars_feed=True) == never_set


def test_journal_that_takes_writes(database: Path) -> None:
    assert journal_probe(database).result is OK


def test_journal_that_is_missing_or_locked(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "DATABASE_TIMEOUT_S", 0.0)
    assert journal_probe(database.with_name("none.db")).result is BLOCKED
    assert not database.with_name("none.db").exists()
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        probe = journal_probe(database)
        assert probe.result is BLOCKED
        assert "locked" in probe.detail
        other.execute("ROLLBACK")
    assert journal_probe(database).result is OK


def test_journal_on_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path, "1m") as disk:
        path = disk / "ytc.db"
        with closing(LoopJournal(path).store.connection):
            assert journal_probe(path).result is OK
            filler = (disk / "filler").open("wb", buffering=0)
            with pytest.raises(OSError, match="No space"):
                while True:
                    filler.write(bytes(4096))
            filler.close()
            probe = journal_probe(path)
            assert (probe.result, probe.detail) == (BLOCKED, "cannot be written: No space left on device")
            assert log_probe(disk).result is WARN
            assert disk_probe(disk, bars_feed=False).result is BLOCKED


def test_a_disk_that_is_read_only(tmp_path: Path) -> None:
    with small_disk(tmp_path, "1m") as disk:
        make_read_only(disk)
        assert log_probe(disk).result is WARN


def test_log_folder(tmp_path: Path) -> None:
    assert log_probe(tmp_path).result is OK
    assert log_probe(tmp_path / "none").result is WARN
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("warn_mb", "block_mb", "result"), [(0, 0, OK), (10**12, 0, WARN), (1, 10**12, BLOCKED)]
)
def test_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warn_mb: int, block_mb: int, result: StepResult
) -> None:
    monkeypatch.setattr(probes, "DISK_WARN_MB", warn_mb)
    monkeypatch.setattr(probes, "DISK_BLOCK_MB", block_mb)
    probe = disk_probe(tmp_path, bars_feed=False)
    assert probe.result is result
    assert probe.metrics["free_mb"] > 0
    assert disk_probe(tmp_path, bars_feed=True).result is (BLOCKED if result is BLOCKED else NONE)
    assert disk_probe(tmp_path / "none", bars_feed=True).result is BLOCKED


@pytest.mark.parametrize(
    ("now", "before", "result"),
    [
        (NOW, None, OK),
        (ClockReading(0, 0), None, BLOCKED),
        (ClockReading(SANE_FROM_NS - 1, 0), None, BLOCKED),
        (ClockReading(SANE_TO_NS, 0), None, BLOCKED),
        (ClockReading(NOW.wall_ns + 10_000 * MS, NOW.monotonic_ns + 10_000 * MS), NOW, OK),
        (ClockReading(NOW.wall_ns + 10_100 * MS, NOW.monotonic_ns + 10_000 * MS), NOW, OK),
        (ClockReading(NOW.wall_ns + 10_101 * MS, NOW.monotonic_ns + 10_000 * MS), NOW, WARN),
        (ClockReading(NOW.wall_ns - 3_600_000 * MS, NOW.monotonic_ns + 10_000 * MS), NOW, WARN),
        (ClockReading(NOW.wall_ns, NOW.monotonic_ns - 1), NOW, BLOCKED),
    ],
)
def test_clock(now: ClockReading, before: ClockReading | None, result: StepResult) -> None:
    assert clock_probe(now, before).result is result


def test_time_service(tmp_path: Path) -> None:
    mark = tmp_path / "synchronized"
    assert time_sync_probe(mark, bars_feed=False).result is NONE
    mark.touch()
    assert time_sync_probe(mark, bars_feed=False).result is OK


def test_machine_numbers_are_telemetry_on_a_bars_feed() -> None:
    for probe in MachineProbe(bars_feed=True).read():
        assert probe.result is NONE
        assert 0 <= probe.metrics["used_pct"] <= 100
        assert not re.search(r"\d", probe.detail)


@pytest.mark.parametrize(("cpu", "memory", "results"), [(80.0, 70.0, (OK, OK)), (80.1, 70.1, (WARN, WARN))])
def test_a_busy_machine_only_warns(
    monkeypatch: pytest.MonkeyPatch, cpu: float, memory: float, results: tuple[StepResult, StepResult]
) -> None:
    monkeypatch.setattr(psutil, "cpu_percent", lambda: cpu)
    found = psutil.virtual_memory()._replace(percent=memory)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: found)
    assert tuple(probe.result for probe in MachineProbe(bars_feed=False).read()) == results


def test_hummingbot_is_never_ok() -> None:
    assert (hummingbot_probe().result, hummingbot_probe().detail) == (NONE, "not configured")


def test_emergency_file(tmp_path: Path) -> None:
    assert emergency_probe(lambda: EmergencyFile(tmp_path / "spare").close()).result is OK
    assert emergency_probe(lambda: EmergencyFile(tmp_path / "none" / "spare")).result is BLOCKED


async def test_what_was_measured_is_not_in_the_words(tmp_path: Path, database: Path) -> None:
    """Two runs of the same session must journal the same words (semantics.md 7)."""
    venue: Any = OneAccount(account("10000"))

    async def words(step_ms: int) -> list[tuple[str, StepResult, str]]:
        later = ClockReading(NOW.wall_ns + step_ms * MS, NOW.monotonic_ns)
        found = [await venue_probe(venue, ticking(step_ms), bars_feed=False), clock_probe(later, NOW)]
        found.append(disk_probe(tmp_path, bars_feed=False))
        found += [journal_probe(database), *MachineProbe(bars_feed=True).read()]
        return [(probe.component, probe.result, probe.detail) for probe in found]

    assert await words(1) == await words(7)
