"""Where the lines of a run go: standard output, written by a thread of its own.

Decides what a reader that is slow, stopped or gone costs the run. Imports terminal text and the views.
Invariants: a reader that stopped (a pager, a terminal with its output held) keeps no session from being
operated; a closed pipe silences the output and ends nothing; what was left out, or could not be written, is
counted and said.
"""

from __future__ import annotations

import errno
import json
import os
import queue
import select
import threading

from ytc_tui.adapters.process_guard import tell
from ytc_tui.adapters.secrets import REDACTOR
from ytc_tui.adapters.standard_streams import EXIT_UNWRITTEN
from ytc_tui.adapters.terminal_text import safe, safe_line
from ytc_tui.model.chain import Entry
from ytc_tui.model.events import Event
from ytc_tui.views.event_lines import event_line

STDOUT_FD = 1
LINE_LIMIT = 400
WAITING_LINES = 2_000
# A reader that is only slow slows the run; one that took nothing for so long is passed over.
PATIENCE_S = 1.0
# What a run that was told to stop still grants its reader.
LAST_LINES_S = 2.0


class Output:
    """Lines of text, or of JSON where `as_json`. Close it; until then nothing is sure to be written."""

    def __init__(self, as_json: bool, fd: int = STDOUT_FD) -> None:
        self.as_json = as_json
        self.left_out = 0
        self.hurried = False
        self._fd = fd
        self._broken: OSError | None = None
        self._unwritten = 0  # counted by the writer
        self._passed_over = False
        self._waiting: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        # A daemon, so that a reader that never comes back does not keep the process.
        self._writer = threading.Thread(target=self._write_all, name="output", daemon=True)
        self._writer.start()

    def event(self, entry: Entry, event: Event) -> None:
        """The line of a journalled event, if it has one."""
        if self.as_json:
            body = json.loads(entry.body)
            self.line(json.dumps({"seq": entry.seq, "at": entry.at, "type": entry.type, "body": body}))
            return
        text = event_line(entry, event)
        if text:
            self.line(safe_line(text, LINE_LIMIT))

    def line(self, text: str) -> None:
        """Hand over one line; waits at most `PATIENCE_S`, and not at all for a reader that stopped."""
        if self._broken is not None:
            self.left_out += 1
            return
        text = REDACTOR.values(text if self.as_json else safe(text, len(text)))
        try:
            if self._passed_over:
                self._waiting.put_nowait(text)
            else:
                self._waiting.put(text, timeout=PATIENCE_S)
        except queue.Full:
            self._passed_over = True
            self.left_out += 1
        else:
            self._passed_over = False

    def close(self) -> None:
        """Wait until every line is written: as long as the reader takes, or `LAST_LINES_S` if hurried."""
        patience_s = LAST_LINES_S if self.hurried else None
        try:
            self._waiting.put(None, timeout=patience_s)
        except queue.Full:
            pass
        else:
            self._writer.join(patience_s)
        left_out = self.left_out + self._unwritten
        if self._writer.is_alive():
            left_out += self._waiting.qsize()
        if left_out and not self._nobody_reads:
            error = self._broken
            why = "nobody read them" if error is None else f"they cannot be written: {error.strerror}"
            tell(f"note: {left_out} lines were left out, {why}; the journal holds every entry")

    def concluded(self, code: int) -> int:
        """The exit code of a run that ended with `code`, once this is closed."""
        failed = self._broken is not None and not self._nobody_reads
        return EXIT_UNWRITTEN if failed and code == 0 else code

    @property
    def _nobody_reads(self) -> bool:
        return self._broken is not None and self._broken.errno == errno.EPIPE

    def _write_all(self) -> None:
        while (text := self._waiting.get()) is not None:
            if self._broken is None:
                self._broken = _failure(self._fd, f"{text}\n".encode(errors="backslashreplace"))
            if self._broken is not None:
                self._unwritten += 1


def _failure(fd: int, data: bytes) -> OSError | None:
    """Write `data` past the interpreter's own buffer, which the process's end could not flush.
    What failed, None when nothing did."""
    while data:
        try:
            data = data[os.write(fd, data) :]
        except BlockingIOError:
            select.select((), (fd,), ())
        except OSError as error:
            return error
    return None
