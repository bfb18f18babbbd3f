"""A paper host that writes down when each order and cancel reached it, for the benchmarks of emergencies.

`python -m benchmarks.witness_host SOCKET LOG [--trouble FILE] [--later FILE]`: at SIGUSR1 the trouble of the
second file takes the place of the first, counted from there. Each line of LOG is a monotonic instant in
nanoseconds, `submit` or `cancel`, and the client id.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ytc_tui.adapters.clock import stopwatch_ns
from ytc_tui.adapters.venues.host.server import PaperHost, _Connection
from ytc_tui.adapters.venues.host.trouble import Trouble, load_trouble
from ytc_tui.adapters.venues.host.wire import Call
from ytc_tui.commands import paper_host as command
from ytc_tui.commands.places import paper_paths
from ytc_tui.model.market import NS_PER_S

START_TIMEOUT_S = 20.0
_GRACE_S = 600.0


@dataclass(slots=True, eq=False)
class WitnessHost(PaperHost):
    """The paper host; what reaches it is on record before anything is done about it."""

    log: TextIO | None = None

    async def _answered(self, connection: _Connection, call: Call, document: dict[str, Any]) -> bytes | None:
        if self.log is not None and call in (Call.SUBMIT, Call.CANCEL):
            name = document["request"]["client_id"] if call is Call.SUBMIT else document["client_id"]
            self.log.write(f"{time.monotonic_ns()} {call} {name}\n")
        return await PaperHost._answered(self, connection, call, document)


async def _serve(socket_path: Path, log: TextIO, first: Trouble, later: Trouble) -> None:
    paths = paper_paths()
    paths.prepare()
    host = WitnessHost(
        path=socket_path,
        trouble=first,
        open_account=lambda request: command._account(request, paths, first, 1.0, _GRACE_S),
        now_s=lambda: stopwatch_ns() / NS_PER_S,
        told=lambda line: None,
        log=log,
    )

    def trouble_begins() -> None:
        host._counts.clear()
        host.trouble = later

    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, trouble_begins)
    await host.start()
    await stop.wait()
    await host.stop()


@dataclass(frozen=True, slots=True)
class Witness:
    """A host that runs: where it listens, what it writes down, and its process."""

    socket: Path
    log: Path
    process: subprocess.Popen[bytes]

    def trouble_begins(self) -> None:
        self.process.send_signal(signal.SIGUSR1)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        return line.connect_ex(str(path)) == 0


@contextmanager
def witness_host(
    folder: Path, environ: dict[str, str], first: str = "", later: str = ""
) -> Iterator[Witness]:
    """A host in a process of its own, with the trouble `first`, and `later` from when that begins."""
    socket_path, log = folder / "host.socket", folder / "host.log"
    files = [folder / "first.toml", folder / "later.toml"]
    for path, text in zip(files, (first, later), strict=True):
        path.write_text(text)
    arguments = [str(socket_path), str(log), "--trouble", str(files[0]), "--later", str(files[1])]
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.witness_host", *arguments], env=environ
    ) as process:
        try:
            end_s = time.monotonic() + START_TIMEOUT_S
            while not _listens(socket_path):
                if process.poll() is not None or time.monotonic() > end_s:
                    raise RuntimeError("the paper host did not start")
                time.sleep(0.02)
            yield Witness(socket_path, log, process)
        finally:
            process.terminate()
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("socket", type=Path)
    parser.add_argument("log", type=Path)
    parser.add_argument("--trouble", type=Path, required=True)
    parser.add_argument("--later", type=Path, required=True)
    options = parser.parse_args()
    with options.log.open("w", buffering=1) as log:
        asyncio.run(_serve(options.socket, log, load_trouble(options.trouble), load_trouble(options.later)))


if __name__ == "__main__":
    main()
