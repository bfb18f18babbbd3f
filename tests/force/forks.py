"""Processes of `ytc` forked from this one, so that a thousand of them need their imports once.

A forked process runs the whole command line from `ytc_tui.cli.main` on: its own arguments, environment,
folder, file descriptors, locks and threads. What it saves is the interpreter's start and the imports. It is
killed as any process is.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ytc_tui.agents.registry import discover
from ytc_tui.analysis.exits import policies
from ytc_tui.analysis.setups import finders

READ_SIZE = 65_536
# What `ytc run --headless`, `ytc paper-host` and a new store import on their way.
_MODULES = (
    "alembic.command",
    "alembic.config",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.serialization",
    "pydantic.v1",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.h11_impl",
    "websockets.server",
    "ytc_tui.adapters.stores.tables",
    "ytc_tui.adapters.transports.http",
    "ytc_tui.cli",
    "ytc_tui.commands.app",
    "ytc_tui.commands.paper_host",
    "ytc_tui.commands.run",
    "ytc_tui.commands.starting",
    "ytc_tui.outlets",
)


def preload(more: Sequence[str] = ()) -> None:
    """Import what the processes will need, and `more`; starts no thread."""
    for name in (*_MODULES, *more):
        importlib.import_module(name)
    # pyarrow takes it along where it is installed.
    if importlib.util.find_spec("pandas") is not None:
        importlib.import_module("pandas")
    discover()
    finders()
    policies()
    # What is loaded by now is no garbage: no collection in a child goes through, and copies, all of it.
    gc.collect()
    gc.freeze()


@dataclass(eq=False)
class Forked:
    """A child: its pid, what it wrote to standard output so far, and how it ended (None: it runs)."""

    pid: int
    fd: int
    errors: Path
    out: bytearray = field(default_factory=bytearray)
    status: int | None = None
    closed: bool = False

    def read(self, limit_s: float) -> bool:
        """Take in what it writes within `limit_s`, at most one chunk; whether there may be more to come."""
        if self.closed:
            return False
        ready, _, _ = select.select([self.fd], [], [], max(0.0, limit_s))
        if ready:
            chunk = os.read(self.fd, READ_SIZE)
            self.out += chunk
            if not chunk:
                self.closed = True
                os.close(self.fd)
        return not self.closed

    def read_until(self, at_s: float) -> bool:
        """Read until the monotonic second `at_s`; False when it closed its output before."""
        while (left_s := at_s - time.monotonic()) > 0:
            if not self.read(left_s):
                return False
        return not self.closed

    def kill(self) -> bool:
        """SIGKILL, and take in what it had written; whether it still ran."""
        found, status = os.waitpid(self.pid, os.WNOHANG)
        ran = not found
        if ran:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        self._ended(status)
        return ran

    def wait(self, limit_s: float = 120.0) -> int:
        """Its exit code once it ended by itself; AssertionError after `limit_s`."""
        ended = not self.read_until(time.monotonic() + limit_s)
        if not ended:
            self.kill()
            raise AssertionError(f"it did not end within {limit_s:g} s: {self.said()}")
        _, status = os.waitpid(self.pid, 0)
        self._ended(status)
        return os.waitstatus_to_exitcode(status)

    def said(self) -> str:
        """The end of what it wrote to standard error."""
        return self.errors.read_text(errors="replace")[-2000:]

    def _ended(self, status: int) -> None:
        self.status = status
        while self.read(1.0):
            pass


def fork(work: Callable[[], int | None], folder: Path) -> Forked:
    """`work` in a child whose standard output is a pipe; what it returns is its exit code."""
    out, inner = os.pipe()
    errors = folder / "stderr"
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            os.close(out)
            os.dup2(inner, 1)
            os.close(inner)
            fd = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(fd, 2)
            os.close(fd)
            sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
            code = work() or 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
    os.close(inner)
    return Forked(pid, out, errors)


def command(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    folder: Path,
    before: Callable[[], None] = lambda: None,
) -> Forked:
    """`ytc ARGUMENTS` in `folder`; `before` runs in the child ahead of it."""

    def work() -> None:
        from ytc_tui import cli

        os.chdir(folder)
        os.environ.update(environ)
        sys.argv = ["ytc", *arguments]
        before()
        cli.main()

    return fork(work, folder)
