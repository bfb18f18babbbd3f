"""A form: several fields on one page, read together.

Decides how a form is shown and sent. Imports Textual. Invariants: escape changes nothing; a field that
cannot be read is named, and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

AnswerT = TypeVar("AnswerT")


class Field(NamedTuple):
    """One input: its name, what stands in it while it is empty, and what it holds at first."""

    name: str
    hint: str
    value: str = ""
    length: int = 40


class FormDialog(ModalScreen[AnswerT | None], Generic[AnswerT]):
    """What `read` makes of the fields; None = escape. `read` raises ValueError for what does not fit.

    `focus` names the field in which typing begins.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Back", id="dialog.close")]

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        read: Callable[[dict[str, str]], AnswerT],
        *,
        effect: str,
        focus: str,
    ) -> None:
        super().__init__()
        self._title, self._fields, self._read = title, tuple(fields), read
        self._effect, self._focus = effect, focus

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="title")
            for field in self._fields:
                yield Input(
                    field.value,
                    placeholder=field.hint,
                    id=f"form-{field.name}",
                    max_length=field.length,
                    compact=True,
                )
            yield Static(id="dialog-problem", classes="problem")
            yield Static(
                Content(f"{self._effect}\ntab: next field    enter: send    escape: nothing"), classes="hint"
            )

    def on_mount(self) -> None:
        self.query_one(f"#form-{self._focus}", Input).focus()

    def on_input_submitted(self) -> None:
        texts = {
            field.name: self.query_one(f"#form-{field.name}", Input).value.strip() for field in self._fields
        }
        try:
            answer = self._read(texts)
        except ValueError as error:
            self.query_one("#dialog-problem", Static).update(Content(str(error)))
            return
        self.dismiss(answer)

    def action_close(self) -> None:
        self.dismiss(None)
