"""A terminal of its own for one `ytc`, read by its bytes, and taken away as a cut line takes it away."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.journeys.process import Home

LINES, COLUMNS = 40, 120
READ_SIZE = 65_536
LIMIT_S = 60.0
_ALTERNATE_SCREEN = b"\x1b[?1049h"
_ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][0-9A-B]|\x1b.")
# The leader of a session makes its standard input its controlling terminal, then becomes `ytc`.
_BECOME = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "signal.signal(signal.SIGHUP, signal.Handlers(int(sys.argv[1])));"
    "os.execv(sys.executable, [sys.executable, '-m', 'ytc_tui', *sys.argv[2:]])"
)


class Terminal:
    """`python -m ytc_tui ARGUMENTS` at 120x40, as `home`'s user; `nohup` = its shell has it ignore SIGHUP.

    `variables` are added to its environment. Seconds are monotonic.
    """

    def __init__(
        self, home: Home, *arguments: str, nohup: bool = False, variables: Mapping[str, str] | None = None
    ) -> None:
        self._main, inner = pty.openpty()
        self.resize(COLUMNS, LINES)
        environment = {**home.environment, "TERM": "xterm-256color", **(variables or {})}
        for name in ("COLUMNS", "LINES"):  # the terminal itself says how large it is
            environment.pop(name, None)
        hangup = signal.SIG_IGN if nohup else signal.SIG_DFL
        command = [sys.executable, "-S", "-E", "-c", _BECOME, str(int(hangup)), *arguments]
        self.executed_s = time.monotonic()
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=home.folder,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)
        # When the screen was taken over: the interpreter and the imports are done; and `waited_s` then.
        self.drawn_s = self.drawn_waited_s = 0.0
        self._seen = b""
        self.seen_ever = b""
        self._cut = False

    def shows(self, *texts: str, limit_s: float = LIMIT_S) -> float:
        """Read until all of `texts` were drawn since the last call; when that was."""
        wanted, end = [text.encode() for text in texts], time.monotonic() + limit_s
        while not all(text in _ESCAPES.sub(b"", self._seen) for text in wanted):
            left_s = end - time.monotonic()
            assert left_s > 0, f"not drawn: {texts}; what came was {self._seen[-2000:]!r}"
            self._read(left_s)
        self._seen = b""
        return time.monotonic()

    def _read(self, limit_s: float) -> None:
        ready, _, _ = select.select([self._main], [], [], limit_s)
        if not ready:
            return
        try:
            came = os.read(self._main, READ_SIZE)
            self._seen += came
            self.seen_ever += came
        except OSError as error:
            raise AssertionError(f"it left the terminal; what came was {self._seen[-2000:]!r}") from error
        if not self.drawn_s and _ALTERNATE_SCREEN in self._seen:
            self.drawn_s, self.drawn_waited_s = time.monotonic(), waited_s(self.process.pid)

    def read_for(self, seconds: float) -> None:
        """Read on, so that the program is not held up."""
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0:
            self._read(left_s)

    def ended(self, limit_s: float = 10.0) -> int:
        """Read on until the program has ended; its exit code."""
        end = time.monotonic() + limit_s
        while self.process.poll() is None and time.monotonic() < end:
            with suppress(AssertionError):
                self._read(0.1)
        return self.process.wait(timeout=1)

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._main, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: bytes) -> None:
        os.write(self._main, keys)

    def cut(self) -> None:
        """Take the terminal away: its programs get SIGHUP, and EIO from then on."""
        if not self._cut:
            self._cut = True
            os.close(self._main)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def waited_s(pid: int) -> float:
    """Seconds for which the threads of `pid` were ready to run and got no processor."""
    waited_ns = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError):  # a thread that ended meanwhile
            waited_ns += int(task.read_text().split()[1])
    return waited_ns / 1e9


def alive(pid: int) -> bool:
    """Whether `pid` runs, and is not only waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
