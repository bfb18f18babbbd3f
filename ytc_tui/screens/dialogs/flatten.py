"""The dialog of the emergency flatten: what will be closed, the confirmation, and what became of it.

Decides what counts as a yes: the typed word, or the key twice. Imports the views and the words. Invariants:
it lists what is open now; it says latched only when the gate is shut, and flat only when the engine verified
it; escape closes nothing; a flatten that the engine did not take can be asked for again at once; what is
typed counts from the key that opened this on, however late it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key, Paste
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from ytc_tui.client import Receipt
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Gate
from ytc_tui.screens import words
from ytc_tui.screens.link import Link
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.top_line import unconfirmed_text
from ytc_tui.screens.widgets.line import Line
from ytc_tui.views.exposure import ExposureView, OrderRow
from ytc_tui.views.top import TopView

WORD = "FLAT"
_MOST_TYPED = 8


class FlattenDialog(ModalScreen[None]):
    """`flatten` sends the command; called again only if the engine did not take it.

    Latch and cancel were sent as this was made, unless `why_unreachable` had something to say.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Back", id="dialog.close")]

    def __init__(
        self,
        link: Link,
        confirm: Literal["typed", "double_key"],
        key: str,
        flatten: Callable[[], Worker[Receipt | None]],
        why_unreachable: Callable[[], str],
        kill_command: str,
        zone: ZoneInfo,
    ) -> None:
        super().__init__()
        self._key, self._zone = key, zone
        self._link, self._confirm, self._flatten = link, confirm, flatten
        self._why_unreachable, self._kill_command = why_unreachable, kill_command
        self._latch_sent = not why_unreachable()
        self._drawn = self._asked = self._taken = False
        self._failed = self._typed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -danger"):
            yield Static(Content("Emergency flatten"), classes="title")
            with VerticalScroll(classes="body"):
                yield Line(id="flatten-body")
            yield Line(id="flatten-word")
            yield Line(id="flatten-problem", classes="problem")
            yield Line(id="flatten-hint", classes="hint")

    def on_mount(self) -> None:
        self._drawn = True
        self.show_views()

    def show_views(self) -> None:
        """What is open now, or what became of the flatten."""
        if not self._drawn:
            return
        unreachable = self._why_unreachable()
        body = _unreachable(unreachable, self._kill_command) if unreachable else self._open_now()
        for place, said in (
            ("#flatten-body", body),
            ("#flatten-word", self._word()),
            ("#flatten-problem", Content(self._failed)),
            ("#flatten-hint", Content(self._hint(unreachable))),
        ):
            self.query_one(place, Line).say(said)

    def _hint(self, unreachable: str) -> str:
        again = f"type {WORD} and enter" if self._confirm == "typed" else f"press {self._key} again"
        if self._asked:
            return "escape: back to the desk"
        if unreachable:
            return f"{again}: try from here all the same    escape: back"
        return f"{again}: close    escape: close nothing, stay latched"

    def _open_now(self) -> Content:
        top = self._link.top
        found = self._link.views.get("exposure")
        lines = closing_lines(found) if isinstance(found, ExposureView) else ["what is open is not known"]
        # An earlier flatten stays verified until this one begins: it proves nothing while anything is open.
        if self._taken and top is not None and top.flat_verified and not lines:
            return Content.assemble(
                ("Verified flat: the venue confirms that nothing is open.\n", "bold $text-success"),
                f"Session P&L {words.money(top.pnl)} {top.currency}. No new entries until a resume.",
            )
        if self._asked and top is not None and top.unconfirmed_ns:
            head = Content.styled(f"{unconfirmed_text(top, self._zone)}\n\n", "bold $text-error")
        elif self._asked:
            state = top.flattening if self._taken and top is not None and not top.flat_verified else ""
            head = Content.styled(f"{state or 'sent, not confirmed yet'}\n", "bold $text-error")
        else:
            head = Content.styled(f"{self._latch(top)}\n", "bold") + Content("This will be closed:\n")
        lines = lines or ["nothing that is known of: the venue is read again all the same"]
        return head + Content("\n".join(lines))

    def _latch(self, top: TopView | None) -> str:
        """How far the latch is, as the engine says."""
        if top is not None and top.gate is not Gate.ACTIVE:
            left = f"; {top.entries_working} entry orders still work" if top.entries_working else ""
            return f"No new entries: gate {top.gate.value.upper()}{left}."
        if self._latch_sent:
            return "Latch and cancel of entries: sent, not confirmed yet."
        return "Entries are NOT latched: the engine could not be asked."

    def confirm_key(self) -> None:
        """The flatten key while this is open."""
        if self._confirm == "double_key":
            self._go()

    def hears(self, key: Key) -> bool:
        """Take a key of the word; False for one that is none. An input would take it only once it is drawn
        and has the focus, and a word typed at once, or over a slow line, would be lost."""
        if self._confirm != "typed" or self._asked:
            return False
        match key.key:
            case "enter":
                self._enter()
            case "backspace":
                self._type(self._typed[:-1])
            case "ctrl+u":
                self._type("")
            case _ if key.is_printable and key.character is not None:
                self._type(self._typed + key.character)
            case _:
                return False
        return True

    def on_paste(self, event: Paste) -> None:
        event.stop()
        if self._confirm == "typed" and not self._asked:
            self._type(self._typed + event.text)

    def _type(self, text: str) -> None:
        self._typed = text[:_MOST_TYPED]
        self.show_views()

    def _enter(self) -> None:
        if self._typed.strip() == WORD:
            self._go()
        else:
            self._failed = f"not {WORD}: nothing was closed"
            self._type("")

    def _word(self) -> Content:
        """What was typed so far."""
        if self._confirm != "typed" or self._asked:
            return Content()
        if not self._typed:
            return Content.assemble(("▏", "bold"), (f"type {WORD} to close all of this", MUTED))
        return Content.styled(f"{self._typed}▏", "bold")

    def _go(self) -> None:
        if not self._asked:
            self._asked, self._failed, self._typed = True, "", ""
            sending = self._flatten()
            self._see_through(sending)
            self.show_views()

    @work(group="flatten", exit_on_error=False)
    async def _see_through(self, sending: Worker[Receipt | None]) -> None:
        """A flatten that was not taken is said, and can be asked for again."""
        receipt = await sending.wait()
        if receipt is not None and receipt.accepted:
            self._taken = True
            self.show_views()
        else:
            self._asked = False
            why = "NOT confirmed" if receipt is None else f"refused: {receipt.reason}"
            self._failed = f"flatten: {why}; {self._kill_command} works without this desk"
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
    return lines + [_order_line(row) for row in view.orders]


def _order_line(row: OrderRow) -> str:
    name = row.role.value.replace("_", " ")
    at = row.stop_price if row.stop_price is not None else row.price
    price = "" if at is None else f" {words.price(at)}"
    what = f"{row.side.value} {words.quantity(row.quantity - row.filled)} {row.symbol}{price}"
    if row.role in (OrderRole.EXIT, OrderRole.FLATTEN):
        return f"at work already: {name} {what} ({row.state.value})"
    return f"cancel {name}: {what} ({row.state.value})"


def _unreachable(why: str, kill_command: str) -> Content:
    return Content.assemble(
        (f"Nothing can be sent from here: {why}.\n\n", "bold $text-error"),
        "To flatten without this desk, in any shell on the engine's machine:\n\n",
        (f"    {kill_command}\n", "bold"),
        "\nThe engine closes everything as soon as it sees that file.",
    )
