"""The whole engine under kill -9: `ytc run --headless` on the bundled bars, against a `ytc paper-host` of its
own, killed at random times and started again by the same command until its sessions are complete.
"""

from __future__ import annotations

import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.force import busy
from tests.force.forks import Forked, command
from tests.force.tally import Tally, differences
from tests.force.witness import Books, Witness, books_of
from ytc_tui.commands import starting

HOURS = ("--from", "2022-11-08T12:00Z", "--to", "2022-11-08T13:30Z")
# A kill this soon after a line falls between an entry and what it leads to.
_SOON_S = 0.004
_WATCHED = (b'"OrderIntended"', b'"CancelAsked"', b'"FlattenStarted"', b'"FillBooked"', b'"SessionEnded"')


@dataclass
class Place:
    """A user's folders, a host, and the engines that use it, one after the other."""

    folder: Path
    runtime: Path
    host: Forked = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        arguments = ["paper-host", "--grace-s", "3600", "--socket", str(self.socket)]
        self.host = command(arguments, self.environ, self.folder)
        assert b"listening" in self._first_line(), self.host.said()

    @property
    def environ(self) -> dict[str, str]:
        return {"XDG_STATE_HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.runtime)}

    @property
    def socket(self) -> Path:
        return self.runtime / "host"

    @property
    def journal(self) -> Path:
        return self.folder / "ytc" / "paper" / "ytc.db"

    def engine(self) -> Forked:
        arguments = ["run", "--headless", "--json", "--exit-when-done", "--demo", *HOURS, "--speed", "max"]
        arguments += [*busy.assignments(), "--set", f"paper.host={self.socket}"]
        return command(arguments, self.environ, self.folder, with_agent)

    def venue_file(self) -> Path:
        """The host's own record of the one account."""
        [path] = (self.folder / "ytc" / "paper" / "venues").glob("*.db")
        return path

    def _first_line(self) -> bytes:
        while b"\n" not in self.host.out and self.host.read(20.0):
            pass
        return bytes(self.host.out)

    def close(self) -> None:
        self.host.kill()


def with_agent() -> None:
    """The agent comes with the request, as a program that embeds the engine brings one along."""
    plain = starting.request_of
    starting.request_of = lambda loaded, flags: busy.with_eager_agent(plain(loaded, flags))


@contextmanager
def place(name: str) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="ytc-") as folder:
        made = Place(Path(folder) / name, Path(folder))
        try:
            yield made
        finally:
            made.close()


@dataclass
class Uninterrupted:
    """A run that nobody killed: its books, and how long it took."""

    books: Books
    seconds: float
    started_s: float  # until its first line


def uninterrupted() -> Uninterrupted:
    with place("whole") as made:
        begun = time.monotonic()
        engine = made.engine()
        while not engine.out and engine.read(60.0):
            pass
        started_s = time.monotonic() - begun
        assert engine.wait() == 0, engine.said()
        return Uninterrupted(books_of(made.journal, made.venue_file()), time.monotonic() - begun, started_s)


def kill_engines(kills: int, seed: int) -> Tally:
    """Kill engines `kills` times, each session to its end; every session must equal the uninterrupted one."""
    chance, tally = random.Random(seed), Tally()
    whole = uninterrupted()
    while tally.kills < kills:
        with place(f"killed{tally.sessions}") as made:
            books = _session(made, whole, chance, tally, kills)
            tally.take(books)
            tally.faults += differences(books, whole.books, f"session {tally.sessions}")
    return tally


def _session(made: Place, whole: Uninterrupted, chance: random.Random, tally: Tally, kills: int) -> Books:
    """One session through all its lives."""
    witness = Witness(made.journal)
    while True:
        engine = made.engine()
        if tally.kills < kills:
            _wait_for_a_moment(engine, whole, chance)
            tally.kills += engine.kill()
        else:
            engine.wait()
        if witness.venue is None and (made.journal.parent / "venues").exists():
            witness.venue = made.venue_file()
        witness.after(bytes(engine.out))
        if engine.status != signal.SIGKILL:
            assert engine.status == 0, engine.said()
            break
    tally.witnessed(witness)
    return books_of(made.journal, made.venue_file())


def _wait_for_a_moment(engine: Forked, whole: Uninterrupted, chance: random.Random) -> None:
    """Read until this life's last moment: in its start, anywhere, or right after something happened."""
    draw = chance.random()
    if draw < 0.2:
        engine.read_until(time.monotonic() + chance.uniform(0.0, whole.started_s))
    elif draw < 0.5:
        engine.read_until(time.monotonic() + chance.uniform(0.0, whole.seconds))
    else:
        lines = chance.randint(1, 60)
        while sum(engine.out.count(kind) for kind in _WATCHED) < lines and engine.read(20.0):
            pass
        engine.read_until(time.monotonic() + chance.uniform(0.0, _SOON_S))
