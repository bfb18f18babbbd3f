"""The matching machine: commands and path points in, reports out.

Decides which orders fill at a path point and in which order (semantics.md 3). Pure: no I/O, no
clock, no chance; the same commands and minutes give the same reports. Imports the model, the port's
value types and the other matching files.
Invariants: nothing fills before its latency; what only reduces never opens or flips; the filled
quantity of an order never passes what was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import assert_never

from ytc_tui.adapters.venues.faults import FaultDesk
from ytc_tui.adapters.venues.matching_costs import Execution, PaperSettings
from ytc_tui.adapters.venues.matching_entry import OrderEntry
from ytc_tui.adapters.venues.matching_fills import Executions
from ytc_tui.adapters.venues.matching_margin import liquidate, pay_funding
from ytc_tui.adapters.venues.matching_orders import WorkingOrder
from ytc_tui.engine.ports import Minute, PointPrice
from ytc_tui.model.market import (
    NS_PER_MIN,
    NS_PER_MS,
    PATH_OFFSETS_NS,
    Instrument,
    Side,
    path_of,
)
from ytc_tui.model.money import ZERO, decimal_from_float, floor_to_step
from ytc_tui.model.orders import (
    Liquidity,
    OrderKind,
    OrderState,
    VenueReport,
)

LAST_POINT = len(PATH_OFFSETS_NS) - 1


class MatchingMachine:
    """All state of the paper venue and the rules that change it."""

    def __init__(
        self, instruments: Mapping[str, Instrument], settings: PaperSettings, desk: FaultDesk
    ) -> None:
        self.marks: dict[str, float] = {}
        self.executions = Executions(instruments, settings)
        self.entry = OrderEntry(self.executions, self.marks, desk, settings.latency_ms * NS_PER_MS)
        self.book = self.entry.book
        self.now_ns = 0
        self.liquidations = 0
        self._paths_of = -1
        self._paths: list[tuple[float, float, float, float]] = []

    @property
    def idle(self) -> bool:
        """No open order, no position, nothing on its way: no coming point can give a report."""
        return not (self.book.open or self.executions.account.positions or self.entry.in_flight)

    def prices(self, minute: Minute, point: int) -> list[PointPrice]:
        """The price of every symbol at a point of the minute, which may lie in the past."""
        if point == 0:
            return [PointPrice(bar.symbol, bar.open) for bar in minute.bars]
        if self._paths_of != minute.open_ns:
            first_ns = minute.open_ns + PATH_OFFSETS_NS[0]
            sign_at = self.executions.sign_at
            self._paths = [path_of(bar, sign_at(bar.symbol, first_ns)) for bar in minute.bars]
            self._paths_of = minute.open_ns
        return [
            PointPrice(bar.symbol, path[point]) for bar, path in zip(minute.bars, self._paths, strict=True)
        ]

    def step(self, minute: Minute, point: int) -> tuple[list[PointPrice], list[VenueReport]]:
        """Match one point; it must lie after `now_ns`."""
        at_ns = minute.open_ns + PATH_OFFSETS_NS[point]
        account = self.executions.account
        self.executions.enter_bar(minute.open_ns)
        reports: list[VenueReport] = []
        if self.entry.in_flight:
            reports.extend(self.entry.land(at_ns))
        prices = self.prices(minute, point)
        self.marks.update(prices)
        if point == 0 and minute.funding:
            reports.extend(pay_funding(self.executions, self.marks, minute, at_ns))
        working = self.book.open
        if working:
            here = dict(prices)
            for symbol in sorted(working):
                price = here.get(symbol)
                if _stirs(working[symbol], account.sign(symbol), price, at_ns):
                    self._work(minute, symbol, price, at_ns, reports)
        if account.positions and not account.surely_safe(self.marks):
            closed, count = liquidate(
                self.executions, self.book, self.marks, minute, at_ns, self.liquidations
            )
            self.liquidations += count
            reports.extend(closed)
        self.now_ns = minute.open_ns + NS_PER_MIN if point == LAST_POINT else at_ns
        return prices, reports

    def skip(self, minute: Minute) -> None:
        """Pass over a minute in which nothing can happen; the same as its four steps when idle."""
        marks = self.marks
        for bar in minute.bars:
            marks[bar.symbol] = bar.close
        self.now_ns = minute.open_ns + NS_PER_MIN

    def _work(
        self, minute: Minute, symbol: str, price: float | None, at_ns: int, reports: list[VenueReport]
    ) -> None:
        """Close what has expired or has nothing left to reduce, then let orders act in their turn, and after
        them the stops that they brought to life: entry and stop touched at one point both fill."""
        for order in self.book.in_turn(symbol):
            report = None
            if at_ns >= order.expires_ns:
                report = self.book.close(order, OrderState.EXPIRED, "", at_ns)
            elif order.reduces and not self._reducible(order) and not self.book.parent_works(order):
                report = self.book.close(order, OrderState.CANCELED, "nothing to reduce", at_ns)
            if report is not None:
                reports.append(report)
        if price is None:
            return
        point = decimal_from_float(price)
        for order in self.book.in_turn(symbol):
            if order.is_open and at_ns >= order.eligible_ns and order.acts_at(price):
                self._act(minute, order, price, point, at_ns, reports)
        for order in self.book.in_turn(symbol):
            if order.parent_id and order.eligible_ns == at_ns and order.acts_at(price):
                self._act(minute, order, price, point, at_ns, reports)

    def _reducible(self, order: WorkingOrder) -> Decimal:
        """How much of the position this order could close now."""
        position = self.executions.account.positions.get(order.request.symbol)
        if position is None or position.sign == order.sign:
            return ZERO
        return abs(position.quantity)

    def _act(
        self,
        minute: Minute,
        order: WorkingOrder,
        price: float,
        point: Decimal,
        at_ns: int,
        reports: list[VenueReport],
    ) -> None:
        """Trigger or fill an order that the price has reached."""
        quantity = order.remaining
        if order.reduces:
            quantity = min(quantity, self._reducible(order))
        if not quantity:
            return
        at = self._execution(order, price, point)
        if at is None:
            return
        left = self.executions.volume_left(minute, order.request.symbol)
        if left is not None:
            quantity = min(quantity, left)
        if order.first_share is not None and not order.filled:
            lot = self.executions.instruments[order.request.symbol].lot
            share = floor_to_step(order.request.quantity * order.first_share, lot)
            quantity = min(quantity, max(share, lot))
        if quantity > 0:
            self._fill(order, quantity, at, at_ns, reports)

    def _execution(self, order: WorkingOrder, price: float, point: Decimal) -> Execution | None:
        """The price at which an acting order fills; None when it only triggers or comes to rest."""
        costs, side = self.executions.costs, order.request.side
        instrument = self.executions.instruments[order.request.symbol]
        match order.works_as:
            case OrderKind.MARKET:
                return costs.market(instrument, side, point)
            case OrderKind.STOP:
                self.book.trigger(order)
                return costs.stop(instrument, side, order.stop_price, point, None)
            case OrderKind.STOP_LIMIT:
                self.book.trigger(order)
                beyond = point > order.limit_price if side is Side.BUY else point < order.limit_price
                if beyond:
                    return None
                return costs.stop(instrument, side, order.stop_price, point, order.limit_price)
            case OrderKind.LIMIT:
                if order.arrived:
                    return Execution(order.limit_price, order.limit_price, Liquidity.MAKER)
                self.book.arrive(order)
                if not order.acts_at(price):
                    return None
                return costs.taking_limit(instrument, side, order.limit_price, point)
            case unreachable:
                assert_never(unreachable)

    def _fill(
        self, order: WorkingOrder, quantity: Decimal, at: Execution, at_ns: int, reports: list[VenueReport]
    ) -> None:
        request = order.request
        fill = self.executions.execute(request.client_id, request.symbol, request.side, quantity, at, at_ns)
        self.book.add_fill(order, quantity, at_ns)
        reports.extend((fill, fill) if order.doubled else (fill,))
        if request.attached_stop_price is not None:
            stop = self.entry.attach_stop(order, request.attached_stop_price, at_ns)
            if stop is not None:
                reports.append(stop)
        parent = self.book.by_id.get(order.parent_id)
        if parent is not None and parent.is_open:
            ended = self.book.close(parent, OrderState.CANCELED, "its attached stop has filled", at_ns)
            reports.extend(() if ended is None else (ended,))


def _stirs(orders: list[WorkingOrder], position_sign: int, price: float | None, at_ns: int) -> bool:
    """Whether any of these orders may change at this point; False is certain."""
    for order in orders:
        if order.reduces and order.sign != -position_sign:
            return True
        if at_ns >= order.expires_ns:
            return True
        if price is not None and (price <= order.acts_at_or_below or price >= order.acts_at_or_above):
            return True
    return False
