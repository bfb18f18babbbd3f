"""K1: how long the emergency key takes to reach the wire.

The engine plays its feed at full speed with 50 entry orders at work and 20 positions, journal on disk; the
desk follows it on a pseudo-terminal and repaints; the venue is a paper host in a third process, which writes
down when each request reached it. A drill presses `!` and counts from that byte to the 50th cancel at the
host; then it types FLAT and counts from the return key to the 20th close. One monotonic clock for all of it.
`python -m benchmarks.panic [--quick]`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

from benchmarks.crowd import Crowd, request_of, settings_of
from benchmarks.engine import engine_behind
from benchmarks.harness import emit, percentile
from benchmarks.terminal import Terminal
from benchmarks.witness_host import Witness, witness_host
from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.sockets import RunningEngine
from ytc_tui.commands.output import Output
from ytc_tui.commands.places import command_of
from ytc_tui.commands.run import Manner, run_engine
from ytc_tui.errors import EngineUnreachable

SELF, DESK = "benchmarks.panic", "ytc_tui"
DRILLS, QUICK_DRILLS = 1_000, 30
# Feed minutes pass quickly at full speed: so many days last for so many drills.
DAYS, QUICK_DAYS = 400, 40
GOAL_MS, MS, NS_PER_S = 250.0, 1_000.0, 1_000_000_000
FLATTEN_KEY, WORD, RETURN, ESCAPE = b"!", b"FLAT", b"\r", b"\x1b"
READY_TIMEOUT_S, DRILL_TIMEOUT_S = 120.0, 20.0
LOOK_S, PAUSE_S = 0.02, 0.08


def crowd_of(quick: bool) -> Crowd:
    return Crowd(held=20, resting=50, days=QUICK_DAYS if quick else DAYS)


def run_alone(folder: Path, socket_path: Path, quick: bool) -> int:
    """The process of the engine: the product's own, until SIGTERM."""
    crowd = crowd_of(quick)
    data, instruments = crowd.write(folder)
    loaded = settings_of(folder / "journal", instruments, socket_path)
    with open(os.devnull, "w") as nothing:
        output = Output(as_json=False, fd=nothing.fileno())
        try:
            return asyncio.run(run_engine(loaded, request_of(crowd, data), Manner(), output))
        finally:
            output.close()


@dataclass(slots=True)
class Wire:
    """What reached the host so far, read from its log: (monotonic ns, kind, client id)."""

    log: Path
    seen: list[tuple[int, str, str]] = field(default_factory=list)
    _place: int = 0

    def read(self) -> None:
        with self.log.open("rb") as file:
            file.seek(self._place)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        self._place += whole
        for line in data[:whole].decode().splitlines():
            at, kind, name = line.split()
            self.seen.append((int(at), kind, name))

    def since(self, at_ns: int, kind: str) -> list[int]:
        """Instants of the requests of `kind` after `at_ns`."""
        self.read()
        found = []
        for at, of, _ in reversed(self.seen):
            if at <= at_ns:
                break
            if of == kind:
                found.append(at)
        return sorted(found)


@contextmanager
def running_engine(folder: Path, host: Witness, quick: bool) -> Iterator[RunningEngine]:
    arguments = ["--engine", str(folder), "--socket", str(host.socket), *(["--quick"] if quick else [])]
    with Popen([sys.executable, "-m", SELF, *arguments], stdout=DEVNULL) as process:
        try:
            yield engine_behind(process)
        finally:
            process.terminate()
            process.wait()


