"""Desks whose terminal is taken away, against one engine that runs on.

Each desk is a fork of this process on a pseudo-terminal of its own, with the whole of `ytc attach` in it;
what it saves is the imports. Its terminal is closed, its process is told of the hang-up, or it is killed.
"""

from __future__ import annotations

import fcntl
import os
import pty
import random
import select
import signal
import struct
import sys
import termios
import time
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from tests.force.forks import Forked, command, preload
from tests.force.screen import COLUMNS, LINES, Screen
from tests.force.witness import read_only
from tests.journeys.terminal import waited_s

READ_SIZE = 65_536
START_S, ENDS_S, SETTLES_S, DRAWN_S = 20.0, 5.0, 5.0, 1.0
DATA = ("PAPER", "gate ", "setup_scanner", "USDT 1m")  # what only an engine's frames bring to the screen
_MODULES = (
    "httpcore",
    "textual.app",
    "textual.drivers.linux_driver",
    "textual.layouts.factory",
    "textual.layouts.horizontal",
    "textual.layouts.stream",
    "textual.pilot",
    "textual.scrollbar",
    "textual.widgets",
    "ytc_tui.adapters.transports.client",
    "ytc_tui.commands.curtain",
    "ytc_tui.commands.desk",
    "ytc_tui.commands.operate",
)


@dataclass(eq=False)
class Desk:
    """One `ytc attach` on a terminal of its own."""

    pid: int
    fd: int
    begun_s: float
    screen: Screen = field(default_factory=Screen)
    said: bytes = b""  # the last that was read

    def read(self, limit_s: float) -> None:
        ready, _, _ = select.select([self.fd], [], [], max(0.0, limit_s))
        if not ready:
            return
        try:
            part = os.read(self.fd, READ_SIZE)
        except OSError as error:
            _, status = os.waitpid(self.pid, 0)
            how = f"status {status}, it said last {self.said!r}"
            raise AssertionError(f"the desk has ended: {how}") from error
        self.said = (self.said + part)[-READ_SIZE:]
        self.screen.feed(part)

    def shows_data(self) -> float:
        """Seconds from its beginning until the engine's data were on its screen."""
        end = time.monotonic() + START_S
        while not all(text in self.screen.text for text in DATA):
            assert time.monotonic() < end, f"no data within {START_S:g} s:\n{self.screen.text}"
            self.read(1.0)
        return time.monotonic() - self.begun_s

    def drop(self, how: str) -> None:
        """Take its terminal away; its process is gone soon after."""
        if how == "kill":
            os.kill(self.pid, signal.SIGKILL)
        elif how == "hangup":
            os.kill(self.pid, signal.SIGHUP)
        os.close(self.fd)
        end = time.monotonic() + ENDS_S
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                raise AssertionError(f"a desk outlived its terminal by {ENDS_S:g} s ({how})")
            time.sleep(0.002)


WAYS = ("close", "hangup", "kill")
# A minute of the market every 6 s; in a long series every 15 s, so that its session outlasts the series.
SPEED, LONG_SPEED, LONG = 10, 4, 200
WARM = 20  # desks after which an engine has opened what it opens


def preload_desk() -> None:
    preload(_MODULES)


def attach(environ: dict[str, str], folder: Path) -> Desk:
    """A desk on the one engine of this user."""
    sys.stdout.flush()
    begun_s = time.monotonic()
    pid, fd = pty.fork()
    if pid == 0:
        code = 70
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            # Those of the parent may be files, which a terminal is not.
            sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
            os.chdir(folder)
            os.environ.update(environ, TERM="xterm-256color", COLUMNS=str(COLUMNS), LINES=str(LINES))
            os.environ.pop("NO_COLOR", None)
            sys.argv = ["ytc", "attach"]
            from ytc_tui import cli

            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return Desk(pid, fd, begun_s)


