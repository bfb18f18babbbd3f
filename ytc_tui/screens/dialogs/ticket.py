"""The ticket: a trade by hand, of which a person gives symbol, side, stop and target.

Decides how the fields are read. Imports the commands and Textual. Invariants: no size is asked for, it
follows from the stop by the 1 % rule; a field that cannot be read is named and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ytc_tui.model.commands import Ticket
from ytc_tui.model.market import Side

_SIDES = {"buy": Side.BUY, "long": Side.BUY, "sell": Side.SELL, "short": Side.SELL}
_FIELDS = (
    ("symbol", "symbol"),
    ("side", "buy or sell"),
    ("stop", "stop price"),
    ("target", "target price"),
    ("limit", "worst entry price (empty: the last price and the slippage that is allowed)"),
)


class TicketDialog(ModalScreen[tuple[str, Ticket] | None]):
    """(symbol, ticket), or None = escape."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Back", id="dialog.close")]

    def __init__(self, symbols: Sequence[str], symbol: str) -> None:
        super().__init__()
        self._symbols, self._symbol = tuple(symbols), symbol

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content("New trade by hand"), classes="title")
            for name, hint in _FIELDS:
                value = self._symbol if name == "symbol" else ""
                yield Input(value, placeholder=hint, id=f"ticket-{name}", max_length=40, compact=True)
            yield Static(id="dialog-problem", classes="problem")
            hint = "The size follows from the stop: 1 % of the balance, costs included; the gate decides."
            yield Static(
                Content(f"{hint}\ntab: next field    enter: send    escape: nothing"), classes="hint"
            )

    def on_mount(self) -> None:
        self.query_one("#ticket-side", Input).focus()

    def on_input_submitted(self) -> None:
        texts = {name: self.query_one(f"#ticket-{name}", Input).value.strip() for name, _ in _FIELDS}
        try:
            asked = read_ticket(texts, self._symbols)
        except ValueError as error:
            self.query_one("#dialog-problem", Static).update(Content(str(error)))
            return
        self.dismiss(asked)

    def action_close(self) -> None:
        self.dismiss(None)


def read_ticket(texts: dict[str, str], symbols: Sequence[str]) -> tuple[str, Ticket]:
    """The symbol and the ticket in the typed fields; ValueError names the field that does not fit."""
    symbol = texts["symbol"].upper()
    if symbol not in symbols:
        raise ValueError(f"symbol {symbol[:40]!r} is not traded here: {', '.join(symbols)}")
    side = _SIDES.get(texts["side"].lower())
    if side is None:
        raise ValueError(f"side {texts['side'][:40]!r}: type buy or sell")
    limit = _price("limit", texts["limit"]) if texts["limit"] else None
    return symbol, Ticket(side, _price("stop", texts["stop"]), _price("target", texts["target"]), limit)


def _price(field: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{field} {text[:40]!r} is not a price: digits with a point, like 1484.94") from None