@dataclass(slots=True)
class Drills:
    """Presses the key again and again; `cancels_ms` and `closes_ms` are until the last was there."""

    crowd: Crowd
    terminal: Terminal
    wire: Wire
    engine: RunningEngine
    cancels_ms: list[float] = field(default_factory=list)
    closes_ms: list[float] = field(default_factory=list)
    void: int = 0  # a session of the feed ended meanwhile

    def ask(self, verb: str) -> bool:
        async def sent() -> bool:
            async with HttpClient(self.engine.socket_path) as client:
                return (await client.send(command_of(verb, "drill"))).accepted

        try:
            return asyncio.run(sent())
        except EngineUnreachable:
            return False

    def state(self) -> tuple[int, int, str]:
        """Positions and working orders of the engine, and its session."""

        async def asked() -> tuple[int, int, str]:
            async with HttpClient(self.engine.socket_path) as client:
                found = await client.status()
            held, working = found.get("active_positions", []), found.get("working_orders", [])
            resting = sum(1 for order in working if order["role"] == "entry" and order["state"] == "acked")
            return len(held), resting, str(found.get("session_id"))

        return asyncio.run(asked())

    def standing(self) -> str:
        """What the engine says of itself, for one that opens nothing any more."""

        async def asked() -> dict[str, Any]:
            async with HttpClient(self.engine.socket_path) as client:
                return await client.status()

        told = asyncio.run(asked())
        names = ("session_status", "current_phase", "gate", "emergency", "as_of", "alerts", "funnel")
        return json.dumps({name: told.get(name) for name in names})

    def ready(self) -> str:
        """Wait until everything is open; the session."""
        end_s = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < end_s:
            held, resting, session = self.state()
            if (held, resting) == (self.crowd.held, self.crowd.resting):
                return session
            self.terminal.watch(LOOK_S * 5)
            if not held and not resting:
                self.ask("resume")
        raise RuntimeError(
            f"{held} positions and {resting} entry orders after {READY_TIMEOUT_S:g} s: {self.standing()}"
        )

    def until(self, at_ns: int, kind: str, count: int) -> float | None:
        """Milliseconds from `at_ns` to the request number `count` of `kind`; None when they do not come."""
        end_s = time.monotonic() + DRILL_TIMEOUT_S
        while time.monotonic() < end_s:
            found = self.wire.since(at_ns, kind)
            if len(found) >= count:
                return (found[count - 1] - at_ns) / NS_PER_S * MS
            self.terminal.watch(LOOK_S)
        return None

    def drill(self) -> None:
        """Press the key, then confirm; a drill in which the feed's session ended counts for nothing."""
        session = self.ready()
        begun_ns = time.monotonic_ns()
        self.terminal.send(FLATTEN_KEY)
        cancels_ms = self.until(begun_ns, "cancel", self.crowd.resting)
        self.terminal.watch(PAUSE_S)
        self.terminal.send(WORD)
        self.terminal.watch(PAUSE_S)
        confirmed_ns = time.monotonic_ns()
        self.terminal.send(RETURN)
        closes_ms = self.until(confirmed_ns, "submit", self.crowd.held)
        self.terminal.watch(PAUSE_S)
        self.terminal.send(ESCAPE)
        self.terminal.watch(PAUSE_S)
        if self.state()[2] != session:
            self.void += 1
        elif cancels_ms is None or closes_ms is None:
            raise RuntimeError(f"a drill went unheard: cancels {cancels_ms}, closes {closes_ms}")
        else:
            self.cancels_ms.append(cancels_ms)
            self.closes_ms.append(closes_ms)


def measure(drills: int, quick: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="ytc-") as name:
        folder = Path(name)
        for part in ("state", "market", "venue"):
            (folder / part).mkdir()
        os.environ |= {"XDG_STATE_HOME": str(folder / "state"), "XDG_RUNTIME_DIR": name}
        os.environ["YTC_JOURNAL__STATE_DIR"] = str(folder / "market" / "journal")
        with (
            witness_host(folder / "venue", dict(os.environ)) as host,
            running_engine(folder / "market", host, quick) as engine,
            Terminal(DESK, ["attach"]) as terminal,
        ):
            done = Drills(crowd_of(quick), terminal, Wire(host.log), engine)
            terminal.watch(3.0)
            while len(done.cancels_ms) < drills:
                done.drill()
            busy = terminal.watch(1.0)
    report(done, f"{busy.frames_per_s:.0f} repaints/s of the desk, {done.void} drills void")


def report(done: Drills, workload: str) -> None:
    workload = f"50 entry orders, 20 positions, the feed at full speed; {workload}"
    for what, times in (("50th cancel", done.cancels_ms), ("20th close", done.closes_ms)):
        key = "`!`" if what == "50th cancel" else "return after FLAT"
        figure, usual = percentile(times, 0.99), percentile(times, 0.5)
        emit(
            "K1",
            figure,
            f"ms from {key} to the {what} at the venue, p99 of {len(times)}",
            baseline=("the same, p50, ms", usual),
            ratio=figure / usual,
            goal=f"<= {GOAL_MS:g} ms",
            ok=figure <= GOAL_MS,
            why=f"slowest {max(times):.0f} ms: desk, engine, venue and what else ran share the cores",
            workload=workload,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_DRILLS} drills in place of {DRILLS}")
    parser.add_argument("--drills", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--engine", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--socket", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.engine is not None:
        sys.exit(run_alone(options.engine, options.socket, options.quick))
    measure(options.drills or (QUICK_DRILLS if options.quick else DRILLS), options.quick)


if __name__ == "__main__":
    main()
