"""J1: how soon a page of a journal of a million entries is there, against reading everything in the same run.

One session, the bundled days again and again, each trade and order under a name of its own. What is asked for
is rare or long ago, so that reading finds it late. Each page goes the way that an engine's door takes, over
the search process and its index. Beside it: how long the index takes, what an expression costs, and what the
engine's loop and the journal's commits feel of both. `python -m benchmarks.journal [--quick] [--dir FOLDER]`
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sqlite3
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.durable import append_round
from benchmarks.harness import emit, percentile
from benchmarks.journals import long_session
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.search import JournalSearch
from ytc_tui.adapters.stores.search_index import FOLDER
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.client import Page, PageRow
from ytc_tui.commands.record import Record
from ytc_tui.model.chain import ChainHead
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.views.journal_query import Condition, ConditionKind, PageQuery

ENTRIES, QUICK_ENTRIES = 1_000_000, 20_000
MS_PER_S, ROWS, TURNS, TICK_S = 1_000.0, 100, 9, 0.005
GOAL_MS, LATENESS_MS = 200.0, 10.0
FOREVER_S = 3_600.0
# Found nowhere, and looked for in every entry.
EXPRESSION = r"reward_risk .* 99\.\d+x"
ROUNDS, PAUSE_S = 20, 0.2
OTHER_SESSION = "5f0c4b1e-0000-5000-8000-000000000001"


def asked(path: Path, session: str) -> dict[str, PageQuery]:
    """What is asked for, by name."""
    with closing(sqlite3.connect(path)) as store:
        order, trade, seq = store.execute(
            "SELECT o.client_id, o.trade_id, min(j.seq) FROM orders AS o, journal AS j WHERE o.session = ?1"
            " AND o.trade_id IS NOT NULL AND j.session = ?1 AND j.type = 'OrderIntended'"
            " AND j.seq < 20000 AND j.correlation = o.trade_id",
            (session,),
        ).fetchone()
    with SqliteReader(path) as reader:
        at_ns = reader.newest(session, seq + 1, 1)[0].at

    def one(kind: ConditionKind, value: str) -> PageQuery:
        return PageQuery((Condition(kind, value),), rows=ROWS)

    return {
        "type": one(ConditionKind.TYPE, "order_expired"),
        "agent": one(ConditionKind.AGENT, "next_session_prep"),
        "order": one(ConditionKind.ORDER, order),
        "trade": one(ConditionKind.TRADE, trade),
        "time": PageQuery(from_ns=at_ns, to_ns=at_ns + NS_PER_MIN, rows=ROWS),
        "text": one(ConditionKind.WORDS, f"{trade} planned"),
    }


async def whole_page(record: Record, session: str, query: PageQuery) -> tuple[Page, float, int]:
    """A page until it is full or all was looked at; the ms of the longest answer, and how many there were."""
    rows: list[PageRow] = []
    longest_ms, answers = 0.0, 0
    while True:
        start_s = perf_counter()
        page = await record.page(session, query)
        longest_ms = max(longest_ms, (perf_counter() - start_s) * MS_PER_S)
        answers += 1
        rows += page.rows
        left = query.rows - len(page.rows)
        if not page.before_seq or left <= 0:
            return Page(session, tuple(rows), page.before_seq), longest_ms, answers
        query = PageQuery(query.conditions, query.from_ns, query.to_ns, page.before_seq, None, left)


async def lateness(work: Callable[[], Awaitable[None]]) -> float:
    """How late a loop's ticks are (ms p99) while `work` goes on in it."""
    doing, late = asyncio.ensure_future(work()), []
    while not doing.done():
        start_s = perf_counter()
        await asyncio.sleep(TICK_S)
        late.append((perf_counter() - start_s - TICK_S) * MS_PER_S)
    await doing
    return percentile(late, 0.99)


@dataclass(frozen=True)
class Bench:
    """The journal that is asked, and the record that answers."""

    record: Record
    path: Path
    session: str
    entries: int

    def emit(
        self, figure: float, unit: str, baseline: tuple[str, float], goal: str, ok: bool, why: str
    ) -> None:
        workload = f"one session of {self.entries} entries, {self.path.stat().st_size / 1e6:.0f} MB"
        ratio = figure / baseline[1]
        emit("J1", figure, unit, baseline=baseline, ratio=ratio, goal=goal, ok=ok, why=why, workload=workload)

    def emit_lateness(self, when: str, late_ms: float, idle_ms: float) -> None:
        self.emit(
            late_ms,
            f"ms p99 by which ticks of the engine's loop are late {when}",
            ("the same loop without a search", idle_ms),
            f"<= {LATENESS_MS:g} ms",
            late_ms <= LATENESS_MS,
            "the processors are shared",
        )

    def bare(self, look: Callable[[str], object]) -> float:
        """Seconds of a plain loop over every body."""
        start_s = perf_counter()
        with closing(sqlite3.connect(self.path)) as store:
            sql = "SELECT body FROM journal WHERE session = ? ORDER BY seq"
            for (body,) in store.execute(sql, (self.session,)):
                look(body)
        return perf_counter() - start_s


