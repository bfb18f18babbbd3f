"""What this process leaves behind when it fails: no core, no file that others read, no secret in a traceback.

Decides the process's own limits and its last words (safety.md 5). Imports redaction's process-wide
registry and terminal text. Invariants: nothing here raises; what an exception prints has no values of locals,
no registered secret and no character that steers a terminal.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from contextlib import suppress
from types import TracebackType

from ytc_tui.adapters.secrets import REDACTOR
from ytc_tui.adapters.terminal_text import safe

_PR_SET_DUMPABLE = 4
_TRACE_LIMIT = 65_536


def guard_process() -> None:
    """Guard this process from now on: files for its user alone, no core dumps, discreet last words."""
    os.umask(0o077)
    _without_cores()
    sys.excepthook = _last_words
    sys.unraisablehook = lambda unraisable: _last_words(
        unraisable.exc_type, unraisable.exc_value, unraisable.exc_traceback
    )
    threading.excepthook = _last_words_of_thread
    logging.root.addHandler(_Discreet(logging.WARNING))


def _without_cores() -> None:
    # A system without these keeps what it has.
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(ImportError, OSError, AttributeError):
            import ctypes

            # Also closes /proc/PID/environ and ptrace to other processes of this user.
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def discreet(text: str) -> str:
    """`text` without secrets and without characters that steer a terminal."""
    return safe(REDACTOR.text(text), _TRACE_LIMIT)


def tell(text: str) -> None:
    """Say `text` on standard error, as lines of its own; a terminal that is gone ends nothing."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{discreet(text)}\n")
        sys.stderr.flush()


def _last_words(
    kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
) -> None:
    # Standard error may be a terminal that is gone, and the exception anybody's.
    with suppress(Exception):
        sys.stderr.write(discreet("".join(traceback.format_exception(kind, error, trace))))


def _last_words_of_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_type is not SystemExit:
        _last_words(failed.exc_type, failed.exc_value, failed.exc_traceback)


class _Discreet(logging.Handler):
    """Where warnings go while no log takes them: standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        if logging.root.handlers != [self]:
            return
        with suppress(Exception):
            sys.stderr.write(f"{discreet(self.format(record))}\n")
