"""`ytc data fetch`: one-minute bars of a venue into a file that the feed reads.

Decides the words, the signals and the exit code; asking is the feed adapter's. Invariant: whatever ends a
fetch early, what it stored stays, and the same command goes on there.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ytc_tui.adapters.feeds.ccxt_bars import CCXT_VERSION, TIMEFRAME, CcxtBars, exchange_of, market_of
from ytc_tui.adapters.feeds.fetched_file import FetchedFile, Finished, Identity
from ytc_tui.adapters.feeds.fetching import MINUTE_MS, Fetch, Stretch, Tally, gaps, moment
from ytc_tui.adapters.feeds.files import SYMBOL
from ytc_tui.adapters.process_guard import tell
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.answer import Answer
from ytc_tui.errors import UsageInvalid

GAPS_LISTED = 20
_SIGNALLED = 128
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to fetch. Times UTC ns, `to_ns` None = until now; `out` a Parquet file or a folder."""

    venue: str
    market: str
    symbol: str
    timeframe: str
    from_ns: int
    to_ns: int | None
    out: Path


@dataclass(frozen=True, slots=True)
class World:
    """What a fetch reaches: the venue (venue, market -> a ccxt exchange) and the passing of time."""

    exchange_of: Callable[[str, str], Any] = exchange_of
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


def fetch(wanted: Wanted, world: World | None = None) -> Answer:
    """Fetch to the end of the range. Raises a YtcError; after SIGINT or SIGTERM exit code 128 + signal."""
    identity = _checked(wanted)
    out = wanted.out
    path = out if out.suffix == ".parquet" and not os.path.isdir(out) else out / identity.file_name
    file = FetchedFile(path, identity)
    try:
        return asyncio.run(_fetch(wanted, file, world or World()))
    finally:
        file.close()


def _checked(wanted: Wanted) -> Identity:
    market_of(wanted.venue, wanted.market)
    if wanted.timeframe != TIMEFRAME:
        raise UsageInvalid(
            f"{wanted.timeframe!r} is not {TIMEFRAME}",
            where="--timeframe",
            fix="the feed reads one-minute bars",
        )
    if not SYMBOL.fullmatch(wanted.symbol):
        raise UsageInvalid(
            f"{wanted.symbol!a} is not a symbol", where="--symbol", fix="write it like BTCUSDT"
        )
    if wanted.to_ns is not None and wanted.to_ns <= wanted.from_ns:
        raise UsageInvalid("the range is empty", where="--from, --to")
    for flag, at_ns in (("--from", wanted.from_ns), ("--to", wanted.to_ns or 0)):
        if at_ns % (MINUTE_MS * _NS_PER_MS):
            raise UsageInvalid("is not a whole minute", where=flag)
    return Identity(wanted.venue, wanted.market, wanted.symbol, TIMEFRAME)


async def _fetch(wanted: Wanted, file: FetchedFile, world: World) -> Answer:
    exchange = world.exchange_of(wanted.venue, wanted.market)
    bars = CcxtBars(exchange, wanted.venue, wanted.market, wanted.symbol)
    progress = Progress()
    fetching = Fetch(bars, file, progress.say, progress.show, world.sleep)
    with _stoppable() as stopped:
        try:
            try:
                await fetching.patiently(f"markets of {wanted.venue}", bars.load)
                now_ms = await fetching.patiently(f"time of {wanted.venue}", bars.now_ms)
                stretch = _closed_part(wanted, now_ms)
                file.take(stretch)
                progress.begin(stretch, file)
                await fetching.run(stretch)
            finally:
                progress.end()
                await bars.close()
        except asyncio.CancelledError:
            if not stopped:
                raise
            return _stopped(stopped[0], file, fetching.tally)
    fetched_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    origin = {"venue_symbol": bars.venue_symbol, "fetched_at": fetched_at, "ccxt": CCXT_VERSION}
    return _summary(wanted, stretch, file, file.finish(stretch, origin), fetching.tally, bars.venue_symbol)


