"""The paper venue once more, written from its rules alone.

The rules are those of docs/adr/0002 to 0004, the README's section on paper, and the comments of config.toml;
docs/proof.md lists them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import NamedTuple

from proof.journal import Cancel, Order
from proof.ledger import ZERO, Costs, Fill, Funding, Holding, booked
from proof.market import NS_PER_MIN, NS_PER_S, Bar, Instrument, Series

OFFSETS_NS = (1 * NS_PER_S, 20 * NS_PER_S, 40 * NS_PER_S, 59 * NS_PER_S)
_BPS = Decimal(10_000)

Path = tuple[Decimal, Decimal, Decimal, Decimal]


class Quote(NamedTuple):
    """At what price an order fills now, before any limit of quantity."""

    price: Decimal
    reference: Decimal
    liquidity: str


@dataclass(slots=True)
class Working:
    """An order in the book; `left` is what has not filled, `triggered` whether its stop was touched."""

    order: Order
    left: Decimal
    triggered: bool = False
    met: bool = False  # whether a path point was met before


@dataclass(slots=True)
class SymbolVenue:
    """The book and the position of one symbol through one session."""

    symbol: str
    instrument: Instrument
    series: Series
    costs: Costs
    orders: list[Order]
    cancels: list[Cancel]
    funding: list[Funding] = field(default_factory=list)
    holding: Holding = field(default_factory=Holding)
    book: list[Working] = field(default_factory=list)
    _room: Decimal | None = None
    _canceled: set[str] = field(default_factory=set)

    def play(self, from_ns: int, to_ns: int) -> Iterator[Fill]:
        """The fills of every bar that opens in [from_ns, to_ns)."""
        self.orders.sort(key=lambda order: (order.at, order.seq))
        self.cancels.sort(key=lambda cancel: (cancel.at, cancel.seq))
        for open_ns in range(from_ns - from_ns % NS_PER_MIN, to_ns, NS_PER_MIN):
            bar = self.series.bars.get(open_ns)
            if bar is not None:
                self._room = self._volume_room(bar)
                yield from self._walk(bar)

    def _walk(self, bar: Bar) -> Iterator[Fill]:
        prices = path_prices(bar, self.holding.quantity)
        self._fund(bar)
        for place, offset_ns in enumerate(OFFSETS_NS):
            at_ns = bar.open_ns + offset_ns
            if place == 1:
                prices = path_prices(bar, self.holding.quantity)
            self._admit(at_ns)
            yield from self._match(at_ns, prices[place])

    def _fund(self, bar: Bar) -> None:
        """Funding is paid at the open, on what is held there, before anything fills."""
        if bar.funding_rate and self.holding.quantity:
            value = self.holding.quantity * self.instrument.contract_size * bar.open
            amount = booked(-value * bar.funding_rate)
            self.funding.append(Funding(bar.open_ns + OFFSETS_NS[0], self.symbol, amount))

    def _volume_room(self, bar: Bar) -> Decimal | None:
        """How much all fills of a bar may take together; None where volume is unknown."""
        return bar.volume * self.costs.volume_share if self.series.volume_known else None

    def _admit(self, at_ns: int) -> None:
        """What reached the venue before this point: orders after their latency, cancels, expiries."""
        while self.orders and self._arrived(self.orders[0], at_ns):
            order = self.orders.pop(0)
            self.book.append(Working(order, order.quantity))
        while self.cancels and self.cancels[0].at < at_ns:
            gone = self.cancels.pop(0).order_id
            self._canceled.add(gone)
            self.book = [working for working in self.book if working.order.order_id != gone]
        self.book = [
            working
            for working in self.book
            if not working.order.expires_ns or at_ns < working.order.expires_ns
        ]

    def _arrived(self, order: Order, at_ns: int) -> bool:
        return order.at < at_ns and order.at + self.costs.latency_ns <= at_ns

    def _match(self, at_ns: int, price: Decimal) -> Iterator[Fill]:
        """Stops first, then market orders, then limits, each kind in the order of arrival; a stop that comes
        to life here is met here as well."""
        self._drop_idle()
        tried: set[str] = set()
        while True:
            waiting = [working for working in self.book if working.order.order_id not in tried]
            if not waiting:
                break
            working = min(waiting, key=_turn)
            tried.add(working.order.order_id)
            fill = self._try(working, at_ns, price)
            if fill is not None:
                yield fill
        self.book = [working for working in self.book if working.left > ZERO]

    def _drop_idle(self) -> None:
        """Reduce-only orders with nothing to reduce leave, but for a stop whose entry can still fill."""
        awaited = {working.order.stop_id for working in self.book}
        self.book = [
            working
            for working in self.book
            if not working.order.reduce_only
            or self.holding.quantity * working.order.sign < ZERO
            or working.order.order_id in awaited
        ]

    def _try(self, working: Working, at_ns: int, price: Decimal) -> Fill | None:
        order = working.order
        nothing_to_reduce = order.reduce_only and self.holding.quantity * order.sign >= ZERO
        quote = None if nothing_to_reduce else self._quote(working, price)
        working.met = True
        if quote is None:
            return None
        quantity = working.left
        if order.reduce_only:
            quantity = min(quantity, abs(self.holding.quantity))
        if self._room is not None:
            quantity = min(quantity, _down(self._room, self.instrument.lot))
        if quantity <= ZERO:
            return None
        return self._fill(working, at_ns, quantity, quote)

    def _quote(self, working: Working, price: Decimal) -> Quote | None:
        order = working.order
        half_spread = self.costs.spread_bps / 2
        if order.kind == "market" or (order.kind == "stop" and working.triggered):
            return Quote(self._worse(price, order.sign, half_spread + self._slippage), price, "taker")
        if order.trigger is not None and not working.triggered:
            if (price - order.trigger) * order.sign < ZERO:
                return None
            working.triggered = True
            reference = price
            paid = self._worse(reference, order.sign, self._slippage)
            if order.limit is None:
                return Quote(paid, reference, "taker")
            if (reference - order.limit) * order.sign > ZERO:
                return None
            return Quote(_nearer(paid, order.limit, order.sign), reference, "taker")
        return self._resting(working, order.limit, price) if order.limit is not None else None

    def _resting(self, working: Working, limit: Decimal, price: Decimal) -> Quote | None:
        """A limit fills at its price once it is traded through; one that crosses at the first point that it
        meets takes that price, half the spread worse, within its limit."""
        sign, first = working.order.sign, not working.met and working.order.trigger is None
        if first and (price - limit) * sign <= ZERO:
            paid = self._worse(price, sign, self.costs.spread_bps / 2)
            return Quote(_nearer(paid, limit, sign), price, "taker")
        return Quote(limit, limit, "maker") if (price - limit) * sign < ZERO else None

    @property
    def _slippage(self) -> Decimal:
        known = self.series.volume_known
        return self.costs.slippage_bps if known else self.costs.slippage_unknown_volume_bps

    def _worse(self, price: Decimal, sign: int, bps: Decimal) -> Decimal:
        """`price` moved against the order's side by `bps`, onto the next tick that way."""
        moved = price * (1 + sign * bps / _BPS)
        rounding = ROUND_CEILING if sign > 0 else ROUND_FLOOR
        return (moved / self.instrument.tick).to_integral_value(rounding) * self.instrument.tick

    def _fill(self, working: Working, at_ns: int, quantity: Decimal, quote: Quote) -> Fill:
        order, row = working.order, self.instrument
        if self._room is not None:
            self._room -= quantity
        working.left -= quantity
        unit = quote.price * row.contract_size
        rate = row.maker_fee if quote.liquidity == "maker" else row.taker_fee
        fee = booked(quantity * unit * rate)
        realised = self.holding.take(quantity * order.sign, unit)
        if order.stop_price is not None:
            self._attach(order, quantity)
        self.book = [held for held in self.book if held.order.stop_id != order.order_id]
        side = "buy" if order.sign > 0 else "sell"
        return Fill(
            at_ns,
            self.symbol,
            order.order_id,
            side,
            quantity,
            quote.price,
            quote.reference,
            quote.liquidity,
            fee,
            realised,
        )

    def _attach(self, entry: Order, quantity: Decimal) -> None:
        """The stop that travels with an entry comes to life, or grows by what has filled; one that was
        canceled stays away."""
        if entry.stop_id in self._canceled:
            return
        for working in self.book:
            if working.order.order_id == entry.stop_id:
                working.left += quantity
                return
        self.book.append(Working(stop_of(entry, quantity), quantity))


