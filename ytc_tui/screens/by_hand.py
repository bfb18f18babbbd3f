"""The operator's hand on the selected position or order, and a trade of his own.

Decides what is asked before a command by hand. Imports the dialogs and the commands. Invariants: every
question names the trade and the exact effect; a price is read as a decimal or refused at once; what the
engine makes of it is the engine's to say.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from textual import work
from textual.content import Content

from ytc_tui.model.commands import Action, ClosePart, MoveStop, MoveTarget, Verb
from ytc_tui.model.market import Side
from ytc_tui.screens import words
from ytc_tui.screens.dialogs.asking import ChoiceDialog, Option, TextDialog
from ytc_tui.screens.dialogs.ticket import TicketDialog
from ytc_tui.screens.operating import OperatedApp
from ytc_tui.views.exposure import ExposureView, OrderRow, PositionRow

_PARTS = (("1", "100"), ("2", "75"), ("3", "50"), ("4", "25"))


class ByHand(OperatedApp):
    """The actions on a position, an order, and the ticket."""

    @work(group="asking")
    async def action_close_position(self) -> None:
        row = self._position()
        if row is None:
            return
        way = "sell" if row.side is Side.BUY else "buy"
        options = [
            Option(
                key, f"{way} {pct} % of {words.quantity(row.quantity)} {row.symbol} at market, reduce-only"
            )
            for key, pct in _PARTS
        ]
        title = f"Close {_name(row)}"
        answer = await self.push_screen_wait(ChoiceDialog(title, _stands(row), options, danger=True))
        if answer is not None:
            self._by_hand(Verb.CLOSE, row, ClosePart(Decimal(dict(_PARTS)[answer])))

    @work(group="asking")
    async def action_breakeven(self) -> None:
        row = self._position()
        if row is None:
            return
        effect = f"move the stop from {_stop(row)} to breakeven, about {words.price(row.breakeven)}"
        dialog = ChoiceDialog(f"Breakeven: {_name(row)}", _stands(row), [Option("y", effect)])
        if await self.push_screen_wait(dialog):
            self._by_hand(Verb.STOP, row, MoveStop(None))

    @work(group="asking")
    async def action_tighten_stop(self) -> None:
        row = self._position()
        if row is None:
            return
        body = _stands(row) + Content("\nThe stop only ever tightens: towards the price, not past it.")
        title = f"Tighten the stop of {_name(row)}, now {_stop(row)}"
        text = await self.push_screen_wait(TextDialog(title, body, price_problem, hint="new stop price"))
        if text:
            self._by_hand(Verb.STOP, row, MoveStop(Decimal(text)))

    @work(group="asking")
    async def action_change_target(self) -> None:
        row = self._position()
        if row is None:
            return
        targets = ", ".join(map(words.price, row.targets)) or "none"
        body = _stands(row) + Content("\nWith two targets, the nearer one is moved.")
        title = f"Change the target of {_name(row)}, now {targets}"
        text = await self.push_screen_wait(TextDialog(title, body, price_problem, hint="new target price"))
        if text:
            part = 1 if len(row.targets) > 1 else None
            self._by_hand(Verb.TARGET, row, MoveTarget(Decimal(text), part))

    @work(group="asking")
    async def action_cancel_order(self) -> None:
        key = self.selected("orders-table")
        view = self._exposure()
        row = next((order for order in view.orders if order.client_id == key), None) if view else None
        if row is None:
            self.say("cancel order: no order is selected")
            return
        dialog = ChoiceDialog("Cancel one order", Content(_order(row)), [Option("y", "cancel this order")])
        if await self.push_screen_wait(dialog):
            self.send(self.command(Verb.CANCEL, target=row.client_id))

    @work(group="asking")
    async def action_ticket(self) -> None:
        top = self.link.top
        if top is None:
            return
        symbol = self.chart[0] if self.chart is not None else top.symbols[0]
        asked = await self.push_screen_wait(TicketDialog(top.symbols, symbol))
        if asked is not None:
            chosen, ticket = asked
            self.send(self.command(Verb.TICKET, target=chosen, action=ticket))

    def _by_hand(self, verb: Verb, row: PositionRow, action: Action) -> None:
        self.send(self.command(verb, target=row.trade_id or row.symbol, action=action))

    def _exposure(self) -> ExposureView | None:
        return self.link.view("exposure", ExposureView)

    def _position(self) -> PositionRow | None:
        """The selected position; says so when there is none."""
        key, view = self.selected("positions-table"), self._exposure()
        for row in view.positions if view is not None else ():
            if key in (row.trade_id, row.symbol):
                return row
        self.say("no position is selected")
        return None


def price_problem(text: str) -> str:
    """What is wrong with a typed price; empty when it is one."""
    try:
        price = Decimal(text)
    except InvalidOperation:
        return f"{text[:40]!r} is not a price: digits with a point, like 1484.94"
    return "" if price.is_finite() and price > 0 else f"{text[:40]!r} is not a price above 0"


def _name(row: PositionRow) -> str:
    side = "long" if row.side is Side.BUY else "short"
    return f"{row.symbol} {side} {words.quantity(row.quantity)} ({row.trade_id or 'no trade of ours'})"


def _stop(row: PositionRow) -> str:
    return "none" if row.stop is None else words.price(row.stop)


def _stands(row: PositionRow) -> Content:
    return Content(
        f"entry {words.price(row.entry)}, mark {words.price(row.mark)}, stop {_stop(row)}"
        f" ({row.protection.value})\nnow {words.money(row.pnl)} ({words.signed(row.r_now)} R), at the stop"
        f" {words.money(row.money_at_stop)}"
    )


def _order(row: OrderRow) -> str:
    at = row.stop_price if row.stop_price is not None else row.price
    left = words.quantity(row.quantity - row.filled)
    where = "at market" if at is None else f"at {words.price(at)}"
    return (
        f"{row.role.value.replace('_', ' ')}: {row.side.value} {left} {row.symbol} {where} ({row.client_id})"
    )
