"""The other end of the search process: starts it, asks it, and does without it no longer than needed.

Decides when an answer is given up. Standard library and the client protocol. Invariants: one question at a
time; whatever becomes of the process, a question ends, and the next one finds a process that answers.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from ytc_tui.adapters.error_documents import error_from
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.client import Page
from ytc_tui.errors import JournalUnavailable
from ytc_tui.model.codec import from_json, to_json
from ytc_tui.views.journal_query import PageQuery

MODULE = "ytc_tui.adapters.stores.search_process"
# It hands over what it has far sooner; only a disk that stands still takes so long.
ANSWER_TIMEOUT_S = 4.0
END_TIMEOUT_S = 2.0
_READ_BYTES = 65_536
_MS_PER_S = 1_000
_TRIES = 2


class _Ended(Exception):
    """The process ended instead of an answer."""


class Searcher:
    """Asks a process of its own for pages of the store at `database`. Its methods block; close it."""

    def __init__(self, database: Path, *, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._database, self._timeout_s = database, timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def page(self, session: str, query: PageQuery) -> Page:
        """The page, as much of it as is found quickly. Raises what the search raised, or JournalUnavailable
        when it gives no answer."""
        asked = json.dumps({"session": session, "query": to_json(query)}, separators=(",", ":")).encode()
        with self._lock:
            for left in reversed(range(_TRIES)):
                try:
                    answer = loads(self._exchange(asked + b"\n"))
                    break
                except TimeoutError:
                    self._kill()
                    raise JournalUnavailable(
                        f"the search did not answer within {self._timeout_s:g} s",
                        fix="look at the disk; asked again it begins anew",
                    ) from None
                except (_Ended, OSError, ValueError) as error:
                    self._kill()
                    if not left:
                        raise JournalUnavailable(
                            f"the search ended without an answer: {error}", fix="ask again"
                        ) from error
        if "page" not in answer:
            raise error_from(answer)
        return from_json(Page, answer["page"])

    def warm(self) -> None:
        """Start the process, so that a first question need not wait for it."""
        if self._lock.acquire(blocking=False):
            try:
                with suppress(OSError, JournalUnavailable):
                    self._running()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Let the process end; it seals its index."""
        with self._lock:
            self._closed = True
            if self._process is not None and self._process.stdin is not None:
                with suppress(OSError, subprocess.TimeoutExpired):
                    self._process.stdin.close()
                    self._process.wait(END_TIMEOUT_S)
            self._kill()

    def _exchange(self, asked: bytes) -> bytes:
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(asked)
        answer, ends_s = bytearray(), time.monotonic() + self._timeout_s
        answering = select.poll()
        answering.register(process.stdout, select.POLLIN)
        while not answer.endswith(b"\n"):
            if not answering.poll(max(0.0, ends_s - time.monotonic()) * _MS_PER_S):
                raise TimeoutError
            part = os.read(process.stdout.fileno(), _READ_BYTES)
            if not part:
                raise _Ended(f"exit code {process.wait()}")
            answer += part
        return bytes(answer)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise JournalUnavailable("the engine is stopping")
        if self._process is not None and self._process.poll() is not None:
            self._kill()
        if self._process is None:
            # All three are given: a desk in this process has the terminal.
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE, str(self._database)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