def _closed_part(wanted: Wanted, now_ms: int) -> Stretch:
    """The asked range without bars that the venue has not closed."""
    from_ms, closed_ms = wanted.from_ns // _NS_PER_MS, now_ms // MINUTE_MS * MINUTE_MS
    to_ms = closed_ms if wanted.to_ns is None else min(wanted.to_ns // _NS_PER_MS, closed_ms)
    if to_ms <= from_ms:
        raise UsageInvalid(
            f"no bar is closed there yet; at the venue it is {moment(now_ms // 1000 * 1000)} UTC",
            where="--from, --to",
        )
    return Stretch(from_ms, to_ms)


@contextmanager
def _stoppable() -> Iterator[list[int]]:
    """SIGINT and SIGTERM cancel this task; the list then holds the signal."""
    loop, task, stopped = asyncio.get_running_loop(), asyncio.current_task(), list[int]()
    assert task is not None

    def stop(number: int) -> None:
        if not stopped:
            task.cancel()
        stopped.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        yield stopped
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


class Progress:
    """How far it is, on standard error: one line that changes on a terminal, else a line every tenth."""

    def __init__(self) -> None:
        self._stretch: Stretch | None = None
        self._tenths = 0
        self._open_line = False
        self._changing = sys.stderr.isatty()

    def begin(self, stretch: Stretch, file: FetchedFile) -> None:
        self._stretch = stretch
        if file.resumed:
            self.say(f"goes on with {file.part_path}, {file.resumed:,} bars")

    def show(self, at_ms: int) -> None:
        assert self._stretch is not None
        share = (at_ms - self._stretch.from_ms) / (self._stretch.to_ms - self._stretch.from_ms)
        text = f"fetched to {moment(at_ms)} UTC, {share:.0%}"
        if self._changing:
            _draw(f"\r{text}")
            self._open_line = True
        elif int(share * 10) > self._tenths:
            self._tenths = int(share * 10)
            tell(text)

    def say(self, text: str) -> None:
        self.end()
        tell(text)

    def end(self) -> None:
        if self._open_line:
            _draw("\n")
            self._open_line = False


def _draw(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _stopped(number: int, file: FetchedFile, tally: Tally) -> Answer:
    kept = file.resumed + tally.stored
    text = (
        f"stopped by {signal.Signals(number).name}; {kept:,} bars are kept in {file.part_path}: "
        "the same command goes on there"
    )
    data = {"file": None, "part": str(file.part_path), "kept": kept, "stopped": True}
    return Answer(text, data, _SIGNALLED + number)


def _summary(
    wanted: Wanted, stretch: Stretch, file: FetchedFile, finished: Finished, tally: Tally, venue_symbol: str
) -> Answer:
    missing = gaps(finished.times_ms, stretch)
    data = {
        "file": str(file.path),
        "written": finished.written,
        "venue": wanted.venue,
        "market": wanted.market,
        "symbol": wanted.symbol,
        "venue_symbol": venue_symbol,
        "bars": len(finished.times_ms),
        "stored": tally.stored,
        "resumed": file.resumed,
        "first": moment(finished.times_ms[0]),
        "last": moment(finished.times_ms[-1]),
        "pages": tally.pages,
        "asked_again": tally.asked_again,
        "repeated": tally.repeated,
        "missing_minutes": sum(gap.minutes for gap in missing),
        "gaps": [
            {"from": moment(gap.from_ms), "to": moment(gap.to_ms), "minutes": gap.minutes} for gap in missing
        ],
    }
    lines = [
        f"file      {file.path}" + ("" if finished.written else " (had all of it, left as it is)"),
        f"symbol    {wanted.symbol} ({wanted.venue} {wanted.market}: {safe_line(venue_symbol)})",
        f"bars      {data['bars']:,}, {data['first']} to {data['last']} UTC",
        f"fetched   {tally.stored:,} bars in {tally.pages:,} pages; asked again {tally.asked_again}, "
        f"repeated bars dropped {tally.repeated:,}",
        f"gaps      {len(missing)}, {data['missing_minutes']:,} minutes; nothing is filled",
    ]
    lines += [f"  {gap}, {gap.minutes:,} min" for gap in missing[:GAPS_LISTED]]
    if len(missing) > GAPS_LISTED:
        lines.append(f"  and {len(missing) - GAPS_LISTED} more; --json has them all")
    return Answer("\n".join(lines), data)
