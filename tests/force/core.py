"""The core under kill -9: kernel, order machinery, journal and venue in one process, on real files.

Everything that a run is made of is prepared once; each process is a fork of that and opens the journal and
the venue's store on disk as the program does. It tells the witness each entry once it is durable, and each
order before it is sent.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.force import busy
from tests.force.forks import Forked, fork
from tests.force.tally import Tally, differences
from tests.force.witness import Books, Witness, books_of
from tests.sim.harness import LineList, NoticeList
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.upgrade import upgrade
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.agents.base import Probe
from ytc_tui.boot import Parts, RunRequest, prepare, volume_known
from ytc_tui.checklists import initial_lines
from ytc_tui.commands.instants import parse_instant
from ytc_tui.config import load_settings
from ytc_tui.engine.ports import Batch, Minute
from ytc_tui.engine.recovery import recover_state
from ytc_tui.model.chain import ChainHead
from ytc_tui.model.orders import OrderRequest, VenueReport
from ytc_tui.model.session import StepResult
from ytc_tui.model.state import State
from ytc_tui.paper_run import Outlets, PaperRun
from ytc_tui.wiring import paper_settings

FROM, UNTIL = "2022-11-08T12:00Z", "2022-11-08T12:24Z"
_TOLD_FD = 1
_SOON_S = 0.003


class TellingVenue(PaperVenue):
    """A paper venue whose caller says what it sends, before it does."""

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        _tell({"sent": request.client_id})
        return await super().submit(request)


def _tell(line: dict[str, object]) -> None:
    os.write(_TOLD_FD, json.dumps(line).encode() + b"\n")


class TellingJournal(SqliteJournal):
    """Tells each entry as soon as it is durable, before anything can follow from it."""

    async def append(self, batch: Batch) -> None:
        await super().append(batch)
        for entry in batch.entries:
            body = json.loads(entry.body)
            _tell({"seq": entry.seq, "at": entry.at, "type": entry.type, "body": body})


@dataclass
class MinutesFeed:
    """The minutes of a bars feed in memory; `rest` stands for what nobody asks a feed that is known."""

    from_ns: int
    to_ns: int
    start_ns: int
    last_ns: int
    digest: str
    symbols: tuple[str, ...]
    known: tuple[Minute, ...]

    def minutes(self, start_ns: int) -> Iterator[Minute]:
        return (minute for minute in self.known if minute.open_ns >= start_ns)

    def volume_known(self, symbol: str) -> bool:
        return True


@dataclass
class Core:
    """What all processes share: the parts of a run after its warm-up, and an empty journal to copy."""

    folder: Path
    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        loaded = load_settings(None, dict(busy.SETTINGS), environment={})
        from_ns, to_ns = parse_instant(FROM, "from"), parse_instant(UNTIL, "to")
        request = busy.with_eager_agent(RunRequest(demo=True, from_ns=from_ns, to_ns=to_ns))
        self.parts = parts = prepare(loaded, request, {"XDG_STATE_HOME": str(self.folder)})
        feed, init_ns = parts.feed, parts.windows[0].init_ns
        for minute in feed.minutes(feed.start_ns):
            if minute.open_ns >= init_ns:
                break
            parts.market.begin_minute(minute)
            parts.market.close_minute(minute)
        known = tuple(feed.minutes(init_ns))
        assert volume_known(feed) == dict.fromkeys(feed.symbols, True)
        parts.feed = MinutesFeed(  # type: ignore[assignment]
            feed.from_ns, feed.to_ns, init_ns, feed.last_ns, feed.digest, tuple(feed.symbols), known
        )
        upgrade(self.folder / "empty.db")

    def files(self, name: str) -> Files:
        """The files of one session, fresh."""
        folder = self.folder / name
        folder.mkdir()
        shutil.copy(self.folder / "empty.db", folder / "ytc.db")
        return Files(folder)

    def process(self, files: Files) -> Forked:
        """A process that goes on with the session in `files`."""
        return fork(lambda: asyncio.run(_live(self.parts, files)), files.folder)


@dataclass(frozen=True)
class Files:
    folder: Path

    @property
    def journal(self) -> Path:
        return self.folder / "ytc.db"

    @property
    def venue(self) -> Path:
        return self.folder / "venue.db"


async def _live(parts: Parts, files: Files) -> None:
    """One life of the core, to the end of its session."""
    journal = TellingJournal(files.journal, feed=parts.feed.digest)
    probes = tuple(Probe(name, StepResult.OK, "in force") for name in ("feed", "venue", "journal"))
    settings = paper_settings(parts.loaded.settings, parts.opening_balance, volume_known(parts.feed))

    async def checks() -> tuple[list[tuple[str, str, str]], tuple[Probe, ...]]:
        return initial_lines(parts, probes), probes

    async def seal(head: ChainHead) -> None:
        await journal.anchor(head.session, 0)

    def finish(state: State) -> list[tuple[str, str, str]]:
        return [("Export session data", "ok", "not in this harness")]

    outlets = Outlets(
        journal=journal,
        reader=SqliteReader(files.journal),
        venue=TellingVenue(parts.instruments, settings, PaperStore(files.venue)),
        notifier=NoticeList(),
        spare=LineList(),
        checks=checks,
        finish=finish,
        observe=lambda entry, event: None,
        hold=lambda session: None,
        seal=seal,
    )
    await PaperRun(parts, outlets).run()
    await journal.close()


@contextmanager
def core() -> Iterator[Core]:
    with tempfile.TemporaryDirectory(prefix="ytc-") as folder:
        yield Core(Path(folder))


def uninterrupted(made: Core) -> tuple[Books, float]:
    """A session that nobody killed, and how long it took."""
    files, begun = made.files("whole"), time.monotonic()
    process = made.process(files)
    assert process.wait() == 0, process.said()
    seconds = time.monotonic() - begun
    # Here for the processes to come: what decoding builds once for each class.
    with SqliteReader(files.journal) as reader:
        recover_state(reader, reader.sessions()[0])
    return books_of(files.journal, files.venue), seconds


def kill_cores(kills: int, seed: int) -> Tally:
    """Kill cores `kills` times, each session to its end; every session must equal the uninterrupted one."""
    chance, tally = random.Random(seed), Tally()
    with core() as made:
        whole, seconds = uninterrupted(made)
        while tally.kills < kills:
            files = made.files(f"killed{tally.sessions}")
            books = _session(made, files, seconds, chance, tally, kills)
            tally.take(books)
            tally.faults += differences(books, whole, f"session {tally.sessions}")
            shutil.rmtree(files.folder)
    return tally


def _session(
    made: Core, files: Files, seconds: float, chance: random.Random, tally: Tally, kills: int
) -> Books:
    """One session through all its lives."""
    witness = Witness(files.journal, files.venue)
    process = made.process(files)
    while True:
        if tally.kills < kills:
            _wait_for_a_moment(process, seconds, chance)
            tally.kills += process.kill()
        else:
            process.wait()
        witness.after(bytes(process.out))
        if process.status != signal.SIGKILL:
            assert process.status == 0, process.said()
            break
        process = made.process(files)
    tally.witnessed(witness)
    return books_of(files.journal, files.venue)


def _wait_for_a_moment(process: Forked, seconds: float, chance: random.Random) -> None:
    """Half of all lives end at any time up to a fifth of a session, half right after the witness was told
    something."""
    if chance.random() < 0.5:
        process.read_until(time.monotonic() + chance.uniform(0.0, seconds / 5))
        return
    lines = chance.randint(1, 50)
    while process.out.count(b"\n") < lines and process.read(20.0):
        pass
    process.read_until(time.monotonic() + chance.uniform(0.0, _SOON_S))
