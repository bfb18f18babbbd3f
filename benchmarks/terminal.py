"""A program on a pseudo-terminal of its own: what it writes and when, what it burns, and keys sent to it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

import psutil

COLUMNS, LINES = 200, 50
READ_SIZE = 65_536
START_TIMEOUT_S, END_TIMEOUT_S = 20.0, 10.0
SYNC_QUERY, SYNC_ANSWER, FRAME = b"\x1b[?2026$p", b"\x1b[?2026;2$y", b"\x1b[?2026h"
# Letters that are no part of an escape sequence: something to read.
_WORDS = re.compile(rb"(?<![\x1b\[;?0-9A-Za-z])[a-z]{3}")
QUIT = b"\x11"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes, and the monotonic second at which they could be read."""

    at_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Watched:
    """What a program did over some seconds; the chunks are there for their times."""

    cpu_pct: float
    bytes_per_s: float
    frames_per_s: float
    chunks: tuple[Chunk, ...]


class Terminal:
    """Runs `python -m MODULE ARGUMENTS` at 200x50, with true colour and synchronized output."""

    def __init__(
        self, module: str, arguments: Sequence[str], more_environ: Mapping[str, str] | None = None
    ) -> None:
        self._main, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        environ = {
            key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "COLUMNS", "LINES"}
        }
        environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", **(more_environ or {})}
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=environ,
            start_new_session=True,
        )
        os.close(inner)
        self.pid = self._process.pid
        self.first_text_s: float | None = None
        self._usage = psutil.Process(self._process.pid)
        self._start()

    def _start(self) -> None:
        """Answer what a terminal is asked at the start, and wait for the first frame."""
        seen = b""
        for chunk in self.chunks(START_TIMEOUT_S):
            if self.first_text_s is None and _WORDS.search(chunk.data):
                self.first_text_s = chunk.at_s
            if SYNC_QUERY in (seen[-len(SYNC_QUERY) :] + chunk.data):
                self.send(SYNC_ANSWER)
            seen += chunk.data
            if FRAME in seen:
                return
        raise RuntimeError(f"no frame within {START_TIMEOUT_S:g} s; what came was {seen[-500:]!r}")

    def chunks(self, seconds: float) -> Iterator[Chunk]:
        """What can be read for `seconds` from now, as it comes."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            ready, _, _ = select.select([self._main], [], [], left)
            if ready:
                try:
                    data = os.read(self._main, READ_SIZE)
                except OSError:  # the other side has gone
                    return
                yield Chunk(monotonic(), data)

    def send(self, keys: bytes) -> None:
        os.write(self._main, keys)

    def watch(self, seconds: float) -> Watched:
        """Let it run for `seconds`."""
        before, start = self._usage.cpu_times(), monotonic()
        chunks = tuple(self.chunks(seconds))
        after, passed = self._usage.cpu_times(), monotonic() - start
        cpu_s = after.user + after.system - before.user - before.system
        data = b"".join(chunk.data for chunk in chunks)
        return Watched(100 * cpu_s / passed, len(data) / passed, data.count(FRAME) / passed, chunks)

    def kill(self) -> None:
        """End it and what it started, at once."""
        for child in (*self._usage.children(recursive=True), self._usage):
            child.kill()
        self._process.wait()
        os.close(self._main)

    def close(self) -> None:
        """Ask it to quit; kill it when it does not."""
        if self._process.poll() is None:
            self.send(QUIT)
        try:
            for _ in self.chunks(END_TIMEOUT_S):
                if self._process.poll() is not None:
                    break
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._main)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
