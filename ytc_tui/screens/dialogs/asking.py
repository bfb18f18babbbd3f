"""The three plain dialogs: a choice, a text, a reading.

Decides how a question is asked. Imports Textual. Invariants: escape changes nothing; content is Content,
never markup from outside; a text that does not fit says why and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ytc_tui.screens.widgets.reading import Reading

_CLOSE = Binding("escape", "close", "Back", id="dialog.close")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: the key that gives it, and its exact effect in words."""

    key: str
    effect: str


class ChoiceDialog(ModalScreen[str | None]):
    """One of several answers by its key; None = escape."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE]

    def __init__(self, title: str, body: Content, options: Sequence[Option], *, danger: bool = False) -> None:
        super().__init__()
        self._title, self._body, self._options, self._danger = title, body, tuple(options), danger

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -danger" if self._danger else "dialog"):
            yield Static(Content(self._title), classes="title")
            with VerticalScroll(classes="body"):
                yield Static(self._body)
            for option in self._options:
                yield Static(Content.assemble((f" {option.key} ", "bold reverse"), f"  {option.effect}"))
            yield Static(Content("escape: nothing"), classes="hint")

    def on_key(self, event: Key) -> None:
        for option in self._options:
            if option.key in (event.character, event.key):
                event.stop()
                self.dismiss(option.key)
                return

    def action_close(self) -> None:
        self.dismiss(None)


class TextDialog(ModalScreen[str | None]):
    """A text that `check` accepts (it gives what is wrong, empty = nothing); None = escape."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE]

    def __init__(
        self, title: str, body: Content, check: Callable[[str], str], *, hint: str, danger: bool = False
    ) -> None:
        super().__init__()
        self._title, self._body, self._check, self._hint, self._danger = title, body, check, hint, danger

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -danger" if self._danger else "dialog"):
            yield Static(Content(self._title), classes="title")
            with VerticalScroll(classes="body"):
                yield Static(self._body, id="dialog-body")
            yield Input(placeholder=self._hint, max_length=200)
            yield Static(id="dialog-problem", classes="problem")
            yield Static(Content("enter: do it    escape: nothing"), classes="hint")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        problem = self._check(event.value.strip())
        if problem:
            self.query_one("#dialog-problem", Static).update(Content(problem))
        else:
            self.dismiss(event.value.strip())

    def action_close(self) -> None:
        self.dismiss(None)


class ReadingDialog(ModalScreen[None]):
    """Something to read, scrolled with the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [_CLOSE, Binding("q", "close", "Back", show=False)]

    def __init__(self, title: str, body: Content) -> None:
        super().__init__()
        self._title, self._body = title, body

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="title")
            with VerticalScroll(classes="body", id="reading"):
                yield Reading(self._body)
            yield Static(Content("escape: back"), classes="hint")

    def on_mount(self) -> None:
        self.query_one("#reading").focus()

    def action_close(self) -> None:
        self.dismiss(None)