@dataclass
class Dropped:
    """What a series of dropped terminals came to.

    Seconds run from a desk's beginning to the engine's data on its screen; `own_seconds` leave out those in
    which it was ready and got no processor. `same` counts screens that were the one before the drop but for
    clocks, `moved` those before which the market had moved on.
    """

    drops: int = 0
    seconds: list[float] = field(default_factory=list)
    own_seconds: list[float] = field(default_factory=list)
    same: int = 0
    moved: int = 0
    other: list[str] = field(default_factory=list)
    fds: tuple[int, int] = (0, 0)
    ran_on: bool = False

    @property
    def faults(self) -> list[str]:
        """What was not as it must be."""
        found = [f"another screen after the drop:\n{text}" for text in self.other]
        if not self.ran_on:
            found.append("the engine did not run on")
        if self.fds[1] > self.fds[0]:
            found.append(f"the engine has {self.fds[1]} files open, {self.fds[0]} at first")
        return found

    def line(self) -> str:
        cuts, own = quantiles(self.seconds, n=100), quantiles(self.own_seconds, n=100)
        return (
            f"{self.drops} terminals dropped, the engine {'ran on' if self.ran_on else 'DID NOT RUN ON'};"
            f" re-attached in {cuts[49] * 1e3:.0f} ms p50, {cuts[98] * 1e3:.0f} ms p99,"
            f" {max(self.seconds) * 1e3:.0f} ms at most, of it its own {own[49] * 1e3:.0f} ms p50 and"
            f" {own[98] * 1e3:.0f} ms p99; the same screen {self.same} times,"
            f" {self.moved} times the market had moved, {len(self.other)} times another;"
            f" open files {self.fds[0]} at first,"
            f" {self.fds[1]} in the end"
        )


@contextmanager
def running_engine(speed: int) -> Iterator[tuple[Forked, dict[str, str], Path]]:
    """An engine in trading hours, at the pace of its market."""
    with TemporaryDirectory(prefix="ytc-") as runtime:
        folder = Path(runtime) / "state"
        folder.mkdir()
        environ = {"XDG_STATE_HOME": str(folder), "XDG_RUNTIME_DIR": runtime}
        engine = command(["run", "--headless", "--demo", "--speed", str(speed)], environ, folder)
        try:
            while b"(trading hours)" not in engine.out:
                assert engine.read(START_S), engine.said()
            yield engine, environ, folder
        finally:
            engine.kill()


def drop_terminals(drops: int, seed: int) -> Dropped:
    """Attach, drop and attach again, `drops` times."""
    chance, found, shown = random.Random(seed), Dropped(), Screen()
    speed = SPEED if drops <= LONG else LONG_SPEED
    with running_engine(speed) as (engine, environ, folder):
        journal = folder / "ytc" / "paper" / "ytc.db"
        for number in range(drops + 1):
            desk = attach(environ, folder)
            found.seconds.append(desk.shows_data())
            found.own_seconds.append(found.seconds[-1] - waited_s(desk.pid))
            if number:
                _compare(found, desk, shown)
            if number == min(drops, WARM):
                found.fds = (open_files(engine.pid), 0)
            if number == drops:
                desk.drop("close")
                break
            until_s = time.monotonic() + chance.uniform(0.0, 0.3)
            while (left_s := until_s - time.monotonic()) > 0:
                desk.read(left_s)
            shown = desk.screen
            desk.drop(chance.choice(WAYS))
            found.drops += 1
            engine.read(0.0)
        found.fds = (found.fds[0], _settled_files(engine.pid, found.fds[0]))
        found.ran_on = _goes_on(engine, journal, 60.0 / speed)
    return found


def _compare(found: Dropped, desk: Desk, before: Screen) -> None:
    """The screen after the drop against the one before it, once it is drawn whole."""
    end = time.monotonic() + DRAWN_S
    while desk.screen.timeless != before.timeless and time.monotonic() < end:
        desk.read(end - time.monotonic())
    if desk.screen.timeless == before.timeless:
        found.same += 1
    elif desk.screen.price_number != before.price_number or _other_chart_alone(desk.screen, before):
        found.moved += 1
    else:
        found.other.append(f"{before.text}\n--- then ---\n{desk.screen.text}")


def _other_chart_alone(now: Screen, before: Screen) -> bool:
    """Whether they differ in the symbol of the chart, and nowhere but in its pane."""
    return now.charted != before.charted and now.chartless == before.chartless


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _settled_files(pid: int, most: int) -> int:
    """Open files of `pid` once they are `most` at most, or those that stay."""
    end = time.monotonic() + SETTLES_S
    while (found := open_files(pid)) > most and time.monotonic() < end:
        time.sleep(0.05)
    return found


def _goes_on(engine: Forked, journal: Path, minute_s: float) -> bool:
    """Whether the engine still journals: the next minute's entries come."""

    def entries() -> int:
        with closing(read_only(journal)) as store:
            return int(store.execute("SELECT count(*) FROM journal").fetchone()[0])

    before, end = entries(), time.monotonic() + minute_s + START_S
    while entries() == before and time.monotonic() < end:
        if not engine.read(0.1):
            return False
    return entries() > before
