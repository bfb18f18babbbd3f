"""Fills to positions, profit and wallet: the second reckoning, made apart from the engine's.

Decides money from cash flow: what was paid and received, plus what is held at its entry price
(semantics.md 5). Imports the model's values and rounding law, and none of its profit formulas.
Invariant: over a round trip of a symbol, the profit is the sum of its cash flows to the last decimal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.model.events import PositionAdopted
from ytc_tui.model.market import Side
from ytc_tui.model.money import ONE, ZERO, booked
from ytc_tui.model.orders import Fill


@dataclass(slots=True)
class Holding:
    """One symbol since it was last flat: signed quantity, its signed entry notional, cash received."""

    quantity: Decimal = ZERO
    book: Decimal = ZERO
    cash: Decimal = ZERO

    def take(self, side: Side, quantity: Decimal, unit: Decimal) -> Decimal:
        """Book a fill at `unit` money for one of quantity; returns the profit it realised.

        Closing a part releases the same part of the entry notional, rounded as the ledger books money.
        """
        before = self.cash + self.book
        flow = quantity * unit
        after = self.quantity + (quantity if side is Side.BUY else -quantity)
        self.cash += -flow if side is Side.BUY else flow
        if self.quantity * after < ZERO or self.quantity == ZERO or after == ZERO:
            self.book = after * unit
        elif abs(after) > abs(self.quantity):
            self.book += flow if side is Side.BUY else -flow
        else:
            released = booked(abs(self.book) * quantity / abs(self.quantity))
            self.book += released if self.book < ZERO else -released
        self.quantity = after
        realised = self.cash + self.book - before
        if after == ZERO:
            self.book = self.cash = ZERO
        return realised


@dataclass(slots=True)
class TradeSums:
    """What the fills of one trade add up to; prices are averages, None before the first fill."""

    entered: Decimal = ZERO
    entry_notional: Decimal = ZERO
    exited: Decimal = ZERO
    exit_notional: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    contract_size: Decimal = ONE

    @property
    def net(self) -> Decimal:
        """Profit after fees; funding belongs to the session."""
        return self.realised - self.fees

    @property
    def entry_price(self) -> Decimal | None:
        return self.entry_notional / self.entered / self.contract_size if self.entered else None

    @property
    def exit_price(self) -> Decimal | None:
        return self.exit_notional / self.exited / self.contract_size if self.exited else None


@dataclass(slots=True)
class Sums:
    """A session's money as its fills and funding make it. All amounts in account currency."""

    opening: Decimal = ZERO
    start: Decimal | None = None
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    funding_events: int = 0
    fills: int = 0
    written_off: Decimal = ZERO
    holdings: dict[str, Holding] = field(default_factory=dict)
    trades: dict[str, TradeSums] = field(default_factory=dict)

    @property
    def wallet(self) -> Decimal:
        return self.opening + self.realised - self.fees + self.funding + self.written_off

    @property
    def base(self) -> Decimal:
        """Start balance once it is fixed, before that the opening balance."""
        return self.opening if self.start is None else self.start

    @property
    def pnl(self) -> Decimal:
        """What the session changed the wallet by; what is open is not valued."""
        return self.wallet - self.base

    def open_positions(self) -> dict[str, Decimal]:
        """Signed quantity of each symbol that is not flat."""
        return {symbol: held.quantity for symbol, held in self.holdings.items() if held.quantity}

    def book(self, fill: Fill, contract_size: Decimal, trade_id: str, is_entry: bool) -> Decimal:
        """Book a fill; returns the profit it realised before its fee."""
        unit = fill.price * contract_size
        realised = self.holdings.setdefault(fill.symbol, Holding()).take(fill.side, fill.quantity, unit)
        self.fills += 1
        self.realised += realised
        self.fees += fill.fee
        if trade_id:
            trade = self.trades.setdefault(trade_id, TradeSums(contract_size=contract_size))
            trade.realised += realised
            trade.fees += fill.fee
            if is_entry:
                trade.entered += fill.quantity
                trade.entry_notional += fill.quantity * unit
            else:
                trade.exited += fill.quantity
                trade.exit_notional += fill.quantity * unit
        return realised

    def adopt(self, adopted: PositionAdopted) -> None:
        """Take over a position as the venue holds it, with no result."""
        sign = ONE if adopted.quantity > ZERO else -ONE
        held = self.holdings.setdefault(adopted.symbol, Holding())
        held.quantity, held.book = adopted.quantity, sign * adopted.cost
        held.cash = -held.book
        if adopted.released:
            self.trades[adopted.trade_id].exited += adopted.released

    def fund(self, amount: Decimal) -> None:
        self.funding += amount
        self.funding_events += 1