async def measure_index(bench: Bench) -> None:
    """Until the index covers everything, with what commits and the loop feel of it."""
    journal, head = SqliteJournal(bench.path.with_name("other.db")), ChainHead(OTHER_SESSION)
    start_s = perf_counter()
    first = await bench.record.page(bench.session, PageQuery((Condition(ConditionKind.WORDS, "nowhere"),)))
    first_ms = (perf_counter() - start_s) * MS_PER_S
    beside: list[float] = []
    late_ms = await lateness(lambda: until_indexed(bench, journal, head, beside))
    took_s = perf_counter() - start_s
    alone: list[float] = []
    idle_ms = await lateness(lambda: commit_alone(journal, head, alone))
    await journal.close()
    looked_at = first.last_seq - max(0, first.before_seq - 1)
    bench.emit(
        first_ms,
        "ms to a first answer, with no process and no index yet",
        ("entries looked at by then", looked_at),
        "none, for comparison",
        True,
        "",
    )
    megabytes = sum(file.stat().st_size for file in (bench.path.parent / FOLDER).iterdir()) / 1e6
    bench.emit(
        took_s,
        f"s until everything is indexed beside a running engine, {megabytes:.0f} MB",
        ("s to read every entry once", bench.bare(len)),
        "none, for comparison",
        True,
        "",
    )
    beside_ms, alone_ms = percentile(beside, 0.5), percentile(alone, 0.5)
    bench.emit(
        beside_ms,
        "ms p50 of a commit of one intent while the index is made",
        ("the same with nothing beside it", alone_ms),
        "<= 1.5x",
        beside_ms <= 1.5 * alone_ms,
        "both share the disk and its processors",
    )
    bench.emit_lateness("while the index is made", late_ms, idle_ms)


async def commit_alone(journal: SqliteJournal, head: ChainHead, alone: list[float]) -> None:
    for _ in range(ROUNDS):
        alone.extend(await append_round(journal, head, 1))
        await asyncio.sleep(PAUSE_S)


async def until_indexed(bench: Bench, journal: SqliteJournal, head: ChainHead, beside: list[float]) -> None:
    query = PageQuery((Condition(ConditionKind.TYPE, "gate*"),), rows=1)
    while (page := await bench.record.page(bench.session, query)).indexed_seq < page.last_seq:
        beside.extend(await append_round(journal, head, 1))
        await asyncio.sleep(PAUSE_S)


async def measure_pages(bench: Bench) -> None:
    with closing(JournalSearch(bench.path, bench.session)) as plain:
        for name, query in asked(bench.path, bench.session).items():
            times = []
            for _ in range(TURNS):
                start_s = perf_counter()
                page, _, answers = await whole_page(bench.record, bench.session, query)
                times.append((perf_counter() - start_s) * MS_PER_S)
            start_s = perf_counter()
            found = plain.page(query, FOREVER_S)
            plain_ms = (perf_counter() - start_s) * MS_PER_S
            assert [entry.seq for entry in found.entries] == [row.seq for row in page.rows] != []
            again_ms = statistics.median(times)
            bench.emit(
                times[0],
                f"ms to the first page by {name}, {len(page.rows)} rows; {again_ms:.3g} when asked again",
                ("ms by reading every entry until then", plain_ms),
                f"< {GOAL_MS:g} ms",
                times[0] < GOAL_MS,
                f"it took {answers} answers",
            )


async def measure_expression(bench: Bench) -> None:
    query = PageQuery((Condition(ConditionKind.EXPRESSION, EXPRESSION),), rows=ROWS)
    told: list[tuple[float, int]] = []

    async def search() -> None:
        page, longest_ms, answers = await whole_page(bench.record, bench.session, query)
        assert page.rows == ()
        told.append((longest_ms, answers))

    start_s = perf_counter()
    late_ms = await lateness(search)
    took_s = perf_counter() - start_s
    idle_ms = await lateness(lambda: asyncio.sleep(2.0))
    [(longest_ms, answers)] = told
    bare_s = bench.bare(re.compile(EXPRESSION, re.IGNORECASE).search)
    bench.emit(
        took_s,
        f"s of an expression that is nowhere, {bench.entries / took_s:.0f} entries a second",
        ("s of a bare loop of SQLite and re", bare_s),
        "<= 3x the bare loop",
        took_s <= 3 * bare_s,
        "lines are made to be looked at, and pages are handed over on the way",
    )
    bench.emit(
        longest_ms,
        f"ms of the longest of {answers} answers, each with its progress",
        ("entries looked at in each", bench.entries / answers),
        f"< {GOAL_MS:g} ms",
        longest_ms < GOAL_MS,
        "the disk, or a busy machine",
    )
    bench.emit_lateness("while an expression is looked for", late_ms, idle_ms)


async def measure(path: Path, session: str, entries: int) -> None:
    record = Record(path)
    bench = Bench(record, path, session, entries)
    try:
        for part in (measure_index, measure_pages, measure_expression):
            await part(bench)
    finally:
        await record.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ENTRIES} entries")
    parser.add_argument("--dir", type=Path, default=None, help="measure the disk of this folder")
    options = parser.parse_args()
    entries = QUICK_ENTRIES if options.quick else ENTRIES
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        path = Path(folder) / "ytc.db"
        asyncio.run(measure(path, long_session(path, entries), entries))


if __name__ == "__main__":
    main()
