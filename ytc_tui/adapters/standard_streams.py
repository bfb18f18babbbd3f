"""Standard output as one place where writing may fail: a full disk, a closed descriptor, a pipe nobody reads.

Decides what an answer that cannot be written costs. Standard library only. Invariants: writing to what
`held_output` put in place never raises OSError; descriptors 0 to 2 are taken, so that no file of ours gets
one of their numbers and is written to as if it were the terminal.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import Any, cast

# Done, but the answer could not be written.
EXIT_UNWRITTEN = 11


class StandardOutput:
    """A text stream over `stream`; `lost` is the first error of writing to it, after which nothing is."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self.lost: OSError | None = None

    def write(self, text: str) -> int:
        if self.lost is None:
            try:
                return self._stream.write(text)
            except OSError as error:
                self.lost = error
        return len(text)

    def flush(self) -> None:
        if self.lost is None:
            try:
                self._stream.flush()
            except OSError as error:
                self.lost = error

    def concluded(self, code: int) -> tuple[int, str]:
        """The process's exit code where the command's is `code`, and what is to be said of it. A reader that
        left is no failure; a code that is an answer by itself stays."""
        self.flush()
        if self.lost is None:
            return code, ""
        # What is still buffered would be tried again, and complained of, as the interpreter ends.
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        if self.lost.errno == errno.EPIPE:
            return code, ""
        why = f"could not be written: {self.lost.strerror}"
        if code:
            return code, f"the answer {why}; it was exit code {code}"
        return EXIT_UNWRITTEN, f"done, but the answer {why}"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def held_output() -> StandardOutput:
    """Take descriptors 0 to 2 where they are closed, and put a StandardOutput in the place of sys.stdout."""
    for descriptor, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number; one that is open to be read alone refuses what is written.
            os.open(os.devnull, flags)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)
    stream = cast(io.TextIOWrapper, sys.stdout or os.fdopen(1, "w", closefd=False))
    # What the terminal's encoding has not is no reason to keep the rest back.
    stream.reconfigure(errors="backslashreplace")
    output = StandardOutput(stream)
    sys.stdout = cast(Any, output)
    return output