def stop_of(entry: Order, quantity: Decimal) -> Order:
    """The reduce-only stop order that an entry carries."""
    return Order(
        entry.stop_id,
        entry.at,
        entry.seq,
        entry.trade_id,
        entry.symbol,
        -entry.sign,
        "stop",
        "protective_stop",
        quantity,
        None,
        entry.stop_price,
        True,
        0,
        "",
        None,
    )


def _turn(working: Working) -> int:
    """A touched stop has the turn of a market order, a touched stop-limit that of a limit."""
    kind = working.order.kind
    if kind == "market" or (kind == "stop" and working.triggered):
        return 1
    return 2 if kind == "limit" or working.triggered else 0


def path_prices(bar: Bar, held: Decimal) -> Path:
    """The four prices of a bar in their order: the extreme against the position `held` comes first, and
    without a position the one nearer to the open, the low where both are as near."""
    low_first = held > ZERO or (held == ZERO and bar.open - bar.low <= bar.high - bar.open)
    first, second = (bar.low, bar.high) if low_first else (bar.high, bar.low)
    return bar.open, first, second, bar.close


def _nearer(price: Decimal, limit: Decimal, sign: int) -> Decimal:
    """`price`, but never beyond `limit`."""
    return min(price, limit) if sign > 0 else max(price, limit)


def _down(quantity: Decimal, lot: Decimal) -> Decimal:
    return (quantity / lot).to_integral_value(ROUND_DOWN) * lot
