"""An app that dies of a defect shows where, and nothing of what it held.

Decides what of an unhandled exception is printed. Imports Textual, of it two members that are not public: the
version is pinned and a test crashes an app. Invariant: no value of a local variable reaches the terminal, and
the words of an exception only as `discreet` lets them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from traceback import format_tb

from rich.text import Text
from textual.app import App, ReturnType


class DiscreetApp(App[ReturnType]):
    """The base of every app here."""

    def discreet(self, text: str) -> str:
        """The words of an exception as they may stand on the terminal."""
        return ascii(text)[1:-1]

    def _fatal_error(self) -> None:
        chain = reversed(list(_with_causes(sys.exception())))
        told = "\n\n".join("\n".join(self._told(error)) for error in chain)
        self._exit_renderables.append(Text(told))
        self._close_messages_no_wait()

    def _told(self, error: BaseException) -> Iterator[str]:
        """Where `error` came from, and its words; of a group not those that it holds."""
        yield "Traceback (most recent call last):"
        yield "".join(format_tb(error.__traceback__)).rstrip()
        yield f"{type(error).__name__}: {self.discreet(str(error))}"
        for note in getattr(error, "__notes__", ()):
            yield self.discreet(str(note))


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those that it came of, the newest first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
