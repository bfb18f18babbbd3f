"""A session lived through again from its journal: what was held, covered and worth at every instant.

An instant is a path point of a bar, or the time of a journal entry. At a path point the prices of all symbols
that are held are met first, then what the journal booked at that time; entries of one time count together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from proof.journal import Entry, Order, Session, order_of
from proof.ledger import ZERO, Holding
from proof.market import NS_PER_MIN, Instrument, Series
from proof.venue import OFFSETS_NS, Path, path_prices


@dataclass(slots=True)
class Stop:
    """A protective stop; it covers nothing until the venue has acknowledged it."""

    order: Order
    left: Decimal
    works: bool


@dataclass(slots=True)
class Book:
    """What is known at an instant. Money in account currency; marks are the last prices met."""

    session: Session
    rows: dict[str, Instrument]
    wallet: Decimal
    start: Decimal
    at_ns: int = 0
    holdings: dict[str, Holding] = field(default_factory=dict)
    marks: dict[str, Decimal] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)
    entries: dict[str, Order] = field(default_factory=dict)
    entry_left: dict[str, Decimal] = field(default_factory=dict)

    @property
    def open_positions(self) -> dict[str, Holding]:
        return {symbol: held for symbol, held in self.holdings.items() if held.quantity}

    def notional(self, symbol: str) -> Decimal:
        """The value at the mark of what is held in a symbol, not signed."""
        held, row = self.holdings[symbol], self.rows[symbol]
        return abs(held.quantity) * self.marks[symbol] * row.contract_size

    @property
    def equity(self) -> Decimal:
        """Wallet and what is open at the mark."""
        worth = self.wallet
        for symbol, held in self.open_positions.items():
            value = self.notional(symbol)
            worth += value - held.cost if held.quantity > ZERO else held.cost - value
        return worth

    @property
    def pnl_pct(self) -> Decimal:
        """The session's result in percent of its start balance, exit fees of what is open taken off."""
        fees = sum(
            (self.notional(symbol) * self.rows[symbol].taker_fee for symbol in self.open_positions), ZERO
        )
        return (self.equity - fees - self.start) / self.start * 100

    def covered(self, symbol: str) -> Decimal:
        """Quantity of a symbol under working stops on the closing side."""
        held = self.holdings[symbol]
        return sum(
            (
                stop.left
                for stop in self.stops.values()
                if stop.works and stop.order.symbol == symbol and stop.order.sign * held.quantity < ZERO
            ),
            ZERO,
        )

    def apply(self, entry: Entry) -> None:
        """Take one entry into account."""
        body = entry.body
        match entry.type:
            case "OrderIntended":
                order = order_of(body["order"], entry)
                if order.role == "protective_stop":
                    self.stops[order.order_id] = Stop(order, order.quantity, works=False)
                if order.role == "entry":
                    self.entries[order.order_id] = order
                    self.entry_left[order.order_id] = order.quantity
            case "StopAttached":
                self._attach(order_of(body["order"], entry))
            case "OrderAcknowledged":
                if body["client_id"] in self.stops:
                    self.stops[body["client_id"]].works = True
            case "OrderCanceled" | "OrderExpired" | "OrderRejected" | "OrderLost":
                self.stops.pop(body["client_id"], None)
                self.entries.pop(body["client_id"], None)
            case "FillBooked":
                self._fill(body)
            case "PositionAdopted":
                held = self.holdings.setdefault(body["symbol"], Holding())
                held.quantity, held.cost = Decimal(body["quantity"]), Decimal(body["cost"])
            case "WalletAdopted":
                self.wallet += Decimal(body["booked"])
            case "FundingBooked":
                self.wallet += Decimal(body["amount"])
            case "StartBalanceFixed":
                self.start = Decimal(body["balance"])

    def _attach(self, order: Order) -> None:
        held = self.stops.get(order.order_id)
        filled = ZERO if held is None else held.order.quantity - held.left
        self.stops[order.order_id] = Stop(order, order.quantity - filled, works=True)

    def _fill(self, body: dict[str, dict[str, str]]) -> None:
        fill = body["fill"]
        symbol, quantity = fill["symbol"], Decimal(fill["quantity"])
        signed = quantity if fill["side"] == "buy" else -quantity
        unit = Decimal(fill["price"]) * self.rows[symbol].contract_size
        held = self.holdings.setdefault(symbol, Holding())
        self.wallet += held.take(signed, unit) - Decimal(fill["fee"])
        self.marks.setdefault(symbol, Decimal(fill["price"]))
        order_id = fill["client_id"]
        if order_id in self.stops:
            self.stops[order_id].left -= quantity
        elif order_id in self.entries:
            self.entry_left[order_id] -= quantity
            if not self.entry_left[order_id]:
                del self.entries[order_id]


@dataclass(slots=True)
class Walk:
    """Brings a book through its session and asks `watch` at every instant, `hear` before every entry."""

    book: Book
    series: dict[str, Series]
    hear: Callable[[Book, Entry], None]
    watch: Callable[[Book], None]
    _place: int = 0

    def run(self) -> None:
        entries = self.book.session.entries
        minute = entries[0].at - entries[0].at % NS_PER_MIN
        while minute <= entries[-1].at:
            for place, offset_ns in enumerate(OFFSETS_NS):
                self._until(minute + offset_ns)
                if place <= 1:
                    paths = self._paths(minute)
                self._meet(minute + offset_ns, {symbol: path[place] for symbol, path in paths.items()})
            minute += NS_PER_MIN

    def _paths(self, minute: int) -> dict[str, Path]:
        """The path of every symbol with a bar, after the position that is held now."""
        holdings = self.book.holdings
        return {
            symbol: path_prices(one.bars[minute], holdings[symbol].quantity if symbol in holdings else ZERO)
            for symbol, one in self.series.items()
            if minute in one.bars
        }

    def _meet(self, at_ns: int, prices: dict[str, Decimal]) -> None:
        book = self.book
        book.at_ns = at_ns
        book.marks.update(prices)
        booked = self._take()
        if booked or book.open_positions:
            self.watch(book)

    def _until(self, at_ns: int) -> None:
        """The entries before `at_ns`, those of one time together."""
        entries = self.book.session.entries
        while self._place < len(entries) and entries[self._place].at < at_ns:
            self.book.at_ns = entries[self._place].at
            self._take()
            self.watch(self.book)

    def _take(self) -> bool:
        """Take the entries of this instant; whether there were any."""
        entries, before = self.book.session.entries, self._place
        while self._place < len(entries) and entries[self._place].at == self.book.at_ns:
            self.hear(self.book, entries[self._place])
            self.book.apply(entries[self._place])
            self._place += 1
        return self._place > before
