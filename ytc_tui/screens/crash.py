"""An app that dies of a defect shows where, and nothing of what it held.

Decides what of an unhandled exception is printed. Imports Textual, of it one method that is not public: the
version is pinned and a test crashes an app. Invariant: no value of a local variable reaches the terminal, and
the words of an exception only as `discreet` lets them.
"""

from __future__ import annotations

import rich
from rich.segment import Segments
from rich.traceback import Traceback
from textual.app import App, ReturnType


class DiscreetApp(App[ReturnType]):
    """The base of every app here."""

    def discreet(self, text: str) -> str:
        """The words of an exception as they may stand on the terminal."""
        return ascii(text)[1:-1]

    def _fatal_error(self) -> None:
        traceback = Traceback(show_locals=False, width=None, suppress=[rich])
        for stack in traceback.trace.stacks:
            stack.exc_value = self.discreet(stack.exc_value)
            stack.notes = [self.discreet(note) for note in stack.notes]
            stack.syntax_error = None  # it quotes a line
            stack.exceptions = []  # of a group, with words of their own
        self._exit_renderables.append(Segments(self.console.render(traceback, self.console.options)))
        self._close_messages_no_wait()
