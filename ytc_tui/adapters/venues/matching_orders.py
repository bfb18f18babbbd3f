"""Orders as the matching machine holds them: what acts at which price, and the book of them.

Decides when an order needs a look at a path point. Imports the model and matching_costs; no I/O.
Invariants: an order outside its quiet band is never overlooked; an order is in `open` of its symbol
exactly while it can still fill.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import IntEnum

from ytc_tui.adapters.venues.matching_costs import float_not_above, float_not_below
from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import (
    RESTING_STATES,
    Acked,
    Canceled,
    CancelRefused,
    Expired,
    OrderKind,
    OrderRequest,
    OrderState,
    RejectCode,
    Rejected,
    VenueOrder,
    VenueReport,
)

NEVER_NS = 2**63 - 1


class Turn(IntEnum):
    """Who goes first at one point: stops before limits (semantics.md 3)."""

    STOP = 0
    MARKET = 1
    LIMIT = 2


@dataclass(slots=True)
class WorkingOrder:
    """One order at the venue, open or closed, with what a restart needs to go on with it.

    `eligible_ns`: first instant it may fill. `reduces`: it may only shrink the position.
    `parent_id`: the order whose attached stop this is. `first_share` and `doubled`: injected faults.
    """

    request: OrderRequest
    venue_order_id: str
    seq: int
    accepted_ns: int
    eligible_ns: int
    reduces: bool
    state: OrderState = OrderState.ACKED
    filled: Decimal = ZERO
    triggered: bool = False
    arrived: bool = False
    parent_id: str = ""
    first_share: Decimal | None = None
    doubled: bool = False
    closed_ns: int = 0
    reason: str = ""
    reject_code: RejectCode = RejectCode.REFUSED
    acts_at_or_below: float = field(init=False, default=-math.inf)
    acts_at_or_above: float = field(init=False, default=math.inf)
    expires_ns: int = field(init=False, default=NEVER_NS)
    sign: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.sign = self.request.side.sign
        self.expires_ns = self.request.expires_ns or NEVER_NS
        if self.is_open:
            self.aim()

    @property
    def is_open(self) -> bool:
        return self.state in RESTING_STATES

    @property
    def remaining(self) -> Decimal:
        return self.request.quantity - self.filled

    @property
    def works_as(self) -> OrderKind:
        """Its kind now: a triggered stop is a market order, a triggered stop-limit a limit."""
        match self.request.kind:
            case OrderKind.STOP if self.triggered:
                return OrderKind.MARKET
            case OrderKind.STOP_LIMIT if self.triggered:
                return OrderKind.LIMIT
            case kind:
                return kind

    @property
    def turn(self) -> Turn:
        match self.request.kind:
            case OrderKind.STOP:
                return Turn.STOP
            case OrderKind.STOP_LIMIT:
                return Turn.LIMIT if self.triggered else Turn.STOP
            case OrderKind.MARKET:
                return Turn.MARKET
            case OrderKind.LIMIT:
                return Turn.LIMIT

    def aim(self) -> None:
        """Set the quiet band from kind and prices; call it after `triggered` or `arrived` changes.

        Stops act when touched, limits when traded strictly through; a market order and a limit
        that has not arrived yet act at any price.
        """
        self.acts_at_or_below, self.acts_at_or_above = -math.inf, math.inf
        buys = self.request.side is Side.BUY
        match self.works_as:
            case OrderKind.MARKET:
                self.acts_at_or_below = math.inf
            case OrderKind.STOP | OrderKind.STOP_LIMIT:
                if buys:
                    self.acts_at_or_above = float_not_below(self.stop_price)
                else:
                    self.acts_at_or_below = float_not_above(self.stop_price)
            case OrderKind.LIMIT:
                if not self.arrived:
                    self.acts_at_or_below = math.inf
                elif buys:
                    self.acts_at_or_below = math.nextafter(float_not_below(self.limit_price), -math.inf)
                else:
                    self.acts_at_or_above = math.nextafter(float_not_above(self.limit_price), math.inf)

    def acts_at(self, price: float) -> bool:
        return price <= self.acts_at_or_below or price >= self.acts_at_or_above

    @property
    def stop_price(self) -> Decimal:
        if self.request.stop_price is None:
            raise ValueError(f"order {self.request.client_id} was admitted without a stop price")
        return self.request.stop_price

    @property
    def limit_price(self) -> Decimal:
        if self.request.limit_price is None:
            raise ValueError(f"order {self.request.client_id} was admitted without a limit price")
        return self.request.limit_price

    def first_answer(self) -> VenueReport:
        """What the venue said when the order came in."""
        client_id = self.request.client_id
        if self.state is OrderState.REJECTED:
            return Rejected(client_id, self.reason, self.accepted_ns, self.reject_code)
        return Acked(client_id, self.venue_order_id, self.accepted_ns)

    def cancel_answer(self, now_ns: int) -> VenueReport:
        """What a cancel of this closed order is told: how it ended."""
        client_id = self.request.client_id
        match self.state:
            case OrderState.CANCELED:
                return Canceled(client_id, self.reason, self.closed_ns)
            case OrderState.EXPIRED:
                return Expired(client_id, self.closed_ns)
            case _:
                return CancelRefused(client_id, f"already {self.state.value}", now_ns)

    def view(self) -> VenueOrder:
        return VenueOrder(self.request, self.venue_order_id, self.filled, self.is_open, self.state)


@dataclass(slots=True)
class OrderBook:
    """All orders by client id, the open ones by symbol, and which changed since the last write."""

    by_id: dict[str, WorkingOrder] = field(default_factory=dict)
    open: dict[str, list[WorkingOrder]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    promised: dict[str, str] = field(default_factory=dict)

    def add(self, order: WorkingOrder) -> None:
        """Enter a new order; an accepted one reserves the client id of its attached stop."""
        self.by_id[order.request.client_id] = order
        self.changed.add(order.request.client_id)
        if order.request.attached_stop_id and order.state is not OrderState.REJECTED:
            self.promised[order.request.attached_stop_id] = order.request.client_id
        if order.is_open:
            self.open.setdefault(order.request.symbol, []).append(order)

    def id_taken(self, request: OrderRequest) -> str:
        """Why a client id of this request cannot be used, "" when both are free."""
        for client_id in (request.client_id, request.attached_stop_id):
            if client_id in self.promised:
                return f"duplicate client id {client_id}: the attached stop of {self.promised[client_id]}"
        if request.attached_stop_id in self.by_id:
            return f"duplicate client id {request.attached_stop_id}: an order has it already"
        return ""

    def in_turn(self, symbol: str) -> list[WorkingOrder]:
        """The open orders of a symbol as they act at one point: by kind, then by acceptance."""
        return sorted(self.open.get(symbol, ()), key=lambda order: (order.turn, order.seq))

    def parent_works(self, order: WorkingOrder) -> bool:
        """Whether this is an attached stop whose entry can still fill, so that it must stay."""
        parent = self.by_id.get(order.parent_id)
        return parent is not None and parent.is_open

    def trigger(self, order: WorkingOrder) -> None:
        order.triggered = order.arrived = True
        order.aim()
        self.changed.add(order.request.client_id)

    def arrive(self, order: WorkingOrder) -> None:
        order.arrived = True
        order.aim()
        self.changed.add(order.request.client_id)

    def close(self, order: WorkingOrder, state: OrderState, reason: str, at_ns: int) -> VenueReport | None:
        """Take the order out of work; the report of it, None for a completed one (its fill says it)."""
        order.state, order.reason, order.closed_ns = state, reason, at_ns
        self.changed.add(order.request.client_id)
        resting = self.open[order.request.symbol]
        resting.remove(order)
        if not resting:
            del self.open[order.request.symbol]
        return None if state is OrderState.FILLED else order.cancel_answer(at_ns)

    def add_fill(self, order: WorkingOrder, quantity: Decimal, at_ns: int) -> None:
        order.filled += quantity
        if order.remaining:
            order.state = OrderState.PARTIAL
            self.changed.add(order.request.client_id)
        else:
            self.close(order, OrderState.FILLED, "", at_ns)

    def enlarge(self, order: WorkingOrder, quantity: Decimal) -> None:
        order.request = replace(order.request, quantity=quantity)
        self.changed.add(order.request.client_id)

    def all_open(self) -> list[WorkingOrder]:
        """Every open order in the order of acceptance."""
        return sorted((o for orders in self.open.values() for o in orders), key=lambda o: o.seq)


def content_difference(held: OrderRequest, asked: OrderRequest) -> str:
    """Why a repeated client id does not mean the held order; "" when symbol, side and quantity agree."""
    if (held.symbol, held.side, held.quantity) == (asked.symbol, asked.side, asked.quantity):
        return ""
    mine, theirs = (f"{r.side.value} {r.quantity:f} {r.symbol}" for r in (held, asked))
    return f"duplicate client id {asked.client_id} differs: holds {mine}, asked {theirs}"
