"""Every trade of the session with its orders, the newest first.

Decides how a trade and its orders stand under each other, and what keys act on a row. Imports the base and
the view. Invariants: an order stands under its trade; a key for a position acts on the row's trade, one for
an order on the row's order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from textual.content import Content

from ytc_tui.model.market import Side
from ytc_tui.model.orders import WORKING_STATES, OrderState
from ytc_tui.model.trades import TradeState
from ytc_tui.screens import words
from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row, Tone
from ytc_tui.views.trades import OrderLine, TradeLine, TradesView

_COLUMNS = (
    Column("what", "trade, order", 17, priority=20),
    Column("symbol", "symbol", 8, priority=19),
    Column("side", "side", 5, priority=18),
    Column("size", "size", 11, "right", priority=13),
    Column("price", "price", 9, "right", priority=16),
    Column("stop", "stop", 9, "right", priority=9),
    Column("state", "state", 16, priority=17, share=1),
    Column("pnl", "net P&L", 9, "right", priority=15),
    Column("r", "R", 6, "right", priority=14),
    Column("at", "at", 5, priority=12),
)
_TONES: dict[TradeState, Tone] = {
    TradeState.UNPROTECTED: "critical",
    TradeState.CLOSE_FAILED: "critical",
    TradeState.CLOSING: "warning",
    TradeState.NOT_ENTERED: "muted",
}


class TradesScreen(TableScreen):
    VIEWS = frozenset({"trades"})
    FOOTER = TableScreen.FOOTER | {"close_position", "breakeven", "cancel_order"}
    HEADING = "Trades and orders"
    COLUMNS = _COLUMNS
    EMPTY = "no trade has been planned"
    STACKED = True

    def rows(self) -> Sequence[Row] | None:
        view, zone = self._view(), self.desk.desk.zone
        if view is None:
            return None
        found = [row for trade in view.trades for row in _trade_rows(trade, zone)]
        return [*found, *(_order(order, zone) for order in view.loose)]

    def summary(self) -> Content:
        view = self._view()
        if view is None:
            return Content()
        entered = [trade for trade in view.trades if trade.opened_ns]
        results = [trade.pnl for trade in entered if trade.pnl is not None]
        total = sum(results, Decimal(0)) if len(results) == len(entered) else None
        still = sum(1 for trade in entered if trade.open)
        planned = len(view.trades)
        return Content(
            f"{planned} planned, {len(entered)} entered, {still} open, {words.money(total)} after fees; "
            "y shows the chart"
        )

    def behind(self, key: str) -> Content:
        trade = self._trade(key)
        return trade_content(trade) if trade is not None else Content()

    def symbol(self) -> str:
        key = self.selected_key
        trade = self._trade(key) if key is not None else None
        return trade.symbol if trade is not None else ""

    def selected(self, table: str) -> str | None:
        key = self.selected_key
        trade = self._trade(key) if key is not None else None
        is_trade = trade is not None and key == trade.trade_id
        match table:
            case "positions-table":
                return trade.trade_id if trade is not None else None
            case "orders-table":
                return None if is_trade else key
            case _:
                return None

    def chart_target(self) -> tuple[str, int] | None:
        trade = self._trade(self.selected_key or "")
        return (trade.symbol, trade.opened_ns or trade.planned_ns) if trade is not None else None

    def _trade(self, key: str) -> TradeLine | None:
        """The trade of the row `key`, which is a trade's or an order's."""
        view = self._view()
        for trade in view.trades if view is not None else ():
            if key == trade.trade_id or any(order.client_id == key for order in trade.orders):
                return trade
        return None

    def _view(self) -> TradesView | None:
        return self.desk.link.view("trades", TradesView)


def _trade_rows(trade: TradeLine, zone: ZoneInfo) -> Iterator[Row]:
    tone: Tone = "stale" if trade.pnl is None else "loss" if trade.pnl < 0 else "gain"
    scratched = trade.state is TradeState.SCRATCHED  # which is its reason as well
    reason = "" if trade.reason is None or scratched else f", {trade.reason.value}"
    result = (words.money(trade.pnl), words.signed(trade.r)) if trade.opened_ns else ("", "")
    yield Row(
        trade.trade_id,
        (
            Cell(f"{trade.trade_id} {trade.setup}", "accent"),
            Cell(trade.symbol),
            Cell("long" if trade.side is Side.BUY else "short", "accent"),
            Cell(words.quantity(trade.quantity)),
            Cell("" if trade.entry is None else words.price(trade.entry)),
            Cell(words.price(trade.stop)),
            Cell(f"{trade.state.value}{reason}".replace("_", " "), _TONES.get(trade.state, "plain")),
            Cell(result[0], tone),
            Cell(result[1], tone),
            Cell(words.clock(trade.opened_ns or trade.planned_ns, zone), "muted"),
        ),
    )
    for order in trade.orders:
        yield _order(order, zone)


def _order(order: OrderLine, zone: ZoneInfo) -> Row:
    unknown = order.state is OrderState.UNKNOWN
    tone: Tone = "plain" if order.state in WORKING_STATES else "muted"
    part = f"{words.quantity(order.filled)}/" if order.filled and order.filled != order.quantity else ""
    return Row(
        order.client_id,
        (
            Cell(f"  {order.role.value.replace('_', ' ')}", tone),
            Cell(order.symbol, "muted"),
            Cell(order.side.value, tone),
            Cell(f"{part}{words.quantity(order.quantity)}", tone),
            Cell("market" if order.at is None else words.price(order.at), tone),
            Cell(""),
            Cell("UNKNOWN" if unknown else order.state.value, "critical" if unknown else tone),
            Cell(""),
            Cell(""),
            Cell(words.clock(order.created_ns, zone), "muted"),
        ),
    )


def trade_content(trade: TradeLine) -> Content:
    """A trade in figures: its plan, and how far it went both ways."""
    lines = [
        ("size", words.quantity(trade.quantity)),
        ("stop", f"{words.price(trade.stop)}, at first {words.price(trade.initial_stop)}"),
        ("targets", ", ".join(map(words.price, trade.targets))),
    ]
    if trade.best_r is not None and trade.worst_r is not None:
        best, worst = words.signed(trade.best_r), words.signed(trade.worst_r)
        lines.append(("went to", f"{best} R at best, {worst} R at worst"))
    return Content("\n").join(Content.assemble((f"{name:<9}", MUTED), text) for name, text in lines)
