"""Every order is on disk before it is on the wire: read off the system calls of a real engine.

`strace` writes down what the engine's process writes to the log of its journal, when that log was synced, and
what it sends to the host's socket. Each order that is sent is looked for by its client id: in a write to
the log, in a sync of the log that began after that write and came back before the send.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.force import busy
from tests.force.engines import HOURS, Place, place

CALLS = "trace=pwrite64,write,fdatasync,fsync,sendto,sendmsg"
_STRING_BYTES = 5_000  # a page of the database, escaped or not, is shown whole
_LINE = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(.*)$")
_RETURNED = re.compile(r"= (-?\d+)(?: .*)?$")
_INTENT = re.compile(r'\\"client_id\\":\\"(y[a-z0-9]+)\\"')
_SUBMIT = re.compile(r'\\"call\\":\\"submit\\",\\"request\\":\{\\"client_id\\":\\"(y[a-z0-9]+)\\"')


def missing() -> str:
    """Why nothing can be traced here; empty if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"strace cannot trace here: {tried.stderr.strip()[:200]}"


@dataclass
class Order:
    """The newest line at which each step of one order was seen; 0 = not yet."""

    written: int = 0
    synced: int = 0
    spare: int = 0


@dataclass
class Trace:
    """What a trace says of every order that was sent. `emergency` were sent by the exception to the rule:
    noted in the spare file, while the journal accepted nothing."""

    sent: int = 0
    after_sync: int = 0
    emergency: int = 0
    repeated: int = 0
    faults: list[str] = field(default_factory=list)
    syncs: int = 0

    def add(self, other: Trace) -> None:
        self.sent += other.sent
        self.after_sync += other.after_sync
        self.emergency += other.emergency
        self.repeated += other.repeated
        self.syncs += other.syncs
        self.faults += other.faults

    def line(self) -> str:
        return (
            f"{self.after_sync} of {self.sent - self.emergency} sends came after the sync of their own intent"
            f" ({self.syncs} syncs), {self.emergency} by the emergency exception, {self.repeated} sent twice"
        )


def read_trace(lines: Iterable[str]) -> Trace:
    """Follow the log's writes and syncs and the socket's sends, in the order in which they happened."""
    found, orders, sends = Trace(), dict[str, Order](), Counter[str]()
    unsynced: dict[str, set[str]] = {}  # by process: ids in its writes since its last sync
    syncing: dict[str, set[str]] = {}
    for number, line in enumerate(lines, start=1):
        match = _LINE.match(line)
        if match is None:
            continue
        pid, call, rest = match.groups()
        resumed = "resumed>" in rest[:12]
        if call in ("pwrite64", "write") and not resumed:
            if ".db-wal>" in rest[:300] and "/venues/" not in rest[:300]:
                for client_id in _INTENT.findall(rest):
                    order = orders.setdefault(client_id, Order())
                    order.written = order.written or number
                    unsynced.setdefault(pid, set()).add(client_id)
            elif ".spare>" in rest[:300]:
                for client_id in re.findall(r"submit (y[a-z0-9]+) ", rest):
                    orders.setdefault(client_id, Order()).spare = number
        elif call in ("fdatasync", "fsync"):
            if not resumed and ".db-wal>" in rest[:300]:
                syncing[pid] = unsynced.pop(pid, set())
            returned = _RETURNED.search(rest)
            if returned is not None and pid in syncing:
                done = syncing.pop(pid)
                found.syncs += 1
                if returned[1] != "0":
                    unsynced.setdefault(pid, set()).update(done)
                    continue
                for client_id in done:
                    orders[client_id].synced = orders[client_id].synced or number
        elif call in ("sendto", "sendmsg", "write") and not resumed:
            for client_id in _SUBMIT.findall(rest):
                sends[client_id] += 1
                _judge(found, client_id, orders.get(client_id, Order()))
    found.repeated = sum(count - 1 for count in sends.values())
    return found


def _judge(found: Trace, client_id: str, order: Order) -> None:
    found.sent += 1
    if order.synced and order.written < order.synced:
        found.after_sync += 1
    elif order.spare:
        found.emergency += 1
    else:
        state = "its intent was written and not synced" if order.written else "no intent of it was written"
        found.faults.append(f"order {client_id} was sent, but {state}")


def traced_session(made: Place) -> Trace:
    """One session of an engine under `strace`, to its end."""
    output = made.folder / "strace.txt"
    command = ["strace", "-f", "-y", "-s", str(_STRING_BYTES), "-e", CALLS, "-o", str(output)]
    command += [sys.executable, "-m", "tests.force.engine", "run", "--headless", "--exit-when-done", "--demo"]
    command += [*HOURS, "--speed", "max", *busy.assignments(), "--set", f"paper.host={made.socket}"]
    repository = Path(__file__).resolve().parents[2]
    environ = {**os.environ, **made.environ, "PYTHONPATH": str(repository)}
    done = subprocess.run(
        command, env=environ, cwd=made.folder, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    with output.open(errors="replace") as lines:
        return read_trace(lines)


def trace_sends(at_least: int) -> Trace:
    """Whole sessions until `at_least` orders were sent."""
    found = Trace()
    while found.sent < at_least:
        with place("traced") as made:
            found.add(traced_session(made))
        assert found.sent, "no order was sent"
    return found
