"""The dialog of the emergency flatten: what will be closed, the confirmation, and what became of it.

Decides what counts as a yes: the typed word, or the key twice. Imports the views and the words. Invariants:
entries are latched before this opens; it lists what is open now, and says flat only when the engine
verified it; escape closes nothing and says that entries stay latched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ytc_tui.model.market import Side
from ytc_tui.screens import words
from ytc_tui.screens.link import Link
from ytc_tui.views.exposure import ExposureView

WORD = "FLAT"


class FlattenDialog(ModalScreen[None]):
    """`flatten` sends the command; called once."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Back", id="dialog.close")]

    def __init__(
        self,
        link: Link,
        confirm: Literal["typed", "double_key"],
        flatten: Callable[[], object],
        why_unreachable: Callable[[], str],
        kill_command: str,
    ) -> None:
        super().__init__()
        self._link, self._confirm, self._flatten = link, confirm, flatten
        self._why_unreachable, self._kill_command = why_unreachable, kill_command
        self._asked = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -danger"):
            yield Static(Content("Emergency flatten"), classes="title")
            with VerticalScroll(classes="body"):
                yield Static(id="flatten-body")
            if self._confirm == "typed":
                yield Input(placeholder=f"type {WORD} to close all of this", max_length=8)
            yield Static(id="flatten-hint", classes="hint")

    def on_mount(self) -> None:
        if self._confirm == "typed":
            self.query_one(Input).focus()
        self.show_views()

    def show_views(self) -> None:
        """What is open now, or what became of the flatten."""
        unreachable = self._why_unreachable()
        body = _unreachable(unreachable, self._kill_command) if unreachable else self._open_now()
        self.query_one("#flatten-body", Static).update(body)
        again = f"type {WORD} and enter" if self._confirm == "typed" else "press ! again"
        hint = (
            "escape: back to the desk" if self._asked else f"{again}: close    escape: entries stay latched"
        )
        self.query_one("#flatten-hint", Static).update(Content(hint))

    def _open_now(self) -> Content:
        top = self._link.top
        if self._asked and top is not None and top.flat_verified:
            return Content.assemble(
                ("Verified flat: the venue confirms that nothing is open.\n", "bold $text-success"),
                f"Session P&L {words.money(top.pnl)} {top.currency}. No new entries until a resume.",
            )
        if self._asked:
            state = top.flattening if top is not None and top.flattening else "sent, not confirmed yet"
            head = Content.styled(f"{state}\n", "bold $text-error")
        else:
            head = Content("Entries are latched and entry orders cancelled. This will be closed:\n")
        found = self._link.views.get("exposure")
        lines = closing_lines(found) if isinstance(found, ExposureView) else ["what is open is not known"]
        lines = lines or ["nothing that is known of: the venue is read again all the same"]
        return head + Content("\n".join(lines))

    def confirm_key(self) -> None:
        """The flatten key while this is open."""
        if self._confirm == "double_key":
            self._go()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip() == WORD:
            event.input.disabled = True
            self._go()
        else:
            event.input.value = ""
            event.input.placeholder = f"not {WORD}: nothing was closed; type {WORD}"

    def _go(self) -> None:
        if not self._asked:
            self._asked = True
            self._flatten()
            self.show_views()

    def action_close(self) -> None:
        self.dismiss(None)


def closing_lines(view: ExposureView) -> list[str]:
    """The exact effect: the order that closes each position, and every order that is pulled."""
    lines = [
        f"{'sell' if row.side is Side.BUY else 'buy'} {words.quantity(row.quantity)} {row.symbol} at market,"
        f" reduce-only (now {words.money(row.pnl)}, {words.signed(row.r_now)} R)"
        for row in view.positions
    ]
    lines += [
        f"cancel {row.role.value.replace('_', ' ')}: {row.side.value}"
        f" {words.quantity(row.quantity - row.filled)} {row.symbol} ({row.state.value})"
        for row in view.orders
    ]
    return lines


def _unreachable(why: str, kill_command: str) -> Content:
    return Content.assemble(
        (f"Nothing can be sent from here: {why}.\n\n", "bold $text-error"),
        "To flatten without this desk, in any shell on the engine's machine:\n\n",
        (f"    {kill_command}\n", "bold"),
        "\nThe engine closes everything as soon as it sees that file.",
    )
